//! `/bin/sh` is made another shell.
//!
//! Scripts of packages are written for the shell that the distribution has there, and the link comes back
//! with the next upgrade. Use `SHELL ["/bin/bash", "-c"]` for the steps that want another.
//!
//! What counts is the link that comes to be, also by `/usr/bin/sh` and in a folder that was changed to;
//! a link elsewhere that leads to `/bin/sh` does no harm.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, WriteKind};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL4005"],
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::workspaces(Severity::Info)
    },
    scope: Scope::Every,
    ..Rule::facts(
        "shell-link-replaced",
        check,
        include_str!("shell_link_replaced.rs"),
    )
};

/// Says each link that a step puts there.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for file in facts.files.iter() {
        let step = facts.step(&file.written);
        let is_it = matches!(file.path.as_known(), Some("/bin/sh" | "/usr/bin/sh"));
        let is_link = matches!(file.kind, WriteKind::Link(_)) || file.writer == "ln";
        // What the base of a built image has there nobody replaced.
        let is_of_base = facts.is_observed() && !facts.is_here(&file.written);
        if is_of_base || !is_it || !is_link || file.written.step == 0 || !facts.is_own(step) {
            continue;
        }
        report
            .say(&file.written, format!("{} is made another shell", file.path))
            .help("use SHELL for the steps that want another");
    }
}
