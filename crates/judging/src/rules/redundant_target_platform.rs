//! A FROM asks for the platform that is built for anyway.
//!
//! `--platform=$TARGETPLATFORM` is what FROM does without the flag. Remove it; for a stage that runs
//! tools of the machine that builds, `$BUILDPLATFORM` is meant.

use super::text::edit;
use super::{Levels, Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};
use crate::syntax::expand;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["RedundantTargetPlatform", "DL3065"],
    fix: Some(Safety::Safe),
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::workspaces(Severity::Info)
    },
    ..Rule::form(
        "redundant-target-platform",
        Severity::Info,
        check,
        include_str!("redundant_target_platform.rs"),
    )
};

/// Says each flag whose value is the target platform and nothing else.
pub fn check(text: &Text, report: &mut Report) {
    for from in text.froms() {
        let Some(flag) = from.flag("platform") else {
            continue;
        };
        let value = flag.value().unwrap_or_default();
        if !value.contains("TARGETPLATFORM") {
            continue;
        }
        let of = |word: &str| expand(word, text.tree.escape, &text.stages.globals);
        let (Ok(expanded), Ok(target)) = (of(value), of("$TARGETPLATFORM")) else {
            continue;
        };
        let alone = expanded.matched == ["TARGETPLATFORM"] && expanded.unmatched.is_empty();
        let same = match expanded.holes.as_slice() {
            [] => expanded.text == target.text,
            [hole] => *hole == (0..expanded.text.len()),
            _ => false,
        };
        if !alone || !same {
            continue;
        }
        let message = format!(
            "Setting platform to predefined {value} in FROM is redundant as this is the default behavior"
        );
        let place = Place::here(from.text.span(flag.range.clone()));
        let said = report.say_at(place, Certainty::Certain, message);
        let next = from
            .words()
            .first()
            .map_or(flag.range.end, |word| word.range.start);
        if let [_] = from.flags.as_slice()
            && let Some(edit) = edit(from, flag.range.start..next, "")
        {
            said.fix("remove the flag", Safety::Safe, vec![edit]);
        }
    }
}
