//! Packages are installed in whatever version there is on the day of the build.
//!
//! The same file then gives another image tomorrow, and a build that worked stops working. For a service
//! that is released from its file, name versions: `curl=7.88.1-10`, `flask==3.0.0`, `express@4.19.2`,
//! `rake:13.2.1`, `golang.org/x/tools/cmd/stringer@v0.24.0`, or let a lock or constraints file do so.
//!
//! In a workspace the rule is off: distributions take old versions away, so that a file with pinned
//! system packages cannot be built any more after some weeks, and people want the fixes of today.
//!
//! One rule for apt, apk, dnf, microdnf, yum, zypper, pip, pipx, npm, yarn, gem and go. Variables are
//! looked up, and where one stays unknown the finding is only possible. Files, folders, groups and
//! patterns have no version to name; `pip -c` and `--no-index` fix versions elsewhere. Unlike hadolint's
//! rules it sees `apt`, `sudo apt-get`, absolute paths, `npm i` and `yarn add`, knows which options take
//! a value, reads `gem install -N name` right, takes `java-1.8.0-openjdk` for the name that it is, and does
//! not take npm's `@latest` for a version.

use super::asked::{names, requests};
use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Manager, Pin, Step, Value, Verb};
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &[
        "DL3008", "DL3013", "DL3016", "DL3018", "DL3028", "DL3033", "DL3037", "DL3041", "DL3062",
    ],
    levels: Levels::services(Severity::Warning),
    scope: Scope::Every,
    ..Rule::facts("package-unpinned", check, include_str!("package_unpinned.rs"))
};

/// Says, for each command, the packages that have no version, at the first of them.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (_, step, request) in requests(facts) {
        if request.verb != Verb::Install {
            continue;
        }
        let of = |pin: Pin| request.wanted.iter().filter(move |wanted| wanted.pin == pin);
        let (certainty, found): (_, Vec<_>) = match of(Pin::Open).next() {
            Some(_) => (Certainty::Certain, of(Pin::Open).collect()),
            None => (Certainty::Possible, of(Pin::Unknown).collect()),
        };
        let Some(first) = found.first() else { continue };
        let told = names(&found.iter().map(|wanted| &wanted.name).collect::<Vec<&Value>>());
        let message = match (found.len(), certainty) {
            (1, Certainty::Certain) => format!("{told} is installed in whatever version there is"),
            (_, Certainty::Certain) => format!("{told} are installed in whatever versions there are"),
            (_, Certainty::Possible) => format!("no version is written for {told}"),
        };
        report
            .say_at(first.place.clone(), certainty, message)
            .aliases(ids(request.manager, step))
            .help(help(request.manager));
    }
}

fn ids(manager: Manager, step: &Step) -> &'static [&'static str] {
    let program = step.program.as_ref().and_then(|program| program.name());
    match manager {
        Manager::Apt => &["DL3008"],
        Manager::Pip | Manager::Pipx => &["DL3013"],
        Manager::Npm if program == Some("npm") => &["DL3016"],
        Manager::Apk => &["DL3018"],
        Manager::Gem => &["DL3028"],
        Manager::Yum => &["DL3033"],
        Manager::Zypper => &["DL3037"],
        Manager::Dnf | Manager::Microdnf => &["DL3041"],
        Manager::Go => &["DL3062"],
        _ => &[],
    }
}

fn help(manager: Manager) -> String {
    let form = match manager {
        Manager::Apt | Manager::Apk | Manager::Zypper => "NAME=VERSION",
        Manager::Pip | Manager::Pipx => "NAME==VERSION",
        Manager::Npm | Manager::Yarn => "NAME@VERSION",
        Manager::Go => "MODULE@VERSION",
        Manager::Gem => "NAME:VERSION",
        _ => "NAME-VERSION",
    };
    format!("write {form}")
}
