//! sudo skips a file whose name has a dot or ends in a tilde.
//!
//! sudo reads the folder `/etc/sudoers.d` and leaves out what an editor or a package manager may have
//! left there: names with a `.` in them and names that end in `~`. A rule in `coder.conf` or in
//! `first.last` is never read, without a word.
//!
//! Give the file a name without a dot.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, Meaning, path};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Warning),
    ..Rule::facts("sudoers-ignored", check, include_str!("sudoers_ignored.rs"))
};

/// Says each such file.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let skipped = facts.files.staying().filter(|file| {
        facts.is_here(&file.written)
            && path::below("/etc/sudoers.d", &file.path)
            && file.meaning.contains(&Meaning::Skipped)
    });
    for file in skipped {
        let name = path::name(&file.path);
        report
            .say(
                &file.written,
                format!(
                    "sudo does not read `{}`: its name has a dot or ends in `~`",
                    file.path
                ),
            )
            .help(format!(
                "call it `{}`",
                name.text().trim_end_matches('~').replace('.', "-")
            ));
    }
}
