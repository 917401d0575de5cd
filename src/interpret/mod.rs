//! Foresees what each stage of a Dockerfile will be: walks it in build order and folds the effects
//! of every instruction into facts.

mod bases;
mod body;
mod build;
mod copy;
mod output;
mod run;
mod script;
mod tested;
mod words;
mod wrappers;

pub use bases::KnownBases;
pub use body::RunScript;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::context::{Answer, Context};
use crate::facts::{
    Around, Base, Change, ConfigChange, Effect, Facts, From, NameKind, StartCommand, Step, Value, View,
    Write, WriteKind, path,
};
use crate::finding::Place;
use crate::invocation::Invocation;
use crate::source::Source;
use crate::stages::{Stage, Stages, Start};
use crate::syntax::{Args, Instruction, Keyword, Tree, Word};
use crate::tools;

/// What is known of an image that a stage starts from.
#[derive(Clone)]
pub enum KnownBase {
    /// What the table says.
    Table(Arc<Base>),
    /// What a Dockerfile of one's own gives.
    Built(Arc<Facts>),
}

/// Who knows bases.
pub trait Bases: Sync {
    /// What is known of the image of this reference, for a platform such as `linux/amd64`.
    fn find(&self, reference: &str, platform: Option<&str>) -> Option<KnownBase>;
}

/// Nobody knows any base.
pub struct NoBases;

impl Bases for NoBases {
    fn find(&self, _reference: &str, _platform: Option<&str>) -> Option<KnownBase> {
        None
    }
}

/// Everything that foreseeing a file needs.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The file.
    pub source: &'a Source,
    /// Its tree.
    pub tree: &'a Tree,
    /// Its stages.
    pub stages: &'a Stages,
    /// How it is built.
    pub invocation: &'a Invocation,
    /// Its build context.
    pub context: &'a dyn Context,
    /// Who knows bases.
    pub bases: &'a dyn Bases,
    /// The path under which places are told: empty for the file that is judged, the path of a base's
    /// file otherwise.
    pub path: &'a Arc<str>,
}

/// How many steps all stages of a file take over from the stages that they start from; those beyond
/// start from an image that is not known. Each takes a copy, which would grow with the file's square.
const MOST_INHERITED: usize = 100_000;

/// The longest folder that is followed, in bytes: Linux's PATH_MAX.
const LONGEST_FOLDER: usize = 4096;

/// The facts of every stage that is reached, by index; none for the others.
pub fn foresee(input: Input) -> Vec<Option<Facts>> {
    walk(input, Stage::is_reached)
        .into_iter()
        .map(|walk| walk.map(|walk| walk.facts))
        .collect()
}

/// The facts of every stage that is reached, by index, and besides them those of the stages that are not,
/// and of what starts from a stage that has triggers.
pub fn foresee_all(input: Input) -> (Vec<Option<Facts>>, Vec<Facts>) {
    let all = walk(input, |_| true);
    let mut besides = Vec::new();
    for stage in &input.stages.all {
        let mut instructions = stage.instructions.clone();
        if !instructions.any(|index| input.tree.instructions[index].trigger.is_some()) {
            continue;
        }
        let Some(parent) = &all[stage.index] else { continue };
        let mut walk = Walk {
            input,
            // No stage of the file has this index, so that what happens here is told apart.
            stage: input.stages.all.len() + stage.index,
            facts: parent.facts.clone(),
            from_context: parent.from_context.clone(),
            nothing_around: Arc::clone(&parent.nothing_around),
            shell_comments: Arc::clone(&parent.shell_comments),
        };
        walk.facts.stage_index = walk.stage;
        walk.facts.is_target = false;
        walk.facts.view = View::Triggers;
        walk.triggers(stage, &all);
        besides.push(walk.facts);
    }
    let mut reached = Vec::with_capacity(all.len());
    for (walk, stage) in all.into_iter().zip(&input.stages.all) {
        let facts = walk.map(|walk| walk.facts);
        match (facts, stage.reached) {
            (Some(mut facts), false) => {
                facts.view = View::Unreached;
                besides.push(facts);
                reached.push(None);
            }
            (facts, _) => reached.push(facts),
        }
    }
    (reached, besides)
}

