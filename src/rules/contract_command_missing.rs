//! A command that the platform or the config asks for is not in the image.
//!
//! envbox starts `sleep`, asks `stat` and `getent`, reads with `cat` and makes folders with `mkdir`
//! before a workspace is up; where one is missing, it does not come up. What else must be there, such
//! as git for a repository that is cloned at start, stands in the config under `workspace.commands`.
//!
//! Install the package that has the command.

use super::{Levels, Report, Rule};
use crate::contract::{Contract, Profile};
use crate::facts::Facts;
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::workspaces(Severity::Error),
    ..Rule::facts(
        "contract-command-missing",
        check,
        include_str!("contract_command_missing.rs"),
    )
};

/// What envbox runs in an image before the workspace is up.
const OF_ENVBOX: [&str; 6] = ["sh", "sleep", "stat", "getent", "mkdir", "cat"];

/// Says each command that is certainly not there at the end.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let of_profile: &[&str] = match contract.profile {
        Profile::Envbox => &OF_ENVBOX,
        _ => &[],
    };
    let mut told: Vec<&str> = Vec::new();
    let asked = contract.commands.iter().map(|name| (name.as_str(), "the config"));
    for (name, who) in asked.chain(of_profile.iter().map(|name| (*name, "envbox"))) {
        let program = name.rsplit('/').next().unwrap_or(name);
        if told.contains(&program) || !facts.command(program, facts.next_step()).is_absent() {
            continue;
        }
        told.push(program);
        report
            .say_at(
                facts.from.place.clone(),
                Certainty::Certain,
                format!("`{program}`, which {who} asks for, is not there"),
            )
            .help("install the package that has it");
    }
}
