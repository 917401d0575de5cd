//! Nothing uses this stage.
//!
//! It is built neither for the last stage nor for another: most often what is left of an earlier
//! version of the file, or a COPY --from with a name that changed. BuildKit skips it, the classic
//! builder spends its time on it.
//!
//! Remove it, or build it by `--target` and say so in the config.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Info),
    ..Rule::facts("stage-unused", check, include_str!("stage_unused.rs"))
};

/// Says each such stage of the file, once, with the stage that is built.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for stage in facts.build.stages.iter().filter(|stage| !stage.is_used) {
        report
            .say_at(
                stage.place.clone(),
                Certainty::Certain,
                format!("nothing uses stage {}", stage.name),
            )
            .help("remove it, or name it as the target of a build");
    }
}
