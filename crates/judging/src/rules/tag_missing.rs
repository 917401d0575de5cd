//! A FROM names neither tag nor digest.
//!
//! What is built from then is `latest`, whatever that is on the day of the build. Name the tag of a
//! release, or the digest.
//!
//! Stages are found as BuildKit finds them, a registry's port is not taken for a tag, and arguments are
//! looked up: `FROM $BASE` is told where the default of `BASE` has no tag.

use super::{Report, Rule, Text, images};
use crate::finding::{Certainty, Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3006"],
    ..Rule::form(
        "tag-missing",
        Severity::Warning,
        check,
        include_str!("tag_missing.rs"),
    )
};

/// Says each image without a tag.
pub fn check(text: &Text, report: &mut Report) {
    for image in images::of(text) {
        if image.reference.tag.is_some() || image.reference.digest.is_some() {
            continue;
        }
        let certainty = match image.is_written {
            true => Certainty::Certain,
            false => Certainty::Possible,
        };
        let message = format!(
            "`{}` has no tag, so it is whatever is the latest",
            image.reference.familiar()
        );
        report
            .say_at(Place::here(image.span), certainty, message)
            .stage(text.stage_name(image.stage))
            .help("name the tag of a release");
    }
}
