//! A key that must be there is missing in the config.
//!
//! An entry of `ignore` needs a rule and a reason, since nobody remembers a year later why something
//! was accepted; an entry of `overrides` needs paths. Add the key that is named.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere(
    "config-missing-key",
    Severity::Error,
    include_str!("config_missing_key.rs"),
);
