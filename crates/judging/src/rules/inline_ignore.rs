//! A comment of hadolint's silences findings.
//!
//! Some want exceptions in one config file alone, where they can be looked over. The rule is off until the
//! config turns it on; then move what the comment says to `ignore` in the config.

use super::{Levels, Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL1001"],
    levels: Levels::nowhere(),
    ..Rule::form(
        "inline-ignore",
        Severity::Info,
        check,
        include_str!("inline_ignore.rs"),
    )
};

/// Says each comment that ignores for one instruction.
pub fn check(text: &Text, report: &mut Report) {
    for comment in &text.tree.comments {
        let bytes = text.source.slice(comment.span);
        let Some(body) = str::from_utf8(bytes).ok().and_then(|text| text.strip_prefix('#')) else {
            continue;
        };
        let rest = body.trim_start().strip_prefix("hadolint").map(str::trim_start);
        let codes = rest
            .and_then(|rest| rest.strip_prefix("ignore"))
            .and_then(|rest| rest.trim_start().strip_prefix('='));
        if codes.is_some() {
            report.say_at(
                Place::here(comment.span),
                Certainty::Certain,
                "a comment silences findings",
            );
        }
    }
}
