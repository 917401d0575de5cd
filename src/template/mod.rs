//! Templates: answers to files in memory.
//!
//! A template is a folder that is handed in as data: `template.yaml` says what is asked and which files
//! are made, `answers.yaml` has examples, and files that end in `.j2` are minijinja's. Nothing here
//! reads or writes a file. A template is not trusted: rendering has fuel, which bounds its time and its
//! memory, a path that is made cannot leave the folder, and an answer is one line.

mod answers;
mod builtin;
mod check;
mod fault;
mod form;
mod knowledge;
mod library;
mod question;
mod render;

use std::collections::BTreeMap;

pub use answers::{Answers, Given};
pub use builtin::BUILTIN;
pub use check::{Example, check, judge};
pub use fault::{Fault, Faults};
pub use form::{FORM, Kind, Question};
pub use library::{Library, Template};
pub use question::Answer;

/// The files of a folder by their paths below it, with forward slashes.
pub type Folder = BTreeMap<String, Vec<u8>>;

/// A file that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it may be run.
    pub executable: bool,
}

/// All files that are made, by their paths below the new folder.
pub type MadeFiles = BTreeMap<String, Made>;
