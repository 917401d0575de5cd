//! COPY has a relative target, and no WORKDIR says where that is.
//!
//! The file then lands wherever the base image happens to end, mostly in `/`, and elsewhere with another
//! base. Set WORKDIR before, or write the whole path.
//!
//! The WORKDIR of the base counts where it is known (golang, php and others have one), that of a stage
//! that is started from counts too. Where the base is not known, the finding is a possible one. ADD is
//! looked at as well.

use super::add_for_copy::bare;
use super::{Report, Rule, Text};
use crate::facts::Value;
use crate::finding::{Certainty, Place, Severity};
use crate::stages::Start;
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3045"],
    ..Rule::form(
        "copy-without-workdir",
        Severity::Warning,
        check,
        include_str!("copy_without_workdir.rs"),
    )
};

/// Says each such target.
pub fn check(text: &Text, report: &mut Report) {
    let mut has_folder = vec![false; text.stages.all.len()];
    for stage in &text.stages.all {
        if let Start::Stage(parent) = stage.start {
            has_folder[stage.index] = has_folder[parent];
        }
        let facts = text.facts.get(stage.index).and_then(Option::as_ref);
        let of_base = facts.and_then(|facts| facts.config.workdirs.iter().find(|one| one.origin.step == 0));
        let of_base = of_base.map(|folder| &folder.value);
        if of_base.is_some_and(|folder| !folder.is("/")) {
            has_folder[stage.index] = true;
        }
        let certainty = match of_base.and_then(Value::as_known) {
            Some(_) => Certainty::Certain,
            None => Certainty::Possible,
        };
        for index in stage.instructions.clone() {
            let instruction = &text.tree.instructions[index];
            match instruction.keyword {
                Keyword::Workdir => has_folder[stage.index] = true,
                Keyword::Copy | Keyword::Add if !has_folder[stage.index] && !text.is_refused(index) => {}
                _ => continue,
            }
            let [_, .., target] = instruction.words() else {
                continue;
            };
            let name = bare(&target.text);
            if name.starts_with(['/', '$', '\\']) || has_drive(name) {
                continue;
            }
            let place = Place::here(instruction.text.span(target.range.clone()));
            let message = format!("`{name}` lies wherever the base image ends, since no WORKDIR is set");
            report
                .say_at(place, certainty, message)
                .stage(text.stage_name(stage.index))
                .help("set WORKDIR before, or write the whole path");
        }
    }
}

/// `c:` of Windows.
fn has_drive(path: &str) -> bool {
    let mut signs = path.chars();
    signs.next().is_some_and(|sign| sign.is_ascii_alphabetic()) && signs.next() == Some(':')
}
