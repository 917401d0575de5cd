//! The image has neither curl, wget nor busybox, so the agent cannot get in.
//!
//! The platform starts a workspace by a small script in it, which fetches the agent with the first of
//! the three that it finds. Without any it waits, and the workspace never connects.
//!
//! Install curl with ca-certificates.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbuilder: Some(Severity::Error),
        ..Levels::virtual_machines(Severity::Error)
    },
    ..Rule::facts("downloader-missing", check, include_str!("downloader_missing.rs"))
};

/// Says it once, at the base.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let end = facts.next_step();
    let is_missing = |name: &&str| facts.command(name, end).is_absent();
    if ["curl", "wget", "busybox"].iter().all(is_missing) {
        report
            .say_at(
                facts.from.place.clone(),
                Certainty::Certain,
                "the workspace's agent cannot be fetched: none of curl, wget and busybox is there",
            )
            .help("install curl and ca-certificates");
    }
}
