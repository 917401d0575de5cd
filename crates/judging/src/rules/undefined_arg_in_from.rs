//! A FROM uses an argument that is not declared above the first FROM.
//!
//! Only an `ARG` before the first `FROM` is seen there; one inside a stage is not, and a name that
//! nobody declared is empty, whatever `--build-arg` says. Declare it at the head of the file, or mend
//! the name.

use std::cell::OnceCell;

use super::text::{Suggestions, did_you_mean, reference};
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::stages::PLATFORM_ARGUMENTS;
use crate::syntax::{Keyword, expand};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["UndefinedArgInFrom"],
    ..Rule::form(
        "undefined-arg-in-from",
        Severity::Warning,
        check,
        include_str!("undefined_arg_in_from.rs"),
    )
};

/// Says each name in an image or a platform that is no global argument.
pub fn check(text: &Text, report: &mut Report) {
    let suggestions = Suggestions::default();
    let declared = OnceCell::new();
    for from in text.froms() {
        let image = from
            .words()
            .first()
            .map(|word| (word.text.as_str(), word.range.clone()));
        let platform = from.flag("platform");
        let platform = platform.and_then(|flag| Some((flag.value()?, flag.range.clone())));
        for (word, range) in image.into_iter().chain(platform) {
            if !word.contains('$') {
                continue;
            }
            let Ok(expanded) = expand(word, text.tree.escape, &text.stages.globals) else {
                continue;
            };
            for name in expanded.unmatched {
                if text.invocation.arguments.contains_key(&name) {
                    continue;
                }
                let options: &Vec<&str> = declared.get_or_init(|| declared_in(text));
                let near = suggestions
                    .may_look_at(options.len())
                    .then(|| suggestions.nearest(&name, options.iter().copied()))
                    .flatten();
                let mean = did_you_mean("", near.as_deref());
                let message = format!("FROM argument '{name}' is not declared{mean}");
                let range = reference(from.text.text(), range.clone(), &name);
                report.say_at(Place::here(from.text.span(range)), Certainty::Certain, message);
            }
        }
    }
}

/// The names that a FROM may use.
fn declared_in<'a>(text: &Text<'a>) -> Vec<&'a str> {
    let instructions = text.tree.instructions.iter();
    let globals = instructions.take_while(|one| one.keyword != Keyword::From);
    let pairs = globals
        .filter(|one| one.keyword == Keyword::Arg)
        .flat_map(|one| one.pairs());
    let names = pairs.map(|pair| pair.key.text.as_str());
    names.chain(PLATFORM_ARGUMENTS).collect()
}
