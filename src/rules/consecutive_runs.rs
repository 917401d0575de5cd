//! A RUN follows a RUN, and each does one thing.
//!
//! Each is a layer, and what one writes and the next removes stays in the image. Join them by `&&`.
//!
//! In a workspace the rule is off: separate steps are what makes a large image quick to build again.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Step};
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3059"],
    levels: Levels::services(Severity::Info),
    scope: Scope::Every,
    ..Rule::facts("consecutive-runs", check, include_str!("consecutive_runs.rs"))
};

/// Says each RUN of one command that follows another with the same flags.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    // The first command of each RUN, and how many it has.
    let mut runs: Vec<(&Step, usize)> = Vec::new();
    for (_, step) in facts.own_commands() {
        match runs.last_mut() {
            Some((first, commands)) if first.instruction == step.instruction => *commands += 1,
            _ => runs.push((step, 1)),
        }
    }
    let runs: Vec<_> = runs
        .into_iter()
        .filter(|(step, _)| step.around.heredocs.is_empty())
        .collect();
    for pair in runs.windows(2) {
        let [(before, 1), (step, 1)] = pair else { continue };
        let follows = step.instruction == before.instruction + 1;
        if !follows || step.around.flags != before.around.flags || facts.view == crate::facts::View::Triggers
        {
            continue;
        }
        report
            .say_at(
                step.place.clone(),
                Certainty::Certain,
                "this RUN follows a RUN, and each does one thing",
            )
            .related(before.place.clone(), "it can be joined to this one")
            .help("join them by `&&`");
    }
}
