//! The first WORKDIR of a stage is relative.
//!
//! It then lies below whatever folder the base image ends in, which changes with the base. Later ones
//! may be relative: they build on the first. Write the whole path.

use super::text::told;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["WorkdirRelativePath", "DL3000"],
    ..Rule::form(
        "relative-workdir",
        Severity::Warning,
        check,
        include_str!("relative_workdir.rs"),
    )
};

/// Says each first WORKDIR that does not begin at the root.
pub fn check(text: &Text, report: &mut Report) {
    for step in &text.walk().steps {
        if step.instruction.keyword != Keyword::Workdir || !step.is_first_folder {
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
        let message =
            format!("Relative workdir {quoted} can have unexpected results if the base image changes");
        let place = Place::here(step.span(folder.range.clone()));
        told(text, report, step, place, certainty, message);
    }
}

fn is_absolute(path: &str, is_windows: bool) -> bool {
    let has_drive = || {
        let mut signs = path.chars();
        signs.next().is_some_and(|sign| sign.is_ascii_alphabetic()) && signs.next() == Some(':')
    };
    path.starts_with('/') || (is_windows && (path.starts_with('\\') || has_drive()))
}
