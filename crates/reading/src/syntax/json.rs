//! JSON arrays of strings as Go's `encoding/json` reads them, with the place of each string.
//!
//! It takes lone surrogates and bytes that are no UTF-8 for U+FFFD, and refuses what is nested deeper
//! than ten thousand levels.

use std::ops::Range;

use super::space;

/// Go refuses deeper nesting.
const DEEPEST: usize = 10_000;

/// What a text is that might be a JSON array.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Array {
    /// An array of strings: the value of each, and where it stands with its quotes.
    Strings(Vec<(String, Range<usize>)>),
    /// An array with an element that is no string, which stands there.
    Mixed(Range<usize>),
    /// No JSON array.
    No,
}

/// Reads an array that is the whole of `from..to`, blanks at its end aside.
pub(super) fn array(text: &[u8], from: usize, to: usize) -> Array {
    let mut reader = Reader {
        text: &text[..to],
        at: from,
    };
    reader.array().unwrap_or(Array::No)
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn array(&mut self) -> Option<Array> {
        self.eat(b'[')?;
        self.skip_blanks();
        let mut strings = Vec::new();
        let mut other = None;
        if self.eat(b']').is_none() {
            loop {
                self.skip_blanks();
                let start = self.at;
                if self.peek() == Some(b'"') {
                    let value = self.string()?;
                    strings.push((value, start..self.at));
                } else {
                    self.value()?;
                    other.get_or_insert(start..self.at);
                }
                self.skip_blanks();
                if self.eat(b',').is_none() {
                    break;
                }
            }
            self.eat(b']')?;
        }
        self.skip_blanks();
        if self.at < self.text.len() {
            return None;
        }
        Some(other.map_or(Array::Strings(strings), Array::Mixed))
    }

    /// A string; stands at its opening quote.
    fn string(&mut self) -> Option<String> {
        self.eat(b'"')?;
        let mut value = String::new();
        let mut start = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    self.copy(start, &mut value);
                    self.at += 1;
                    return Some(value);
                }
                b'\\' => {
                    self.copy(start, &mut value);
                    self.at += 1;
                    value.push(self.escaped()?);
                    start = self.at;
                }
                0..=0x1F => return None,
                _ => self.at += 1,
            }
        }
    }

    fn copy(&self, start: usize, value: &mut String) {
        let bytes = &self.text[start..self.at];
        match std::str::from_utf8(bytes) {
            Ok(text) => value.push_str(text),
            Err(_) => value.push_str(&space::lossy(bytes)),
        }
    }

    /// The character after a backslash.
    fn escaped(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                if (0xD800..0xDC00).contains(&unit) && self.text[self.at..].starts_with(b"\\u") {
                    let before = self.at;
                    self.at += 2;
                    let low = self.unit()?;
                    if (0xDC00..0xE000).contains(&low) {
                        let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                        return char::from_u32(code);
                    }
                    self.at = before;
                }
                char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return None,
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let mut unit = 0;
        for digit in digits {
            unit = unit * 16 + char::from(*digit).to_digit(16)?;
        }
        self.at += 4;
        Some(unit)
    }

    /// Any value but a string at the top; only its form is looked at.
    fn value(&mut self) -> Option<()> {
        // Whether each open bracket is that of an object.
        let mut open: Vec<bool> = Vec::new();
        loop {
            self.skip_blanks();
            let mut whole = true;
            match self.peek()? {
                b'[' | b'{' => {
                    let object = self.peek() == Some(b'{');
                    self.at += 1;
                    open.push(object);
                    // The array around it is a level as well.
                    if open.len() >= DEEPEST {
                        return None;
                    }
                    self.skip_blanks();
                    let end = if object { b'}' } else { b']' };
                    if self.eat(end).is_some() {
                        open.pop();
                    } else {
                        whole = false;
                    }
                }
                b'"' => drop(self.string()?),
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                _ => self.number()?,
            }
            if whole && self.close(&mut open)? {
                return Some(());
            }
            if open.last() == Some(&true) {
                self.skip_blanks();
                drop(self.string()?);
                self.skip_blanks();
                self.eat(b':')?;
            }
        }
    }

    /// Closes what ends after a value, up to the next comma; whether all is closed.
    fn close(&mut self, open: &mut Vec<bool>) -> Option<bool> {
        while let Some(object) = open.last().copied() {
            self.skip_blanks();
            if self.eat(b',').is_some() {
                return Some(false);
            }
            self.eat(if object { b'}' } else { b']' })?;
            open.pop();
        }
        Some(true)
    }

    fn literal(&mut self, word: &[u8]) -> Option<()> {
        self.text[self.at..]
            .starts_with(word)
            .then(|| self.at += word.len())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        let start = self.at;
        let _ = self.eat(b'-');
        if self.eat(b'0').is_none() {
            self.digits()?;
        }
        if self.eat(b'.').is_some() {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        // Go refuses a number that no float holds, and then the text is no array for BuildKit.
        let text = std::str::from_utf8(&self.text[start..self.at]).ok()?;
        text.parse::<f64>().ok()?.is_finite().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Array {
        array(text.as_bytes(), 0, text.len())
    }

    #[test]
    fn strings_stand_with_their_quotes() {
        assert_eq!(
            read(r#"[ "a", "b\u00e9\ud83d\ude00" ] "#),
            Array::Strings(vec![("a".into(), 2..5), ("bé😀".into(), 7..28)])
        );
        assert_eq!(read("[]"), Array::Strings(Vec::new()));
    }

    #[test]
    fn a_lone_surrogate_becomes_a_replacement_character() {
        assert_eq!(
            read(r#"["\ud800\u0041"]"#),
            Array::Strings(vec![("\u{fffd}A".into(), 1..15)])
        );
    }

    #[test]
    fn what_is_no_json_is_no_array() {
        for text in [
            "[a]",
            "['a']",
            r#"["a",]"#,
            r#"["a"] b"#,
            r#"["\x"]"#,
            "[\"\t\"]",
            "[",
            "[01]",
            "[1e999]",
        ] {
            assert_eq!(read(text), Array::No, "{text}");
        }
    }

    #[test]
    fn other_elements_are_told_with_their_place() {
        assert_eq!(read(r#"["a", {"b": [1, {}]}, "c"]"#), Array::Mixed(6..20));
        assert_eq!(read("[[]]"), Array::Mixed(1..3));
        assert_eq!(read("[-1.5e+3]"), Array::Mixed(1..8));
    }

    #[test]
    fn depth_has_a_bound() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(read(&nested(10_000)), Array::Mixed(1..19_999));
        assert_eq!(read(&nested(10_001)), Array::No);
    }
}
