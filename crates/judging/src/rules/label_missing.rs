//! An image lacks a label that the config asks for.
//!
//! `labels` in the config names them: tools that look for an image's owner, source or licence find nothing.
//! Add the label to the stage, or to one that it starts from.
//!
//! A stage from which only others copy is no image, and needs none.

use super::{Report, Rule, Text, lineage};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::{Keyword, expand};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3049"],
    ..Rule::form(
        "label-missing",
        Severity::Info,
        check,
        include_str!("label_missing.rs"),
    )
};

/// Says each label that a stage lacks.
pub fn check(text: &Text, report: &mut Report) {
    for name in text.invocation.contract.labels.keys() {
        let is_it =
            |key: &str| key == name || expand(key, text.tree.escape, &()).is_ok_and(|key| key.text == *name);
        let lacking = lineage::lacking(text, |one| {
            one.keyword == Keyword::Label && one.pairs().iter().any(|pair| is_it(&pair.key.text))
        });
        for stage in lacking
            .into_iter()
            .filter(|stage| !lineage::is_copied_from(text, *stage))
        {
            let message = format!("the label `{name}` is missing");
            report
                .say_at(Place::here(text.base_span(stage)), Certainty::Certain, message)
                .stage(text.stage_name(stage));
        }
    }
}
