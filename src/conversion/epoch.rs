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
        let declared = tree.instructions[..before].iter().enumerate().rev().find_map(|(index, instruction)| {
            let pair = instruction.pairs().iter().find(|pair| pair.key.text == NAME)?;
            (instruction.keyword == Keyword::Arg).then_some((index, pair))
        });
        let Some((index, pair)) = declared else {
            return;
        };
        match stages.named(&value, stages.all.len()) {
            Some(stage) => {
                let stage = &stages.all[stage];
                if let Some(message) = source_refusal(stage, &tree.instructions) {
                    let from = &tree.instructions[stage.from];
                    let fault = Fault::at(from, from.keyword_range(), message);
                    self.refuse(stage.from, Step::Epoch, fault);
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

/// What BuildKit says of a stage that is to give the time.
fn source_refusal(stage: &Stage, instructions: &[Instruction]) -> Option<String> {
    if matches!(&stage.start, Start::Image(image) if !image.holes.is_empty()) {
        return None;
    }
    if !matches!(stage.start, Start::Scratch) {
        return Some(format!("{NAME} stage must use FROM scratch"));
    }
    let mut has_source = false;
    for instruction in &instructions[stage.instructions.clone()] {
        match instruction.keyword {
            Keyword::Arg => {}
            Keyword::Add if has_source => {
                return Some(format!("{NAME} stage must contain exactly one remote ADD"));
            }
            Keyword::Add => {
                if instruction.words().len() != 2 || !instruction.heredocs.is_empty() {
                    return Some(format!("{NAME} stage must contain exactly one remote ADD source"));
                }
                has_source = true;
            }
            _ => {
                let name = &instruction.raw_keyword;
                return Some(format!(
                    "{NAME} stage does not meet source-only requirements: unsupported {name} instruction"
                ));
            }
        }
    }
    (!has_source).then(|| format!("{NAME} stage must contain exactly one remote ADD"))
}
