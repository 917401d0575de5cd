//! What an image gained and lost against another one, out of the facts of both.
//!
//! Either side may be foreseen or observed. What one side has and the other certainly lacks is gained or
//! lost; where the other does not tell, it is told as unknown.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Answer, Facts, Reach, SeenKind, StartCommand, UnitState, Value, WriteKind, path};
use crate::finding::Certainty;
use crate::image::Weighed;
use crate::report::difference::{Became, Change, Difference, Size, Weight};

/// One of the two images.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is known of it.
    pub facts: &'a Facts,
    /// What its instructions weigh; none where it is not built.
    pub weights: Option<&'a [Weighed]>,
}

/// All differences.
pub fn difference<'a>(old: Side<'a>, new: Side<'a>) -> Difference {
    let (one, other) = (Known(old.facts), Known(new.facts));
    let section = |things: fn(Known<'a>) -> Things, absent: fn(Known<'a>, &str) -> Answer| {
        changes(&things(one), &things(other), &|name| absent(one, name), &|name| {
            absent(other, name)
        })
    };
    Difference {
        old: old.name.to_owned(),
        new: new.name.to_owned(),
        packages: section(Known::packages, Known::package_there),
        users: section(Known::users, |known, name| {
            known.0.accounts.user(name, known.0.steps.len()).map_unit()
        }),
        groups: section(Known::groups, |known, name| {
            known.0.accounts.group(name, known.0.steps.len()).map_unit()
        }),
        commands: section(Known::commands, |known, name| {
            known.0.command(name, known.0.next_step())
        }),
        env: section(Known::env, |known, name| known.0.config.variable(name).map_unit()),
        units: section(Known::units, Known::unit_there),
        config: section(Known::config, Known::config_there),
        ports: section(Known::ports, Known::seen_there),
        volumes: section(Known::volumes, Known::volume_there),
        labels: section(Known::labels, Known::seen_there),
        size: size(old.weights, new.weights),
    }
}

/// What is said of a thing, in parts; a part that is not known is none, one that nobody would know is
/// left out.
type Parts = Vec<(&'static str, Option<String>)>;

/// Things by name.
#[derive(Default)]
struct Things(BTreeMap<String, (Parts, Certainty)>);

impl Things {
    fn put(&mut self, name: &str, parts: Parts, certainty: Certainty) {
        self.0.insert(name.to_owned(), (parts, certainty));
    }
}

fn words(parts: &Parts) -> Option<String> {
    let known = parts.iter().filter_map(|(label, value)| match (label, value) {
        (_, None) => None,
        (&"", Some(value)) => Some(value.clone()),
        (label, Some(value)) => Some(format!("{label} {value}")),
    });
    let known: Vec<String> = known.collect();
    (!known.is_empty()).then(|| known.join(", "))
}

fn changes(
    old: &Things,
    new: &Things,
    in_old: &dyn Fn(&str) -> Answer,
    in_new: &dyn Fn(&str) -> Answer,
) -> Vec<Change> {
    let names: BTreeSet<&String> = old.0.keys().chain(new.0.keys()).collect();
    let mut changes = Vec::new();
    for name in names {
        let (before, now) = (old.0.get(name), new.0.get(name));
        let change = match (before, now) {
            (Some((before, _)), Some((now, _))) => became(before, now),
            (Some((_, certainty)), None) => one_sided(Became::Lost, *certainty, in_new(name)),
            (None, Some((_, certainty))) => one_sided(Became::Gained, *certainty, in_old(name)),
            (None, None) => None,
        };
        if let Some(change) = change {
            changes.push(Change {
                change,
                name: name.clone(),
                old: before.and_then(|(parts, _)| words(parts)),
                new: now.and_then(|(parts, _)| words(parts)),
            });
        }
    }
    changes
}

/// What became of a thing that both sides have.
fn became(before: &Parts, now: &Parts) -> Option<Became> {
    let mut change = None;
    for (label, old) in before {
        let Some((_, new)) = now.iter().find(|(other, _)| other == label) else {
            continue;
        };
        match (old, new) {
            (Some(old), Some(new)) if old == new => {}
            (Some(_), Some(_)) => return Some(Became::Changed),
            _ => change = Some(Became::Unknown),
        }
    }
    change
}

/// What became of a thing that one side has, and of which the other side answers.
fn one_sided(change: Became, certainty: Certainty, other: Answer) -> Option<Became> {
    match (other, certainty) {
        (Answer::Absent, Certainty::Certain) => Some(change),
        (Answer::Absent | Answer::Unknown, _) => Some(Became::Unknown),
        // It is there, and nothing is said of it.
        (Answer::Known(()), _) => None,
    }
}

/// An answer of which only the kind counts.
trait Kind {
    fn map_unit(self) -> Answer;
}

impl<T> Kind for Answer<T> {
    fn map_unit(self) -> Answer {
        match self {
            Self::Known(_) => Answer::Known(()),
            Self::Absent => Answer::Absent,
            Self::Unknown => Answer::Unknown,
        }
    }
}

#[derive(Clone, Copy)]
struct Known<'a>(&'a Facts);

