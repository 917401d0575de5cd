//! Reading: BuildKit's answers, cases as files, and what holds for any bytes.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells what it skipped"
)]

mod shared;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use seaworthy::report::tree::tree_json;
use seaworthy::source::{Source, Span};
use seaworthy::syntax::{Instruction, Lexer, Lookup, TokenKind, Variables, expand, expand_words, parse};
use serde_json::Value;

fn read(bytes: &[u8]) -> Value {
    let source = Source::new("Dockerfile", bytes.to_vec()).unwrap();
    serde_json::to_value(tree_json(&source, &parse(bytes))).unwrap()
}

/// Drops what is empty, and what only we say.
fn normal(value: &Value, ours: bool) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, value)| {
                let added = ours && (key.ends_with("span") || key.ends_with("spans") || *key == "errors");
                let foreign = !ours && matches!(key.as_str(), "lint" | "build_error" | "id");
                let empty = match value {
                    Value::Null | Value::Bool(false) => true,
                    Value::String(text) => text.is_empty(),
                    Value::Array(list) => list.is_empty(),
                    _ => false,
                };
                !added && !foreign && !empty
            });
            kept.map(|(key, value)| (key.clone(), normal(value, ours)))
                .collect()
        }
        Value::Array(list) => list.iter().map(|value| normal(value, ours)).collect(),
        other => other.clone(),
    }
}

/// Where a file is read otherwise than BuildKit reads it.
fn difference(bytes: &[u8], expect: &Value) -> Option<String> {
    let (mut ours, theirs) = (normal(&read(bytes), true), normal(expect, false));
    if theirs.get("parse_error").is_some() {
        ours.as_object_mut().unwrap().remove("instructions");
    }
    let keys = ours
        .as_object()
        .unwrap()
        .keys()
        .chain(theirs.as_object().unwrap().keys());
    let mut told = String::new();
    for key in keys.collect::<std::collections::BTreeSet<_>>() {
        let (our, their) = (ours.get(key), theirs.get(key));
        if our == their {
            continue;
        }
        if let (Some(Value::Array(our)), Some(Value::Array(their))) = (our, their) {
            for index in 0..our.len().max(their.len()) {
                if our.get(index) != their.get(index) {
                    told += &format!(
                        "  {key}[{index}]\n    ours   {:?}\n    theirs {:?}\n",
                        our.get(index),
                        their.get(index)
                    );
                    break;
                }
            }
        } else {
            told += &format!("  {key}\n    ours   {our:?}\n    theirs {their:?}\n");
        }
    }
    (!told.is_empty()).then_some(told)
}

fn report(what: &str, total: usize, wrong: &[String]) {
    let shown = wrong.iter().take(20).cloned().collect::<String>();
    assert!(
        wrong.is_empty(),
        "{} of {total} {what} are read otherwise:\n{shown}",
        wrong.len()
    );
}

#[test]
fn reads_the_cases_as_buildkit_does() {
    let Some(rows) = shared::cases::<Value>("parser") else {
        return;
    };
    let mut wrong = Vec::new();
    for row in &rows {
        let text = row["dockerfile"].as_str().map(str::as_bytes).unwrap();
        if let Some(told) = difference(text, &row["expect"]) {
            wrong.push(format!("{}\n{told}", row["id"]));
        }
    }
    report("cases", rows.len(), &wrong);
}

#[test]
fn reads_real_files_as_buildkit_does() {
    let (Some(rows), Some(corpus)) = (shared::cases::<Value>("corpus"), shared::corpus("general")) else {
        return;
    };
    let mut wrong = Vec::new();
    for row in &rows {
        let id = row["id"].as_str().unwrap();
        let file = corpus
            .get(id)
            .unwrap_or_else(|| panic!("{id} is not in the corpus"));
        if let Some(told) = difference(file, row) {
            wrong.push(format!("{id}\n{told}"));
        }
    }
    report("files", rows.len(), &wrong);
}

#[test]
fn what_holds_for_any_bytes_holds_for_real_files() {
    for bytes in shared::corpus("general").unwrap_or_default().values() {
        holds(bytes);
    }
}

struct Environment(BTreeMap<String, String>);

impl Variables for Environment {
    fn get(&self, name: &str) -> Lookup {
        self.0
            .get(name)
            .map_or(Lookup::Unset, |value| Lookup::Set(value.clone()))
    }
}

