//! A start command runs through a shell.
//!
//! In the shell form `/bin/sh -c` is the first process: it does not pass signals on, so `docker stop`
//! waits ten seconds and kills, and an image without a shell does not start at all. A platform that
//! starts workspaces by its own command never runs what stands here, so the rule is on for services
//! alone. Write the command as a JSON array; where a shell is wanted, name it with SHELL or in the array.
//!
//! A HEALTHCHECK gets no signals, so its shell form costs a shell and no more: it is told as an info.

use super::text::told;
use super::{Levels, Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::{Args, Instruction, Keyword};

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
        if instruction.keyword == Keyword::Healthcheck && is_shell_check(instruction) {
            let place = Place::here(step.keyword_span());
            let message = "the check runs through a shell";
            told(text, report, step, place, Certainty::Certain, message)
                .aliases(&["DL3025"])
                .level(Severity::Info);
            continue;
        }
        let starts = matches!(instruction.keyword, Keyword::Cmd | Keyword::Entrypoint);
        if !starts || instruction.is_json() {
            continue;
        }
        let certainty = match step.has_shell {
            Some(true) => {
                let place = Place::here(step.keyword_span());
                let message = format!("{} runs through the shell of SHELL", instruction.raw_keyword);
                told(text, report, step, place, Certainty::Certain, message)
                    .aliases(&["DL3025"])
                    .level(Severity::Info);
                continue;
            }
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

/// Whether a check of health is a command in the shell form.
fn is_shell_check(instruction: &Instruction) -> bool {
    match &instruction.args {
        Args::Health(kind, rest) => kind.text.eq_ignore_ascii_case("cmd") && !rest.is_json(),
        _ => false,
    }
}
