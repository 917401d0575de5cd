//! USER names a user by name and not by number.
//!
//! Kubernetes cannot tell whether a name is root, and refuses it where `runAsNonRoot` is asked for. Write
//! the number, such as `USER 10001`.
//!
//! In a workspace the rule is off: there the name is what is looked up, and a number alone is a fault of
//! its own (`user-numeric`). A variable of ENV is looked up; where an argument may give a number, nothing
//! is said.

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
        if instruction.keyword != Keyword::User {
            continue;
        }
        let written = bare(&word.text).split(':').next().unwrap_or_default();
        let Some(user) = named(text, index, written) else {
            continue;
        };
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

/// The user as it is written, or as ENV has it; none where it is not known or an argument gives it.
fn named<'t>(text: &'t Text, instruction: usize, written: &'t str) -> Option<&'t str> {
    let Some(reference) = written.strip_prefix('$') else {
        return (!written.contains('$')).then_some(written);
    };
    let name = reference.trim_start_matches('{').trim_end_matches('}');
    let stage = text.stages.holding(instruction)?;
    let facts = text.facts.get(stage.index)?.as_ref()?;
    let mut set = facts
        .config
        .variables
        .iter()
        .rev()
        .filter(|one| one.name.is(name));
    let set = set.next().filter(|one| !one.is_argument)?;
    set.value.as_ref()?.as_known()
}
