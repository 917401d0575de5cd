//! SOURCE_DATE_EPOCH: seconds, the word `context`, or the name of a stage that fetches one thing.

use super::{Conversion, Fault, Step, number};
use crate::finding::Certainty;
use crate::stages::{Stage, Start};
use crate::syntax::expand::{Lookup, Variables};
use crate::syntax::{Instruction, Keyword};

const NAME: &str = "SOURCE_DATE_EPOCH";

impl Conversion<'_> {
    /// The time that is asked for before the first FROM.
    pub(super) fn epoch(&mut self) {
        let Lookup::Set(value) = self.stages.globals.get(NAME) else {
            return;
        };
        if value.is_empty() || value == "context" || number::signed(&value).is_some() {
            return;
        }
        let (tree, stages) = (self.tree, self.stages);
        let before = stages.all.first().map_or(0, |stage| stage.from);
        let declared =
            tree.instructions[..before]
                .iter()
                .enumerate()
                .rev()
                .find_map(|(index, instruction)| {
                    let pair = instruction.pairs().iter().find(|pair| pair.key.text == NAME)?;
                    (instruction.keyword == Keyword::Arg).then_some((index, pair))
                });
        let Some((index, pair)) = declared else {
            return;
        };
        match stages.named(&value, stages.all.len()) {
            Some(stage) => {
                let stage = &stages.all[stage];
                if let Some((message, at)) = source_refusal(stage, &tree.instructions) {
                    let culprit = &tree.instructions[at];
                    let fault = Fault::at(culprit, culprit.keyword_range(), message);
                    // BuildKit names the FROM.
                    let lines = self.lines(stage.from);
                    self.tell(at, Step::Epoch, fault, lines);
                }
            }
            None => {
                let word = pair.value.as_ref().unwrap_or(&pair.key);
                let fault = Fault {
                    // A context of this name may be given to the build.
                    certainty: Certainty::Possible,
                    ..Fault::at(
                        &tree.instructions[index],
                        word.range.clone(),
                        format!("invalid {NAME}: {value}"),
                    )
                };
                self.tell(index, Step::Epoch, fault, Vec::new());
            }
        }
    }
}

/// What BuildKit says of a stage that is to give the time, and the instruction at fault.
fn source_refusal(stage: &Stage, instructions: &[Instruction]) -> Option<(String, usize)> {
    if matches!(&stage.start, Start::Image(image) if !image.holes.is_empty()) {
        return None;
    }
    if !matches!(stage.start, Start::Scratch) {
        return Some((format!("{NAME} stage must use FROM scratch"), stage.from));
    }
    let mut has_source = false;
    for index in stage.instructions.clone() {
        let instruction = &instructions[index];
        let message = match instruction.keyword {
            Keyword::Arg => continue,
            Keyword::Add if has_source => "must contain exactly one remote ADD".to_owned(),
            Keyword::Add if instruction.words().len() != 2 || !instruction.heredocs.is_empty() => {
                "must contain exactly one remote ADD source".to_owned()
            }
            Keyword::Add => {
                has_source = true;
                continue;
            }
            _ => {
                let name = &instruction.raw_keyword;
                format!("does not meet source-only requirements: unsupported {name} instruction")
            }
        };
        return Some((format!("{NAME} stage {message}"), index));
    }
    let none = || {
        (
            format!("{NAME} stage must contain exactly one remote ADD"),
            stage.from,
        )
    };
    (!has_source).then(none)
}
