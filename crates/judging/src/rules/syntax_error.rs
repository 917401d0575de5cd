//! BuildKit refuses to build this.
//!
//! The build stops here before anything runs: the text cannot be read, or a word, an option or a stage
//! in it means nothing. The message is BuildKit's own; it would tell the first such fault of a file and
//! stop, here each bad instruction is told, those of stages that nothing needs and those after ONBUILD
//! as well. Where a variable's value is not known, nothing is said. Mend the instruction at the place
//! that is named.

use std::collections::HashSet;

use super::{Finding, Rule};
use crate::conversion;
use crate::finding::{Certainty, Place, Related, Severity};
use crate::invocation::Invocation;
use crate::source::{Source, Span};
use crate::stages::Stages;
use crate::syntax::{Keyword, NO_STAGE, Tree};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL1000", "DL3011", "DL3043", "DL3061"],
    ..Rule::elsewhere("syntax-error", Severity::Error, include_str!("syntax_error.rs"))
};

/// The id under which others know a refusal.
fn ids(message: &str) -> &'static [&'static str] {
    if message == NO_STAGE {
        &["DL3061"]
    } else if message.contains("isn't allowed") {
        &["DL3043"]
    } else if message.starts_with("invalid containerPort") || message.starts_with("invalid hostPort") {
        &["DL3011"]
    } else {
        &["DL1000"]
    }
}

/// What BuildKit says of no text at all, before it reads any.
const EMPTY: &str = "the Dockerfile cannot be empty";

/// Says what could not be read, and what no build can be made of.
pub fn check(
    source: &Source,
    tree: &Tree,
    stages: &Stages,
    invocation: &Invocation,
    findings: &mut Vec<Finding>,
) {
    for error in &tree.errors {
        let message = if source.text().is_empty() {
            EMPTY.to_owned()
        } else {
            error.message.clone()
        };
        findings.push(finding(message, error.span, Certainty::Certain));
    }
    // BuildKit stops at the first instruction that stands in no stage; those behind it stand in none either.
    // A file without any is a piece of one, and is told that once.
    let has_stage = tree.instructions.iter().any(|one| one.keyword == Keyword::From);
    let first = tree.errors.iter().find(|one| one.message == NO_STAGE);
    if let Some(first) = first.filter(|_| has_stage) {
        let before = tree.instructions.iter().enumerate();
        let before = before.take_while(|(_, one)| one.keyword != Keyword::From);
        let told: HashSet<usize> = tree.errors.iter().filter_map(|error| error.instruction).collect();
        for (index, instruction) in before.skip(first.instruction.map_or(0, |index| index + 1)) {
            if instruction.keyword != Keyword::Arg && !told.contains(&index) {
                let span = instruction.keyword_span;
                findings.push(finding(NO_STAGE.to_owned(), span, Certainty::Certain));
            }
        }
    }
    for refusal in conversion::refusals(source, tree, stages, invocation) {
        let also = |span: &Span| Related {
            message: "this takes part".to_owned(),
            place: Place::here(*span),
        };
        findings.push(Finding {
            related: refusal.related.iter().map(also).collect(),
            ..finding(refusal.message, refusal.span, refusal.certainty)
        });
    }
}

/// A refusal at a place of the file.
pub fn finding(message: String, span: Span, certainty: Certainty) -> Finding {
    Finding {
        rule: RULE.name,
        aliases: ids(&message).to_vec(),
        severity: Severity::Error,
        certainty,
        message,
        help: None,
        place: Place::here(span),
        stage: None,
        related: Vec::new(),
        fix: None,
    }
}
