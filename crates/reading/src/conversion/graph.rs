//! Stages that cannot be had: bases without a name, sources that are no stage, stages that need one
//! another, references of no image.

use std::collections::HashSet;

use super::{Conversion, Fault, Refusal, Step, number, platform};
use crate::finding::Certainty;
use crate::stages::{Globals, Start};
use crate::syntax::expand::{self, Expanded, Variables};
use crate::syntax::reference::ImageRef;
use crate::syntax::{Flag, Instruction, Keyword, Lexer, fields, nearest, quoted, suggestion};

/// The image that is no image.
const SCRATCH: &str = "scratch";

/// An image that an instruction names, with its flag; of FROM it is the first word.
pub(super) struct Named {
    instruction: usize,
    reference: String,
    span: crate::source::Span,
}

/// Where COPY or a mount takes from.
struct Source {
    instruction: usize,
    span: crate::source::Span,
    /// The index of the stage.
    stage: usize,
}

impl Conversion<'_> {
    /// Arguments before the first FROM.
    pub(super) fn arguments(&mut self) {
        let mut globals = Globals::new(self.invocation);
        let tree = self.tree;
        for (index, instruction) in tree.instructions.iter().enumerate() {
            match instruction.keyword {
                Keyword::From => return,
                Keyword::Arg => {
                    if let Err((error, range)) = globals.declare(instruction, tree.escape, self.invocation) {
                        let fault = Fault::at(instruction, range, error.to_string());
                        self.refuse(index, Step::Arguments, fault);
                    }
                }
                _ => {}
            }
        }
    }

    /// What each FROM names; gives the images.
    pub(super) fn bases(&mut self) -> Vec<Named> {
        let mut named = Vec::new();
        for stage in &self.stages.all {
            let instruction = &self.tree.instructions[stage.from];
            if self.is_done(stage.from) {
                continue;
            }
            match self.base(instruction) {
                Err(fault) => self.refuse(stage.from, Step::Bases, fault),
                Ok(Some(base)) => {
                    let is_image = matches!(stage.start, Start::Image(_));
                    if is_image && base.holes.is_empty() {
                        named.push(Named {
                            instruction: stage.from,
                            reference: base.text,
                            span: instruction
                                .words()
                                .first()
                                .map_or(instruction.span, |word| instruction.text.span(word.range.clone())),
                        });
                    }
                }
                Ok(None) => {}
            }
        }
        named
    }

    fn base(&self, instruction: &Instruction) -> Result<Option<Expanded>, Fault> {
        let Some(word) = instruction.words().first() else {
            return Ok(None);
        };
        let globals = &self.stages.globals;
        let escape = self.tree.escape;
        let fault = |message: String| Fault::at(instruction, word.range.clone(), message);
        let base = expand::expand(&word.text, escape, globals).map_err(|error| fault(error.to_string()))?;
        if base.text.is_empty() {
            return Err(fault(format!("base name ({}) should not be blank", word.text)));
        }
        let platform = instruction
            .flag("platform")
            .and_then(|flag| Some((flag, flag.value()?)));
        if let Some((flag, value)) = platform.filter(|(_, value)| !value.is_empty()) {
            self.platform(value)
                .map_err(|message| Fault::at(instruction, flag.range.clone(), message))?;
        }
        Ok(Some(base))
    }

    fn platform(&self, value: &str) -> Result<(), String> {
        let globals = &self.stages.globals;
        let expanded = expand::expand(value, self.tree.escape, globals)
            .map_err(|error| format!("failed to process arguments for platform : {error}"))?;
        let near = || {
            let mut unmatched = expanded.unmatched.iter();
            let near = unmatched.find_map(|name| nearest(name, globals.names()));
            suggestion(near)
        };
        if expanded.text.is_empty() {
            return Err(format!("empty platform value from expression {value}{}", near()));
        }
        if !expanded.holes.is_empty() {
            return Ok(());
        }
        match platform::refusal(&expanded.text) {
            Some(reason) => Err(format!("failed to parse platform {value}: {reason}{}", near())),
            None => Ok(()),
        }
    }

    /// The stage that is built.
    pub(super) fn target(&mut self) {
        let Some(target) = &self.invocation.target else {
            return;
        };
        let Some(last) = self.stages.all.last() else {
            return;
        };
        if self.stages.target.is_some() {
            return;
        }
        let names: Vec<String> = self
            .stages
            .all
            .iter()
            .map(|stage| {
                stage
                    .name
                    .clone()
                    .unwrap_or_else(|| format!("stage-{}", stage.index))
            })
            .collect();
        let near = suggestion(nearest(target, names.iter().map(String::as_str)));
        // No instruction is at fault, so this stands beside whatever else is said of the last FROM.
        self.found.push(Refusal {
            message: format!("target stage {} could not be found{near}", quoted(target)),
            span: self.tree.instructions[last.from].span,
            lines: Vec::new(),
            instruction: None,
            step: Step::Target,
            certainty: Certainty::Certain,
            related: Vec::new(),
        });
    }

    /// What `--from` and mounts name: stages by index or name, else images.
    pub(super) fn sources(&mut self) {
        let mut images = Vec::new();
        let mut needs: Vec<Vec<Source>> = Vec::new();
        // Each image that is copied or mounted from takes the next index after the stages.
        let mut count = self.stages.all.len();
        for stage in &self.stages.all {
            let mut own = Vec::new();
            for index in stage.instructions.clone() {
                let instruction = &self.tree.instructions[index];
                if self.is_done(index) {
                    continue;
                }
                let found = match instruction.keyword {
                    Keyword::Copy => copied_from(instruction).into_iter().collect(),
                    Keyword::Run => mounted_from(instruction),
                    _ => Vec::new(),
                };
                for (flag, from) in found {
                    let span = flag_part(instruction, flag, &from);
                    let is_copy = instruction.keyword == Keyword::Copy;
                    match self.source(&from, is_copy, count) {
                        Ok(Some(stage)) => own.push(Source {
                            instruction: index,
                            span,
                            stage,
                        }),
                        // An index may mean an image that was named before.
                        Ok(None) if is_copy && number::signed(&from).is_some() => {}
                        Ok(None) => {
                            count += 1;
                            images.push(Named {
                                instruction: index,
                                reference: from,
                                span,
                            });
                        }
                        Err(message) => {
                            let fault = Fault {
                                message,
                                span,
                                certainty: Certainty::Certain,
                            };
                            // BuildKit names no line here.
                            self.tell(index, Step::Sources, fault, Vec::new());
                            break;
                        }
                    }
                }
            }
            needs.push(own);
        }
        self.cycles(&needs);
        self.later(&needs);
        self.references(&images);
    }

    /// The stage that is meant; none for an image.
    fn source(&self, from: &str, is_copy: bool, count: usize) -> Result<Option<usize>, String> {
        if is_copy {
            if let Some(message) = literal(from, self.tree.escape) {
                return Err(message);
            }
            if let Some(number) = number::signed(from) {
                let index = usize::try_from(number).ok().filter(|index| *index < count);
                return match index {
                    Some(index) => Ok((index < self.stages.all.len()).then_some(index)),
                    None => Err(format!("invalid stage index {number}")),
                };
            }
        }
        Ok(self.stages.named(from, self.stages.all.len()))
    }

    /// Stages that need one another. BuildKit tells one such circle, by the stage from which it found it.
    fn cycles(&mut self, needs: &[Vec<Source>]) {
        let mut seen = vec![false; needs.len()];
        let mut on_path = HashSet::new();
        for root in 0..needs.len() {
            if seen[root] {
                continue;
            }
            // Each entry: a stage, and which of its needs comes next.
            let mut path: Vec<(usize, usize)> = vec![(root, 0)];
            seen[root] = true;
            on_path.insert(root);
            while let Some((stage, next)) = path.last_mut() {
                let Some(source) = needs[*stage].get(*next) else {
                    on_path.remove(stage);
                    path.pop();
                    continue;
                };
                *next += 1;
                if on_path.contains(&source.stage) {
                    // A path through an instruction that was told of needs no second look.
                    let (start, taken) = path[0];
                    if self.is_done(needs[start][taken - 1].instruction) {
                        continue;
                    }
                    let taken: Vec<&Source> = path
                        .iter()
                        .map(|(stage, next)| &needs[*stage][next - 1])
                        .collect();
                    self.circle(root, &taken);
                    continue;
                }
                if !seen[source.stage] {
                    seen[source.stage] = true;
                    on_path.insert(source.stage);
                    path.push((source.stage, 0));
                }
            }
        }
    }

    fn circle(&mut self, root: usize, taken: &[&Source]) {
        // The first that is not told of yet carries the message; a circle through others is told.
        if taken.iter().any(|source| self.is_done(source.instruction)) {
            return;
        }
        let Some(first) = taken.first() else { return };
        let stage = &self.stages.all[root];
        let name = stage.name.clone().unwrap_or_else(|| format!("stage-{root}"));
        let mut lines: Vec<u32> = taken
            .iter()
            .flat_map(|source| self.lines(source.instruction))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        let fault = Fault {
            message: format!("circular dependency detected on stage: {name}"),
            span: first.span,
            certainty: Certainty::Certain,
        };
        self.tell(first.instruction, Step::Cycles, fault, lines);
        for source in taken {
            self.refused[source.instruction] = true;
        }
        if let Some(refusal) = self.found.last_mut() {
            refusal.related = taken[1..].iter().map(|source| source.span).collect();
        }
    }

    /// Stages that are copied or mounted from and come later.
    fn later(&mut self, needs: &[Vec<Source>]) {
        for (stage, own) in needs.iter().enumerate() {
            for source in own.iter().filter(|source| source.stage > stage) {
                let instruction = &self.tree.instructions[source.instruction];
                let message = match instruction.keyword {
                    Keyword::Copy => {
                        let from = instruction.flag("from").and_then(Flag::value).unwrap_or_default();
                        let name = self.stages.all[stage].name.clone();
                        let name = name.unwrap_or_else(|| format!("stage-{stage}"));
                        format!(
                            "cannot copy from stage {}, it needs to be defined before current stage {}",
                            quoted(from),
                            quoted(&name)
                        )
                    }
                    // The message has the target of the mount; it is told where that is read.
                    _ => continue,
                };
                let fault = Fault {
                    message,
                    span: source.span,
                    certainty: Certainty::Certain,
                };
                self.refuse(source.instruction, Step::Instructions, fault);
            }
        }
    }

    /// Images whose reference has the wrong form.
    pub(super) fn references(&mut self, images: &[Named]) {
        for image in images.iter().filter(|image| image.reference != SCRATCH) {
            if let Err(error) = ImageRef::parse(&image.reference) {
                let fault = Fault {
                    message: format!("failed to parse stage name {}: {error}", quoted(&image.reference)),
                    span: image.span,
                    certainty: Certainty::Certain,
                };
                self.refuse(image.instruction, Step::References, fault);
            }
        }
    }
}

