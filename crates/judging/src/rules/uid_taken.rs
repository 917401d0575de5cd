//! A user asks for a uid that another account has.
//!
//! useradd, adduser and usermod refuse a number that is taken, and the build ends there. Ubuntu's
//! images have a user `ubuntu` with 1000 since 23.04, node's images have `node`, dev containers
//! `vscode`, Jupyter's `jovyan`. With `-o` two names share the number, and the system knows the files
//! by the name that stands first.
//!
//! Delete or rename the account that has it first: `userdel -r ubuntu`.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Error),
    ..Rule::facts("uid-taken", check, include_str!("uid_taken.rs"))
};

/// Says each number that somebody had.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for clash in facts.accounts.clashes() {
        if !facts.is_here(&clash.origin) {
            continue;
        }
        let (uid, holder) = (clash.uid, &clash.holder);
        let by_base = !facts.is_here(&clash.holder_made);
        let whose = if by_base {
            format!("`{holder}` of the base image")
        } else {
            format!("`{holder}`")
        };
        let said = report.say(
            &clash.origin,
            format!("`{}` cannot have the uid {uid}: {whose} has it", clash.user),
        );
        if by_base {
            let help = if uid == 0 {
                "choose another number".to_owned()
            } else {
                format!("delete that account first, with `userdel -r {holder}`, or rename it")
            };
            said.help(help);
        } else {
            said.help("choose another number").related(
                clash.holder_made.place.clone(),
                format!("`{holder}` is made here"),
            );
        }
    }
}
