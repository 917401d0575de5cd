//! `FROM` and `as` are written in different cases.
//!
//! It is read either way; `FROM image as name` with one word shouted and one whispered reads as if the
//! name began at `as`. Write both alike.

use super::text::edit;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["FromAsCasing"],
    fix: Some(Safety::Safe),
    ..Rule::form(
        "from-as-casing",
        Severity::Style,
        check,
        include_str!("from_as_casing.rs"),
    )
};

/// Says each `as` that is not in the case of its FROM.
pub fn check(text: &Text, report: &mut Report) {
    // It is told before the number of words is counted, so also where that is an error.
    for from in text
        .tree
        .instructions
        .iter()
        .filter(|one| one.keyword == Keyword::From)
    {
        let [_, word, _, ..] = from.words() else { continue };
        let keyword = from.raw_keyword.as_str();
        let wanted = if keyword == keyword.to_lowercase() {
            word.text.to_lowercase()
        } else if keyword == keyword.to_uppercase() {
            word.text.to_uppercase()
        } else {
            continue;
        };
        if word.text == wanted {
            continue;
        }
        let message = format!("'{}' and '{keyword}' keywords' casing do not match", word.text);
        let place = Place::here(from.text.span(word.range.clone()));
        let said = report.say_at(place, Certainty::Certain, message);
        if let Some(edit) = edit(from, word.range.clone(), wanted.clone()) {
            said.fix(format!("write `{wanted}`"), Safety::Safe, vec![edit]);
        }
    }
}
