//! Text joined from physical lines, with the way back to the file.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::source::Span;

/// Text joined from physical lines, with the way back to the file.
///
/// The text is UTF-8: an invalid byte stands as U+001A, so that offsets stay; the file has the byte.
/// Copies and parts share the text, and lines that nothing joins share that of the file.
#[derive(Clone)]
pub struct Joined {
    whole: Arc<str>,
    /// The logical line, with the blanks around it.
    line: Range<u32>,
    /// The part that is this text.
    part: Range<u32>,
    pieces: Pieces,
}

/// Where stretches of a logical line stand in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pieces {
    /// All of it in a row from this offset on.
    One(u32),
    /// Offset in the line, offset in the file; sorted; each holds up to the next.
    Many(Arc<[(u32, u32)]>),
}

impl Default for Joined {
    fn default() -> Self {
        Self::of("", &[])
    }
}

impl PartialEq for Joined {
    /// Whether both have the same text at the same places of their files.
    fn eq(&self, other: &Self) -> bool {
        let part = |one: &Self| (one.part.start - one.line.start, one.part.len());
        self.line() == other.line() && part(self) == part(other) && self.line_spans() == other.line_spans()
    }
}

impl Eq for Joined {}

impl fmt::Debug for Joined {
    /// The text and its place: the rest of the file is not of interest.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Joined")
            .field("text", &self.text())
            .field("spans", &self.spans(0..self.text().len() as u32))
            .finish_non_exhaustive()
    }
}

impl Joined {
    /// Joins pieces: each an offset in `text` and the offset in the file where that stretch stands.
    pub fn new(text: String, pieces: Vec<(u32, u32)>) -> Self {
        Self::of(&text, &pieces)
    }

    /// The same from borrowed parts.
    pub fn of(text: &str, pieces: &[(u32, u32)]) -> Self {
        Self {
            whole: Arc::from(text),
            line: 0..text.len() as u32,
            part: 0..text.len() as u32,
            pieces: match pieces {
                [] => Pieces::One(0),
                [(0, source)] => Pieces::One(*source),
                _ => Pieces::Many(Arc::from(pieces)),
            },
        }
    }

    /// A range of a file's text that stands in a row.
    pub fn straight(file: &Arc<str>, range: Range<u32>) -> Self {
        Self {
            whole: Arc::clone(file),
            line: range.clone(),
            part: range,
            pieces: Pieces::One(0),
        }
    }

    /// The same line, of which only a part of the text counts: its blanks are cut off.
    pub fn trimmed(self, range: Range<u32>) -> Self {
        let start = self.part.start;
        Self {
            part: start + range.start..start + range.end,
            ..self
        }
    }

    /// A part of this text as a line of its own.
    pub fn narrowed(&self, range: Range<u32>) -> Self {
        let part = self.part.start + range.start..self.part.start + range.end;
        Self {
            whole: Arc::clone(&self.whole),
            line: part.clone(),
            part,
            pieces: self.pieces.clone(),
        }
    }

    /// The joined text.
    pub fn text(&self) -> &str {
        let range = self.part.start as usize..self.part.end as usize;
        self.whole.get(range).unwrap_or_default()
    }

    /// The whole logical line around the text, with the blanks at both ends that the text lacks.
    pub fn line(&self) -> &str {
        let range = self.line.start as usize..self.line.end as usize;
        self.whole.get(range).unwrap_or_default()
    }

    /// Where [`Joined::line`] stands in the file.
    pub fn line_spans(&self) -> Vec<Span> {
        self.absolute_spans(self.line.clone())
    }

    /// The spans in the file of a range in the text: several where it crosses a joined line, one
    /// (maybe empty) otherwise.
    pub fn spans(&self, range: Range<u32>) -> Vec<Span> {
        self.absolute_spans(self.part.start + range.start..self.part.start + range.end)
    }

    /// The smallest span in the file that holds a range of the text.
    pub fn span(&self, range: Range<u32>) -> Span {
        // Text that was made of the line, such as one with bad bytes shown, may be longer than it.
        let length = self.part.end - self.part.start;
        let range = range.start.min(length)..range.end.min(length);
        let from = self.part.start + range.start;
        let start = self.offset(from);
        if range.is_empty() {
            return Span { start, end: start };
        }
        Span {
            start,
            end: self.offset(self.part.start + range.end - 1) + 1,
        }
    }

    /// Whether the text lies in one piece in the file.
    pub fn is_straight(&self) -> bool {
        matches!(self.pieces, Pieces::One(_))
    }

    fn absolute_spans(&self, range: Range<u32>) -> Vec<Span> {
        let start = self.offset(range.start);
        if range.is_empty() {
            return vec![Span { start, end: start }];
        }
        let Pieces::Many(pieces) = &self.pieces else {
            return vec![Span {
                start,
                end: start + (range.end - range.start),
            }];
        };
        let mut spans: Vec<Span> = Vec::new();
        let first = pieces.partition_point(|(start, _)| *start <= range.start).max(1) - 1;
        for (index, (start, source)) in pieces.iter().enumerate().skip(first) {
            if *start >= range.end {
                break;
            }
            let end = pieces
                .get(index + 1)
                .map_or(self.whole.len() as u32, |next| next.0);
            let from = range.start.max(*start);
            let to = range.end.min(end);
            if from < to {
                let at = source + (from - start);
                spans.push(Span {
                    start: at,
                    end: at + (to - from),
                });
            }
        }
        spans
    }

    /// The offset in the file of an offset in the logical line.
    fn offset(&self, at: u32) -> u32 {
        match &self.pieces {
            Pieces::One(source) => source + at,
            Pieces::Many(pieces) => {
                let index = pieces.partition_point(|(start, _)| *start <= at).max(1) - 1;
                let (start, source) = pieces[index];
                source + (at - start)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_across_a_join_has_two_spans_and_one_cover() {
        let text = Joined::new("ab cd".into(), vec![(0, 10), (2, 20)]);
        let at = |start, end| Span { start, end };
        assert_eq!(text.spans(1..4), [at(11, 12), at(20, 22)]);
        assert_eq!(text.span(1..4), at(11, 22));
        assert_eq!(text.spans(2..2), [at(20, 20)]);
        let part = text.narrowed(1..4);
        assert_eq!(part.line(), "b c");
        assert_eq!(part.spans(0..2), [at(11, 12), at(20, 21)]);
    }
}
