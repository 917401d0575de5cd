//! A stage is named with capitals.
//!
//! BuildKit folds the name to small letters. `COPY --from` and `--target` find it in any case, but a
//! later `FROM` compares letter by letter: `FROM Builder` is then an image of that name and not the
//! stage. Name stages in small letters, here and wherever they are meant.

use super::text::edit;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Edit, Place, Safety, Severity};
use crate::syntax::{Instruction, Keyword};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["StageNameCasing"],
    fix: Some(Safety::Safe),
    ..Rule::form(
        "stage-name-casing",
        Severity::Style,
        check,
        include_str!("stage_name_casing.rs"),
    )
};

/// Says each name that is not in small letters.
pub fn check(text: &Text, report: &mut Report) {
    for (_, from) in text
        .instructions()
        .filter(|(_, one)| one.keyword == Keyword::From)
    {
        let [_, _, name] = from.words() else { continue };
        let lower = name.text.to_lowercase();
        if lower == name.text {
            continue;
        }
        let message = format!("Stage name '{}' should be lowercase", name.text);
        let place = Place::here(from.text.span(name.range.clone()));
        let said = report
            .say_at(place, Certainty::Certain, message)
            .stage(lower.clone());
        let Some(own) = edit(from, name.range.clone(), lower.clone()) else {
            continue;
        };
        let mut edits = vec![own];
        let mut safety = Safety::Safe;
        for (_, other) in text
            .instructions()
            .filter(|(_, other)| other.span.start > from.span.end)
        {
            if other.keyword == Keyword::From {
                // As it stands it is an image of that name, which no registry can have.
                let named = other.words().first().filter(|word| word.text == name.text);
                if let Some(mended) = named.and_then(|word| edit(other, word.range.clone(), lower.clone())) {
                    safety = Safety::Suggested;
                    edits.push(mended);
                }
            } else {
                edits.extend(mended_flag(other, &name.text, &lower));
            }
        }
        said.fix(format!("name it `{lower}`"), safety, edits);
    }
}

/// The edits of flags that mean the stage by the name as it is written.
fn mended_flag(instruction: &Instruction, name: &str, lower: &str) -> Vec<Edit> {
    let flag_name = match instruction.keyword {
        Keyword::Copy => "from",
        Keyword::Run => "mount",
        _ => return Vec::new(),
    };
    let mut edits = Vec::new();
    for flag in instruction.flags_named(flag_name) {
        let raw = &instruction.text.text()[flag.range.start as usize..flag.range.end as usize];
        let wanted = format!("from={name}");
        for (at, _) in raw.match_indices(&wanted) {
            let after = raw[at + wanted.len()..].chars().next();
            if after.is_none_or(|sign| matches!(sign, ',' | '"' | '\'')) {
                let start = flag.range.start + at as u32 + "from=".len() as u32;
                edits.extend(edit(instruction, start..start + name.len() as u32, lower));
            }
        }
    }
    edits
}
