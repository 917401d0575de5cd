//! A key and its value are joined by a blank.
//!
//! `ENV key value` is the old form: all that follows is the value, so a second pair on the line, or on
//! the next one after an escape character, becomes part of the first. Write `key=value`.

use super::text::{edit, told};
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Edit, Place, Safety, Severity};
use crate::syntax::{Instruction, Keyword, Pair};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["LegacyKeyValueFormat"],
    fix: Some(Safety::Safe),
    ..Rule::form(
        "legacy-key-value",
        Severity::Info,
        check,
        include_str!("legacy_key_value.rs"),
    )
};

/// Says each ENV and LABEL in the old form.
pub fn check(text: &Text, report: &mut Report) {
    for step in &text.walk().steps {
        let instruction = step.instruction;
        if !matches!(instruction.keyword, Keyword::Env | Keyword::Label) {
            continue;
        }
        for pair in instruction.pairs().iter().filter(|pair| pair.legacy) {
            let name = instruction.raw_keyword.as_str();
            let message =
                format!("\"{name} key=value\" should be used instead of legacy \"{name} key value\" format");
            let place = Place::here(step.span(pair.key.range.clone()));
            let said = told(text, report, step, place, Certainty::Certain, message);
            if let Some(edits) = mended(instruction, pair, text.tree.escape).filter(|_| step.run_at.is_none())
            {
                said.fix("join them by `=`", Safety::Safe, edits);
            }
        }
    }
}

/// The same pair in the form `key=value`; none where the value crosses lines or cannot be quoted.
fn mended(instruction: &Instruction, pair: &Pair, escape: char) -> Option<Vec<Edit>> {
    let value = pair.value.as_ref()?;
    let spans = instruction.text.spans(pair.key.range.start..value.range.end);
    if spans.len() != 1 || value.text.is_empty() {
        return None;
    }
    let between = pair.key.range.end..value.range.start;
    if is_one_word(&value.text, escape) {
        return Some(vec![edit(instruction, between, "=")?]);
    }
    if value.text.contains(['"', '\'', escape]) {
        return None;
    }
    let end = value.range.end..value.range.end;
    Some(vec![
        edit(instruction, between, "=\"")?,
        edit(instruction, end, "\"")?,
    ])
}

/// Whether the words of the new form would keep it together.
fn is_one_word(value: &str, escape: char) -> bool {
    let mut quote = None;
    let mut signs = value.chars();
    while let Some(sign) = signs.next() {
        if sign == escape && quote != Some('\'') {
            // The new form drops one at the very end.
            if signs.next().is_none() {
                return false;
            }
            continue;
        }
        match quote {
            Some(mark) if sign == mark => quote = None,
            Some(_) => {}
            None if sign == '"' || sign == '\'' => quote = Some(sign),
            None if sign.is_whitespace() => return false,
            None => {}
        }
    }
    quote.is_none()
}
