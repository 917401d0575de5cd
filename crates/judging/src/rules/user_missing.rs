//! A step names a user that is not there.
//!
//! USER, `COPY --chown`, `chown`, `su` and `sudo -u` look the name up in the image's own
//! `/etc/passwd`. If it is not there by then, the step fails, or the container does not start. A
//! user of another base image, a typing error and a step that comes too early are the usual reasons.
//!
//! Make the user before the step, or name one that the base has.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, NameKind};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Error),
    ..Rule::facts("user-missing", check, include_str!("user_missing.rs"))
};

/// Says the first step that names each such user.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let mut told: Vec<&str> = Vec::new();
    for missing in facts.accounts.missing() {
        let name = missing.name.as_str();
        if missing.kind != NameKind::User || !facts.is_here(&missing.origin) || told.contains(&name) {
            continue;
        }
        told.push(name);
        let made_later = facts
            .accounts
            .made()
            .find(|user| user.name == name && user.made.step > missing.origin.step);
        let message = match made_later {
            Some(_) => format!("there is no user `{name}` yet"),
            None => format!("there is no user `{name}`"),
        };
        let said = report.say(&missing.origin, message);
        match made_later {
            Some(later) if facts.is_here(&later.made) => {
                let help = format!("move the step behind the one that makes `{name}`");
                let place = later.made.place.clone();
                said.help(help).related(place, format!("`{name}` is made here"));
            }
            _ => {
                said.help(format!(
                    "make it first, such as with `useradd -m {name}`, or name a user that is there"
                ));
            }
        }
    }
}
