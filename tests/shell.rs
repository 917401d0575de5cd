//! Shell scripts read as their cases say, and whatever the bytes without a panic.
//!
//! A case is a script in `fixtures/shell`, its ending names the dialect, and a `.expected` file with
//! what [`listing`] makes of it. `SEAWORTHY_BLESS=1` rewrites the expected files.

#![allow(
    clippy::print_stdout,
    reason = "a skipped test says so, and measures are read by people"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

mod shared;

#[path = "shell/corpus.rs"]
mod corpus;
#[path = "shell/listing.rs"]
mod listing;

use listing::listing;
use proptest::prelude::*;
use seaworthy::shell::{
    Command, Dialect, LONGEST, Part, RedirectKind, Script, ShellWord, dialect, read, read_heredoc, read_word,
};

fn dialect_of(case: &Path) -> Option<Dialect> {
    match case.extension()?.to_str()? {
        "sh" => Some(Dialect::Posix),
        "bash" => Some(Dialect::Bash),
        "ksh" => Some(Dialect::Ksh),
        "zsh" => Some(Dialect::Zsh),
        _ => None,
    }
}

/// The scripts in words after `-c` and `eval`, and in here-documents of shells.
fn embedded(script: &Script, text: &str, dialect: Dialect) -> String {
    let mut out = String::new();
    for (index, command) in script.commands.iter().enumerate() {
        let name = command
            .words
            .first()
            .and_then(ShellWord::constant)
            .unwrap_or_default();
        let after = command
            .words
            .iter()
            .position(|word| word.constant().as_deref() == Some("-c"));
        let at = if name == "eval" { Some(0) } else { after };
        let inner = at.and_then(|at| command.words.get(at + 1));
        let in_word = inner.and_then(|word| read_word(word, text, dialect));
        let bodies = command.redirects.iter().filter(|_| name.ends_with("sh"));
        let in_body = bodies.filter_map(|redirect| read_heredoc(redirect, text, dialect));
        for inner in in_word.into_iter().chain(in_body) {
            let _ = writeln!(out, "in #{index}:");
            out.push_str(&listing(&inner));
            check(&inner, text, Exact::No);
            for (index, command) in inner.commands.iter().enumerate() {
                let _ = writeln!(out, "at #{index}: {}", slice(command, text).replace('\n', "⏎"));
            }
        }
    }
    out
}

fn slice<'text>(command: &Command, text: &'text str) -> &'text str {
    &text[command.range.start as usize..command.range.end as usize]
}

