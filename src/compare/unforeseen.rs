//! What is there and nothing in the file explains.

use std::collections::HashSet;

use super::{Both, finding};
use crate::facts::{Answer, File, Origin, Reach, Value, WriteKind, path};
use crate::finding::{Finding, Place};

const RULE: &str = "observed-unforeseen";

/// All of it. Only what lies in an instruction that is known can be explained by it.
pub fn all(both: &Both) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |origin: &Origin, message: String| {
        findings.push(finding(RULE, &origin.place, message));
    };
    accounts(both, &mut say);
    packages(both, &mut say);
    units(both, &mut say);
    config(both, &mut say);
    files(both, &mut say);
    findings
}

/// The instruction that an observed fact comes from, where it stands in the file.
fn instruction(both: &Both, origin: &Origin) -> Option<usize> {
    let is_known = both.observed.is_here(origin) && matches!(origin.place, Place::Text { .. });
    is_known.then(|| both.observed.step(origin).instruction)
}

/// Whether packages of the system come with an instruction: their scripts make accounts of the system and
/// enable units.
fn installs(both: &Both, instruction: usize) -> bool {
    let mut packages = both.foreseen.packages.iter();
    packages.any(|package| {
        package.manager.is_system() && both.foreseen.step(&package.asked).instruction == instruction
    })
}

fn accounts(both: &Both, say: &mut dyn FnMut(&Origin, String)) {
    for user in both.observed.accounts.made() {
        let Some(instruction) = instruction(both, &user.made) else {
            continue;
        };
        let of_package = user.system && installs(both, instruction);
        let explained = of_package || both.is_opaque(instruction, Reach::Anything);
        if !explained && both.foreseen.user(&user.name).is_absent() {
            say(
                &user.made,
                format!("the image has the user `{}`, and nothing makes it", user.name),
            );
        }
    }
    let end = both.foreseen.steps.len();
    for group in both.observed.accounts.made_groups() {
        let Some(instruction) = instruction(both, &group.origin) else {
            continue;
        };
        let is_system = group.gid.is_some_and(|gid| gid < 1000);
        let explained =
            is_system && installs(both, instruction) || both.is_opaque(instruction, Reach::Anything);
        if !explained && both.foreseen.group_at(&group.name, end).is_absent() {
            say(
                &group.origin,
                format!("the image has the group `{}`, and nothing makes it", group.name),
            );
        }
    }
}

fn packages(both: &Both, say: &mut dyn FnMut(&Origin, String)) {
    let Some(by_hand) = &both.seen.by_hand else { return };
    let by_hand: HashSet<&str> = by_hand.iter().map(String::as_str).collect();
    let of_base: HashSet<&str> = both
        .observed
        .packages
        .iter()
        .filter(|package| package.asked.step <= both.seen.base_steps)
        .filter_map(|package| package.name.as_known())
        .collect();
    let there: HashSet<&str> = both
        .observed
        .packages
        .system()
        .filter_map(|package| package.name.as_known())
        .collect();
    let asked: HashSet<&str> = both
        .foreseen
        .packages
        .iter()
        .filter_map(|package| package.name.as_known())
        .collect();
    for package in both.observed.packages.system() {
        let Some(name) = package.name.as_known().filter(|name| by_hand.contains(name)) else {
            continue;
        };
        let Some(instruction) = instruction(both, &package.asked) else {
            continue;
        };
        if of_base.contains(name) || asked.contains(name) || both.is_opaque(instruction, Reach::Anything) {
            continue;
        }
        // A name that is no package's (a variable, a task, what packages provide) may mean this one.
        let may_mean = both.foreseen.packages.iter().any(|other| {
            both.foreseen.step(&other.asked).instruction == instruction
                && other.name.as_known().is_none_or(|other| !there.contains(other))
        });
        if !may_mean {
            say(
                &package.asked,
                format!("the package `{name}` was installed, and nothing asks for it"),
            );
        }
    }
}

