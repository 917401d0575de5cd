//! Text of a file made fit to be printed.
//!
//! A Dockerfile, or the name of one, must not be able to speak to the terminal (escape sequences,
//! marks that turn the direction of writing) or to a CI runner (lines such as `::error::`).

use std::borrow::Cow;

/// What a character is printed as; most as themselves. One character stays one character, so that
/// columns stay right.
pub fn printable_char(sign: char) -> char {
    match sign {
        // The control pictures stand in the order of the control characters.
        '\0'..='\x1f' => char::from_u32(0x2400 + sign as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '\u{2421}',
        _ if is_hostile(sign) => char::REPLACEMENT_CHARACTER,
        _ => sign,
    }
}

/// Whether a character changes how others are shown, or is not shown itself.
pub fn is_hostile(sign: char) -> bool {
    matches!(
        sign,
        '\u{80}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Text for one line of output.
pub fn printable(text: &str) -> Cow<'_, str> {
    let plain = |sign: char| printable_char(sign) == sign;
    if text.chars().all(plain) && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let text: String = text.chars().map(printable_char).collect();
    Cow::Owned(without_runner_commands(text))
}

/// Text that may stand at the start of a line, such as a path.
pub fn printable_at_start(text: &str) -> Cow<'_, str> {
    let text = printable(text);
    match text.trim_start().starts_with("::") {
        // A runner skips blanks before `::`.
        true => Cow::Owned(text.replacen(':', "\u{a789}", 1)),
        false => text,
    }
}

/// `##[…]` and `##vso[…]` are commands to GitHub's and Azure's runners anywhere in a line.
fn without_runner_commands(text: String) -> String {
    if !text.contains("##") {
        return text;
    }
    text.replace("##[", "#\u{ff03}[")
        .replace("##vso[", "#\u{ff03}vso[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_become_pictures() {
        assert_eq!(printable("a\x1b[31mb\r\n"), "a␛[31mb␍␊");
    }

    #[test]
    fn marks_of_direction_are_replaced() {
        assert_eq!(printable("a\u{202e}b"), "a\u{fffd}b");
    }

    #[test]
    fn runners_are_not_spoken_to() {
        assert!(!printable("x ##[error]y").contains("##["));
        assert!(!printable_at_start("  ::error::x").trim_start().starts_with("::"));
    }
}
