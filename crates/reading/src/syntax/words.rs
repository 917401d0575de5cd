//! A logical line to keyword, flags and arguments, as BuildKit's parser splits it.

use std::ops::Range;

use super::joined::Joined;
use super::json::{self, Array};
use super::quote;
use super::space;
use super::tree::{Args, Flag, Instruction, Keyword, Pair, Word};
use crate::source::Span;

/// How many ONBUILD may follow one another before the rest is left unread. BuildKit refuses the
/// second already.
const DEEPEST_TRIGGER: u32 = 16;

/// A logical line, trimmed.
#[derive(Clone, Copy)]
pub(super) struct Logical<'a> {
    /// The text in which U+001A stands for an invalid byte.
    pub text: &'a str,
    /// The bytes of the file, as long as the text.
    pub raw: &'a [u8],
    /// Whether the file is UTF-8, so that both are the same.
    pub valid: bool,
    /// The escape character.
    pub escape: u8,
}

/// What BuildKit's parser refuses in a line, and where.
pub(super) struct Fault {
    pub message: String,
    pub range: Range<u32>,
}

/// Reads the instruction of a line. Its lines, comments and here-documents are not its business.
pub(super) fn read(line: Logical<'_>, text: Joined) -> (Instruction, Option<Fault>) {
    read_nested(line, text, 0)
}

fn read_nested(line: Logical<'_>, text: Joined, depth: u32) -> (Instruction, Option<Fault>) {
    let raw = line.raw;
    let end = raw.len();
    let keyword_end = raw.iter().position(|byte| space::is_blank(*byte)).unwrap_or(end);
    let keyword = keyword(&line.text[..keyword_end]);
    let mut at = keyword_end;
    while at < end && space::is_blank(raw[at]) {
        at += 1;
    }
    let mut flags = Vec::new();
    let rest = line.flags(at, &mut flags);
    let start = space::skip_spaces(raw, rest, end);
    let mut trigger = None;
    let (args, fault) = match keyword {
        Keyword::Onbuild if start < end && depth < DEEPEST_TRIGGER => {
            let range = line.range(start, end);
            let inner = Logical {
                text: &line.text[range.start as usize..],
                raw: &raw[range.start as usize..],
                valid: line.valid,
                escape: line.escape,
            };
            let (mut inner, fault) = read_nested(inner, text.narrowed(range.clone()), depth + 1);
            inner.span = text.span(range.clone());
            trigger = Some(Box::new(inner));
            let fault = fault.map(|fault| Fault {
                range: fault.range.start + range.start..fault.range.end + range.start,
                ..fault
            });
            (Args::None, fault)
        }
        _ => line.args(keyword, start, end),
    };
    let instruction = Instruction {
        keyword,
        raw_keyword: line.owned(0, keyword_end),
        keyword_span: text.span(0..keyword_end as u32),
        span: Span::default(),
        start_line: 0,
        end_line: 0,
        head_end_line: 0,
        text,
        flags,
        args,
        heredocs: Vec::new(),
        comments: Vec::new(),
        blank_lines: Vec::new(),
        trigger,
    };
    (instruction, fault)
}

/// The instruction that a word names, whatever its case.
pub(super) fn keyword(word: &str) -> Keyword {
    // The longest name is 11 letters; the Kelvin sign is a k of three bytes to BuildKit.
    let named = if word.is_ascii() || word.len() > 16 {
        Keyword::named(word)
    } else {
        Keyword::named(&quote::lower(word))
    };
    named.unwrap_or(Keyword::Unknown)
}

