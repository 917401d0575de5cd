//! A variable is used that nothing sets.
//!
//! BuildKit puts an empty text in its place and builds on: a path loses a folder, a version is missing.
//! It knows what `ENV` and `ARG` of the stage and the environment of the base set, and nothing else:
//! neither what a `RUN` exports nor `HOME`, nor an `ARG` before the first `FROM` that the stage does not
//! repeat. Over a base whose environment is not known the finding is only possible. Set it, or mend the
//! name.

use super::text::{did_you_mean, told};
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::{Instruction, Keyword, Lookup, Variables};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["UndefinedVar"],
    ..Rule::form(
        "undefined-variable",
        Severity::Warning,
        check,
        include_str!("undefined_variable.rs"),
    )
};

/// Says each name that is looked up and not there.
pub fn check(text: &Text, report: &mut Report) {
    for step in &text.walk().steps {
        for undefined in &step.undefined {
            let mean = did_you_mean("$", undefined.suggestion.as_deref());
            let message = format!("Usage of undefined variable '${}'{mean}", undefined.name);
            let certainty = match undefined.is_certain {
                true => Certainty::Certain,
                false => Certainty::Possible,
            };
            let place = Place::here(undefined.span);
            let said = told(text, report, step, place, certainty, message);
            if let Some(help) = help(text, step.instruction, &undefined.name) {
                said.help(help);
            }
        }
    }
}

/// Why a name is not there that stands elsewhere in the file.
fn help(text: &Text, instruction: &Instruction, name: &str) -> Option<String> {
    let sets = instruction.keyword == Keyword::Env;
    if sets && instruction.pairs().iter().any(|pair| pair.key.text == name) {
        return Some(format!(
            "set `{name}` in an ENV of its own before: the pairs of one do not see each other"
        ));
    }
    let is_global = text.stages.globals.get(name) != Lookup::Unset;
    is_global.then(|| format!("repeat `ARG {name}` in the stage: those before FROM are for FROM alone"))
}
