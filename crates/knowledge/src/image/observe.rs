//! An inspected image to facts: one step a line of its history, with the effects of the layer that the
//! line made.
//!
//! Steps of the base come first and are not "here". What a layer did is told by what it changed; what an
//! instruction asked for, by its line, and by its place in the Dockerfile where that is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::accounts::People;
use super::config;
use super::effects::Tell;
use super::history::{self, Matched};
use super::inspected::{Inspected, Installed};
use super::keep::Keep;
use super::modes;
use super::places::Places;
use super::state::{self, State};
use super::system;
use crate::context::Answer;
use crate::facts::{
    Base, Change, Effect, Facts, From, Manager, Observed, PackageAction, PackageChange, Program, Step, Value,
};
use crate::finding::{Certainty, Place};
use crate::shell::{self, Part, Runs, ShellWord};
use crate::syntax::{Keyword, Tree};
use crate::tools;

/// Commands of the history that are told; longer ones say no more.
const MOST_COMMANDS: usize = 20_000;

/// The facts of an image. `matched` is the Dockerfile that it was built from, where that is known.
pub fn observe(image: &Inspected, matched: Option<(&Matched, &Tree)>, keep: &Keep) -> Facts {
    let lines = history::lines(image);
    let fits = matched.filter(|(matched, _)| matched.instructions.len() == lines.len());
    let base_lines = match fits {
        Some((matched, _)) => matched.base_lines,
        None => history::base_lines(&lines),
    };
    let places = Places {
        lines: &lines,
        matched: fits,
    };
    let mut by_line: Vec<Vec<Effect>> = vec![Vec::new(); lines.len()];
    let end = layers(image, &places, keep, &mut by_line);
    config::changes(image, &places, &mut by_line);
    let has_unread = unread_database(&end);
    let mut observed = seen(image, end);
    let mut facts = begin(image, &places, &observed, has_unread);
    let mut commands = 0;
    for (index, (line, effects)) in lines.iter().zip(by_line).enumerate() {
        if index == base_lines {
            observed.base_steps = facts.steps.len() - 1;
        }
        let step = places.step(index);
        if line.keyword == "RUN" && index >= base_lines && commands < MOST_COMMANDS {
            for (program, certainty) in programs(&line.text, &step.place) {
                commands += 1;
                let told = Step {
                    program: Some(program),
                    certainty,
                    ..step.clone()
                };
                facts.take(told, Vec::new());
            }
        }
        // What packages bring is seen in the image itself; the fold must know before it takes them.
        facts.observed.get_or_insert_default();
        facts.take(step, effects);
    }
    if base_lines >= lines.len() {
        observed.base_steps = facts.steps.len() - 1;
    }
    facts.observed = Some(Arc::new(observed));
    facts.is_target = true;
    facts
}

/// The effects of all layers, each at its line.
fn layers(image: &Inspected, places: &Places, keep: &Keep, by_line: &mut [Vec<Effect>]) -> State {
    let mut line_of: Vec<usize> = vec![0; image.layers.len()];
    for (index, line) in places.lines.iter().enumerate() {
        if let Some(layer) = line.layer {
            line_of[layer] = index;
        }
    }
    // Owners and homes are told by who is there at the end.
    let mut last = State::default();
    for (index, layer) in image.layers.iter().enumerate() {
        last.lay(layer, index);
    }
    let tell = Tell::new(image, &last, keep);
    let mut state = State::default();
    let mut people = People::default();
    let mut packages: BTreeMap<(Manager, String), Installed> = BTreeMap::new();
    for (index, layer) in image.layers.iter().enumerate() {
        state.lay(layer, index);
        let line = line_of[index];
        let place = |word: &str| places.word(line, word);
        let Some(effects) = by_line.get_mut(line) else {
            continue;
        };
        let now = people_of(&state);
        if now != people {
            for (place, change) in now.changes(&people, &place) {
                effects.push(Effect {
                    place,
                    change: Change::Account(change),
                });
            }
            people = now;
        }
        if State::changes_packages(layer) {
            let now = packages_of(&state);
            effects.extend(package_changes(&packages, &now, &place));
            packages = now;
        }
        tell.layer(layer, &place, effects);
        let is_owned = |path: &str| tell.is_owned(path);
        modes::of_layer((index, layer), &last, &is_owned, &place, effects);
    }
    state
}

fn people_of(state: &State) -> People {
    People::read(
        state.text("/etc/passwd"),
        state.text("/etc/group"),
        state.text("/etc/shadow"),
    )
}

/// The packages of all databases, by manager and name; of several versions the last.
fn packages_of(state: &State) -> BTreeMap<(Manager, String), Installed> {
    let all = state.packages().map(|(path, package)| {
        let key = (manager(path), package.name.clone());
        (key, package.clone())
    });
    all.collect()
}

/// Whose database lies at a path.
fn manager(path: &str) -> Manager {
    if path.starts_with("/var/lib/dpkg/") {
        Manager::Apt
    } else if path.contains("/apk/") {
        Manager::Apk
    } else {
        Manager::Dnf
    }
}

