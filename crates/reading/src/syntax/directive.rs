//! Parser directives, which BuildKit reads with three strictnesses.
//!
//! The parser itself looks for `escape` and trims blanks before the `#`. `syntax` and `check` are
//! found by a scan of its own, which skips one `#!` line and trims nothing. The name of another
//! frontend may also stand after `//`, or in a JSON object that is the whole file.

use std::ops::Range;

use super::lines;
use super::space;
use super::tree::Directive;
use crate::source::{BYTE_ORDER_MARK, Span};

/// A directive as it stands on a line.
pub(super) struct Found {
    pub name: &'static str,
    pub value: Range<usize>,
}

/// The directive in `from..to`, the text after a comment mark; none if it is none or an unknown one.
pub(super) fn find(bytes: &[u8], from: usize, to: usize) -> Option<Found> {
    let start = space::skip_spaces(bytes, from, to);
    let letters = bytes[start..to]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let name = &bytes[start..start + letters];
    let name = *["syntax", "escape", "check"]
        .iter()
        .find(|known| known.as_bytes().eq_ignore_ascii_case(name))?;
    let equals = skip_white(bytes, start + letters, to);
    if bytes[..to].get(equals) != Some(&b'=') {
        return None;
    }
    let mut value = skip_white(bytes, equals + 1, to);
    if value == to {
        // BuildKit's pattern wants one character of any kind, and takes the last blank for it.
        if to == equals + 1 {
            return None;
        }
        value = to - 1;
        return Some(Found {
            name,
            value: value..to,
        });
    }
    let mut end = to;
    while is_white(bytes[end - 1]) {
        end -= 1;
    }
    value = value.min(end);
    Some(Found {
        name,
        value: value..end,
    })
}

/// What BuildKit's pattern calls white space: not the vertical tab.
fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0C)
}

fn skip_white(bytes: &[u8], from: usize, to: usize) -> usize {
    let white = bytes[from..to].iter().take_while(|byte| is_white(**byte)).count();
    from + white
}

/// `syntax` and `check` as the separate scan finds them, in the order of the file.
pub(super) fn scan(bytes: &[u8]) -> Vec<Directive> {
    let mut start = if bytes.starts_with(BYTE_ORDER_MARK) { 3 } else { 0 };
    if bytes[start..].starts_with(b"#!") {
        start = lines::physical(bytes, start).map_or(bytes.len(), |line| line.next);
    }
    let mut found = marked(bytes, start, b"#");
    if !found.iter().any(|directive| directive.name == "syntax") {
        let other = marked(bytes, start, b"//");
        let other = other.into_iter().find(|directive| directive.name == "syntax");
        found.extend(other.or_else(|| object(bytes, start)));
    }
    found.retain(|directive| directive.name != "escape");
    found
}

/// The directives in the lines that start with a mark, up to the first other line or a repetition.
fn marked(bytes: &[u8], start: usize, mark: &[u8]) -> Vec<Directive> {
    let mut all: Vec<Directive> = Vec::new();
    let mut at = start;
    while let Some(line) = lines::physical(bytes, at) {
        at = line.next;
        if line.too_long || !bytes[line.start..line.end].starts_with(mark) {
            break;
        }
        let Some(found) = find(bytes, line.start + mark.len(), line.end) else {
            break;
        };
        if all.iter().any(|directive| directive.name == found.name) {
            break;
        }
        all.push(Directive {
            name: found.name.to_owned(),
            value: space::lossy(&bytes[found.value.clone()]),
            span: Span::new(line.start, line.end),
            value_span: Span::new(found.value.start, found.value.end),
            in_force: true,
        });
    }
    all
}

/// The frontend that a JSON object names.
fn object(bytes: &[u8], start: usize) -> Option<Directive> {
    let text = &bytes[start..];
    if text.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return None;
    }
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&String::from_utf8_lossy(text)).ok()?;
    let value = object.get("syntax")?.as_str()?.to_owned();
    let span = Span::new(start, bytes.len());
    Some(Directive {
        name: "syntax".to_owned(),
        value,
        span,
        value_span: span,
        in_force: true,
    })
}
