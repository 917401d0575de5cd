//! A RUN changes the folder by `cd`.
//!
//! The change ends with the RUN, so what follows begins elsewhere than a reader expects, and a `cd` that
//! fails in a list with `;` lets the rest run in the wrong folder. WORKDIR makes the folder, holds until
//! the next one, and is seen.
//!
//! In a workspace the rule is off: there tools are unpacked and built in folders where nobody works
//! afterwards, and a WORKDIR for each would leave the workspace in the last of them.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Value};
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3003"],
    levels: Levels::services(Severity::Warning),
    scope: Scope::Every,
    ..Rule::facts("cd-in-run", check, include_str!("cd_in_run.rs"))
};

/// Says the first `cd` of each RUN.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let mut last = None;
    for (_, step) in facts.own_commands() {
        let Some(program) = &step.program else { continue };
        if program.name() != Some("cd") || last == Some(step.instruction) {
            continue;
        }
        last = Some(step.instruction);
        let target = program.words.get(1).map(|(word, _)| word);
        let message = match target.filter(|word| !word.text().starts_with('-')) {
            Some(target) => format!("`cd {}` holds for this RUN alone", Value::to_string(target)),
            None => "`cd` holds for this RUN alone".to_owned(),
        };
        report
            .say_at(step.place.clone(), Certainty::Certain, message)
            .help("use WORKDIR");
    }
}
