//! The scanner behind [`super::expand`]: quotes, escapes, references and their operators.

use std::collections::BTreeSet;
use std::ops::Range;

use super::expand::{ExpandedWord, Lexer, Lookup, Variables};
use super::pattern;

/// How deep `${a:-${b:-…}}` may nest. BuildKit has no bound but its memory.
const DEEPEST: usize = 100;

/// How many bytes of values one word takes in, and how long a replaced value may be; what would be
/// more is unknown. Linux gives no program a longer string (its MAX_ARG_STRLEN), and a file of
/// doublings (`ENV a=$a$a`) would fill all memory.
const MOST_VALUE: usize = 128 << 10;

/// Text with holes.
#[derive(Default)]
pub(super) struct Value {
    pub text: String,
    pub holes: Vec<Range<usize>>,
}

impl Value {
    fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            holes: Vec::new(),
        }
    }

    fn hole(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            holes: std::iter::once(0..text.len()).collect(),
        }
    }

    fn append(&mut self, other: &Self) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        let moved = other
            .holes
            .iter()
            .map(|hole| hole.start + start..hole.end + start);
        self.holes.extend(moved);
    }
}

/// A word while it is read.
pub(super) struct Scan<'a> {
    lexer: &'a Lexer,
    variables: &'a dyn Variables,
    source: &'a str,
    at: usize,
    depth: usize,
    /// Bytes of values that were taken in.
    taken: usize,
    /// Whether words are wanted, and not the one value alone.
    splits: bool,
    /// The word that is being collected. BuildKit has one for all levels, so a nested word takes
    /// with it what was collected before.
    word: ExpandedWord,
    pub matched: BTreeSet<String>,
    pub unmatched: BTreeSet<String>,
}

/// The words of one level.
#[derive(Default)]
struct Words {
    list: Vec<ExpandedWord>,
    inside: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(lexer: &'a Lexer, word: &'a str, variables: &'a dyn Variables, splits: bool) -> Self {
        Self {
            lexer,
            variables,
            source: word,
            // Go's scanner drops a byte order mark at the start.
            at: if word.starts_with('\u{feff}') { 3 } else { 0 },
            depth: 0,
            taken: 0,
            splits,
            word: ExpandedWord::default(),
            matched: BTreeSet::new(),
            unmatched: BTreeSet::new(),
        }
    }

