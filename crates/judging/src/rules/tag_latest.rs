//! A FROM names the tag `latest`.
//!
//! It moves with every release, so the same file gives another image tomorrow. Name the tag of a release,
//! or a digest beside it.
//!
//! Arguments are looked up: `FROM node:$TAG` is told, as a possible finding, where the default of `TAG` is
//! `latest`.

use super::{Report, Rule, Text, images};
use crate::finding::{Certainty, Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3007"],
    ..Rule::form(
        "tag-latest",
        Severity::Warning,
        check,
        include_str!("tag_latest.rs"),
    )
};

/// Says each image of the tag `latest`.
pub fn check(text: &Text, report: &mut Report) {
    for image in images::of(text) {
        if image.reference.tag.as_deref() != Some("latest") || image.reference.digest.is_some() {
            continue;
        }
        let certainty = match image.is_written {
            true => Certainty::Certain,
            false => Certainty::Possible,
        };
        let message = format!("`{}` moves with every release", image.reference.familiar());
        report
            .say_at(Place::here(image.span), certainty, message)
            .stage(text.stage_name(image.stage))
            .help("name the tag of a release");
    }
}
