//! A new home starts without a start-up file of the shell.
//!
//! The home is a volume that starts empty. The workspace's start-up script copies `/etc/skel` into it;
//! without `.profile`, `.bash_profile` or `.bashrc` there, login shells have neither prompt, aliases
//! nor the user's own folders on PATH.
//!
//! Put a `.profile` and a `.bashrc` into `/etc/skel`.

use super::{Levels, Report, Rule, mounted};
use crate::contract::Contract;
use crate::facts::Answer;
use crate::facts::{Facts, Reach, Value, path};
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Info),
    ..Rule::facts("skel-missing", check, include_str!("skel_missing.rs"))
};

const START_UP: [&str; 3] = [".profile", ".bash_profile", ".bashrc"];

/// Says it at the base, or where the last of them was removed.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let home = Value::known(mounted::owner(facts, contract).home);
    let is_volume = mounted::volumes(facts, contract)
        .iter()
        .any(|volume| path::covers(volume, &home));
    if !is_volume || facts.is_opaque(Reach::Files, 0, facts.next_step()) {
        return;
    }
    let of_base: Vec<&str> = match &facts.from.base.skel {
        Answer::Known(names) => names.iter().map(String::as_str).collect(),
        Answer::Absent => Vec::new(),
        Answer::Unknown => return,
    };
    let mut place = facts.from.place.clone();
    for name in START_UP {
        let path = Value::known(format!("/etc/skel/{name}"));
        let written = !facts.written(&path, 0).is_absent();
        let mut removals = facts.files.removals().iter();
        let removed = removals.rfind(|removal| !path::removes(&removal.path, &path).is_absent());
        if written || of_base.contains(&name) && removed.is_none() {
            return;
        }
        match removed {
            Some(removed) if !path::removes(&removed.path, &path).is_known() => return,
            Some(removed) if facts.is_here(&removed.origin) && of_base.contains(&name) => {
                place = removed.origin.place.clone();
            }
            _ => {}
        }
    }
    report
        .say_at(
            place,
            Certainty::Certain,
            "a new home starts without .profile, .bash_profile and .bashrc: /etc/skel has none",
        )
        .help("put a .profile and a .bashrc into /etc/skel");
}
