//! The config names a rule that does not exist.
//!
//! Rules go by their names or by the ids that other tools know them by, such as `DL3008`. `seaworthy
//! rules` lists them all. Write the nearest known name, or take the line out.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere(
    "config-unknown-rule",
    Severity::Error,
    include_str!("config_unknown_rule.rs"),
);
