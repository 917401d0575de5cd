//! A secret is passed by ARG or ENV.
//!
//! The value of an ENV stands in the image's configuration, that of an ARG in its history: whoever can
//! pull the image can read both. Only names are looked at. Mount secrets where they are needed, with
//! `RUN --mount=type=secret,id=NAME`, and let the workspace's platform set those that people need.
//!
//! BuildKit knows the words between underscores; names that run words together (`PGPASSWORD`,
//! `secretKey`) are told as well. Unlike for hadolint, a user's name, a folder and whatever has `private`
//! or `secret` as a part of another word are no secrets.

use std::sync::LazyLock;

use regex::Regex;

use super::text::told;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::{Instruction, Keyword};

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

/// Names that run words together and end in what is a secret, or begin with it in a word of their own.
static RUN_TOGETHER: LazyLock<Regex> = LazyLock::new(|| {
    let ends = "(?i:password|passwd|secret|apikey|authtoken|accesstoken)$";
    let humps =
        "(?:^|_|[a-z0-9])(?:[Pp]assword|[Ss]ecret|[Tt]oken|(?:[Aa]pi|[Cc]lient|[Pp]rivate)Key)(?:_|$|[A-Z])";
    Regex::new(&format!("{ends}|{humps}")).expect("a constant pattern")
});

/// Ends of such names that make them harmless.
static HARMLESS_END: LazyLock<Regex> = LazyLock::new(|| {
    let words = "file|path|dir|folder|url|uri|host|user|username|name|id|ttl|length|type|version|class";
    Regex::new(&format!("(?i)(?:{words})$")).expect("a constant pattern")
});

/// Says each key that has the name of a secret.
pub fn check(text: &Text, report: &mut Report) {
    global_arguments(text, report);
    for step in &text.walk().steps {
        let name = match step.instruction.keyword {
            Keyword::Arg => "ARG",
            Keyword::Env => "ENV",
            Keyword::Onbuild => {
                if let Some(trigger) = step
                    .instruction
                    .trigger
                    .as_deref()
                    .filter(|_| step.run_at.is_none())
                {
                    unchecked(trigger, report);
                }
                continue;
            }
            _ => continue,
        };
        for pair in step.instruction.pairs() {
            let expanded = step.values.iter().find(|value| value.range == pair.key.range);
            let key = expanded.map_or(pair.key.text.as_str(), |value| &value.text);
            let Some(ids) = ids(key) else { continue };
            let quoted = crate::syntax::quoted(key);
            let message = format!("Do not use ARG or ENV instructions for sensitive data ({name} {quoted})");
            let place = Place::here(step.span(pair.key.range.clone()));
            told(text, report, step, place, Certainty::Certain, message).aliases(ids);
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
        unchecked(instruction, report);
    }
}

/// Keys of an instruction at which BuildKit does not look where it stands: one before the first FROM, and
/// a trigger, which sets its variables in what is built from the image.
fn unchecked(instruction: &Instruction, report: &mut Report) {
    let name = match instruction.keyword {
        Keyword::Arg => "ARG",
        Keyword::Env => "ENV",
        _ => return,
    };
    for pair in instruction
        .pairs()
        .iter()
        .filter(|pair| ids(&pair.key.text).is_some())
    {
        let quoted = crate::syntax::quoted(&pair.key.text);
        let message = format!("Do not use ARG or ENV instructions for sensitive data ({name} {quoted})");
        let place = Place::here(instruction.text.span(pair.key.range.clone()));
        report
            .say_at(place, Certainty::Certain, message)
            .aliases(&["DL3064"]);
    }
}

/// The ids under which others know the name of a secret; none if it is none.
fn ids(key: &str) -> Option<&'static [&'static str]> {
    if HARMLESS.is_match(key) {
        None
    } else if SECRET.is_match(key) {
        Some(RULE.aliases)
    } else {
        let is_secret = RUN_TOGETHER.is_match(key) && !HARMLESS_END.is_match(key);
        is_secret.then_some(&["DL3064"])
    }
}
