//! A comment allows a finding that is not there.
//!
//! The fault was mended, moved or renamed, and the comment would hide the next one in the same place.
//! Take the rule out of the comment, or mend the name.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere("stale-allow", Severity::Warning, include_str!("stale_allow.rs"));
