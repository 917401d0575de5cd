//! A flag does nothing.
//!
//! ARG and STOPSIGNAL do not look at their flags, and neither does `HEALTHCHECK NONE`: any word that
//! begins with `--` is dropped, also one that does not exist. Remove it.

use super::text::edit;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};
use crate::syntax::{Args, Keyword};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    fix: Some(Safety::Safe),
    ..Rule::form(
        "ignored-flag",
        Severity::Warning,
        check,
        include_str!("ignored_flag.rs"),
    )
};

/// Says each flag that nobody looks at.
pub fn check(text: &Text, report: &mut Report) {
    for (_, instruction) in text.instructions() {
        let inner = instruction.trigger.as_deref().unwrap_or(instruction);
        let drops = match &inner.args {
            Args::Health(kind, _) => kind.text.eq_ignore_ascii_case("none"),
            _ => matches!(inner.keyword, Keyword::Arg | Keyword::Stopsignal),
        };
        if !drops {
            continue;
        }
        for flag in &inner.flags {
            let who = match &inner.args {
                Args::Health(kind, _) => format!("{} {}", inner.raw_keyword, kind.text),
                _ => inner.raw_keyword.clone(),
            };
            let message = format!("`{}` does nothing: {who} looks at no flags", flag.text);
            let place = Place::here(inner.text.span(flag.range.clone()));
            let said = report.say_at(place, Certainty::Certain, message);
            let text = inner.text.text();
            let rest = &text[flag.range.end as usize..];
            let blanks = (rest.len() - rest.trim_start().len()) as u32;
            if let Some(edit) = edit(inner, flag.range.start..flag.range.end + blanks, "") {
                said.fix("remove it", Safety::Safe, vec![edit]);
            }
        }
    }
}