#[test]
fn expands_words_as_buildkit_does() {
    let Some(rows) = shared::cases::<Value>("expand") else {
        return;
    };
    let mut wrong = Vec::new();
    for row in &rows {
        let on = |name: &str| {
            row["opts"]
                .as_array()
                .is_some_and(|list| list.iter().any(|opt| opt == name))
        };
        let lexer = Lexer {
            escape: row["escape"]
                .as_str()
                .and_then(|text| text.chars().next())
                .unwrap(),
            raw_quotes: on("RawQuotes"),
            raw_escapes: on("RawEscapes"),
            skip_process_quotes: on("SkipProcessQuotes"),
            skip_unset_env: on("SkipUnsetEnv"),
        };
        let word = row["word"].as_str().unwrap();
        let env = row["env"].as_object().unwrap();
        let env = env
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()));
        let env = Environment(env.collect());
        let mut ours = serde_json::Map::new();
        match lexer.expand(word, &env) {
            Ok(expanded) => {
                ours.insert("result".into(), expanded.text.into());
                ours.insert("matched".into(), expanded.matched.into());
                ours.insert("unmatched".into(), expanded.unmatched.into());
            }
            Err(error) => {
                ours.insert("error".into(), error.to_string().into());
            }
        }
        match lexer.expand_words(word, &env) {
            Ok(words) => {
                let words: Vec<String> = words.into_iter().map(|word| word.text).collect();
                ours.insert("words".into(), words.into());
            }
            Err(error) => {
                ours.insert("words_error".into(), error.to_string().into());
            }
        }
        if Value::Object(ours.clone()) != row["expect"] {
            wrong.push(format!(
                "{} {word:?}\n  ours   {ours:?}\n  theirs {}\n",
                row["id"], row["expect"]
            ));
        }
    }
    report("words", rows.len(), &wrong);
}

/// Cases of our own: a folder each, named for why it exists, with a Dockerfile and what is read of it.
///
/// With SEAWORTHY_BLESS set, what is expected is written anew, and is to be looked at before it is kept.
#[test]
fn reads_each_case_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/syntax");
    let mut wrong = Vec::new();
    let mut folders: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    assert!(folders.len() >= 30);
    for folder in &folders {
        let bytes = fs::read(folder.join("Dockerfile")).unwrap();
        let source = Source::new("Dockerfile", bytes.clone()).unwrap();
        let read = serde_json::to_string_pretty(&tree_json(&source, &parse(&bytes))).unwrap() + "\n";
        let path = folder.join("expected.json");
        if std::env::var_os("SEAWORTHY_BLESS").is_some() {
            fs::write(&path, &read).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != read {
            wrong.push(format!("{}\n{read}", folder.display()));
        }
    }
    report("cases of our own", folders.len(), &wrong);
}

#[test]
fn a_line_may_be_64_kib_long_and_no_longer() {
    let told = |text: String| {
        parse(text.as_bytes())
            .errors
            .first()
            .map(|error| (error.message.clone(), error.lines.clone().collect()))
    };
    let line = |length: usize| "#".repeat(length);
    let too_long = "dockerfile line greater than max allowed size of 65535".to_owned();
    assert_eq!(told(format!("FROM a\n{}\n", line(65_535))), None);
    assert_eq!(told(format!("FROM a\n{}", line(65_535))), None);
    assert_eq!(
        told(format!("FROM a\n{}\n", line(65_536))),
        Some((too_long.clone(), vec![1]))
    );
    assert_eq!(
        told(format!("FROM a\n{}", line(65_536))),
        Some((too_long, vec![1]))
    );
    assert_eq!(
        told(format!("{}\nFROM a", line(65_536))),
        Some(("file with no instructions".into(), vec![0]))
    );
    assert_eq!(
        told(format!("FROM a\nRUN <<b\n{}\nb\n", line(65_536))),
        Some(("unterminated heredoc".into(), vec![2]))
    );
}

