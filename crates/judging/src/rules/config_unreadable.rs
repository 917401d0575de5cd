//! A config file cannot be opened.
//!
//! A config that is there but cannot be read, or that another one names and is not there, leaves open
//! what holds for the files below it, so they are not judged. Give the reader the right to it, or mend
//! the path.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere(
    "config-unreadable",
    Severity::Error,
    include_str!("config_unreadable.rs"),
);
