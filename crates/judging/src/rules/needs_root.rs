//! A step that only root may do is run by somebody else.
//!
//! After USER every RUN is that user's. Package managers, useradd and its kin, `systemctl enable` and
//! writing into `/etc`, `/usr`, `/opt` and `/var/lib` then fail with "Permission denied". In
//! `sudo echo … > FILE` sudo is for `echo` alone: the shell that opens the file is still the user's.
//!
//! Move the step before USER, switch to `USER root` for it, or put `sudo` before the command.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Error),
    ..Rule::facts("needs-root", check, include_str!("needs_root.rs"))
};

/// Says the first such command of each instruction.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let mut told: Option<(usize, usize)> = None;
    for origin in &facts.denied {
        let step = facts.step(origin);
        let instruction = (step.stage, step.instruction);
        if !facts.is_here(origin) || told == Some(instruction) {
            continue;
        }
        // A command that fails ends its instruction.
        told = Some(instruction);
        let user = &step.user;
        let program = step.program.as_ref().and_then(|program| program.name());
        let message = match program {
            Some(program) => format!("`{program}` needs root here, and `{user}` runs it"),
            None => format!("only root may write there, and `{user}` does"),
        };
        let by_base = facts
            .config
            .user()
            .is_none_or(|user| !facts.is_here(&user.origin));
        let help = if by_base {
            "put `USER root` before it, and back to the user after it"
        } else {
            "move it before USER, or put `USER root` before it and back to the user after it"
        };
        report.say(origin, message).help(help);
    }
}