#[test]
fn a_heredoc_with_an_end_is_found_after_many_without() {
    let lost: String = (0..20).map(|number| format!("RUN <<E{number}\necho\n")).collect();
    let text = format!("FROM a\n{lost}RUN <<-EOF\nb\n\tEOF\nCMD c\n");
    let tree = parse(text.as_bytes());
    let count = tree.instructions.len();
    assert_eq!(count, 23);
    let found = &tree.instructions[21].heredocs[0];
    assert_eq!(&text[found.body.range()], "b\n");
    assert!(found.terminator.is_some());
    assert_eq!(tree.errors.len(), 20);
    assert_eq!(*tree.errors[0].lines.end(), 45);
    assert_eq!(tree.errors[19].lines, 40..=41);
}

/// What holds for any bytes.
fn holds(bytes: &[u8]) {
    let tree = parse(bytes);
    let mut at = 0;
    for token in tree.tokens(bytes) {
        assert_eq!(token.span.start, at);
        assert!(token.span.end > at);
        at = token.span.end;
    }
    assert_eq!(at as usize, bytes.len());
    // What the tokens call text is what the instructions are made of.
    let texts = tree
        .tokens(bytes)
        .into_iter()
        .filter(|token| token.kind == TokenKind::Text);
    let texts: Vec<u8> = texts
        .flat_map(|token| bytes[token.span.range()].to_vec())
        .collect();
    let lines = tree
        .instructions
        .iter()
        .flat_map(|instruction| instruction.text.line_spans());
    let lines: Vec<u8> = lines.flat_map(|span| bytes[span.range()].to_vec()).collect();
    assert_eq!(texts, lines);
    assert_eq!(tree.print(bytes), bytes);
    assert_eq!(parse(&tree.print(bytes)), tree);
    let inside = |span: Span| {
        assert!(
            span.start <= span.end && span.end as usize <= bytes.len(),
            "{span:?}"
        )
    };
    for instruction in &tree.instructions {
        let mut instruction = Some(instruction);
        while let Some(one) = instruction {
            whole(one, bytes);
            inside(one.span);
            inside(one.keyword_span);
            one.heredocs.iter().for_each(|heredoc| inside(heredoc.body));
            instruction = one.trigger.as_deref();
        }
    }
    tree.errors.iter().for_each(|error| inside(error.span));
    tree.comments
        .iter()
        .for_each(|comment| assert_eq!(bytes[comment.span.start as usize], b'#'));
    tree.directives
        .iter()
        .for_each(|directive| inside(directive.value_span));
    read(bytes);
}

/// The text is that of the file, and every range of it is whole characters that lead back to it.
fn whole(instruction: &Instruction, bytes: &[u8]) {
    let text = instruction.text.text();
    let length = text.len() as u32;
    let source = |range: std::ops::Range<u32>| {
        let spans = instruction.text.spans(range.clone());
        let cover = instruction.text.span(range);
        assert!(spans.iter().all(|span| cover.contains(*span)));
        spans
            .iter()
            .flat_map(|span| bytes[span.range()].to_vec())
            .collect::<Vec<u8>>()
    };
    for (ours, theirs) in text.bytes().zip(source(0..length)) {
        assert!(ours == theirs || ours == 0x1A, "{ours} {theirs}");
    }
    assert_eq!(source(0..length).len(), text.len());
    let mut ranges: Vec<std::ops::Range<u32>> =
        instruction.flags.iter().map(|flag| flag.range.clone()).collect();
    ranges.extend(instruction.heredocs.iter().map(|heredoc| heredoc.range.clone()));
    ranges.extend(instruction.words().iter().map(|word| word.range.clone()));
    for pair in instruction.pairs() {
        ranges.push(pair.key.range.clone());
        ranges.extend(pair.value.iter().map(|value| value.range.clone()));
    }
    for range in ranges {
        let range = range.start as usize..range.end as usize;
        assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
        source(range.start as u32..range.end as u32);
    }
    let pairs = instruction
        .pairs()
        .iter()
        .flat_map(|pair| std::iter::once(&pair.key).chain(&pair.value));
    let words = instruction.words().iter().filter(|_| !instruction.is_json());
    for word in words.chain(pairs).filter(|word| !word.text.contains('\u{fffd}')) {
        assert_eq!(
            text[word.range.start as usize..word.range.end as usize],
            word.text
        );
    }
}

