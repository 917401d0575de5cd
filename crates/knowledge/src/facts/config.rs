//! The image's configuration, and the variables of the build.

use std::collections::HashSet;

use crate::context::Answer;
use crate::facts::{ConfigChange, From, Origin, StartCommand, Value};
use crate::finding::Certainty;

/// A value with the step that set it.
#[derive(Debug, Clone)]
pub struct Setting<T> {
    /// What it is.
    pub value: T,
    /// Which step set it; step 0 is the base.
    pub origin: Origin,
}

/// A variable that was set.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: Value,
    /// Its value; none if it is declared (ARG) or known to be set without its value being known.
    pub value: Option<Value>,
    /// Whether it is one of the build alone.
    pub is_argument: bool,
    /// Which step set it.
    pub origin: Origin,
}

/// Configuration, each list in the order in which steps set it.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// ENV and ARG.
    pub variables: Vec<Variable>,
    /// USER; the base's first.
    pub users: Vec<Setting<Value>>,
    /// WORKDIR, absolute; the base's first.
    pub workdirs: Vec<Setting<Value>>,
    /// SHELL; the base's first.
    pub shells: Vec<Setting<Vec<String>>>,
    /// ENTRYPOINT.
    pub entrypoints: Vec<Setting<StartCommand>>,
    /// CMD.
    pub cmds: Vec<Setting<StartCommand>>,
    /// VOLUME.
    pub volumes: Vec<Setting<Value>>,
    /// EXPOSE.
    pub ports: Vec<Setting<Value>>,
    /// LABEL: name and value.
    pub labels: Vec<Setting<(Value, Value)>>,
    /// STOPSIGNAL.
    pub stop_signals: Vec<Setting<Value>>,
    /// HEALTHCHECK; none for `NONE`.
    pub healthchecks: Vec<Setting<Option<StartCommand>>>,
    /// Whether the base may set variables that are not known.
    pub open: bool,
}

impl Config {
    pub(super) fn of(from: &From) -> Self {
        let origin = Origin {
            step: 0,
            place: from.place.clone(),
            certainty: Certainty::Certain,
        };
        let base = &from.base;
        let mut config = Self {
            open: !base.env_complete,
            ..Self::default()
        };
        for (name, value) in &base.env {
            config.variables.push(Variable {
                name: Value::known(name.clone()),
                value: value.clone().map(Value::known),
                is_argument: false,
                origin: origin.clone(),
            });
        }
        let setting = |text: &String| Setting {
            value: Value::known(text.clone()),
            origin: origin.clone(),
        };
        config.users.extend(base.user.iter().map(setting));
        config.workdirs.extend(base.workdir.iter().map(setting));
        config.stop_signals.extend(base.stop_signal.iter().map(setting));
        config.volumes.extend(base.volumes.iter().flatten().map(setting));
        config.shells.extend(base.shell.iter().map(|shell| Setting {
            value: shell.clone(),
            origin: origin.clone(),
        }));
        let start = |answer: &Answer<Vec<String>>| {
            answer.as_ref().known().map(|words| Setting {
                value: StartCommand {
                    words: words
                        .iter()
                        .map(|word| (Value::known(word.clone()), from.place.clone()))
                        .collect(),
                    exec: true,
                },
                origin: origin.clone(),
            })
        };
        config.entrypoints.extend(start(&base.entrypoint));
        config.cmds.extend(start(&base.cmd));
        config
    }

    /// The value of a variable after the last step; `Unknown` if it may be set by an unknown base or
    /// has a value that cannot be known.
    pub fn variable(&self, name: &str) -> Answer<&Value> {
        match self
            .variables
            .iter()
            .rev()
            .find(|variable| variable.name.is(name))
        {
            Some(variable) => match &variable.value {
                Some(value) => Answer::Known(value),
                None => Answer::Unknown,
            },
            None if self.open => Answer::Unknown,
            None => Answer::Absent,
        }
    }

    /// The variables of the image itself, each name once with its last setting.
    pub fn environment(&self) -> Vec<&Variable> {
        let mut seen: HashSet<&Value> = HashSet::new();
        let of_image = self.variables.iter().filter(|variable| !variable.is_argument);
        let mut last: Vec<&Variable> = of_image
            .rev()
            .filter(|variable| seen.insert(&variable.name))
            .collect();
        last.reverse();
        last
    }

    /// Who runs at the end; none if the base decides and is not known.
    pub fn user(&self) -> Option<&Setting<Value>> {
        self.users.last()
    }

    pub(super) fn take(&mut self, change: ConfigChange, origin: Origin) {
        match change {
            ConfigChange::Env { name, value } => self.variables.push(Variable {
                name,
                value: Some(value),
                is_argument: false,
                origin,
            }),
            ConfigChange::Arg { name, value } => self.variables.push(Variable {
                name: Value::known(name),
                value,
                is_argument: true,
                origin,
            }),
            ConfigChange::User(value) => self.users.push(Setting { value, origin }),
            ConfigChange::Workdir(value) => self.workdirs.push(Setting { value, origin }),
            ConfigChange::Shell(value) => self.shells.push(Setting { value, origin }),
            ConfigChange::Entrypoint(value) => {
                // ENTRYPOINT takes the CMD of the base away; one of this file stays.
                self.cmds.retain(|cmd| cmd.origin.step > 0);
                self.entrypoints.push(Setting { value, origin });
            }
            ConfigChange::Cmd(value) => self.cmds.push(Setting { value, origin }),
            ConfigChange::Volume(value) => self.volumes.push(Setting { value, origin }),
            ConfigChange::Expose(value) => self.ports.push(Setting { value, origin }),
            ConfigChange::Label { name, value } => self.labels.push(Setting {
                value: (name, value),
                origin,
            }),
            ConfigChange::StopSignal(value) => self.stop_signals.push(Setting { value, origin }),
            ConfigChange::Healthcheck(value) => self.healthchecks.push(Setting { value, origin }),
        }
    }
}