fn package_changes(
    before: &BTreeMap<(Manager, String), Installed>,
    now: &BTreeMap<(Manager, String), Installed>,
    place: &dyn Fn(&str) -> Place,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut say = |manager: Manager, package: &Installed, action| {
        effects.push(Effect {
            place: place(&package.name),
            change: Change::Package(PackageChange {
                manager,
                action,
                name: Value::known(package.name.clone()),
                version: Some(Value::known(package.version.clone())),
                recommends: Answer::Absent,
            }),
        });
    };
    for ((manager, name), package) in before {
        let stays = now
            .get(&(*manager, name.clone()))
            .is_some_and(|new| new.version == package.version);
        if !stays {
            say(*manager, package, PackageAction::Remove);
        }
    }
    for ((manager, name), package) in now {
        let old = before.get(&(*manager, name.clone()));
        if old.is_none_or(|old| old.version != package.version) {
            say(*manager, package, PackageAction::Install);
        }
        let was_held = old.is_some_and(|old| old.held && old.version == package.version);
        match (was_held, package.held) {
            (false, true) => say(*manager, package, PackageAction::Hold),
            (true, false) => say(*manager, package, PackageAction::Unhold),
            _ => {}
        }
    }
    effects
}

/// The commands that the text of a RUN line has.
fn programs(text: &str, place: &Place) -> Vec<(Program, Certainty)> {
    let Some((shell, script)) = history::script(text) else {
        return Vec::new();
    };
    let Some(dialect) = shell::dialect(&shell) else {
        return Vec::new();
    };
    let read = shell::read(script, dialect);
    let value = |word: &ShellWord| {
        let mut value = Value::new();
        for part in &word.parts {
            match part {
                Part::Bare(text) | Part::Quoted(text) => value.push(text),
                Part::Variable { name, operator, .. } => value.push_hole(&format!("${{{name}{operator}}}")),
                Part::Substitution { raw, .. } | Part::Other(raw) => value.push_hole(raw),
            }
        }
        value
    };
    let commands = read.commands.iter().filter(|command| !command.words.is_empty());
    let told = commands.map(|command| {
        let mut words: Vec<(Value, Place)> = command
            .words
            .iter()
            .map(|word| (value(word), place.clone()))
            .collect();
        let (mut wrappers, mut wrapper_places) = (Vec::new(), Vec::new());
        if words.len() > 1 && words[0].0.is("sudo") && !words[1].0.text().starts_with('-') {
            words.remove(0);
            wrappers.push("sudo");
            wrapper_places.push(place.clone());
        }
        let certainty = match command.runs {
            Runs::Always => Certainty::Certain,
            Runs::Maybe => Certainty::Possible,
        };
        let program = Program {
            words,
            wrappers,
            wrapper_places,
        };
        (program, certainty)
    });
    told.collect()
}

/// Whether there is a database of packages that could not be read, so that nobody knows what is installed.
fn unread_database(state: &State) -> bool {
    const FOLDERS: [&str; 4] = [
        "/var/lib/dpkg",
        "/var/lib/rpm",
        "/usr/lib/sysimage/rpm",
        "/lib/apk",
    ];
    let mut paths = state.unread.keys();
    paths.any(|path| FOLDERS.iter().any(|folder| path.starts_with(folder)))
}

/// The image as its paths are asked for.
fn seen(image: &Inspected, state: State) -> Observed {
    let automatic = state.names("/var/lib/apt/extended_states");
    let world = state.names("/etc/apk/world");
    let has_dpkg = state.packages().any(|(path, _)| manager(path) == Manager::Apt);
    let by_hand = match (has_dpkg, world.is_empty()) {
        _ if unread_database(&state) => None,
        (true, _) => {
            let automatic: std::collections::HashSet<&str> = automatic.iter().map(String::as_str).collect();
            let names = state.packages().map(|(_, package)| package.name.as_str());
            Some(
                names
                    .filter(|name| !automatic.contains(name))
                    .map(str::to_owned)
                    .collect(),
            )
        }
        (false, false) => Some(world.to_vec()),
        (false, true) => None,
    };
    let provided = state
        .packages()
        .flat_map(|(_, package)| package.provides.iter().cloned());
    Observed {
        base_steps: 0,
        layers: image.layers.iter().map(state::paths).collect(),
        by_hand,
        provided: provided.collect(),
        entries: state.entries,
    }
}

/// The facts before the first line: an empty image, of which the distribution is known.
fn begin(image: &Inspected, places: &Places, observed: &Observed, has_unread: bool) -> Facts {
    let step = Step {
        keyword: Keyword::From.name(),
        ..places.step(0)
    };
    let base = Base {
        packages_complete: !has_unread,
        ..system::base(image, observed)
    };
    let from = From {
        reference: Value::known(image.name.clone()),
        place: step.place.clone(),
        base: Arc::new(base),
        is_known: true,
    };
    Facts::start(from, step, tools::KNOWLEDGE)
}
