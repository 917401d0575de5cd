//! The image's user is a number, and workspaces look it up by name.
//!
//! envbox asks `getent passwd <name>` inside the image for uid, group and home, and templates mount
//! the volume on the home of a name. A number alone has no home and no name: tools that ask who they
//! are fail, and sudo has no rule for it.
//!
//! Name the user: `USER coder`.

use super::{Levels, Report, Rule};
use crate::contract::{Contract, Profile};
use crate::facts::{Answer, Facts};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbox: Some(Severity::Info),
        envbuilder: Some(Severity::Info),
        devcontainer: Some(Severity::Info),
        ..Levels::virtual_machines(Severity::Warning)
    },
    ..Rule::facts("user-numeric", check, include_str!("user_numeric.rs"))
};

/// Says the last USER if it is a number.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let Some(user) = facts.config.user() else { return };
    let Some(uid) = user.value.as_known().and_then(|user| user.parse::<u32>().ok()) else {
        return;
    };
    if uid == 0 {
        return;
    }
    let account = facts.accounts.user_of(uid, facts.steps.len());
    // A name may be a number, too.
    if facts.user(user.value.text()).is_known() {
        return;
    }
    let is_unnamed = account.is_absent() && contract.profile == Profile::Envbox;
    let message = match &account {
        Answer::Known(account) => format!(
            "the image's user is the number {uid} and not its name, `{}`",
            account.name
        ),
        Answer::Absent => format!("the image's user is the number {uid}, which no account has"),
        Answer::Unknown => format!("the image's user is the number {uid} and not a name"),
    };
    let help = match &account {
        Answer::Known(account) => format!("write `USER {}`", account.name),
        Answer::Absent => {
            format!("make a user with that number, such as `useradd -m -u {uid} coder`, and name it")
        }
        Answer::Unknown => "name the user that has that number".to_owned(),
    };
    let said = report.say(&user.origin, message).help(help);
    if is_unnamed {
        said.level(Severity::Error);
    }
}
