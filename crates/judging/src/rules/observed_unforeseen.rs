//! The image has what nothing in its Dockerfile explains.
//!
//! An account, an enabled unit, a setting, a package or a file of weight is there, the step that brought it
//! can be seen through, and does nothing of the kind: a package's script did it, the image was built from
//! another version of the file, or this program reads an instruction wrongly. Look at what the step
//! brings, and say it in the file where it matters.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere(
    "observed-unforeseen",
    Severity::Info,
    include_str!("observed_unforeseen.rs"),
);
