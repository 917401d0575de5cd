//! Named text and byte spans in it; line and column on demand.
//!
//! Text is bytes: a Dockerfile need not be UTF-8. Offsets fit 32 bits; whoever reads a file refuses
//! what is longer.

use std::sync::{Arc, OnceLock};

/// A range of bytes in a text, the end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to `end`.
    ///
    /// Offsets of a text that was let in by [`Source::new`] always fit.
    pub fn new(start: usize, end: usize) -> Self {
        let fit = |offset: usize| u32::try_from(offset).expect("a source is shorter than 4 GiB");
        Self {
            start: fit(start),
            end: fit(end.max(start)),
        }
    }

    /// The same as a range of indices.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest span that holds both.
    pub fn cover(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// A place as a person counts: lines and columns from 1, columns in Unicode characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1. A byte order mark is no column, an invalid byte is one.
    pub column: u32,
    /// Offset in bytes, from 0.
    pub byte: u32,
}

/// A text with the name under which it is reported.
#[derive(Debug)]
pub struct Source {
    name: Arc<str>,
    text: Vec<u8>,
    lines: OnceLock<Vec<u32>>,
    marks: OnceLock<Vec<Mark>>,
}

/// A place within a long line up to which its characters were counted.
#[derive(Debug, Clone, Copy)]
struct Mark {
    byte: u32,
    characters: u32,
}

/// Bytes from one mark to the next; a line up to this long has none.
const MARK_DISTANCE: usize = 1 << 14;

/// The text is longer than 32-bit offsets reach.
#[derive(Debug, thiserror::Error)]
#[error("the file is longer than 4 GiB")]
pub struct TooLong;

impl Source {
    /// Names a text.
    ///
    /// # Errors
    /// [`TooLong`] from 4 GiB on.
    pub fn new(name: impl Into<Arc<str>>, text: Vec<u8>) -> Result<Self, TooLong> {
        if u32::try_from(text.len()).is_err() {
            return Err(TooLong);
        }
        Ok(Self {
            name: name.into(),
            text,
            lines: OnceLock::new(),
            marks: OnceLock::new(),
        })
    }

    /// The path as reported, or `-` for standard input.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same to be kept: it is not copied.
    pub fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// All bytes.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The bytes of a span; out of range is cut off.
    pub fn slice(&self, span: Span) -> &[u8] {
        let end = (span.end as usize).min(self.text.len());
        &self.text[(span.start as usize).min(end)..end]
    }

    /// Line and column of an offset; one past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let lines = self.line_starts();
        let byte = offset.min(self.text.len() as u32);
        let line = lines.partition_point(|start| *start <= byte).max(1);
        let start = lines[line - 1];
        let mark = match (byte - start) as usize > MARK_DISTANCE {
            true => self.mark_before(start, byte),
            false => Mark {
                byte: start,
                characters: 0,
            },
        };
        let before = &self.text[mark.byte as usize..byte as usize];
        let before = match (mark.byte, before.strip_prefix(BYTE_ORDER_MARK)) {
            (0, Some(rest)) => rest,
            _ => before,
        };
        Position {
            line: line as u32,
            column: mark.characters + characters(before) + 1,
            byte,
        }
    }

    /// The last mark of the line that starts at `start`, up to `byte`; its start if it has none.
    fn mark_before(&self, start: u32, byte: u32) -> Mark {
        let marks = self.marks.get_or_init(|| self.marks());
        let after = marks.partition_point(|mark| mark.byte <= byte);
        let mark = after.checked_sub(1).map(|index| marks[index]);
        mark.filter(|mark| mark.byte >= start).unwrap_or(Mark {
            byte: start,
            characters: 0,
        })
    }

    /// Marks in every long line, so that many places in one are found without counting it each time.
    fn marks(&self) -> Vec<Mark> {
        let lines = self.line_starts();
        let ends = lines.iter().skip(1).copied().chain([self.text.len() as u32]);
        let mut marks = Vec::new();
        for (start, end) in lines.iter().copied().zip(ends) {
            if (end - start) as usize <= MARK_DISTANCE {
                continue;
            }
            let line = &self.text[start as usize..end as usize];
            let skipped = match start == 0 && line.starts_with(BYTE_ORDER_MARK) {
                true => BYTE_ORDER_MARK.len(),
                false => 0,
            };
            let (mut at, mut counted) = (skipped, 0);
            while line.len() - at > MARK_DISTANCE {
                let next = boundary(line, at + MARK_DISTANCE);
                counted += characters(&line[at..next]);
                at = next;
                marks.push(Mark {
                    byte: start + at as u32,
                    characters: counted,
                });
            }
        }
        marks
    }

    /// The span of a whole line, counted from 1, without its line end.
    pub fn line_span(&self, line: u32) -> Span {
        let lines = self.line_starts();
        let index = (line.max(1) as usize - 1).min(lines.len() - 1);
        let start = lines[index] as usize;
        let end = lines
            .get(index + 1)
            .map_or(self.text.len(), |next| *next as usize);
        let line = &self.text[start..end];
        let cut = line
            .iter()
            .rev()
            .take_while(|byte| matches!(byte, b'\n' | b'\r'))
            .count();
        Span::new(start, end - cut)
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = self.text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            std::iter::once(0)
                .chain(ends.map(|(at, _)| at as u32 + 1))
                .collect()
        })
    }
}

/// UTF-8's byte order mark.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The nearest offset, from `at` back, that does not split a character.
fn boundary(line: &[u8], at: usize) -> usize {
    // A character has at most four bytes. Bytes that only look like the inside of one are taken for
    // characters of their own, and there is no splitting those.
    let inside = |byte: u8| byte & 0xC0 == 0x80;
    (at - 3..=at).rev().find(|at| !inside(line[*at])).unwrap_or(at)
}

/// How many characters the bytes show as, an invalid byte as one.
fn characters(bytes: &[u8]) -> u32 {
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum::<usize>() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(text: &[u8], offset: u32) -> (u32, u32) {
        let source = Source::new("x", text.to_vec()).expect("short");
        let position = source.position(offset);
        (position.line, position.column)
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(position("é=x\nab".as_bytes(), 2), (1, 2));
        assert_eq!(position("é=x\nab".as_bytes(), 6), (2, 2));
    }

    #[test]
    fn a_byte_order_mark_is_no_column_and_an_invalid_byte_is_one() {
        assert_eq!(position(b"\xEF\xBB\xBFFROM a", 3), (1, 1));
        assert_eq!(position(b"\xFF\xFEab", 3), (1, 4));
    }

    #[test]
    fn columns_of_a_long_line_are_those_of_a_short_one() {
        let sample = "aé漢😀".repeat(20_000);
        let mut text = b"\xEF\xBB\xBF".to_vec();
        text.extend_from_slice(sample.as_bytes());
        text.extend_from_slice(b"\xFF\x80\x80\x80\x80\x80\n");
        text.extend_from_slice(sample.as_bytes());
        let source = Source::new("x", text.clone()).expect("short");
        for offset in (0..text.len()).step_by(4_999) {
            let start = text[..offset]
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            let before = &text[start..offset];
            let before = before.strip_prefix(BYTE_ORDER_MARK).unwrap_or(before);
            assert_eq!(
                source.position(offset as u32).column,
                characters(before) + 1,
                "{offset}"
            );
        }
    }

    #[test]
    fn past_the_end_is_the_end() {
        assert_eq!(position(b"ab\n", 99), (2, 1));
        assert_eq!(position(b"", 0), (1, 1));
    }
}
