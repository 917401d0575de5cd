//! A label is not one that the config names.
//!
//! With `strict-labels: true` the labels of the config are all that there may be: another one is most often
//! a misspelt one. Take it out, or add it to `labels`.

use super::{Report, Rule, Scope, labels, nearest};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3050"],
    levels: super::Levels::everywhere(Severity::Info),
    scope: Scope::Every,
    ..Rule::facts("label-unknown", check, include_str!("label_unknown.rs"))
};

/// Says each such label.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if !contract.strict_labels {
        return;
    }
    for (name, _, origin) in labels::own(facts) {
        let Some(known) = name.as_known() else { continue };
        if contract.labels.contains_key(known) {
            continue;
        }
        let said = report.say(origin, format!("the config names no label `{known}`"));
        if let Some(near) = nearest(known, contract.labels.keys().map(String::as_str)) {
            said.help(format!("the nearest is `{near}`"));
        }
    }
}
