//! BuildKit's checks say what BuildKit says of its own cases and of real files, but for differences
//! that are listed here with their reasons.

#![allow(clippy::print_stdout, reason = "a test tells what it skipped and counted")]

mod shared;

use std::collections::BTreeMap;
use std::sync::Arc;

use seaworthy::config::Settings;
use seaworthy::context::Nowhere;
use seaworthy::contract::{Contract, Profile};
use seaworthy::finding::{Finding, Place, Severity};
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

/// What is left of the findings once comments were heard.
fn kept(source: &Source, tree: &Tree, invocation: &Invocation) -> Vec<Finding> {
    let findings = rules::judge(source, tree, invocation, &Nowhere);
    decide(
        source,
        tree,
        findings,
        &Settings::default(),
        &Selection::default(),
    )
    .kept
}

fn ours(bytes: &[u8]) -> Vec<Warning> {
    let source = Source::new("Dockerfile", bytes.to_vec()).expect("short");
    let tree = parse(source.text());
    let kept = kept(&source, &tree, &invocation());
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

fn findings(text: &str, profile: Profile) -> Vec<Finding> {
    let source = Source::new("Dockerfile", text.into()).expect("short");
    let tree = parse(source.text());
    let mut invocation = invocation();
    invocation.contract.profile = profile;
    kept(&source, &tree, &invocation)
        .into_iter()
        .filter(|finding| finding.aliases.iter().any(|alias| rules::is_build_check(alias)))
        .collect()
}

#[test]
fn a_file_that_wants_errors_gets_all_checks_as_errors() {
    let text = "# check=skip=LegacyKeyValueFormat;error=true\nFROM a AS B\nENV a b\nCMD top\n";
    let said: Vec<_> = findings(text, Profile::Cvm)
        .iter()
        .map(|finding| (finding.rule, finding.severity))
        .collect();
    assert_eq!(
        said,
        [
            ("shell-form-start", Severity::Error),
            ("stage-name-casing", Severity::Error)
        ]
    );
    let text = "# check=error=false\nFROM a AS B\nCMD top\n";
    let said: Vec<_> = findings(text, Profile::Cvm)
        .iter()
        .map(|finding| finding.severity)
        .collect();
    assert_eq!(said, [Severity::Style]);
}

#[test]
fn what_is_experimental_speaks_where_it_is_asked_for() {
    let text = "FROM a\n# check=experimental=all\n# x\nARG A\n# y\nARG B\n";
    let said = findings(text, Profile::Service);
    assert_eq!(said.len(), 1, "{said:?}");
    let text = "# check=experimental=InvalidDefinitionDescription;error=true\nFROM a\n# x\nARG A\n";
    assert_eq!(findings(text, Profile::Service)[0].severity, Severity::Error);
    assert!(findings("FROM a\n# x\nARG A\n", Profile::Service).is_empty());
}

#[test]
fn many_stages_and_triggers_take_time_in_proportion() {
    let count = 5_000;
    let chain: String = (1..count)
        .map(|at| format!("FROM s{} AS s{at}\nENV A{at}=$B\n", at - 1))
        .collect();
    let triggers = format!(
        "FROM a AS b\n{}{}",
        "ONBUILD ENV A=$B\n".repeat(count),
        "FROM b\n".repeat(count)
    );
    let files = [
        format!("FROM scratch AS s0\n{chain}"),
        triggers,
        format!("FROM scratch\n{}", "ENV A=1\nENV B=$C$D\n".repeat(count)),
        (0..count).map(|at| format!("FROM a AS S{at}\n")).collect(),
    ];
    for text in files {
        let source = Source::new("Dockerfile", text.clone().into_bytes()).expect("short");
        let tree = parse(source.text());
        // No stage is built, so that foreseeing takes no time.
        let mut invocation = invocation();
        invocation.target = Some("nothing".into());
        let start = std::time::Instant::now();
        seaworthy::stages::Stages::of(&tree, &invocation);
        let graph = start.elapsed().as_secs_f64();
        rules::judge(&source, &tree, &invocation, &Nowhere);
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{seconds} s, {graph} of them for the stages, for {:?}",
            &text[..40]
        );
        assert!(seconds < 100.0, "{seconds} s for {:?}", &text[..40]);
    }
}
