//! The disk: the only files that open, list or write files.
//!
//! Everything on it is untrusted: links may lead in circles or out of a context, names may be any
//! bytes, a file may be a pipe that never ends.

mod build_context;
mod configs;
mod context;
mod folder;
mod listing;
mod place;
mod walk;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

pub use build_context::{BuildContext, ContextEntry, ContextError, EntryKind};
pub use configs::{Broken, Configs, Found};
pub use context::FolderContext;
pub use folder::read_folder;
pub use listing::listing;
pub use place::{NewFile, PlaceError, place};
pub use walk::{Candidate, Walk, definitions_in, walk};

use crate::source::Source;

/// The longest file that is read, in bytes. BuildKit hands a Dockerfile to its frontend in one message, of
/// which gRPC takes 16 MiB (containerd's DefaultMaxRecvMsgSize), so none longer is built as things are;
/// four times that leaves room. A file of nothing but short lines takes 200 times its length in memory.
pub const LONGEST: u64 = 64 << 20;

/// A file or folder that could not be used as asked.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// It cannot be opened or read.
    #[error("cannot read {path}: {}", reason(.error))]
    Read {
        /// As it was named.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// It cannot be written.
    #[error("cannot write {path}: {}", reason(.error))]
    Write {
        /// As it was named.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// It is no file: a folder, a pipe, a device.
    #[error("cannot read {path}: it is not a regular file")]
    NotAFile {
        /// As it was named.
        path: String,
    },
    /// It is nothing that is taken.
    #[error("cannot take {path}: {reason}")]
    Refused {
        /// As it was named.
        path: String,
        /// Why.
        reason: &'static str,
    },
    /// It is longer than [`LONGEST`].
    #[error("cannot read {path}: it is longer than {} MiB", LONGEST >> 20)]
    TooLong {
        /// As it was named.
        path: String,
    },
}

impl DiskError {
    /// What went wrong without the path, for lists that name the path beside it.
    pub fn reason(&self) -> String {
        match self {
            Self::Read { error, .. } => format!("cannot read it: {}", reason(error)),
            Self::Write { error, .. } => format!("cannot write it: {}", reason(error)),
            Self::NotAFile { .. } => "cannot read it: it is not a regular file".to_owned(),
            Self::Refused { reason, .. } => format!("cannot take it: {reason}"),
            Self::TooLong { .. } => format!("cannot read it: it is longer than {} MiB", LONGEST >> 20),
        }
    }
}

impl DiskError {
    /// As an error of a reader.
    pub fn into_io(self) -> io::Error {
        match self {
            Self::Read { error, .. } | Self::Write { error, .. } => error,
            other => io::Error::other(other.to_string()),
        }
    }
}

/// An error of the system in plain words, without its number.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

/// Reads a file under the name by which it is reported.
///
/// # Errors
/// Missing, unreadable, not a regular file, or longer than [`LONGEST`].
pub fn read(path: &Path, name: &str) -> Result<Source, DiskError> {
    let failed = |error| DiskError::Read {
        path: name.to_owned(),
        error,
    };
    // What a name leads to is looked at before it is opened: opening a pipe would wait for ever.
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() && (metadata.is_dir() || !is_given_by_shell(path)) {
        return Err(DiskError::NotAFile {
            path: name.to_owned(),
        });
    }
    if metadata.len() > LONGEST {
        return Err(DiskError::TooLong {
            path: name.to_owned(),
        });
    }
    let file = File::open(path).map_err(failed)?;
    read_from(file, name, metadata.len() as usize)
}

/// Whether a name that somebody typed may be a pipe of the shell (`<(…)`): these are under /dev or /proc.
fn is_given_by_shell(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

/// Refuses a pipe with a name: opening it waits for whoever reads, for ever if nobody does.
fn refuse_pipe(path: &Path, metadata: Option<&std::fs::Metadata>) -> io::Result<()> {
    match metadata.is_some_and(is_pipe) && !is_given_by_shell(path) {
        true => Err(io::Error::other("it is a pipe that nobody may read from")),
        false => Ok(()),
    }
}

fn is_pipe(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_fifo()
}

/// Opens a file of any length, to be read as a stream. A pipe of the shell will do.
///
/// # Errors
/// Missing, unreadable, a folder, or a pipe with a name: nobody may ever write to it.
pub fn open(path: &Path) -> Result<File, DiskError> {
    let name = shown(path);
    let failed = |error| DiskError::Read {
        path: name.clone(),
        error,
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() || (is_pipe(&metadata) && !is_given_by_shell(path)) {
        return Err(DiskError::NotAFile { path: name });
    }
    File::open(path).map_err(failed)
}

/// Reads standard input under the name by which it is reported.
///
/// # Errors
/// Unreadable, or longer than [`LONGEST`].
pub fn read_input(input: impl Read, name: &str) -> Result<Source, DiskError> {
    read_from(input, name, 0)
}

fn read_from(input: impl Read, name: &str, expected: usize) -> Result<Source, DiskError> {
    let mut text = Vec::with_capacity(expected);
    input
        .take(LONGEST + 1)
        .read_to_end(&mut text)
        .map_err(|error| DiskError::Read {
            path: name.to_owned(),
            error,
        })?;
    let too_long = || DiskError::TooLong {
        path: name.to_owned(),
    };
    if text.len() as u64 > LONGEST {
        return Err(too_long());
    }
    Source::new(name, text).map_err(|_| too_long())
}

/// Writes a file as a whole: readers see the old one or the new one, never a part.
///
/// # Errors
/// The folder cannot be written to.
pub fn write(path: &Path, text: &[u8]) -> Result<(), DiskError> {
    replace(path, text).map_err(|error| DiskError::Write {
        path: shown(path),
        error,
    })
}

/// Puts text behind what a file has; the file is made if it is not there.
///
/// # Errors
/// It cannot be written to.
pub fn append(path: &Path, text: &[u8]) -> Result<(), DiskError> {
    refuse_pipe(path, std::fs::metadata(path).ok().as_ref())
        .and_then(|()| File::options().append(true).create(true).open(path))
        .and_then(|mut file| file.write_all(text))
        .map_err(|error| DiskError::Write {
            path: shown(path),
            error,
        })
}

/// The bytes of a file; none where it is not there.
pub fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Whether writing replaces what has this name: a device or a pipe is written to instead.
pub fn may_be_replaced(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |metadata| metadata.is_file())
}

/// The path to which links lead, as far as it is there.
pub fn resolved(path: &Path) -> PathBuf {
    let path = absolute(path);
    if let Ok(path) = std::fs::canonicalize(&path) {
        return path;
    }
    let path = end_of_links(path);
    let folder = path.parent().map(std::fs::canonicalize);
    match (folder, path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// The path to which a link leads that leads to nothing yet: what is written to it is made there.
fn end_of_links(mut path: PathBuf) -> PathBuf {
    // As many as the system follows; a circle ends somewhere in it, and writing there tells.
    for _ in 0..40 {
        let Ok(target) = std::fs::read_link(&path) else {
            break;
        };
        path = absolute(&path.parent().unwrap_or(Path::new("/")).join(target));
    }
    path
}

fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let existing = std::fs::metadata(path).ok();
    refuse_pipe(path, existing.as_ref())?;
    // A device or pipe of the shell (`/dev/stderr`) cannot be replaced, only written to.
    if existing.as_ref().is_some_and(|file| !file.is_file()) {
        return File::options().write(true).open(path)?.write_all(text);
    }
    // A link is kept: what it leads to is replaced.
    let path = resolved(path);
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let written = File::options()
        .write(true)
        .create_new(true)
        .open(&beside)
        .and_then(|mut file| {
            if let Some(existing) = &existing {
                file.set_permissions(existing.permissions())?;
            }
            file.write_all(text)
        })
        .and_then(|()| std::fs::rename(&beside, &path));
    if written.is_err() {
        // Best effort: the first error is the one that counts.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Takes a file away, so that nobody takes it for the outcome of what is about to run.
///
/// # Errors
/// It is there and stays.
pub fn remove(path: &Path) -> Result<(), DiskError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DiskError::Write {
            path: shown(path),
            error,
        }),
        _ => Ok(()),
    }
}

/// Whether it is a socket, or a link to one.
pub fn is_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket())
}

