//! A key stands twice in the config.
//!
//! YAML readers disagree on which of the two holds, so neither does here. Keep one of them.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere(
    "config-duplicate-key",
    Severity::Error,
    include_str!("config_duplicate_key.rs"),
);
