//! What hadolint says of its own small cases, ours says too, under its ids; or the difference is listed
//! in `tests/hadolint/differences.yaml` with its reason.

#![allow(clippy::print_stdout, reason = "a test tells what it skipped and counted")]

mod shared;

use std::collections::{BTreeMap, BTreeSet};

use seaworthy::config::{Level, LevelSaid, Settings};
use seaworthy::context::Nowhere;
use seaworthy::contract::{Contract, LabelKind, Profile};
use seaworthy::finding::{Finding, Place};
use seaworthy::invocation::Invocation;
use seaworthy::policy::{Selection, decide};
use seaworthy::rules;
use seaworthy::source::Source;
use seaworthy::syntax::parse;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    id: String,
    rule: String,
    dockerfile: String,
    expect: String,
    #[serde(default)]
    config: Config,
    #[serde(default)]
    lines: Vec<u32>,
    /// The ids of ShellCheck's that are told.
    #[serde(default)]
    codes: Vec<String>,
}

/// The keys of hadolint's configuration that the cases have.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    #[serde(default)]
    label_schema: BTreeMap<String, LabelKind>,
    #[serde(default)]
    strict_labels: bool,
    #[serde(default, rename = "trustedRegistries")]
    trusted_registries: Vec<String>,
    #[serde(default)]
    r#override: BTreeMap<String, Vec<String>>,
}

/// A row in which ours says something else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    /// Its id.
    id: String,
    /// Why ours is right, or what is not judged here.
    reason: String,
}

/// The first lines of the instructions in which ours finds the fault.
fn ours(case: &Case) -> BTreeSet<u32> {
    let contract = Contract {
        profile: Profile::Service,
        labels: case.config.label_schema.clone(),
        strict_labels: case.config.strict_labels,
        registries: case.config.trusted_registries.clone(),
        ..Contract::default()
    };
    let levels = case.config.r#override.values().flatten().map(|name| LevelSaid {
        name: name.clone(),
        level: Level::Info,
    });
    let settings = Settings {
        contract: contract.clone(),
        levels: levels.collect(),
        ..Settings::default()
    };
    let invocation = Invocation {
        contract,
        raised: settings.raised(),
        ..Invocation::default()
    };
    let source = Source::new("Dockerfile", case.dockerfile.clone().into_bytes()).expect("short");
    let tree = parse(source.text());
    let findings = rules::judge(&source, &tree, &invocation, &Nowhere);
    let kept = decide(&source, &tree, findings, &settings, &Selection::default()).kept;
    let is_asked = |alias: &&str| match case.rule.as_str() {
        // Where it is silent, all of ShellCheck's are.
        "SC*" if case.codes.is_empty() => alias.starts_with("SC"),
        "SC*" => case.codes.iter().any(|code| code == alias),
        rule => rule == *alias,
    };
    let told = kept
        .into_iter()
        .filter(|finding| finding.aliases.iter().any(&is_asked));
    // An instruction that is replaced is told where it stands; hadolint tells the one that replaces it.
    let replaces = matches!(case.rule.as_str(), "DL3012" | "DL4003" | "DL4004");
    let place = |finding: Finding| match finding.related.into_iter().next() {
        Some(later) if replaces => later.place,
        _ => finding.place,
    };
    told.filter_map(|finding| match place(finding) {
        Place::Text { span, .. } => {
            let line = source.position(span.start).line;
            let holds = |one: &&seaworthy::syntax::Instruction| {
                one.span.start <= span.start && span.start <= one.span.end
            };
            Some(
                tree.instructions
                    .iter()
                    .find(holds)
                    .map_or(line, |one| one.start_line),
            )
        }
        Place::Layer { .. } => None,
    })
    .collect()
}

#[test]
fn what_hadolint_says_of_its_cases_is_said() {
    let Some(rows) = shared::cases::<Case>("hadolint") else {
        return;
    };
    let list = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hadolint/differences.yaml");
    let text = std::fs::read_to_string(list).expect("the list is there");
    let listed: Vec<Difference> = serde_saphyr::from_str(&text).expect("the list can be read");
    let listed: BTreeMap<String, String> = listed.into_iter().map(|one| (one.id, one.reason)).collect();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut met = 0;
    for case in &rows {
        let found = ours(case);
        let expected: BTreeSet<u32> = case.lines.iter().copied().collect();
        let same = match case.expect.as_str() {
            "fires" => found == expected,
            _ => found.is_empty(),
        };
        seen.insert(case.id.clone());
        match (same, listed.get(&case.id)) {
            (true, None) => met += 1,
            (false, Some(_)) => {}
            (true, Some(_)) => wrong.push(format!("{} is listed as different and is the same", case.id)),
            (false, None) => wrong.push(format!(
                "{} {} {:?}, found {found:?}: {:?}",
                case.id, case.expect, case.lines, case.dockerfile
            )),
        }
    }
    for (id, reason) in &listed {
        if !seen.contains(id) {
            wrong.push(format!("{id} is listed and no case has it"));
        }
        if reason.trim().len() < 20 {
            wrong.push(format!("{id} is listed without a reason"));
        }
    }
    println!("{met} cases are met, {} differ with a reason", listed.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
