//! Goes through the instructions of all stages, and through what stands after ONBUILD.

use super::checker::{self, Changes, Checker};
use super::scope::{Anything, Base, Folder, Scopes};
use super::{Conversion, Fault, Step, graph};
use crate::finding::Certainty;
use crate::stages::Start;
use crate::syntax::expand::{self, Lookup, Variables};
use crate::syntax::{Instruction, Keyword, refusal};

/// How many triggers are run for stages that start from one with ONBUILD; what they would set is not
/// known in those beyond.
const MOST_TRIGGERS: usize = 10_000;

impl Conversion<'_> {
    /// The instructions, stage by stage.
    pub(super) fn instructions(&mut self) {
        let (tree, stages) = (self.tree, self.stages);
        let mut scopes = Scopes::default();
        let mut triggers: Vec<Vec<usize>> = Vec::new();
        let mut left = MOST_TRIGGERS;
        for stage in &stages.all {
            let base = match stage.start {
                _ if self.is_done(stage.from) => Base::Image,
                Start::Stage(parent) => Base::Stage(parent),
                Start::Scratch => Base::Scratch,
                Start::Image(_) => Base::Image,
            };
            scopes.open(base);
            if let Base::Stage(parent) = base {
                for index in &triggers[parent] {
                    if left == 0 {
                        scopes.forget(stage.index);
                        break;
                    }
                    left -= 1;
                    if let Some(trigger) = &tree.instructions[*index].trigger {
                        let lines = self.lines(stage.from);
                        self.instruction(&mut scopes, stage.index, *index, trigger, Some(lines));
                    }
                }
            }
            let mut own = Vec::new();
            for index in stage.instructions.clone() {
                let instruction = &tree.instructions[index];
                if let (Keyword::Onbuild, Some(trigger)) = (instruction.keyword, &instruction.trigger) {
                    self.trigger(index, trigger);
                    own.push(index);
                } else {
                    self.instruction(&mut scopes, stage.index, index, instruction, None);
                }
            }
            triggers.push(own);
        }
    }

    /// An instruction where it stands, or a trigger in the stage that it is run for, with the lines
    /// that BuildKit names then.
    fn instruction(
        &mut self,
        scopes: &mut Scopes,
        stage: usize,
        index: usize,
        instruction: &Instruction,
        lines: Option<Vec<u32>>,
    ) {
        if self.is_done(index) {
            // What it would have set is not known.
            if matches!(
                instruction.keyword,
                Keyword::Env | Keyword::Arg | Keyword::Unknown
            ) {
                scopes.forget(stage);
            }
            if instruction.keyword == Keyword::Workdir {
                scopes.enter(stage, None);
            }
            return;
        }
        let checked = if instruction.keyword == Keyword::Arg {
            self.argument(scopes, stage, instruction)
                .map(|()| Changes::default())
        } else {
            let variables = scopes.of(stage);
            let count = self.stages.all.len();
            let is_later = |from: &str| self.stages.named(from, count).is_some_and(|found| found > stage);
            let checker = self.checker(&variables, scopes.folder(stage), &is_later);
            checker.check(instruction)
        };
        match checked {
            Ok(changes) => {
                for (name, value) in changes.variables {
                    match name {
                        Some(name) => scopes.set(stage, name, value),
                        None => scopes.forget(stage),
                    }
                }
                if let Some(folder) = changes.folder {
                    scopes.enter(stage, folder.as_deref());
                }
            }
            Err(fault) => {
                if matches!(instruction.keyword, Keyword::Env | Keyword::Arg) {
                    scopes.forget(stage);
                }
                let lines = lines.unwrap_or_else(|| self.lines(index));
                self.tell(index, Step::Instructions, fault, lines);
            }
        }
    }

    fn checker<'c>(
        &'c self,
        variables: &'c dyn Variables,
        folder: Option<&'c Folder>,
        is_later: &'c dyn Fn(&str) -> bool,
    ) -> Checker<'c> {
        Checker {
            text: self.source.text(),
            escape: self.tree.escape,
            variables,
            folder,
            is_labs: self.is_labs(),
            is_later,
        }
    }

    fn argument(&self, scopes: &mut Scopes, stage: usize, instruction: &Instruction) -> Result<(), Fault> {
        let mut refused = None;
        for pair in instruction.pairs() {
            let name = pair.key.text.clone();
            let value = match (self.invocation.arguments.get(&name), &pair.value) {
                (Some(given), _) => Lookup::Set(given.clone()),
                (None, Some(default)) => {
                    match expand::expand(&default.text, self.tree.escape, &scopes.of(stage)) {
                        Ok(value) => checker::known(value),
                        Err(error) => {
                            let range = default.range.clone();
                            refused.get_or_insert_with(|| Fault::at(instruction, range, error.to_string()));
                            Lookup::Unknown
                        }
                    }
                }
                (None, None) => match self.stages.globals.get(&name) {
                    // Whoever builds may give it.
                    Lookup::Unset | Lookup::Unknown => Lookup::Unknown,
                    known => known,
                },
            };
            scopes.declare(stage, name, value);
        }
        refused.map_or(Ok(()), Err)
    }

    /// What stands after ONBUILD, as far as it can be judged without the image that uses it.
    fn trigger(&mut self, index: usize, trigger: &Instruction) {
        if self.is_done(index) {
            return;
        }
        let fault = match refusal(trigger) {
            Some((message, span)) => Some(Fault {
                message,
                span,
                certainty: Certainty::Certain,
            }),
            None => self.trigger_fault(trigger),
        };
        if let Some(fault) = fault {
            self.refuse(index, Step::Instructions, fault);
        }
    }

    fn trigger_fault(&self, trigger: &Instruction) -> Option<Fault> {
        let escape = self.tree.escape;
        if trigger.keyword == Keyword::Copy
            && let Some((flag, from)) = trigger.flag("from").and_then(|flag| Some((flag, flag.value()?)))
            && let Some(message) = graph::literal(from, escape)
        {
            return Some(Fault::at(trigger, flag.range.clone(), message));
        }
        let checker = self.checker(&Anything, None, &|_| false);
        if trigger.keyword == Keyword::Arg {
            let mut defaults = trigger.pairs().iter().filter_map(|pair| pair.value.as_ref());
            return defaults.find_map(|default| checker.word(trigger, default).err());
        }
        let fault = checker.check(trigger).err()?;
        // A mount without target is one at the child's folder.
        (fault.certainty == Certainty::Certain).then_some(fault)
    }

    /// Whether the file asks for a frontend that takes more than BuildKit's own.
    fn is_labs(&self) -> bool {
        let asked = self
            .tree
            .directives
            .iter()
            .find(|directive| directive.name == "syntax" && directive.in_force);
        asked.is_some_and(|syntax| {
            let reference = syntax.value.split(' ').next().unwrap_or_default();
            let is_official = reference
                .trim_start_matches("docker.io/")
                .starts_with("docker/dockerfile");
            !is_official
                || reference.contains("labs")
                || reference.contains("upstream")
                || reference.contains("master")
        })
    }
}
