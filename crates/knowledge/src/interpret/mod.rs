//! Foresees what each stage of a Dockerfile will be: walks it in build order and folds the effects
//! of every instruction into facts.

mod bases;
mod body;
mod build;
mod config;
mod copy;
mod output;
mod run;
mod script;
mod start;
mod tested;
mod words;
mod wrappers;

pub use bases::KnownBases;
pub use body::RunScript;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::context::{Answer, Context};
use crate::facts::{Around, Base, Effect, Facts, Step, Value, View};
use crate::finding::Place;
use crate::invocation::Invocation;
use crate::source::Source;
use crate::stages::{Stage, Stages, Start};
use crate::syntax::{Instruction, Keyword, Tree, Word};

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
    shell_comments: Arc<[run::ShellComment]>,
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
                facts: start::facts(input, stage, instruction),
                from_context: BTreeMap::new(),
                nothing_around: Arc::default(),
                shell_comments: run::shell_comments(input),
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
            _ => self.configure(index, instruction),
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

    fn take(&mut self, index: usize, instruction: &Instruction, effects: Vec<Effect>) {
        let step = self.step(index, instruction);
        self.facts.take(step, effects);
    }
}
