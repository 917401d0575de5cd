//! Bytes to tree: physical lines to logical ones, comments, directives, and what goes wrong.

use std::borrow::Cow;
use std::sync::Arc;

use super::bodies::Index;
use super::directive;
use super::heredoc;
use super::instruction;
use super::joined::Joined;
use super::lines::{self, Line, LineKind, Physical};
use super::space;
use super::tree::{Comment, Directive, ErrorLayer, Instruction, Keyword, SyntaxError, Tree};
use super::words::{self, Logical};
use crate::source::{BYTE_ORDER_MARK, Span};

const EMPTY_FILE: &str = "file with no instructions";
const LINE_TOO_LONG: &str = "dockerfile line greater than max allowed size of 65535";

/// Reads a Dockerfile. Whatever the bytes, there is a tree; what BuildKit refuses stands in its errors.
///
/// Bytes past 4 GiB are not read.
pub fn parse(bytes: &[u8]) -> Tree {
    let bytes = &bytes[..bytes.len().min(u32::MAX as usize)];
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(clean(bytes)),
    };
    let mut reader = Reader {
        bytes,
        text: &text,
        shared: Arc::from(&*text),
        is_valid: matches!(text, Cow::Borrowed(_)),
        at: 0,
        line: 0,
        escape: b'\\',
        directives: Directives::Open(Vec::new()),
        block: Vec::new(),
        joined: String::new(),
        pieces: Vec::new(),
        searches_in_vain: 0,
        index: None,
        has_stage: Stage::None,
        stopped: false,
        tree: Tree {
            // Guesses from real files: 115 bytes an instruction, 37 a line.
            instructions: Vec::with_capacity(bytes.len() / 115),
            lines: Vec::with_capacity(bytes.len() / 37),
            ..Tree::default()
        },
    };
    reader.file();
    reader.tree
}

/// The text with U+001A for each byte that is no UTF-8.
fn clean(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{1a}'));
    }
    text
}

/// Whether directives may still come.
enum Directives {
    /// These names were seen.
    Open(Vec<&'static str>),
    Closed,
}

/// Whether a stage is there that takes instructions.
#[derive(PartialEq, Eq)]
enum Stage {
    None,
    /// None, and that was told.
    Missed,
    Some,
}

/// A file while it is read.
pub(super) struct Reader<'a> {
    pub bytes: &'a [u8],
    pub text: &'a str,
    /// The same text, for the lines that stand in it.
    pub shared: Arc<str>,
    /// Whether the file is UTF-8.
    is_valid: bool,
    /// Where the next line starts.
    pub at: usize,
    /// How many lines were read.
    pub line: u32,
    pub escape: u8,
    directives: Directives,
    /// The comments before the next instruction.
    block: Vec<String>,
    /// The logical line that is being joined; here so that its memory is used again.
    joined: String,
    pieces: Vec<(u32, u32)>,
    pub searches_in_vain: u32,
    pub index: Option<Index<'a>>,
    has_stage: Stage,
    /// Whether an error stood that stops BuildKit's parser.
    stopped: bool,
    pub tree: Tree,
}

