//! A label's key is not one that Docker's rules allow.
//!
//! Keys have small letters, digits, and dots and dashes between them, so that everybody finds them;
//! `com.docker.`, `io.docker.` and `org.dockerproject.` are Docker's own. Write it in small letters with a
//! domain of yours before it.

use super::{Report, Rule, Scope, labels};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3048"],
    levels: super::Levels::everywhere(Severity::Style),
    scope: Scope::Every,
    ..Rule::facts("label-key-invalid", check, include_str!("label_key_invalid.rs"))
};

/// Says each such key.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (name, _, origin) in labels::own(facts) {
        if let Some(fault) = fault(name.text()) {
            report.say(origin, format!("the key `{name}` {fault}"));
        }
    }
}

fn fault(key: &str) -> Option<String> {
    let reserved = ["com.docker.", "io.docker.", "org.dockerproject."];
    if let Some(start) = reserved.iter().find(|start| key.starts_with(**start)) {
        return Some(format!("begins with `{start}`, which is Docker's own"));
    }
    if !key.starts_with(|sign: char| sign.is_ascii_lowercase()) {
        return Some("does not begin with a small letter".to_owned());
    }
    let odd = |sign: &char| {
        !(sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '.' | '-' | '_' | '/'))
    };
    if let Some(sign) = key.chars().find(odd) {
        return Some(format!("has `{sign}` in it"));
    }
    if !key.ends_with(|sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit()) {
        return Some("does not end in a letter or digit".to_owned());
    }
    ["..", "--"]
        .iter()
        .find(|pair| key.contains(**pair))
        .map(|pair| format!("has `{pair}` in it"))
}
