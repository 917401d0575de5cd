//! A flag has letters outside of ASCII.
//!
//! BuildKit reads flags byte by byte and takes each byte for a letter: `--chown=é` becomes `--chown=Ã©`,
//! and some letters end the flag in their middle. Use ASCII there.

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule::form(
    "non-ascii-flag",
    Severity::Warning,
    check,
    include_str!("non_ascii_flag.rs"),
);

/// Says each flag that BuildKit garbles.
pub fn check(text: &Text, report: &mut Report) {
    for (_, instruction) in text.instructions() {
        let inner = instruction.trigger.as_deref().unwrap_or(instruction);
        for flag in &inner.flags {
            let written = &inner.text.text()[flag.range.start as usize..flag.range.end as usize];
            if written.is_ascii() {
                continue;
            }
            let message = format!("BuildKit reads this flag byte by byte, as `{}`", flag.text);
            let place = Place::here(inner.text.span(flag.range.clone()));
            report.say_at(place, Certainty::Certain, message);
        }
    }
}
