//! How Go prints strings and folds case, for messages that are BuildKit's to the letter.

use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::Regex;

/// What Go prints as it is, beside ASCII: letters, marks, numbers, punctuation, symbols.
static PRINTABLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\p{L}\p{M}\p{N}\p{P}\p{S}]$").expect("a constant pattern"));

/// A string in double quotes with escapes, as Go's `%q`.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            ' '..='~' => out.push(character),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\0'..='\u{7f}' => escape(&mut out, format_args!("\\x{:02x}", u32::from(character))),
            _ if PRINTABLE.is_match(character.encode_utf8(&mut [0; 4])) => out.push(character),
            _ if u32::from(character) < 0x10000 => {
                escape(&mut out, format_args!("\\u{:04x}", u32::from(character)));
            }
            _ => escape(&mut out, format_args!("\\U{:08x}", u32::from(character))),
        }
    }
    out.push('"');
    out
}

fn escape(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes all text");
}

/// Lower case, one character for one.
pub fn lower(text: &str) -> String {
    let one = |character: char| {
        if character == 'İ' {
            return 'i';
        }
        let mut folded = character.to_lowercase();
        match (folded.next(), folded.next()) {
            (Some(only), None) => only,
            _ => character,
        }
    };
    text.chars().map(one).collect()
}

/// Upper case, one character for one.
pub fn upper(text: &str) -> String {
    let one = |character: char| {
        let mut folded = character.to_uppercase();
        match (folded.next(), folded.next()) {
            (Some(only), None) => only,
            _ => character,
        }
    };
    text.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go_does() {
        assert_eq!(
            quoted("a\"\\\t\u{1}é\u{a0}\u{200b}\u{fffd}"),
            r#""a\"\\\t\x01é\u00a0\u200b�""#
        );
    }

    #[test]
    fn folds_one_character_to_one() {
        assert_eq!(lower("WOR\u{212a}DİR"), "workdir");
        assert_eq!(upper("straße"), "STRAßE");
    }
}
