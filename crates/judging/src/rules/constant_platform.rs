//! A FROM asks for one platform, whatever is built for.
//!
//! A build for another platform then mixes both, and runs what it cannot run. Workspaces are built for
//! the nodes of one cluster, and the flag keeps a laptop of another kind from building for itself: there
//! the rule is off. Remove the flag, use `$BUILDPLATFORM` for a stage of tools, or name the platform in
//! the stage's name where it is meant.

use super::text::platform_parts;
use super::{Levels, Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::expand;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["FromPlatformFlagConstDisallowed", "DL3029"],
    levels: Levels::services(Severity::Warning),
    ..Rule::form(
        "constant-platform",
        Severity::Warning,
        check,
        include_str!("constant_platform.rs"),
    )
};

/// Says each platform that is written out, unless the stage is named after it.
pub fn check(text: &Text, report: &mut Report) {
    for from in text.froms() {
        let Some(flag) = from.flag("platform") else {
            continue;
        };
        let Ok(expanded) = expand(
            flag.value().unwrap_or_default(),
            text.tree.escape,
            &text.stages.globals,
        ) else {
            continue;
        };
        if !expanded.matched.is_empty() || !expanded.unmatched.is_empty() {
            continue;
        }
        let Some((system, architecture)) = platform_parts(&expanded.text) else {
            continue;
        };
        let name = match from.words() {
            [_, _, name] => name.text.to_lowercase(),
            _ => String::new(),
        };
        if name.contains(&system) || name.contains(&architecture) {
            continue;
        }
        let quoted = crate::syntax::quoted(&expanded.text);
        let message = format!("FROM --platform flag should not use constant value {quoted}");
        let place = Place::here(from.text.span(flag.range.clone()));
        report.say_at(place, Certainty::Certain, message);
    }
}
