//! A start command runs through a shell.
//!
//! In the shell form `/bin/sh -c` is the first process: it does not pass signals on, so `docker stop`
//! waits ten seconds and kills, and an image without a shell does not start at all. A platform that
//! starts workspaces by its own command never runs what stands here, so the rule is on for services
//! alone. Write the command as a JSON array; where a shell is wanted, name it with SHELL or in the array.

use super::text::told;
use super::{Levels, Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["JSONArgsRecommended", "DL3025"],
    levels: Levels::services(Severity::Warning),
    ..Rule::form(
        "shell-form-start",
        Severity::Warning,
        check,
        include_str!("shell_form_start.rs"),
    )
};

/// Says each CMD and ENTRYPOINT in the shell form, unless a SHELL was chosen.
pub fn check(text: &Text, report: &mut Report) {
    for step in &text.walk().steps {
        let instruction = step.instruction;
        let starts = matches!(instruction.keyword, Keyword::Cmd | Keyword::Entrypoint);
        if !starts || instruction.is_json() {
            continue;
        }
        let certainty = match step.has_shell {
            Some(true) => continue,
            Some(false) => Certainty::Certain,
            None => Certainty::Possible,
        };
        let message = format!(
            "JSON arguments recommended for {} to prevent unintended behavior related to OS signals",
            instruction.raw_keyword
        );
        let place = Place::here(step.keyword_span());
        told(text, report, step, place, certainty, message);
    }
}