#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/shell");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.retain(|case| dialect_of(case).is_some());
    cases.sort();
    assert!(cases.len() >= 40, "{} cases", cases.len());
    let update = std::env::var_os("SEAWORTHY_BLESS").is_some();
    let mut wrong = String::new();
    for case in &cases {
        let text = std::fs::read_to_string(case).unwrap();
        let text = text.trim_end_matches('\n');
        let dialect = dialect_of(case).unwrap();
        let script = read(text, dialect);
        check(&script, text, Exact::Yes);
        let found = listing(&script) + &embedded(&script, text, dialect);
        let path = case.with_extension("expected");
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if update {
            std::fs::write(&path, &found).unwrap();
        } else if found != expected {
            let _ = writeln!(
                wrong,
                "{}\n--- expected\n{expected}--- found\n{found}",
                case.display()
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Whether places are exact, or only near, as in words that were unquoted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exact {
    Yes,
    No,
}

/// What holds for every script.
fn check(script: &Script, text: &str, exact: Exact) {
    let fits = |range: &std::ops::Range<u32>| {
        assert!(
            text.get(range.start as usize..range.end as usize).is_some(),
            "{range:?} of {text:?}"
        );
    };
    for (scope, parent) in script.scopes.iter().enumerate() {
        assert!(*parent < scope.max(1));
    }
    for (index, command) in script.commands.iter().enumerate() {
        fits(&command.range);
        assert!(command.scope < script.scopes.len());
        assert!(
            command.guards.iter().all(|guard| guard.command < index),
            "{command:?}"
        );
        assert!(command.reads_from.is_none_or(|from| from < index));
        assert!(command.loops.iter().all(|each| *each < script.loops.len()));
        assert!(
            command
                .block_redirects
                .iter()
                .all(|each| *each < script.block_redirects.len())
        );
        let mut end = command.range.start;
        for word in &command.words {
            fits(&word.range);
            assert!(word.range.start >= end, "{word:?} in {command:?} of {text:?}");
            assert!(
                word.range.end <= command.range.end,
                "{word:?} in {command:?} of {text:?}"
            );
            end = word.range.end;
            if let ([Part::Bare(part)], Exact::Yes) = (word.parts.as_slice(), exact) {
                let slice = &text[word.range.start as usize..word.range.end as usize];
                assert_eq!(part, &slice.replace("\\\n", ""), "{text:?}");
            }
            for part in &word.parts {
                if let Part::Substitution { commands, .. } = part {
                    assert!(commands.start <= commands.end && commands.end <= index);
                }
            }
        }
        for redirect in &command.redirects {
            fits(&redirect.range);
            fits(&redirect.target.range);
            if let RedirectKind::Heredoc { body: Some(body) } = &redirect.kind {
                fits(&body.range);
            }
        }
        for assignment in &command.assignments {
            fits(&assignment.range);
            assignment.value.iter().for_each(|value| fits(&value.range));
        }
    }
}

const DIALECTS: [Dialect; 4] = [Dialect::Posix, Dialect::Bash, Dialect::Ksh, Dialect::Zsh];

fn survives(text: &str) {
    for dialect in DIALECTS {
        let script = read(text, dialect);
        check(&script, text, Exact::No);
        for command in &script.commands {
            for word in &command.words {
                if let Some(inner) = read_word(word, text, dialect) {
                    check(&inner, text, Exact::No);
                }
            }
            for redirect in &command.redirects {
                if let Some(inner) = read_heredoc(redirect, text, dialect) {
                    check(&inner, text, Exact::No);
                }
            }
        }
    }
}

/// Pieces of shell, so that strings of them reach deeper than random bytes do.
fn shell_like() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "b ",
        "é",
        " ",
        "\n",
        ";",
        "&&",
        "||",
        "|",
        "&",
        "'",
        "\"",
        "`",
        "$",
        "$(",
        ")",
        "((",
        "))",
        "(",
        "{ ",
        "}",
        "${",
        "${x:-",
        "[[ ",
        " ]]",
        "if ",
        "then ",
        "else ",
        "elif ",
        "fi",
        "for i in ",
        "do ",
        "done",
        "case ",
        " in ",
        "esac",
        ";;",
        "<<E\n",
        "<<-'E'\n",
        "\nE\n",
        "\\",
        "\\\n",
        ">f",
        "2>&1",
        "<<<",
        "=",
        "x=",
        "#",
        "!",
        "while ",
        "f() ",
        "$'",
        "\t",
        "<(",
        "*",
        "~",
        "[",
        "]",
        "exit 0",
        "&>>f",
        "export ",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,60}") {
        survives(&text);
    }

    #[test]
    fn any_shell_like_text_is_survived(text in shell_like()) {
        survives(&text);
    }

    #[test]
    fn places_in_quoted_scripts_are_those_of_the_text(
        words in prop::collection::vec("[a-zé]{1,6}", 1..8), double in any::<bool>()
    ) {
        prop_assume!(words.iter().all(|word| plain(word)));
        let inner = words.join(" && ");
        let text = if double { format!("é; sh -c \"{inner}\"") } else { format!("é; sh -c '{inner}'") };
        let outer = read(&text, Dialect::Posix);
        let script = read_word(&outer.commands[1].words[2], &text, Dialect::Posix).unwrap();
        let found: Vec<&str> = script.commands.iter().map(|command| slice(command, &text)).collect();
        prop_assert_eq!(found, words);
        check(&script, &text, Exact::Yes);
    }

    #[test]
    fn plain_words_are_their_slices(words in prop::collection::vec("[a-z0-9./_-]{1,12}", 1..8)) {
        prop_assume!(plain(&words[0]));
        let text = words.join(" ");
        let script = read(&text, Dialect::Posix);
        prop_assert!(!script.incomplete);
        let found: Vec<String> = script.commands[0].words.iter().filter_map(ShellWord::constant).collect();
        prop_assert_eq!(found, words);
        check(&script, &text, Exact::Yes);
    }
}

