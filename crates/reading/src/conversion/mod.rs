//! What BuildKit refuses when it makes a build out of instructions that it could read: words that do
//! not expand, values that mean nothing, stages that cannot be had.
//!
//! BuildKit stops at the first of these; here each bad instruction is told once, and none that reading
//! refused already. Where a variable is not known, nothing is said. What stands after ONBUILD is looked
//! at once, although BuildKit waits for an image that uses it.

mod checker;
mod copy;
mod epoch;
mod graph;
mod instructions;
mod mount;
mod number;
mod platform;
mod ports;
mod scope;
mod signal;

pub use platform::parts as platform_parts;
pub use scope::DEFAULT_PATH;

use std::ops::Range;

use crate::finding::Certainty;
use crate::invocation::Invocation;
use crate::source::{Source, Span};
use crate::stages::Stages;
use crate::syntax::{ErrorLayer, Instruction, Tree};

/// What BuildKit says of a file that has arguments and no FROM.
const NO_STAGES: &str = "dockerfile contains no stages to build";

/// The steps of the conversion. The first error of the earliest step is the one that BuildKit tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Whether there is a stage at all.
    Stages,
    /// Arguments before the first FROM.
    Arguments,
    /// The time that SOURCE_DATE_EPOCH asks for.
    Epoch,
    /// What each FROM names.
    Bases,
    /// The stage that is built.
    Target,
    /// What `--from` names.
    Sources,
    /// Stages that need one another.
    Cycles,
    /// Image references.
    References,
    /// The instructions, stage by stage.
    Instructions,
}

/// Something that BuildKit refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// In BuildKit's words, without its prefixes.
    pub message: String,
    /// Where a person would look.
    pub span: Span,
    /// The lines that BuildKit names, from 1; it names none for some.
    pub lines: Vec<u32>,
    /// The instruction at fault, if it is one.
    pub instruction: Option<usize>,
    /// In which step it is refused.
    pub step: Step,
    /// Whether it hangs on something that is not known.
    pub certainty: Certainty,
    /// Other places that take part.
    pub related: Vec<Span>,
}

/// Why an instruction is refused, before it is known which one it is.
#[derive(Debug, Clone)]
struct Fault {
    message: String,
    span: Span,
    certainty: Certainty,
}

impl Fault {
    /// A fault at a range of the instruction's text.
    fn at(instruction: &Instruction, range: Range<u32>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span: instruction.text.span(range),
            certainty: Certainty::Certain,
        }
    }
}

/// Everything that BuildKit would refuse, in the order of the file.
pub fn refusals(source: &Source, tree: &Tree, stages: &Stages, invocation: &Invocation) -> Vec<Refusal> {
    if is_unreadable(tree) {
        return Vec::new();
    }
    let mut conversion = Conversion {
        source,
        tree,
        stages,
        invocation,
        refused: vec![false; tree.instructions.len()],
        lost_from: usize::MAX,
        found: Vec::new(),
    };
    for error in &tree.errors {
        if let Some(index) = error.instruction {
            conversion.refused[index] = true;
            // A here-document without end leaves open which of the lines below are instructions.
            let lost = error.layer == ErrorLayer::Parse
                && tree.instructions[index]
                    .heredocs
                    .iter()
                    .any(|heredoc| heredoc.terminator.is_none());
            if lost {
                conversion.lost_from = conversion.lost_from.min(index);
            }
        }
    }
    if stages.all.is_empty() {
        conversion.no_stages();
    } else {
        conversion.arguments();
        conversion.epoch();
        let named = conversion.bases();
        conversion.target();
        conversion.sources();
        conversion.references(&named);
        conversion.instructions();
    }
    let mut found = conversion.found;
    found.sort_by_key(|refusal| (refusal.span, refusal.step));
    found
}

/// The one that BuildKit tells.
pub fn first(refusals: &[Refusal]) -> Option<&Refusal> {
    refusals.iter().min_by_key(|refusal| refusal.step)
}

/// Whether so little of a file can be read that nothing more can be said: its escape character is not
/// known.
fn is_unreadable(tree: &Tree) -> bool {
    let escape = tree
        .directives
        .iter()
        .find(|directive| directive.name == "escape");
    escape.is_some_and(|escape| {
        let refused = |span: Span| escape.value_span.contains(span);
        tree.errors
            .iter()
            .any(|error| error.layer == ErrorLayer::Parse && refused(error.span) && !error.span.is_empty())
    })
}

/// A file while it is looked at.
struct Conversion<'a> {
    source: &'a Source,
    tree: &'a Tree,
    stages: &'a Stages,
    invocation: &'a Invocation,
    /// The instructions of which something is said already.
    refused: Vec<bool>,
    /// The instruction from which on nothing is sure.
    lost_from: usize,
    found: Vec<Refusal>,
}

impl Conversion<'_> {
    /// Whether nothing may be said of an instruction any more.
    fn is_done(&self, index: usize) -> bool {
        self.refused[index] || index >= self.lost_from
    }

    /// Says what is wrong with an instruction, if nothing was said of it before.
    fn refuse(&mut self, index: usize, step: Step, fault: Fault) {
        if self.is_done(index) {
            return;
        }
        let lines = self.lines(index);
        self.tell(index, step, fault, lines);
    }

    /// The same with the lines that BuildKit names.
    fn tell(&mut self, index: usize, step: Step, fault: Fault, lines: Vec<u32>) {
        if self.is_done(index) {
            return;
        }
        self.refused[index] = true;
        self.found.push(Refusal {
            message: fault.message,
            span: fault.span,
            lines,
            instruction: Some(index),
            step,
            certainty: fault.certainty,
            related: Vec::new(),
        });
    }

    fn lines(&self, index: usize) -> Vec<u32> {
        let instruction = &self.tree.instructions[index];
        (instruction.start_line..=instruction.end_line).collect()
    }

    fn no_stages(&mut self) {
        // Whoever has an error above knows better what is missing.
        let Some(last) = self.tree.instructions.last() else {
            return;
        };
        if self.tree.errors.is_empty() {
            self.found.push(Refusal {
                message: NO_STAGES.to_owned(),
                span: last.span,
                lines: Vec::new(),
                instruction: Some(self.tree.instructions.len() - 1),
                step: Step::Stages,
                certainty: Certainty::Certain,
                related: Vec::new(),
            });
        }
    }
}
