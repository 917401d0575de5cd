//! The base is no valid image reference unless somebody gives other arguments.
//!
//! With the defaults of its arguments alone the reference is empty or malformed, or it has capitals,
//! which no repository has: then it is often a stage whose name was folded to small letters. Whoever
//! builds the file without the right `--build-arg` gets an error. Give each argument a default that
//! builds.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::reference::ImageRef;
use crate::syntax::{Keyword, Lookup, Variables, expand};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["InvalidDefaultArgInFrom"],
    ..Rule::form(
        "default-base-invalid",
        Severity::Warning,
        check,
        include_str!("default_base_invalid.rs"),
    )
};

/// Says each base that is no reference by the defaults alone.
pub fn check(text: &Text, report: &mut Report) {
    let defaults = OnceCell::new();
    for from in text.froms() {
        let Some(word) = from.words().first() else {
            continue;
        };
        let image = match word.text.contains(['$', '"', '\'', text.tree.escape]) {
            false => word.text.clone(),
            true => {
                let Some(defaults) = defaults.get_or_init(|| Defaults::of(text)) else {
                    return;
                };
                let Ok(expanded) = expand(&word.text, text.tree.escape, defaults) else {
                    return;
                };
                expanded.text
            }
        };
        if ImageRef::parse(&image).is_err() {
            let message = format!(
                "Default value for ARG {} results in empty or invalid base image name",
                word.text
            );
            let place = Place::here(from.text.span(word.range.clone()));
            report.say_at(place, Certainty::Certain, message);
        }
    }
}

/// Global arguments as they are when nobody gives any.
struct Defaults(HashMap<String, String>);

impl Variables for Defaults {
    fn get(&self, name: &str) -> Lookup {
        self.0
            .get(name)
            .map_or(Lookup::Unset, |value| Lookup::Set(value.clone()))
    }
}

impl Defaults {
    /// None where an argument cannot be expanded, which BuildKit tells elsewhere.
    fn of(text: &Text) -> Option<Self> {
        let platform = text.invocation.platform.clone().unwrap_or_default();
        let whole = format!("{}/{}", platform.os, platform.architecture);
        let target = text
            .stages
            .target
            .map_or_else(String::new, |stage| text.stage_name(stage));
        let mut defaults = Self(HashMap::new());
        for side in ["TARGET", "BUILD"] {
            let values = [
                ("PLATFORM", whole.as_str()),
                ("OS", &platform.os),
                ("OSVERSION", ""),
                ("ARCH", &platform.architecture),
                ("VARIANT", &platform.variant),
            ];
            for (name, value) in values {
                defaults.0.insert(format!("{side}{name}"), value.to_owned());
            }
        }
        defaults.0.insert("TARGETSTAGE".to_owned(), target);
        for instruction in &text.tree.instructions {
            match instruction.keyword {
                Keyword::From => break,
                Keyword::Arg => {}
                _ => continue,
            }
            for pair in instruction.pairs() {
                if let Some(value) = &pair.value {
                    let value = expand(&value.text, text.tree.escape, &defaults).ok()?.text;
                    defaults.0.insert(pair.key.text.clone(), value);
                }
            }
        }
        Some(defaults)
    }
}
