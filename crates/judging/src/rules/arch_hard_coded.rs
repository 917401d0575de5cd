//! A download is for one kind of processor, in a file that is built for several.
//!
//! On the other platform the build fetches a program that cannot run there (`exec format error`), or
//! looks for a folder that has another name.
//!
//! Declare `ARG TARGETARCH` and use it, or ask `dpkg --print-architecture` or `uname -m`.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Origin, Value};
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Info),
    scope: Scope::Stage,
    ..Rule::facts("arch-hard-coded", check, include_str!("arch_hard_coded.rs"))
};

/// Says each address and each path once.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if contract.platforms.len() < 2 && !facts.build.asks_platform {
        return;
    }
    let mut told: Vec<String> = Vec::new();
    let mut say = |value: &Value, origin: &Origin, report: &mut Report| {
        let Some(name) = hard_coded(value) else { return };
        if !facts.is_here(origin) || told.iter().any(|other| value.text().starts_with(other.as_str())) {
            return;
        }
        told.push(value.text().to_owned());
        report
            .say(
                origin,
                format!("`{value}` is for {name} alone, and the file is built for several platforms"),
            )
            .help("use TARGETARCH, `dpkg --print-architecture` or `uname -m`");
    };
    for (index, step) in facts.steps.iter().enumerate() {
        // In a branch, the other branch has the other processor.
        let Some(program) = step
            .program
            .as_ref()
            .filter(|_| step.certainty == Certainty::Certain)
        else {
            continue;
        };
        for (word, place) in program.words.iter().skip(1) {
            let origin = facts.origin_within(index, place);
            say(word, &origin, report);
        }
    }
    for variable in facts.config.environment() {
        if let Some(value) = &variable.value {
            for part in value.split(|sign| sign == ':') {
                if !part.text().starts_with("//") {
                    say(&part, &variable.origin, report);
                }
            }
        }
    }
    for file in facts.files.iter().filter(|file| file.writer == "ADD") {
        if let crate::facts::Content::Fetched(url) = &file.content {
            say(url, &file.written, report);
        }
    }
    for taken in &facts.taken {
        say(&taken.take.path, &taken.origin, report);
    }
}

/// The processor in an address or an absolute path that names one as a word of its own.
fn hard_coded(value: &Value) -> Option<&'static str> {
    let text = value.text();
    let is_place = text.starts_with('/') || text.contains("://");
    if !is_place || text.contains(char::is_whitespace) || asks(value) {
        return None;
    }
    ["amd64", "x86_64", "x86-64"].into_iter().find(|name| {
        text.match_indices(name).any(|(at, _)| {
            let in_hole = value.holes().iter().any(|hole| hole.contains(&at));
            let before = text[..at].chars().next_back();
            let after = text[at + name.len()..].chars().next();
            let ends = |sign: Option<char>| sign.is_none_or(|sign| !sign.is_ascii_alphanumeric());
            !in_hole && ends(before) && ends(after)
        })
    })
}

/// Whether a part of it follows the platform.
fn asks(value: &Value) -> bool {
    let parts = value
        .holes()
        .iter()
        .map(|hole| value.text()[hole.clone()].to_ascii_lowercase());
    let mut parts = parts;
    parts.any(|part| {
        ["arch", "uname", "platform"]
            .iter()
            .any(|word| part.contains(word))
    })
}
