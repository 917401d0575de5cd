//! The config asks for another version of seaworthy.
//!
//! `requires` keeps a team on versions that judge alike. Install a version in the range, or widen the
//! range.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere(
    "config-requires",
    Severity::Error,
    include_str!("config_requires.rs"),
);
