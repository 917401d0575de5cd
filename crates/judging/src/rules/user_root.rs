//! The image ends as root.
//!
//! The agent of a workspace and everything that a person starts there run as the image's user. As
//! root, files in the home belong to root, tools refuse to start, and a slip of the hand changes the
//! system itself. A workspace user with sudo has the same power where it is meant.
//!
//! Of a service only a USER that says root is told, in each stage: many bases are root and start as
//! another user themselves. In a stage that is no image of its own it is told one step milder.
//!
//! Make a user and end the file with `USER <name>`.

use super::workspace::{final_root, is_root};
use super::{Levels, Report, Rule, Scope};
use crate::contract::{Contract, Profile};
use crate::facts::{Facts, View};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3002"],
    levels: Levels::everywhere(Severity::Warning),
    scope: Scope::Every,
    ..Rule::facts("user-root", check, include_str!("user_root.rs"))
};

/// Says the last USER, or the base, if it is root.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if contract.profile == Profile::Service {
        service(facts, report);
        return;
    }
    let Some(origin) = final_root(facts).filter(|_| facts.is_target) else {
        return;
    };
    let said = facts.is_here(origin);
    let message = match said {
        true => "the image ends as root".to_owned(),
        // A built image does not say what its base is called.
        false if facts.is_observed() => "the image ends as root: it has no USER".to_owned(),
        false => format!(
            "the image ends as root: `{}` does, and no USER follows",
            facts.from.reference
        ),
    };
    let ids: &[&'static str] = if said { &["DL3002"] } else { &[] };
    let user = contract.user.as_deref().unwrap_or(Contract::USER);
    report.say(origin, message).aliases(ids).help(format!(
        "end the file with USER and the name of the workspace user, such as `USER {user}`"
    ));
}

/// Of a service: each stage whose last USER says root.
fn service(facts: &Facts, report: &mut Report) {
    let Some(user) = facts.config.user() else { return };
    let is_own = facts.is_own(facts.step(&user.origin)) && user.origin.step > 0;
    if !is_own || !is_root(&user.value) || facts.view == View::Triggers {
        return;
    }
    let severity = match facts.is_target {
        true => report.severity(),
        false => report.severity().lower(),
    };
    let message = match facts.is_target {
        true => "the image ends as root".to_owned(),
        false => format!("stage {} ends as root", facts.stage),
    };
    report
        .say(&user.origin, message)
        .level(severity)
        .help("end the stage with the USER that the service runs as");
}
