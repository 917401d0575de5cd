//! Where a statement stands, and what follows from how it came out.

use std::rc::Rc;

use super::{Failure, Guard, MOST_AROUND, Runs};

/// Where a statement stands.
#[derive(Clone)]
pub(super) struct Setting {
    pub runs: Runs,
    pub failure: Failure,
    pub scope: usize,
    pub guards: Vec<Guard>,
    pub loops: Vec<usize>,
    pub block_redirects: Vec<usize>,
    pub function: Option<Rc<str>>,
    pub reads_from: Option<usize>,
    pub piped: bool,
    /// Whether the statement's outcome is that of the script.
    pub decides: bool,
    /// Whether a failure of the last member of a chain is foreseen, and of no other.
    pub tolerate_last: bool,
}

impl Setting {
    /// The same place, but only reached if some tests came out so.
    pub(super) fn behind(&self, guards: &[Guard]) -> Setting {
        let mut setting = Setting {
            runs: Runs::Maybe,
            ..self.clone()
        };
        guard(&mut setting.guards, guards);
        setting
    }

    /// The same place, but as a condition.
    pub(super) fn asked(&self) -> Setting {
        Setting {
            failure: Failure::Tolerated,
            decides: false,
            tolerate_last: false,
            ..self.clone()
        }
    }
}

/// Adds to a list and keeps its last entries.
pub(super) fn add<T: Copy>(list: &mut Vec<T>, more: &[T]) {
    list.extend_from_slice(more);
    if list.len() > MOST_AROUND {
        list.drain(..list.len() - MOST_AROUND);
    }
}

/// Adds tests to a list; one that is there already moves to the end, and stays certain.
pub(super) fn guard(list: &mut Vec<Guard>, more: &[Guard]) {
    for guard in more {
        let mut guard = *guard;
        list.retain(|old| {
            let same = old.command == guard.command && old.succeeded == guard.succeeded;
            guard.certain |= same && old.certain;
            !same
        });
        add(list, &[guard]);
    }
}

/// What follows from how a statement came out.
#[derive(Default)]
pub(super) struct Outcome {
    /// The tests that say that it succeeded.
    pub success: Vec<Guard>,
    /// The tests that say that it failed.
    pub failure: Vec<Guard>,
    /// Whether it may have left what is around it without a failure.
    pub left: Option<Left>,
}

/// A way out that is no failure: what follows runs only if it was not taken.
pub(super) struct Left {
    /// The tests that say that it was not taken.
    pub guards: Vec<Guard>,
    /// Whether it leaves the script or function; else only the loop.
    pub script: bool,
}

impl Left {
    /// The same way out, but behind a test; `passed` says that the test did not lead to it.
    pub(super) fn reached_by(self, passed: &[Guard]) -> Left {
        let guards = if self.guards.is_empty() {
            passed.to_vec()
        } else {
            either(self.guards, passed.to_vec())
        };
        Left {
            guards,
            script: self.script,
        }
    }
}

impl Outcome {
    pub(super) fn of(command: usize) -> Outcome {
        let guard = |succeeded| {
            vec![Guard {
                command,
                succeeded,
                certain: true,
            }]
        };
        Outcome {
            success: guard(true),
            failure: guard(false),
            left: None,
        }
    }

    pub(super) fn negated(self) -> Outcome {
        Outcome {
            success: self.failure,
            failure: self.success,
            left: self.left,
        }
    }

    /// Adds a way out that was found in a part of the statement.
    pub(super) fn leave(&mut self, left: Option<Left>) {
        let Some(more) = left else { return };
        match &mut self.left {
            None => self.left = Some(more),
            Some(left) => {
                guard(&mut left.guards, &more.guards);
                left.script |= more.script;
            }
        }
    }
}

/// Both of two lists of tests, for a statement that came out so only if both did.
pub(super) fn both(mut first: Vec<Guard>, second: Vec<Guard>) -> Vec<Guard> {
    guard(&mut first, &second);
    first
}

/// Either of two lists of tests.
pub(super) fn either(first: Vec<Guard>, second: Vec<Guard>) -> Vec<Guard> {
    let mut all = both(first, second);
    for guard in &mut all {
        guard.certain = false;
    }
    all
}
