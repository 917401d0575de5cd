//! The pinned container runtime does not run on the platform's Sysbox.
//!
//! Docker inside starts containers through runc, and a runc that uses what Sysbox does not emulate
//! fails each time with the message that is told here. Nothing shows it before the first `docker run` in
//! a workspace.
//!
//! Pin the newest version that the platform runs, or bring the platform to the Sysbox that is named.

use super::engine_versions;
use super::workspace::at_base;
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, Manager, Meaning, Origin, path};
use crate::finding::Severity;
use crate::platform::runtime::{self, Bringer, Fault, SysboxRange, Verdict};
use crate::platform::versions::{Pattern, Spelling};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Error),
    ..Rule::facts(
        "containerd-incompatible",
        check,
        include_str!("containerd_incompatible.rs"),
    )
};

/// A version that the file pins.
struct Pinned<'f> {
    bringer: Bringer,
    name: &'static str,
    pattern: Pattern,
    origin: &'f Origin,
}

/// Holds each pinned version against the platform.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if contract.docker == Some(false) {
        return;
    }
    let sysbox = engine_versions::sysbox(contract);
    let base = at_base(facts);
    let mut told: Vec<(&str, String)> = Vec::new();
    for pinned in pins(facts, &base, sysbox.as_ref()) {
        let known = (pinned.name, pinned.pattern.text.clone());
        if told.contains(&known) {
            continue;
        }
        let (fault, possible) =
            match runtime::judge_containerd(pinned.bringer, &pinned.pattern, sysbox.as_ref()) {
                Verdict::Breaks(fault) => (fault, false),
                Verdict::Possibly(fault) => (fault, true),
                Verdict::Runs | Verdict::Unknown => continue,
            };
        told.push(known);
        say(&pinned, &fault, possible, sysbox.as_ref(), report);
    }
}

fn say(pinned: &Pinned, fault: &Fault, possible: bool, sysbox: Option<&SysboxRange>, report: &mut Report) {
    let separator = if pinned.bringer == Bringer::Dind { ':' } else { ' ' };
    let what = format!("{}{separator}{}", pinned.name, pinned.pattern.text);
    let host = match sysbox {
        Some(sysbox) => sysbox.to_string(),
        None => "older Sysbox".to_owned(),
    };
    let breaks = if possible { "may break" } else { "breaks" };
    let message = format!("{what} {breaks} on {host}: \"{}\"", fault.symptom);
    let advice = runtime::advice(sysbox);
    let first = match &fault.first_sysbox {
        Some(first) => format!("Sysbox {first} is the first that runs it"),
        None => "no Sysbox runs it".to_owned(),
    };
    let help = if sysbox.is_some() {
        format!(
            "{first}; containerd.io {} is the last that this one runs",
            advice.containerd
        )
    } else {
        format!("{first}; {}", engine_versions::STATE_PLATFORM)
    };
    let said = report.say(pinned.origin, message).help(help);
    if possible {
        said.possible();
    }
}

/// What is pinned: by requests, by apt preferences, by the tag of a base.
fn pins<'f>(facts: &'f Facts, base: &'f Origin, sysbox: Option<&SysboxRange>) -> Vec<Pinned<'f>> {
    const KINDS: [(&str, Bringer); 3] = [
        ("containerd.io", Bringer::ContainerdIo),
        ("runc", Bringer::Runc),
        ("docker.io", Bringer::DockerIo),
    ];
    let mut pins = Vec::new();
    // In an image every version is known, whether anybody chose it or not.
    let kinds = match facts.is_observed() && sysbox.is_none() {
        true => &KINDS[..1],
        false => &KINDS[..],
    };
    for &(name, bringer) in kinds {
        for package in engine_versions::requests(facts, name) {
            let version = package.version.as_ref().and_then(|version| version.as_known());
            if let Some(version) = version.filter(|version| !version.is_empty()) {
                let spelling = match package.manager {
                    Manager::Apk | Manager::Pacman => Spelling::Plain,
                    manager => engine_versions::spelling(manager),
                };
                pins.push(Pinned {
                    bringer,
                    name,
                    pattern: Pattern::read(spelling, version),
                    origin: &package.asked,
                });
            }
        }
    }
    let brought = ["containerd.io", "docker-ce"];
    let asks = brought
        .iter()
        .any(|name| engine_versions::requests(facts, name).next().is_some());
    for file in facts
        .files
        .staying()
        .filter(|file| asks && facts.is_here(&file.written))
    {
        for meaning in &file.meaning {
            if let Meaning::Pin {
                packages,
                version: Some(version),
                priority,
            } = meaning
                && *priority > 500
                && packages
                    .iter()
                    .any(|package| path::glob_matches(package, "containerd.io"))
            {
                pins.push(Pinned {
                    bringer: Bringer::ContainerdIo,
                    name: "containerd.io",
                    pattern: Pattern::read(Spelling::Deb, version),
                    origin: &file.written,
                });
            }
        }
    }
    if let Some(tag) = dind(facts) {
        pins.push(Pinned {
            bringer: Bringer::Dind,
            name: "docker",
            pattern: runtime::dind_tag(&tag),
            origin: base,
        });
    }
    pins
}

/// The tag of docker's own image with an engine in it, if that is the base.
fn dind(facts: &Facts) -> Option<String> {
    let reference = facts.from.reference.as_known()?;
    let tag = ["docker:", "library/docker:", "docker.io/library/docker:"]
        .iter()
        .find_map(|prefix| reference.strip_prefix(prefix))?;
    let tag = tag.split('@').next().unwrap_or(tag);
    tag.contains("dind").then(|| tag.to_owned())
}