    fn peek(&self) -> Option<char> {
        let byte = self.source.as_bytes().get(self.at)?;
        if byte.is_ascii() {
            return Some(char::from(*byte));
        }
        self.source[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    /// Everything up to `stop`, which is taken, or the end.
    pub(super) fn until(
        &mut self,
        stop: Option<char>,
        raw_escapes: bool,
    ) -> Result<(Value, Vec<ExpandedWord>), String> {
        let quotes = !self.lexer.skip_process_quotes;
        let mut result = Value::default();
        let mut words = Words::default();
        while let Some(character) = self.peek() {
            let start = self.at;
            if Some(character) == stop {
                self.next();
                self.end_word(&mut words);
                return Ok((result, words.list));
            }
            match character {
                '$' => {
                    let value = self.dollar()?;
                    self.add_value(&mut words, &value, start);
                    result.append(&value);
                }
                '<' => {
                    let text = self.less();
                    self.add_raw(&mut words, &Value::plain(text), start);
                    result.text.push_str(text);
                }
                '\'' if quotes => {
                    let value = self.single_quoted()?;
                    self.add_raw(&mut words, &value, start);
                    result.append(&value);
                }
                '"' if quotes => {
                    let value = self.double_quoted(raw_escapes)?;
                    self.add_raw(&mut words, &value, start);
                    result.append(&value);
                }
                _ if character == self.lexer.escape => {
                    self.next();
                    if raw_escapes {
                        self.add_character(&mut words, character, start);
                        result.text.push(character);
                    }
                    let Some(escaped) = self.next() else {
                        break;
                    };
                    self.add_character(&mut words, escaped, start);
                    result.text.push(escaped);
                }
                _ => {
                    self.next();
                    if character.is_whitespace() {
                        self.space(&mut words);
                    } else {
                        self.add_character(&mut words, character, start);
                    }
                    result.text.push(character);
                }
            }
        }
        if let Some(stop) = stop {
            return Err(format!(
                "unexpected end of statement while looking for matching {stop}"
            ));
        }
        self.end_word(&mut words);
        Ok((result, words.list))
    }

    fn end_word(&mut self, words: &mut Words) {
        if !self.word.text.is_empty() {
            words.list.push(std::mem::take(&mut self.word));
            words.inside = false;
        }
    }

    fn space(&mut self, words: &mut Words) {
        if words.inside {
            self.end_word(words);
        }
    }

    /// The word grows by what was written from `start` up to here.
    fn grow(&mut self, words: &mut Words, start: usize) {
        if self.word.text.is_empty() {
            self.word.range.start = start;
        }
        self.word.range.end = self.at;
        words.inside = true;
    }

    fn add_character(&mut self, words: &mut Words, character: char, start: usize) {
        if !self.splits {
            return;
        }
        self.grow(words, start);
        self.word.text.push(character);
    }

    fn add_raw(&mut self, words: &mut Words, value: &Value, start: usize) {
        if !self.splits {
            return;
        }
        self.grow(words, start);
        let length = self.word.text.len();
        self.word.text.push_str(&value.text);
        let moved = value
            .holes
            .iter()
            .map(|hole| hole.start + length..hole.end + length);
        self.word.holes.extend(moved);
    }

    /// A variable's value is split at its blanks, what is not known is not.
    fn add_value(&mut self, words: &mut Words, value: &Value, start: usize) {
        if !self.splits {
            return;
        }
        let mut holes = value.holes.iter().peekable();
        for (offset, character) in value.text.char_indices() {
            while holes.next_if(|hole| hole.end <= offset).is_some() {}
            match holes.peek() {
                Some(hole) if hole.start == offset => {
                    self.add_raw(words, &Value::hole(&value.text[(*hole).clone()]), start);
                }
                Some(hole) if hole.contains(&offset) => {}
                _ if character.is_whitespace() => self.space(words),
                _ => self.add_character(words, character, start),
            }
        }
    }

    fn single_quoted(&mut self) -> Result<Value, String> {
        let start = self.at + 1;
        let Some(length) = self.source[start..].find('\'') else {
            self.at = self.source.len();
            return Err("unexpected end of statement while looking for matching single-quote".to_owned());
        };
        self.at = start + length + 1;
        Ok(Value::plain(if self.lexer.raw_quotes {
            &self.source[start - 1..self.at]
        } else {
            &self.source[start..start + length]
        }))
    }

    fn double_quoted(&mut self, raw_escapes: bool) -> Result<Value, String> {
        let mut result = Value::default();
        self.next();
        if self.lexer.raw_quotes {
            result.text.push('"');
        }
        loop {
            match self.peek() {
                None => {
                    return Err(
                        "unexpected end of statement while looking for matching double-quote".to_owned(),
                    );
                }
                Some('"') => {
                    self.next();
                    if self.lexer.raw_quotes {
                        result.text.push('"');
                    }
                    return Ok(result);
                }
                Some('$') => {
                    let value = self.dollar()?;
                    result.append(&value);
                }
                Some(mut character) => {
                    self.next();
                    if character == self.lexer.escape {
                        if raw_escapes {
                            result.text.push(character);
                        }
                        match self.peek() {
                            None => continue,
                            Some(next) if next == '"' || next == '$' || next == self.lexer.escape => {
                                self.next();
                                character = next;
                            }
                            // With raw escapes BuildKit has the character twice here.
                            Some(_) => {}
                        }
                    }
                    result.text.push(character);
                }
            }
        }
    }

    /// `<`, or `<<` with the blanks after it, which belong to the word of a here-document.
    fn less(&mut self) -> &'a str {
        let start = self.at;
        self.next();
        if self.peek() == Some('<') {
            self.next();
            while matches!(self.peek(), Some(' ' | '\t' | '\r')) {
                self.next();
            }
        }
        &self.source[start..self.at]
    }

    fn look_up(&mut self, name: &str) -> Lookup {
        let mut found = self.variables.get(name);
        if let Lookup::Set(value) = &found {
            self.taken += value.len();
            if self.taken > MOST_VALUE {
                found = Lookup::Unknown;
            }
        }
        match found {
            Lookup::Unset => self.unmatched.insert(name.to_owned()),
            Lookup::Set(_) | Lookup::Unknown => self.matched.insert(name.to_owned()),
        };
        found
    }

    /// A name after `$` or `${`; empty if none stands there.
    fn name(&mut self) -> &'a str {
        let start = self.at;
        match self.peek() {
            Some(first) if pattern::is_digit(first) => {
                while self.peek().is_some_and(pattern::is_digit) {
                    self.next();
                }
            }
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => {
                self.next();
            }
            _ => {
                let part = |character| {
                    character == '_' || pattern::is_letter(character) || pattern::is_digit(character)
                };
                while self.peek().is_some_and(part) {
                    self.next();
                }
            }
        }
        &self.source[start..self.at]
    }

