//! An inspected image to facts: one step a line of its history, with the effects of the layer that the
//! line made.
//!
//! Steps of the base come first and are not "here". What a layer did is told by what it changed; what an
//! instruction asked for, by its line, and by its place in the Dockerfile where that is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::accounts::People;
use super::effects::Tell;
use super::history::{self, Line, Matched};
use super::inspected::{Inspected, Installed};
use super::keep::Keep;
use super::state::{self, State};
use crate::context::Answer;
use crate::facts::{
    AccountChange, Around, Base, Change, ConfigChange, Effect, Facts, Family, From, Libc, Manager, NameKind,
    Observed, PackageAction, PackageChange, Program, SeenKind, StartCommand, Step, Value,
};
use crate::finding::{Certainty, Place};
use crate::shell::{self, Part, Runs, ShellWord};
use crate::syntax::{Instruction, Tree};
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
    config(image, &places, &mut by_line);
    let has_unread = unread_database(&end.state);
    let mut observed = seen(image, end.state);
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

/// Where lines stand: in the Dockerfile, or in the image.
pub struct Places<'a> {
    lines: &'a [Line],
    matched: Option<(&'a Matched, &'a Tree)>,
}

impl Places<'_> {
    fn instruction(&self, line: usize) -> Option<(usize, &Instruction)> {
        let (matched, tree) = self.matched?;
        let index = matched.instructions.get(line).copied().flatten()?;
        Some((index, &tree.instructions[index]))
    }

    /// The place of a line.
    pub fn of(&self, line: usize) -> Place {
        match (self.instruction(line), self.lines.get(line)) {
            (Some((_, instruction)), _) => Place::here(instruction.span),
            (None, Some(line)) => Place::Layer {
                index: u32::try_from(line.at).unwrap_or(u32::MAX),
                created_by: Arc::from(line.created_by.as_str()),
            },
            (None, None) => Place::Layer {
                index: 0,
                created_by: Arc::from(""),
            },
        }
    }

    /// The place of a word of a line; the line's where the word does not stand in it.
    pub fn word(&self, line: usize, word: &str) -> Place {
        let Some((_, instruction)) = self.instruction(line).filter(|_| !word.is_empty()) else {
            return self.of(line);
        };
        let text = instruction.text.text();
        let ends = |sign: Option<char>| {
            sign.is_none_or(|sign| !(sign.is_alphanumeric() || matches!(sign, '-' | '_' | '.')))
        };
        let found = text.match_indices(word).find(|(at, _)| {
            ends(text[..*at].chars().next_back()) && ends(text[at + word.len()..].chars().next())
        });
        match found {
            Some((at, _)) => Place::here(instruction.text.span(at as u32..(at + word.len()) as u32)),
            None => self.of(line),
        }
    }

    fn step(&self, line: usize) -> Step {
        let keyword = self.lines[line].keyword;
        Step {
            stage: 0,
            instruction: self.instruction(line).map_or(line, |(index, _)| index),
            keyword,
            place: self.of(line),
            certainty: Certainty::Certain,
            tolerated: false,
            // Who ran it does not matter: owners are seen.
            user: Value::known("root"),
            folder: Value::known("/"),
            program: None,
            tested: Vec::new(),
            is_fallback: false,
            search: None,
            stdin: None,
            fetched: None,
            around: Arc::<Around>::default(),
        }
    }

    /// The last line of a keyword that says something; else the first line of all.
    fn said(&self, keyword: &str, says: impl Fn(&str) -> bool) -> usize {
        let is_it = |line: &Line| line.keyword == keyword && says(&line.text);
        self.lines.iter().rposition(is_it).unwrap_or(0)
    }
}

/// What is there when all layers are laid.
struct End {
    state: State,
}

/// The effects of all layers, each at its line.
fn layers(image: &Inspected, places: &Places, keep: &Keep, by_line: &mut [Vec<Effect>]) -> End {
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
    }
    End { state }
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

