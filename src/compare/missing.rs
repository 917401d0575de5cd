//! What was foreseen for certain and is not there.

use std::collections::HashSet;

use super::{Both, finding, is_covered, words};
use crate::facts::{Answer, Content, File, Origin, Reach, UnitState, User, Value, WriteKind, path};
use crate::finding::{Certainty, Finding};

const RULE: &str = "foreseen-missing";

/// All of it.
pub fn all(both: &Both) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |origin: &Origin, message: String| {
        findings.push(finding(RULE, &origin.place, message));
    };
    files(both, &mut say);
    removals(both, &mut say);
    packages(both, &mut say);
    accounts(both, &mut say);
    units(both, &mut say);
    config(both, &mut say);
    findings
}

fn is_sure(both: &Both, origin: &Origin) -> bool {
    origin.certainty == Certainty::Certain && both.foreseen.is_here(origin) && !has_substitute(both, origin)
}

/// Whether another program does it where the step fails: in `a || b` the build goes on without what `a` makes.
fn has_substitute(both: &Both, origin: &Origin) -> bool {
    let step = both.foreseen.step(origin);
    let last = both.substitutes.get(&(step.stage, step.instruction));
    last.is_some_and(|last| *last > origin.step)
}

fn files(both: &Both, say: &mut dyn FnMut(&Origin, String)) {
    for file in both.foreseen.files.staying() {
        let Some(at) = file.path.as_known().filter(|_| !file.path.is_glob()) else {
            continue;
        };
        let is_guess = file.writer == crate::facts::PACKAGE || is_covered(at) || !at.starts_with('/');
        if is_guess || !is_sure(both, &file.written) || below_volume(both, file) {
            continue;
        }
        // What a step that cannot be seen through may have taken away again is not sure to be there.
        if both.is_opaque_after(file.written.step + 1, reach_of(both, at)) {
            continue;
        }
        if !is_there(both, at) {
            say(&file.written, format!("`{at}` is not in the image"));
            continue;
        }
        let Some(entry) = both.seen.entry(at) else {
            continue;
        };
        if let (Content::Text(text), Some(seen), WriteKind::File) = (&file.content, &entry.text, &file.kind)
            && let Some(text) = text.as_known()
            // Of a file of the base only what was added is known.
            && !seen.contains(text)
            && !is_edited(both, file)
        {
            say(&file.written, format!("`{at}` has another text in the image"));
        }
    }
}

/// What a step needs to be able to change to take a path away.
fn reach_of(both: &Both, at: &str) -> Reach {
    let homes = both.foreseen.accounts.made().filter_map(|user| user.home.clone());
    let is_in_home = homes
        .chain(["/root".to_owned()])
        .any(|home| path::covers(&home, &Value::known(at)));
    if is_in_home { Reach::Home } else { Reach::Files }
}

/// Whether something lies at a path; a link counts even where it leads nowhere.
fn is_there(both: &Both, at: &str) -> bool {
    let (folder, name) = at.rsplit_once('/').unwrap_or(("", at));
    let folder = both.seen.resolve(if folder.is_empty() { "/" } else { folder });
    folder.is_some_and(|folder| both.seen.has(&format!("{}/{name}", folder.trim_end_matches('/'))))
        || both.seen.exists(at).is_known()
}

/// Whether a volume that was declared before takes the file: the classic builder drops it.
fn below_volume(both: &Both, file: &File) -> bool {
    let mut volumes = both.foreseen.config.volumes.iter();
    volumes.any(|volume| {
        let is_before = volume.origin.step < file.written.step;
        is_before
            && volume
                .value
                .as_known()
                .is_none_or(|volume| path::covers(volume, &file.path))
    })
}

/// Whether a later step names the file, and may have changed its text.
fn is_edited(both: &Both, file: &File) -> bool {
    let later = both.foreseen.steps.iter().skip(file.written.step + 1);
    let mut programs = later.filter_map(|step| step.program.as_ref());
    programs.any(|program| program.words.iter().any(|(word, _)| *word == file.path))
}

fn removals(both: &Both, say: &mut dyn FnMut(&Origin, String)) {
    for removal in both.foreseen.files.removals() {
        let Some(at) = removal.path.as_known() else {
            continue;
        };
        let is_plain = !removal.path.is_glob() && !removal.contents_only && at.len() > 1;
        if !is_plain || is_covered(at) || !both.seen.has(at) || !is_sure(both, &removal.origin) {
            continue;
        }
        let step = removal.origin.step;
        let comes_again = !both
            .foreseen
            .written(&removal.path, step.saturating_sub(1))
            .is_absent()
            || both.is_opaque_after(step, Reach::Home)
            || is_working_folder_after(both, step, at)
            || installs_after(both, step);
        if !comes_again {
            say(&removal.origin, format!("`{at}` is still in the image"));
        }
    }
}

