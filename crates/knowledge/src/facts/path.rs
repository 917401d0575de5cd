//! Paths in an image: made absolute, cleaned, compared, matched.
//!
//! One resolver for both doors. `/var/run` is a link to `/run` and `/var/lock` one to `/run/lock`
//! in every base that matters here, so both are told by their targets.

use crate::context::Answer;
use crate::facts::Value;

/// A path as it is meant in a folder by somebody whose home is `home`.
///
/// The answer is absolute and clean unless the folder is not known; then it begins with a hole.
pub fn resolve(folder: &Value, home: &Value, path: &Value) -> Value {
    let text = path.text();
    let begins_with_hole = path.holes().first().is_some_and(|hole| hole.start == 0);
    let mut whole = Value::new();
    if begins_with_hole {
        // `$HOME/x` with an unknown value: most likely absolute already.
        whole.append(path);
    } else if text == "~" || text.starts_with("~/") {
        whole.append(home);
        whole.append(&path.slice(1..text.len()));
    } else if let Some(name) = user_of_tilde(text).filter(|_| !home.is("~")) {
        match name {
            "root" => whole.push("/root"),
            name => whole.append(&Value::unknown(format!("~{name}"))),
        }
        whole.append(&path.slice(1 + name.len()..text.len()));
    } else if text.starts_with('/') {
        whole.append(path);
    } else {
        whole.append(folder);
        whole.push("/");
        whole.append(path);
    }
    clean(&whole)
}

/// Whose home `~NAME` or `~NAME/…` means.
pub fn user_of_tilde(text: &str) -> Option<&str> {
    let name = text.strip_prefix('~')?.split('/').next()?;
    let is_name = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || b"_-".contains(&sign);
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    (begins && name.bytes().all(is_name)).then_some(name)
}

/// Without `.`, `..`, doubled and closing slashes, and with `/var/run` told as `/run`.
pub fn clean(path: &Value) -> Value {
    let parts = path.split(|character| character == '/');
    let absolute = path.known_prefix().starts_with('/');
    let mut kept: Vec<Value> = Vec::new();
    for part in parts {
        match part.text() {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| last.text() != "..") => {
                kept.pop();
            }
            ".." if absolute => {}
            _ => kept.push(part),
        }
    }
    if absolute && kept.first().is_some_and(|part| part.is("var")) {
        match kept.get(1).map(Value::text) {
            Some("run") => {
                kept.remove(0);
            }
            Some("lock") => kept[0] = Value::known("run"),
            _ => {}
        }
    }
    let mut cleaned = Value::new();
    for (index, part) in kept.iter().enumerate() {
        if absolute || index > 0 {
            cleaned.push("/");
        }
        cleaned.append(part);
    }
    if cleaned.is_empty() {
        cleaned.push(if absolute { "/" } else { "." });
    }
    if path.is_glob() {
        cleaned.set_glob();
    }
    cleaned
}

/// Whether the path is the folder or certainly lies below it. Both are clean.
pub fn covers(folder: &str, path: &Value) -> bool {
    let prefix = path.known_prefix();
    if folder == "/" {
        return prefix.starts_with('/');
    }
    match prefix.strip_prefix(folder) {
        Some("") => path.as_known().is_some(),
        Some(rest) => rest.starts_with('/'),
        None => false,
    }
}

/// Whether the path certainly lies below the folder, and is not the folder itself.
pub fn below(folder: &str, path: &Value) -> bool {
    covers(folder, path) && path.text().len() > folder.len()
}

/// Whether a tree that was laid at a path may hold a file: it lies at one of the file's folders, or in
/// one under names that are not known.
pub fn may_hold(tree: &Value, file: &str) -> bool {
    match tree.as_known() {
        Some("/") => true,
        Some(folder) => file
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/')),
        None => {
            let known = tree.known_prefix();
            known.ends_with('/') && file.starts_with(known)
        }
    }
}

/// The last component.
pub fn name(path: &Value) -> Value {
    path.split(|character| character == '/').pop().unwrap_or_default()
}

/// The path without its last component.
pub fn parent(path: &Value) -> Value {
    let mut parts = path.split(|character| character == '/');
    parts.pop();
    let mut folder = Value::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        folder.push("/");
        folder.append(part);
    }
    if folder.is_empty() {
        folder.push("/");
    }
    folder
}

/// A name in a folder.
pub fn join(folder: &Value, name: &Value) -> Value {
    let mut path = folder.clone();
    path.push("/");
    path.append(name);
    clean(&path)
}

