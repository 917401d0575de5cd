//! What is known of an image: the waist through which every rule sees it.
//!
//! Two doors make [`Step`]s with [`Effect`]s: `interpret` foresees them from a Dockerfile, `image`
//! observes them in a built one. [`Facts::take`] folds either into the same state. What the doors know
//! differs:
//!
//! | fact | foreseen from text | observed in an image |
//! | --- | --- | --- |
//! | package asked for, with the version as asked | yes | only from history text |
//! | package installed, with the version as resolved | no | yes |
//! | path written | may be a pattern | exact, with size, mode, owner |
//! | written and removed in one step | yes | no (and it weighs nothing) |
//! | removed in a later step | yes | yes (whiteout) |
//! | content of a written file | heredoc, `echo >`, a COPY source in the context | yes |
//! | env, user, shell, workdir, entrypoint | unless a variable is unknown | yes |
//! | accounts and groups | useradd and friends, over the base's table | yes |
//! | units enabled | `systemctl enable`, links | yes |
//! | contents of the base image | a table of well-known bases, else unknown | yes |
//! | cache and secret mounts | yes | invisible, rightly |
//! | a place for a fix | yes | never |
//!
//! State is kept as intervals from step to step, a step being one command and not a whole RUN, so
//! that a rule can ask what held when something ran.

mod accounts;
mod base;
mod brings;
mod build;
mod commands;
mod config;
mod effect;
mod engine;
mod files;
mod meaning;
mod modes;
mod observed;
mod packages;
pub mod path;
mod people;
mod rights;
mod units;
mod value;
mod written;

use std::sync::Arc;

pub use accounts::{Accounts, Clash, Further, Group, Membership, Missing, User};
pub use base::{Account, Base, Family, Group as BaseGroup, Init, Libc};
pub use brings::{Bringer, Brings, InitBrought};
pub use build::{Around, Build, Locale, Mount, Run, StageUse, Taken};
pub use commands::{READ_AT_LOGIN, USUAL_PATH};
pub use config::{Config, Setting, Variable};
pub use effect::{
    AccountChange, Change, ConfigChange, Content, Effect, Manager, NameKind, NewUser, PackageAction,
    PackageChange, Program, Provider, Reach, Reader, Source, StartCommand, Take, UnitState, Write, WriteKind,
};
pub use engine::Engine;
pub use files::{File, Files, Gone, Removal};
pub use meaning::{DaemonSetting, Meaning};
pub use modes::{Mode, ModeReach, Right, is_private_key};
pub use observed::{LayerPaths, Observed, Seen, SeenKind, mark};
pub use packages::{Package, Packages};
pub use units::Unit;
pub use value::{UNSEEN_WORDS, Value};
pub use written::{Pin, Purpose, Request, Status, Verb, Wanted, Written};

pub use crate::context::Answer;
use crate::finding::{Certainty, Place};

/// Where a fact comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Index of the step; 0 is the base.
    pub step: usize,
    /// The narrowest place that says so.
    pub place: Place,
    /// Whether it happens for certain.
    pub certainty: Certainty,
}

/// One step of the build: an instruction, or one command of a RUN.
#[derive(Debug, Clone)]
pub struct Step {
    /// Index of the stage in the file that has it.
    pub stage: usize,
    /// Index of the instruction in the file that has it.
    pub instruction: usize,
    /// The instruction, upper case.
    pub keyword: &'static str,
    /// The whole command or instruction.
    pub place: Place,
    /// Whether it runs for certain.
    pub certainty: Certainty,
    /// Whether a failure is foreseen (`|| true`, a condition).
    pub tolerated: bool,
    /// Who runs it, as far as known.
    pub user: Value,
    /// The folder in which it runs.
    pub folder: Value,
    /// The command, if it is one of a RUN.
    pub program: Option<Program>,
    /// Names of commands that were tested on the way to it (`command -v x`, `[ -x /bin/x ]`).
    pub tested: Vec<String>,
    /// Whether it runs because another failed: on the right of `||`, in the `else` of a test.
    pub is_fallback: bool,
    /// PATH as the script has it where it changes it; else the image's holds.
    pub search: Option<Value>,
    /// What it reads on standard input, where that is known.
    pub stdin: Option<Value>,
    /// The address from which it reads a download through pipes, and where that stands; what it reads as
    /// a script in `sh -c "$(curl …)"`.
    pub fetched: Option<(Value, Place)>,
    /// Mounts and heredocs of its instruction.
    pub around: Arc<Around>,
}

