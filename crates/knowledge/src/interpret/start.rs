//! What a stage starts from that has no parent in the file.

use std::sync::{Arc, OnceLock};

use crate::facts::{Base, Facts, From, Step, Value};
use crate::finding::Place;
use crate::interpret::{Input, KnownBase};
use crate::stages::{Stage, Start};
use crate::syntax::{Args, Instruction, Keyword};
use crate::tools;

/// The facts with which a stage starts that has no parent in the file.
pub(super) fn facts(input: Input, stage: &Stage, instruction: &Instruction) -> Facts {
    let range = match &instruction.args {
        Args::Words(words) => words.first().map(|word| word.range.clone()),
        _ => None,
    };
    let place = Place::Text {
        path: Arc::clone(input.path),
        span: range.map_or(instruction.span, |range| instruction.text.span(range)),
    };
    let (reference, known) = match &stage.start {
        Start::Image(image) => {
            let reference = Value::with_holes(image.text.clone(), image.holes.clone());
            let platform = input.invocation.platform.as_ref();
            let platform = platform.map(|platform| format!("{}/{}", platform.os, platform.architecture));
            let known = reference
                .as_known()
                .and_then(|name| input.bases.find(name, platform.as_deref()));
            (reference, known)
        }
        Start::Scratch => (Value::known("scratch"), Some(KnownBase::Table(scratch()))),
        Start::Stage(parent) => (Value::unknown(format!("stage {parent}")), None),
    };
    let (base, is_known) = match known {
        Some(KnownBase::Built(facts)) => {
            let mut facts = (*facts).clone();
            facts.from.reference = reference;
            facts.from.place = place;
            return facts;
        }
        Some(KnownBase::Table(base)) => (base, true),
        None => (unknown_base(), false),
    };
    let mut step = Step::new(stage.index, stage.from, Keyword::From.name(), place.clone());
    if let Some(user) = &base.user {
        step.user = Value::known(user.clone());
    }
    if let Some(folder) = &base.workdir {
        step.folder = Value::known(folder.clone());
    }
    let from = From {
        reference,
        place,
        base,
        is_known,
    };
    Facts::start(from, step, tools::KNOWLEDGE)
}

fn unknown_base() -> Arc<Base> {
    static UNKNOWN: OnceLock<Arc<Base>> = OnceLock::new();
    Arc::clone(UNKNOWN.get_or_init(|| Arc::new(Base::unknown())))
}

fn scratch() -> Arc<Base> {
    static SCRATCH: OnceLock<Arc<Base>> = OnceLock::new();
    Arc::clone(SCRATCH.get_or_init(|| Arc::new(Base::scratch())))
}