    /// A `$` and what it refers to.
    fn dollar(&mut self) -> Result<Value, String> {
        let start = self.at;
        self.next();
        if self.peek() != Some('{') {
            let name = self.name();
            if name.is_empty() {
                return Ok(Value::plain("$"));
            }
            return Ok(match self.look_up(name) {
                Lookup::Set(value) => Value::plain(value),
                Lookup::Unset if self.lexer.skip_unset_env => Value::plain(&self.source[start..self.at]),
                Lookup::Unset => Value::default(),
                Lookup::Unknown => Value::hole(&self.source[start..self.at]),
            });
        }
        self.next();
        match self.peek() {
            None => return Err("syntax error: missing '}'".to_owned()),
            Some('{' | '}' | ':') => return Err("syntax error: bad substitution".to_owned()),
            Some(_) => {}
        }
        let name = self.name();
        let sign = self.next();
        match sign {
            Some('}') => Ok(match self.look_up(name) {
                Lookup::Set(value) => Value::plain(value),
                Lookup::Unset if self.lexer.skip_unset_env => Value::plain(format!("${{{name}}}")),
                Lookup::Unset => Value::default(),
                Lookup::Unknown => Value::hole(&self.source[start..self.at]),
            }),
            Some(':') => {
                let second = self.next();
                let operator = format!(":{}", shown(second));
                self.operator(start, name, &operator, second)
            }
            Some('+' | '-' | '?' | '#' | '%') => self.operator(start, name, &shown(sign), sign),
            Some('/') => self.replacement(start, name),
            _ => Err(unsupported(&shown(sign))),
        }
    }

    /// The text of a nested word up to `stop`; `missing` is told where the end comes first.
    fn nested(&mut self, stop: char, raw_escapes: bool, missing: &str) -> Result<Value, String> {
        if self.depth == DEEPEST {
            return Err("syntax error: substitutions are nested too deeply".to_owned());
        }
        self.depth += 1;
        let result = self.until(Some(stop), raw_escapes);
        self.depth -= 1;
        match result {
            Ok((value, _)) => Ok(value),
            Err(_) if self.at >= self.source.len() => Err(missing.to_owned()),
            Err(reason) => Err(reason),
        }
    }