/// Whether a later step works in a folder or below it: who starts a container makes what is missing of it.
fn is_working_folder_after(both: &Both, step: usize, at: &str) -> bool {
    let mut later = both.foreseen.steps.iter().skip(step);
    later.any(|later| path::covers(at, &later.folder))
}

/// Whether packages are installed after a step: they bring files that nobody foresees.
fn installs_after(both: &Both, step: usize) -> bool {
    both.foreseen
        .packages
        .iter()
        .any(|package| package.asked.step >= step)
}

fn packages(both: &Both, say: &mut dyn FnMut(&Origin, String)) {
    let there: HashSet<&str> = both
        .observed
        .packages
        .system()
        .filter_map(|package| package.name.as_known())
        .chain(both.seen.provided.iter().map(String::as_str))
        .collect();
    if there.is_empty() {
        return;
    }
    for package in both.foreseen.packages.system() {
        let Some(name) = package.name.as_known().filter(|_| is_sure(both, &package.asked)) else {
            continue;
        };
        let is_plain = !name.is_empty() && !name.contains(['/', '*', '?', '^', '+', ':', '@', ' ']);
        let is_plain = is_plain || matches!(name, "g++" | "libstdc++6" | "libstdc++");
        let is_rpm_group = package.manager.is_rpm() && name.starts_with('@');
        if !is_plain || is_rpm_group || there.contains(name) {
            continue;
        }
        if both.is_opaque_after(package.asked.step + 1, Reach::Anything) {
            continue;
        }
        say(
            &package.asked,
            format!("the package `{name}` is not in the image"),
        );
    }
}

fn accounts(both: &Both, say: &mut dyn FnMut(&Origin, String)) {
    let end = both.observed.steps.len();
    for user in both.foreseen.accounts.made() {
        let unsure = both.is_opaque_after(user.origin.step + 1, Reach::Anything)
            || !both.foreseen.user(&user.name).is_known();
        if !is_sure(both, &user.origin) || unsure {
            continue;
        }
        let Answer::Known(seen) = both.observed.user(&user.name) else {
            say(
                &user.origin,
                format!("the user `{}` is not in the image", user.name),
            );
            continue;
        };
        for difference in differences(user, &seen) {
            say(&user.origin, difference);
        }
        for membership in &user.groups {
            let Some(group) = membership.group.as_known() else {
                continue;
            };
            let is_number = group.parse::<u32>().is_ok();
            if !is_number && both.observed.accounts.is_member(&seen, group, end).is_absent() {
                say(
                    &user.origin,
                    format!("`{}` is not in the group `{group}` in the image", user.name),
                );
            }
        }
    }
    for group in both.foreseen.accounts.made_groups() {
        let unsure = both.is_opaque_after(group.origin.step + 1, Reach::Anything);
        // Releases call the groups of one package differently (`ssh`, `_ssh`); which the engine's makes is
        // sure.
        let mut packages = both.foreseen.packages.iter();
        let is_brought =
            group.name != "docker" && packages.any(|package| package.asked.place == group.origin.place);
        if is_sure(both, &group.origin)
            && !unsure
            && !is_brought
            && both.observed.group_at(&group.name, end).is_absent()
        {
            say(
                &group.origin,
                format!("the group `{}` is not in the image", group.name),
            );
        }
    }
}

fn differences(user: &User, seen: &User) -> Vec<String> {
    let name = &user.name;
    let mut found = Vec::new();
    if let (Some(uid), Some(has)) = (user.uid, seen.uid)
        && uid != has
    {
        found.push(format!("`{name}` has the uid {has} in the image, and not {uid}"));
    }
    let texts = [
        ("home", &user.home, &seen.home),
        ("shell", &user.shell, &seen.shell),
    ];
    for (what, foreseen, observed) in texts {
        if let (Some(foreseen), Some(observed)) = (foreseen, observed)
            && foreseen != observed
        {
            found.push(format!(
                "`{name}` has the {what} {observed} in the image, and not {foreseen}"
            ));
        }
    }
    found
}

