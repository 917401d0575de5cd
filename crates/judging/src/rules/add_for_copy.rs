//! ADD does what COPY does.
//!
//! ADD also fetches URLs and unpacks archives, so a reader has to look whether that is meant, and a file
//! that one day is an archive is suddenly unpacked. Use COPY for plain files.
//!
//! Only a source that ADD treats in its own way is a reason for ADD: a URL, a git repository, an archive
//! that it unpacks, zstd's included; so is a flag that COPY does not have. Where a variable may name one,
//! nothing is said.

use super::text::edit;
use super::{Levels, Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3020"],
    levels: Levels {
        service: Some(Severity::Error),
        ..Levels::workspaces(Severity::Info)
    },
    fix: Some(Safety::Safe),
    ..Rule::form(
        "add-for-copy",
        Severity::Error,
        check,
        include_str!("add_for_copy.rs"),
    )
};

/// Endings of archives that ADD unpacks.
const ARCHIVES: [&str; 17] = [
    ".tar", ".z", ".bz2", ".gz", ".lz", ".lzma", ".tz", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz",
    ".txz", ".xz", ".zst", ".tzst",
];

/// Says each ADD that COPY can replace.
pub fn check(text: &Text, report: &mut Report) {
    for (index, instruction) in text.instructions() {
        if instruction.keyword != Keyword::Add {
            continue;
        }
        let Some((_, sources)) = instruction.words().split_last() else {
            continue;
        };
        let is_meant = sources.iter().any(|source| needs_add(bare(&source.text)));
        let known = ["chown", "chmod", "link", "exclude"];
        if is_meant || instruction.flags.iter().any(|flag| !known.contains(&flag.name())) {
            continue;
        }
        let place = Place::here(instruction.keyword_span);
        let mut said = report
            .say_at(place, Certainty::Certain, "ADD does here what COPY does")
            .help("use COPY");
        if let Some(stage) = text.stages.holding(index) {
            said = said.stage(text.stage_name(stage.index));
        }
        let keyword = match instruction.raw_keyword.starts_with('a') {
            true => "copy",
            false => "COPY",
        };
        if let Some(edit) = edit(instruction, instruction.keyword_range(), keyword) {
            said.fix("use COPY", Safety::Safe, vec![edit]);
        }
    }
}

/// Whether a source is one that ADD treats in its own way, or may be.
fn needs_add(source: &str) -> bool {
    let lower = source.to_ascii_lowercase();
    let is_remote = lower.contains("://") || lower.starts_with("git@") || source.starts_with('$');
    is_remote || ARCHIVES.iter().any(|ending| lower.ends_with(ending)) || source.ends_with('}')
}

/// A word without the quotes around it.
pub fn bare(word: &str) -> &str {
    let quoted = |mark: char| word.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(word)
}
