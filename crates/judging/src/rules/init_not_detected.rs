//! An init is started by another word than `/sbin/init`.
//!
//! Sysbox prepares a container for systemd only if the very first word of its command is
//! `/sbin/init`: memory over `/run` and `/run/lock`, the variable `container`, no mounts of its own
//! below `/run`. systemd under another path, behind tini, a shell or a script comes up without them,
//! with units that fail and mounts that are hidden.
//!
//! Write `ENTRYPOINT ["/sbin/init"]`, and put what a script did into a unit.

use super::start::{self, StartWord};
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Warning),
    ..Rule::facts("init-not-detected", check, include_str!("init_not_detected.rs"))
};

/// Says the word that comes first instead, or the init that stands behind another.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let started = start::of(facts);
    let Some(first) = started.words.first() else {
        return;
    };
    if first.value.is("/sbin/init") && !first.is_script {
        return;
    }
    let Some((word, init)) = started.words.iter().enumerate().find_map(|(index, word)| {
        let text = word.value.text();
        let named = if word.is_script || text.contains(char::is_whitespace) {
            start::init_in(text)
        } else {
            let is_program = index == 0 || stands_for_program(&started.words[index - 1]);
            (start::is_init(text) || (is_program && matches!(text, "init" | "systemd"))).then_some(text)
        };
        named.map(|init| (word, init.to_owned()))
    }) else {
        script(facts, first, report);
        return;
    };
    let is_first = std::ptr::eq(word, first);
    // What comes before a CMD of this file, an unknown base knows.
    if is_first && started.is_open && init == "/sbin/init" && !word.is_script {
        return;
    }
    let message = if !is_first {
        format!(
            "`{}` stands before the init, and Sysbox does not see that it is one",
            first.value
        )
    } else if word.is_script {
        format!("a shell starts `{init}`, and Sysbox does not see that it is an init")
    } else {
        format!("`{init}` is not /sbin/init, and Sysbox does not see that it is an init")
    };
    let at = if is_first { word } else { first };
    let mut origin = at.origin.clone();
    origin.place = at.place.clone();
    report
        .say(&origin, message)
        .help("write `ENTRYPOINT [\"/sbin/init\"]`, and put what else must run into a unit");
}

/// A script of the image that ends as an init.
fn script(facts: &Facts, first: &StartWord, report: &mut Report) {
    let Some(path) = first.value.as_known().filter(|path| path.starts_with('/')) else {
        return;
    };
    let text = facts.files.at(path).and_then(|file| file.content.text());
    let Some(init) = text.and_then(|text| {
        let lines = text.text().lines().map(str::trim);
        lines
            .filter_map(|line| line.strip_prefix("exec "))
            .find_map(start::init_in)
            .map(str::to_owned)
    }) else {
        return;
    };
    let mut origin = first.origin.clone();
    origin.place = first.place.clone();
    report
        .say(
            &origin,
            format!("`{path}` starts `{init}`, and Sysbox does not see that it is an init"),
        )
        .help("write `ENTRYPOINT [\"/sbin/init\"]`, and put what the script does into a unit");
}

fn stands_for_program(before: &StartWord) -> bool {
    let text = before.value.text();
    let bare = text.rsplit('/').next().unwrap_or(text);
    matches!(
        bare,
        "tini" | "dumb-init" | "docker-init" | "--" | "exec" | "sudo" | "-g" | "-s" | "catatonit"
    )
}
