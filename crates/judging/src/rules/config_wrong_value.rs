//! A value of the config is not one that the key takes.
//!
//! The key decides what may stand behind it: a word out of a few, a number, a version, a list, a
//! pattern of paths. `seaworthy config schema` says which. Write one of the values that are named.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere(
    "config-wrong-value",
    Severity::Error,
    include_str!("config_wrong_value.rs"),
);
