//! A whole image is copied over another.
//!
//! `COPY --from=… / /` brings the other's system files, its accounts and package databases, over those that
//! are there, and all of it a second time. Start from that image, or copy what is needed.

use super::add_for_copy::bare;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3067"],
    ..Rule::form(
        "image-copied-whole",
        Severity::Warning,
        check,
        include_str!("image_copied_whole.rs"),
    )
};

/// Says each such COPY in a stage that does not start from nothing.
pub fn check(text: &Text, report: &mut Report) {
    for (_, instruction) in text.instructions() {
        let Some((target, sources)) = instruction.words().split_last() else {
            continue;
        };
        let is_root = |word: &str| matches!(bare(word), "/" | "/." | "//" | "/*");
        let copies = instruction.keyword == Keyword::Copy && instruction.flag("from").is_some();
        let source = sources.iter().find(|source| is_root(&source.text));
        if let Some(source) = source.filter(|_| copies && is_root(&target.text)) {
            let place = Place::here(instruction.text.span(source.range.start..target.range.end));
            report
                .say_at(place, Certainty::Certain, "a whole image is copied over another")
                .help("copy what is needed");
        }
    }
}
