//! A blank line stands inside an instruction.
//!
//! BuildKit drops it and goes on, so the next line still belongs to the instruction above, even one
//! that looks like an instruction of its own. It warns that this will be an error one day. Delete the
//! line, or end the line before it without the escape character.

use super::text::lines_edit;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["NoEmptyContinuation"],
    fix: Some(Safety::Safe),
    ..Rule::form(
        "empty-continuation",
        Severity::Warning,
        check,
        include_str!("empty_continuation.rs"),
    )
};

/// Says the first blank line of each instruction that has one.
pub fn check(text: &Text, report: &mut Report) {
    for instruction in &text.tree.instructions {
        let Some(first) = instruction.blank_lines.first() else {
            continue;
        };
        let edits = instruction
            .blank_lines
            .iter()
            .map(|line| lines_edit(text.tree, *line..=*line));
        let many = instruction.blank_lines.len() > 1;
        let title = if many {
            "delete the blank lines"
        } else {
            "delete the blank line"
        };
        report
            .say_at(
                Place::here(text.source.line_span(*first)),
                Certainty::Certain,
                "Empty continuation line",
            )
            .fix(title, Safety::Safe, edits.collect());
    }
}
