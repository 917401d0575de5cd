//! Lists files of a repository by their names.

use std::path::{Path, PathBuf};

use super::walk::as_git_sees;

/// The files below a folder that are wanted by their names, sorted: as git sees them, hidden ones too.
/// What cannot be listed is left out.
pub fn listing(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = as_git_sees(folder)
        .build()
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()) && wanted(entry.path()))
        .map(ignore::DirEntry::into_path)
        .collect();
    found.sort();
    found
}
