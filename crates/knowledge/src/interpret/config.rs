//! Instructions that change nothing but the image's configuration and the build's variables.

use std::ops::Range;

use crate::facts::{
    Change, ConfigChange, Content, Effect, NameKind, StartCommand, Value, Variable, Write, WriteKind, path,
};
use crate::interpret::Walk;
use crate::syntax::expand::{Lookup, Variables};
use crate::syntax::{Args, Instruction, Keyword, Pair};
use crate::tools;

/// The longest folder that is followed, in bytes: Linux's PATH_MAX.
const LONGEST_FOLDER: usize = 4096;

impl Walk<'_> {
    /// What an instruction configures.
    pub(super) fn configure(&mut self, index: usize, instruction: &Instruction) {
        match instruction.keyword {
            Keyword::Env => {
                // A variable is told with its value, a label by its name.
                let whole = |pair: &Pair| {
                    let end = pair.value.as_ref().unwrap_or(&pair.key).range.end;
                    pair.key.range.start..end
                };
                let change = |name, value| ConfigChange::Env { name, value };
                self.each_pair(index, instruction, whole, change);
            }
            Keyword::Arg => self.argument(index, instruction),
            Keyword::Label => {
                let name = |pair: &Pair| pair.key.range.clone();
                let change = |name, value| ConfigChange::Label { name, value };
                self.each_pair(index, instruction, name, change);
            }
            Keyword::User => self.one_word(index, instruction, user),
            Keyword::Workdir => self.workdir(index, instruction),
            Keyword::Stopsignal => {
                self.one_word(index, instruction, |value| {
                    vec![Change::Config(ConfigChange::StopSignal(value))]
                });
            }
            Keyword::Volume => {
                // The working folder does not count: engines lay a relative one below the root.
                self.each_word(index, instruction, |value| {
                    let path = path::resolve(&Value::known("/"), &Value::known("~"), &value);
                    Change::Config(ConfigChange::Volume(path))
                });
            }
            Keyword::Expose => {
                self.each_word(index, instruction, |value| {
                    Change::Config(ConfigChange::Expose(value))
                });
            }
            Keyword::Shell => {
                if let Args::Json(words) = &instruction.args {
                    let shell = words.iter().map(|word| word.text.clone()).collect();
                    self.whole(index, instruction, Change::Config(ConfigChange::Shell(shell)));
                }
            }
            Keyword::Entrypoint => {
                let command = self.start_command(instruction, &instruction.args);
                self.whole(
                    index,
                    instruction,
                    Change::Config(ConfigChange::Entrypoint(command)),
                );
            }
            Keyword::Cmd => {
                let command = self.start_command(instruction, &instruction.args);
                self.whole(index, instruction, Change::Config(ConfigChange::Cmd(command)));
            }
            Keyword::Healthcheck => {
                let command = match &instruction.args {
                    Args::Health(kind, args) if kind.text.eq_ignore_ascii_case("cmd") => {
                        Some(self.start_command(instruction, args))
                    }
                    _ => None,
                };
                self.whole(
                    index,
                    instruction,
                    Change::Config(ConfigChange::Healthcheck(command)),
                );
            }
            Keyword::Run | Keyword::Copy | Keyword::Add => {}
            Keyword::From | Keyword::Maintainer | Keyword::Onbuild | Keyword::Unknown => {}
        }
    }

    fn whole(&mut self, index: usize, instruction: &Instruction, change: Change) {
        let place = self.whole_place(instruction);
        self.take(index, instruction, vec![Effect { place, change }]);
    }

    fn one_word(
        &mut self,
        index: usize,
        instruction: &Instruction,
        changes: impl FnOnce(Value) -> Vec<Change>,
    ) {
        let Args::Text(word) = &instruction.args else {
            return;
        };
        let place = self.place(instruction, word.range.clone());
        let changes = changes(self.word(word));
        let effect = |change| Effect {
            place: place.clone(),
            change,
        };
        self.take(index, instruction, changes.into_iter().map(effect).collect());
    }

    fn each_word(&mut self, index: usize, instruction: &Instruction, change: impl Fn(Value) -> Change) {
        let (Args::Words(words) | Args::Json(words)) = &instruction.args else {
            return;
        };
        let effects = words.iter().map(|word| Effect {
            place: self.place(instruction, word.range.clone()),
            change: change(self.word(word)),
        });
        let effects = effects.collect();
        self.take(index, instruction, effects);
    }

    fn each_pair(
        &mut self,
        index: usize,
        instruction: &Instruction,
        told: impl Fn(&Pair) -> Range<u32>,
        change: impl Fn(Value, Value) -> ConfigChange,
    ) {
        let Args::Pairs(pairs) = &instruction.args else {
            return;
        };
        let effects = pairs.iter().map(|pair| {
            let value = pair
                .value
                .as_ref()
                .map_or_else(Value::new, |value| self.word(value));
            Effect {
                place: self.place(instruction, told(pair)),
                change: Change::Config(change(self.word(&pair.key), value)),
            }
        });
        let effects = effects.collect();
        self.take(index, instruction, effects);
    }

    fn workdir(&mut self, index: usize, instruction: &Instruction) {
        let before = self.folder();
        let user = self.user();
        self.one_word(index, instruction, |value| {
            // Docker does not expand a tilde here: it is a folder of that name.
            let folder = path::resolve(&before, &Value::known("~"), &value);
            if folder.text().len() > LONGEST_FOLDER {
                let folder = Value::unknown("${folder}");
                return vec![Change::Config(ConfigChange::Workdir(folder))];
            }
            vec![
                Change::Write(Write {
                    path: folder.clone(),
                    kind: WriteKind::Folder,
                    content: Content::Unknown,
                    owner: Some(user),
                    writer: "WORKDIR",
                }),
                Change::Config(ConfigChange::Workdir(folder)),
            ]
        });
    }

    fn argument(&mut self, index: usize, instruction: &Instruction) {
        let Args::Pairs(pairs) = &instruction.args else {
            return;
        };
        for pair in pairs {
            let name = pair.key.text.clone();
            // ENV beats ARG, whichever comes later.
            let is_env = |variable: &Variable| !variable.is_argument && variable.name.is(&name);
            if self.facts.config.variables.iter().any(is_env) {
                continue;
            }
            let value = match (self.input.invocation.arguments.get(&name), &pair.value) {
                (Some(given), _) => Some(Value::known(given.clone())),
                (None, Some(default)) => Some(self.word(default)),
                (None, None) => match self.input.stages.globals.get(&name) {
                    Lookup::Set(value) => Some(Value::known(value)),
                    Lookup::Unset | Lookup::Unknown => None,
                },
            };
            let place = self.place(instruction, pair.key.range.clone());
            let change = Change::Config(ConfigChange::Arg { name, value });
            self.take(index, instruction, vec![Effect { place, change }]);
        }
    }

    /// The command of CMD, ENTRYPOINT and HEALTHCHECK; variables in it are the container's.
    fn start_command(&self, instruction: &Instruction, args: &Args) -> StartCommand {
        let (words, exec) = match args {
            Args::Json(words) => (words.as_slice(), true),
            Args::Text(word) => (std::slice::from_ref(word), false),
            Args::None | Args::Words(_) | Args::Pairs(_) | Args::Health(..) => (&[][..], false),
        };
        let placed = words.iter().map(|word| {
            let place = self.place(instruction, word.range.clone());
            (Value::known(word.text.clone()), place)
        });
        StartCommand {
            words: placed.collect(),
            exec,
        }
    }
}

/// USER: who it is, and who must be there.
fn user(value: Value) -> Vec<Change> {
    let (user, group) = match value.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (value, None),
    };
    let mut changes = tools::named(&user, NameKind::User);
    changes.extend(
        group
            .iter()
            .flat_map(|group| tools::named(group, NameKind::Group)),
    );
    changes.push(Change::Config(ConfigChange::User(user)));
    changes
}
