//! A stage downloads by wget and by curl.
//!
//! Both do the same here, and each brings libraries and certificates of its own. Use one of them; which
//! one is a matter of what the base has.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::{Certainty, Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL4001"],
    levels: Levels::services(Severity::Warning),
    scope: Scope::Every,
    ..Rule::facts("wget-and-curl", check, include_str!("wget_and_curl.rs"))
};

/// Says each RUN that uses either, from the first on with which both are in use.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let mut first: [Option<Place>; 2] = [None, None];
    let mut told = None;
    for (_, step) in facts.own_commands() {
        let Some(program) = &step.program else { continue };
        let which = match program.name() {
            Some("wget") => 0,
            Some("curl") => 1,
            _ => continue,
        };
        let place = &program.words[0].1;
        first[which].get_or_insert_with(|| place.clone());
        let [Some(wget), Some(curl)] = &first else {
            continue;
        };
        if told == Some(step.instruction) {
            continue;
        }
        told = Some(step.instruction);
        let (name, other, earlier) = match which {
            0 => ("wget", "curl", curl),
            _ => ("curl", "wget", wget),
        };
        let message = format!("this stage downloads by {name} and by {other}");
        report
            .say_at(place.clone(), Certainty::Certain, message)
            .related(earlier.clone(), format!("{other} is used here"))
            .help("use one of them");
    }
}
