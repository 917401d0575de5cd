//! apt skips a file by its extension.
//!
//! In `/etc/apt/preferences.d` apt reads names without an extension or with `.pref`, in
//! `/etc/apt/sources.list.d` those with `.list` or `.sources`. It passes over every other file, at
//! most with a notice in the log of the build: a pin in `docker.conf` bounds nothing, and a source in
//! `docker.repo` is none.
//!
//! Give the file an extension that apt reads.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, Meaning, path};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Warning),
    ..Rule::facts("apt-file-ignored", check, include_str!("apt_file_ignored.rs"))
};

/// Endings by which people and tools put a file aside; apt knows them and says nothing.
const PUT_ASIDE: [&str; 6] = [".disabled", ".bak", ".save", ".orig", ".old", "~"];

/// Says each such file.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    const FOLDERS: [(&str, &str); 2] = [
        ("/etc/apt/preferences.d", "without an extension or with `.pref`"),
        ("/etc/apt/sources.list.d", "with `.list` or `.sources`"),
    ];
    for file in facts.files.staying() {
        let folder = FOLDERS.iter().find(|(folder, _)| path::below(folder, &file.path));
        let Some((folder, wanted)) = folder else { continue };
        let is_aside = PUT_ASIDE.iter().any(|ending| file.path.text().ends_with(ending));
        if !facts.is_here(&file.written) || is_aside || !file.meaning.contains(&Meaning::Skipped) {
            continue;
        }
        report
            .say(&file.written, format!("apt does not read `{}`", file.path))
            .help(format!("in {folder} it reads names {wanted}"));
    }
}
