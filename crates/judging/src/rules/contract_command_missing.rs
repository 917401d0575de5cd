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
    let asked: Vec<&str> = contract.commands.iter().map(String::as_str).collect();
    for (names, who) in [(asked.as_slice(), "the config"), (of_profile, "envbox")] {
        let mut missing: Vec<String> = Vec::new();
        for name in names {
            let program = name.rsplit('/').next().unwrap_or(name);
            let shown = format!("`{program}`");
            if !missing.contains(&shown) && facts.command(program, facts.next_step()).is_absent() {
                missing.push(shown);
            }
        }
        let verb = match missing.len() {
            0 => continue,
            1 => "is",
            _ => "are",
        };
        report
            .say_at(
                facts.from.place.clone(),
                Certainty::Certain,
                format!("{}, which {who} asks for, {verb} not there", missing.join(", ")),
            )
            .help("install what has it");
    }
}
