//! A comment allows a finding without a reason.
//!
//! A silence whose reason nobody knows outlives it. A comment without one silences nothing. Write `#
//! seaworthy: allow(rule) because REASON`.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere(
    "allow-without-reason",
    Severity::Warning,
    include_str!("allow_without_reason.rs"),
);
