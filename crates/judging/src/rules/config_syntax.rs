//! The config cannot be read as YAML.
//!
//! It must be one YAML document in UTF-8 of at most 1 MiB, and it may not multiply itself through
//! aliases. Files below a broken config are not judged: nobody knows what was meant for them. Mend the
//! text at the place that is named.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere("config-syntax", Severity::Error, include_str!("config_syntax.rs"));
