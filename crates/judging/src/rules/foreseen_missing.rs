//! The image lacks what its Dockerfile makes for certain.
//!
//! What a file, a package, an account or a setting of the image will be follows from the text, and the
//! image has it otherwise: it was built from another version of the file, with other arguments or another
//! base, or this program reads an instruction wrongly. Build the image anew; if it stays, report it with
//! the instruction.

use super::Rule;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule::elsewhere(
    "foreseen-missing",
    Severity::Info,
    include_str!("foreseen_missing.rs"),
);
