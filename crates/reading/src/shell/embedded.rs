//! Scripts in words and here-documents of another script: `sh -c '…'`, `bash <<EOF`.
//!
//! Such a script is quoted for the shell around it. Here that quoting is undone, the result is read
//! like any script, and its places are led back to the outer text.

use std::ops::Range;

use shuck_ast::{WordPart, WordPartNode};

use super::quoting::{Quoting, unquote};
use super::{Dialect, LONGEST, Redirect, RedirectKind, Script, ShellWord, parse, read};

/// Reads a word of a script as a script: the argument of `sh -c`, `su -c` or `eval`. All ranges in
/// the result are places in `text`, which is the text that the word was read from.
///
/// Variables and substitutions that the outer shell expands stand in the result as if the inner
/// shell did, in double quotes where they stand in the inner shell's single ones. The commands of
/// such substitutions are then in both scripts. None if the word does not belong to the text.
pub fn read_word(word: &ShellWord, text: &str, dialect: Dialect) -> Option<Script> {
    let raw = text.get(word.range.start as usize..word.range.end as usize)?;
    if raw.len() > LONGEST {
        return None;
    }
    let parsed = parse::word(raw);
    let mut content = Content::new(raw.len());
    content.nodes(&parsed.parts, raw, word.range.start, Quoting::Bare);
    Some(content.read(text, dialect))
}

/// Reads the body of a here-document as a script, as `bash <<EOF` does, with the same promises as
/// [`read_word`]. None if the redirect is no here-document or does not belong to the text.
pub fn read_heredoc(redirect: &Redirect, text: &str, dialect: Dialect) -> Option<Script> {
    Some(heredoc(redirect, text)?.read(text, dialect))
}

/// The body of a here-document as the program that reads it gets it.
#[cfg(feature = "shellcheck")]
pub(super) struct HeredocText(Content);

#[cfg(feature = "shellcheck")]
impl HeredocText {
    /// None if the redirect is no here-document or does not belong to the text.
    pub(super) fn of(redirect: &Redirect, text: &str) -> Option<Self> {
        heredoc(redirect, text).map(Self)
    }

    /// The body.
    pub(super) fn text(&self) -> &str {
        &self.0.text
    }

    /// The place in the outer text of a range of the body.
    pub(super) fn place(&self, range: &Range<u32>, text: &str) -> Range<u32> {
        self.0.place(range, text)
    }
}

fn heredoc(redirect: &Redirect, text: &str) -> Option<Content> {
    let RedirectKind::Heredoc { body: Some(body) } = &redirect.kind else {
        return None;
    };
    let raw = text.get(body.range.start as usize..body.range.end as usize)?;
    if raw.len() > LONGEST {
        return None;
    }
    let name = text.get(redirect.target.range.start as usize..redirect.target.range.end as usize)?;
    let expands = !name.contains(['\'', '"', '\\']);
    let operator = text.get(redirect.range.start as usize..redirect.target.range.start as usize)?;
    let strips_tabs = operator.trim_end().ends_with('-');
    let mut content = Content::new(raw.len());
    let mut offset = body.range.start;
    for line in raw.split_inclusive('\n') {
        let kept = if strips_tabs {
            line.trim_start_matches('\t')
        } else {
            line
        };
        let start = offset + (line.len() - kept.len()) as u32;
        if expands {
            unquote(kept, Quoting::Heredoc, |piece, at, _| {
                content.push(piece, start + at as u32)
            });
        } else {
            content.push(kept, start);
        }
        offset += line.len() as u32;
    }
    Some(content)
}

/// A script without the quoting of the script around it, and where its bytes come from.
struct Content {
    text: String,
    pieces: Vec<Piece>,
    quotes: Quotes,
}

/// A stretch of the content that stands in one piece in the outer text.
struct Piece {
    /// Its first byte in the content.
    content: u32,
    /// Its first byte in the outer text.
    source: u32,
    /// The end in the outer text.
    limit: u32,
}

/// The quotes of the inner script that are open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
    Double,
    /// After a backslash outside of quotes.
    Escape,
    /// After a backslash in double quotes.
    DoubleEscape,
}

impl Content {
    fn new(capacity: usize) -> Content {
        Content {
            text: String::with_capacity(capacity),
            pieces: Vec::new(),
            quotes: Quotes::None,
        }
    }

