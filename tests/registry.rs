//! What a person would keep in step by hand is in step: the list of rules, their names and pages.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use seaworthy::rules::{Check, OFF_IN_WORKSPACES, RULES, find};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_rule_file_is_listed_and_the_list_is_sorted() {
    let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    let listed: BTreeSet<String> = names.iter().map(|name| name.replace('-', "_")).collect();
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(root().join("crates/judging/src/rules")).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            continue;
        }
        let text = fs::read_to_string(&path).expect("it is text");
        if text.contains("pub const RULE: Rule") {
            files.insert(
                path.file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
            );
        }
    }
    assert_eq!(files, listed);
}

#[test]
fn names_are_unique_and_read_after_allow() {
    for rule in RULES {
        let kebab = rule
            .name
            .chars()
            .all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-');
        assert!(kebab, "{}", rule.name);
        assert_eq!(find(rule.name).len(), 1, "{}", rule.name);
    }
}

#[test]
fn every_rule_has_a_page_that_says_what_why_and_what_to_do() {
    for rule in RULES {
        let page = rule.page();
        assert!(page.summary.len() > 10, "{} has no summary", rule.name);
        assert!(!page.summary.contains('\n'), "{}", rule.name);
        let text: usize = page.paragraphs.iter().map(String::len).sum();
        assert!(text > 80, "{} has no page", rule.name);
    }
}

#[test]
fn explain_has_the_cases_of_every_rule_that_judges() {
    for rule in RULES {
        if !matches!(rule.check, Check::Elsewhere) {
            assert!(
                rule.cases().is_some(),
                "{} is not in crates/judging/src/rules/cases.rs",
                rule.name
            );
        }
    }
}

#[test]
fn the_list_of_rules_is_fresh() {
    let mut text = String::from(
        "# The rules\n\n\
         What each rule says, how bad that is in a workspace (`cvm`) and where no workspace is meant\n\
         (`service`), and the known ids under which it can be named as well. `seaworthy explain RULE` prints\n\
         its page with a file that has the fault and one that has not.\n\n\
         | rule | what is wrong | cvm | service | ids |\n| --- | --- | --- | --- | --- |\n",
    );
    for rule in RULES {
        let level = |level: Option<seaworthy::finding::Severity>| level.map_or("–", |level| level.name());
        let summary = rule.page().summary.replace('|', "\\|");
        // ShellCheck's are some three hundred.
        let ids = match rule.name {
            "shellcheck" => "SC1000 to SC3061".to_owned(),
            _ => rule.aliases.join(", "),
        };
        text += &format!(
            "| `{}` | {summary} | {} | {} | {ids} |\n",
            rule.name,
            level(rule.levels.cvm),
            level(rule.levels.service)
        );
    }
    text += "\n## Off in workspaces\n\n| rule | reason |\n| --- | --- |\n";
    for (name, reason) in OFF_IN_WORKSPACES {
        text += &format!("| `{name}` | {reason} |\n");
    }
    let path = root().join("RULES.md");
    if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
        fs::write(&path, text).expect("RULES.md can be written");
        panic!("RULES.md was stale; it is written anew");
    }
}

#[test]
fn what_is_off_in_workspaces_alone_is_listed_with_a_reason() {
    let off: BTreeSet<&str> = RULES
        .iter()
        .filter(|rule| rule.levels.service.is_some() && rule.levels.cvm.is_none())
        .map(|rule| rule.name)
        .collect();
    let listed: BTreeSet<&str> = OFF_IN_WORKSPACES.iter().map(|(name, _)| *name).collect();
    assert_eq!(off, listed);
    assert!(OFF_IN_WORKSPACES.iter().all(|(_, reason)| reason.len() > 20));
}

#[test]
fn every_rule_of_hadolint_is_known_by_its_id() {
    let gaps = [3005, 3017, 3031, 3039, 4002];
    let numbers = [1000, 1001]
        .into_iter()
        .chain(3000..=3067)
        .chain(4000..=4006)
        .filter(|number| !gaps.contains(number));
    let unknown: Vec<String> = numbers
        .map(|number| format!("DL{number}"))
        .filter(|id| find(id).is_empty())
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
