//! An instruction is replaced by a later one of its stage.
//!
//! A stage has one CMD, one ENTRYPOINT and one HEALTHCHECK; the last counts, and what the earlier ones
//! say never happens. Delete the earlier one, or join both.

use super::text::lines_edit;
use super::{Report, Rule, Text};
use crate::contract::Profile;
use crate::finding::{Certainty, Place, Safety, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["MultipleInstructionsDisallowed", "DL4003", "DL4004", "DL3012"],
    fix: Some(Safety::Safe),
    ..Rule::form(
        "instruction-replaced",
        Severity::Warning,
        check,
        include_str!("instruction_replaced.rs"),
    )
};

/// Says each start command and health check that does not count.
pub fn check(text: &Text, report: &mut Report) {
    let walk = text.walk();
    for (earlier, later) in &walk.replaced {
        let (earlier, later) = (&walk.steps[*earlier], &walk.steps[*later]);
        let message = format!(
            "Multiple {} instructions should not be used in the same stage because only the last one will be used",
            later.instruction.raw_keyword
        );
        let aliases: &[&'static str] = match earlier.instruction.keyword {
            Keyword::Cmd => &["MultipleInstructionsDisallowed", "DL4003"],
            Keyword::Entrypoint => &["MultipleInstructionsDisallowed", "DL4004"],
            _ => &["MultipleInstructionsDisallowed", "DL3012"],
        };
        // A CMD that is replaced costs a reader; the others change what runs.
        let severity = match earlier.instruction.keyword {
            Keyword::Cmd => report.severity(),
            _ if text.invocation.contract.profile == Profile::Service => Severity::Error,
            _ => report.severity(),
        };
        let said = report
            .say_at(Place::here(earlier.keyword_span()), Certainty::Certain, message)
            .aliases(aliases)
            .level(severity)
            .stage(text.stage_name(later.stage))
            .related(Place::here(later.keyword_span()), "this one replaces it");
        if earlier.run_at.is_none() {
            let instruction = earlier.instruction;
            // A comment before it would speak for what follows.
            let safety = match instruction.comments.is_empty() {
                true => Safety::Safe,
                false => Safety::Suggested,
            };
            let edit = lines_edit(text.tree, instruction.start_line..=instruction.end_line);
            said.fix("delete it", safety, vec![edit]);
        }
    }
}
