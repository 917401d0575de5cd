//! A flag stands after the first argument.
//!
//! Flags come first: `COPY a --link b` copies two files, `a` and `--link`, and what follows
//! `HEALTHCHECK CMD` is the command. Move the flag to the keyword.

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::{Args, Instruction, Keyword, Word};

/// Its entry in the list.
pub const RULE: Rule = Rule::form(
    "flag-after-argument",
    Severity::Warning,
    check,
    include_str!("flag_after_argument.rs"),
);

/// Says each word that would be a flag if it came first.
pub fn check(text: &Text, report: &mut Report) {
    for (_, instruction) in text.instructions() {
        let inner = instruction.trigger.as_deref().unwrap_or(instruction);
        for (range, name) in misplaced(inner) {
            let what = match inner.keyword {
                Keyword::Healthcheck => "is part of the command",
                _ => "is the name of a file",
            };
            let message = format!("`--{name}` {what} here: flags stand before the first argument");
            let place = Place::here(inner.text.span(range));
            report.say_at(place, Certainty::Certain, message);
        }
    }
}

fn misplaced(instruction: &Instruction) -> Vec<(std::ops::Range<u32>, String)> {
    let (words, known): (&[Word], &[&str]) = match (instruction.keyword, &instruction.args) {
        (Keyword::Copy, _) => (
            instruction.words(),
            &["from", "chown", "chmod", "link", "parents", "exclude"],
        ),
        (Keyword::Add, _) => (
            instruction.words(),
            &[
                "chown",
                "chmod",
                "link",
                "checksum",
                "keep-git-dir",
                "unpack",
                "exclude",
            ],
        ),
        (Keyword::Healthcheck, Args::Health(_, rest)) => (
            rest.words(),
            &["interval", "timeout", "start-period", "start-interval", "retries"],
        ),
        _ => return Vec::new(),
    };
    let name = |text: &str| {
        let text = text.trim_start_matches(['"', '\'']).strip_prefix("--")?;
        let end = text.find(|sign: char| sign == '=' || sign.is_whitespace() || sign == '"');
        let name = &text[..end.unwrap_or(text.len())];
        known.contains(&name).then(|| name.to_owned())
    };
    let found = words.iter().filter_map(|word| {
        let name = name(&word.text)?;
        let length = word.text.find(char::is_whitespace).unwrap_or(word.text.len()) as u32;
        let end = word.range.end.min(word.range.start + length.max(1));
        let range = if instruction.is_json() {
            word.range.clone()
        } else {
            word.range.start..end
        };
        Some((range, name))
    });
    found.collect()
}