    /// `${name<operator>word}` from the word on; `sign` is the operator's last character.
    fn operator(
        &mut self,
        start: usize,
        name: &str,
        operator: &str,
        sign: Option<char>,
    ) -> Result<Value, String> {
        let raw_escapes = matches!(sign, Some('#' | '%'));
        // Told before the word is looked at, unlike other operators that there are not.
        if operator.len() > 1 && raw_escapes {
            return Err(unsupported(operator));
        }
        let word = self.nested('}', raw_escapes, "syntax error: missing '}'")?;
        let null_is_unset = operator.starts_with(':');
        let found = self.look_up(name);
        if found == Lookup::Unset && self.lexer.skip_unset_env {
            return Ok(Value::plain(format!("${{{name}{operator}{}}}", word.text)));
        }
        if !matches!(sign, Some('+' | '-' | '?' | '#' | '%')) {
            return Err(unsupported(operator));
        }
        let written = &self.source[start..self.at];
        let value = match found {
            Lookup::Unknown => return Ok(Value::hole(written)),
            Lookup::Set(value) => Some(value),
            Lookup::Unset => None,
        };
        let given = value
            .as_ref()
            .filter(|value| !(null_is_unset && value.is_empty()));
        match sign {
            Some('-') => Ok(given.map_or(word, Value::plain)),
            Some('+') => Ok(if given.is_some() { word } else { Value::default() }),
            Some('?') => match (given, value.is_some()) {
                (Some(value), _) => Ok(Value::plain(value)),
                (None, _) if !word.text.is_empty() => Err(format!("{name}: {}", word.text)),
                (None, false) => Err(format!("{name}: is not allowed to be unset")),
                (None, true) => Err(format!("{name}: is not allowed to be empty")),
            },
            _ if !word.holes.is_empty() => Ok(Value::hole(written)),
            _ => {
                let sign = sign.unwrap_or_default();
                let pattern = word.text.strip_prefix(sign);
                let greedy = if pattern.is_some() {
                    pattern::Reach::Longest
                } else {
                    pattern::Reach::Shortest
                };
                let pattern = pattern.unwrap_or(&word.text);
                let value = value.unwrap_or_default();
                let trimmed = if sign == '%' {
                    pattern::trim_suffix(pattern, &value, greedy)
                } else {
                    pattern::trim_prefix(pattern, &value, greedy)
                };
                Ok(Value::plain(trimmed?))
            }
        }
    }

    /// `${name/pattern/text}` or `${name//pattern/text}` from the pattern on.
    fn replacement(&mut self, start: usize, name: &str) -> Result<Value, String> {
        let all = self.peek() == Some('/');
        if all {
            self.next();
        }
        let pattern = self.nested('/', true, "syntax error: missing '/' in ${}")?;
        let text = self.nested('}', true, "syntax error: missing '}'")?;
        let written = &self.source[start..self.at];
        let value = match self.look_up(name) {
            Lookup::Unknown => return Ok(Value::hole(written)),
            Lookup::Unset if self.lexer.skip_unset_env => {
                return Ok(Value::plain(format!(
                    "${{{name}/{}/{}}}",
                    pattern.text, text.text
                )));
            }
            _ if !pattern.holes.is_empty() || !text.holes.is_empty() => return Ok(Value::hole(written)),
            Lookup::Set(value) => value,
            Lookup::Unset => String::new(),
        };
        if value.len().saturating_mul(text.text.len()) > MOST_VALUE {
            return Ok(Value::hole(written));
        }
        let replaced = if all {
            pattern::replace_all(&pattern.text, &value, &text.text)
        } else {
            pattern::replace_first(&pattern.text, &value, &text.text)
        };
        Ok(Value::plain(replaced?))
    }
}

/// A character as BuildKit shows it in messages, where the end of the text is U+FFFD.
fn shown(sign: Option<char>) -> String {
    sign.unwrap_or(char::REPLACEMENT_CHARACTER).to_string()
}

fn unsupported(operator: &str) -> String {
    format!("unsupported modifier ({operator}) in substitution")
}
