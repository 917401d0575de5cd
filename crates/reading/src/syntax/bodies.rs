//! Bodies of here-documents, and where reading goes on when one has no end.

use std::collections::HashMap;

use super::instruction;
use super::joined::Joined;
use super::lines::{self, LineKind, Physical};
use super::parse::Reader;
use super::quote;
use super::space;
use super::tree::{Heredoc, Instruction, Keyword};
use super::words::{self, Logical};
use crate::source::Span;

/// After so many here-documents without an end, their names are looked up in an index of all lines
/// and no longer searched for, so that a file full of them takes no square of its length.
const SEARCHES_IN_VAIN: u32 = 8;

/// The last place of each line, as it is and without the tabs before it.
pub(super) struct Index<'a> {
    plain: HashMap<&'a [u8], usize>,
    chomped: HashMap<&'a [u8], usize>,
    lines: u32,
}

/// Bodies of here-documents.
impl<'a> Reader<'a> {
    /// Reads the bodies after an instruction; the error of the first that has no end.
    pub(super) fn bodies(&mut self, instruction: &mut Instruction) -> Option<(String, Span, u32)> {
        let mut error = None;
        let mut lost = false;
        for heredoc in &mut instruction.heredocs {
            let start = self.at;
            let lines = self.line;
            heredoc.body = Span::new(start, start);
            if lost {
                continue;
            }
            let read = self.tree.lines.len();
            let unread = match self.body(heredoc) {
                Ok(()) => continue,
                Err(unread) => unread,
            };
            let span = unread
                .too_long
                .unwrap_or_else(|| instruction.text.span(heredoc.range.clone()));
            error.get_or_insert(("unterminated heredoc".to_owned(), span, unread.last));
            if heredoc.terminator.is_none() {
                lost = true;
                self.at = start;
                self.line = lines;
                self.tree.lines.truncate(read);
                self.opaque(&instruction.raw_keyword);
                heredoc.body = Span::new(start, self.at);
            }
        }
        error
    }

    /// Reads one body up to its terminator.
    fn body(&mut self, heredoc: &mut Heredoc) -> Result<(), Unread> {
        if self.searches_in_vain >= SEARCHES_IN_VAIN {
            let at = self.at;
            let index = self.index();
            let last = if heredoc.chomp {
                &index.chomped
            } else {
                &index.plain
            };
            if last.get(heredoc.name.as_bytes()).is_none_or(|last| *last < at) {
                return Err(Unread {
                    last: index.lines,
                    too_long: None,
                });
            }
        }
        let start = self.at;
        let mut too_long = None;
        while let Some(line) = self.next() {
            if line.too_long && too_long.is_none() {
                too_long = Some(Unread {
                    last: self.line - 1,
                    too_long: Some(Span::new(line.start, line.end)),
                });
            }
            let mut name = line.start;
            while heredoc.chomp && name < line.end && self.bytes[name] == b'\t' {
                name += 1;
            }
            if self.bytes[name..line.end] == *heredoc.name.as_bytes() {
                heredoc.body = Span::new(start, line.start);
                heredoc.terminator = Some(Span::new(name, line.end));
                self.push(line, LineKind::Terminator);
                return too_long.map_or(Ok(()), Err);
            }
            self.push(line, LineKind::Body);
        }
        self.searches_in_vain += 1;
        Err(too_long.unwrap_or(Unread {
            last: self.line,
            too_long: None,
        }))
    }

    fn index(&mut self) -> &Index<'a> {
        let bytes = self.bytes;
        self.index.get_or_insert_with(|| {
            let mut index = Index {
                plain: HashMap::new(),
                chomped: HashMap::new(),
                lines: 0,
            };
            let mut at = 0;
            while let Some(line) = lines::physical(bytes, at) {
                at = line.next;
                index.lines += 1;
                let text = &bytes[line.start..line.end];
                index.plain.insert(text, line.start);
                let tabs = text.iter().take_while(|byte| **byte == b'\t').count();
                index.chomped.insert(&text[tabs..], line.start);
            }
            index
        })
    }

    /// Takes the lines of a body without end, up to the next line that reads as an instruction.
    fn opaque(&mut self, opener: &str) {
        loop {
            let (at, count) = (self.at, self.line);
            let Some(line) = self.next() else {
                return;
            };
            if self.looks_like_instruction(line, opener) {
                self.at = at;
                self.line = count;
                return;
            }
            self.push(line, LineKind::Body);
        }
    }

    /// Whether a line starts with a known keyword, in capitals or in the case of the instruction that
    /// lost its end, and reads without an error.
    fn looks_like_instruction(&self, line: Physical, opener: &str) -> bool {
        let text = &self.text[line.start..line.end];
        let Some((word, rest)) = text.split_once([' ', '\t']) else {
            return false;
        };
        let cased =
            word == quote::upper(word) || (opener == quote::lower(opener) && word == quote::lower(word));
        if !cased || rest.trim().is_empty() || words::keyword(word) == Keyword::Unknown {
            return false;
        }
        if lines::continuation(self.bytes, line.start, line.end, self.escape).is_some() {
            return true;
        }
        let end = space::trim_end(self.bytes, line.start, line.end);
        let logical = Logical {
            text: &self.text[line.start..end],
            raw: &self.bytes[line.start..end],
            valid: self.is_valid(),
            escape: self.escape,
        };
        let range = line.start as u32..end as u32;
        let (instruction, fault) = words::read(logical, Joined::straight(&self.shared, range));
        fault.is_none() && instruction::refusal(&instruction).is_none()
    }
}

/// A body that BuildKit does not read to its end.
struct Unread {
    /// The last line that it reads.
    last: u32,
    /// The line that is too long for it, where that is why.
    too_long: Option<Span>,
}
