//! Keywords are written in different cases.
//!
//! They are read either way; where most of a file shouts, the one that does not is overlooked by
//! readers and by everything that searches for `^RUN`. Write all as most are written.

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Edit, Place, Safety, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["ConsistentInstructionCasing"],
    fix: Some(Safety::Safe),
    ..Rule::form(
        "instruction-casing",
        Severity::Style,
        check,
        include_str!("instruction_casing.rs"),
    )
};

/// Says each keyword that is not in the case of the majority.
pub fn check(text: &Text, report: &mut Report) {
    let is_lower = |word: &str| !word.bytes().any(|byte| byte.is_ascii_uppercase());
    let is_upper = |word: &str| !word.bytes().any(|byte| byte.is_ascii_lowercase());
    let first = text.stages.all.first().map_or(usize::MAX, |stage| stage.from);
    let keywords = || {
        let all = text.tree.instructions.iter().skip(first);
        all.filter(|one| one.keyword != Keyword::Unknown)
    };
    let (mut lower, mut upper) = (0, 0);
    for instruction in keywords() {
        match instruction.raw_keyword.as_str() {
            word if is_lower(word) => lower += 1,
            word if is_upper(word) => upper += 1,
            _ => {}
        }
    }
    let wants_lower = lower > upper;
    for instruction in keywords() {
        let word = instruction.raw_keyword.as_str();
        let (casing, wanted) = match wants_lower {
            true if !is_lower(word) => ("lowercase", word.to_lowercase()),
            false if !is_upper(word) => ("uppercase", word.to_uppercase()),
            _ => continue,
        };
        let message = format!("Command '{word}' should match the case of the command majority ({casing})");
        let span = instruction.keyword_span;
        let said = report.say_at(Place::here(span), Certainty::Certain, message);
        if (span.end - span.start) as usize == word.len() {
            let text = wanted.clone();
            said.fix(
                format!("write `{wanted}`"),
                Safety::Safe,
                vec![Edit { span, text }],
            );
        }
    }
}