/// The configuration, each part at the line that said it last.
fn config(image: &Inspected, places: &Places, by_line: &mut [Vec<Effect>]) {
    if by_line.is_empty() {
        return;
    }
    let config = &image.config;
    let last = by_line.len() - 1;
    let mut say = |line: usize, word: &str, change: ConfigChange| {
        let place = places.word(line, word);
        by_line[line].push(Effect {
            place,
            change: Change::Config(change),
        });
    };
    for setting in &config.env {
        let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
        let sets = |text: &str| {
            let names = text
                .split_whitespace()
                .any(|word| word.split_once('=').is_some_and(|(key, _)| key == name));
            names || text.split_whitespace().next() == Some(name)
        };
        let change = ConfigChange::Env {
            name: Value::known(name),
            value: Value::known(value),
        };
        say(places.said("ENV", sets), name, change);
    }
    let any = |_: &str| true;
    let (user, group) = match config.user.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (config.user.as_str(), None),
    };
    let user_line = places.said("USER", any);
    if !user.is_empty() {
        say(user_line, user, ConfigChange::User(Value::known(user)));
    }
    if !config.working_dir.is_empty() {
        let folder = Value::known(config.working_dir.clone());
        say(
            places.said("WORKDIR", any),
            &config.working_dir,
            ConfigChange::Workdir(folder),
        );
    }
    if !config.shell.is_empty() {
        say(
            places.said("SHELL", any),
            "",
            ConfigChange::Shell(config.shell.clone()),
        );
    }
    if !config.stop_signal.is_empty() {
        let signal = Value::known(config.stop_signal.clone());
        say(
            places.said("STOPSIGNAL", any),
            &config.stop_signal,
            ConfigChange::StopSignal(signal),
        );
    }
    let command = |words: &[String], line: usize| start_command(words, places, line);
    if !config.entrypoint.is_empty() {
        let line = places.said("ENTRYPOINT", any);
        say(
            line,
            "",
            ConfigChange::Entrypoint(command(&config.entrypoint, line)),
        );
    }
    if !config.cmd.is_empty() {
        let line = places.said("CMD", any);
        say(line, "", ConfigChange::Cmd(command(&config.cmd, line)));
    }
    match config.healthcheck.test.split_first() {
        Some((kind, words)) if kind == "CMD" || kind == "CMD-SHELL" => {
            let line = places.said("HEALTHCHECK", any);
            let mut check = command(words, line);
            check.exec = kind == "CMD";
            say(line, "", ConfigChange::Healthcheck(Some(check)));
        }
        Some(_) => say(
            places.said("HEALTHCHECK", any),
            "",
            ConfigChange::Healthcheck(None),
        ),
        None => {}
    }
    for volume in config.volumes.keys() {
        let line = places.said("VOLUME", |text| text.contains(volume.as_str()));
        let path = crate::facts::path::clean(&Value::known(volume.clone()));
        say(line, volume, ConfigChange::Volume(path));
    }
    for port in config.exposed_ports.keys() {
        let number = port.split('/').next().unwrap_or(port);
        let line = places.said("EXPOSE", |text| text.contains(number));
        say(line, number, ConfigChange::Expose(Value::known(port.clone())));
    }
    for (name, value) in &config.labels {
        let line = places.said("LABEL", |text| text.contains(name.as_str()));
        let change = ConfigChange::Label {
            name: Value::known(name.clone()),
            value: Value::known(value.clone()),
        };
        say(line, name, change);
    }
    // Whether they are there, the end decides: the last step names them, at the word of USER.
    let names = [
        (user, NameKind::User),
        (group.unwrap_or_default(), NameKind::Group),
    ];
    for (name, kind) in names.into_iter().filter(|(name, _)| !name.is_empty()) {
        let change = Change::Account(AccountChange::Named {
            name: Value::known(name),
            kind,
        });
        by_line[last].push(Effect {
            place: places.word(user_line, name),
            change,
        });
    }
}

