//! Text as the shell hands it to a program: quoting undone, variables taken apart.

use super::Part;

/// Which backslashes count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Outside of quotes: each.
    Bare,
    /// In double quotes: those before `$`, a backquote, `"`, a backslash or the end of the line.
    Double,
    /// In a here-document that is expanded: as in double quotes, but for `"`.
    Heredoc,
}

/// Undoes quoting: calls `piece` with each run of text as the program gets it, its offset in `raw`
/// and whether it is quoted.
pub(super) fn unquote<'raw>(raw: &'raw str, quoting: Quoting, mut piece: impl FnMut(&'raw str, usize, bool)) {
    let quoted = quoting != Quoting::Bare;
    let mut done = 0;
    let mut from = 0;
    while let Some(found) = raw[from..].find('\\') {
        let at = from + found;
        let after = at + 1;
        let Some(sign) = raw[after..].chars().next() else {
            break;
        };
        let end = after + sign.len_utf8();
        let counts = match quoting {
            Quoting::Bare => true,
            Quoting::Double => matches!(sign, '$' | '`' | '"' | '\\' | '\n'),
            Quoting::Heredoc => matches!(sign, '$' | '`' | '\\' | '\n'),
        };
        if counts {
            if done < at {
                piece(&raw[done..at], done, quoted);
            }
            if sign != '\n' {
                piece(&raw[after..end], after, true);
            }
            done = end;
        }
        from = end;
    }
    if done < raw.len() {
        piece(&raw[done..], done, quoted);
    }
}

/// Adds text to a word, to its last part where that is of the same kind.
pub(super) fn push_text(parts: &mut Vec<Part>, text: &str, quoted: bool) {
    match (parts.last_mut(), quoted) {
        (Some(Part::Bare(last)), false) | (Some(Part::Quoted(last)), true) => last.push_str(text),
        (_, false) => parts.push(Part::Bare(text.to_owned())),
        (_, true) => parts.push(Part::Quoted(text.to_owned())),
    }
}

/// A whole `$NAME` or `${NAME…}` to its name and what follows it; none for lengths, indirections
/// and arrays.
pub(super) fn variable(raw: &str) -> Option<(&str, &str)> {
    let inner = raw.strip_prefix('$')?;
    let Some(body) = inner.strip_prefix('{') else {
        return Some((inner, ""));
    };
    let body = body.strip_suffix('}')?;
    let first = body.chars().next()?;
    let length = if first.is_ascii_alphabetic() || first == '_' {
        body.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_')
            .unwrap_or(body.len())
    } else if first.is_ascii_digit() {
        body.find(|sign: char| !sign.is_ascii_digit())
            .unwrap_or(body.len())
    } else if matches!(first, '@' | '*') || (matches!(first, '#' | '?' | '$' | '!' | '-') && body.len() == 1)
    {
        1
    } else {
        return None;
    };
    let (name, operator) = body.split_at(length);
    (!operator.starts_with('[')).then_some((name, operator))
}
