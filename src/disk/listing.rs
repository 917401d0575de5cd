//! Lists files of a repository by their names.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// The files below a folder that are wanted by their names, sorted: as git sees them, hidden ones too.
/// What cannot be listed is left out.
pub fn listing(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let walk = WalkBuilder::new(folder)
        .hidden(false)
        .follow_links(false)
        .require_git(false)
        .ignore(false)
        .git_global(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    let mut found: Vec<PathBuf> = walk
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()) && wanted(entry.path()))
        .map(ignore::DirEntry::into_path)
        .collect();
    found.sort();
    found
}
