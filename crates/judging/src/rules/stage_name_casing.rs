//! A stage is named with capitals.
//!
//! BuildKit folds the name to small letters. `COPY --from` and `--target` find it in any case, but a
//! later `FROM` compares letter by letter: `FROM Builder` is then an image of that name and not the
//! stage. Name stages in small letters, here and wherever they are meant.

use std::collections::HashMap;

use super::text::edit;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Edit, Place, Safety, Severity};
use crate::syntax::{Instruction, Keyword, Word};

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

/// A stage whose name has capitals, with what names it.
struct Named<'a> {
    from: &'a Instruction,
    name: &'a Word,
    lower: String,
    edits: Vec<Edit>,
    safety: Safety,
}

/// Says each name that is not in small letters.
pub fn check(text: &Text, report: &mut Report) {
    let mut all: Vec<Named> = Vec::new();
    // The last stage of each name, as it is written.
    let mut last: HashMap<&str, usize> = HashMap::new();
    for (_, instruction) in text.instructions() {
        match (instruction.keyword, instruction.words()) {
            (Keyword::From, [base, rest @ ..]) => {
                if let Some(named) = last.get(base.text.as_str()).map(|at| &mut all[*at]) {
                    // As it stands it is an image of that name, which no registry can have.
                    named.safety = Safety::Suggested;
                    named
                        .edits
                        .extend(edit(instruction, base.range.clone(), named.lower.clone()));
                }
                let [_, name] = rest else { continue };
                let lower = name.text.to_lowercase();
                if lower != name.text {
                    let own = edit(instruction, name.range.clone(), lower.clone());
                    if own.is_some() {
                        last.insert(&name.text, all.len());
                    }
                    all.push(Named {
                        from: instruction,
                        name,
                        edits: own.into_iter().collect(),
                        lower,
                        safety: Safety::Safe,
                    });
                }
            }
            (Keyword::Copy, _) if !all.is_empty() => flags(instruction, "from", &last, &mut all),
            (Keyword::Run, _) if !all.is_empty() => flags(instruction, "mount", &last, &mut all),
            _ => {}
        }
    }
    for named in all {
        let message = format!("Stage name '{}' should be lowercase", named.name.text);
        let place = Place::here(named.from.text.span(named.name.range.clone()));
        let said = report
            .say_at(place, Certainty::Certain, message)
            .stage(named.lower.clone());
        if !named.edits.is_empty() {
            said.fix(format!("name it `{}`", named.lower), named.safety, named.edits);
        }
    }
}

/// Takes the flags that mean a stage by its name as it is written.
fn flags(instruction: &Instruction, flag: &str, last: &HashMap<&str, usize>, all: &mut [Named]) {
    for flag in instruction.flags_named(flag) {
        let raw = &instruction.text.text()[flag.range.start as usize..flag.range.end as usize];
        for (at, sign) in raw.match_indices("from=") {
            let rest = &raw[at + sign.len()..];
            let skipped = rest.len() - rest.trim_start_matches(['"', '\'']).len();
            let name = rest[skipped..].split([',', '"', '\'']).next().unwrap_or_default();
            let Some(named) = last.get(name).map(|at| &mut all[*at]) else {
                continue;
            };
            let start = flag.range.start + (at + sign.len() + skipped) as u32;
            named.edits.extend(edit(
                instruction,
                start..start + name.len() as u32,
                named.lower.clone(),
            ));
        }
    }
}
