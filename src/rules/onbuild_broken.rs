//! What ONBUILD holds cannot be built.
//!
//! BuildKit keeps the text and reads it only when another image starts from this one: the fault then
//! breaks the builds of everybody else, far from this file. The message is what they will see. Mend the
//! instruction.

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax;

/// Its entry in the list.
pub const RULE: Rule = Rule::form(
    "onbuild-broken",
    Severity::Error,
    check,
    include_str!("onbuild_broken.rs"),
);

/// Says each trigger that BuildKit will refuse.
pub fn check(text: &Text, report: &mut Report) {
    for (_, instruction) in text.instructions() {
        let Some(trigger) = instruction.trigger.as_deref() else {
            continue;
        };
        if let Some((message, span)) = syntax::refusal(trigger) {
            report.say_at(Place::here(span), Certainty::Certain, message);
        }
    }
}
