//! envbuilder's kaniko drops this part of the build without an error.
//!
//! kaniko runs a RUN with a heredoc by its command line alone, so the script in it never runs and the
//! build is green. It does not know bind and ssh mounts and runs the command without them, and it
//! does not write files from the heredoc of a COPY.
//!
//! Write the commands into RUN itself, COPY a file from the context, and take what a mount gave by COPY.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::{Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbuilder: Some(Severity::Error),
        ..Levels::nowhere()
    },
    // Every stage is built, and what it lacks is missing in all that take from it.
    scope: Scope::Stage,
    ..Rule::facts("kaniko-silent", check, include_str!("kaniko_silent.rs"))
};

/// Says each heredoc and each mount once.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let mut told: Vec<&Place> = Vec::new();
    for step in facts.steps.iter().filter(|step| step.is_here()) {
        for place in &step.around.heredocs {
            if told.contains(&place) {
                continue;
            }
            told.push(place);
            let (message, help) = if step.keyword == "RUN" {
                (
                    "kaniko does not run what stands in this heredoc, and the build stays green",
                    "write the commands into RUN, joined by `&&`",
                )
            } else {
                (
                    "kaniko does not write the file in this heredoc",
                    "copy a file from the context",
                )
            };
            report
                .say_at(place.clone(), crate::finding::Certainty::Certain, message)
                .help(help);
        }
        for mount in &step.around.mounts {
            if !matches!(mount.kind.as_str(), "bind" | "ssh") || told.contains(&&mount.place) {
                continue;
            }
            told.push(&mount.place);
            report
                .say_at(
                    mount.place.clone(),
                    crate::finding::Certainty::Certain,
                    format!("kaniko runs the command without this {} mount", mount.kind),
                )
                .help("take what it gives by COPY, or leave it to the workspace's start-up script");
        }
    }
}
