//! A build step runs a program that does nothing there.
//!
//! A step has no terminal, no machine of its own and no services: `vim` cannot be used, `shutdown` and
//! `mount` are refused, a service that `service` starts is gone when the step ends. Leave it out; start
//! services when the container starts.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3001"],
    levels: Levels::everywhere(Severity::Info),
    scope: Scope::Every,
    ..Rule::facts("pointless-program", check, include_str!("pointless_program.rs"))
};

/// Programs that want a terminal, a machine, or services that go on.
const POINTLESS: [&str; 9] = [
    "free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim",
];

/// Says each such program.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (_, step) in facts.own_commands() {
        let Some(program) = &step.program else { continue };
        let Some(name) = program.name().filter(|name| POINTLESS.contains(name)) else {
            continue;
        };
        let message = format!("`{name}` does nothing useful in a build step");
        report.say_at(program.words[0].1.clone(), Certainty::Certain, message);
    }
}
