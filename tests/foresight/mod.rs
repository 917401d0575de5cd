//! What is foreseen from the text of a Dockerfile, as tests ask for it.

#![allow(dead_code, reason = "each test takes a part")]

use std::sync::Arc;

use seaworthy::context::Context;
use seaworthy::facts::Facts;
use seaworthy::interpret::{Input, KnownBases, foresee};
use seaworthy::invocation::Invocation;
use seaworthy::source::Source;
use seaworthy::stages::Stages;
use seaworthy::syntax::{self, Tree};

/// The facts of the stage that is built.
pub fn target(text: &str, context: &dyn Context) -> Facts {
    let source = Source::new("Dockerfile", text.as_bytes().to_vec()).expect("it is short");
    let tree = syntax::parse(source.text());
    let invocation = Invocation::default();
    let stages = Stages::of(&tree, &invocation);
    let mut all = every(&source, &tree, &stages, &invocation, context);
    let target = stages.target.expect("a stage is built");
    all[target].take().expect("it is foreseen")
}

/// The facts of every stage that is reached, by index.
pub fn every(
    source: &Source,
    tree: &Tree,
    stages: &Stages,
    invocation: &Invocation,
    context: &dyn Context,
) -> Vec<Option<Facts>> {
    foresee(Input {
        source,
        tree,
        stages,
        invocation,
        context,
        bases: &KnownBases::new(invocation),
        path: &Arc::from(""),
    })
}
