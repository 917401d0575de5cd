//! A value holds what was meant to be a pair of its own.
//!
//! `ENV A 1 B=2` is the old form: A is `1 B=2`, and B is never set; a line that is joined to it belongs
//! to the value as well. `ENV A = 1` gives A the value `= 1`. Write every pair as `key=value`.

use super::text::edit;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};
use crate::syntax::{Instruction, Keyword, Pair, Word};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    fix: Some(Safety::Suggested),
    ..Rule::form(
        "swallowed-pair",
        Severity::Warning,
        check,
        include_str!("swallowed_pair.rs"),
    )
};

/// Says each pair that is part of another's value.
pub fn check(text: &Text, report: &mut Report) {
    for (_, instruction) in text.instructions() {
        let inner = instruction.trigger.as_deref().unwrap_or(instruction);
        if !matches!(inner.keyword, Keyword::Env | Keyword::Label) {
            continue;
        }
        if let [pair] = inner.pairs()
            && pair.legacy
            && let Some(value) = &pair.value
            && value.text.contains('=')
        {
            judge(inner, pair, value, report);
        }
    }
}

fn judge(instruction: &Instruction, pair: &Pair, value: &Word, report: &mut Report) {
    let key = &pair.key.text;
    let written = instruction.written(value);
    if let Some(rest) = written.strip_prefix('=') {
        let message = format!("the value of `{key}` begins with `=`: no blanks may stand around it");
        let sign = value.range.start..value.range.start + 1;
        let said = report.say_at(
            Place::here(instruction.text.span(sign)),
            Certainty::Certain,
            message,
        );
        let meant = rest.trim_start();
        let end = value.range.end.saturating_sub(meant.len() as u32);
        if !meant.is_empty()
            && !meant.contains(char::is_whitespace)
            && let Some(edit) = edit(instruction, pair.key.range.end..end, "=")
        {
            said.fix("write it without blanks", Safety::Suggested, vec![edit]);
        }
        return;
    }
    let joints = joints(instruction);
    let mut joints = joints.iter().copied().peekable();
    for (position, (at, token)) in tokens(written).into_iter().enumerate() {
        let start = value.range.start + at;
        let mut is_first_of_line = false;
        while joints.peek().is_some_and(|joint| *joint <= start) {
            joints.next();
            is_first_of_line = true;
        }
        let Some((name, _)) = token.split_once('=').filter(|(name, _)| is_name(name)) else {
            continue;
        };
        // `A=1 B=2` as a whole may be a list that some program reads.
        let starts_as_pair = position == 0 || is_first_token_pair(written);
        let certainty = match (is_first_of_line, starts_as_pair) {
            (true, _) => Certainty::Certain,
            (false, true) => continue,
            (false, false) if name.bytes().all(|byte| !byte.is_ascii_lowercase()) => Certainty::Certain,
            (false, false) => continue,
        };
        let message = format!("`{name}` is never set: `{token}` is part of the value of `{key}`");
        let place = Place::here(instruction.text.span(start..start + token.len() as u32));
        let said = report.say_at(place, certainty, message);
        said.related(
            Place::here(instruction.text.span(pair.key.range.clone())),
            "the key whose value it is part of",
        );
        return;
    }
}

fn is_first_token_pair(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    first.split_once('=').is_some_and(|(name, _)| is_name(name))
}

fn is_name(text: &str) -> bool {
    let start = |sign: u8| sign == b'_' || sign.is_ascii_alphabetic();
    text.len() > 1
        && text.bytes().next().is_some_and(start)
        && text
            .bytes()
            .all(|sign| matches!(sign, b'_' | b'.' | b'-') || sign.is_ascii_alphanumeric())
}

/// Offsets in the text at which another line was joined.
fn joints(instruction: &Instruction) -> Vec<u32> {
    let mut at = 0;
    let whole = 0..instruction.text.text().len() as u32;
    let spans = instruction.text.spans(whole);
    let ends = spans.iter().map(|span| {
        at += span.end - span.start;
        at
    });
    let mut ends: Vec<u32> = ends.collect();
    ends.pop();
    ends
}

/// The words of a value outside of quotes, each with its offset.
fn tokens(text: &str) -> Vec<(u32, &str)> {
    let mut tokens = Vec::new();
    let mut start = None;
    let mut quote = None;
    for (at, sign) in text.char_indices() {
        match quote {
            Some(mark) if sign == mark => quote = None,
            Some(_) => {}
            None if sign.is_whitespace() => {
                if let Some(start) = start.take() {
                    tokens.push((start as u32, &text[start..at]));
                }
                continue;
            }
            None if sign == '"' || sign == '\'' => quote = Some(sign),
            None => {}
        }
        start.get_or_insert(at);
    }
    if let Some(start) = start {
        tokens.push((start as u32, &text[start..]));
    }
    tokens
}
