//! The protocol of an EXPOSE has capitals.
//!
//! BuildKit folds it, other tools compare it letter by letter. Write it in small letters.

use super::text::{edit, port, told};
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["ExposeProtoCasing"],
    fix: Some(Safety::Safe),
    ..Rule::form(
        "expose-protocol-casing",
        Severity::Style,
        check,
        include_str!("expose_protocol_casing.rs"),
    )
};

/// Says each protocol that is not in small letters.
pub fn check(text: &Text, report: &mut Report) {
    for step in &text.walk().steps {
        if step.instruction.keyword != Keyword::Expose {
            continue;
        }
        for value in step.values.iter().filter(|value| value.is_known) {
            let Some(port) = port(&value.text) else { continue };
            let lower = port.protocol.to_lowercase();
            if lower == port.protocol {
                continue;
            }
            let message = format!(
                "Defined protocol '{}' in EXPOSE instruction should be lowercase",
                value.text
            );
            let place = Place::here(step.span(value.range.clone()));
            let said = told(text, report, step, place, Certainty::Certain, message);
            let word = &step.instruction.text.text()[value.range.start as usize..value.range.end as usize];
            let start = value.range.end.saturating_sub(port.protocol.len() as u32);
            if word == value.text
                && step.run_at.is_none()
                && let Some(edit) = edit(step.instruction, start..value.range.end, lower.clone())
            {
                said.fix(format!("write `{lower}`"), Safety::Safe, vec![edit]);
            }
        }
    }
}
