//! How tests of a container-structure-test file ended.

use std::fmt::Write as _;

use serde::Serialize;

use super::printable::printable;

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// All holds.
    Passed,
    /// Something does not hold.
    Failed,
    /// It could not be run.
    Skipped,
}

/// A test that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The file that has it, as it was named.
    pub file: String,
    /// Its name, with what kind of test it is.
    pub name: String,
    /// How it ended.
    pub state: State,
    /// What does not hold, or why it could not be run.
    pub errors: Vec<String>,
}

impl State {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// For people: a line a test, and its errors below it.
pub fn text(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let name = printable(&outcome.name);
        let _ = writeln!(
            text,
            "{:<8} {name} ({})",
            outcome.state.name(),
            printable(&outcome.file)
        );
        for error in &outcome.errors {
            let _ = writeln!(text, "         {}", printable(error));
        }
    }
    let count = |state| outcomes.iter().filter(|outcome| outcome.state == state).count();
    let _ = writeln!(
        text,
        "{} passed, {} failed, {} skipped",
        count(State::Passed),
        count(State::Failed),
        count(State::Skipped)
    );
    text
}

/// For a pull request: a table.
pub fn markdown(outcomes: &[Outcome]) -> String {
    let escaped = super::markdown::escaped;
    let count = |state| outcomes.iter().filter(|outcome| outcome.state == state).count();
    let mut text = format!(
        "### Structure tests: {} passed, {} failed, {} skipped\n\n| | test | what is wrong |\n| --- | --- | --- |\n",
        count(State::Passed),
        count(State::Failed),
        count(State::Skipped)
    );
    for outcome in outcomes {
        let errors: Vec<String> = outcome.errors.iter().map(|error| escaped(error)).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            outcome.state.name(),
            escaped(&outcome.name),
            errors.join("<br>")
        );
    }
    text
}
