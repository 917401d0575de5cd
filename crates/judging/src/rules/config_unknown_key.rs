//! A key of the config is not known.
//!
//! A key that is skipped in silence is a setting that somebody believes in and that does not hold. Keys
//! of later versions are unknown to this one, too. Write the nearest known key, or take the line out.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere(
    "config-unknown-key",
    Severity::Error,
    include_str!("config_unknown_key.rs"),
);