/// Whether a removal of `pattern` (with all below it) takes `path` away.
///
/// Unknown where it depends on a hole of either side.
pub fn removes(pattern: &Value, path: &Value) -> Answer {
    if pattern.text() == path.text() && !pattern.is_glob() {
        return Answer::Known(());
    }
    let pattern_parts = pattern.split(|character| character == '/');
    let path_parts = path.split(|character| character == '/');
    let mut sure = true;
    for (index, pattern_part) in pattern_parts.iter().enumerate() {
        let Some(path_part) = path_parts.get(index) else {
            // The pattern reaches below the path: some of what is in it goes.
            return if path_parts.last().is_some_and(|part| !part.holes().is_empty()) {
                Answer::Unknown
            } else {
                Answer::Absent
            };
        };
        match part_matches(pattern_part, path_part, pattern.is_glob()) {
            Answer::Known(()) => {}
            Answer::Unknown => sure = false,
            Answer::Absent => return Answer::Absent,
        }
    }
    if sure { Answer::Known(()) } else { Answer::Unknown }
}

fn part_matches(pattern: &Value, name: &Value, glob: bool) -> Answer {
    if pattern == name || pattern.text() == name.text() {
        return Answer::Known(());
    }
    let pattern_known = pattern.holes().is_empty();
    let name_known = name.holes().is_empty();
    let is_glob = glob && pattern.text().contains(['*', '?', '[']);
    if pattern_known && name_known {
        let matched = is_glob && glob_matches(pattern.text(), name.text());
        return if matched {
            Answer::Known(())
        } else {
            Answer::Absent
        };
    }
    if is_glob && pattern.text() == "*" {
        return Answer::Known(());
    }
    // Holes become wildcards on both sides; what cannot match even so is a certain no.
    let loose = |value: &Value| {
        let mut text = value.text().to_owned();
        for hole in value.holes().iter().rev() {
            text.replace_range(hole.clone(), "*");
        }
        text
    };
    let (pattern, name) = (loose(pattern), loose(name));
    if patterns_may_meet(&pattern, &name) {
        Answer::Unknown
    } else {
        Answer::Absent
    }
}

/// Whether two patterns of `*` could describe the same text, judged by what stands before the first
/// and after the last star: enough to tell `/tmp/a*` from `/tmp/b*`.
fn patterns_may_meet(one: &str, other: &str) -> bool {
    let ends = |text: &str| {
        let first = text.find(['*', '?', '[']).unwrap_or(text.len());
        let last = text.rfind(['*', '?', ']']).map_or(0, |at| at + 1);
        (text[..first].to_owned(), text[last.min(text.len())..].to_owned())
    };
    let (one_head, one_tail) = ends(one);
    let (other_head, other_tail) = ends(other);
    let heads = one_head.starts_with(&other_head) || other_head.starts_with(&one_head);
    let tails = one_tail.ends_with(&other_tail) || other_tail.ends_with(&one_tail);
    heads && tails
}

/// A shell glob against one name: `*`, `?`, `[…]`, a backslash before any of them.
pub fn glob_matches(pattern: &str, name: &str) -> bool {
    if pattern.is_ascii() && name.is_ascii() {
        return signs_match(pattern.as_bytes(), name.as_bytes());
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    signs_match(&pattern, &name)
}

/// A sign of a glob: a byte where all are ASCII, which needs no list made of them, else a character.
trait Sign: Copy + Ord + From<u8> {
    /// Whether it is this sign of ASCII.
    fn is(self, sign: u8) -> bool {
        self == Self::from(sign)
    }
}

impl Sign for u8 {}
impl Sign for char {}

fn signs_match<S: Sign>(pattern: &[S], name: &[S]) -> bool {
    let (mut at, mut in_name) = (0, 0);
    // Where to go back to: just after the last star, and the name it has taken so far.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match pattern.get(at) {
            Some(sign) if sign.is(b'*') => {
                retry = Some((at + 1, in_name));
                at += 1;
                continue;
            }
            None if in_name == name.len() => return true,
            Some(_) if in_name < name.len() => {
                if let Some(next) = one_matches(pattern, at, name[in_name]) {
                    at = next;
                    in_name += 1;
                    continue;
                }
            }
            _ => {}
        }
        match retry {
            Some((after_star, taken)) if taken < name.len() => {
                retry = Some((after_star, taken + 1));
                at = after_star;
                in_name = taken + 1;
            }
            _ => return false,
        }
    }
}

