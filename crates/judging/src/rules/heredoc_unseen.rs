//! A here-document is not seen, and its lines are read as instructions.
//!
//! BuildKit looks for `<<NAME` as a word of its own, in RUN, COPY and ADD alone, and gives up where the
//! quotes of the line do not match: an apostrophe is enough. Then the body is a row of unknown
//! instructions. Put a blank before `<<`, or close the quote.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::{Instruction, Keyword, Lexer};

/// Its entry in the list.
pub const RULE: Rule = Rule::form(
    "heredoc-unseen",
    Severity::Warning,
    check,
    include_str!("heredoc_unseen.rs"),
);

static OPENER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:^|[^<])(<<-?[ \t]*["']?([A-Za-z_][A-Za-z0-9_]*)["']?)"#).expect("a constant pattern")
});

/// Says each opener after which a line with its name follows that is no end of anything.
pub fn check(text: &Text, report: &mut Report) {
    let mut ends: Option<HashMap<&str, usize>> = None;
    for (index, instruction) in text.tree.instructions.iter().enumerate() {
        if !instruction.heredocs.is_empty()
            || instruction.is_json()
            || memchr::memmem::find(instruction.text.text().as_bytes(), b"<<").is_none()
        {
            continue;
        }
        for found in OPENER.captures_iter(instruction.text.text()) {
            let (Some(opener), Some(name)) = (found.get(1), found.get(2)) else {
                continue;
            };
            let ends = ends.get_or_insert_with(|| {
                let all = text.tree.instructions.iter().enumerate();
                let alone = all
                    .filter(|(_, one)| one.keyword == Keyword::Unknown && one.text.text() == one.raw_keyword);
                alone
                    .map(|(index, one)| (one.raw_keyword.as_str(), index))
                    .collect()
            });
            if ends.get(name.as_str()).is_none_or(|end| *end <= index) {
                continue;
            }
            let message = format!(
                "`{}` begins no here-document: {}",
                opener.as_str(),
                reason(instruction, opener.as_str())
            );
            let range = opener.start() as u32..opener.end() as u32;
            let place = Place::here(instruction.text.span(range));
            report.say_at(place, Certainty::Certain, message);
            break;
        }
    }
}

fn reason(instruction: &Instruction, opener: &str) -> String {
    let inner = instruction.trigger.as_deref().unwrap_or(instruction);
    if !matches!(inner.keyword, Keyword::Run | Keyword::Copy | Keyword::Add) {
        return format!("{} takes none", inner.raw_keyword);
    }
    let lexer = Lexer {
        raw_quotes: true,
        raw_escapes: true,
        skip_unset_env: true,
        ..Lexer::default()
    };
    match lexer.expand_words(instruction.text.line(), &()) {
        Err(error) => error.reason,
        Ok(_) if opener.starts_with("<<- ") => "a blank stands after the dash".to_owned(),
        Ok(_) => "it is part of a longer word".to_owned(),
    }
}
