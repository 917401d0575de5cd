//! A file may be written by everybody.
//!
//! Whoever gets to run anything in the container, as any user, can change the file, and what the next
//! user or a service runs from there. `777` mostly stands for an owner that was not set. A folder for
//! everybody has the sticky bit (`1777`), as `/tmp` has it.
//!
//! Told wherever a mode is given: `chmod`, `mkdir -m`, `install -m`, `find -exec chmod`, `COPY --chmod=`.
//! What is removed again, or gets another mode later, is not told. Of an image, what its layers hold is told
//! but for what packages own, and a folder stands for what lies below it.
//!
//! Give the file to who needs it, with `COPY --chown=` or `chown`, and use `755` or `775`.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Right};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    // In a workspace there is one user, who is mostly root by sudo: nobody else is kept out.
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::workspaces(Severity::Info)
    },
    scope: Scope::Stage,
    ..Rule::facts("world-writable", check, include_str!("world_writable.rs"))
};

/// Devices and folders that are for everybody.
const FOR_ALL: [&str; 5] = ["/tmp", "/var/tmp", "/dev", "/run/lock", "/var/lock"];

/// Says each mode that lets everybody write.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let is_for_all = |path: &str| FOR_ALL.iter().any(|folder| path.starts_with(folder));
    let mut told = None;
    for mode in facts.modes_kept() {
        let is_open = mode.gives(Right::WrittenByAll) && !mode.gives(Right::Sticky);
        let here = (mode.origin.step, mode.origin.place.clone());
        if !is_open || is_for_all(mode.path.text()) || told.as_ref() == Some(&here) {
            continue;
        }
        told = Some(here);
        report
            .say(
                &mode.origin,
                format!("with `{}` everybody may write {}", mode.said, mode.path),
            )
            .help("give it to who needs it with `chown`, and use 755 or 775");
    }
}
