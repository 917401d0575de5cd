//! Shell scripts read as their cases say, and whatever the bytes without a panic.
//!
//! A case is a script in `fixtures/shell`, its ending names the dialect, and a `.expected` file with
//! what [`listing`] makes of it. `SEAWORTHY_UPDATE=1` rewrites the expected files.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use proptest::prelude::*;
use seaworthy::shell::{
    Command, Dialect, Failure, Part, Redirect, RedirectKind, Runs, Script, ShellWord, dialect, read,
    read_heredoc, read_word,
};

/// A script in a short form: one line a command, with only what is not the usual.
fn listing(script: &Script) -> String {
    let mut out = String::new();
    if script.incomplete {
        out.push_str("incomplete\n");
    }
    if !script.functions.is_empty() {
        let _ = writeln!(out, "functions {}", script.functions.join(" "));
    }
    if script.scopes.len() > 1 {
        let parents: Vec<String> = script.scopes.iter().map(usize::to_string).collect();
        let _ = writeln!(out, "scopes {}", parents.join(" "));
    }
    for (index, each) in script.loops.iter().enumerate() {
        let _ = writeln!(out, "loop {index} {} over {}", each.variable, words(&each.words));
    }
    for (index, each) in script.block_redirects.iter().enumerate() {
        let _ = writeln!(out, "block {index} {}", redirect(each));
    }
    for (index, command) in script.commands.iter().enumerate() {
        let _ = writeln!(out, "#{index} {}{}", simple(command), around(command));
    }
    out
}

fn simple(command: &Command) -> String {
    let mut pieces = Vec::new();
    for each in &command.assignments {
        let sign = if each.append { "+=" } else { "=" };
        let value = each.value.as_ref().map_or("(array)".to_owned(), word);
        pieces.push(format!("{}{sign}{value}", each.name));
    }
    pieces.extend(command.words.iter().map(word));
    pieces.extend(command.redirects.iter().map(redirect));
    pieces.join(" ")
}

fn around(command: &Command) -> String {
    let mut notes = Vec::new();
    if command.runs == Runs::Maybe {
        notes.push("maybe".to_owned());
    }
    if command.failure == Failure::Tolerated {
        notes.push("tolerated".to_owned());
    }
    for guard in &command.guards {
        let when = if guard.succeeded { "if" } else { "unless" };
        let sure = if guard.certain { "" } else { "?" };
        notes.push(format!("{when} #{}{sure}", guard.command));
    }
    if command.scope != 0 {
        notes.push(format!("scope {}", command.scope));
    }
    notes.extend(command.loops.iter().map(|each| format!("loop {each}")));
    notes.extend(command.block_redirects.iter().map(|each| format!("block {each}")));
    notes.extend(command.function.iter().map(|name| format!("function {name}")));
    notes.extend(command.reads_from.iter().map(|from| format!("reads #{from}")));
    if command.piped {
        notes.push("piped".to_owned());
    }
    if notes.is_empty() {
        String::new()
    } else {
        format!("  -- {}", notes.join(", "))
    }
}

fn words(list: &[ShellWord]) -> String {
    list.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn word(word: &ShellWord) -> String {
    let mut out = String::new();
    for part in &word.parts {
        match part {
            Part::Bare(text) => out.push_str(text),
            Part::Quoted(text) => {
                let _ = write!(out, "'{text}'");
            }
            Part::Variable {
                name,
                operator,
                quoted,
            } => {
                let quote = if *quoted { "\"" } else { "" };
                let _ = write!(out, "{quote}${{{name}{operator}}}{quote}");
            }
            Part::Substitution { commands, quoted, .. } => {
                let quote = if *quoted { "\"" } else { "" };
                let _ = write!(out, "{quote}$(#{}..{}){quote}", commands.start, commands.end);
            }
            Part::Other(raw) => {
                let _ = write!(out, "«{raw}»");
            }
        }
    }
    if out.is_empty() {
        "∅".to_owned()
    } else {
        out.replace('\n', "⏎").replace('\t', "⇥")
    }
}

fn redirect(redirect: &Redirect) -> String {
    let target = word(&redirect.target);
    let descriptor = redirect.descriptor;
    match &redirect.kind {
        RedirectKind::Read => format!("{descriptor}<{target}"),
        RedirectKind::Write => format!("{descriptor}>{target}"),
        RedirectKind::Append => format!("{descriptor}>>{target}"),
        RedirectKind::Duplicate => format!("{descriptor}>&{target}"),
        RedirectKind::HereString => format!("{descriptor}<<<{target}"),
        RedirectKind::Heredoc { body } => {
            format!(
                "{descriptor}<<{target}[{}]",
                body.as_ref().map_or("".to_owned(), word)
            )
        }
    }
}

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
    let update = std::env::var_os("SEAWORTHY_UPDATE").is_some();
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
    fn plain_words_are_their_slices(words in prop::collection::vec("[a-z0-9./_-]{1,12}", 1..8)) {
        prop_assume!(seaworthy_plain(&words[0]));
        let text = words.join(" ");
        let script = read(&text, Dialect::Posix);
        prop_assert!(!script.incomplete);
        let found: Vec<String> = script.commands[0].words.iter().filter_map(ShellWord::constant).collect();
        prop_assert_eq!(found, words);
        check(&script, &text, Exact::Yes);
    }
}

