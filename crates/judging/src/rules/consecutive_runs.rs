//! A RUN follows a RUN, and each does one thing.
//!
//! Each is a layer, and what one writes and the next removes stays in the image. Join them by `&&`.
//!
//! What the shell does itself (`export`, `.`) is a thing done, what `bash -c` is handed is one, and a
//! command whose name a variable holds is one as well: unlike hadolint, which does not see it.
//!
//! In a workspace the rule is off: separate steps are what makes a large image quick to build again.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Run, View};
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
    if facts.view == View::Triggers {
        return;
    }
    let runs: Vec<&Run> = facts.own_runs().collect();
    for pair in runs.windows(2) {
        let [before, run] = pair else { continue };
        let is_small = |run: &Run| run.commands <= 1 && run.around.heredocs.is_empty();
        let follows = run.instruction == before.instruction + 1;
        if !follows || !is_small(before) || !is_small(run) || run.around.flags != before.around.flags {
            continue;
        }
        report
            .say_at(
                run.place.clone(),
                Certainty::Certain,
                "this RUN follows a RUN, and each does one thing",
            )
            .related(before.place.clone(), "it can be joined to this one")
            .help("join them by `&&`");
    }
}
