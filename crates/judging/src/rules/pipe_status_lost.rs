//! A command in a pipe may fail, and the build goes on.
//!
//! A shell looks at the last command of a pipe alone: a download that breaks off still ends in an empty
//! but successful `tar` or `sh`. Set `pipefail`: `SHELL ["/bin/bash", "-o", "pipefail", "-c"]`, or `set -o
//! pipefail` at the start of the script.
//!
//! It counts wherever it is set: in SHELL under any path and order of options, by `set` in the script, by
//! `bash -o pipefail -c`, by the base or the stage that a stage starts from. What only prints, such as
//! `echo`, hardly fails; there the finding is a possible one.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Status};
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL4006"],
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::workspaces(Severity::Info)
    },
    scope: Scope::Every,
    ..Rule::facts("pipe-status-lost", check, include_str!("pipe_status_lost.rs"))
};

/// Says the first command of each RUN whose status nobody sees, one that can fail before one that hardly
/// does.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let lost: Vec<_> = facts
        .own_commands()
        .filter(|(written, _)| written.status == Status::Lost)
        .map(|(_, step)| step)
        .collect();
    for instruction in lost.chunk_by(|one, other| one.instruction == other.instruction) {
        let only_prints = |step: &crate::facts::Step| {
            let name = step.program.as_ref().and_then(|program| program.name());
            matches!(name, Some("echo" | "printf" | "yes" | "true" | ":" | "pwd"))
        };
        let told = instruction.iter().find(|step| !only_prints(step));
        let Some(step) = told.or(instruction.first()) else {
            continue;
        };
        let certainty = match told {
            Some(_) => Certainty::Certain,
            None => Certainty::Possible,
        };
        let name = step.program.as_ref().and_then(|program| program.name());
        let message = match name {
            Some(name) => format!("if `{name}` fails, the pipe hides it"),
            None => "if this command fails, the pipe hides it".to_owned(),
        };
        report
            .say_at(step.place.clone(), certainty, message)
            .help("set pipefail, in SHELL or by `set -o pipefail`");
    }
}
