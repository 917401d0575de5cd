//! BuildKit's checks say what BuildKit says of its own cases and of real files, but for differences
//! that are listed here with their reasons.

#![allow(clippy::print_stdout, reason = "a test tells what it skipped and counted")]

mod shared;

use std::collections::BTreeMap;
use std::sync::Arc;

use seaworthy::config::Settings;
use seaworthy::context::Nowhere;
use seaworthy::contract::{Contract, Profile};
use seaworthy::finding::{Finding, Place};
use seaworthy::invocation::{Invocation, OwnBase, Platform};
use seaworthy::policy::{Selection, decide};
use seaworthy::rules;
use seaworthy::source::Source;
use seaworthy::syntax::{Tree, parse};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    id: String,
    dockerfile: Option<String>,
    expect: Expected,
}

#[derive(Deserialize)]
struct RealFile {
    id: String,
    #[serde(flatten)]
    expect: Expected,
}

#[derive(Deserialize)]
struct Expected {
    #[serde(default)]
    lint: Option<Vec<Warning>>,
    #[serde(default)]
    build_error: Option<serde_json::Value>,
}

/// What is said by either side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Warning {
    rule: String,
    message: String,
    lines: Vec<u32>,
}

/// The cases suppose a base whose only variable is PATH, and amd64.
fn invocation() -> Invocation {
    let text = b"FROM scratch\nENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n";
    let base = OwnBase {
        pattern: "*".into(),
        dockerfile: Arc::new(Source::new("base", text.to_vec()).expect("short")),
    };
    Invocation {
        platform: Some(Platform::default()),
        contract: Contract {
            profile: Profile::Service,
            ..Contract::default()
        },
        bases: Arc::from([base]),
        ..Invocation::default()
    }
}

fn ours(bytes: &[u8]) -> Vec<Warning> {
    let source = Source::new("Dockerfile", bytes.to_vec()).expect("short");
    let tree = parse(source.text());
    let findings = rules::judge(&source, &tree, &invocation(), &Nowhere);
    let kept = decide(
        &source,
        &tree,
        findings,
        &Settings::default(),
        &Selection::default(),
    )
    .kept;
    let warning = |finding: Finding| {
        let rule = *finding
            .aliases
            .iter()
            .find(|alias| rules::is_build_check(alias))?;
        Some(Warning {
            rule: rule.to_owned(),
            lines: lines(&tree, &finding, rule),
            message: finding.message,
        })
    };
    let mut said: Vec<Warning> = kept.into_iter().filter_map(warning).collect();
    said.sort();
    said
}

/// The lines that BuildKit gives for a finding: all of the instruction in which it stands, but for a
/// blank line, which it tells at the last line before any here-document.
fn lines(tree: &Tree, finding: &Finding, rule: &str) -> Vec<u32> {
    let Place::Text { span, .. } = &finding.place else {
        return Vec::new();
    };
    let holds =
        |one: &&seaworthy::syntax::Instruction| one.span.start <= span.start && span.start <= one.span.end;
    let instruction = tree
        .instructions
        .iter()
        .find(holds)
        .expect("it stands in an instruction");
    match rule {
        "NoEmptyContinuation" => vec![instruction.head_end_line],
        _ => (instruction.start_line..=instruction.end_line).collect(),
    }
}

/// Rows in which we say something else, with the reason.
const DIFFERENT: &[(&str, &str)] = &[];

#[derive(Default)]
struct Tally {
    same: usize,
    more_after_an_error: usize,
    wrong: Vec<String>,
    different: BTreeMap<String, bool>,
}

impl Tally {
    fn compare(&mut self, id: &str, bytes: &[u8], expected: Expected) {
        let mut theirs = expected.lint.unwrap_or_default();
        theirs.sort();
        let ours = ours(bytes);
        if ours == theirs {
            self.same += 1;
            return;
        }
        let (missing, added) = (without(&theirs, &ours), without(&ours, &theirs));
        // BuildKit stops at an error and says nothing of what comes after it.
        if expected.build_error.is_some() && missing.is_empty() {
            self.more_after_an_error += 1;
        } else if let Some((_, _)) = DIFFERENT.iter().find(|(known, _)| *known == id) {
            self.different.insert(id.to_owned(), true);
        } else {
            self.wrong
                .push(format!("{id}\n  missing {missing:?}\n  added {added:?}"));
        }
    }
}

/// What one list has more often than the other; both are sorted.
fn without(list: &[Warning], other: &[Warning]) -> Vec<Warning> {
    let mut other = other.to_vec();
    let mut left = Vec::new();
    for one in list {
        match other.iter().position(|known| known == one) {
            Some(index) => drop(other.remove(index)),
            None => left.push(one.clone()),
        }
    }
    left
}

#[test]
fn buildkit_says_the_same() {
    let mut tally = Tally::default();
    let (Some(cases), Some(files), Some(corpus)) = (
        shared::cases::<Case>("parser"),
        shared::cases::<RealFile>("corpus"),
        shared::corpus("general"),
    ) else {
        return;
    };
    for case in cases {
        // What is no UTF-8 stands in base64 and is read by other tests.
        let Some(text) = &case.dockerfile else { continue };
        tally.compare(&case.id, text.as_bytes(), case.expect);
    }
    for file in files {
        let bytes = corpus.get(&file.id).expect("the file is in the corpus");
        tally.compare(&file.id, bytes, file.expect);
    }
    println!(
        "{} the same, {} with more after an error, {} different for a reason",
        tally.same,
        tally.more_after_an_error,
        tally.different.len()
    );
    assert!(
        tally.wrong.is_empty(),
        "{}\n{} wrong",
        tally.wrong.join("\n"),
        tally.wrong.len()
    );
    assert_eq!(tally.different.len(), DIFFERENT.len(), "a difference is gone");
}
