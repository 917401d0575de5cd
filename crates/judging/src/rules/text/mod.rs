//! What rules about the text share: the stages as BuildKit's conversion walks them, the options of
//! `# check=`, and how places become edits.

mod array;
mod expose;
mod names;
mod options;
mod place;
mod scope;
mod shells;
mod suggest;
mod walk;

pub use array::meant;
pub use expose::port;
pub use options::{Checks, Options, instruction_options};
pub use place::{edit, lines_edit, reference};
pub use shells::Shells;
pub use suggest::{Suggestions, did_you_mean};
pub use walk::{Step, Walk};

use std::cell::OnceCell;

pub use crate::conversion::platform_parts;

use crate::context::Context;
use crate::facts::Facts;
use crate::finding::{Certainty, Place};
use crate::interpret::Bases;
use crate::invocation::Invocation;
use crate::rules::report::{Report, Said};
use crate::source::{Source, Span};
use crate::stages::Stages;
use crate::syntax::{Instruction, Keyword, Tree};

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
    pub refused: OnceCell<Vec<bool>>,
}

impl<'a> Text<'a> {
    /// Every instruction of every stage as BuildKit's conversion comes to it, walked once a file.
    pub fn walk(&self) -> &Walk<'a> {
        self.walked.get_or_init(|| Walk::of(self))
    }

    /// Whether BuildKit refuses the instruction of this index.
    pub fn is_refused(&self, instruction: usize) -> bool {
        let refused = self.refused.get_or_init(|| {
            let mut refused = Vec::new();
            for error in &self.tree.errors {
                refused.resize(self.tree.instructions.len(), false);
                if let Some(refused) = error.instruction.and_then(|index| refused.get_mut(index)) {
                    *refused = true;
                }
            }
            refused
        });
        refused.get(instruction).copied().unwrap_or(false)
    }

    /// The instructions that BuildKit takes, each with its index.
    pub fn instructions(&self) -> impl Iterator<Item = (usize, &'a Instruction)> {
        let all = self.tree.instructions.iter().enumerate();
        all.filter(|(index, _)| !self.is_refused(*index))
    }

    /// The FROMs that BuildKit takes.
    pub fn froms(&self) -> impl Iterator<Item = &'a Instruction> {
        let all = self.instructions().map(|(_, one)| one);
        all.filter(|one| one.keyword == Keyword::From)
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

/// Says a fault of a step in its stage. What a trigger does wrong is told at the FROM that runs it, with
/// the trigger beside it.
pub fn told<'r>(
    text: &Text,
    report: &'r mut Report,
    step: &Step,
    place: Place,
    certainty: Certainty,
    message: impl Into<String>,
) -> Said<'r> {
    let said = report.say_at(place, certainty, message);
    let said = said.stage(text.stage_name(step.stage));
    match step.run_at {
        Some(_) => said.related(
            Place::here(step.instruction.keyword_span),
            "the trigger that runs here",
        ),
        None => said,
    }
}