impl Step {
    /// One that certainly runs and has nothing around it: neither mounts, nor a command, nor input. Who runs
    /// it and in which folder, is not known.
    pub fn new(stage: usize, instruction: usize, keyword: &'static str, place: Place) -> Self {
        Self {
            stage,
            instruction,
            keyword,
            place,
            certainty: Certainty::Certain,
            tolerated: false,
            user: Value::unknown("${user}"),
            folder: Value::unknown("${folder}"),
            program: None,
            tested: Vec::new(),
            is_fallback: false,
            search: None,
            stdin: None,
            fetched: None,
            around: Arc::default(),
        }
    }

    /// Whether it stands in the file that is judged, and not in that of a base.
    pub fn is_here(&self) -> bool {
        match &self.place {
            Place::Text { path, .. } => path.is_empty(),
            Place::Layer { .. } => true,
        }
    }
}

/// The image that a stage starts from.
#[derive(Debug, Clone)]
pub struct From {
    /// The reference as it is resolved, `scratch` included.
    pub reference: Value,
    /// Where the reference stands.
    pub place: Place,
    /// What is known of it.
    pub base: Arc<Base>,
    /// Whether anything at all is known of it.
    pub is_known: bool,
}

/// A step whose consequences cannot be seen.
#[derive(Debug, Clone)]
pub struct OpaqueStep {
    /// Which, and where.
    pub origin: Origin,
    /// What it could have changed.
    pub reach: Reach,
    /// Why it cannot be seen.
    pub why: String,
}

/// Everything that is known of one stage, with what it inherits.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The stage's name, or its index where it has none.
    pub stage: String,
    /// Index of the stage in its file.
    pub stage_index: usize,
    /// Whether it is the stage that is built.
    pub is_target: bool,
    /// The image at the bottom of the stage chain.
    pub from: From,
    /// All steps of the stage chain, the base's first; stages that build on one another share them.
    pub steps: Vec<Arc<Step>>,
    /// Files that were written.
    pub files: Files,
    /// Modes that were given to paths, in order.
    pub modes: Vec<Mode>,
    /// What was asked of package managers.
    pub packages: Packages,
    /// Accounts and groups.
    pub accounts: Accounts,
    /// Units that were enabled, disabled and masked, in order.
    pub units: Vec<Unit>,
    /// Steps that cannot be seen through.
    pub opaque: Vec<OpaqueStep>,
    /// The image's configuration and the build's variables.
    pub config: Config,
    /// Locales that were generated.
    pub locales: Vec<Locale>,
    /// What COPY and ADD took, and whether it was there.
    pub taken: Vec<Taken>,
    /// The stages of the file.
    pub build: Arc<Build>,
    /// Steps that do what only root may do and are not root's, at the word that says so.
    pub denied: Vec<Origin>,
    /// Commands that are written in the file, in order.
    pub written: Vec<Written>,
    /// The RUNs of the chain whose scripts a shell reads, in order; those of bases too.
    pub runs: Vec<Run>,
    /// Why the stage is looked at.
    pub view: View,
    /// What an opened image has at its end; none of what is foreseen.
    pub observed: Option<Arc<Observed>>,
    grants: Vec<rights::Grant>,
    knowledge: Knowledge,
}

/// Why a stage is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The build reaches it.
    Reached,
    /// It stands in the file, and the build does not reach it.
    Unreached,
    /// It is what an image would be that starts from a stage of the file: triggers run in it.
    Triggers,
}

