//! Two stages have the same name.
//!
//! Whoever names the stage gets the last one above, and `--target` gets the last of all: the first is
//! out of reach by name, mostly after a block was copied. Give each stage a name of its own.

use std::collections::HashMap;

use super::{Levels, Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DuplicateStageName", "DL3024"],
    levels: Levels {
        service: Some(Severity::Error),
        ..Levels::workspaces(Severity::Warning)
    },
    ..Rule::form(
        "duplicate-stage-name",
        Severity::Warning,
        check,
        include_str!("duplicate_stage_name.rs"),
    )
};

/// Says each name that an earlier stage has.
pub fn check(text: &Text, report: &mut Report) {
    let mut seen = HashMap::new();
    for from in text.froms() {
        let [_, _, name] = from.words() else { continue };
        let place = Place::here(from.text.span(name.range.clone()));
        let lower = name.text.to_lowercase();
        if let Some(earlier) = seen.insert(lower.clone(), place.clone()) {
            let message = format!(
                "Duplicate stage name {}, stage names should be unique",
                crate::syntax::quoted(&lower)
            );
            report
                .say_at(place, Certainty::Certain, message)
                .related(earlier, "the other stage of this name");
        }
    }
}
