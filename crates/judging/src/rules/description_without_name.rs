//! The comment before a stage or an argument does not begin with its name.
//!
//! `docker build --call=targets` and `--call=outline` show the comment above a named `FROM` or an `ARG`
//! as its description if its last line begins with the name. BuildKit checks it only where
//! `# check=experimental=InvalidDefinitionDescription` asks for it, and so do we. Begin with the name, or
//! put an empty comment (`#`) between; a blank line does not separate them.

use super::text::Text;
use super::{Levels, Report, Rule, instruction_options};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::{Instruction, Keyword, Word};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["InvalidDefinitionDescription"],
    levels: Levels::nowhere(),
    ..Rule::form(
        "description-without-name",
        Severity::Info,
        check,
        include_str!("description_without_name.rs"),
    )
};

/// Says each comment that does not begin with what it describes, where that is asked for.
pub fn check(text: &Text, report: &mut Report) {
    let check = "InvalidDefinitionDescription";
    let everywhere = text.checks.file.adds(check) || text.invocation.raised.contains_key(RULE.name);
    for (_, instruction) in text.instructions() {
        let is_wanted =
            everywhere || instruction_options(instruction).is_some_and(|options| options.adds(check));
        if let Some(comment) = instruction.comments.last().filter(|_| is_wanted) {
            describe(instruction, comment, report);
        }
    }
}

fn describe(instruction: &Instruction, comment: &str, report: &mut Report) {
    let (name, keys): (&str, Vec<&Word>) = match instruction.keyword {
        Keyword::Arg => ("ARG", instruction.pairs().iter().map(|pair| &pair.key).collect()),
        Keyword::From => match instruction.words() {
            [_, _, name] => ("FROM", vec![name]),
            _ => return,
        },
        _ => return,
    };
    let is_stage = instruction.keyword == Keyword::From;
    let own = |word: &Word| match is_stage {
        true => word.text.to_lowercase(),
        false => word.text.clone(),
    };
    let first = comment.split(' ').next().unwrap_or_default();
    let Some(key) = keys.first() else { return };
    if keys.iter().any(|key| own(key) == first) {
        return;
    }
    let example = match keys.len() {
        1 => own(key),
        _ => "<arg_key>".to_owned(),
    };
    let message = format!("Comment for {name} should follow the format: `# {example} <description>`");
    let place = Place::here(instruction.text.span(key.range.clone()));
    report.say_at(place, Certainty::Certain, message);
}