/// What the fold asks of those who know programs and packages.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge {
    /// What the text of a file says.
    pub read: Reader,
    /// What a package brings besides files.
    pub bring: Bringer,
    /// Which commands a package brings.
    pub provide: Provider,
}

impl Facts {
    /// What a stage knows when nothing but its base is there.
    pub fn start(from: From, step: Step, knowledge: Knowledge) -> Self {
        Self {
            stage: String::new(),
            stage_index: 0,
            is_target: false,
            accounts: Accounts::of(&from),
            config: Config::of(&from),
            files: Files::default(),
            modes: Vec::new(),
            packages: Packages::default(),
            units: Vec::new(),
            opaque: Vec::new(),
            steps: vec![Arc::new(step)],
            locales: Vec::new(),
            taken: Vec::new(),
            build: Arc::default(),
            denied: Vec::new(),
            written: Vec::new(),
            runs: Vec::new(),
            view: View::Reached,
            observed: None,
            grants: Vec::new(),
            from,
            knowledge,
        }
    }

    /// Index of the step that comes next.
    pub fn next_step(&self) -> usize {
        self.steps.len()
    }

    /// Folds one step with its effects into the state.
    pub fn take(&mut self, step: Step, effects: Vec<Effect>) {
        let index = self.steps.len();
        let certainty = step.certainty;
        self.steps.push(Arc::new(step));
        for effect in effects {
            // That a command fails and is let fail is no reason to doubt what it removes or writes:
            // `|| true` stands behind commands that succeed.
            let origin = Origin {
                step: index,
                place: effect.place,
                certainty,
            };
            match effect.change {
                Change::Write(write) => self.write(write, origin),
                Change::Remove { path, contents_only } => {
                    self.note_links_removed(&path, &origin);
                    self.files.remove(&path, contents_only, &origin);
                }
                Change::Own {
                    path,
                    owner,
                    recursive,
                } => {
                    self.grant(&path, owner.as_ref(), &origin);
                    self.files.own(&path, owner, recursive, &origin);
                }
                Change::Mode { path, said, reach } => self.modes.push(Mode {
                    path,
                    said,
                    reach,
                    origin,
                }),
                Change::Package(change) => self.package(change, origin),
                Change::Account(change) => self.account(change, origin),
                Change::Unit { name, state } => self.units.push(Unit {
                    name,
                    state,
                    origin,
                    by_package: false,
                }),
                Change::Config(change) => self.config.take(change, origin),
                Change::Locale(name) => self.locales.push(Locale { name, origin }),
                Change::Take(take) => self.taken.push(Taken { take, origin }),
                Change::NeedsRoot => self.deny(origin),
                Change::Command(mut written) => {
                    written.step = index;
                    self.written.push(*written);
                }
                Change::Opaque { reach, why } => {
                    if reach == Reach::Anything {
                        self.account(AccountChange::Unseen, origin.clone());
                    }
                    self.opaque.push(OpaqueStep { origin, reach, why });
                }
            }
        }
    }

    fn write(&mut self, write: Write, origin: Origin) {
        self.note_link(&write.path, &write.kind, &origin);
        self.accounts.note_write(&write, &origin);
        self.deny_write(&write, &origin);
        self.files.write(write, origin, self.knowledge.read);
    }

    fn account(&mut self, change: AccountChange, origin: Origin) {
        let step = origin.step;
        let tolerated = self.steps[step].tolerated;
        let before = self.accounts.missing().len();
        self.accounts.take(change, origin, tolerated);
        if self.accounts.missing().len() > before {
            let mut missing = std::mem::take(self.accounts.missing_mut());
            missing.retain(|one| one.origin.step != step || !self.package_may_make(&one.name, step));
            *self.accounts.missing_mut() = missing;
        }
    }