/// Whether a word is no word of the grammar.
fn plain(word: &str) -> bool {
    ![
        "if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "in",
        "time", "select", "function", "coproc",
    ]
    .contains(&word)
}

#[test]
fn deep_nesting_is_survived() {
    let shapes: [(&str, &str, &str); 12] = [
        ("$(", "a", ")"),
        ("(", "a", ")"),
        ("{ ", "a;", "};"),
        ("if a; then ", "b;", " fi;"),
        ("`", "a", "`"),
        ("\"$(", "a", ")\""),
        ("${x:-", "a", "}"),
        ("$((", "1", "))"),
        ("[[ ( ", "a", " ) ]]"),
        ("! ", "a", ""),
        ("a && ", "b", " || c"),
        ("<(", "a", ")"),
    ];
    for (open, middle, close) in shapes {
        for depth in [10, 45, 100, 5000] {
            let started = Instant::now();
            for end in [close, ""] {
                let text = format!("x; echo {}{middle}{}", open.repeat(depth), end.repeat(depth));
                survives(&text);
                let text = format!("x; {}{middle}{}", open.repeat(depth), end.repeat(depth));
                survives(&text);
            }
            println!("{open} {depth} times: {:?}", started.elapsed());
        }
    }
    let chain = vec!["a"; 20_000].join(" && ");
    survives(&chain);
    let heredocs: String = (0..3000).map(|index| format!("cat <<E{index}\nx\n")).collect();
    survives(&heredocs);
}

#[test]
fn long_texts_take_bounded_time() {
    let long = "echo a b c; ".repeat(4_000_000);
    let started = Instant::now();
    let script = read(&long, Dialect::Posix);
    assert!(script.incomplete && script.commands.is_empty());
    let nested = |open: &str, close: &str| format!("a {}b{}; ", open.repeat(30), close.repeat(30));
    let texts = [
        "echo \"a b c; ".to_owned(),
        "echo 'a'; ".to_owned(),
        "cat <<E\n".to_owned(),
        "cat <<E\nE\n".to_owned(),
        "$(".to_owned(),
        "a && ".to_owned(),
        "\\\n".to_owned(),
        "if a; then b; ".to_owned(),
        "a) ".to_owned(),
        "\\".to_owned(),
        "é'".to_owned(),
        "[ -f x ] && a || b; ".to_owned(),
        "a | ".to_owned(),
        "((".to_owned(),
        "{a,".to_owned(),
        "x=(".to_owned(),
        "if [ x ] && exit 0; then exit 0; fi; ".to_owned(),
        "a || exit 0; ".to_owned(),
        nested("$(", ")"),
        nested("\"$(", ")\""),
        nested("${x:-", "}"),
        nested("$((", "))"),
        nested("<(", ")"),
    ];
    // Without optimizing, the parser takes ten times as long.
    let length = if cfg!(debug_assertions) {
        LONGEST / 16
    } else {
        LONGEST
    };
    for text in &texts {
        let long = text.repeat(length / text.len());
        let started = Instant::now();
        let script = read(&long, Dialect::Bash);
        println!(
            "{:?} {} commands in {:?}",
            text.get(..20).unwrap_or(text),
            script.commands.len(),
            started.elapsed()
        );
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn shells_are_known_by_their_program() {
    let of = |words: &[&str]| dialect(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
    assert_eq!(of(&["/bin/sh", "-c"]), Some(Dialect::Posix));
    assert_eq!(of(&["/bin/bash", "-o", "pipefail", "-c"]), Some(Dialect::Bash));
    assert_eq!(of(&["/usr/bin/env", "bash", "-c"]), Some(Dialect::Bash));
    assert_eq!(of(&["ash", "-eo", "pipefail", "-c"]), Some(Dialect::Posix));
    assert_eq!(of(&["/usr/bin/zsh"]), Some(Dialect::Zsh));
    assert_eq!(of(&["powershell", "-Command"]), None);
    assert_eq!(of(&["cmd", "/S", "/C"]), None);
    assert_eq!(of(&["python3", "-c"]), None);
    assert_eq!(of(&[]), None);
}