/// Whether a version names one version and not many.
fn is_exact(version: &str) -> bool {
    !version.contains(['*', '>', '<', '~', '^', '|', ' ', ','])
}

impl Known<'_> {
    fn packages(self) -> Things {
        let mut things = Things::default();
        for (name, is_there) in &self.0.from.base.packages {
            if *is_there {
                things.put(name, Vec::new(), Certainty::Certain);
            }
        }
        for package in self.0.packages.iter().filter(|package| package.removed.is_none()) {
            let Some(name) = package.name.as_known() else {
                continue;
            };
            let version = package.version.as_ref().and_then(Value::as_known);
            // A version that was not asked for comes as it is: that is no difference.
            let parts = version
                .filter(|version| is_exact(version))
                .map_or(Vec::new(), |version| vec![("", Some(version.to_owned()))]);
            let name = match package.manager.is_system() {
                true => name.to_owned(),
                false => format!("{name} ({})", package.manager.name()),
            };
            things.put(&name, parts, package.asked.certainty);
        }
        things
    }

    fn package_there(self, name: &str) -> Answer {
        let is_of_system = !name.ends_with(')');
        if self.0.is_observed() {
            return match self.0.from.base.packages_complete && is_of_system {
                true => Answer::Absent,
                // What pip and the like installed, an image does not tell.
                false => Answer::Unknown,
            };
        }
        let is_it = |removed: &&crate::facts::Package| removed.name.is(name);
        let gone = self.0.packages.iter().filter(is_it).any(|one| {
            let removed = one.removed.as_ref();
            removed.is_some_and(|removed| removed.certainty == Certainty::Certain)
        });
        match (gone, self.0.from.base.package(name)) {
            (true, _) => Answer::Absent,
            (false, Answer::Known(())) => Answer::Known(()),
            // Any package may come along with another.
            _ => Answer::Unknown,
        }
    }

    fn users(self) -> Things {
        let accounts = &self.0.accounts;
        let of_base = self
            .0
            .from
            .base
            .accounts
            .iter()
            .map(|account| account.name.as_str());
        let names: BTreeSet<&str> = of_base
            .chain(accounts.made().map(|user| user.name.as_str()))
            .collect();
        let mut things = Things::default();
        for name in names {
            let Answer::Known(user) = accounts.user(name, self.0.steps.len()) else {
                continue;
            };
            let mut groups: Vec<&str> = user
                .groups
                .iter()
                .filter_map(|member| member.group.as_known())
                .collect();
            groups.sort_unstable();
            groups.dedup();
            let mut parts = vec![
                ("uid", user.uid.map(|uid| uid.to_string())),
                ("home", user.home.clone()),
                ("shell", user.shell.clone()),
            ];
            // Nobody needs to be in a group: no groups are no words, and still compare.
            if user.further == crate::facts::Further::None {
                parts.push(("groups", Some(groups.join(" "))));
            }
            things.put(name, parts, user.origin.certainty);
        }
        things
    }

    fn groups(self) -> Things {
        let accounts = &self.0.accounts;
        let of_base = self.0.from.base.groups.iter().map(|group| group.name.as_str());
        let names: BTreeSet<&str> = of_base
            .chain(accounts.made_groups().map(|group| group.name.as_str()))
            .collect();
        let mut things = Things::default();
        for name in names {
            if let Answer::Known(group) = accounts.group(name, self.0.steps.len()) {
                let gid = group.gid.map(|gid| gid.to_string());
                things.put(name, vec![("gid", gid)], group.origin.certainty);
            }
        }
        things
    }

    fn commands(self) -> Things {
        let mut things = Things::default();
        let search = match self.0.config.variable("PATH") {
            Answer::Known(value) => value.as_known().map(str::to_owned),
            _ => None,
        };
        let search = search.unwrap_or_else(|| crate::facts::USUAL_PATH.to_owned());
        let folders: Vec<&str> = search
            .split(':')
            .filter(|folder| folder.starts_with('/'))
            .collect();
        if let Some(observed) = &self.0.observed {
            let roots: BTreeSet<String> = folders
                .iter()
                .filter_map(|folder| observed.resolve(folder))
                .collect();
            for folder in &roots {
                for (name, seen) in observed.children(folder) {
                    let runs = match seen.kind {
                        SeenKind::Folder => false,
                        SeenKind::Link(_) => observed.program(name, &[folder.as_str()]).is_some(),
                        SeenKind::File | SeenKind::Other => seen.mode & 0o111 != 0,
                    };
                    if runs {
                        things.put(name, Vec::new(), Certainty::Certain);
                    }
                }
            }
            return things;
        }
        let of_base = self
            .0
            .from
            .base
            .commands
            .iter()
            .filter(|(_, is_there)| **is_there);
        for (name, _) in of_base {
            things.put(name, Vec::new(), Certainty::Certain);
        }
        for file in self
            .0
            .files
            .staying()
            .filter(|file| file.kind != WriteKind::Folder)
        {
            let at = file.path.as_known().and_then(|path| path.rsplit_once('/'));
            if let Some((_, name)) = at.filter(|(folder, _)| folders.contains(folder)) {
                things.put(name, Vec::new(), file.written.certainty);
            }
        }
        things
    }

    fn env(self) -> Things {
        let mut things = Things::default();
        for variable in self.0.config.environment() {
            if let Some(name) = variable.name.as_known() {
                let value = variable.value.as_ref().and_then(Value::as_known);
                things.put(
                    name,
                    vec![("", value.map(str::to_owned))],
                    variable.origin.certainty,
                );
            }
        }
        things
    }

    fn units(self) -> Things {
        let mut things = Things::default();
        for name in &self.0.from.base.enabled {
            things.put(name, vec![("", Some("enabled".to_owned()))], Certainty::Certain);
        }
        for unit in &self.0.units {
            let Some(name) = unit.name.as_known() else {
                continue;
            };
            let state = match unit.state {
                UnitState::Enabled => "enabled",
                UnitState::Masked => "masked",
                UnitState::Disabled | UnitState::Unmasked => {
                    things.0.remove(name);
                    continue;
                }
            };
            things.put(name, vec![("", Some(state.to_owned()))], unit.origin.certainty);
        }
        things
    }

    fn unit_there(self, name: &str) -> Answer {
        let last = self.0.units.iter().rev().find(|unit| unit.name.is(name));
        let is_off = last.is_some_and(|unit| {
            matches!(unit.state, UnitState::Disabled | UnitState::Unmasked)
                && unit.origin.certainty == Certainty::Certain
        });
        let is_opaque = self.0.is_opaque(Reach::Anything, 0, self.0.steps.len());
        match self.0.is_observed() || is_off && !is_opaque {
            true => Answer::Absent,
            false => Answer::Unknown,
        }
    }

    fn config(self) -> Things {
        let config = &self.0.config;
        let mut things = Things::default();
        let mut put = |name: &str, value: Option<(Option<String>, Certainty)>| {
            if let Some((value, certainty)) = value {
                things.put(name, vec![("", value)], certainty);
            }
        };
        let text = |setting: &crate::facts::Setting<Value>| {
            (
                setting.value.as_known().map(str::to_owned),
                setting.origin.certainty,
            )
        };
        let start = |setting: &crate::facts::Setting<StartCommand>| {
            (start_words(&setting.value), setting.origin.certainty)
        };
        put("USER", config.user().map(text));
        put("WORKDIR", config.workdirs.last().map(text));
        put("STOPSIGNAL", config.stop_signals.last().map(text));
        put("ENTRYPOINT", config.entrypoints.last().map(start));
        put("CMD", config.cmds.last().map(start));
        put(
            "SHELL",
            config
                .shells
                .last()
                .map(|shell| (Some(shell.value.join(" ")), shell.origin.certainty)),
        );
        put(
            "HEALTHCHECK",
            config.healthchecks.last().and_then(|check| {
                let command = check.value.as_ref()?;
                Some((start_words(command), check.origin.certainty))
            }),
        );
        things
    }

    fn config_there(self, name: &str) -> Answer {
        let base = &self.0.from.base;
        let is_complete = match name {
            "ENTRYPOINT" => !matches!(base.entrypoint, Answer::Unknown),
            "CMD" => !matches!(base.cmd, Answer::Unknown),
            _ => self.0.from.is_known,
        };
        match self.0.is_observed() || is_complete {
            true => Answer::Absent,
            false => Answer::Unknown,
        }
    }

    fn ports(self) -> Things {
        let mut things = Things::default();
        for port in &self.0.config.ports {
            let Some(text) = port.value.as_known() else {
                continue;
            };
            // EXPOSE without a protocol means TCP.
            let text = match text.contains('/') {
                true => text.to_lowercase(),
                false => format!("{text}/tcp"),
            };
            things.put(&text, Vec::new(), port.origin.certainty);
        }
        things
    }

    fn volumes(self) -> Things {
        let mut things = Things::default();
        for volume in &self.0.config.volumes {
            let cleaned = path::clean(&volume.value);
            if let Some(path) = cleaned.as_known() {
                things.put(path, Vec::new(), volume.origin.certainty);
            }
        }
        things
    }

    fn labels(self) -> Things {
        let mut things = Things::default();
        for label in &self.0.config.labels {
            if let Some(name) = label.value.0.as_known() {
                let value = label.value.1.as_known().map(str::to_owned);
                things.put(name, vec![("", value)], label.origin.certainty);
            }
        }
        things
    }

    /// What no table of bases has: only an opened image lacks it for certain.
    fn seen_there(self, _name: &str) -> Answer {
        match self.0.is_observed() || self.0.from.reference.is("scratch") {
            true => Answer::Absent,
            false => Answer::Unknown,
        }
    }

    fn volume_there(self, _name: &str) -> Answer {
        match self.0.is_observed() || self.0.from.base.volumes.is_some() {
            true => Answer::Absent,
            false => Answer::Unknown,
        }
    }
}

