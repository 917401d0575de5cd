//! A stage has no HEALTHCHECK.
//!
//! Docker and Swarm then only see whether the process is there, not whether it answers. The rule is off
//! until the config turns it on: Kubernetes has probes of its own and ignores what the image says, and a
//! workspace has the platform's agent. Add `HEALTHCHECK CMD …`, or `HEALTHCHECK NONE` where none is meant.

use super::{Levels, Report, Rule, Text, lineage};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3057"],
    levels: Levels::nowhere(),
    ..Rule::form(
        "healthcheck-missing",
        Severity::Info,
        check,
        include_str!("healthcheck_missing.rs"),
    )
};

/// Says each stage that has none, and from which none starts that has.
pub fn check(text: &Text, report: &mut Report) {
    for stage in lineage::lacking(text, |one| one.keyword == Keyword::Healthcheck) {
        report
            .say_at(
                Place::here(text.base_span(stage)),
                Certainty::Certain,
                "this stage has no HEALTHCHECK",
            )
            .stage(text.stage_name(stage));
    }
}
