//! Findings that are no faults where they stand: what ShellCheck cannot know of a RUN, of the shell that
//! reads it, or of the programs in it.

use std::ops::Range;

use super::Kind;

/// Whether a finding of a code at a place of a script is no fault.
pub fn is_spared(id: &str, text: &str, range: &Range<usize>, kind: Kind) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let word = text.get(range.clone()).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    match id {
        _ if kind == Kind::Busybox && BUSYBOX_HAS.contains(&id) => true,
        // dash has the limits of its own system, and only other shells are told by the code.
        "SC3045" if kind == Kind::Dash => before.trim_end().ends_with("ulimit"),
        // The echo of coreutils is the same in every shell.
        "SC3037" => before.trim_end().ends_with("/echo"),
        // The last command's failure is that of the RUN.
        "SC2164" => after.trim().is_empty(),
        // mix has a task of this name.
        "SC1010" => before.trim_end().ends_with("mix"),
        // `package[extra]` is pip's way to name an extra: there is nothing to match in it.
        "SC2102" => {
            before.ends_with(|sign: char| sign.is_ascii_alphanumeric() || sign == '\'' || sign == '"')
        }
        "SC2046" => is_one_word(word),
        _ => false,
    }
}

/// What BusyBox's ash has beyond POSIX, with the options of the distributions' builds.
const BUSYBOX_HAS: &[&str] = &[
    "SC3001", "SC3003", "SC3010", "SC3014", "SC3015", "SC3020", "SC3037", "SC3040", "SC3042", "SC3043",
    "SC3045", "SC3046", "SC3048", "SC3052", "SC3057", "SC3060", "SC3061",
];

/// Programs, with the first argument where it matters, that print one word without blanks and without
/// signs of a pattern: quotes around what they print change nothing.
const ONE_WORD: &[&[&str]] = &[
    &["arch"],
    &["date", "+%s"],
    &["dpkg", "--print-architecture"],
    &["getconf"],
    &["go", "env"],
    &["hostname"],
    &["id", "-g"],
    &["id", "-gn"],
    &["id", "-u"],
    &["id", "-un"],
    &["lsb_release", "-c"],
    &["lsb_release", "-cs"],
    &["lsb_release", "-r"],
    &["lsb_release", "-rs"],
    &["lsb_release", "-sc"],
    &["lsb_release", "-sr"],
    &["lsb_release", "-is"],
    &["mktemp"],
    &["nproc"],
    &["rpm", "-E"],
    &["uname"],
    &["whoami"],
];

/// Whether a command substitution can only print one word.
fn is_one_word(substitution: &str) -> bool {
    let inner = substitution
        .strip_prefix("$(")
        .and_then(|rest| rest.strip_suffix(')'));
    let backquoted = || {
        substitution
            .strip_prefix('`')
            .and_then(|rest| rest.strip_suffix('`'))
    };
    let Some(inner) = inner.or_else(backquoted) else {
        return false;
    };
    // A chain or a pipe may print anything.
    if inner.contains(['|', ';', '&', '\n', '(', '`']) {
        return false;
    }
    let words: Vec<&str> = inner.split_whitespace().collect();
    // All parts of the name in one line have blanks in them.
    if words.first() == Some(&"uname") && words.iter().any(|word| word.contains('a') || word.contains('v')) {
        return words.iter().skip(1).all(|word| !word.contains(['a', 'v']));
    }
    ONE_WORD.iter().any(|known| words.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_print_one_word_need_no_quotes() {
        for one in [
            "$(nproc)",
            "`uname -m`",
            "$(uname -s)",
            "$(lsb_release -cs)",
            "$( id -u coder )",
        ] {
            assert!(is_one_word(one), "{one}");
        }
        for many in [
            "$(uname -a)",
            "$(ls)",
            "$(nproc | cat x -)",
            "nproc",
            "$(go list ./...)",
        ] {
            assert!(!is_one_word(many), "{many}");
        }
    }
}
