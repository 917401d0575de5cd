//! Every failed build of `fixtures/failures` is explained as its case says, and nothing else is guessed at.
//!
//! A case is `KIND/NAME.failure`: who says it, the failed instruction, the builder's message and the log, as
//! [`read`] has it. `NAME.expected` beside it is what people are told of it, `SEAWORTHY_BLESS=1` rewrites that; its
//! kind must be that of the folder whatever is blessed. The folder `unknown` holds failures of which nothing is
//! known. Those with a Dockerfile beside them are recorded by `tests/failures/record`; the others name the thread or
//! source from which the wording is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use seaworthy::diagnose::{Builder, Explanation, Failure, explain, text};

/// The folder of failures that are of no known kind.
const UNKNOWN: &str = "unknown";

/// How many kinds have a real log at least.
const KINDS: usize = 45;

fn main() {
    let mut cases = Vec::new();
    let mut kinds = BTreeSet::new();
    for path in files(Path::new("fixtures/failures"), "failure") {
        let kind = path
            .parent()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        kinds.insert(kind.clone());
        cases.push(Trial::test(format!("{kind}/{name}"), move || check(&path, &kind)));
    }
    kinds.remove(UNKNOWN);
    cases.push(Trial::test("many_kinds_have_a_case", move || {
        match kinds.len() >= KINDS {
            true => Ok(()),
            false => Err(format!("{} kinds", kinds.len()).into()),
        }
    }));
    cases.push(Trial::test(
        "each_builder_and_generation_is_heard",
        builders_are_heard,
    ));
    cases.push(Trial::test("any_bytes_are_looked_at_without_a_panic", any_bytes));
    cases.push(Trial::test(
        "known_words_anywhere_are_looked_at_without_a_panic",
        known_words,
    ));
    cases.push(Trial::test(
        "a_hostile_log_takes_no_longer_than_a_plain_one",
        hostile,
    ));
    libtest_mimic::run(&Arguments::from_args(), cases).exit();
}

/// All files with an ending below a folder, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|one| one == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A case's failure: `key: value` lines, `|` before each line of the log. Several `message:` lines are one message.
fn read(case: &str) -> Result<Failure, Failed> {
    let mut failure = Failure {
        instruction: String::new(),
        keyword: String::new(),
        line: None,
        log: Vec::new(),
        message: String::new(),
        builder: Builder::BuildKit,
    };
    for line in case.lines() {
        if let Some(log) = line.strip_prefix('|') {
            failure.log.push(log.strip_prefix(' ').unwrap_or(log).to_owned());
            continue;
        }
        let (key, value) = line.split_once(':').ok_or_else(|| format!("no key: {line}"))?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        match key {
            "source" => {}
            "builder" => failure.builder = builder(value)?,
            "keyword" => failure.keyword = value.to_owned(),
            "line" => failure.line = Some(value.parse()?),
            "instruction" => failure.instruction = value.to_owned(),
            "message" if failure.message.is_empty() => failure.message = value.to_owned(),
            "message" => failure.message = format!("{}\n{value}", failure.message),
            _ => return Err(format!("unknown key: {key}").into()),
        }
    }
    Ok(failure)
}

fn builder(name: &str) -> Result<Builder, Failed> {
    match name {
        "buildkit" => Ok(Builder::BuildKit),
        "classic" => Ok(Builder::Classic),
        "buildah" => Ok(Builder::Buildah),
        _ => Err(format!("unknown builder: {name}").into()),
    }
}

fn check(path: &Path, kind: &str) -> Result<(), Failed> {
    let case = fs::read_to_string(path)?;
    if !case.starts_with("source: ") {
        return Err("it does not say where it is from".into());
    }
    let failure = read(&case)?;
    let known = explain(&failure);
    let said = known.as_ref().map_or(UNKNOWN, |known| known.kind);
    let told = told(&failure, known.as_ref());
    let expected = path.with_extension("expected");
    if std::env::var_os("SEAWORTHY_BLESS").is_some() {
        fs::write(&expected, &told)?;
    }
    if said != kind {
        return Err(format!("it is taken for {said}:\n{told}").into());
    }
    let wanted = fs::read_to_string(&expected).unwrap_or_default();
    match wanted == told {
        true => Ok(()),
        false => Err(format!("{} differs, this is told:\n{told}", expected.display()).into()),
    }
}

/// What people are told, and the evidence.
fn told(failure: &Failure, known: Option<&Explanation>) -> String {
    let mut told = text(failure, known, "Dockerfile");
    for line in known.iter().flat_map(|known| &known.evidence) {
        told.push_str(&format!("evidence: {line}\n"));
    }
    told
}

