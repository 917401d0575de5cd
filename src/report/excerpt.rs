//! The few lines around a place, cut to what a person can take in.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::printable::printable_char;
use crate::source::{Source, Span};

/// Characters of a line that are shown.
const WIDTH: usize = 140;

/// Characters before the place that are shown when a line is cut.
const LEAD: usize = 40;

/// Printable text of at most three lines, with the place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The path as reported, printable.
    name: String,
    /// The lines.
    text: String,
    /// The first line's number, from 0.
    first_line: usize,
    /// Line and column of the place in the file, from 0.
    place: (usize, usize),
    /// The place in the text.
    label: (usize, usize),
}

impl Excerpt {
    /// Cuts out the line where a span starts, with one line before and one after it.
    pub fn new(source: &Source, name: String, span: Span) -> Self {
        let position = source.position(span.start);
        let line = position.line;
        let mut text = String::new();
        let mut first_line = line as usize - 1;
        if line > 1 {
            text.push_str(&cut(source.slice(source.line_span(line - 1)), 0..0).text);
            text.push('\n');
            first_line -= 1;
        }
        let at = source.line_span(line);
        let range = (span.start.max(at.start) - at.start) as usize
            ..(span.end.clamp(at.start, at.end) - at.start) as usize;
        let shown = cut(source.slice(at), range);
        let label = (text.len() + shown.label.start, shown.label.len());
        text.push_str(&shown.text);
        text.push('\n');
        let next = source.line_span(line + 1);
        if next.start > at.end && (next.start as usize) < source.text().len() {
            text.push_str(&cut(source.slice(next), 0..0).text);
            text.push('\n');
        }
        Self {
            name,
            text,
            first_line,
            place: (line as usize - 1, position.column as usize - 1),
            label,
        }
    }

    /// The place in the text: first byte and length.
    pub fn label(&self) -> SourceSpan {
        self.label.into()
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Without context the reader asks for the number of the line and column of the place,
        // which is that of the file, not that of the cut line.
        let (line, column) = match before + after {
            0 => self.place,
            _ => (self.first_line, 0),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            (0, self.text.len()).into(),
            line,
            column,
            self.text.lines().count(),
        )))
    }
}

struct Cut {
    text: String,
    label: std::ops::Range<usize>,
}

/// The printable part of a line around a range of its bytes.
fn cut(line: &[u8], range: std::ops::Range<usize>) -> Cut {
    // A window of bytes first, so that a line of many megabytes costs no more than a short one.
    let before = line.get(..range.start).unwrap_or(line);
    let from = match before.len() > WIDTH * 4 || line.len() > WIDTH * 4 {
        true => back(line, before.len(), LEAD),
        false => 0,
    };
    let window = &line[from..line.len().min(from + (WIDTH + LEAD) * 4)];
    let mut text = String::new();
    if from > 0 {
        text.push('…');
    }
    let mut label = None;
    let mut label_end = None;
    let mut characters = 0;
    let mut at = from;
    let mut whole = from + window.len() == line.len();
    'window: for chunk in window.utf8_chunks() {
        let valid = chunk.valid().chars().map(|sign| (printed(sign), sign.len_utf8()));
        let invalid = chunk.invalid().iter().map(|_| (char::REPLACEMENT_CHARACTER, 1));
        for (sign, length) in valid.chain(invalid) {
            if characters == WIDTH {
                whole = false;
                break 'window;
            }
            if at >= range.start && label.is_none() {
                label = Some(text.len());
            }
            if at >= range.end && label_end.is_none() {
                label_end = Some(text.len());
            }
            // A byte order mark is no column.
            if !(at == 0 && line.starts_with(crate::source::BYTE_ORDER_MARK)) {
                text.push(sign);
                characters += 1;
            }
            at += length;
        }
    }
    let start = label.unwrap_or(text.len());
    let end = label_end.unwrap_or(text.len()).max(start);
    if !whole {
        text.push('…');
    }
    Cut {
        text: text.replace("##[", "#＃[").replace("##vso[", "#＃vso["),
        label: start..end,
    }
}

/// A tab is laid out by the report itself; all else that is not printable is pictured.
fn printed(sign: char) -> char {
    match sign {
        '\t' => '\t',
        other => printable_char(other),
    }
}

/// The start of the character that stands `count` characters before an offset.
fn back(line: &[u8], offset: usize, count: usize) -> usize {
    let mut at = offset;
    for _ in 0..count {
        if at == 0 {
            break;
        }
        at -= 1;
        // At most three bytes of a character follow its first.
        for _ in 0..3 {
            if at > 0 && line[at] & 0xC0 == 0x80 {
                at -= 1;
            }
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &[u8], start: usize, end: usize) -> Excerpt {
        let source = Source::new("x", text.to_vec()).expect("short");
        Excerpt::new(&source, "x".into(), Span::new(start, end))
    }

    #[test]
    fn a_huge_line_is_cut_around_the_place() {
        let mut text = vec![b'a'; 1 << 20];
        text.extend_from_slice(b"fault");
        text.extend(vec![b'b'; 1 << 20]);
        let excerpt = excerpt(&text, 1 << 20, (1 << 20) + 5);
        assert!(excerpt.text.chars().count() < 200, "{}", excerpt.text.len());
        let (start, length) = excerpt.label;
        assert_eq!(&excerpt.text[start..start + length], "fault");
        assert_eq!(excerpt.place, (0, 1 << 20));
    }

    #[test]
    fn a_place_over_several_lines_ends_with_its_first() {
        let excerpt = excerpt(b"one\ntwo \\\nthree\nfour\n", 4, 15);
        assert_eq!(excerpt.text, "one\ntwo \\\nthree\n");
        assert_eq!(excerpt.label, (4, 5));
    }

    #[test]
    fn invalid_bytes_keep_the_columns() {
        let excerpt = excerpt(b"\xff\xfeab", 2, 3);
        let (start, length) = excerpt.label;
        assert_eq!(&excerpt.text[start..start + length], "a");
    }

    #[test]
    fn nothing_at_all_has_an_excerpt() {
        assert_eq!(excerpt(b"", 0, 0).label, (0, 0));
    }
}