/// Walks the stages that are wanted, in order.
fn walk(input: Input<'_>, is_wanted: fn(&Stage) -> bool) -> Vec<Option<Walk<'_>>> {
    let mut all: Vec<Option<Walk>> = Vec::new();
    let build = Arc::new(build::of(input));
    let mut inherited = 0;
    for stage in &input.stages.all {
        let walk = is_wanted(stage).then(|| {
            let parent = match stage.start {
                Start::Stage(parent) => all[parent].as_ref(),
                Start::Scratch | Start::Image(_) => None,
            };
            let parent = parent.filter(|parent| {
                inherited += parent.facts.steps.len() + input.stages.all[parent.stage].instructions.len();
                inherited <= MOST_INHERITED
            });
            let mut walk = Walk::start(input, stage, parent, &all);
            walk.facts.set_build(Arc::clone(&build));
            for index in stage.instructions.clone() {
                walk.instruction(index, &input.tree.instructions[index], &all);
            }
            walk
        });
        all.push(walk);
    }
    all
}

/// One stage while it is walked.
struct Walk<'a> {
    input: Input<'a>,
    stage: usize,
    facts: Facts,
    /// Files of the image that came from the context, with their path there: a script among them is
    /// read when it is run.
    from_context: BTreeMap<String, String>,
    /// What an instruction without mounts and heredocs has around it.
    nothing_around: Arc<Around>,
    /// Comments that name the shell, in order.
    shell_comments: Arc<[ShellComment]>,
}

