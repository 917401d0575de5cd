//! What looks like a JSON array is none.
//!
//! BuildKit then takes it for plain text and says nothing: RUN, CMD, ENTRYPOINT and HEALTHCHECK give it
//! to a shell, which looks for a program called `[` or `[echo,`; COPY, ADD and VOLUME split it at its
//! blanks and keep brackets, quotes and commas in the names. JSON wants double quotes, commas between
//! and none at the end, and nothing after the bracket.

use super::text::{edit, meant};
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};
use crate::syntax::{Args, Instruction, Keyword};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    fix: Some(Safety::Suggested),
    ..Rule::form(
        "json-array-invalid",
        Severity::Warning,
        check,
        include_str!("json_array_invalid.rs"),
    )
};

/// Says each text that was meant for an array.
pub fn check(text: &Text, report: &mut Report) {
    for (_, instruction) in text.instructions() {
        let inner = instruction.trigger.as_deref().unwrap_or(instruction);
        if let Some(range) = text_range(inner) {
            judge(inner, range, report);
        }
    }
}

/// The text that is no array, of an instruction that takes one.
fn text_range(instruction: &Instruction) -> Option<std::ops::Range<u32>> {
    let range = match &instruction.args {
        Args::Text(word) => word.range.clone(),
        Args::Words(words) => words.first()?.range.start..words.last()?.range.end,
        Args::Health(_, rest) => match &**rest {
            Args::Text(word) => word.range.clone(),
            _ => return None,
        },
        _ => return None,
    };
    let starts = instruction.text.text().as_bytes().get(range.start as usize) == Some(&b'[');
    starts.then_some(range)
}

fn judge(instruction: &Instruction, range: std::ops::Range<u32>, report: &mut Report) {
    let text = &instruction.text.text()[range.start as usize..range.end as usize];
    let Some(meant) = meant(instruction.keyword, text) else {
        return;
    };
    let what_happens = match instruction.keyword {
        Keyword::Copy | Keyword::Add | Keyword::Volume => "it is split at its blanks, brackets and all",
        _ => "a shell gets it, brackets and all",
    };
    let message = format!("this is no JSON array, since {}: {what_happens}", meant.fault);
    let place = Place::here(instruction.text.span(range.clone()));
    let said = report.say_at(place, Certainty::Certain, message);
    if let Some(array) = meant.array
        && let Some(edit) = edit(instruction, range, array)
    {
        said.fix("write the array that was meant", Safety::Suggested, vec![edit]);
    }
}
