//! Sysbox does not see where the inner engine keeps its data.
//!
//! It looks for `data-root` in the image's `/etc/docker/daemon.json` line by line, and takes the key
//! only where it stands on a line of its own. In JSON on one line it is missed: the engine's folder
//! gets no place on the host, and its layers lie on layers, slowly or not at all.
//!
//! Write the file with one key a line.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{DaemonSetting, Facts, Meaning};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Warning),
    ..Rule::facts("data-root-unseen", check, include_str!("data_root_unseen.rs"))
};

/// Says the file.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if contract.docker == Some(false) {
        return;
    }
    for file in facts.files.staying().filter(|file| facts.is_here(&file.written)) {
        for meaning in &file.meaning {
            let Meaning::Daemon(DaemonSetting::DataRoot {
                path,
                own_line: false,
            }) = meaning
            else {
                continue;
            };
            report
                .say(
                    &file.written,
                    format!("Sysbox does not see the data-root {path}: it is not alone on its line"),
                )
                .help("write daemon.json with one key a line");
        }
    }
}
