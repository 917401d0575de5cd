//! wget draws a bar of its progress into the log of the build.
//!
//! Without a terminal it writes a line for every 50 KB, thousands of them for one archive. Add `-nv`,
//! `-q`, or `--progress=dot:giga`.
//!
//! BusyBox's wget has `-q` alone; the fix is offered where the base is not Alpine.

use super::asked::behind;
use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Family, Purpose};
use crate::finding::{Certainty, Safety, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3047"],
    levels: Levels::everywhere(Severity::Info),
    scope: Scope::Every,
    fix: Some(Safety::Safe),
    ..Rule::facts("progress-logged", check, include_str!("progress_logged.rs"))
};

/// Says each wget that draws its progress.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let is_busybox = facts.from.base.family == Some(Family::Alpine);
    for (written, step) in facts.own_commands() {
        let Some(program) = &step.program else { continue };
        if !matches!(written.purpose, Purpose::Progress) {
            continue;
        }
        let place = &program.words[0].1;
        let help = match is_busybox {
            true => "add `-q`",
            false => "add `-nv`, or `--progress=dot:giga`",
        };
        let said = report
            .say_at(
                place.clone(),
                Certainty::Certain,
                "wget draws its progress into the log of the build",
            )
            .help(help);
        if let Some(edit) = behind(written, place, " --progress=dot:giga").filter(|_| !is_busybox) {
            said.fix("draw one dot for each megabyte", Safety::Safe, vec![edit]);
        }
    }
}
