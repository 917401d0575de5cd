//! Patterns of Go's `regexp` as those of the `regex` crate.
//!
//! Both are of RE2's kind; what is written alike and means another thing is written anew:
//!
//! | in Go | here |
//! | --- | --- |
//! | `\d`, `\s`, `\w`, `\b` mean ASCII | they mean Unicode |
//! | `\Q…\E` quotes | is not known |
//! | `{` that begins no count is itself | is an error |
//! | `[`, `&&`, `--`, `~~` in brackets are themselves | mean sets |
//! | `\<` and `\>` are signs | mean ends of words |
//! | `\123` is a sign by its octal number | is not known |
//!
//! `\C` (any byte) is refused, as there is no such thing in text. The flags `x`, `u` and `R` are Go's
//! errors, and are refused as well.

use regex::{Regex, RegexBuilder};

/// The most bytes of a compiled pattern.
const LARGEST: usize = 8 << 20;

/// Compiles a pattern of Go's.
///
/// # Errors
/// Why it is none.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    let translated =
        translate(pattern).map_err(|why| format!("the pattern `{pattern}` cannot be read: {why}"))?;
    RegexBuilder::new(&translated)
        .size_limit(LARGEST)
        .build()
        .map_err(|error| {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            let why = last.trim().trim_start_matches("error: ");
            format!("the pattern `{pattern}` cannot be read: {why}")
        })
}

fn translate(pattern: &str) -> Result<String, String> {
    let signs: Vec<char> = pattern.chars().collect();
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut at = 0;
    while at < signs.len() {
        match signs[at] {
            '\\' => at = escape(&signs, at, Where::Outside, &mut out)?,
            '[' => at = class(&signs, at, &mut out)?,
            '{' => {
                match count(&signs, at) {
                    true => out.push('{'),
                    false => out.push_str("\\{"),
                }
                at += 1;
            }
            '(' if signs.get(at + 1) == Some(&'?') => {
                let flags: String = signs[at + 2..]
                    .iter()
                    .take_while(|sign| sign.is_ascii_alphabetic() || **sign == '-')
                    .collect();
                let is_flags = matches!(signs.get(at + 2 + flags.len()), Some(')' | ':'));
                if is_flags && let Some(flag) = flags.chars().find(|flag| !"imsU-".contains(*flag)) {
                    return Err(format!("Go has no flag `{flag}`"));
                }
                out.push('(');
                at += 1;
            }
            sign => {
                out.push(sign);
                at += 1;
            }
        }
    }
    Ok(out)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Outside,
    Class,
}

/// Whether a brace begins `{2}`, `{2,}` or `{2,3}`.
fn count(signs: &[char], at: usize) -> bool {
    let inner: String = signs[at + 1..]
        .iter()
        .take(12)
        .take_while(|sign| **sign != '}')
        .collect();
    let is_closed = signs.get(at + 1 + inner.chars().count()) == Some(&'}');
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_count = match inner.split_once(',') {
        Some((least, most)) => is_number(least) && (most.is_empty() || is_number(most)),
        None => is_number(&inner),
    };
    is_closed && is_count
}

