//! The name of a here-document ends in punctuation.
//!
//! BuildKit takes the whole word for the name: `<<EOF;` ends at a line `EOF;` and not at `EOF`, unlike in
//! a shell, which then gets the text and looks for `EOF` again. Put a blank before the punctuation.

use super::text::edit;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    fix: Some(Safety::Suggested),
    ..Rule::form(
        "heredoc-name-punctuation",
        Severity::Warning,
        check,
        include_str!("heredoc_name_punctuation.rs"),
    )
};

/// What ends a word in a shell.
const PUNCTUATION: [char; 7] = [';', '|', '&', '(', ')', '>', '<'];

/// Says each name that a shell would end earlier.
pub fn check(text: &Text, report: &mut Report) {
    for instruction in &text.tree.instructions {
        for heredoc in &instruction.heredocs {
            let name = heredoc.name.as_str();
            let Some(at) = name.find(PUNCTUATION) else {
                continue;
            };
            let (short, rest) = name.split_at(at);
            if short.is_empty() {
                continue;
            }
            let message = format!("this here-document ends at a line `{name}`, not at `{short}`");
            let range = heredoc.range.clone();
            let word = &instruction.text.text()[range.start as usize..range.end as usize];
            let place = Place::here(instruction.text.span(range.clone()));
            let said = report.say_at(place, Certainty::Certain, message);
            if word.ends_with(rest) {
                let cut = range.end.saturating_sub(rest.len() as u32);
                if let Some(edit) = edit(instruction, cut..cut, " ") {
                    said.fix(
                        format!("put a blank before `{rest}`"),
                        Safety::Suggested,
                        vec![edit],
                    );
                }
            }
        }
    }
}
