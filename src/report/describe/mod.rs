//! What an image will be or is, as a page and as JSON.
//!
//! The page that a reviewer of an image reads. Output types of its own: a change of facts does not
//! change what other tools read.

mod page;

use serde::Serialize;

pub use page::page;

use crate::facts::{Answer, Facts, Init, Origin, Reach, StartCommand, UnitState, Value, WriteKind};
use crate::finding::{Certainty, Place};
use crate::source::{Position, Source};

/// A fact with how sure it is and where it comes from.
#[derive(Debug, Serialize)]
pub struct Told<T> {
    /// What it is; null where it is not known.
    pub value: T,
    /// How sure.
    pub certainty: Certainty,
    /// Where it is said; null where nothing says it.
    pub origin: Option<Where>,
}

/// Where a fact is said.
#[derive(Debug, Clone, Serialize)]
pub struct Where {
    /// The file.
    pub path: String,
    /// The instruction, or `base` for what the base brings.
    pub by: String,
    /// Where it starts; null in another file than the one described.
    pub start: Option<Position>,
}

/// A named value, such as a variable of the environment.
#[derive(Debug, Serialize)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The value; null where it is not known.
    pub value: Option<String>,
    /// How sure.
    pub certainty: Certainty,
    /// Where it is said.
    pub origin: Option<Where>,
}

/// A package that was asked for.
#[derive(Debug, Serialize)]
pub struct Package {
    /// The package.
    pub value: String,
    /// The version as asked; null for the newest.
    pub version: Option<String>,
    /// Of whom.
    pub manager: &'static str,
    /// Whether its version is held.
    pub held: bool,
    /// How sure.
    pub certainty: Certainty,
    /// Where it is said.
    pub origin: Option<Where>,
}

/// A path that stays.
#[derive(Debug, Serialize)]
pub struct Path {
    /// The path.
    pub value: String,
    /// `file`, `folder`, `tree` (a file, or a folder with files), or `link`.
    pub kind: &'static str,
    /// What a link leads to.
    pub target: Option<String>,
    /// Who wrote it.
    pub by: &'static str,
    /// How sure.
    pub certainty: Certainty,
    /// Where it is said.
    pub origin: Option<Where>,
}

/// The engine inside.
#[derive(Debug, Serialize)]
pub struct Engine {
    /// What it came as: a package's name, `dockerd`.
    pub name: String,
    /// Whether its unit is enabled: `yes`, `no` or `unknown`.
    pub enabled: &'static str,
    /// What `/sbin/init` is: `systemd`, `busybox`, `other`, `none` or `unknown`.
    pub init: &'static str,
}

/// Everything that is told of an image.
#[derive(Debug, Serialize)]
pub struct Description {
    /// Version of this form.
    pub schema: u32,
    /// The stage that is described.
    pub stage: String,
    /// The image at the bottom.
    pub base: Told<String>,
    /// What the table of bases knows of it.
    pub base_known: bool,
    /// Who runs a container.
    pub user: Told<Option<String>>,
    /// That user's number.
    pub uid: Told<Option<u32>>,
    /// That user's home.
    pub home: Told<Option<String>>,
    /// That user's login shell.
    pub shell: Told<Option<String>>,
    /// That user's groups.
    pub groups: Vec<Told<String>>,
    /// The folder in which a container starts.
    pub workdir: Told<Option<String>>,
    /// The engine that runs inside, and what starts it; null without one.
    pub engine: Told<Option<Engine>>,
    /// What was asked of package managers.
    pub packages: Vec<Package>,
    /// Files that stay.
    pub files: Vec<Path>,
    /// The environment of a container.
    pub env: Vec<Named>,
    /// Units, with what becomes of each.
    pub units: Vec<Named>,
    /// Ports that are exposed.
    pub ports: Vec<Told<String>>,
    /// Volumes that are declared.
    pub volumes: Vec<Told<String>>,
    /// Labels.
    pub labels: Vec<Named>,
    /// What a container starts.
    pub entrypoint: Told<Option<Vec<String>>>,
    /// Its arguments, or what it starts without an entrypoint.
    pub cmd: Told<Option<Vec<String>>>,
    /// What cannot be known, and why.
    pub unknown: Vec<Told<String>>,
}

