//! A label is set twice in one stage.
//!
//! The last value counts; the first is lost, and stands in the file as if it were true. Keep one. A
//! stage that sets a label of its base anew is meant to, and is not told.

use std::collections::HashMap;

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::source::Span;
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule::form(
    "duplicate-label",
    Severity::Warning,
    check,
    include_str!("duplicate_label.rs"),
);

/// Says each label that the stage has set before.
pub fn check(text: &Text, report: &mut Report) {
    let mut stage = usize::MAX;
    let mut seen: HashMap<&str, (Span, &str)> = HashMap::new();
    for step in &text.walk().steps {
        if step.stage != stage {
            stage = step.stage;
            seen.clear();
        }
        // What a base's ONBUILD sets is the base's.
        if step.instruction.keyword != Keyword::Label || step.run_at.is_some() {
            continue;
        }
        for pair in step.instruction.pairs() {
            let Some(value) = &pair.value else { continue };
            let key = pair.key.text.trim_matches(['"', '\'']);
            let span = step.span(pair.key.range.clone());
            let Some((earlier, old)) = seen.insert(key, (span, &value.text)) else {
                continue;
            };
            let is_same = old == value.text;
            let message = match is_same {
                true => format!("label `{key}` is set twice to the same value"),
                false => format!("label `{key}` is set again: its first value is lost"),
            };
            let said = report.say_at(Place::here(span), Certainty::Certain, message);
            let said = if is_same { said.level(Severity::Info) } else { said };
            said.stage(text.stage_name(stage))
                .related(Place::here(earlier), "it is set here first");
        }
    }
}
