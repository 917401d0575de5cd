//! The first WORKDIR of a stage is relative.
//!
//! It then lies below whatever folder the base image ends in, which changes with the base. Write the
//! whole path.
//!
//! Later ones may be relative: they build on the first. For services they are told too, as a matter of
//! style, since a reader has to add them up.

use super::text::told;
use super::{Levels, Report, Rule, Text};
use crate::contract::Profile;
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["WorkdirRelativePath", "DL3000"],
    levels: Levels {
        service: Some(Severity::Error),
        ..Levels::workspaces(Severity::Warning)
    },
    ..Rule::form(
        "relative-workdir",
        Severity::Warning,
        check,
        include_str!("relative_workdir.rs"),
    )
};

/// Says each first WORKDIR that does not begin at the root.
pub fn check(text: &Text, report: &mut Report) {
    let is_service = text.invocation.contract.profile == Profile::Service;
    for step in &text.walk().steps {
        if step.instruction.keyword != Keyword::Workdir || !(step.is_first_folder || is_service) {
            continue;
        }
        // Where the first word is not known, the path may begin at the root.
        let Some(folder) = step.values.first() else {
            continue;
        };
        if is_absolute(&folder.text, step.is_windows) || (!folder.is_known && folder.text.starts_with('$')) {
            continue;
        }
        let certainty = match folder.is_default {
            true => Certainty::Possible,
            false => Certainty::Certain,
        };
        let quoted = crate::syntax::quoted(&folder.text);
        if !step.is_first_folder && has_drive(&folder.text) {
            continue;
        }
        if !step.is_first_folder {
            let message = format!("the working directory {quoted} builds on the one before");
            let place = Place::here(step.span(folder.range.clone()));
            told(text, report, step, place, certainty, message)
                .aliases(&["DL3000"])
                .level(Severity::Style)
                .help("write the whole path");
            continue;
        }
        let message =
            format!("Relative workdir {quoted} can have unexpected results if the base image changes");
        let place = Place::here(step.span(folder.range.clone()));
        let said = told(text, report, step, place, certainty, message);
        // Whoever writes a drive means Windows, where this is the whole path.
        if has_drive(&folder.text) {
            said.aliases(&["WorkdirRelativePath"]);
        }
    }
}

fn is_absolute(path: &str, is_windows: bool) -> bool {
    path.starts_with('/') || (is_windows && (path.starts_with('\\') || has_drive(path)))
}

/// `C:` of Windows.
fn has_drive(path: &str) -> bool {
    let mut signs = path.chars();
    signs.next().is_some_and(|sign| sign.is_ascii_alphabetic()) && signs.next() == Some(':')
}