/// Whether something has this name, be it a link that leads nowhere.
pub fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// Whether it is a folder, or a link to one.
pub fn is_folder(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// Whether it is a regular file, or a link to one.
pub fn is_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// The working folder; `.` where even that is gone. Nothing here changes it, so it is asked for once.
pub fn working_folder() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> =
        LazyLock::new(|| std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")));
    &FOLDER
}

/// A path made absolute by its words alone: `.` and `..` go, links stay.
pub fn absolute(path: &Path) -> PathBuf {
    let joined = match path.is_absolute() {
        true => path.to_path_buf(),
        false => working_folder().join(path),
    };
    let mut clean = PathBuf::new();
    for component in joined.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// A path as it is reported: relative to the working folder where it lies below, with forward
/// slashes, without `./`; bytes that are not UTF-8 are replaced.
pub fn shown(path: &Path) -> String {
    let clean = absolute(path);
    let relative = match clean.strip_prefix(working_folder()) {
        Ok(below) if below.as_os_str().is_empty() => Path::new("."),
        Ok(below) => below,
        // Named by a path that leaves the folder: as it was named is what the user knows.
        Err(_) if path.is_relative() => path,
        Err(_) => &clean,
    };
    with_slashes(relative)
}

/// A path in words, with forward slashes; bytes that are not UTF-8 are replaced.
pub fn with_slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '\\' {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    }
}
