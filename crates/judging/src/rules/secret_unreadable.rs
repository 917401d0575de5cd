//! A user who is not root cannot read the secret under envbuilder.
//!
//! kaniko writes each secret into a file of root's with mode 0600 and ignores the mount's uid, gid and
//! mode. A RUN after USER gets `permission denied`, or goes on without the secret.
//!
//! Read the secret in a RUN of root.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::{Certainty, Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbuilder: Some(Severity::Error),
        ..Levels::nowhere()
    },
    scope: Scope::Stage,
    ..Rule::facts("secret-unreadable", check, include_str!("secret_unreadable.rs"))
};

/// Says each mount once.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let mut told: Vec<&Place> = Vec::new();
    for (index, step) in facts.steps.iter().enumerate().filter(|(_, step)| step.is_here()) {
        for mount in &step.around.mounts {
            let is_file = mount.target.is_some() || !mount.is_variable;
            if mount.kind != "secret" || !is_file || told.contains(&&mount.place) {
                continue;
            }
            // Of the RUN itself, not of a command in it that sudo runs.
            let users = facts.config.users.iter().rev();
            let user = users.clone().find(|user| user.origin.step < index);
            let Some(name) = user.and_then(|user| user.value.as_known()) else {
                continue;
            };
            if matches!(name, "root" | "0" | "") {
                continue;
            }
            told.push(&mount.place);
            report
                .say_at(
                    mount.place.clone(),
                    Certainty::Certain,
                    format!("`{name}` cannot read this secret: kaniko makes it readable for root alone"),
                )
                .help("read it in a RUN before USER");
        }
    }
}
