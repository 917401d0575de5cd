//! An escape character at the end of a line is followed by something invisible.
//!
//! Only blanks and tabs may follow it. After a no-break space or another white space that an editor or
//! a web page put there the line ends, and the next one is read as an instruction of its own. Delete
//! what follows the escape character.

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Edit, Place, Safety, Severity};
use crate::source::Span;
use crate::syntax::LineKind;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    fix: Some(Safety::Suggested),
    ..Rule::form(
        "continuation-broken",
        Severity::Warning,
        check,
        include_str!("continuation_broken.rs"),
    )
};

/// Says each line that was meant to go on.
pub fn check(text: &Text, report: &mut Report) {
    for instruction in &text.tree.instructions {
        let index = instruction.head_end_line as usize;
        let kind = index
            .checked_sub(1)
            .and_then(|line| text.tree.lines.get(line))
            .map(|line| line.kind);
        if !matches!(kind, Some(LineKind::Head | LineKind::Continued)) {
            continue;
        }
        let end = text.tree.lines.get(index - 1).map_or(0, |line| line.end as usize);
        let bytes = text.source.text().get(..end).unwrap_or_default();
        let last = bytes.iter().rev().find(|byte| !matches!(byte, b'\n' | b'\r'));
        if last.is_none_or(u8::is_ascii_graphic) {
            continue;
        }
        let span = text.source.line_span(instruction.head_end_line);
        let line = String::from_utf8_lossy(text.source.slice(span));
        let kept = line.trim_end_matches(is_invisible);
        let Some(before) = kept.strip_suffix(text.tree.escape) else {
            continue;
        };
        let after = &line[kept.len()..];
        let Some(culprit) = after.chars().find(|sign| !matches!(sign, ' ' | '\t')) else {
            continue;
        };
        if before.ends_with(text.tree.escape) || line.contains(char::REPLACEMENT_CHARACTER) {
            continue;
        }
        let message = format!(
            "the line does not go on: U+{:04X} stands after the escape character",
            u32::from(culprit)
        );
        let escape = span.start + before.len() as u32;
        let place = Place::here(Span {
            start: escape,
            end: span.end,
        });
        let edit = Edit {
            span: Span {
                start: escape + 1,
                end: span.end,
            },
            text: String::new(),
        };
        let said = report.say_at(place, Certainty::Certain, message);
        said.fix("delete what is invisible", Safety::Suggested, vec![edit]);
    }
}

/// White space of any kind, and signs without width.
fn is_invisible(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}
