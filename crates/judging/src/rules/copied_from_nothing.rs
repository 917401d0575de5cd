//! COPY takes a path from a stage in which it is not there.
//!
//! The build stops with `not found`. What a stage wrote below a cache, bind or tmpfs mount is not in
//! its image, and neither is what a later step removed again.
//!
//! Take the path at which the stage leaves the file, or copy it out of the mount in the step that makes it.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Source};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Error),
    scope: Scope::Stage,
    ..Rule::facts(
        "copied-from-nothing",
        check,
        include_str!("copied_from_nothing.rs"),
    )
};

/// Says each source that is certainly not there.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for taken in facts.taken.iter().filter(|taken| facts.is_here(&taken.origin)) {
        if let Source::Stage(stage) = &taken.take.from
            && taken.take.there.is_absent()
        {
            report
                .say(
                    &taken.origin,
                    format!("`{}` is not there when stage {stage} ends", taken.take.path),
                )
                .help("take the path at which the stage leaves it");
        }
    }
}