    /// A package comes with what it brings, or goes with it.
    fn package(&mut self, change: PackageChange, origin: Origin) {
        let brings = match change.name.as_known() {
            // What a package brought stands in an opened image by itself.
            Some(name) if change.manager.is_system() && !self.is_observed() => {
                self.brings(name, change.manager)
            }
            _ => Brings::NOTHING,
        };
        let action = change.action;
        self.packages.take(change, origin.clone());
        match action {
            PackageAction::Install => {
                self.accounts.bring(&brings, &origin);
                if brings.enables {
                    self.units.extend(brings.units.iter().map(|unit| Unit {
                        name: Value::known(*unit),
                        state: UnitState::Enabled,
                        origin: origin.clone(),
                        by_package: true,
                    }));
                }
                if let InitBrought::Always(init) = brings.init {
                    let target = match init {
                        Init::Systemd => "/lib/systemd/systemd",
                        Init::Busybox => "/bin/busybox",
                        Init::Other => "/lib/init",
                    };
                    let write = Write {
                        path: Value::known("/sbin/init"),
                        kind: WriteKind::Link(Value::known(target)),
                        content: Content::Unknown,
                        owner: None,
                        writer: PACKAGE,
                    };
                    self.files.write(write, origin, self.knowledge.read);
                }
            }
            PackageAction::Remove if matches!(brings.init, InitBrought::Always(_)) => {
                self.files.remove(&Value::known("/sbin/init"), false, &origin);
            }
            PackageAction::Remove | PackageAction::Hold | PackageAction::Unhold => {}
        }
    }

    /// What a package of the system brings.
    pub fn brings(&self, package: &str, manager: Manager) -> Brings {
        (self.knowledge.bring)(package, manager, &self.from.base)
    }

    /// The step of an origin.
    pub fn step(&self, origin: &Origin) -> &Step {
        &self.steps[origin.step]
    }

    /// A place within a step, as sure as the step.
    pub fn origin_within(&self, step: usize, place: &Place) -> Origin {
        Origin {
            step,
            place: place.clone(),
            certainty: self.steps[step].certainty,
        }
    }

    /// The programs that the file that is judged starts, each with the index of its step.
    pub fn programs_here(&self) -> impl Iterator<Item = (usize, &Program)> {
        let steps = self.steps.iter().enumerate().filter(|(_, step)| step.is_here());
        steps.filter_map(|(index, step)| Some((index, step.program.as_ref()?)))
    }

    /// Whether the facts come from an opened image, so that what is not there certainly is not.
    pub fn is_observed(&self) -> bool {
        self.observed.is_some()
    }

    /// Whether an origin stands in the file that is judged.
    pub fn is_here(&self, origin: &Origin) -> bool {
        let base = self.observed.as_ref().map_or(0, |observed| observed.base_steps);
        origin.step > base && self.step(origin).is_here()
    }

    /// The commands that are written in this very stage, each with its step; of triggers theirs alone.
    pub fn own_commands(&self) -> impl Iterator<Item = (&Written, &Step)> {
        let with_step = self
            .written
            .iter()
            .map(|written| (written, self.steps[written.step].as_ref()));
        with_step.filter(|(_, step)| self.is_own(step))
    }

    /// The RUNs that stand in this very stage of the file that is judged.
    pub fn own_runs(&self) -> impl Iterator<Item = &Run> {
        let is_here = |run: &&Run| matches!(&run.place, Place::Text { path, .. } if path.is_empty());
        self.runs
            .iter()
            .filter(move |run| run.stage == self.stage_index && is_here(run))
    }

    /// Whether a step stands in this very stage of the file that is judged, and not in one below it.
    pub fn is_own(&self, step: &Step) -> bool {
        step.stage == self.stage_index && step.is_here()
    }

    /// Whether something could have been changed unseen before a step, from `since` on.
    pub fn is_opaque(&self, reach: Reach, since: usize, before: usize) -> bool {
        self.opaque
            .iter()
            .any(|opaque| opaque.reach >= reach && (since..before).contains(&opaque.origin.step))
    }
}

/// The writer of a file that a package brings.
pub const PACKAGE: &str = "package";
