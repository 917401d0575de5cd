//! The build context as a door: interpreting asks for text in it without doing I/O itself.
//!
//! `disk` implements it over a folder; [`Files`] holds one in memory. No implementation follows a
//! link out of the context.

use std::collections::BTreeMap;

/// What is known of something: it is so, it is not, or nobody can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer<T = ()> {
    /// It is there, and this is it.
    Known(T),
    /// It certainly is not there.
    Absent,
    /// It cannot be told from here.
    Unknown,
}

impl<T> Answer<T> {
    /// What is known, if anything is.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown => None,
        }
    }

    /// Borrows what is inside.
    pub fn as_ref(&self) -> Answer<&T> {
        match self {
            Self::Known(value) => Answer::Known(value),
            Self::Absent => Answer::Absent,
            Self::Unknown => Answer::Unknown,
        }
    }

    /// Whether it certainly is so.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Whether it certainly is not so.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// Text of a file in the context is read up to this many bytes; what is longer is unknown.
pub const READ_LIMIT: u64 = 1 << 20;

/// A build context.
pub trait Context: Sync {
    /// The bytes of a file, by its path below the context with forward slashes.
    ///
    /// [`Answer::Unknown`] for what is a folder, unreadable, longer than [`READ_LIMIT`], or behind a
    /// link that leaves the context.
    fn read(&self, path: &str) -> Answer<Vec<u8>>;

    /// Whether an ignore file keeps the path out of the build.
    fn ignored(&self, path: &str) -> bool;

    /// Whether a file or folder lies at the path, ignored or not.
    fn has(&self, path: &str) -> Answer;

    /// Whether what lies at the path is a folder; links are followed.
    fn is_folder(&self, _path: &str) -> Answer {
        Answer::Unknown
    }
}

/// A context in memory.
#[derive(Debug, Clone, Default)]
pub struct Files(pub BTreeMap<String, Vec<u8>>);

impl Context for Files {
    fn read(&self, path: &str) -> Answer<Vec<u8>> {
        match self.0.get(path) {
            Some(bytes) if bytes.len() as u64 <= READ_LIMIT => Answer::Known(bytes.clone()),
            Some(_) => Answer::Unknown,
            None => Answer::Absent,
        }
    }

    fn ignored(&self, _path: &str) -> bool {
        false
    }

    fn has(&self, path: &str) -> Answer {
        let path = path.trim_matches('/');
        let lies_in = |file: &String| {
            let rest = file.strip_prefix(path);
            path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if self.0.keys().any(lies_in) {
            Answer::Known(())
        } else {
            Answer::Absent
        }
    }

    fn is_folder(&self, path: &str) -> Answer {
        match (self.has(path), self.0.contains_key(path.trim_matches('/'))) {
            (_, true) => Answer::Absent,
            (Answer::Known(()), false) => Answer::Known(()),
            (Answer::Absent | Answer::Unknown, false) => Answer::Unknown,
        }
    }
}

/// A context of which nothing is known, such as that of standard input.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl Context for Nowhere {
    fn read(&self, _path: &str) -> Answer<Vec<u8>> {
        Answer::Unknown
    }

    fn ignored(&self, _path: &str) -> bool {
        false
    }

    fn has(&self, _path: &str) -> Answer {
        Answer::Unknown
    }
}
