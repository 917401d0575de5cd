//! A program is made to run as its owner, whoever starts it.
//!
//! With the setuid bit (`u+s`, `4755`) everybody in the container runs the program as its owner, mostly
//! root, with the setgid bit (`g+s`, `2755`) as its group: one fault in it, or one option that starts
//! another program, gives that away. Interpreters and scripts are never safe this way. Programs that are
//! made for it (`newuidmap`, `sudo`, `bwrap`) are not told, and neither is the setgid bit of a folder, which
//! only says to which group new files belong.
//!
//! Drop the bit. Give a program the one right that it needs by `setcap`, or allow it to the user in sudoers.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Mode, ModeReach, Right};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::workspaces(Severity::Info)
    },
    scope: Scope::Stage,
    ..Rule::facts("setuid-set", check, include_str!("setuid_set.rs"))
};

/// Programs that are made to run as their owner, and drop what they do not need.
const MADE_FOR_IT: [&str; 20] = [
    "at",
    "bwrap",
    "chage",
    "chfn",
    "chrome-sandbox",
    "chrome_sandbox",
    "chsh",
    "crontab",
    "doas",
    "fusermount",
    "fusermount3",
    "mount",
    "newgidmap",
    "newgrp",
    "newuidmap",
    "passwd",
    "ping",
    "su",
    "sudo",
    "umount",
];

/// Says each mode that lets others run a program as its owner or group.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for mode in facts.modes_kept() {
        let is_of_user = mode.gives(Right::SetsUser) && may_be_a_program(mode, facts);
        let is_of_group = mode.gives(Right::SetsGroup) && mode.is_of_files(facts);
        let name = mode.path.text().rsplit('/').next().unwrap_or_default();
        if !is_of_user && !is_of_group || MADE_FOR_IT.contains(&name) {
            continue;
        }
        let whose = match is_of_user {
            true => "owner",
            false => "group",
        };
        let message = format!(
            "with `{}` whoever starts {} runs it as its {whose}",
            mode.said, mode.path
        );
        report
            .say(&mode.origin, message)
            .help("drop the bit; setcap or sudoers give a program the one right that it needs");
    }
}

/// Of a folder the bit means nothing.
fn may_be_a_program(mode: &Mode, facts: &Facts) -> bool {
    match mode.reach {
        ModeReach::Folder | ModeReach::Folders => false,
        ModeReach::File | ModeReach::Files | ModeReach::Tree => true,
        ModeReach::Path => mode.is_of_files(facts) || !mode.may_be_folder(facts),
    }
}
