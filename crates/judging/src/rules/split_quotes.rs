//! Quotes do not hold words together here.
//!
//! COPY, ADD, VOLUME and EXPOSE split their words at blanks, whatever the quotes: `COPY "a b" /c` copies
//! `"a` and `b"`, and fails on the quote. Names with blanks need the JSON form: `COPY ["a b", "/c"]`.

use super::text::edit;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};
use crate::syntax::{Args, Instruction, Keyword, Word};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    fix: Some(Safety::Suggested),
    ..Rule::form(
        "split-quotes",
        Severity::Warning,
        check,
        include_str!("split_quotes.rs"),
    )
};

/// Says the first quote of an instruction that was meant to hold words together.
pub fn check(text: &Text, report: &mut Report) {
    for (_, instruction) in text.instructions() {
        let inner = instruction.trigger.as_deref().unwrap_or(instruction);
        let splits = matches!(
            inner.keyword,
            Keyword::Copy | Keyword::Add | Keyword::Volume | Keyword::Expose
        );
        let Args::Words(words) = &inner.args else { continue };
        let has_quotes = || words.iter().any(|word| word.text.contains(['"', '\'']));
        if !splits || !has_quotes() || words.first().is_some_and(|word| word.text.starts_with('[')) {
            continue;
        }
        judge(inner, words, text.tree.escape, report);
    }
}

fn judge(instruction: &Instruction, words: &[Word], escape: char, report: &mut Report) {
    let mut quote = None;
    let mut opened = 0;
    let mut first: Option<(usize, usize)> = None;
    let mut groups: Vec<String> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let was_open = quote.is_some();
        if !was_open {
            opened = index;
            groups.push(String::new());
        }
        let Some(group) = groups.last_mut() else { return };
        if was_open {
            group.push(' ');
        }
        let mut signs = word.text.chars();
        while let Some(sign) = signs.next() {
            match quote {
                _ if sign == escape && quote != Some('\'') => group.extend(signs.next()),
                Some(mark) if sign == mark => quote = None,
                None if sign == '"' || sign == '\'' => quote = Some(sign),
                _ => group.push(sign),
            }
        }
        if quote.is_none() && was_open {
            first.get_or_insert((opened, index));
        }
    }
    let Some((from, to)) = first else { return };
    let count = to - from + 1;
    let message = format!("quotes do not hold words together here: these are {count} words");
    let place = Place::here(
        instruction
            .text
            .span(words[from].range.start..words[to].range.end),
    );
    let said = report.say_at(place, Certainty::Certain, message);
    let strings: Result<Vec<String>, _> = groups.iter().map(serde_json::to_string).collect();
    let (Ok(strings), Some(first), Some(last)) = (strings, words.first(), words.last()) else {
        return;
    };
    if quote.is_none()
        && instruction.keyword != Keyword::Expose
        && let Some(edit) = edit(
            instruction,
            first.range.start..last.range.end,
            format!("[{}]", strings.join(", ")),
        )
    {
        said.fix("write it as a JSON array", Safety::Suggested, vec![edit]);
    }
}
