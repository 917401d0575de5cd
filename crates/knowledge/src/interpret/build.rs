//! The file as a whole: its stages and whether they are of use, and for which platforms it is written.

use std::sync::Arc;

use crate::facts::{Build, StageUse};
use crate::finding::Place;
use crate::interpret::Input;
use crate::stages::Start;
use crate::syntax::{Args, Instruction, Keyword};

/// What the file as a whole is.
pub(super) fn of(input: Input) -> Build {
    let stages = &input.stages.all;
    let last = stages.len().checked_sub(1);
    let uses = stages.iter().map(|stage| {
        let instruction = &input.tree.instructions[stage.from];
        let words = match &instruction.args {
            Args::Words(words) => words.as_slice(),
            _ => &[],
        };
        let word = match words {
            [_, _, name, ..] => Some(name),
            [reference, ..] => Some(reference),
            [] => None,
        };
        let span = word.map_or(instruction.span, |word| instruction.text.span(word.range.clone()));
        StageUse {
            name: stage.name.clone().unwrap_or_else(|| stage.index.to_string()),
            place: Place::Text {
                path: Arc::clone(input.path),
                span,
            },
            is_used: Some(stage.index) == last
                || Some(stage.index) == input.stages.target
                || stages.iter().any(|other| other.needs.contains(&stage.index)),
            is_base: stages
                .iter()
                .any(|other| matches!(other.start, Start::Stage(base) if base == stage.index)),
        }
    });
    let asks = |instruction: &Instruction| {
        let Args::Pairs(pairs) = &instruction.args else {
            return false;
        };
        instruction.keyword == Keyword::Arg
            && pairs
                .iter()
                .any(|pair| matches!(pair.key.text.as_str(), "TARGETARCH" | "TARGETPLATFORM"))
    };
    Build {
        stages: uses.collect(),
        asks_platform: input.tree.instructions.iter().any(asks),
    }
}
