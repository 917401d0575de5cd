//! A RUN starts a program that is not there.
//!
//! The shell ends with code 127 and the build stops; where the line goes on all the same, a step was
//! left out in silence. Small base images have neither curl, git, sudo nor python.
//!
//! Install the package in an earlier step, or in the same one before it is used.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Family, Step};
use crate::finding::{Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Error),
    scope: Scope::Stage,
    ..Rule::facts("command-not-found", check, include_str!("command_not_found.rs"))
};

/// What a shell does itself.
const BUILTINS: &[&str] = &[
    "!", "((", ".", ":", "[", "[[", "alias", "break", "builtin", "cd", "command", "continue", "declare",
    "dirs", "echo", "eval", "exec", "exit", "export", "false", "getopts", "hash", "jobs", "kill", "let",
    "local", "popd", "printf", "pushd", "pwd", "read", "readonly", "return", "set", "shift", "shopt",
    "source", "test", "time", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias",
    "unset", "wait", "{", "}",
];

/// Says each program once, where it is first started.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let mut told: Vec<&str> = Vec::new();
    shells(facts, &mut told, report);
    for (index, step) in facts.steps.iter().enumerate() {
        if !step.is_here() || step.tolerated || step.is_fallback {
            continue;
        }
        for (name, place) in programs(step) {
            let is_tested = step.tested.iter().any(|tested| tested == name);
            if is_tested || told.contains(&name) || !facts.command(name, index).is_absent() {
                continue;
            }
            told.push(name);
            let origin = facts.origin_within(index, place);
            report
                .say(
                    &origin,
                    format!("`{name}` is not there: neither the base nor an earlier step brings it"),
                )
                .help(advice(name, facts.from.base.family));
        }
    }
}

/// The programs of a step that are looked up by name, wrappers first.
fn programs(step: &Step) -> Vec<(&str, &Place)> {
    let Some(program) = &step.program else {
        return Vec::new();
    };
    let wrappers = program.wrappers.iter().copied().zip(&program.wrapper_places);
    let wrappers = wrappers.filter(|(name, _)| !matches!(*name, "exec" | "command" | "builtin" | "time"));
    // `busybox NAME` runs what is in busybox, whatever lies in the folders of PATH.
    let is_applet = program.wrappers.contains(&"busybox");
    let own = program
        .words
        .first()
        .filter(|_| !is_applet)
        .and_then(|(word, place)| {
            let text = word.as_known()?;
            let name = match text.rsplit_once('/') {
                None => text,
                Some(("/bin" | "/usr/bin" | "/sbin" | "/usr/sbin", name)) => name,
                Some(_) => return None,
            };
            let is_name = !name.is_empty()
                && !BUILTINS.contains(&name)
                && !name.contains(['=', ' ', '*', '\\', '(', '$']);
            is_name.then_some((name, place))
        });
    wrappers.chain(own).collect()
}

/// A shell that SHELL names and that is not there when the first RUN needs it.
fn shells<'f>(facts: &'f Facts, told: &mut Vec<&'f str>, report: &mut Report) {
    let shells = &facts.config.shells;
    for (at, shell) in shells.iter().enumerate() {
        let Some(name) = shell
            .value
            .first()
            .map(|word| word.rsplit('/').next().unwrap_or(word))
        else {
            continue;
        };
        let until = shells
            .get(at + 1)
            .map_or(facts.next_step(), |next| next.origin.step);
        let uses = |step: &usize| facts.steps[*step].keyword == "RUN";
        let first = (shell.origin.step + 1..until).find(uses);
        let Some(first) = first.filter(|_| facts.is_here(&shell.origin)) else {
            continue;
        };
        if !told.contains(&name) && facts.command(name, first).is_absent() {
            told.push(name);
            report
                .say(
                    &shell.origin,
                    format!("`{name}` is not there when the next RUN needs it"),
                )
                .help(advice(name, facts.from.base.family));
        }
    }
}

fn advice(name: &str, family: Option<Family>) -> String {
    let of_debian = matches!(family, Some(Family::Debian | Family::Ubuntu));
    let package = match name {
        "gpg" => "gnupg",
        "add-apt-repository" | "apt-add-repository" if of_debian => "software-properties-common",
        "lsb_release" if of_debian => "lsb-release",
        "locale-gen" | "update-locale" if of_debian => "locales",
        "pip" | "pip3" if of_debian => "python3-pip",
        "pip" | "pip3" if family == Some(Family::Alpine) => "py3-pip",
        "xz" if of_debian => "xz-utils",
        "ssh" | "ssh-keygen" | "ssh-keyscan" if of_debian => "openssh-client",
        "node" | "npm" | "npx" => "nodejs",
        "gcc" | "g++" | "cc" | "make" if of_debian => "build-essential",
        "gcc" | "g++" | "cc" | "make" if family == Some(Family::Alpine) => "build-base",
        "ps" | "pgrep" | "pkill" | "free" => "procps",
        "ip" | "ss" if of_debian => "iproute2",
        "ping" if of_debian => "iputils-ping",
        "java" if of_debian => "default-jre-headless",
        "useradd" | "usermod" | "groupadd" if family == Some(Family::Alpine) => "shadow",
        name => name,
    };
    format!("install {package} before")
}
