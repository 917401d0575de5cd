//! VOLUME on the home gives every workspace without a volume of its own an anonymous one.
//!
//! The platform mounts the home itself. Where it does not, a VOLUME makes an unnamed one that nobody
//! finds again and that piles up on the node; and builders other than BuildKit drop what later steps
//! write below it.
//!
//! Leave the instruction out, and declare the home's volume in the workspace's template.

use super::{Levels, Report, Rule, mounted};
use crate::contract::Contract;
use crate::facts::{Facts, Value, path};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::workspaces(Severity::Warning),
    ..Rule::facts("volume-on-home", check, include_str!("volume_on_home.rs"))
};

/// Says each VOLUME on or above the home.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let home = Value::known(mounted::owner(facts, contract).home);
    for volume in facts
        .config
        .volumes
        .iter()
        .filter(|volume| facts.is_here(&volume.origin))
    {
        if volume
            .value
            .as_known()
            .is_some_and(|folder| path::covers(folder, &home))
        {
            report
                .say(
                    &volume.origin,
                    format!(
                        "VOLUME `{}` covers the home {home}, which the platform mounts",
                        volume.value
                    ),
                )
                .help("leave it out: the workspace's template declares the volume");
        }
    }
}
