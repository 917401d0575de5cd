//! The two notions of white space that BuildKit mixes, over bytes that need not be UTF-8.
//!
//! *Space* is Unicode's White_Space and is what lines are trimmed by. *Blank* is tab, vertical tab,
//! form feed, carriage return and space, and is what splits most words. An invalid byte is neither.

/// The first character at `at` and its length in bytes; none for an invalid byte, whose length is one.
///
/// `at` lies before the end.
pub fn decode(text: &[u8], at: usize) -> (Option<char>, usize) {
    let first = text[at];
    if first < 0x80 {
        return (Some(char::from(first)), 1);
    }
    let width = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return (None, 1),
    };
    let Some(bytes) = text.get(at..at + width) else {
        return (None, 1);
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.chars().next(), width),
        Err(_) => (None, 1),
    }
}

/// Whether a byte separates words where only ASCII counts.
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0B | 0x0C | b'\r' | b' ')
}

/// Whether a byte, taken for a character of Latin-1, is a space: BuildKit's flag scanner does so.
pub fn is_latin_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xA0)
}

/// The offset of the first character from `from` on that is no space, at most `to`.
#[inline]
pub fn skip_spaces(text: &[u8], from: usize, to: usize) -> usize {
    if from < to && matches!(text[from], b'!'..=b'~') {
        return from;
    }
    skip_some_spaces(text, from, to)
}

fn skip_some_spaces(text: &[u8], from: usize, to: usize) -> usize {
    let mut at = from;
    while at < to {
        let byte = text[at];
        if byte < 0x80 {
            if !matches!(byte, b'\t'..=b'\r' | b' ') {
                break;
            }
            at += 1;
            continue;
        }
        match decode(&text[..to], at) {
            (Some(character), width) if character.is_whitespace() => at += width,
            _ => break,
        }
    }
    at
}

/// The end of `from..to` without the spaces before it.
pub fn trim_end(text: &[u8], from: usize, to: usize) -> usize {
    let mut end = to;
    while end > from {
        let byte = text[end - 1];
        if byte < 0x80 {
            if !matches!(byte, b'\t'..=b'\r' | b' ') {
                break;
            }
            end -= 1;
            continue;
        }
        // No space outside ASCII is longer than three bytes in UTF-8.
        let space = (2..=3).find(|width| {
            end - from >= *width
                && matches!(decode(&text[..end], end - width), (Some(character), length)
                    if length == *width && character.is_whitespace())
        });
        match space {
            Some(width) => end -= width,
            None => break,
        }
    }
    end
}

/// The bytes as text, each invalid one as U+FFFD.
pub fn lossy(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let mut text = String::with_capacity(bytes.len() + 8);
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_what_unicode_calls_space() {
        let text = "\u{a0} a\u{2003}\u{85}".as_bytes();
        assert_eq!(skip_spaces(text, 0, text.len()), 3);
        assert_eq!(trim_end(text, 0, text.len()), 4);
    }

    #[test]
    fn an_invalid_byte_is_no_space() {
        assert_eq!(skip_spaces(b"\xA0a", 0, 2), 0);
        assert_eq!(trim_end(b"a\xA0", 0, 2), 2);
        assert_eq!(lossy(b"a\xE2\x82b"), "a\u{fffd}\u{fffd}b");
    }
}