    /// Adds text that stands so in the source.
    fn push(&mut self, piece: &str, source: u32) {
        self.push_as(piece, source, source + piece.len() as u32);
        for sign in piece.bytes() {
            self.quotes = match (self.quotes, sign) {
                (Quotes::None, b'\'') => Quotes::Single,
                (Quotes::None, b'"') | (Quotes::DoubleEscape, _) => Quotes::Double,
                (Quotes::None, b'\\') => Quotes::Escape,
                (Quotes::Double, b'\\') => Quotes::DoubleEscape,
                (Quotes::Single, b'\'') | (Quotes::Double, b'"') | (Quotes::Escape, _) => Quotes::None,
                (quotes, _) => quotes,
            };
        }
    }

    fn push_as(&mut self, piece: &str, source: u32, limit: u32) {
        let content = self.text.len() as u32;
        let follows = self.pieces.last().is_some_and(|last| {
            last.limit == source
                && limit - source == piece.len() as u32
                && content - last.content == last.limit - last.source
        });
        match self.pieces.last_mut() {
            Some(last) if follows => last.limit = limit,
            _ => self.pieces.push(Piece {
                content,
                source,
                limit,
            }),
        }
        self.text.push_str(piece);
    }

    /// Adds an expansion of the outer shell. In the inner shell's single quotes it would read as
    /// text, so these are closed around it.
    fn push_expansion(&mut self, raw: &str, source: u32) {
        let end = source + raw.len() as u32;
        let single = self.quotes == Quotes::Single;
        if single {
            self.push_as("'\"", source, source);
        }
        self.push_as(raw, source, end);
        if single {
            self.push_as("\"'", end, end);
        }
    }

    fn nodes(&mut self, nodes: &[WordPartNode], raw: &str, base: u32, quoting: Quoting) {
        for node in nodes {
            let (from, to) = (node.span.start.offset(), node.span.end.offset());
            let slice = raw.get(from..to).unwrap_or_default();
            let source = base + from.min(raw.len()) as u32;
            match &node.kind {
                WordPart::Literal(_) => {
                    unquote(slice, quoting, |piece, at, _| {
                        self.push(piece, source + at as u32)
                    });
                }
                WordPart::SingleQuoted { value, .. } => {
                    let span = value.span();
                    let start = base + span.start.offset().min(raw.len()) as u32;
                    if value.is_source_backed() {
                        self.push(value.slice(raw), start);
                    } else {
                        let limit = base + span.end.offset().min(raw.len()) as u32;
                        self.push_as(value.slice(raw), start, limit.max(start));
                    }
                }
                WordPart::DoubleQuoted { parts, .. } => self.nodes(parts, raw, base, Quoting::Double),
                _ => self.push_expansion(slice, source),
            }
        }
    }

    fn read(self, text: &str, dialect: Dialect) -> Script {
        let mut script = read(&self.text, dialect);
        let place = |range: &mut Range<u32>| *range = self.place(range, text);
        for command in &mut script.commands {
            place(&mut command.range);
            command.words.iter_mut().for_each(|word| place(&mut word.range));
            for assignment in &mut command.assignments {
                place(&mut assignment.range);
                assignment
                    .value
                    .iter_mut()
                    .for_each(|value| place(&mut value.range));
            }
            command
                .redirects
                .iter_mut()
                .for_each(|redirect| places(redirect, place));
        }
        script
            .loops
            .iter_mut()
            .flat_map(|each| &mut each.words)
            .for_each(|word| place(&mut word.range));
        script
            .block_redirects
            .iter_mut()
            .for_each(|redirect| places(redirect, place));
        script
    }

    /// The place in the outer text of a range of the content.
    fn place(&self, range: &Range<u32>, text: &str) -> Range<u32> {
        let start = floor(self.offset(range.start), text);
        if range.is_empty() {
            return start..start;
        }
        let end = floor(self.offset(range.end - 1) + 1, text);
        start..end.max(start)
    }

    fn offset(&self, at: u32) -> u32 {
        let index = self.pieces.partition_point(|piece| piece.content <= at);
        match index.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            Some(piece) => (piece.source + (at - piece.content)).min(piece.limit),
            None => self.pieces.first().map_or(0, |piece| piece.source),
        }
    }
}

fn places(redirect: &mut Redirect, place: impl Fn(&mut Range<u32>)) {
    place(&mut redirect.range);
    place(&mut redirect.target.range);
    if let RedirectKind::Heredoc { body: Some(body) } = &mut redirect.kind {
        place(&mut body.range);
    }
}

/// The start of the character at an offset.
fn floor(offset: u32, text: &str) -> u32 {
    let offset = (offset as usize).min(text.len());
    (0..=offset)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0) as u32
}
