//! An ENV uses a variable that the same ENV sets.
//!
//! All values of one instruction see the variables from before it: the use gets the old value, and where
//! there is none, nothing. Set the variable in an ENV of its own, before.
//!
//! References are read as Docker reads them: not in single quotes or behind a backslash, but also with an
//! operator (`${NAME:-x}`). A name that the stage has before is not told, since its old value may be meant.

use std::collections::{HashMap, HashSet};

use super::text::reference;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::stages::Start;
use crate::syntax::{Keyword, expand};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3044"],
    ..Rule::form(
        "env-uses-itself",
        Severity::Error,
        check,
        include_str!("env_uses_itself.rs"),
    )
};

/// Says each such use.
pub fn check(text: &Text, report: &mut Report) {
    let mut known: HashMap<usize, HashSet<&str>> = HashMap::new();
    for stage in &text.stages.all {
        let mut names = match stage.start {
            Start::Stage(parent) => known.get(&parent).cloned().unwrap_or_default(),
            Start::Scratch | Start::Image(_) => HashSet::new(),
        };
        for index in stage.instructions.clone() {
            let instruction = &text.tree.instructions[index];
            let pairs = instruction.pairs();
            if !matches!(instruction.keyword, Keyword::Env | Keyword::Arg) {
                continue;
            }
            let several = instruction.keyword == Keyword::Env && pairs.len() > 1;
            let mut set: HashMap<&str, usize> = HashMap::new();
            for pair in pairs.iter().filter(|_| several) {
                *set.entry(pair.key.text.as_str()).or_default() += 1;
            }
            for pair in pairs.iter().filter(|_| several) {
                let Some(value) = pair.value.as_ref().filter(|value| value.text.contains('$')) else {
                    continue;
                };
                let Ok(expanded) = expand(&value.text, text.tree.escape, &()) else {
                    continue;
                };
                let set_beside = |name: &&String| {
                    let own = usize::from(pair.key.text == **name);
                    let beside = set.get(name.as_str()).is_some_and(|times| *times > own);
                    beside && !names.contains(name.as_str())
                };
                let Some(name) = expanded.unmatched.iter().find(set_beside) else {
                    continue;
                };
                let range = reference(instruction.text.text(), value.range.clone(), name);
                let message = format!("`{name}` is set by the same ENV, so it is not set yet");
                report
                    .say_at(
                        Place::here(instruction.text.span(range)),
                        Certainty::Certain,
                        message,
                    )
                    .stage(text.stage_name(stage.index))
                    .help(format!("set `{name}` in an ENV before"));
            }
            names.extend(pairs.iter().map(|pair| pair.key.text.as_str()));
        }
        known.insert(stage.index, names);
    }
}