/// Both of Docker's builders, buildah, and BuildKit's words before and after 23.0.
fn builders_are_heard() -> Result<(), Failed> {
    let mut heard: BTreeMap<&str, usize> = BTreeMap::new();
    for path in files(Path::new("fixtures/failures"), "failure") {
        let failure = read(&fs::read_to_string(path)?)?;
        let generation = match failure.builder {
            Builder::Classic => "classic",
            Builder::Buildah => "buildah",
            Builder::BuildKit if failure.message.contains("executor failed running") => "BuildKit of 20.10",
            Builder::BuildKit if failure.message.contains("did not complete") => "BuildKit since 23.0",
            Builder::BuildKit => continue,
        };
        *heard.entry(generation).or_default() += 1;
    }
    match heard.len() == 4 && heard.values().all(|count| *count >= 3) {
        true => Ok(()),
        false => Err(format!("{heard:?}").into()),
    }
}

fn failure(log: Vec<String>, instruction: String, message: String) -> Failure {
    Failure {
        keyword: instruction.split(' ').next().unwrap_or_default().to_owned(),
        instruction,
        line: Some(1),
        log,
        message,
        builder: Builder::BuildKit,
    }
}

/// That an explanation of anything is fit to be printed.
fn looked_at(failure: &Failure) -> Result<(), TestCaseError> {
    let known = explain(failure);
    let told = text(failure, known.as_ref(), "Dockerfile");
    prop_assert!(!told.contains('\u{1b}'), "{told}");
    prop_assert!(
        told.chars().all(|sign| sign == '\n' || !sign.is_control()),
        "{told}"
    );
    for line in known
        .iter()
        .flat_map(|known| known.evidence.iter().chain([&known.cause, &known.help]))
    {
        let is_one_line = !line.contains(['\n', '\r']);
        prop_assert!(is_one_line, "{:?}", line);
    }
    Ok(())
}

fn runner() -> TestRunner {
    TestRunner::new(Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    })
}

fn any_bytes() -> Result<(), Failed> {
    let line = proptest::collection::vec(any::<u8>(), 0..200);
    let text = line.prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let log = proptest::collection::vec(text.clone(), 0..30);
    runner().run(&(log, text.clone(), text), |(log, instruction, message)| {
        looked_at(&failure(log, instruction, message))
    })?;
    Ok(())
}

/// Pieces of the real logs, cut and mixed.
fn known_words() -> Result<(), Failed> {
    let mut lines = Vec::new();
    for path in files(Path::new("fixtures/failures"), "failure") {
        lines.extend(fs::read_to_string(path)?.lines().map(str::to_owned));
    }
    let piece = (0..lines.len(), any::<prop::sample::Index>(), ".{0,3}");
    let mixed = proptest::collection::vec(piece, 1..12).prop_map(move |pieces| {
        let cut = |(line, at, extra): &(usize, prop::sample::Index, String)| {
            let line: Vec<char> = lines[*line].chars().collect();
            let at = if line.is_empty() { 0 } else { at.index(line.len()) };
            format!("{extra}{}", line[at..].iter().collect::<String>())
        };
        pieces.iter().map(cut).collect::<Vec<String>>()
    });
    runner().run(&(mixed.clone(), mixed), |(log, message)| {
        looked_at(&failure(log, "RUN x".to_owned(), message.join("\n")))
    })?;
    Ok(())
}

/// The longest lines that a command can print, made of what patterns begin with. A pattern that goes back over
/// them would take hours.
fn hostile() -> Result<(), Failed> {
    let pieces = [
        "E: ",
        "a: ",
        "'",
        "/x",
        " : Depends: ",
        "\u{1b}[",
        "not found: ",
        "\r",
        "(",
    ];
    let log: Vec<String> = pieces.iter().map(|piece| piece.repeat(1_000_000)).collect();
    let log: Vec<String> = log.iter().cycle().take(40).cloned().collect();
    let message = "process \"".repeat(100_000);
    let failure = failure(log, "RUN ".to_owned() + &"[ ".repeat(500_000), message);
    // The patterns are made once.
    let _ = explain(&failure);
    let start = Instant::now();
    let _ = explain(&failure);
    let _ = text(&failure, None, "Dockerfile");
    match start.elapsed() < Duration::from_secs(60) {
        true => Ok(()),
        false => Err(format!("it took {:?}", start.elapsed()).into()),
    }
}
