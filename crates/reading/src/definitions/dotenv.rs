//! The `.env` file beside a compose file, and the variables in compose's values.

use std::collections::BTreeMap;

/// The variables of a `.env` file: `NAME=VALUE` lines, with or without `export` and quotes. Lines that
/// are none are passed over, and values are not expanded.
pub fn read(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim();
        if name.is_empty() || name.starts_with('#') {
            continue;
        }
        let value = value.trim();
        let quoted = |quote: char| value.strip_prefix(quote)?.split(quote).next();
        let bare = || value.split(" #").next().unwrap_or_default().trim_end();
        let value = quoted('"').or_else(|| quoted('\'')).unwrap_or_else(bare);
        found.insert(name.to_owned(), value.to_owned());
    }
    found
}

/// A text with its variables replaced as compose does: `$NAME`, `${NAME}`, `${NAME:-default}`, `-`, `:?`,
/// `?`, `:+`, `+`, and `$$` for a dollar sign. None where a variable has neither value nor default.
pub fn expand(text: &str, variables: &BTreeMap<String, String>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let end = closing(after)?;
            out.push_str(&braced(&after[..end], variables)?);
            rest = &after[end + 1..];
        } else {
            let end = name_end(rest);
            if end == 0 {
                out.push('$');
                continue;
            }
            out.push_str(variables.get(&rest[..end])?);
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    Some(out)
}

/// Where the brace that is open ends.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn name_end(text: &str) -> usize {
    let part = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    match text.starts_with(|sign: char| sign.is_ascii_digit()) {
        true => 0,
        false => text.find(|sign| !part(sign)).unwrap_or(text.len()),
    }
}

/// What stands between braces. Variables within a default are not replaced: a default with some is unknown.
fn braced(inside: &str, variables: &BTreeMap<String, String>) -> Option<String> {
    let (name, operator) = inside.split_at(name_end(inside));
    if name.is_empty() {
        return None;
    }
    let value = variables.get(name);
    let full = value.filter(|value| !value.is_empty());
    let plain = |word: &str| (!word.contains('$')).then(|| word.to_owned());
    let signs = [":-", ":+", ":?", "-", "+", "?"];
    let Some((sign, word)) = signs
        .iter()
        .find_map(|sign| Some((*sign, operator.strip_prefix(sign)?)))
    else {
        return value.filter(|_| operator.is_empty()).cloned();
    };
    match (sign, value, full) {
        (":-", _, Some(value)) | ("-", Some(value), _) | (":?", _, Some(value)) | ("?", Some(value), _) => {
            Some(value.clone())
        }
        (":-" | "-", ..) => plain(word),
        (":+", _, Some(_)) | ("+", Some(_), _) => plain(word),
        (":+" | "+", ..) => Some(String::new()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_written() {
        let found = read("A=1\nexport B = two \nC=\"x y\" # note\n#D=4\nE='q'\nF=a # b\nnonsense\n=x\n");
        let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(
            found,
            [("A", "1"), ("B", "two"), ("C", "x y"), ("E", "q"), ("F", "a")]
        );
    }

    #[test]
    fn variables_are_replaced_as_compose_does() {
        let variables = read("SET=v\nEMPTY=\n");
        for (text, expected) in [
            ("a$SET-${SET}", Some("av-v")),
            ("$$SET $", Some("$SET $")),
            ("${NONE:-d}", Some("d")),
            ("${EMPTY:-d}${EMPTY-d}", Some("d")),
            ("${SET:+y}${NONE:+y}", Some("y")),
            ("${SET:?must}", Some("v")),
            ("${NONE:?must}", None),
            ("${NONE}", None),
            ("$NONE", None),
            ("${NONE:-${SET}}", None),
            ("${SET", None),
            ("${SET!}", None),
        ] {
            assert_eq!(expand(text, &variables).as_deref(), expected, "{text}");
        }
    }
}