/// The index after the pattern's element at `at` if that element matches one sign.
fn one_matches<S: Sign>(pattern: &[S], at: usize, sign: S) -> Option<usize> {
    let element = pattern[at];
    if element.is(b'?') {
        Some(at + 1)
    } else if element.is(b'\\') && at + 1 < pattern.len() {
        (pattern[at + 1] == sign).then_some(at + 2)
    } else if element.is(b'[') {
        let negated = pattern
            .get(at + 1)
            .is_some_and(|next| next.is(b'!') || next.is(b'^'));
        let first = at + 1 + usize::from(negated);
        let close = (first + 1..pattern.len()).find(|index| pattern[*index].is(b']'));
        let Some(close) = close else {
            return sign.is(b'[').then_some(at + 1);
        };
        (in_set(&pattern[first..close], sign) != negated).then_some(close + 1)
    } else {
        (element == sign).then_some(at + 1)
    }
}

/// Whether a sign is among those between brackets.
fn in_set<S: Sign>(set: &[S], sign: S) -> bool {
    let mut index = 0;
    while index < set.len() {
        if index + 2 < set.len() && set[index + 1].is(b'-') {
            if (set[index]..=set[index + 2]).contains(&sign) {
                return true;
            }
            index += 3;
        } else if set[index] == sign {
            return true;
        } else {
            index += 1;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        // `<x>` is a hole written `${x}`.
        let mut value = Value::new();
        for part in text.split_inclusive(['<', '>']) {
            match part.strip_suffix('>') {
                Some(name) => value.push_hole(&format!("${{{name}}}")),
                None => value.push(part.strip_suffix('<').unwrap_or(part)),
            }
        }
        if text.contains(['*', '?', '[']) {
            value.set_glob();
        }
        value
    }

    fn resolved(folder: &str, path: &str) -> String {
        resolve(&value(folder), &value("/root"), &value(path))
            .text()
            .to_owned()
    }

    #[test]
    fn paths_are_made_absolute_and_clean() {
        assert_eq!(resolved("/build", "a/./b//../c/"), "/build/a/c");
        assert_eq!(resolved("/build", "../../.."), "/");
        assert_eq!(resolved("/build", "~/x"), "/root/x");
        assert_eq!(resolved("/build", "~root/x"), "/root/x");
        assert_eq!(resolved("/build", "~coder"), "~coder");
        assert_eq!(resolved("/build", "~coder/a/../b"), "~coder/b");
        assert_eq!(resolved("/build", "~1/x"), "/build/~1/x");
        assert_eq!(resolved("/", "/var/run/docker.sock"), "/run/docker.sock");
        assert_eq!(resolved("/", "/var/lock/x"), "/run/lock/x");
        assert_eq!(resolved("<dir>", "x"), "${dir}/x");
    }

    #[test]
    fn a_hole_can_climb_out_so_only_the_known_part_covers() {
        assert!(covers("/tmp", &value("/tmp/<x>")));
        assert!(covers("/tmp", &value("/tmp")));
        assert!(!covers("/tmp", &value("/tmp<x>")));
        assert!(!covers("/tmp", &value("/tmpfiles")));
        assert!(!below("/tmp", &value("/tmp")));
    }

    #[test]
    fn removal_follows_folders_globs_and_holes() {
        let removes = |pattern: &str, path: &str| removes(&value(pattern), &value(path));
        assert_eq!(removes("/tmp/a", "/tmp/a/b"), Answer::Known(()));
        assert_eq!(removes("/tmp/*", "/tmp/a"), Answer::Known(()));
        assert_eq!(removes("/tmp/*.deb", "/tmp/<x>.deb"), Answer::Unknown);
        assert_eq!(removes("/tmp/*.deb", "/tmp/<x>.rpm"), Answer::Absent);
        assert_eq!(removes("/tmp/<x>.deb", "/tmp/<x>.deb"), Answer::Known(()));
        assert_eq!(removes("/tmp/a/b", "/tmp/a"), Answer::Absent);
        assert_eq!(removes("/tmp/*", "/tmp/<x>"), Answer::Known(()));
        assert_eq!(removes("/opt/*", "/tmp/x"), Answer::Absent);
    }

    #[test]
    fn globs_match_as_a_shell_does() {
        assert!(glob_matches("a*c?[0-9]", "abbcx7"));
        assert!(!glob_matches("*.deb", "x.rpm"));
        assert!(glob_matches("[!a]b", "xb"));
        assert!(glob_matches("\\*", "*"));
        assert!(glob_matches(&"*a".repeat(40), &"a".repeat(60)));
    }
}
