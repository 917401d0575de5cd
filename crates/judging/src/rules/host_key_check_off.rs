//! ssh is told not to check who answers.
//!
//! Without the check of the host key, whoever answers at the address is believed: `git clone` over ssh
//! takes any code, and a password or an agent that is handed on goes to them. In a configuration file it
//! holds for whoever uses ssh in the image later.
//!
//! Put the host's key into `known_hosts`: compare what `ssh-keyscan` prints with what the host publishes,
//! and COPY that file.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    // A service does not use ssh for itself; in a workspace people do.
    levels: Levels {
        service: Some(Severity::Info),
        ..Levels::workspaces(Severity::Warning)
    },
    scope: Scope::Stage,
    ..Rule::facts("host-key-check-off", check, include_str!("host_key_check_off.rs"))
};

/// Says each place that turns the check off.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let help = "put the host's own key into known_hosts";
    for (step, program) in facts.programs_here() {
        let name = program.name().unwrap_or_default();
        if !matches!(name, "ssh" | "scp" | "sftp" | "rsync" | "git") {
            continue;
        }
        let mut words = program.words.iter().skip(1);
        if let Some((_, place)) = words.find(|(word, _)| turns_off(word.text())) {
            let origin = facts.origin_within(step, place);
            report
                .say(&origin, format!("`{name}` takes any host key"))
                .help(help);
        }
    }
    for file in facts.files.iter().filter(|file| facts.is_here(&file.written)) {
        let path = file.path.text();
        let is_of_ssh = path.ends_with("/.ssh/config") || path.starts_with("/etc/ssh/ssh_config");
        let text = file.content.text().filter(|_| is_of_ssh);
        if text.is_some_and(|text| text.text().lines().any(turns_off)) {
            report
                .say(&file.written, format!("with {path} ssh takes any host key"))
                .help(help);
        }
    }
}

/// Whether a line or an option says so.
fn turns_off(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let Some(at) = text.find("stricthostkeychecking") else {
        return false;
    };
    let value = text[at + "stricthostkeychecking".len()..].trim_start_matches([' ', '=', '\t']);
    !text.starts_with('#') && (value.starts_with("no") || value.starts_with("off"))
}
