//! What rules about the text share: the stages as BuildKit's conversion walks them, the options of
//! `# check=`, and how places become edits.

mod array;
mod expose;
mod options;
mod place;
mod platform;
mod scope;
mod suggest;
mod walk;

pub use array::meant;
pub use expose::port;
pub use options::{Checks, Options, instruction_options};
pub use place::{edit, lines_edit, reference};
pub use platform::parts as platform_parts;
pub use suggest::{Suggestions, did_you_mean};
pub use walk::Walk;

use std::cell::OnceCell;
use std::collections::HashSet;

use crate::context::Context;
use crate::facts::Facts;
use crate::interpret::Bases;
use crate::invocation::Invocation;
use crate::source::{Source, Span};
use crate::stages::Stages;
use crate::syntax::{Instruction, Tree};

/// A file as rules about the text see it.
pub struct Text<'a> {
    /// The bytes.
    pub source: &'a Source,
    /// The tree.
    pub tree: &'a Tree,
    /// The stage graph.
    pub stages: &'a Stages,
    /// How it is built.
    pub invocation: &'a Invocation,
    /// Its build context.
    pub context: &'a dyn Context,
    /// What is known of each stage that is reached, by index.
    pub facts: &'a [Option<Facts>],
    /// Who knows bases.
    pub bases: &'a dyn Bases,
    /// What `# check=` says for the file.
    pub checks: &'a Checks,
    /// Every instruction as BuildKit's conversion comes to it; see [`Text::walk`].
    pub walked: OnceCell<Walk<'a>>,
    /// See [`Text::is_refused`].
    pub refused: OnceCell<HashSet<usize>>,
}

impl<'a> Text<'a> {
    /// Every instruction of every stage as BuildKit's conversion comes to it, walked once a file.
    pub fn walk(&self) -> &Walk<'a> {
        self.walked.get_or_init(|| Walk::of(self))
    }

    /// Whether BuildKit refuses the instruction of this index.
    pub fn is_refused(&self, instruction: usize) -> bool {
        let refused = self.refused.get_or_init(|| {
            let errors = self.tree.errors.iter();
            errors.filter_map(|error| error.instruction).collect()
        });
        refused.contains(&instruction)
    }

    /// The instructions that BuildKit takes, each with its index.
    pub fn instructions(&self) -> impl Iterator<Item = (usize, &'a Instruction)> {
        let all = self.tree.instructions.iter().enumerate();
        all.filter(|(index, _)| !self.is_refused(*index))
    }

    /// A stage as it is told: by its name, or by its index where it has none.
    pub fn stage_name(&self, stage: usize) -> String {
        let named = self.stages.all.get(stage).and_then(|stage| stage.name.clone());
        named.unwrap_or_else(|| stage.to_string())
    }

    /// Where the FROM of a stage names its base.
    pub fn base_span(&self, stage: usize) -> Span {
        let from = &self.tree.instructions[self.stages.all[stage].from];
        let word = from.words().first();
        word.map_or(from.keyword_span, |word| from.text.span(word.range.clone()))
    }
}
