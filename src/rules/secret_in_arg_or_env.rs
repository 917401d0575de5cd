//! A secret is passed by ARG or ENV.
//!
//! The value of an ENV stands in the image's configuration, that of an ARG in its history: whoever can
//! pull the image can read both. Only names are looked at. Mount secrets where they are needed, with
//! `RUN --mount=type=secret,id=NAME`, and let the workspace's platform set those that people need.

use std::sync::LazyLock;

use regex::Regex;

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::{Keyword, Pair};

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
    for step in &text.walk().steps {
        let name = match step.instruction.keyword {
            Keyword::Arg => "ARG",
            Keyword::Env => "ENV",
            _ => continue,
        };
        for pair in step.instruction.pairs().iter().filter(|pair| is_secret(pair)) {
            let quoted = crate::syntax::quoted(&pair.key.text);
            let message = format!("Do not use ARG or ENV instructions for sensitive data ({name} {quoted})");
            let place = Place::here(step.span(pair.key.range.clone()));
            report
                .say_at(place, Certainty::Certain, message)
                .stage(text.stage_name(step.stage));
        }
    }
}

fn is_secret(pair: &Pair) -> bool {
    let key = pair.key.text.as_str();
    SECRET.is_match(key) && !HARMLESS.is_match(key)
}