/// A command as its instruction would have it; none where a word is not known.
fn start_words(command: &StartCommand) -> Option<String> {
    let words = super::words(command)?;
    Some(match command.exec {
        true => {
            let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
            format!("[{}]", quoted.join(", "))
        }
        false => words.join(" "),
    })
}

fn size(old: Option<&[Weighed]>, new: Option<&[Weighed]>) -> Size {
    let sum = |weights: &[Weighed]| weights.iter().map(|one| one.bytes).sum();
    let mut size = Size {
        old: old.map(sum),
        new: new.map(sum),
        instructions: Vec::new(),
    };
    let (Some(old), Some(new)) = (old, new) else {
        return size;
    };
    // The same instruction may stand in a file twice: the first is held against the first.
    let mut before: BTreeMap<&str, std::collections::VecDeque<u64>> = BTreeMap::new();
    for one in old {
        before.entry(&one.instruction).or_default().push_back(one.bytes);
    }
    let mut left: Vec<Weight> = Vec::new();
    for one in new {
        let was = before
            .get_mut(one.instruction.as_str())
            .and_then(std::collections::VecDeque::pop_front);
        let change = match was {
            Some(bytes) if bytes == one.bytes => continue,
            Some(_) => Became::Changed,
            None => Became::Gained,
        };
        left.push(Weight {
            change,
            instruction: one.instruction.clone(),
            old: was,
            new: Some(one.bytes),
        });
    }
    for one in old {
        if let Some(bytes) = before
            .get_mut(one.instruction.as_str())
            .and_then(std::collections::VecDeque::pop_front)
        {
            size.instructions.push(Weight {
                change: Became::Lost,
                instruction: one.instruction.clone(),
                old: Some(bytes),
                new: None,
            });
        }
    }
    size.instructions.extend(left);
    size
}
