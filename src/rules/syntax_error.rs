//! BuildKit refuses to read this.
//!
//! The build stops here before anything runs. The message is BuildKit's own; it would tell the first
//! such fault of a file and stop, here each bad instruction is told. Mend the instruction at the place
//! that is named.

use super::{Checks, Finding, Rule};
use crate::finding::{Certainty, Place, Severity};
use crate::source::Span;
use crate::syntax::Tree;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere("syntax-error", Severity::Error, include_str!("syntax_error.rs"));

/// Says what reading could not read.
pub fn check(tree: &Tree, checks: &Checks, findings: &mut Vec<Finding>) {
    if let Some((message, span)) = &checks.error {
        findings.push(refused(message, *span));
    }
    for error in &tree.errors {
        findings.push(refused(&error.message, error.span));
    }
}

fn refused(message: &str, span: Span) -> Finding {
    Finding {
        rule: RULE.name,
        aliases: Vec::new(),
        severity: Severity::Error,
        certainty: Certainty::Certain,
        message: message.to_owned(),
        help: None,
        place: Place::here(span),
        stage: None,
        related: Vec::new(),
        fix: None,
    }
}