/// Bytes that look like a Dockerfile: pieces on which reading turns, in any order.
fn dockerfile() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"FROM a",
        b"RUN ",
        b"run",
        b"COPY ",
        b"ADD ",
        b"ENV ",
        b"LABEL ",
        b"ARG ",
        b"CMD ",
        b"ONBUILD ",
        b"HEALTHCHECK ",
        b"SHELL ",
        b"VOLUME ",
        b"EXPOSE ",
        b"USER ",
        b"\n",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b" ",
        b"\t",
        b"\\\n",
        b"\\ \n",
        b"`\n",
        b"\\",
        b"`",
        b"#",
        b"# escape=`\n",
        b"# syntax=a\n",
        b"# check=b\n",
        b"#!x\n",
        b"\xEF\xBB\xBF",
        b"\xC2\xA0",
        b"\xC2\x85",
        b"\xE2\x85\x90",
        b"\xFF",
        b"\x1A",
        b"\x0B",
        b"--",
        b"--a=",
        b"--mount=",
        b"--from=b",
        b"\"",
        b"'",
        b"=",
        b"a=b",
        b"[",
        b"]",
        b"\"c\"",
        b",",
        b"1",
        b"{",
        b"}",
        b"$",
        b"${",
        b"d",
        b"<<",
        b"<<-",
        b"<<EOF",
        b"EOF",
        b"EOF\n",
        b"\\u00e9",
        b"CMD",
        b"NONE",
        b"AS ",
        b"/",
        b":-",
        b"//syntax=x\n",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: ProptestConfig::default().cases.max(1_000), ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_have_a_tree(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        holds(&bytes);
    }

    #[test]
    fn what_looks_like_a_dockerfile_has_a_tree(bytes in dockerfile()) {
        holds(&bytes);
    }

    #[test]
    fn any_word_expands_or_says_why(word in r#"([ab]|\$|\{|\}|:|-|\+|\?|#|%|/|\*|\\|`|'|"|<| |é){0,24}"#) {
        for escape in ['\\', '`'] {
            let known = |name: &str| match name {
                "a" => Lookup::Set("x y".into()),
                "b" => Lookup::Unknown,
                _ => Lookup::Unset,
            };
            if let Ok(expanded) = expand(&word, escape, &Table(known)) {
                for hole in &expanded.holes {
                    prop_assert!(expanded.text[hole.clone()].starts_with('$'));
                    prop_assert!(word.contains(&expanded.text[hole.clone()]));
                }
            }
            for word in expand_words(&word, escape, &Table(known)).unwrap_or_default() {
                for hole in &word.holes {
                    prop_assert!(word.text[hole.clone()].starts_with('$'));
                }
            }
        }
    }
}

struct Table<F: Fn(&str) -> Lookup>(F);

impl<F: Fn(&str) -> Lookup> Variables for Table<F> {
    fn get(&self, name: &str) -> Lookup {
        (self.0)(name)
    }
}

/// Files that would take the square of their length if reading went over them again and again.
#[test]
fn large_files_take_time_in_proportion() {
    let made = |count: usize| {
        [
            format!("FROM a\nRUN a{}\n", " \\\n b".repeat(count)),
            format!("FROM a\n{}", "RUN <<EOF\necho a\nEOF\n".repeat(count / 4)),
            format!(
                "FROM a\n{}",
                (0..count / 4)
                    .map(|number| format!("RUN <<E{number}\n"))
                    .collect::<String>()
            ),
            format!("FROM a\nENV \\\n{} z=1\n", "a=b \\\n".repeat(count)),
            "x\n".repeat(count),
            format!("FROM a\n{}\n", "ONBUILD \\\n".repeat(count)),
            format!("FROM a\nRUN {}\n", "${a:-\\\n".repeat(count)),
            format!("FROM a\nRUN {}<<b\n", "${a:-\\\n".repeat(count)),
            format!("FROM a\nRUN {}\n", "[\\\n".repeat(count)),
            format!("FROM a\nRUN \\\n{}b\n", "# c\n\n".repeat(count)),
            format!("FROM a\nRUN {}\n", "<<b \\\n".repeat(count)),
        ]
    };
    for text in made(100_000) {
        let start = std::time::Instant::now();
        let tree = parse(text.as_bytes());
        assert_eq!(tree.print(text.as_bytes()), text.as_bytes());
        let seconds = start.elapsed().as_secs_f64();
        assert!(seconds < 10.0, "{seconds} s for {:?}", &text[..30]);
    }
}