fn units(both: &Both, say: &mut dyn FnMut(&Origin, String)) {
    let mut told: HashSet<&str> = HashSet::new();
    for unit in &both.observed.units {
        let Some(name) = unit.name.as_known() else {
            continue;
        };
        let Some(instruction) = instruction(both, &unit.origin) else {
            continue;
        };
        let explained = installs(both, instruction) || both.is_opaque(instruction, Reach::Anything);
        let is_new =
            both.observed.unit_enabled(name).is_known() && both.foreseen.unit_enabled(name).is_absent();
        if !explained && is_new && told.insert(name) {
            say(
                &unit.origin,
                format!("the unit `{name}` is enabled, and nothing enables it"),
            );
        }
    }
}

fn config(both: &Both, say: &mut dyn FnMut(&Origin, String)) {
    let (foreseen, observed) = (&both.foreseen.config, &both.observed.config);
    for variable in observed.environment() {
        let Some(name) = variable.name.as_known() else {
            continue;
        };
        let is_here = both.observed.is_here(&variable.origin);
        if is_here && foreseen.variable(name).is_absent() {
            say(
                &variable.origin,
                format!("the image sets {name}, and no ENV does"),
            );
        }
    }
    let is_listed = |values: &[crate::facts::Setting<Value>], value: &Value| {
        values
            .iter()
            .any(|known| known.value == *value || known.value.as_known().is_none())
    };
    for volume in observed
        .volumes
        .iter()
        .filter(|volume| both.observed.is_here(&volume.origin))
    {
        if !is_listed(&foreseen.volumes, &volume.value) {
            say(
                &volume.origin,
                format!("{} is a volume, and no VOLUME says so", volume.value),
            );
        }
    }
}

fn files(both: &Both, say: &mut dyn FnMut(&Origin, String)) {
    let workspace = both.invocation.contract.user.clone();
    let names = workspace
        .into_iter()
        .chain([crate::contract::Contract::USER.to_owned()]);
    let last = both
        .observed
        .config
        .user()
        .and_then(|user| user.value.as_known())
        .map(str::to_owned);
    let mut homes: Vec<String> = both.invocation.contract.home.iter().cloned().collect();
    for name in names.chain(last).filter(|name| name != "root") {
        if let Answer::Known(user) = both.observed.user(&name) {
            homes.extend(user.home.filter(|home| home.len() > 1));
        }
    }
    for file in both.observed.files.staying() {
        let Some(instruction) = instruction(both, &file.written) else {
            continue;
        };
        if !counts(file, &homes) {
            continue;
        }
        let in_home = homes.iter().any(|home| path::covers(home, &file.path));
        let reach = if in_home { Reach::Home } else { Reach::Files };
        if both.is_opaque(instruction, reach) || !both.foreseen.written(&file.path, 0).is_absent() {
            continue;
        }
        say(
            &file.written,
            format!("the image has `{}`, and nothing in the file writes it", file.path),
        );
    }
}

/// The files that count: those of which a rule speaks.
fn counts(file: &File, homes: &[String]) -> bool {
    const FOLDERS: [&str; 6] = [
        "/tmp",
        "/run",
        "/etc/sudoers.d",
        "/etc/apt/preferences.d",
        "/etc/docker/daemon.json",
        "/etc/apt/preferences",
    ];
    let at = file.path.text();
    let is_home = homes.iter().any(|home| home == at);
    let in_home = homes.iter().any(|home| path::below(home, &file.path));
    let in_folder = FOLDERS.iter().any(|folder| path::covers(folder, &file.path));
    let is_init = matches!(at, "/sbin/init" | "/usr/sbin/init") && !matches!(file.kind, WriteKind::Link(_));
    let is_owned = file.writer == crate::facts::PACKAGE;
    !is_home && !is_owned && file.kind != WriteKind::Folder && (in_home || in_folder || is_init)
}