impl<'a> Walk<'a> {
    /// Starts from the stage's parent; one that starts from a stage and has none starts from what is not
    /// known.
    fn start(input: Input<'a>, stage: &Stage, parent: Option<&Self>, all: &[Option<Walk<'a>>]) -> Self {
        let instruction = &input.tree.instructions[stage.from];
        let mut walk = match parent {
            Some(parent) => Self {
                input,
                stage: stage.index,
                facts: parent.facts.clone(),
                from_context: parent.from_context.clone(),
                nothing_around: Arc::clone(&parent.nothing_around),
                shell_comments: Arc::clone(&parent.shell_comments),
            },
            None => Self {
                input,
                stage: stage.index,
                facts: start(input, stage, instruction),
                from_context: BTreeMap::new(),
                nothing_around: Arc::default(),
                shell_comments: shell_comments(input),
            },
        };
        walk.facts.stage = stage.name.clone().unwrap_or_else(|| stage.index.to_string());
        walk.facts.stage_index = stage.index;
        walk.facts.is_target = input.stages.target == Some(stage.index);
        if let Some(parent) = parent {
            walk.triggers(&input.stages.all[parent.stage], all);
        }
        walk
    }

    /// Runs what ONBUILD holds in a stage.
    fn triggers(&mut self, parent: &Stage, all: &[Option<Walk<'a>>]) {
        let tree = self.input.tree;
        for index in parent.instructions.clone() {
            if let Some(trigger) = &tree.instructions[index].trigger {
                self.instruction(index, trigger, all);
            }
        }
    }

    fn instruction(&mut self, index: usize, instruction: &Instruction, all: &[Option<Walk<'a>>]) {
        match instruction.keyword {
            Keyword::Run => self.run(index, instruction),
            Keyword::Copy | Keyword::Add => self.copy(index, instruction, all),
            Keyword::Env => self.env(index, instruction),
            Keyword::Arg => self.argument(index, instruction),
            Keyword::Label => self.label(index, instruction),
            Keyword::User => {
                let change = |value: Value| {
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
                };
                self.one_word(index, instruction, change);
            }
            Keyword::Workdir => self.workdir(index, instruction),
            Keyword::Stopsignal => {
                self.one_word(index, instruction, |value| {
                    vec![Change::Config(ConfigChange::StopSignal(value))]
                });
            }
            Keyword::Volume => {
                let folder = self.folder();
                self.each_word(index, instruction, |value| {
                    let path = path::resolve(&folder, &Value::known("~"), &value);
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
            Keyword::From | Keyword::Maintainer | Keyword::Onbuild | Keyword::Unknown => {}
        }
    }

    /// A place in the file, by a range of an instruction's joined text.
    fn place(&self, instruction: &Instruction, range: std::ops::Range<u32>) -> Place {
        Place::Text {
            path: Arc::clone(self.input.path),
            span: instruction.text.span(range),
        }
    }

    fn whole_place(&self, instruction: &Instruction) -> Place {
        Place::Text {
            path: Arc::clone(self.input.path),
            span: instruction.span,
        }
    }

    /// A word of an instruction with its variables looked up.
    fn word(&self, word: &Word) -> Value {
        words::instruction_word(&word.text, self.input.tree.escape, &self.facts.config)
    }

    fn user(&self) -> Value {
        match self.facts.config.user() {
            Some(user) => user.value.clone(),
            None => Value::unknown("${user}"),
        }
    }

    fn folder(&self) -> Value {
        match self.facts.config.workdirs.last() {
            Some(folder) => folder.value.clone(),
            None => Value::unknown("${folder}"),
        }
    }

    /// The home of a user, as the engine sets HOME.
    fn home_of(&self, user: &Value) -> Value {
        let step = self.facts.next_step();
        let accounts = &self.facts.accounts;
        let account = match user.as_known() {
            Some("root" | "0") => return Value::known("/root"),
            Some(name) => match name.parse() {
                Ok(uid) => accounts.user_of(uid, step),
                Err(_) => accounts.user(name, step),
            },
            None => Answer::Unknown,
        };
        match account.known().and_then(|account| account.home) {
            Some(home) => Value::known(home),
            None => Value::unknown("${HOME}"),
        }
    }

    fn step(&self, index: usize, instruction: &Instruction) -> Step {
        let place = self.whole_place(instruction);
        Step {
            user: self.user(),
            folder: self.folder(),
            around: self.around(instruction, Vec::new()),
            ..Step::new(self.stage, index, instruction.keyword.name(), place)
        }
    }

    /// What an instruction has around it.
    fn around(&self, instruction: &Instruction, mounts: Vec<crate::facts::Mount>) -> Arc<Around> {
        if instruction.flags.is_empty() && instruction.heredocs.is_empty() {
            return Arc::clone(&self.nothing_around);
        }
        let places = instruction.heredocs.iter();
        Arc::new(Around {
            mounts,
            heredocs: places
                .map(|heredoc| self.place(instruction, heredoc.range.clone()))
                .collect(),
            flags: instruction.flags.iter().map(|flag| flag.text.clone()).collect(),
        })
    }

    fn whole(&mut self, index: usize, instruction: &Instruction, change: Change) {
        let place = self.whole_place(instruction);
        self.take(index, instruction, vec![Effect { place, change }]);
    }

    fn take(&mut self, index: usize, instruction: &Instruction, effects: Vec<Effect>) {
        let step = self.step(index, instruction);
        self.facts.take(step, effects);
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
                    content: crate::facts::Content::Unknown,
                    owner: Some(user),
                    writer: "WORKDIR",
                }),
                Change::Config(ConfigChange::Workdir(folder)),
            ]
        });
    }

    fn env(&mut self, index: usize, instruction: &Instruction) {
        let Args::Pairs(pairs) = &instruction.args else {
            return;
        };
        let mut effects = Vec::new();
        for pair in pairs {
            let whole = pair
                .value
                .as_ref()
                .map_or(pair.key.range.end, |value| value.range.end);
            effects.push(Effect {
                place: self.place(instruction, pair.key.range.start..whole),
                change: Change::Config(ConfigChange::Env {
                    name: self.word(&pair.key),
                    value: pair
                        .value
                        .as_ref()
                        .map_or_else(Value::new, |value| self.word(value)),
                }),
            });
        }
        self.take(index, instruction, effects);
    }

    fn label(&mut self, index: usize, instruction: &Instruction) {
        let Args::Pairs(pairs) = &instruction.args else {
            return;
        };
        let mut effects = Vec::new();
        for pair in pairs {
            effects.push(Effect {
                place: self.place(instruction, pair.key.range.clone()),
                change: Change::Config(ConfigChange::Label {
                    name: self.word(&pair.key),
                    value: pair
                        .value
                        .as_ref()
                        .map_or_else(Value::new, |value| self.word(value)),
                }),
            });
        }
        self.take(index, instruction, effects);
    }

    fn argument(&mut self, index: usize, instruction: &Instruction) {
        let Args::Pairs(pairs) = &instruction.args else {
            return;
        };
        for pair in pairs {
            let name = pair.key.text.clone();
            // ENV beats ARG, whichever comes later.
            let is_env = |variable: &crate::facts::Variable| !variable.is_argument && variable.name.is(&name);
            if self.facts.config.variables.iter().any(is_env) {
                continue;
            }
            use crate::syntax::expand::{Lookup, Variables};
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

/// A comment that names the shell of the RUNs below it: `# hadolint shell=NAME`.
struct ShellComment {
    /// From the comment to the next SHELL or the end of the stage; one before the first FROM holds for
    /// all stages.
    reach: std::ops::Range<u32>,
    /// Its program.
    shell: String,
}

fn shell_comments(input: Input) -> Arc<[ShellComment]> {
    let instructions = &input.tree.instructions;
    let first_from = instructions.iter().find(|one| one.keyword == Keyword::From);
    let named = input.tree.comments.iter().filter_map(|comment| {
        let text = str::from_utf8(input.source.slice(comment.span)).ok()?;
        let rest = text.strip_prefix('#')?.trim_start().strip_prefix("hadolint")?;
        let shell = rest
            .trim_start()
            .strip_prefix("shell")?
            .trim_start()
            .strip_prefix('=')?;
        let shell = shell.split_whitespace().next()?.to_owned();
        let start = comment.span.start;
        let is_of_all = first_from.is_none_or(|from| start < from.span.start);
        let next = instructions.partition_point(|one| one.span.start < start);
        let ends =
            |one: &&Instruction| one.keyword == Keyword::Shell || one.keyword == Keyword::From && !is_of_all;
        let end = instructions[next..]
            .iter()
            .find(ends)
            .map_or(u32::MAX, |one| one.span.start);
        let reach = start..end;
        Some(ShellComment { reach, shell })
    });
    named.collect()
}

/// The facts with which a stage starts that has no parent in the file.
fn start(input: Input, stage: &Stage, instruction: &Instruction) -> Facts {
    let range = match &instruction.args {
        Args::Words(words) => words.first().map(|word| word.range.clone()),
        _ => None,
    };
    let place = Place::Text {
        path: Arc::clone(input.path),
        span: range.map_or(instruction.span, |range| instruction.text.span(range)),
    };
    let (reference, known) = match &stage.start {
        Start::Image(image) => {
            let reference = Value::with_holes(image.text.clone(), image.holes.clone());
            let platform = input.invocation.platform.as_ref();
            let platform = platform.map(|platform| format!("{}/{}", platform.os, platform.architecture));
            let known = reference
                .as_known()
                .and_then(|name| input.bases.find(name, platform.as_deref()));
            (reference, known)
        }
        Start::Scratch => (Value::known("scratch"), Some(KnownBase::Table(scratch()))),
        Start::Stage(parent) => (Value::unknown(format!("stage {parent}")), None),
    };
    let (base, is_known) = match known {
        Some(KnownBase::Built(facts)) => {
            let mut facts = (*facts).clone();
            facts.from.reference = reference;
            facts.from.place = place;
            return facts;
        }
        Some(KnownBase::Table(base)) => (base, true),
        None => (unknown_base(), false),
    };
    let mut step = Step::new(stage.index, stage.from, Keyword::From.name(), place.clone());
    if let Some(user) = &base.user {
        step.user = Value::known(user.clone());
    }
    if let Some(folder) = &base.workdir {
        step.folder = Value::known(folder.clone());
    }
    let from = From {
        reference,
        place,
        base,
        is_known,
    };
    Facts::start(from, step, tools::KNOWLEDGE)
}

fn unknown_base() -> Arc<Base> {
    static UNKNOWN: std::sync::OnceLock<Arc<Base>> = std::sync::OnceLock::new();
    Arc::clone(UNKNOWN.get_or_init(|| Arc::new(Base::unknown())))
}

fn scratch() -> Arc<Base> {
    static SCRATCH: std::sync::OnceLock<Arc<Base>> = std::sync::OnceLock::new();
    Arc::clone(SCRATCH.get_or_init(|| Arc::new(Base::scratch())))
}
