//! What rules about every image of a file share: which stages have what they ask for, by themselves, by
//! the stage that they start from, or by one that starts from them.

use super::Text;
use crate::stages::{FromFlag, Start};
use crate::syntax::{Instruction, Keyword};

/// The stages that lack something: neither they nor a stage above have it, and no stage that starts from
/// them has.
pub fn lacking(text: &Text, has: impl Fn(&Instruction) -> bool) -> Vec<usize> {
    let stages = &text.stages.all;
    let mut is_good: Vec<bool> = Vec::with_capacity(stages.len());
    for stage in stages {
        let own = text.tree.instructions[stage.instructions.clone()]
            .iter()
            .any(&has);
        let inherited = matches!(stage.start, Start::Stage(parent) if is_good[parent]);
        is_good.push(own || inherited);
    }
    let mut is_free = is_good.clone();
    for stage in stages.iter().rev() {
        if let (true, Start::Stage(parent)) = (is_free[stage.index], &stage.start) {
            is_free[*parent] = true;
        }
    }
    (0..stages.len()).filter(|index| !is_free[*index]).collect()
}

/// Whether a stage is one from which others copy: it is no image of its own.
pub fn is_copied_from(text: &Text, wanted: usize) -> bool {
    text.stages.all.iter().any(|stage| {
        text.tree.instructions[stage.instructions.clone()]
            .iter()
            .filter(|one| one.keyword == Keyword::Copy)
            .filter_map(|one| one.flag("from")?.value())
            .any(|from| text.stages.copy_from(from, stage.index) == FromFlag::Stage(wanted))
    })
}