/// Whether a word is no word of the grammar.
fn seaworthy_plain(word: &str) -> bool {
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
    for text in [
        "echo \"a b c; ",
        "echo 'a'; ",
        "cat <<E\n",
        "$(",
        "a && ",
        "\\\n",
        "if a; then b; ",
    ] {
        let long = text.repeat((1 << 20) / text.len());
        let started = Instant::now();
        let script = read(&long, Dialect::Bash);
        println!(
            "{:?} {} commands in {:?}",
            text,
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

/// RUN bodies of a Dockerfile in shell form, with continuations joined and comments dropped: a
/// short reader of its own, so that this test stands on the shell alone.
fn run_bodies(dockerfile: &str) -> Vec<String> {
    let mut bodies = Vec::new();
    let mut lines = dockerfile.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_start();
        let Some(rest) = line
            .get(..4)
            .filter(|word| word.eq_ignore_ascii_case("run "))
            .map(|_| &line[4..])
        else {
            // What goes on over several lines is no place for a RUN.
            let mut last = line;
            while last.trim_end().ends_with('\\') && !line.starts_with('#') {
                match lines.next() {
                    Some(next) => last = next,
                    None => break,
                }
            }
            continue;
        };
        let mut body = String::new();
        let mut current = rest.to_owned();
        loop {
            let Some(kept) = current.trim_end().strip_suffix('\\') else {
                body.push_str(&current);
                break;
            };
            body.push_str(kept);
            let next = lines.by_ref().find(|next| {
                let next = next.trim_start();
                !next.is_empty() && !next.starts_with('#')
            });
            match next {
                Some(next) => current = next.to_owned(),
                None => break,
            }
        }
        let mut body = body.trim_start();
        while let Some(flag) = body.strip_prefix("--") {
            body = flag
                .split_once(char::is_whitespace)
                .map_or("", |(_, rest)| rest.trim_start());
        }
        if !body.starts_with('[') && !body.contains("<<") {
            bodies.push(body.to_owned());
        }
    }
    bodies
}

#[test]
fn real_bodies_are_read() {
    let folder = std::env::var_os("SEAWORTHY_SHARED")
        .map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
            PathBuf::from,
        )
        .join("corpus");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no corpus in {}", folder.display());
        return;
    };
    let mut bodies = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with(".tar.gz") {
            continue;
        }
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(&path).unwrap())
            .read_to_end(&mut bytes)
            .unwrap();
        for file in files(&bytes) {
            bodies.extend(run_bodies(&String::from_utf8_lossy(file)));
        }
    }
    bodies.sort();
    bodies.dedup();
    let size: usize = bodies.iter().map(String::len).sum();
    let mut commands = 0;
    let mut incomplete = Vec::new();
    let started = Instant::now();
    let scripts: Vec<Script> = bodies.iter().map(|body| read(body, Dialect::Posix)).collect();
    let elapsed = started.elapsed();
    for (body, script) in bodies.iter().zip(&scripts) {
        check(script, body, Exact::Yes);
        commands += script.commands.len();
        if script.incomplete {
            incomplete.push(body);
        }
    }
    println!(
        "{} bodies, {size} bytes, {commands} commands, {} incomplete, {:.1} MB/s",
        bodies.len(),
        incomplete.len(),
        size as f64 / 1e6 / elapsed.as_secs_f64()
    );
    for body in &incomplete {
        println!("incomplete: {}", body.chars().take(300).collect::<String>());
    }
    assert!(
        incomplete.len() * 100 <= bodies.len(),
        "{} of {}",
        incomplete.len(),
        bodies.len()
    );
}

/// The regular files of a tar archive.
fn files(archive: &[u8]) -> Vec<&[u8]> {
    let mut files = Vec::new();
    let mut at = 0;
    while let Some(header) = archive.get(at..at + 512) {
        let digits: String = header[124..136]
            .iter()
            .map(|&byte| byte as char)
            .filter(|c| c.is_digit(8))
            .collect();
        let Ok(size) = usize::from_str_radix(&digits, 8) else {
            break;
        };
        if matches!(header[156], b'0' | 0) {
            files.extend(archive.get(at + 512..at + 512 + size));
        }
        at += 512 + size.div_ceil(512) * 512;
    }
    files
}
