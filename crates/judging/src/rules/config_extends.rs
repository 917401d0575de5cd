//! A config extends itself, or too many others.
//!
//! `extends` names another config whose settings hold first. A circle has no first one, and a chain of
//! more than 16 is taken for a mistake. Take one link out of the chain.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere(
    "config-extends",
    Severity::Error,
    include_str!("config_extends.rs"),
);
