//! USER names a user by name and not by number.
//!
//! Kubernetes cannot tell whether a name is root, and refuses it where `runAsNonRoot` is asked for. Write
//! the number, such as `USER 10001`.
//!
//! In a workspace the rule is off: there the name is what is looked up, and a number alone is a fault of
//! its own (`user-numeric`). Where a variable is used, nothing is said.

use super::add_for_copy::bare;
use super::{Levels, Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::{Args, Keyword};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3066"],
    levels: Levels::services(Severity::Info),
    ..Rule::form(
        "user-by-name",
        Severity::Info,
        check,
        include_str!("user_by_name.rs"),
    )
};

/// Says each name.
pub fn check(text: &Text, report: &mut Report) {
    for (index, instruction) in text.instructions() {
        let Args::Text(word) = &instruction.args else {
            continue;
        };
        if instruction.keyword != Keyword::User || word.text.contains('$') {
            continue;
        }
        let user = bare(&word.text).split(':').next().unwrap_or_default();
        if user.is_empty() || user.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let place = Place::here(instruction.text.span(word.range.clone()));
        let message = format!("`{user}` is a name, and only a number says that it is not root");
        let mut said = report.say_at(place, Certainty::Certain, message);
        if let Some(stage) = text.stages.holding(index) {
            said = said.stage(text.stage_name(stage.index));
        }
        said.help("write the number of the user");
    }
}
