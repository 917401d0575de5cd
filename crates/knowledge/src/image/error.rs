//! What can be wrong with the bytes of an image.

use std::io;

/// Why an image cannot be looked at. The messages name the part of the image, and what was tried.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The reader failed.
    #[error("cannot read {what}: {}", plain(.error))]
    Read {
        /// The part of the image.
        what: String,
        /// The reader's error.
        error: io::Error,
    },
    /// It ends before its end.
    #[error("{what} is cut off: it ends in the middle")]
    CutOff {
        /// The part of the image.
        what: String,
    },
    /// Its bytes make no sense.
    #[error("{what} is damaged: {why}")]
    Damaged {
        /// The part of the image.
        what: String,
        /// What is wrong.
        why: String,
    },
    /// Its bytes are not those that its digest names.
    #[error("{what} is not what its digest says: it should be sha256:{expected}, and is sha256:{found}")]
    Digest {
        /// The part of the image.
        what: String,
        /// What the image says.
        expected: String,
        /// What the bytes are.
        found: String,
    },
    /// It is no image.
    #[error("{what} is not the archive of an image: {why}")]
    NoImage {
        /// The archive.
        what: String,
        /// What is missing or wrong.
        why: String,
    },
    /// There is more of it than is looked at.
    #[error("{what} has more than {limit}, and is not looked at")]
    TooMuch {
        /// The part of the image.
        what: String,
        /// The bound, with what it bounds.
        limit: String,
    },
}

/// An error of the system without its number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

impl ImageError {
    /// An error of a reader: an end that comes too early is told as such.
    pub(super) fn read(what: &str, error: io::Error) -> Self {
        let what = what.to_owned();
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::CutOff { what },
            io::ErrorKind::FileTooLarge => Self::TooMuch {
                what,
                limit: error.to_string(),
            },
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::Damaged {
                what,
                why: error.to_string(),
            },
            _ => Self::Read { what, error },
        }
    }

    pub(super) fn damaged(what: &str, why: impl Into<String>) -> Self {
        Self::Damaged {
            what: what.to_owned(),
            why: why.into(),
        }
    }

    pub(super) fn no_image(what: &str, why: impl Into<String>) -> Self {
        Self::NoImage {
            what: what.to_owned(),
            why: why.into(),
        }
    }
}
