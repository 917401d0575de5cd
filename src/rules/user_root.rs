//! The image ends as root.
//!
//! The agent of a workspace and everything that a person starts there run as the image's user. As
//! root, files in the home belong to root, tools refuse to start, and a slip of the hand changes the
//! system itself. A workspace user with sudo has the same power where it is meant.
//!
//! Make a user and end the file with `USER <name>`.

use super::workspace::final_root;
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::workspaces(Severity::Warning),
    ..Rule::facts("user-root", check, include_str!("user_root.rs"))
};

/// Says the last USER, or the base, if it is root.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let Some(origin) = final_root(facts) else {
        return;
    };
    let message = if facts.is_here(origin) {
        "the image ends as root".to_owned()
    } else {
        format!(
            "the image ends as root: `{}` does, and no USER follows",
            facts.from.reference
        )
    };
    let user = contract.user.as_deref().unwrap_or(Contract::USER);
    report.say(origin, message).help(format!(
        "end the file with USER and the name of the workspace user, such as `USER {user}`"
    ));
}
