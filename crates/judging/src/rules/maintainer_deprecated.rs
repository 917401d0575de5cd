//! MAINTAINER is deprecated.
//!
//! It sets one field that few tools show and that cannot be searched. Use the label
//! `org.opencontainers.image.authors`, which registries and scanners read.

use super::text::edit;
use super::{Levels, Report, Rule, Text};
use crate::finding::{Certainty, Edit, Place, Safety, Severity};
use crate::syntax::{Args, Instruction, Keyword};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["MaintainerDeprecated", "DL4000"],
    fix: Some(Safety::Suggested),
    levels: Levels {
        service: Some(Severity::Error),
        ..Levels::workspaces(Severity::Info)
    },
    ..Rule::form(
        "maintainer-deprecated",
        Severity::Info,
        check,
        include_str!("maintainer_deprecated.rs"),
    )
};

/// Says each MAINTAINER.
pub fn check(text: &Text, report: &mut Report) {
    let all = text.tree.instructions.iter().enumerate();
    let maintainers: Vec<_> = all
        .filter(|(_, one)| one.keyword == Keyword::Maintainer)
        .map(|(index, one)| (text.stages.holding(index).map(|stage| stage.index), one))
        .collect();
    for (at, (stage, instruction)) in maintainers.iter().enumerate() {
        let said = report.say_at(
            Place::here(instruction.keyword_span),
            Certainty::Certain,
            "Maintainer instruction is deprecated in favor of using label",
        );
        // Of several in a stage the last counts; labels of one name would hide one another.
        let is_near = |other: Option<&(Option<usize>, _)>| other.is_some_and(|(other, _)| other == stage);
        let is_one_of_several =
            is_near(maintainers.get(at + 1)) || is_near(at.checked_sub(1).and_then(|at| maintainers.get(at)));
        if !is_one_of_several && let Some(edit) = label(instruction, text.tree.escape) {
            said.fix("use a label", Safety::Suggested, vec![edit]);
        }
    }
}

/// The label that says the same; none where the text crosses lines.
fn label(instruction: &Instruction, escape: char) -> Option<Edit> {
    let Args::Text(word) = &instruction.args else {
        return None;
    };
    let text = word.text.as_str();
    let quoted = |mark: char| {
        let inner = text.strip_prefix(mark)?.strip_suffix(mark)?;
        (!inner.contains(mark)).then_some(inner)
    };
    let name = quoted('"').or_else(|| quoted('\'')).unwrap_or(text);
    let keyword = match instruction.raw_keyword == instruction.raw_keyword.to_lowercase() {
        true => "label",
        false => "LABEL",
    };
    let mut value = String::new();
    for sign in name.chars() {
        if sign == '"' || sign == '$' || sign == escape {
            value.push(escape);
        }
        value.push(sign);
    }
    let label = format!("{keyword} org.opencontainers.image.authors=\"{value}\"");
    edit(instruction, 0..word.range.end, label)
}
