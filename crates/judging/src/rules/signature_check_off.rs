//! A package manager is told not to check signatures.
//!
//! The signature is what ties a package to those who made it: without it a mirror, or anybody on the way,
//! can put another one in its place, and its scripts run as root.
//!
//! Add the key of the repository (`signed-by=` for apt, a file in `/etc/apk/keys`, `gpgkey=` for dnf) and
//! leave the check on.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Program};
use crate::finding::{Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Warning),
    scope: Scope::Stage,
    ..Rule::facts(
        "signature-check-off",
        check,
        include_str!("signature_check_off.rs"),
    )
};

/// Says each place that turns the check off.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (step, program) in facts.programs_here() {
        if let Some((place, how)) = turns_off(program) {
            let origin = facts.origin_within(step, place);
            report
                .say(
                    &origin,
                    format!("`{how}` installs packages whose signature nobody checks"),
                )
                .help("add the key of the repository and leave the check on");
        }
    }
    for file in facts.files.iter().filter(|file| facts.is_here(&file.written)) {
        let Some(text) = file.content.text() else { continue };
        let path = file.path.text();
        let is_apt = path.starts_with("/etc/apt/sources.list");
        let is_rpm = path.starts_with("/etc/yum.repos.d/") || path.starts_with("/etc/zypp/repos.d/");
        let how = text.text().lines().find_map(|line| {
            let line = line.trim();
            match () {
                // Packages that were built here have no signature.
                () if line.starts_with('#') || line.contains(" file:") || line.contains(" copy:") => None,
                () if is_apt && line.contains("trusted=yes") => Some("trusted=yes"),
                () if is_apt && line.to_ascii_lowercase().starts_with("trusted: yes") => Some("Trusted: yes"),
                () if is_rpm && line.replace(' ', "") == "gpgcheck=0" => Some("gpgcheck=0"),
                () => None,
            }
        });
        if let Some(how) = how {
            report
                .say(
                    &file.written,
                    format!("`{how}` in {path}: nobody checks the signatures of its packages"),
                )
                .help("add the key of the repository and leave the check on");
        }
    }
}

/// The word that turns the check off.
fn turns_off(program: &Program) -> Option<(&Place, &str)> {
    let one_of = |options: &[&str]| {
        let mut words = program.words.iter().skip(1);
        let found = words.find(|(word, _)| options.contains(&word.text()))?;
        Some((&found.1, found.0.text()))
    };
    match program.name()? {
        "apt-get" | "apt" | "aptitude" => one_of(&[
            "--allow-unauthenticated",
            "--allow-insecure-repositories",
            "--force-yes",
            "APT::Get::AllowUnauthenticated=true",
            "Acquire::AllowInsecureRepositories=true",
        ]),
        "apk" => {
            // A package in a file of one's own has a key that nobody installs.
            let is_local = program
                .words
                .iter()
                .any(|(word, _)| word.text().ends_with(".apk"));
            one_of(&["--allow-untrusted"]).filter(|_| !is_local)
        }
        "dnf" | "yum" | "microdnf" | "tdnf" | "dnf5" => {
            one_of(&["--nogpgcheck", "--no-gpgchecks", "--setopt=gpgcheck=0"])
        }
        "zypper" => one_of(&["--no-gpg-checks", "--allow-unsigned-rpm"]),
        "rpm" => one_of(&["--nosignature"]),
        _ => None,
    }
}