/// Describes the image of a stage.
pub fn describe(facts: &Facts, source: &Source) -> Description {
    let teller = Teller { facts, source };
    let user = facts.config.user();
    let account = user.and_then(|user| {
        let last = facts.steps.len();
        match user.value.as_known()?.parse() {
            Ok(0) => facts.accounts.user("root", last).known(),
            Ok(uid) => facts.accounts.user_of(uid, last).known(),
            Err(_) => facts.accounts.user(user.value.as_known()?, last).known(),
        }
    });
    let of_account = account.as_ref().map(|account| &account.origin);
    Description {
        schema: 1,
        stage: facts.stage.clone(),
        base: Told {
            value: facts.from.reference.text().to_owned(),
            certainty: sure(&facts.from.reference),
            origin: Some(teller.place(&facts.from.place, "FROM")),
        },
        base_known: facts.from.is_known,
        user: teller.told(
            user.and_then(|user| known(&user.value)),
            user.map(|user| &user.origin),
        ),
        uid: teller.told(account.as_ref().and_then(|account| account.uid), of_account),
        home: teller.told(
            account.as_ref().and_then(|account| account.home.clone()),
            of_account,
        ),
        shell: teller.told(
            account.as_ref().and_then(|account| account.shell.clone()),
            of_account,
        ),
        groups: account
            .iter()
            .flat_map(|account| {
                account
                    .groups
                    .iter()
                    .map(|member| teller.told(member.group.text().to_owned(), Some(&account.origin)))
            })
            .collect(),
        workdir: {
            let folder = facts.config.workdirs.last();
            teller.told(
                folder.and_then(|folder| known(&folder.value)),
                folder.map(|folder| &folder.origin),
            )
        },
        engine: teller.engine(),
        packages: teller.packages(),
        files: teller.files(),
        env: teller.env(),
        units: teller.units(),
        ports: teller.values(&facts.config.ports),
        volumes: teller.values(&facts.config.volumes),
        labels: facts
            .config
            .labels
            .iter()
            .map(|label| Named {
                name: label.value.0.text().to_owned(),
                value: known(&label.value.1),
                certainty: label.origin.certainty,
                origin: Some(teller.origin(&label.origin)),
            })
            .collect(),
        entrypoint: teller.start(facts.config.entrypoints.last()),
        cmd: teller.start(facts.config.cmds.last()),
        unknown: teller.unknown(),
    }
}

fn known(value: &Value) -> Option<String> {
    value.as_known().map(str::to_owned)
}

fn sure(value: &Value) -> Certainty {
    if value.as_known().is_some() {
        Certainty::Certain
    } else {
        Certainty::Possible
    }
}

struct Teller<'a> {
    facts: &'a Facts,
    source: &'a Source,
}