/// What BuildKit says of a `--from` that is not the same after expansion.
pub(super) fn literal(from: &str, escape: char) -> Option<String> {
    let lexer = Lexer {
        escape,
        ..Lexer::default()
    };
    match lexer.expand(from, &() as &dyn Variables) {
        Err(error) => Some(error.to_string()),
        Ok(expanded) if expanded.text != from => Some(
            "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround"
                .to_owned(),
        ),
        Ok(_) => None,
    }
}

fn copied_from(instruction: &Instruction) -> Option<(&Flag, String)> {
    let flag = instruction.flag("from")?;
    let from = flag.value().filter(|from| !from.is_empty())?;
    Some((flag, from.to_owned()))
}

/// The last `from` of each mount: it is read before anything else of a mount is.
fn mounted_from(instruction: &Instruction) -> Vec<(&Flag, String)> {
    let mut found = Vec::new();
    for flag in instruction.flags_named("mount") {
        let fields = fields(flag.value().unwrap_or_default()).unwrap_or_default();
        let from = fields
            .iter()
            .rev()
            .filter_map(|field| field.split_once('='))
            .find(|(key, _)| key.eq_ignore_ascii_case("from"));
        if let Some((_, from)) = from.filter(|(_, from)| !from.is_empty()) {
            found.push((flag, from.to_owned()));
        }
    }
    found
}

/// Where a part of a flag's value stands, or the whole flag where quotes or escapes were cooked away.
pub(super) fn flag_part(instruction: &Instruction, flag: &Flag, part: &str) -> crate::source::Span {
    let range = flag.range.clone();
    let text = instruction.text.text();
    let raw = text.get(range.start as usize..range.end as usize);
    let at = match raw {
        Some(raw) if raw == flag.text && !part.is_empty() => raw.rfind(part),
        _ => None,
    };
    let range = match at {
        Some(at) => range.start + at as u32..range.start + (at + part.len()) as u32,
        None => range,
    };
    instruction.text.span(range)
}