/// Writes what a backslash begins, and gives where it ends.
fn escape(signs: &[char], at: usize, place: Where, out: &mut String) -> Result<usize, String> {
    let Some(&sign) = signs.get(at + 1) else {
        return Err("it ends with a backslash".to_owned());
    };
    let next = at + 2;
    let set = match sign {
        'd' => Some("0-9"),
        's' => Some("\\t\\n\\f\\r "),
        'w' => Some("0-9A-Za-z_"),
        _ => None,
    };
    let not = match sign {
        'D' => Some("[^0-9]"),
        'S' => Some("[^\\t\\n\\f\\r ]"),
        'W' => Some("[^0-9A-Za-z_]"),
        _ => None,
    };
    match (sign, set, not, place) {
        (_, Some(set), _, Where::Class) => out.push_str(set),
        (_, Some(set), _, Where::Outside) => {
            out.push('[');
            out.push_str(set);
            out.push(']');
        }
        (_, _, Some(not), _) => out.push_str(not),
        ('b', _, _, Where::Outside) => out.push_str("(?-u:\\b)"),
        ('B', _, _, Where::Outside) => out.push_str("(?-u:\\B)"),
        ('Q', _, _, Where::Outside) => {
            let rest = &signs[next..];
            let end = rest.windows(2).position(|two| two == ['\\', 'E']);
            let quoted: String = rest[..end.unwrap_or(rest.len())].iter().collect();
            out.push_str(&regex::escape(&quoted));
            return Ok(end.map_or(signs.len(), |end| next + end + 2));
        }
        ('C', ..) => return Err("`\\C` is any byte, and patterns are of text".to_owned()),
        ('0'..='7', ..) => {
            let digits: String = signs[at + 1..]
                .iter()
                .take(3)
                .take_while(|sign| ('0'..='7').contains(*sign))
                .collect();
            if digits.len() == 1 && sign != '0' {
                return Err(format!("`\\{sign}` refers back, which Go does not know either"));
            }
            let number = u32::from_str_radix(&digits, 8).map_err(|error| error.to_string())?;
            out.push_str(&format!("\\x{{{number:X}}}"));
            return Ok(at + 1 + digits.len());
        }
        ('<' | '>', ..) => out.push(sign),
        _ => {
            out.push('\\');
            out.push(sign);
        }
    }
    Ok(next)
}

/// Writes a class in brackets, and gives where it ends.
fn class(signs: &[char], start: usize, out: &mut String) -> Result<usize, String> {
    out.push('[');
    let mut at = start + 1;
    if signs.get(at) == Some(&'^') {
        out.push('^');
        at += 1;
    }
    let first = at;
    while let Some(&sign) = signs.get(at) {
        match sign {
            ']' if at > first => {
                out.push(']');
                return Ok(at + 1);
            }
            ']' => {
                out.push_str("\\]");
                at += 1;
            }
            '[' if signs.get(at + 1) == Some(&':') => {
                let rest: String = signs[at..].iter().take(14).collect();
                match rest.find(":]") {
                    Some(end) => {
                        out.push_str(&rest[..end + 2]);
                        at += rest[..end + 2].chars().count();
                    }
                    None => {
                        out.push_str("\\[");
                        at += 1;
                    }
                }
            }
            '[' | '&' | '~' => {
                out.push('\\');
                out.push(sign);
                at += 1;
            }
            // At either end it is itself; twice in a row it would take a set away.
            '-' if at == first || matches!(signs.get(at + 1), Some(']')) => {
                out.push_str("\\-");
                at += 1;
            }
            '\\' => at = escape(signs, at, Where::Class, out)?,
            sign => {
                out.push(sign);
                at += 1;
            }
        }
    }
    Err("a bracket is not closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_mean_what_they_mean_in_go() {
        for (pattern, text, meant) in [
            (r"\d+", "٣", false),
            (r"^\w$", "é", false),
            (r"\bx\b", "éx", true),
            (r"^\Qa.b[\E$", "a.b[", true),
            (r#"{"a": 1}"#, "{\"a\": 1}", true),
            (r"a{2}b", "aab", true),
            (r"x{,3}", "x{,3}", true),
            (r"^[[&&a]$", "&", true),
            (r"^[]a]$", "]", true),
            (r"^[^\d]$", "7", false),
            (r"^[\D]$", "a", true),
            (r"^[a-]$", "-", true),
            (r"\<b\>", "<b>", true),
            (r"^\101$", "A", true),
            (r"a$", "a\n", false),
            (r"(?m)^a$", "b\na\n", true),
            (r"[[:alpha:]]+", "ab", true),
            (r"(?i)HELLO", "hello", true),
            (r".*httpredir\.debian\.org.*", "x httpredir.debian.org y", true),
            (r".*Inst.*Security.* | .*Security.*Inst.*", "nothing", false),
        ] {
            let compiled = compile(pattern).unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(compiled.is_match(text), meant, "{pattern} on {text}");
        }
        for pattern in [r"\C", r"(?x)a", r"a\", r"(a", r"[a", r"(a)\1", r"(?=a)"] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn any_pattern_is_compiled_or_refused(pattern in r"[\\a\[\]{}()?*+Q^E:1,&~é<-]{0,16}") {
            let _ = compile(&pattern);
        }
    }
}