impl Teller<'_> {
    fn told<T>(&self, value: T, origin: Option<&Origin>) -> Told<T> {
        Told {
            value,
            certainty: origin.map_or(Certainty::Possible, |origin| origin.certainty),
            origin: origin.map(|origin| self.origin(origin)),
        }
    }

    fn origin(&self, origin: &Origin) -> Where {
        let by = if origin.step == 0 {
            "base"
        } else {
            self.facts.step(origin).keyword
        };
        self.place(&origin.place, by)
    }

    fn place(&self, place: &Place, by: &str) -> Where {
        let (path, start) = match place {
            Place::Text { path, span } if path.is_empty() => (
                self.source.name().to_owned(),
                Some(self.source.position(span.start)),
            ),
            Place::Text { path, .. } => (path.to_string(), None),
            Place::Layer { created_by, .. } => (created_by.to_string(), None),
        };
        Where {
            path,
            by: by.to_owned(),
            start,
        }
    }

    fn engine(&self) -> Told<Option<Engine>> {
        let Some(engine) = self.facts.engine() else {
            return self.told(None, None);
        };
        let told = Engine {
            name: engine.name.clone(),
            enabled: match self.facts.unit_enabled("docker") {
                Answer::Known(()) => "yes",
                Answer::Absent => "no",
                Answer::Unknown => "unknown",
            },
            init: match self.facts.init() {
                Answer::Known(Init::Systemd) => "systemd",
                Answer::Known(Init::Busybox) => "busybox",
                Answer::Known(Init::Other) => "other",
                Answer::Absent => "none",
                Answer::Unknown => "unknown",
            },
        };
        self.told(Some(told), Some(&engine.origin))
    }

    fn packages(&self) -> Vec<Package> {
        let kept = self
            .facts
            .packages
            .iter()
            .filter(|package| package.removed.is_none());
        kept.map(|package| Package {
            value: package.name.text().to_owned(),
            version: package.version.as_ref().map(|version| version.text().to_owned()),
            manager: package.manager.name(),
            held: package.held.is_some(),
            certainty: package.asked.certainty.and(sure(&package.name)),
            origin: Some(self.origin(&package.asked)),
        })
        .collect()
    }

    fn files(&self) -> Vec<Path> {
        let kept = self.facts.files.staying();
        kept.map(|file| {
            let (kind, target) = match &file.kind {
                WriteKind::File | WriteKind::Append => ("file", None),
                WriteKind::Folder => ("folder", None),
                WriteKind::Tree => ("tree", None),
                WriteKind::Link(target) => ("link", Some(target.text().to_owned())),
            };
            Path {
                value: file.path.to_string(),
                kind,
                target,
                by: file.writer,
                certainty: file.written.certainty.and(sure(&file.path)),
                origin: Some(self.origin(&file.written)),
            }
        })
        .collect()
    }

    fn env(&self) -> Vec<Named> {
        let set = self.facts.config.environment();
        set.into_iter()
            .map(|variable| Named {
                name: variable.name.text().to_owned(),
                value: variable.value.as_ref().and_then(known),
                certainty: variable.value.as_ref().map_or(Certainty::Possible, sure),
                origin: Some(self.origin(&variable.origin)),
            })
            .collect()
    }

    fn units(&self) -> Vec<Named> {
        let mut units: Vec<Named> = Vec::new();
        for name in &self.facts.from.base.enabled {
            units.push(Named {
                name: name.clone(),
                value: Some("enabled".to_owned()),
                certainty: Certainty::Certain,
                origin: Some(self.place(&self.facts.from.place, "base")),
            });
        }
        for unit in &self.facts.units {
            let state = match unit.state {
                UnitState::Enabled => "enabled",
                UnitState::Disabled => "disabled",
                UnitState::Masked => "masked",
                UnitState::Unmasked => "unmasked",
            };
            units.retain(|earlier| earlier.name != unit.name.text());
            units.push(Named {
                name: unit.name.text().to_owned(),
                value: Some(state.to_owned()),
                certainty: unit.origin.certainty.and(sure(&unit.name)),
                origin: Some(self.origin(&unit.origin)),
            });
        }
        units
    }

    fn values(&self, settings: &[crate::facts::Setting<Value>]) -> Vec<Told<String>> {
        let told = settings
            .iter()
            .map(|setting| self.told(setting.value.text().to_owned(), Some(&setting.origin)));
        told.collect()
    }

    fn start(&self, command: Option<&crate::facts::Setting<StartCommand>>) -> Told<Option<Vec<String>>> {
        let words = command.map(|command| {
            let words = command.value.words.iter().map(|(word, _)| word.text().to_owned());
            match command.value.exec {
                true => words.collect(),
                false => ["/bin/sh".to_owned(), "-c".to_owned()]
                    .into_iter()
                    .chain(words)
                    .collect(),
            }
        });
        match command {
            Some(command) => self.told(words, Some(&command.origin)),
            None => Told {
                value: None,
                certainty: if self.facts.from.is_known {
                    Certainty::Certain
                } else {
                    Certainty::Possible
                },
                origin: None,
            },
        }
    }

    fn unknown(&self) -> Vec<Told<String>> {
        let mut unknown = Vec::new();
        let mut say = |value: String, origin: Where| {
            unknown.push(Told {
                value,
                certainty: Certainty::Possible,
                origin: Some(origin),
            });
        };
        let from = &self.facts.from;
        if !from.is_known {
            let what = format!("what the base `{}` brings", from.reference);
            say(what, self.place(&from.place, "FROM"));
        }
        for opaque in &self.facts.opaque {
            let reach = match opaque.reach {
                Reach::Home => "in the home",
                Reach::Files => "in files and commands",
                Reach::Anything => "anywhere",
            };
            say(
                format!("{}: it may change something {reach}", opaque.why),
                self.origin(&opaque.origin),
            );
        }
        for variable in self.facts.config.environment() {
            if !matches!(&variable.value, Some(value) if value.as_known().is_some())
                && variable.origin.step > 0
            {
                say(
                    format!("the value of ENV {}", variable.name),
                    self.origin(&variable.origin),
                );
            }
        }
        unknown
    }
}
