//! Patterns of `${x#…}`, `${x%…}` and `${x/…/…}`: `*` is any text, `?` one character, `\` escapes.

use std::sync::LazyLock;

use regex::Regex;

static LETTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\p{L}$").expect("a constant pattern"));
static DIGIT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\p{Nd}$").expect("a constant pattern"));

/// Whether Unicode calls it a letter.
pub(super) fn is_letter(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphabetic();
    }
    LETTER.is_match(character.encode_utf8(&mut [0; 4]))
}

/// Whether Unicode calls it a decimal digit.
pub(super) fn is_digit(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_digit();
    }
    DIGIT.is_match(character.encode_utf8(&mut [0; 4]))
}

/// How much `*` takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Shortest,
    Longest,
}

/// Cuts what matches off the front.
pub(super) fn trim_prefix(pattern: &str, value: &str, reach: Reach) -> Result<String, String> {
    let regex = compiled(pattern, reach, "^")?;
    let end = regex.find(value).map_or(0, |found| found.end());
    Ok(value[end..].to_owned())
}

/// Cuts what matches off the end, by turning both around.
pub(super) fn trim_suffix(pattern: &str, value: &str, reach: Reach) -> Result<String, String> {
    let turned: String = value.chars().rev().collect();
    let rest = trim_prefix(&turned_pattern(pattern), &turned, reach)?;
    Ok(rest.chars().rev().collect())
}

/// Replaces the first match.
pub(super) fn replace_first(pattern: &str, value: &str, text: &str) -> Result<String, String> {
    let regex = compiled(pattern, Reach::Longest, "")?;
    Ok(match regex.find(value) {
        Some(found) => [&value[..found.start()], text, &value[found.end()..]].concat(),
        None => value.to_owned(),
    })
}

/// Replaces every match. As in BuildKit, `$0` and its like in the text mean the match.
pub(super) fn replace_all(pattern: &str, value: &str, text: &str) -> Result<String, String> {
    let regex = compiled(pattern, Reach::Longest, "")?;
    Ok(regex.replace_all(value, text).into_owned())
}

/// The pattern backwards, its escapes still before what they escape.
fn turned_pattern(pattern: &str) -> String {
    let mut pieces = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match (character, characters.clone().next()) {
            ('\\', Some(next)) => {
                characters.next();
                pieces.push([Some('\\'), Some(next)]);
            }
            _ => pieces.push([Some(character), None]),
        }
    }
    pieces.into_iter().rev().flatten().flatten().collect()
}

fn compiled(pattern: &str, reach: Reach, start: &str) -> Result<Regex, String> {
    let told = |reason: String| format!("invalid pattern ({pattern}) in substitution: {reason}");
    let mut out = String::from(start);
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        let literal = match character {
            '*' => {
                out.push_str(if reach == Reach::Longest { ".*" } else { ".*?" });
                continue;
            }
            '?' => {
                out.push('.');
                continue;
            }
            '\\' => match characters.peek().copied() {
                Some('}' | '/') => continue,
                Some(next @ ('*' | '?' | '\\')) => {
                    characters.next();
                    next
                }
                other => {
                    let shown = other.unwrap_or(char::REPLACEMENT_CHARACTER);
                    return Err(told(format!("invalid escape '\\{shown}'")));
                }
            },
            _ => character,
        };
        out.push_str(&regex::escape(literal.encode_utf8(&mut [0; 4])));
    }
    Regex::new(&out).map_err(|_| told("the pattern is too long".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_a_pattern_with_its_escapes() {
        assert_eq!(turned_pattern(r"a\*b*"), r"*b\*a");
    }

    #[test]
    fn a_suffix_can_be_short_or_long() {
        assert_eq!(trim_suffix(".*", "a.b.c", Reach::Shortest), Ok("a.b".into()));
        assert_eq!(trim_suffix(".*", "a.b.c", Reach::Longest), Ok("a".into()));
    }

    #[test]
    fn an_unknown_escape_is_an_error() {
        assert!(trim_prefix(r"\x", "x", Reach::Shortest).is_err());
    }
}