impl Reader<'_> {
    fn file(&mut self) {
        if self.bytes.starts_with(BYTE_ORDER_MARK) {
            self.tree.mark = BYTE_ORDER_MARK.len() as u32;
        }
        while let Some(line) = self.next() {
            if line.too_long {
                let nothing_before = self.tree.instructions.is_empty();
                let message = if nothing_before { EMPTY_FILE } else { LINE_TOO_LONG };
                self.parse_error(message, Span::new(line.start, line.end), self.line - 1);
            }
            let start = space::skip_spaces(self.bytes, line.start, line.end);
            if start == line.end {
                self.push(line, LineKind::Blank);
                self.directives = Directives::Closed;
            } else if self.bytes[start] == b'#' {
                self.comment_or_directive(line, start);
            } else {
                self.directives = Directives::Closed;
                self.instruction(line, start);
            }
        }
        if self.tree.instructions.is_empty()
            && !self.tree.errors.iter().any(|error| error.message == EMPTY_FILE)
        {
            self.parse_error(EMPTY_FILE, Span::new(self.at, self.at), self.line);
        }
        let count = self.tree.instructions.len();
        for comment in self.tree.comments.iter_mut().rev() {
            if comment.speaks_for != Some(count) {
                break;
            }
            comment.speaks_for = None;
        }
        self.scanned_directives();
    }

    /// The next physical line, without the byte order mark.
    pub(super) fn next(&mut self) -> Option<Physical> {
        let mut line = lines::physical(self.bytes, self.at)?;
        if self.at == 0 {
            line.start = (self.tree.mark as usize).min(line.end);
        }
        self.at = line.next;
        self.line += 1;
        Some(line)
    }

    pub(super) fn push(&mut self, line: Physical, kind: LineKind) {
        self.tree.lines.push(Line {
            end: line.next as u32,
            kind,
        });
    }

    /// Notes what stops BuildKit's parser, with the one line that it names.
    fn parse_error(&mut self, message: impl Into<String>, span: Span, line: u32) {
        self.stopped = true;
        self.tree.errors.push(SyntaxError {
            message: message.into(),
            span,
            lines: line..=line,
            layer: ErrorLayer::Parse,
            instruction: None,
        });
    }

    fn comment_or_directive(&mut self, line: Physical, start: usize) {
        let span = Span::new(start, line.end);
        if let Directives::Open(seen) = &mut self.directives {
            match directive::find(self.bytes, start + 1, line.end) {
                Some(found) if seen.contains(&found.name) => {
                    let message = format!("only one {} parser directive can be used", found.name);
                    self.parse_error(message, span, self.line - 1);
                    self.push(line, LineKind::Directive);
                    return;
                }
                Some(found) => {
                    seen.push(found.name);
                    self.directive(line, span, &found);
                    return;
                }
                None => self.directives = Directives::Closed,
            }
        }
        // BuildKit cuts the first byte of the line off, not the `#`.
        let comment = &self.bytes[line.start + 1..line.end];
        let from = space::skip_spaces(comment, 0, comment.len());
        let to = space::trim_end(comment, from, comment.len());
        if from == to {
            self.block.clear();
        } else {
            self.block.push(space::lossy(&comment[from..to]));
        }
        self.tree.comments.push(Comment {
            span,
            inside: None,
            speaks_for: Some(self.tree.instructions.len()),
        });
        self.push(line, LineKind::Comment);
    }

    fn directive(&mut self, line: Physical, span: Span, found: &directive::Found) {
        let value = space::lossy(&self.bytes[found.value.clone()]);
        let value_span = Span::new(found.value.start, found.value.end);
        let mut in_force = false;
        if found.name == "escape" {
            match value.as_str() {
                "\\" | "`" => {
                    in_force = true;
                    self.escape = value.as_bytes()[0];
                    self.tree.escape = char::from(self.escape);
                }
                _ => {
                    let message = format!("invalid escape token '{value}' does not match ` or \\");
                    self.parse_error(message, value_span, self.line - 1);
                }
            }
        }
        self.tree.directives.push(Directive {
            name: found.name.to_owned(),
            value,
            span,
            value_span,
            in_force,
        });
        self.push(line, LineKind::Directive);
    }

    /// Brings in what the separate scan for `syntax` and `check` sees.
    fn scanned_directives(&mut self) {
        // That scan looks at the first line, or the second after `#!`, before anything else.
        if !matches!(
            self.bytes.iter().find(|byte| !byte.is_ascii_whitespace()),
            Some(b'#' | b'/' | b'{' | 0xEF)
        ) {
            return;
        }
        for found in directive::scan(self.bytes) {
            let known = self.tree.directives.iter_mut();
            match known
                .into_iter()
                .find(|known| known.value_span == found.value_span)
            {
                Some(known) => known.in_force = true,
                None => self.tree.directives.push(found),
            }
        }
        self.tree.directives.sort_by_key(|directive| directive.span);
    }

    /// Reads an instruction whose first line is `line`; its text starts at `start`.
    fn instruction(&mut self, line: Physical, start: usize) {
        self.push(line, LineKind::Head);
        let first = self.line;
        let mut blank_lines = Vec::new();
        let mut end = line.end;
        let text;
        let raw: Cow<'_, [u8]>;
        let bytes = self.bytes;
        match lines::continuation(bytes, start, line.end, self.escape) {
            None => {
                text = Joined::straight(&self.shared, start as u32..line.end as u32);
                raw = Cow::Borrowed(&bytes[start..line.end]);
            }
            Some(escape) => {
                end = self.continued(start..escape, line.end, &mut blank_lines);
                text = Joined::of(&self.joined, &self.pieces);
                raw = self.raw(text.line());
            }
        }
        let line_text = text.line();
        let from = space::skip_spaces(&raw, 0, raw.len());
        let to = space::trim_end(&raw, from, raw.len());
        let head_end_line = self.line;
        let heredocs = |instruction: &Instruction| {
            if heredoc::may_stand_in(instruction) && has_sign(&raw) {
                heredoc::in_line(line_text)
            } else {
                Ok(Vec::new())
            }
        };
        let logical = Logical {
            text: &line_text[from..to],
            raw: &raw[from..to],
            valid: self.is_valid(),
            escape: self.escape,
        };
        let (mut instruction, fault) = words::read(logical, text.clone().trimmed(from as u32..to as u32));
        instruction.start_line = first;
        instruction.head_end_line = head_end_line;
        instruction.blank_lines = blank_lines;
        instruction.comments = std::mem::take(&mut self.block);
        let mut error = None;
        if let Some(fault) = fault {
            error = Some((fault.message, instruction.text.span(fault.range), self.line));
        } else {
            match heredocs(&instruction) {
                Ok(found) => {
                    instruction.heredocs = found;
                    // An escaped space at the end is part of the word and trimmed off the text.
                    let within = |at: u32| (at as usize).clamp(from, to) as u32 - from as u32;
                    for heredoc in &mut instruction.heredocs {
                        heredoc.range = within(heredoc.range.start)..within(heredoc.range.end);
                    }
                }
                Err(reason) => {
                    error = Some((reason, instruction.text.span(0..(to - from) as u32), self.line))
                }
            }
        }
        if !instruction.heredocs.is_empty() {
            error = self.bodies(&mut instruction);
            end = self.last_end();
        }
        self.finish(instruction, end, error);
    }

    /// Takes the lines that continue one; gives the end of the last of them.
    fn continued(
        &mut self,
        first: std::ops::Range<usize>,
        first_end: usize,
        blank_lines: &mut Vec<u32>,
    ) -> usize {
        self.joined.clear();
        self.pieces.clear();
        let mut end = first_end;
        self.join(first);
        while let Some(line) = self.next() {
            if line.too_long {
                self.parse_error(LINE_TOO_LONG, Span::new(line.start, line.end), self.line - 1);
            }
            end = line.end;
            let start = space::skip_spaces(self.bytes, line.start, line.end);
            if start == line.end {
                blank_lines.push(self.line);
                self.push(line, LineKind::Blank);
                continue;
            }
            if self.bytes[start] == b'#' {
                let index = self.tree.instructions.len();
                self.tree.comments.push(Comment {
                    span: Span::new(start, line.end),
                    inside: Some(index),
                    speaks_for: Some(index),
                });
                self.push(line, LineKind::Comment);
                continue;
            }
            self.push(line, LineKind::Continued);
            match lines::continuation(self.bytes, line.start, line.end, self.escape) {
                Some(escape) => self.join(line.start..escape),
                None => {
                    self.join(line.start..line.end);
                    break;
                }
            }
        }
        end
    }

    fn join(&mut self, range: std::ops::Range<usize>) {
        let at = self.joined.len() as u32;
        // A stretch without text holds no offset, unless nothing follows it.
        if self.pieces.last().is_some_and(|last| last.0 == at) {
            self.pieces.pop();
        }
        self.pieces.push((at, range.start as u32));
        self.joined.push_str(&self.text[range]);
    }

    /// Whether the file is UTF-8.
    pub(super) fn is_valid(&self) -> bool {
        self.is_valid
    }

    /// The bytes of the joined line, of which `line` is the text.
    fn raw<'line>(&self, line: &'line str) -> Cow<'line, [u8]> {
        if self.is_valid() {
            return Cow::Borrowed(line.as_bytes());
        }
        let mut raw = Vec::with_capacity(line.len());
        for (index, (start, source)) in self.pieces.iter().enumerate() {
            let end = self
                .pieces
                .get(index + 1)
                .map_or(line.len(), |next| next.0 as usize);
            let source = *source as usize;
            raw.extend_from_slice(&self.bytes[source..source + end - *start as usize]);
        }
        Cow::Owned(raw)
    }

    /// Where the line that was read last ends, without its line end.
    fn last_end(&self) -> usize {
        let mut end = self.at;
        if end > 0 && self.bytes[end - 1] == b'\n' {
            end -= 1;
            while end > 0 && self.bytes[end - 1] == b'\r' {
                end -= 1;
            }
        }
        end
    }

    /// Judges an instruction and puts it into the tree.
    fn finish(&mut self, mut instruction: Instruction, end: usize, error: Option<(String, Span, u32)>) {
        instruction.end_line = self.line;
        instruction.span = Span::new(instruction.keyword_span.start as usize, end);
        let lines = (instruction.start_line, instruction.end_line);
        let mut inner = instruction.trigger.as_deref_mut();
        while let Some(trigger) = inner {
            trigger.span.end = trigger.span.end.max(instruction.span.end);
            (trigger.start_line, trigger.end_line) = lines;
            trigger.head_end_line = instruction.head_end_line;
            inner = trigger.trigger.as_deref_mut();
        }
        let index = self.tree.instructions.len();
        // Only the first error of the parser is one that BuildKit reports; the lines of all would grow
        // with the square of the file, since a missing end reaches to the end of the file.
        let stopped = self.stopped;
        let mut refuse = |message, span, last: u32, layer| {
            let last = if stopped { last.min(lines.1) } else { last };
            self.tree.errors.push(SyntaxError {
                message,
                span,
                lines: lines.0..=last,
                layer,
                instruction: Some(index),
            });
        };
        if let Some((message, span, last)) = error {
            refuse(message, span, last, ErrorLayer::Parse);
            self.stopped = true;
        } else if let Some((message, span)) = instruction::refusal(&instruction) {
            refuse(message, span, lines.1, ErrorLayer::Instruction);
        } else if self.has_stage == Stage::None
            && !matches!(instruction.keyword, Keyword::Arg | Keyword::From)
        {
            let message = instruction::NO_STAGE.to_owned();
            refuse(
                message,
                instruction.keyword_span,
                lines.1,
                ErrorLayer::Instruction,
            );
            self.has_stage = Stage::Missed;
        }
        if instruction.keyword == Keyword::From {
            self.has_stage = Stage::Some;
        }
        self.tree.instructions.push(instruction);
    }
}

/// Whether `<<` is in it.
fn has_sign(text: &[u8]) -> bool {
    memchr::memchr_iter(b'<', text).any(|at| text.get(at + 1) == Some(&b'<'))
}
