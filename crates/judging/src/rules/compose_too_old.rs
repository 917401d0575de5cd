//! The downloaded docker-compose is too old for the engine.
//!
//! Docker 29 speaks to no client below API version 1.44. docker-compose up to 2.20, and all of 1.x, ask
//! for 1.42 or less and get "client version 1.42 is too old".
//!
//! Install `docker-compose-plugin` of Docker's repository, or download a newer one.

use super::engine_versions::docker_29;
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, Manager, Step, Value};
use crate::finding::{Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::workspaces(Severity::Warning),
    ..Rule::facts("compose-too-old", check, include_str!("compose_too_old.rs"))
};

/// Where docker-compose is released.
const RELEASES: &str = "github.com/docker/compose/releases/download/";

/// Says each download of an old one.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if contract.docker == Some(false) {
        return;
    }
    let Some((engine, certainty)) = docker_29(facts) else {
        return;
    };
    let pip = facts.packages.iter().filter(|package| {
        package.manager == Manager::Pip
            && package.removed.is_none()
            && package.name.is("docker-compose")
            && facts.is_here(&package.asked)
    });
    let mut found: Vec<(String, Place)> = pip
        .map(|package| {
            // What pip has under that name ended at 1.29.2.
            let version = package
                .version
                .as_ref()
                .map_or("1.29.2", |version| version.text());
            (
                version.trim_start_matches('=').to_owned(),
                package.asked.place.clone(),
            )
        })
        .collect();
    found.extend(
        facts
            .steps
            .iter()
            .filter(|step| step.is_here())
            .filter_map(|step| downloaded(step)),
    );
    for (version, place) in found {
        report
            .say_at(
                place,
                certainty,
                format!("docker-compose {version} is too old for an engine of 29 or later"),
            )
            .help("install `docker-compose-plugin`, or download 2.21 or later")
            .related(engine.asked.place.clone(), "the engine comes with this");
    }
}

/// The version of a docker-compose that a step downloads, if it is an old one.
fn downloaded(step: &Step) -> Option<(String, Place)> {
    let words = &step.program.as_ref()?.words;
    words.iter().find_map(|(word, place)| {
        let at = word.text().find(RELEASES)? + RELEASES.len();
        let end = at + word.text()[at..].find('/')?;
        let version = word.slice(at..end);
        is_old(&version).then(|| (version.text().trim_start_matches('v').to_owned(), place.clone()))
    })
}

/// Up to 2.20, and all of 1.x.
fn is_old(version: &Value) -> bool {
    let Some(version) = version.as_known() else {
        return false;
    };
    let mut parts = version.trim_start_matches('v').split('.').map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), _) if major < 2 => true,
        (Some(Ok(2)), Some(Ok(minor))) => minor <= 20,
        _ => false,
    }
}
