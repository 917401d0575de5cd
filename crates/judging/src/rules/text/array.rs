//! Text that was meant for a JSON array and is none.

use crate::syntax::Keyword;

/// Why a text is no JSON array, and the array that was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// What is wrong with it.
    pub fault: &'static str,
    /// The array that says the same, where it is clear.
    pub array: Option<String>,
}

/// What was read of it.
#[derive(Default)]
struct Read {
    items: Vec<String>,
    first_is_quoted: bool,
    has_single: bool,
    has_curly: bool,
    has_bare: bool,
    commas: usize,
    lacks_comma: bool,
    ends_in_comma: bool,
    lacks_end: bool,
    lacks_quote: bool,
    has_rest: bool,
}

/// What a text after a keyword was meant to be; none if it is no array and was not meant for one.
pub fn meant(keyword: Keyword, text: &str) -> Option<Meant> {
    let inner = text.strip_prefix('[')?;
    let is_attached = !inner.starts_with(char::is_whitespace) && !inner.starts_with(['[', '!']);
    let read = read(inner);
    let closes = text.ends_with(']');
    let is_meant = match keyword {
        // A shell has a command of this name, whose operators stand without commas.
        Keyword::Run => {
            let is_test = !is_attached && (read.commas == 0 || read.lacks_comma);
            (read.first_is_quoted && !is_test) || (is_attached && read.commas > 0 && closes)
        }
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => {
            (read.first_is_quoted && (is_attached || !read.lacks_comma)) || (is_attached && closes)
        }
        // It may be a pattern of names.
        Keyword::Copy | Keyword::Add => read.first_is_quoted || (read.commas > 0 && closes),
        Keyword::Volume => read.first_is_quoted || closes,
        _ => false,
    };
    is_meant.then(|| Meant {
        fault: read.fault(),
        array: read.array(),
    })
}

impl Read {
    fn fault(&self) -> &'static str {
        if self.has_rest {
            "something follows its bracket"
        } else if self.lacks_quote {
            "a string has no end"
        } else if self.has_curly {
            "its quotes are typographic"
        } else if self.has_single {
            "its quotes are single"
        } else if self.has_bare {
            "its words have no quotes"
        } else if self.lacks_comma {
            "a comma is missing"
        } else if self.lacks_end {
            "its bracket is not closed"
        } else if self.ends_in_comma {
            "a comma stands before its bracket"
        } else {
            "a string has an escape that JSON does not know"
        }
    }

    fn array(&self) -> Option<String> {
        if self.has_rest || self.lacks_quote || self.lacks_comma || self.items.is_empty() {
            return None;
        }
        let strings = self.items.iter().map(serde_json::to_string);
        let strings: Vec<String> = strings.collect::<Result<_, _>>().ok()?;
        Some(format!("[{}]", strings.join(", ")))
    }
}

/// Reads what follows the bracket, forgiving all that can be forgiven.
fn read(text: &str) -> Read {
    let mut read = Read::default();
    let mut rest = text.trim_start();
    loop {
        let Some(first) = rest.chars().next() else {
            read.lacks_end = true;
            return read;
        };
        if first == ']' {
            read.has_rest = !rest[1..].trim().is_empty();
            return read;
        }
        read.ends_in_comma = false;
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        let closers: &[char] = match first {
            '"' => &['"'],
            '\'' => &['\''],
            '\u{201c}' | '\u{201d}' | '\u{201e}' => &['\u{201c}', '\u{201d}', '"'],
            '\u{2018}' | '\u{2019}' | '`' => &['\u{2018}', '\u{2019}', '`'],
            _ => &[],
        };
        if read.items.is_empty() {
            read.first_is_quoted = !closers.is_empty();
        }
        match first {
            '"' => {}
            '\'' => read.has_single = true,
            _ if !closers.is_empty() => read.has_curly = true,
            _ => read.has_bare = true,
        }
        if closers.is_empty() {
            let end = rest.find(|sign: char| sign == ',' || sign == ']' || sign.is_whitespace());
            let (item, next) = rest.split_at(end.unwrap_or(rest.len()));
            read.items.push(item.to_owned());
            rest = next;
        } else {
            let Some((item, next)) = string(after, closers) else {
                read.lacks_quote = true;
                return read;
            };
            read.items.push(item);
            rest = next;
        }
        rest = rest.trim_start();
        match rest.strip_prefix(',') {
            Some(next) => {
                read.commas += 1;
                read.ends_in_comma = true;
                rest = next.trim_start();
            }
            None if rest.is_empty() || rest.starts_with(']') => {}
            None => read.lacks_comma = true,
        }
    }
}

/// A string up to its closing quote, and what follows it.
fn string<'a>(text: &'a str, closers: &[char]) -> Option<(String, &'a str)> {
    let mut value = String::new();
    let mut signs = text.char_indices();
    while let Some((at, sign)) = signs.next() {
        if closers.contains(&sign) {
            return Some((value, &text[at + sign.len_utf8()..]));
        }
        match (sign, text[at + sign.len_utf8()..].chars().next()) {
            ('\\', Some(next @ ('"' | '\\' | '/'))) if closers.contains(&'"') => {
                signs.next();
                value.push(next);
            }
            _ => value.push(sign),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(keyword: Keyword, text: &str) -> Option<(&'static str, Option<String>)> {
        meant(keyword, text).map(|meant| (meant.fault, meant.array))
    }

    #[test]
    fn what_is_clear_is_mended() {
        let mended = |text| array(Keyword::Cmd, text).and_then(|(_, array)| array);
        assert_eq!(mended("['a', 'b c']").as_deref(), Some(r#"["a", "b c"]"#));
        assert_eq!(mended(r#"["a", "b",]"#).as_deref(), Some(r#"["a", "b"]"#));
        assert_eq!(mended("[npm, start]").as_deref(), Some(r#"["npm", "start"]"#));
        assert_eq!(mended(r#"["C:\app"]"#).as_deref(), Some(r#"["C:\\app"]"#));
        assert_eq!(mended("[\u{201c}a\u{201d}]").as_deref(), Some(r#"["a"]"#));
        assert_eq!(mended(r#"["a" "b"]"#), None);
        assert_eq!(mended(r#"["a"] && b"#), None);
    }

    #[test]
    fn a_test_of_the_shell_is_none() {
        for text in [
            r#"[ "$a" = "b" ] && c"#,
            "[ -f x ]",
            "[[ a ]]",
            r#"[ "a" ] && b"#,
            "[ ! -f 'a' ]",
        ] {
            assert_eq!(array(Keyword::Run, text), None, "{text}");
        }
        assert!(array(Keyword::Run, "['a', 'b']").is_some());
        assert_eq!(array(Keyword::Copy, "[a-z]*.txt /x"), None);
    }
}
