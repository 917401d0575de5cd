//! Puts new files into a folder: all of them, or none.
//!
//! They are written into a folder beside the place, and moved when all are there. Nothing that exists
//! is ever written to: a folder takes a name only where nothing has it, a file likewise.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{is_folder, is_there, shown};

/// A file to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewFile<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Whether it may be run.
    pub executable: bool,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Something has the name of a file or a folder that would be made.
    #[error("in the way: {}", .0.join(", "))]
    InTheWay(Vec<String>),
    /// It cannot be written.
    #[error("cannot make {path}: {}", super::reason(.error))]
    Write {
        /// What was to be made.
        path: String,
        /// Why not.
        error: io::Error,
    },
}

/// Makes files below a folder, which is made if it is not there.
///
/// # Errors
/// Something is in the way, all of which is told, or the disk refuses. Nothing is left behind then.
pub fn place(folder: &Path, files: &BTreeMap<String, NewFile>) -> Result<(), PlaceError> {
    let in_the_way = in_the_way(folder, files);
    if !in_the_way.is_empty() {
        return Err(PlaceError::InTheWay(in_the_way));
    }
    let mut made = Made::default();
    let result = made.all(folder, files);
    if result.is_ok() {
        made.keep();
    }
    result
}

/// What has a name that is needed, as it is reported.
fn in_the_way(folder: &Path, files: &BTreeMap<String, NewFile>) -> Vec<String> {
    if !is_folder(folder) {
        // A file, or a link that leads nowhere; or nothing, which is best.
        return if is_there(folder) {
            vec![shown(folder)]
        } else {
            Vec::new()
        };
    }
    let mut found = Vec::new();
    for path in files.keys() {
        let mut at = folder.to_path_buf();
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            at.push(part);
            let Ok(there) = fs::symlink_metadata(&at) else {
                break;
            };
            // A link to a folder would lead the files out of here.
            if parts.peek().is_none() || !there.is_dir() {
                let name = shown(&at);
                if !found.contains(&name) {
                    found.push(name);
                }
                break;
            }
        }
    }
    found
}

/// What was made so far, to be undone unless all of it is.
#[derive(Default)]
struct Made {
    /// Removed whole.
    staged: Option<PathBuf>,
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
    kept: bool,
}

impl Drop for Made {
    fn drop(&mut self) {
        // Best effort: what led here is the error that counts.
        if let Some(staged) = &self.staged {
            let _ = fs::remove_dir_all(staged);
        }
        if self.kept {
            return;
        }
        for file in self.files.iter().rev() {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

impl Made {
    fn keep(&mut self) {
        self.kept = true;
    }

    fn all(&mut self, folder: &Path, files: &BTreeMap<String, NewFile>) -> Result<(), PlaceError> {
        let is_new = !is_there(folder);
        let parent = match folder.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => folder,
        };
        if is_new {
            self.folders_to(parent)?;
        }
        // In a folder that is there already, what is staged lies in it: its parent may be of others.
        let beside = if is_new { parent } else { folder };
        let staged = beside.join(format!(".seaworthy-new.{}.tmp", std::process::id()));
        fs::create_dir(&staged).map_err(|error| failed(&staged, error))?;
        self.staged = Some(staged.clone());
        for (path, file) in files {
            write(&staged, path, file).map_err(|error| failed(&folder.join(path), error))?;
        }
        if is_new {
            // Readable as any new folder is; an empty folder that somebody made meanwhile is taken.
            fs::rename(&staged, folder).map_err(|error| failed(folder, error))
        } else {
            self.merge(&staged, folder)
        }
    }

    /// Makes a folder with those above it.
    fn folders_to(&mut self, folder: &Path) -> Result<(), PlaceError> {
        let missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !is_there(folder))
            .collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).map_err(|error| failed(folder, error))?;
            self.folders.push(folder.to_path_buf());
        }
        Ok(())
    }

    /// Moves what lies in one folder into another, where nothing has the names.
    fn merge(&mut self, from: &Path, to: &Path) -> Result<(), PlaceError> {
        let entries = fs::read_dir(from).map_err(|error| failed(to, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| failed(to, error))?;
            let (source, target) = (entry.path(), to.join(entry.file_name()));
            if source.is_dir() {
                match fs::create_dir(&target) {
                    Ok(()) => self.folders.push(target.clone()),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists && target.is_dir() => {}
                    Err(error) => return Err(failed(&target, error)),
                }
                self.merge(&source, &target)?;
            } else {
                // A new name for a file never takes the place of another.
                fs::hard_link(&source, &target)
                    .or_else(|error| match error.kind() {
                        io::ErrorKind::AlreadyExists => Err(error),
                        // Not every file system has hard links.
                        _ => copy_new(&source, &target),
                    })
                    .map_err(|error| failed(&target, error))?;
                self.files.push(target);
            }
        }
        Ok(())
    }
}

fn failed(path: &Path, error: io::Error) -> PlaceError {
    PlaceError::Write {
        path: shown(path),
        error,
    }
}

fn write(folder: &Path, path: &str, file: &NewFile) -> io::Result<()> {
    let path = folder.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // What the umask leaves of it.
        options.mode(if file.executable { 0o777 } else { 0o666 });
    }
    options.open(path)?.write_all(file.bytes)
}

fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut target = File::options().write(true).create_new(true).open(to)?;
    let copied = io::copy(&mut source, &mut target)
        .and_then(|_| target.set_permissions(source.metadata()?.permissions()));
    if copied.is_err() {
        // Best effort: the first error is the one that counts.
        let _ = fs::remove_file(to);
    }
    copied
}
