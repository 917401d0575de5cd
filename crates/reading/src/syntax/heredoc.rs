//! Words that name a here-document.

use super::expand::Lexer;
use super::tree::{Args, Heredoc, Instruction, Keyword};
use crate::source::Span;

/// The here-documents that a logical line asks for, their bodies still empty, or why it is refused.
///
/// The whole line is split by the lexer of variable expansion; where that fails, BuildKit sees none.
/// The ranges are those of [`super::Joined::line`].
pub(super) fn in_line(line: &str) -> Result<Vec<Heredoc>, String> {
    let lexer = Lexer {
        raw_quotes: true,
        raw_escapes: true,
        skip_unset_env: true,
        ..Lexer::default()
    };
    let Ok(words) = lexer.expand_words(line, &()) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for word in words {
        if let Some(heredoc) = in_word(&word.text)? {
            found.push(Heredoc {
                range: word.range.start as u32..word.range.end as u32,
                ..heredoc
            });
        }
    }
    Ok(found)
}

/// Whether an instruction may have here-documents.
pub(super) fn may_stand_in(instruction: &Instruction) -> bool {
    let inner = instruction.trigger.as_deref().unwrap_or(instruction);
    matches!(inner.keyword, Keyword::Run | Keyword::Copy | Keyword::Add)
        && !matches!(inner.args, Args::Json(_))
}

/// The here-document that a word names: digits, `<<`, maybe `-`, and one shell word.
///
/// An error is what BuildKit says of a name that it cannot read.
pub(super) fn in_word(word: &str) -> Result<Option<Heredoc>, String> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let Some(rest) = word[digits..].strip_prefix("<<") else {
        return Ok(None);
    };
    let bare = rest.strip_prefix('-').unwrap_or(rest);
    let chomp = bare.len() < rest.len();
    let name = bare.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
    if name.is_empty() || name.contains('<') {
        return Ok(None);
    }
    let lexer = Lexer {
        skip_unset_env: true,
        ..Lexer::default()
    };
    let words = |lexer: Lexer| lexer.expand_words(name, &()).map_err(|error| error.to_string());
    let cooked = words(lexer)?;
    let [cooked] = cooked.as_slice() else {
        return Ok(None);
    };
    let raw = words(Lexer {
        raw_quotes: true,
        ..lexer
    })?;
    let [raw] = raw.as_slice() else {
        return Err(format!(
            "internal lexing of heredoc produced inconsistent results: {name}"
        ));
    };
    let quotes = |text: &str| text.matches(['\'', '"']).count();
    Ok(Some(Heredoc {
        expand: quotes(&cooked.text) == quotes(&raw.text),
        name: cooked.text.clone(),
        chomp,
        descriptor: word[..digits]
            .parse()
            .unwrap_or(if digits == 0 { 0 } else { u32::MAX }),
        range: 0..0,
        body: Span::default(),
        terminator: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(word: &str) -> Option<(String, bool, bool)> {
        let found = in_word(word).expect("readable")?;
        Some((found.name, found.expand, found.chomp))
    }

    #[test]
    fn quotes_anywhere_turn_expansion_off_and_a_backslash_does_not() {
        assert_eq!(name("<<E'O'F"), Some(("EOF".into(), false, false)));
        assert_eq!(name(r"<<\EOF"), Some(("EOF".into(), true, false)));
        assert_eq!(name("<<-EOF;"), Some(("EOF;".into(), true, true)));
    }

    #[test]
    fn what_is_no_single_name_is_none() {
        for word in ["<<", "<<-", "a<<EOF", "<<<x", "<<''", "<<a b", "$((1<<3))"] {
            assert_eq!(name(word), None, "{word}");
        }
    }

    #[test]
    fn a_line_has_them_in_order_with_their_places() {
        let found = in_line("RUN 3<<A cat <<  'B'").expect("readable");
        let found: Vec<_> = found
            .iter()
            .map(|heredoc| (heredoc.name.as_str(), heredoc.range.clone()))
            .collect();
        assert_eq!(found, [("A", 4..8), ("B", 13..20)]);
        assert_eq!(in_line("RUN it's <<EOF").map(|found| found.len()), Ok(0));
    }
}
