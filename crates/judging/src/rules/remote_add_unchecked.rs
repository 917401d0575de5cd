//! ADD loads a file from the net, and nobody checks what comes.
//!
//! The server may send something else tomorrow, and the image changes without a word. Where a checksum is
//! given, BuildKit compares it before anything is written, and knows without a download whether the file
//! is already there.
//!
//! Write `ADD --checksum=sha256:… URL FILE`; for a git repository, name a commit.

use super::text::told;
use super::{Levels, Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::workspaces(Severity::Info)
    },
    ..Rule::form(
        "remote-add-unchecked",
        Severity::Warning,
        check,
        include_str!("remote_add_unchecked.rs"),
    )
};

/// Says each address without a checksum.
pub fn check(text: &Text, report: &mut Report) {
    for step in &text.walk().steps {
        let instruction = step.instruction;
        if instruction.keyword != Keyword::Add || instruction.flag("checksum").is_some() {
            continue;
        }
        for source in &step.values {
            let address = source.text.as_str();
            let is_file = (address.starts_with("https://") || address.starts_with("http://"))
                && !address
                    .split(['#', '?'])
                    .next()
                    .unwrap_or_default()
                    .ends_with(".git");
            if is_file {
                let place = Place::here(step.span(source.range.clone()));
                let message = format!("whatever `{address}` sends is taken");
                let said = told(text, report, step, place, Certainty::Certain, message);
                said.help("give it a checksum: `ADD --checksum=sha256:… URL FILE`");
            }
        }
    }
}