/// A command as its line would say it: the words of a shell are one text.
fn start_command(words: &[String], places: &Places, line: usize) -> StartCommand {
    let (words, exec) = match words {
        [shell, option, script] if shell == "/bin/sh" && option == "-c" => {
            (std::slice::from_ref(script), false)
        }
        words => (words, true),
    };
    let placed = words
        .iter()
        .map(|word| (Value::known(word.clone()), places.word(line, word)));
    StartCommand {
        words: placed.collect(),
        exec,
    }
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
    let place = places.of(0);
    let text = |path: &str| observed.entry(path).and_then(|seen| seen.text.as_deref());
    let release = text("/etc/os-release")
        .or_else(|| text("/usr/lib/os-release"))
        .unwrap_or_default();
    let said = |key: &str| {
        let line = release
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(line.trim().trim_matches(['"', '\'']).to_owned()).filter(|value| !value.is_empty())
    };
    let has_loader = |names: &dyn Fn(&str) -> bool| {
        let mut paths = observed.entries.keys();
        paths.any(|path| path.rsplit('/').next().is_some_and(names))
    };
    let libc = if has_loader(&|name| name.starts_with("ld-musl-")) {
        Some(Libc::Musl)
    } else if has_loader(&|name| name.starts_with("ld-linux") || name == "libc.so.6") {
        Some(Libc::Glibc)
    } else {
        None
    };
    let kin = said("ID_LIKE").unwrap_or_default();
    let family = match said("ID").as_deref() {
        Some("debian") => Some(Family::Debian),
        Some("ubuntu") => Some(Family::Ubuntu),
        Some("alpine") => Some(Family::Alpine),
        Some("fedora") => Some(Family::Fedora),
        Some("rhel" | "centos" | "rocky" | "almalinux" | "ol") => Some(Family::Rhel),
        Some("amzn") => Some(Family::Amazon),
        Some("arch") => Some(Family::Arch),
        Some(id) if id.starts_with("opensuse") || id.starts_with("sle") => Some(Family::Suse),
        Some(_) if kin.contains("ubuntu") => Some(Family::Ubuntu),
        Some(_) if kin.contains("debian") => Some(Family::Debian),
        Some(_) if kin.contains("rhel") => Some(Family::Rhel),
        Some(_) => Some(Family::Other),
        None if observed.exists("/bin/busybox").is_known() => Some(Family::Busybox),
        None => None,
    };
    let skel: Vec<String> = observed
        .children("/etc/skel")
        .map(|(name, _)| name.to_owned())
        .collect();
    let plain = |name: &str| !matches!(name, "C.utf8" | "C.UTF-8" | "locale-archive" | "POSIX" | "C");
    let mut locales: Vec<String> = observed
        .children("/usr/lib/locale")
        .filter(|(name, seen)| seen.kind == SeenKind::Folder && plain(name))
        .map(|(name, _)| name.to_owned())
        .collect();
    for layer in image.layers.iter().rev() {
        let archive = layer
            .entries
            .iter()
            .find(|entry| entry.path == "/usr/lib/locale/locale-archive");
        let names = archive.and_then(|archive| match &archive.content {
            Some(super::Content::Names(names)) => Some(names),
            _ => None,
        });
        if let Some(names) = names.filter(|_| observed.has("/usr/lib/locale/locale-archive")) {
            locales.extend(names.iter().cloned());
            break;
        }
    }
    let base = Base {
        entry: "observed".into(),
        source: "the image itself".into(),
        family,
        version: said("VERSION_ID"),
        codename: said("VERSION_CODENAME"),
        libc,
        skel: match skel.is_empty() {
            true => Answer::Absent,
            false => Answer::Known(skel),
        },
        locales: Some(locales),
        packages_complete: !has_unread,
        ..Base::scratch()
    };
    let step = Step {
        keyword: "FROM",
        ..match places.lines.is_empty() {
            true => empty_step(place.clone()),
            false => places.step(0),
        }
    };
    let from = From {
        reference: Value::known(image.name.clone()),
        place,
        base: Arc::new(base),
        is_known: true,
    };
    let mut facts = Facts::start(from, step, tools::KNOWLEDGE);
    facts.stage = String::new();
    facts
}

fn empty_step(place: Place) -> Step {
    Step {
        stage: 0,
        instruction: 0,
        keyword: "",
        place,
        certainty: Certainty::Certain,
        tolerated: false,
        user: Value::known("root"),
        folder: Value::known("/"),
        program: None,
        tested: Vec::new(),
        is_fallback: false,
        search: None,
        stdin: None,
        fetched: None,
        around: Arc::default(),
    }
}
