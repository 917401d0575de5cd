//! A folder read as data, for those who may not touch the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{DiskError, read, shown};

/// The most files that are read.
const MOST_FILES: usize = 2000;
/// The most bytes of one file.
const LONGEST_FILE: u64 = 4 << 20;
/// The most bytes of all files.
const MOST_BYTES: usize = 32 << 20;
/// How deep folders may lie in one another.
const DEEPEST: usize = 16;

/// Reads all files below a folder, by their paths with forward slashes. `.git` is left out.
///
/// # Errors
/// It cannot be read, it is larger than a folder of templates is, or it has something other than files
/// and folders: a link may lead anywhere, a pipe never ends.
pub fn read_folder(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, DiskError> {
    let mut reading = Reading {
        files: BTreeMap::new(),
        bytes: 0,
    };
    reading.read(folder, "", 0)?;
    Ok(reading.files)
}

struct Reading {
    files: BTreeMap<String, Vec<u8>>,
    bytes: usize,
}

impl Reading {
    fn read(&mut self, folder: &Path, below: &str, depth: usize) -> Result<(), DiskError> {
        let failed = |error| DiskError::Read {
            path: shown(folder),
            error,
        };
        let refuse = |path: &Path, reason: &'static str| DiskError::Refused {
            path: shown(path),
            reason,
        };
        if depth > DEEPEST {
            return Err(refuse(folder, "it lies too deep"));
        }
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                return Err(refuse(&path, "its name is not UTF-8"));
            };
            if name == ".git" {
                continue;
            }
            let name = format!("{below}{name}");
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                self.read(&path, &format!("{name}/"), depth + 1)?;
            } else if kind.is_symlink() {
                return Err(refuse(&path, "it is a link, and a template has none"));
            } else if !kind.is_file() {
                return Err(refuse(&path, "it is neither a file nor a folder"));
            } else {
                if entry.metadata().map_err(failed)?.len() > LONGEST_FILE {
                    return Err(refuse(&path, "it is longer than 4 MiB"));
                }
                let bytes = read(&path, &shown(&path))?.text().to_vec();
                self.bytes += bytes.len();
                if self.bytes > MOST_BYTES || self.files.len() >= MOST_FILES {
                    return Err(refuse(folder, "it has more than 2000 files or 32 MiB"));
                }
                self.files.insert(name, bytes);
            }
        }
        Ok(())
    }
}
