//! Physical lines: how a file falls into them, and the tokens that tile it.

use super::space;
use super::tree::Tree;
use crate::source::Span;

/// The longest line that BuildKit reads, its line end included. Its scanner's buffer is 64 KiB.
const LONGEST: usize = 64 * 1024;

/// A physical line; its first byte is one past the end of the line before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// One past its last byte, line end included.
    pub end: u32,
    /// What it is.
    pub kind: LineKind,
}

/// What a physical line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// A parser directive.
    Directive,
    /// A comment, inside of an instruction or not.
    Comment,
    /// Nothing but spaces.
    Blank,
    /// The first line of an instruction.
    Head,
    /// A further line of an instruction.
    Continued,
    /// A line of a here-document.
    Body,
    /// The end of a here-document.
    Terminator,
}

/// A stretch of the file that is one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// The byte order mark.
    Mark,
    /// Spaces before a directive, a comment or an instruction, or alone on a line.
    Space,
    /// A directive from `#` on.
    Directive,
    /// A comment from `#` on.
    Comment,
    /// Text of an instruction.
    Text,
    /// The escape character that continues a line, and the blanks after it.
    Continuation,
    /// Text of a here-document.
    Body,
    /// The name that ends a here-document, and the tabs before it.
    Terminator,
    /// Carriage returns and the line feed.
    LineEnd,
}

/// A physical line while reading.
#[derive(Debug, Clone, Copy)]
pub struct Physical {
    /// First byte; after the byte order mark.
    pub start: usize,
    /// End without carriage returns and line feed.
    pub end: usize,
    /// One past its last byte.
    pub next: usize,
    /// Whether it is longer than BuildKit reads.
    pub too_long: bool,
}

/// The line that starts at `at`; none at the end of the file.
pub fn physical(bytes: &[u8], at: usize) -> Option<Physical> {
    if at >= bytes.len() {
        return None;
    }
    let (end, next) = match memchr::memchr(b'\n', &bytes[at..]) {
        Some(length) => (at + length, at + length + 1),
        None => (bytes.len(), bytes.len()),
    };
    let mut trimmed = end;
    while trimmed > at && bytes[trimmed - 1] == b'\r' {
        trimmed -= 1;
    }
    let limit = if next > end { LONGEST } else { LONGEST - 1 };
    Some(Physical {
        start: at,
        end: trimmed,
        next,
        too_long: next - at > limit,
    })
}

/// Where the escape character stands that continues the line `from..to`, if one does.
///
/// It is followed by spaces and tabs only and preceded by another character, unless it stands alone.
pub fn continuation(bytes: &[u8], from: usize, to: usize, escape: u8) -> Option<usize> {
    let mut end = to;
    while end > from && matches!(bytes[end - 1], b' ' | b'\t') {
        end -= 1;
    }
    let at = end
        .checked_sub(1)
        .filter(|at| *at >= from && bytes[*at] == escape)?;
    (at == from || bytes[at - 1] != escape).then_some(at)
}

impl Tree {
    /// The tokens of the file, which tile it: each starts where the one before it ends.
    ///
    /// `source` is the text that was parsed.
    pub fn tokens(&self, source: &[u8]) -> Vec<Token> {
        let mut tokens = Vec::with_capacity(self.lines.len() * 2);
        let mut at = 0;
        let mut push = |kind, end: usize| {
            if end > at {
                tokens.push(Token {
                    kind,
                    span: Span::new(at, end),
                });
                at = end;
            }
        };
        let mark = (self.mark as usize).min(source.len());
        push(TokenKind::Mark, mark);
        let mut start = mark;
        for line in &self.lines {
            let next = (line.end as usize).min(source.len());
            let mut end = next;
            if end > start && source[end - 1] == b'\n' {
                end -= 1;
            }
            while end > start && source[end - 1] == b'\r' {
                end -= 1;
            }
            let indent = space::skip_spaces(source, start, end);
            match line.kind {
                LineKind::Blank => push(TokenKind::Space, end),
                LineKind::Directive => {
                    push(TokenKind::Space, indent);
                    push(TokenKind::Directive, end);
                }
                LineKind::Comment => {
                    push(TokenKind::Space, indent);
                    push(TokenKind::Comment, end);
                }
                LineKind::Head | LineKind::Continued => {
                    if line.kind == LineKind::Head {
                        push(TokenKind::Space, indent);
                    }
                    if let Some(escape) = continuation(source, start, end, self.escape as u8) {
                        push(TokenKind::Text, escape);
                        push(TokenKind::Continuation, end);
                    }
                    push(TokenKind::Text, end);
                }
                LineKind::Body => push(TokenKind::Body, end),
                LineKind::Terminator => push(TokenKind::Terminator, end),
            }
            push(TokenKind::LineEnd, next);
            start = next;
        }
        tokens
    }

    /// The file again, made of the tokens.
    pub fn print(&self, source: &[u8]) -> Vec<u8> {
        self.tokens(source)
            .iter()
            .flat_map(|token| &source[token.span.range()])
            .copied()
            .collect()
    }
}
