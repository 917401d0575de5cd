//! COPY has several sources and a target that does not end in a slash.
//!
//! Several files go into a folder only, and the slash says that it is one. Without it the build stops, or
//! one file takes the place of the other. End the target in `/`.
//!
//! `.` and `..` are folders. Where a variable may end in a slash, the finding is possible.

use super::add_for_copy::bare;
use super::text::edit;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3021"],
    fix: Some(Safety::Suggested),
    ..Rule::form(
        "copy-target-no-folder",
        Severity::Error,
        check,
        include_str!("copy_target_no_folder.rs"),
    )
};

/// Says each such target.
pub fn check(text: &Text, report: &mut Report) {
    for (index, instruction) in text.instructions() {
        if instruction.keyword != Keyword::Copy {
            continue;
        }
        let [_, _, .., target] = instruction.words() else {
            continue;
        };
        let name = bare(&target.text);
        let is_folder = name.ends_with(['/', '\\']) || matches!(name, "." | "..") || name.ends_with("/.");
        if is_folder {
            continue;
        }
        let certainty = match name.contains('$') {
            true => Certainty::Possible,
            false => Certainty::Certain,
        };
        let place = Place::here(instruction.text.span(target.range.clone()));
        let message = format!("several files go to `{name}`, which does not say that it is a folder");
        let mut said = report.say_at(place, certainty, message).help("end it in `/`");
        if let Some(stage) = text.stages.holding(index) {
            said = said.stage(text.stage_name(stage.index));
        }
        // The slash goes inside of quotes.
        let written = instruction.written(target);
        let end = target.range.end - u32::from(written.ends_with(['"', '\'']));
        if let Some(edit) = edit(instruction, end..end, "/") {
            said.fix("end it in a slash", Safety::Suggested, vec![edit]);
        }
    }
}
