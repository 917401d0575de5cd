//! A step names a group that is not there.
//!
//! `useradd -G`, `usermod -aG`, `chgrp`, `COPY --chown` and USER look a group up in the image's own
//! `/etc/group`, and fail if it has none of that name. Most groups come with a package: `docker` with
//! an engine, and not before it is installed.
//!
//! Make the group with `groupadd` before the step, or install first what brings it.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, NameKind};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Error),
    ..Rule::facts("group-missing", check, include_str!("group_missing.rs"))
};

/// Says the first step that names each such group.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let mut told: Vec<&str> = Vec::new();
    // `chown app:app` with neither is one mistake.
    let users: Vec<&str> = facts
        .accounts
        .missing()
        .iter()
        .filter(|missing| missing.kind == NameKind::User)
        .map(|missing| missing.name.as_str())
        .collect();
    for missing in facts.accounts.missing() {
        let name = missing.name.as_str();
        if missing.kind != NameKind::Group
            || !facts.is_here(&missing.origin)
            || told.contains(&name)
            || users.contains(&name)
        {
            continue;
        }
        told.push(name);
        let made_later = facts
            .accounts
            .made_groups()
            .find(|group| group.name == name && group.origin.step > missing.origin.step);
        let message = match made_later {
            Some(_) => format!("there is no group `{name}` yet"),
            None => format!("there is no group `{name}`"),
        };
        let said = report.say(&missing.origin, message);
        match made_later {
            Some(later) if facts.is_here(&later.origin) => {
                let help = format!("move the step behind the one that makes `{name}`");
                let place = later.origin.place.clone();
                said.help(help)
                    .related(place, format!("`{name}` comes with this"));
            }
            _ if name == "docker" => {
                said.help("make it first with `groupadd docker`, or install the engine before");
            }
            _ => {
                said.help(format!(
                    "make it first with `groupadd {name}`, or name a group that is there"
                ));
            }
        }
    }
}
