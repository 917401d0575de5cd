//! Ranges of an instruction's text to places and edits.

use std::ops::Range;

use crate::finding::Edit;
use crate::source::Span;
use crate::syntax::{Instruction, Tree};

/// Replaces a range of an instruction's text; none where it crosses joined lines, since the lines
/// between would be lost.
pub fn edit(instruction: &Instruction, range: Range<u32>, text: impl Into<String>) -> Option<Edit> {
    match instruction.text.spans(range).as_slice() {
        [span] => Some(Edit {
            span: *span,
            text: text.into(),
        }),
        _ => None,
    }
}

/// Removes whole lines, counted from 1, line ends included.
pub fn lines_edit(tree: &Tree, lines: std::ops::RangeInclusive<u32>) -> Edit {
    let end_of = |line: u32| match line.checked_sub(1) {
        None => 0,
        Some(index) => tree.lines.get(index as usize).map_or(0, |line| line.end),
    };
    let start = end_of(lines.start().saturating_sub(1));
    Edit {
        span: Span {
            start: start.max(if start == 0 { tree.mark } else { 0 }),
            end: end_of(*lines.end()),
        },
        text: String::new(),
    }
}

/// Where `$name` or `${name}` stands in a part of a text, or its name where an operator follows; the
/// whole part where it is not written so.
pub fn reference(text: &str, part: Range<u32>, name: &str) -> Range<u32> {
    let within = text
        .get(part.start as usize..part.end as usize)
        .unwrap_or_default();
    for (at, _) in within.match_indices('$') {
        let rest = &within[at + 1..];
        let (open, rest) = match rest.strip_prefix('{') {
            Some(rest) => (1, rest),
            None => (0, rest),
        };
        let Some(after) = rest.strip_prefix(name) else {
            continue;
        };
        let goes_on = |sign: char| sign == '_' || sign.is_alphanumeric();
        if after.starts_with(goes_on) && name.starts_with(|sign: char| sign == '_' || sign.is_alphabetic()) {
            continue;
        }
        let start = part.start + at as u32;
        let length = name.len() as u32;
        return match (open, after.starts_with('}')) {
            (0, _) => start..start + 1 + length,
            (_, true) => start..start + 3 + length,
            // What stands between the name and the bracket is not at fault.
            (_, false) => start + 2..start + 2 + length,
        };
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_found_by_its_whole_name() {
        assert_eq!(reference("a $fooo ${foo} $foo", 0..19, "foo"), 8..14);
        assert_eq!(reference("a $fooo ${foo:-x}", 0..17, "foo"), 10..13);
        assert_eq!(reference("ab", 1..2, "foo"), 1..2);
    }
}
