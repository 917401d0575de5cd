//! What rules about labels share: those that a stage sets itself, each with its place.

use crate::facts::{Facts, Origin, Value, View};

/// The labels of a stage: name, value, and where it is set.
pub fn own(facts: &Facts) -> impl Iterator<Item = (&Value, &Value, &Origin)> {
    let all = facts.config.labels.iter();
    all.filter(|label| facts.view != View::Triggers && facts.is_own(facts.step(&label.origin)))
        .map(|label| (&label.value.0, &label.value.1, &label.origin))
}
