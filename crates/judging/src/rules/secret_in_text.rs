//! A secret stands in the Dockerfile.
//!
//! It is in the repository and in the history of every image that is built, for whoever may read either,
//! and taking the line out later changes nothing about those. Known tokens, private keys and passwords in
//! addresses are found by their shape, in instructions and heredocs; a value that looks random where a
//! name says that it is secret is told as possible. Words that only stand for a secret (`changeme`, `<token>`, an
//! example of a manual) are not. Only the first characters are printed.
//!
//! Revoke it where it came from, and mount a new one where it is needed: `RUN --mount=type=secret,id=NAME`.

use super::secrets;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::source::Span;
use crate::syntax::Instruction;

/// Its entry in the list.
pub const RULE: Rule = Rule::form(
    "secret-in-text",
    Severity::Error,
    check,
    include_str!("secret_in_text.rs"),
);

/// Says each secret.
pub fn check(text: &Text, report: &mut Report) {
    for instruction in &text.tree.instructions {
        for (kind, shown, span, certainty) in found(text, instruction) {
            report
                .say_at(
                    Place::here(span),
                    certainty,
                    format!("{kind} stands here: `{shown}…`"),
                )
                .help("revoke it, and mount a new one with `RUN --mount=type=secret,id=NAME`");
        }
    }
}

type Found = (&'static str, String, Span, Certainty);

fn found(text: &Text, instruction: &Instruction) -> Vec<Found> {
    let joined = instruction.text.text();
    let in_text = secrets::find(joined).into_iter().map(|secret| {
        let range = secret.range.start as u32..secret.range.end as u32;
        let shown = first(&joined[secret.range.clone()]);
        (secret, shown, instruction.text.span(range))
    });
    let mut all: Vec<_> = in_text.collect();
    for heredoc in &instruction.heredocs {
        // A body that is no text holds no token.
        let Ok(body) = str::from_utf8(text.source.slice(heredoc.body)) else {
            continue;
        };
        let start = heredoc.body.start;
        all.extend(secrets::find(body).into_iter().map(|secret| {
            let span = Span {
                start: start + secret.range.start as u32,
                end: start + secret.range.end as u32,
            };
            let shown = first(&body[secret.range.clone()]);
            (secret, shown, span)
        }));
    }
    let told = |(secret, shown, span): (secrets::Secret, String, Span)| {
        let certainty = match secret.is_certain {
            true => Certainty::Certain,
            false => Certainty::Possible,
        };
        (secret.kind, shown, span, certainty)
    };
    all.into_iter().map(told).collect()
}

/// The first characters: of a token what all of its kind begin with, of a short password nearly nothing.
fn first(secret: &str) -> String {
    let shown = if secret.len() >= 16 { 4 } else { 1 };
    secret.chars().take(shown).collect()
}
