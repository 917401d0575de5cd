//! A source of packages is made for another release than the base.
//!
//! Packages of another release depend on other versions of libraries: apt refuses them, or takes ones
//! that crash. It happens when a base moves on and the line with the old name stays.
//!
//! Take the name from the base: `. /etc/os-release && echo "$VERSION_CODENAME"`.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, File, Meaning, Origin, Value};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Warning),
    scope: Scope::Stage,
    ..Rule::facts("apt-codename", check, include_str!("apt_codename.rs"))
};

/// Names of releases by Debian and Ubuntu, as sources spell them.
const CODENAMES: &[&str] = &[
    "wheezy", "jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "precise", "trusty",
    "utopic", "vivid", "wily", "xenial", "yakkety", "zesty", "artful", "bionic", "cosmic", "disco", "eoan",
    "focal", "groovy", "hirsute", "impish", "jammy", "kinetic", "lunar", "mantic", "noble", "oracular",
    "plucky", "questing", "resolute",
];

/// Says each source once.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let Some(own) = facts.from.base.codename.as_deref() else {
        return;
    };
    let mut told: Vec<String> = Vec::new();
    for file in facts.files.iter().filter(|file| facts.is_here(&file.written)) {
        // Of a file that grew, the last state has all lines.
        let is_gone = file
            .gone
            .as_ref()
            .is_some_and(|gone| !gone.replaced || grew(facts, file));
        if is_gone {
            continue;
        }
        for meaning in &file.meaning {
            let Meaning::AptSource { uri, suite } = meaning else {
                continue;
            };
            let Some(other) = codename(suite).filter(|other| *other != own) else {
                continue;
            };
            let line = format!("{uri} {suite}");
            if is_of_distribution(uri) || told.contains(&line) {
                continue;
            }
            told.push(line);
            let origin = line_of(facts, file, suite).unwrap_or_else(|| file.written.clone());
            report
                .say(
                    &origin,
                    format!("`{}` is for {other}, and the base is {own}", shown(uri)),
                )
                .help("take the release's name from /etc/os-release, or the source for the base's release");
        }
    }
}

/// Whether a later writing of the same path took the text over.
fn grew(facts: &Facts, file: &File) -> bool {
    facts
        .files
        .iter()
        .any(|later| later.path == file.path && later.written.step > file.written.step)
}

/// The release that a suite names: alone, before a dash or slash, or as LLVM writes it.
fn codename(suite: &Value) -> Option<&'static str> {
    let text = suite.as_known()?;
    let text = text.strip_prefix("llvm-toolchain-").unwrap_or(text);
    let first = text.split(['-', '/']).next()?;
    CODENAMES.iter().find(|name| **name == first).copied()
}

/// Archives of the distributions themselves and their mirrors: another release there is a choice.
fn is_of_distribution(uri: &Value) -> bool {
    let text = uri.text();
    let after = text.split_once("://").map_or(text, |(_, after)| after);
    let host = after.split('/').next().unwrap_or_default();
    host.ends_with("debian.org")
        || host.ends_with(".ubuntu.com")
        || host.contains("mirror")
        || host.ends_with("kali.org")
        || text.contains("${")
            && ["/ubuntu", "/debian"]
                .iter()
                .any(|end| text.trim_end_matches('/').ends_with(end))
}

/// The word that has the line, where a command printed it.
fn line_of(facts: &Facts, file: &File, suite: &Value) -> Option<Origin> {
    let instruction = facts.step(&file.written).instruction;
    let stage = facts.step(&file.written).stage;
    facts.steps.iter().enumerate().find_map(|(index, step)| {
        let same = step.instruction == instruction && step.stage == stage && step.is_here();
        let program = step.program.as_ref().filter(|_| same)?;
        let (_, place) = program.words.iter().skip(1).find(|(word, _)| {
            let text = word.text();
            text.contains("deb") && text.split_whitespace().any(|part| part == suite.text())
        })?;
        Some(facts.origin_within(index, place))
    })
}

fn shown(uri: &Value) -> &str {
    uri.text().trim_end_matches('/')
}
