//! The configuration of an image as the changes that made it, each at the line that said it.

use std::collections::HashMap;

use super::inspected::Inspected;
use super::places::Places;
use crate::facts::{AccountChange, Change, ConfigChange, Effect, NameKind, StartCommand, Value, path};

/// The configuration, each part at the line that said it last.
pub fn changes(image: &Inspected, places: &Places, by_line: &mut [Vec<Effect>]) {
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
    let set = variables(places);
    for setting in &config.env {
        let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
        let change = ConfigChange::Env {
            name: Value::known(name),
            value: Value::known(value),
        };
        say(set.get(name).copied().unwrap_or(0), name, change);
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
    let sought = std::cell::Cell::new(0);
    let said = |keyword: &str, part: &str| {
        sought.set(sought.get() + 1);
        match sought.get() > MOST_SOUGHT {
            true => 0,
            false => places.said(keyword, |text| text.contains(part)),
        }
    };
    for volume in config.volumes.keys() {
        let line = said("VOLUME", volume);
        // Engines lay a relative one below the root.
        let path = path::resolve(
            &Value::known("/"),
            &Value::known("~"),
            &Value::known(volume.clone()),
        );
        say(line, volume, ConfigChange::Volume(path));
    }
    for port in config.exposed_ports.keys() {
        let number = port.split('/').next().unwrap_or(port);
        let line = said("EXPOSE", number);
        say(line, number, ConfigChange::Expose(Value::known(port.clone())));
    }
    for (name, value) in &config.labels {
        let line = said("LABEL", name);
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

/// The last line that sets each variable.
fn variables<'p>(places: &'p Places) -> HashMap<&'p str, usize> {
    let mut set = HashMap::new();
    let lines = places.lines.iter().enumerate();
    for (index, line) in lines.filter(|(_, line)| line.keyword == "ENV") {
        let mut words = line.text.split_whitespace();
        let keys = words.clone().filter_map(|word| word.split_once('='));
        for (name, _) in keys {
            set.insert(name, index);
        }
        // The form with a blank.
        if let Some(name) = words.next() {
            set.insert(name, index);
        }
    }
    set
}

/// Parts of a configuration whose lines are looked for; a hundred thousand labels stand at the first line.
const MOST_SOUGHT: usize = 2_000;

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