impl Logical<'_> {
    /// Text of the line as BuildKit would print it.
    fn owned(&self, start: usize, end: usize) -> String {
        match self.text.get(start..end) {
            Some(text) if self.valid => text.to_owned(),
            _ => space::lossy(&self.raw[start..end]),
        }
    }

    /// A range of the text, widened to whole characters.
    fn range(&self, mut start: usize, mut end: usize) -> Range<u32> {
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        start as u32..end as u32
    }

    fn word(&self, start: usize, end: usize) -> Word {
        Word {
            text: self.owned(start, end),
            range: self.range(start, end),
        }
    }

    /// Reads the flags from `from` on and gives the offset at which the rest begins.
    ///
    /// BuildKit goes byte by byte here and takes each for a character, so text outside ASCII is
    /// garbled, and may end in the middle.
    fn flags(&self, from: usize, flags: &mut Vec<Flag>) -> usize {
        let raw = self.raw;
        let end = raw.len();
        let mut at = from;
        loop {
            while at < end && space::is_latin_space(raw[at]) {
                at += 1;
            }
            if !raw[at..].starts_with(b"--") {
                return at;
            }
            let start = at;
            let mut text = String::new();
            let mut quote = None;
            while at < end {
                let byte = raw[at];
                if byte == self.escape && at + 1 < end {
                    text.push(char::from(raw[at + 1]));
                    at += 2;
                    continue;
                }
                match quote {
                    Some(mark) if byte == mark => quote = None,
                    None if space::is_latin_space(byte) => break,
                    None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
                    _ if byte == self.escape => {}
                    _ => text.push(char::from(byte)),
                }
                at += 1;
            }
            if text == "--" {
                return at;
            }
            flags.push(Flag {
                text,
                range: self.range(start, at),
            });
        }
    }

    /// Reads the arguments from `start` on, where no space stands.
    fn args(&self, keyword: Keyword, start: usize, end: usize) -> (Args, Option<Fault>) {
        if start >= end {
            return (Args::None, None);
        }
        match keyword {
            Keyword::From | Keyword::Expose => (Args::Words(self.words(start, end)), None),
            Keyword::Copy | Keyword::Add | Keyword::Volume => self
                .json(start, end)
                .unwrap_or_else(|| (Args::Words(self.words(start, end)), None)),
            Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Shell => self
                .json(start, end)
                .unwrap_or_else(|| (Args::Text(self.word(start, end)), None)),
            Keyword::User | Keyword::Workdir | Keyword::Stopsignal | Keyword::Maintainer => {
                (Args::Text(self.word(start, end)), None)
            }
            Keyword::Healthcheck => self.health(start, end),
            Keyword::Env => self.pairs("ENV", start, end),
            Keyword::Label => self.pairs("LABEL", start, end),
            Keyword::Arg => {
                let words = self.quoted_words(start, end);
                let pairs = words.into_iter().map(|range| self.pair(range, false));
                (Args::Pairs(pairs.collect()), None)
            }
            Keyword::Onbuild | Keyword::Unknown => (Args::None, None),
        }
    }

    fn words(&self, start: usize, end: usize) -> Vec<Word> {
        let mut words = Vec::new();
        let mut at = start;
        while at < end {
            let length = self.raw[at..end].iter().position(|byte| space::is_blank(*byte));
            let stop = length.map_or(end, |length| at + length);
            words.push(self.word(at, stop));
            at = stop;
            while at < end && space::is_blank(self.raw[at]) {
                at += 1;
            }
        }
        words
    }

    /// The JSON form, if it is that; none for the fall back to text.
    fn json(&self, start: usize, end: usize) -> Option<(Args, Option<Fault>)> {
        let start = space::skip_spaces(self.raw, start, end);
        if self.raw[start..end].first() != Some(&b'[') {
            return None;
        }
        match json::array(self.raw, start, end) {
            Array::No => None,
            Array::Mixed(at) => {
                let fault = Fault {
                    message: "when using JSON array syntax, arrays must be comprised of strings only"
                        .to_owned(),
                    range: self.range(at.start, at.end),
                };
                Some((Args::Text(self.word(start, end)), Some(fault)))
            }
            Array::Strings(strings) => {
                let words = strings.into_iter().map(|(text, at)| Word {
                    text,
                    range: self.range(at.start, at.end),
                });
                Some((Args::Json(words.collect()), None))
            }
        }
    }

    fn health(&self, start: usize, end: usize) -> (Args, Option<Fault>) {
        let raw = self.raw;
        let mut stop = start;
        while stop < end && !space::is_latin_space(raw[stop]) {
            stop += 1;
        }
        if stop == start {
            return (Args::None, None);
        }
        let mut next = stop;
        while next < end && space::is_latin_space(raw[next]) {
            next += 1;
        }
        let (rest, fault) = if next == end {
            (Args::None, None)
        } else {
            self.json(next, end)
                .unwrap_or_else(|| (Args::Text(self.word(next, end)), None))
        };
        (Args::Health(self.word(start, stop), Box::new(rest)), fault)
    }

    /// Words of ENV, LABEL and ARG: quotes group and stay, as do escapes; one at the very end goes.
    fn quoted_words(&self, start: usize, end: usize) -> Vec<Range<usize>> {
        let raw = &self.raw[..end];
        let mut words = Vec::new();
        let mut at = start;
        loop {
            at = space::skip_spaces(raw, at, end);
            if at >= end {
                return words;
            }
            let begin = at;
            let mut quote = None;
            let mut stop = end;
            while at < end {
                let byte = raw[at];
                if byte == self.escape && quote != Some(b'\'') {
                    if at + 1 == end {
                        stop = at;
                        at = end;
                        break;
                    }
                    at += 1 + space::decode(raw, at + 1).1;
                    continue;
                }
                match quote {
                    Some(mark) => {
                        if byte == mark {
                            quote = None;
                        }
                        at += 1;
                    }
                    None if matches!(byte, b'"' | b'\'') => {
                        quote = Some(byte);
                        at += 1;
                    }
                    None if byte < 0x80 => {
                        if matches!(byte, b'\t'..=b'\r' | b' ') {
                            stop = at;
                            break;
                        }
                        at += 1;
                    }
                    None => {
                        let (character, width) = space::decode(raw, at);
                        if character.is_some_and(char::is_whitespace) {
                            stop = at;
                            break;
                        }
                        at += width;
                    }
                }
            }
            if stop > begin {
                words.push(begin..stop);
            }
        }
    }

    /// Splits a word at its first `=`.
    fn pair(&self, word: Range<usize>, legacy: bool) -> Pair {
        let equals = memchr::memchr(b'=', &self.raw[word.clone()]);
        match equals.map(|length| word.start + length) {
            Some(equals) => Pair {
                key: self.word(word.start, equals),
                value: Some(self.word(equals + 1, word.end)),
                legacy,
            },
            None => Pair {
                key: self.word(word.start, word.end),
                value: None,
                legacy,
            },
        }
    }

    fn pairs(&self, name: &str, start: usize, end: usize) -> (Args, Option<Fault>) {
        let words = self.quoted_words(start, end);
        let has_equals = |word: &Range<usize>| memchr::memchr(b'=', &self.raw[word.clone()]).is_some();
        let Some(first) = words.first() else {
            return (Args::None, None);
        };
        if has_equals(first) {
            let wrong = words.iter().find(|word| !has_equals(word)).map(|word| {
                let quoted = quote::quoted(&self.owned(word.start, word.end));
                Fault {
                    message: format!(
                        "Syntax error - can't find = in {quoted}. Must be of the form: name=value"
                    ),
                    range: self.range(word.start, word.end),
                }
            });
            let pairs = words.iter().filter(|word| has_equals(word));
            let pairs = pairs.map(|word| self.pair(word.clone(), false)).collect();
            return (Args::Pairs(pairs), wrong);
        }
        let blank = self.raw[start..end]
            .iter()
            .position(|byte| space::is_blank(*byte));
        let Some(key_end) = blank.map(|length| start + length) else {
            let fault = Fault {
                message: format!("{name} must have two arguments"),
                range: self.range(start, end),
            };
            return (Args::None, Some(fault));
        };
        let mut value = key_end;
        while value < end && space::is_blank(self.raw[value]) {
            value += 1;
        }
        let pair = Pair {
            key: self.word(start, key_end),
            value: Some(self.word(value, end)),
            legacy: true,
        };
        (Args::Pairs(vec![pair]), None)
    }
}
