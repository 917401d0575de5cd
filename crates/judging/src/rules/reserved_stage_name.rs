//! A stage has a name that means something else.
//!
//! `scratch` is the empty image wherever a base is named, so `FROM scratch` never starts from the stage;
//! `context` is the build context to tools around BuildKit. Choose another name.

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["ReservedStageName", "DL3063"],
    ..Rule::form(
        "reserved-stage-name",
        Severity::Warning,
        check,
        include_str!("reserved_stage_name.rs"),
    )
};

/// Says each name that is reserved.
pub fn check(text: &Text, report: &mut Report) {
    for from in text.froms() {
        let [_, _, name] = from.words() else { continue };
        let lower = name.text.to_lowercase();
        if matches!(lower.as_str(), "scratch" | "context") {
            let quoted = crate::syntax::quoted(&lower);
            let message = format!("Stage name should not use the same name as reserved stage {quoted}");
            let place = Place::here(from.text.span(name.range.clone()));
            report.say_at(place, Certainty::Certain, message);
        }
    }
}
