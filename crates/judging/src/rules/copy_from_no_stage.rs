//! `COPY --from` names no earlier stage.
//!
//! A number must be that of a stage above. A name that no stage has is taken for an image, `latest`, which
//! is pulled: most often it is a typing error, or the stage comes later in the file. Name an earlier
//! stage; for an image, write its tag.
//!
//! Stages are found in any case, as Docker does. An image with a tag or a digest is meant; one without is a
//! possible finding.

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::stages::FromFlag;
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3022", "DL3023"],
    ..Rule::form(
        "copy-from-no-stage",
        Severity::Warning,
        check,
        include_str!("copy_from_no_stage.rs"),
    )
};

/// Says each such flag.
pub fn check(text: &Text, report: &mut Report) {
    for (index, instruction) in text.instructions() {
        let Some(stage) = text.stages.holding(index) else {
            continue;
        };
        let flag = (instruction.keyword == Keyword::Copy).then(|| instruction.flag("from"));
        let Some(flag) = flag.flatten() else { continue };
        let value = flag.value().unwrap_or_default();
        let FromFlag::Image(name) = text.stages.copy_from(value, stage.index) else {
            continue;
        };
        if name.is_empty() || name.contains(['$', ':', '@']) {
            continue;
        }
        let place = Place::here(instruction.text.span(flag.range.clone()));
        let is_own = stage.name.as_deref() == Some(name.to_lowercase().as_str());
        let is_later = text.stages.named(&name, text.stages.all.len()).is_some();
        let (certainty, message) = if is_own {
            (Certainty::Certain, format!("stage `{name}` copies from itself"))
        } else if is_later {
            (
                Certainty::Certain,
                format!("stage `{name}` comes later in the file"),
            )
        } else if name.parse::<u64>().is_ok() {
            (Certainty::Certain, format!("there is no stage {name} above"))
        } else {
            let message = format!("no stage is called `{name}`, so an image of that name is pulled");
            (Certainty::Possible, message)
        };
        let said = report
            .say_at(place, certainty, message)
            .stage(text.stage_name(stage.index));
        // Whoever copies from itself names an earlier stage just as little.
        match is_own {
            true => said.aliases(&["DL3023"]).level(Severity::Error),
            false => said.aliases(&["DL3022"]),
        };
    }
}
