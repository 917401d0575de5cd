//! A secret is passed by ARG or ENV.
//!
//! The value of an ENV stands in the image's configuration, that of an ARG in its history: whoever can
//! pull the image can read both. Only names are looked at. Mount secrets where they are needed, with
//! `RUN --mount=type=secret,id=NAME`, and let the workspace's platform set those that people need.

use std::sync::LazyLock;

use regex::Regex;

use super::text::told;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["SecretsUsedInArgOrEnv", "DL3064"],
    ..Rule::form(
        "secret-in-arg-or-env",
        Severity::Warning,
        check,
        include_str!("secret_in_arg_or_env.rs"),
    )
};

/// Parts of names that are secrets, as BuildKit knows them.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    let words = "apikey|auth|credential|credentials|key|password|pword|passwd|secret|token";
    Regex::new(&format!("(?i)(?:_|^)(?:{words})(?:_|$)")).expect("a constant pattern")
});

/// Parts of names that make them harmless.
static HARMLESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("(?i)(?:_|^)(?:public|file|version)(?:_|$)").expect("a constant pattern"));

/// Says each key that has the name of a secret.
pub fn check(text: &Text, report: &mut Report) {
    global_arguments(text, report);
    for step in &text.walk().steps {
        let name = match step.instruction.keyword {
            Keyword::Arg => "ARG",
            Keyword::Env => "ENV",
            _ => continue,
        };
        for pair in step.instruction.pairs() {
            let expanded = step.values.iter().find(|value| value.range == pair.key.range);
            let key = expanded.map_or(pair.key.text.as_str(), |value| &value.text);
            if !is_secret(key) {
                continue;
            }
            let quoted = crate::syntax::quoted(key);
            let message = format!("Do not use ARG or ENV instructions for sensitive data ({name} {quoted})");
            let place = Place::here(step.span(pair.key.range.clone()));
            told(text, report, step, place, Certainty::Certain, message);
        }
    }
}

/// Arguments before the first FROM: BuildKit does not look at them, yet they stand in the history of every
/// stage that takes them over.
fn global_arguments(text: &Text, report: &mut Report) {
    let before = text
        .instructions()
        .take_while(|(_, one)| one.keyword != Keyword::From);
    for (_, instruction) in before.filter(|(_, one)| one.keyword == Keyword::Arg) {
        for pair in instruction
            .pairs()
            .iter()
            .filter(|pair| is_secret(&pair.key.text))
        {
            let quoted = crate::syntax::quoted(&pair.key.text);
            let message = format!("Do not use ARG or ENV instructions for sensitive data (ARG {quoted})");
            let place = Place::here(instruction.text.span(pair.key.range.clone()));
            report
                .say_at(place, Certainty::Certain, message)
                .aliases(&["DL3064"]);
        }
    }
}

fn is_secret(key: &str) -> bool {
    SECRET.is_match(key) && !HARMLESS.is_match(key)
}
