//! The workspace user may not talk to the Docker daemon.
//!
//! The daemon's socket belongs to root and the group `docker`. Who is not in that group gets
//! "permission denied while trying to connect to the Docker daemon socket", in every workspace and for
//! every command, and cannot change it without root.
//!
//! Put the user into the group: `usermod -aG docker coder`, after the engine's package, which makes it.

use super::workspace::{Workspace, engine};
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Answer, Facts};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::workspaces(Severity::Warning),
    ..Rule::facts(
        "docker-group-missing",
        check,
        include_str!("docker_group_missing.rs"),
    )
};

/// Says the step that makes the workspace user, or the engine where no step does.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let Some(engine) = engine(facts, contract) else {
        return;
    };
    let workspace = Workspace::of(facts, contract);
    let name = &workspace.user;
    let origin = match &workspace.account {
        Answer::Known(account) => {
            let is_root = name == "root" || account.uid == Some(0);
            if is_root
                || !facts
                    .accounts
                    .is_member(account, "docker", facts.steps.len())
                    .is_absent()
            {
                return;
            }
            if facts.is_here(&account.made) {
                account.made.clone()
            } else {
                engine.origin.clone()
            }
        }
        Answer::Absent if workspace.is_stated && name != "root" => engine.origin.clone(),
        Answer::Absent | Answer::Unknown => return,
    };
    report
        .say(
            &origin,
            format!("`{name}` is not in the group `docker` and cannot use the daemon"),
        )
        .help(format!(
            "add `usermod -aG docker {name}` after the engine is installed"
        ));
}