fn units(both: &Both, say: &mut dyn FnMut(&Origin, String)) {
    let mut told: HashSet<&str> = HashSet::new();
    for unit in both.foreseen.units.iter().rev() {
        let Some(name) = unit.name.as_known().filter(|_| !unit.name.is_glob()) else {
            continue;
        };
        if !told.insert(name) || !is_sure(both, &unit.origin) {
            continue;
        }
        let foreseen = both.foreseen.unit_enabled(name);
        let observed = both.observed.unit_enabled(name);
        match (unit.state, foreseen, observed) {
            (UnitState::Enabled | UnitState::Unmasked, Answer::Known(()), Answer::Absent) => {
                say(
                    &unit.origin,
                    format!("the unit `{name}` is not enabled in the image"),
                );
            }
            (UnitState::Disabled | UnitState::Masked, Answer::Absent, Answer::Known(())) => {
                say(&unit.origin, format!("the unit `{name}` is enabled in the image"));
            }
            _ => {}
        }
    }
}

fn config(both: &Both, say: &mut dyn FnMut(&Origin, String)) {
    let (foreseen, observed) = (&both.foreseen.config, &both.observed.config);
    for (what, wanted, seen) in [
        ("user", foreseen.users.last(), observed.users.last()),
        (
            "working folder",
            foreseen.workdirs.last(),
            observed.workdirs.last(),
        ),
        (
            "stop signal",
            foreseen.stop_signals.last(),
            observed.stop_signals.last(),
        ),
    ] {
        let Some(wanted) = wanted.filter(|wanted| is_sure(both, &wanted.origin)) else {
            continue;
        };
        let Some(value) = wanted.value.as_known() else {
            continue;
        };
        let has = seen.map_or("", |seen| seen.value.text());
        // The classic builder leaves `..` in a folder as it is written.
        let is_same_folder = || what == "working folder" && path::clean(&Value::known(has)).is(value);
        if value != has && !is_same_folder() {
            let has = if has.is_empty() { "none" } else { has };
            say(
                &wanted.origin,
                format!("the image's {what} is {has}, and not {value}"),
            );
        }
    }
    for variable in foreseen.environment() {
        let value = variable.value.as_ref().and_then(Value::as_known);
        let (Some(name), Some(value)) = (variable.name.as_known(), value) else {
            continue;
        };
        if !is_sure(both, &variable.origin) {
            continue;
        }
        match observed.variable(name) {
            Answer::Known(seen) if seen.is(value) => {}
            Answer::Known(seen) => {
                let message = format!("{name} is `{seen}` in the image, and not `{value}`");
                say(&variable.origin, message);
            }
            Answer::Absent | Answer::Unknown => {
                say(&variable.origin, format!("the image does not set {name}"));
            }
        }
    }
    for (what, wanted, seen) in [
        (
            "ENTRYPOINT",
            foreseen.entrypoints.last(),
            observed.entrypoints.last(),
        ),
        ("CMD", foreseen.cmds.last(), observed.cmds.last()),
    ] {
        let Some(wanted) = wanted.filter(|wanted| is_sure(both, &wanted.origin)) else {
            continue;
        };
        let Some(mut expected) = words(&wanted.value) else {
            continue;
        };
        let mut has = seen.and_then(|seen| words(&seen.value)).unwrap_or_default();
        // An image does not tell `["/bin/sh", "-c", …]` from a text.
        let is_shell = |words: &[&str]| matches!(words, ["/bin/sh", "-c", _]);
        let is_told_as_text = seen.is_some_and(|seen| !seen.value.exec) && is_shell(&expected);
        // The words of a shell of the file's own stand in front of a text.
        if !wanted.value.exec || is_told_as_text {
            expected.drain(..expected.len().saturating_sub(1));
            has.drain(..has.len().saturating_sub(1));
        }
        if expected != has {
            say(
                &wanted.origin,
                format!("the image's {what} is `{}`", has.join(" ")),
            );
        }
    }
    let listed =
        |values: &[crate::facts::Setting<Value>], value: &str| values.iter().any(|seen| seen.value.is(value));
    for volume in foreseen
        .volumes
        .iter()
        .filter(|volume| is_sure(both, &volume.origin))
    {
        if let Some(value) = volume
            .value
            .as_known()
            .filter(|value| !listed(&observed.volumes, value))
        {
            say(&volume.origin, format!("{value} is no volume in the image"));
        }
    }
    for label in foreseen
        .labels
        .iter()
        .filter(|label| is_sure(both, &label.origin))
    {
        let (name, value) = &label.value;
        let (Some(name), Some(value)) = (name.as_known(), value.as_known()) else {
            continue;
        };
        let last = foreseen.labels.iter().rfind(|other| other.value.0.is(name));
        let is_last = last.is_some_and(|last| last.origin.step == label.origin.step);
        let has = observed
            .labels
            .iter()
            .any(|seen| seen.value.0.is(name) && seen.value.1.is(value));
        if is_last && !has {
            say(
                &label.origin,
                format!("the image has no label {name} with this value"),
            );
        }
    }
}
