//! The instructions of every stage in the order in which BuildKit's conversion comes to them, ONBUILD
//! triggers of a base at the FROM that runs them, with their words expanded.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use super::Text;
use super::names::{Names, collect, is_proxy};
use super::place::reference;
use super::scope::{Entry, Looked, Scopes};
use crate::context::Answer;
use crate::conversion::platform_parts;
use crate::source::{Source, Span};
use crate::stages::{Stage, Start, mount_options};
use crate::syntax::{self, Instruction, Keyword, Lexer, Tree, Word, expand};

/// So many triggers run in one file; in a file of nothing but triggers and stages that run them, there
/// would else be the square of its length.
const MOST_TRIGGERS: usize = 10_000;

/// A name that is looked up and not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undefined {
    /// The name.
    pub name: String,
    /// Where it is asked for.
    pub span: Span,
    /// The name that is near it.
    pub suggestion: Option<String>,
    /// Whether it certainly is not there.
    pub is_certain: bool,
}

/// A word with its variables replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Where it stands in the instruction's text.
    pub range: Range<u32>,
    /// The value, in which references stay that cannot be known.
    pub text: String,
    /// Whether all of it is known.
    pub is_known: bool,
    /// Whether it would be another if somebody gave a value to an argument that has none.
    pub is_default: bool,
}

/// An instruction as the conversion comes to it.
#[derive(Debug)]
pub struct Step<'a> {
    /// The instruction; of a trigger the one that runs.
    pub instruction: &'a Instruction,
    /// The stage in which it runs.
    pub stage: usize,
    /// Where FROM names the base, if it is a trigger of the base that runs there.
    pub run_at: Option<Span>,
    /// Names that are not there.
    pub undefined: Vec<Undefined>,
    /// Words of WORKDIR and EXPOSE, the sources of COPY and ADD, and keys of ENV that are not as they
    /// are written.
    pub values: Vec<Value>,
    /// Whether it is the first WORKDIR of the stage's chain.
    pub is_first_folder: bool,
    /// Whether the stage is one of Windows.
    pub is_windows: bool,
    /// Of CMD and ENTRYPOINT: whether a SHELL is in force, if that is known.
    pub has_shell: Option<bool>,
    /// Index of the instruction in the file; of a trigger that runs, that of the ONBUILD.
    pub index: usize,
    /// Of RUN and ONBUILD RUN in their shell form: the variables of its script.
    pub names: Names,
}

impl Step<'_> {
    /// Where a range of its text is told.
    pub fn span(&self, range: Range<u32>) -> Span {
        self.run_at.unwrap_or_else(|| self.instruction.text.span(range))
    }

    /// Where its keyword is told.
    pub fn keyword_span(&self) -> Span {
        self.run_at.unwrap_or(self.instruction.keyword_span)
    }
}

/// All instructions of a file as the conversion comes to them.
#[derive(Debug, Default)]
pub struct Walk<'a> {
    /// In order; instructions that BuildKit refuses are left out.
    pub steps: Vec<Step<'a>>,
    /// CMD, ENTRYPOINT and HEALTHCHECK that a later one of the same stage replaces: both by their
    /// place in [`Walk::steps`].
    pub replaced: Vec<(usize, usize)>,
}

impl<'a> Walk<'a> {
    pub(super) fn of(text: &Text<'a>) -> Self {
        let mut walker = Walker {
            source: text.source,
            tree: text.tree,
            scopes: Scopes::new(text.tree, text.stages, text.invocation, text.bases),
            has_folder: vec![false; text.stages.all.len()],
            sets_shell: vec![false; text.stages.all.len()],
            last: [None; 3],
            triggers: vec![Vec::new(); text.stages.all.len()],
            triggers_left: MOST_TRIGGERS,
            in_triggers: vec![HashSet::new(); text.stages.all.len()],
            walk: Self::default(),
        };
        for stage in &text.stages.all {
            walker.stage(text, stage);
        }
        walker.walk
    }
}

struct Walker<'a> {
    source: &'a Source,
    tree: &'a Tree,
    scopes: Scopes<'a>,
    has_folder: Vec<bool>,
    sets_shell: Vec<bool>,
    /// The last CMD, ENTRYPOINT and HEALTHCHECK of the stage.
    last: [Option<usize>; 3],
    /// What ONBUILD holds in each stage, but for what BuildKit will refuse.
    triggers: Vec<Vec<(usize, &'a Instruction)>>,
    triggers_left: usize,
    /// Names that ONBUILD ARG and ONBUILD ENV set, by stage.
    in_triggers: Vec<HashSet<&'a str>>,
    walk: Walk<'a>,
}

impl<'a> Walker<'a> {
    fn stage(&mut self, text: &Text<'a>, stage: &Stage) {
        self.last = [None; 3];
        if let Start::Stage(parent) = stage.start {
            self.has_folder[stage.index] = self.has_folder[parent];
            self.sets_shell[stage.index] = self.sets_shell[parent];
            let span = text.base_span(stage.index);
            let run = self.triggers[parent].len().min(self.triggers_left);
            self.triggers_left -= run;
            for at in 0..run {
                let (at_onbuild, trigger) = self.triggers[parent][at];
                self.step(text, stage.index, at_onbuild, trigger, Some(span));
            }
        } else {
            let system = self.system(text, stage);
            self.scopes.set_windows(stage.index, system == "windows");
        }
        for index in stage.instructions.clone() {
            if text.is_refused(index) {
                continue;
            }
            let instruction = &self.tree.instructions[index];
            let trigger = instruction.trigger.as_deref();
            if let Some(trigger) = trigger.filter(|trigger| syntax::refusal(trigger).is_none()) {
                self.triggers[stage.index].push((index, trigger));
            }
            self.step(text, stage.index, index, instruction, None);
        }
    }

    /// The system for which a stage is built.
    fn system(&self, text: &Text<'a>, stage: &Stage) -> String {
        let flag = self.tree.instructions[stage.from].flag("platform");
        let said = flag.and_then(|flag| flag.value()).and_then(|value| {
            let expanded = expand(value, self.tree.escape, &text.stages.globals).ok()?;
            expanded.holes.is_empty().then_some(expanded.text)
        });
        let said = said
            .and_then(|value| platform_parts(&value))
            .map(|(system, _)| system);
        let built_for = text
            .invocation
            .platform
            .as_ref()
            .map(|platform| platform.os.clone());
        said.or(built_for).unwrap_or_else(|| match &stage.start {
            Start::Image(image) if is_of_windows(&image.text) => "windows".to_owned(),
            _ => "linux".to_owned(),
        })
    }

    fn step(
        &mut self,
        text: &Text<'a>,
        stage: usize,
        index: usize,
        instruction: &'a Instruction,
        run_at: Option<Span>,
    ) {
        let mut step = Step {
            instruction,
            stage,
            run_at,
            undefined: Vec::new(),
            values: Vec::new(),
            is_first_folder: false,
            is_windows: self.scopes.is_windows(stage),
            has_shell: None,
            index,
            names: Names::default(),
        };
        match instruction.keyword {
            Keyword::Env | Keyword::Label => self.pairs(&mut step),
            Keyword::Arg => self.arguments(text, &mut step),
            Keyword::Copy | Keyword::Add => self.copy(&mut step),
            Keyword::Run => {
                self.mounts(&mut step);
                self.script(&mut step, instruction);
            }
            Keyword::User | Keyword::Stopsignal | Keyword::Volume => {
                self.look_at_words(&mut step, instruction.words())
            }
            Keyword::Workdir => {
                step.is_first_folder = !std::mem::replace(&mut self.has_folder[stage], true);
                self.values(&mut step, instruction.words());
            }
            Keyword::Expose => self.ports(&mut step),
            Keyword::Shell => self.sets_shell[stage] = true,
            Keyword::Cmd => self.start(&mut step, 0),
            Keyword::Entrypoint => self.start(&mut step, 1),
            Keyword::Healthcheck => self.start(&mut step, 2),
            Keyword::Onbuild => {
                if let Some(trigger) = instruction.trigger.as_deref() {
                    self.trigger(&mut step, trigger);
                }
            }
            Keyword::From | Keyword::Maintainer | Keyword::Unknown => {}
        }
        self.walk.steps.push(step);
    }

    /// The variables that the script of a RUN asks for or sets.
    fn script(&mut self, step: &mut Step<'a>, run: &Instruction) {
        if run.is_json() || step.run_at.is_some() {
            return;
        }
        let bodies = run.heredocs.iter();
        let bodies: Vec<_> = bodies
            .map(|heredoc| String::from_utf8_lossy(self.source.slice(heredoc.body)))
            .collect();
        let mut names = BTreeSet::new();
        collect(run.text.text(), &mut names);
        for body in &bodies {
            collect(body, &mut names);
        }
        for name in names {
            match self.scopes.sure(step.stage, name) {
                _ if is_proxy(name) => step.names.set.push(name.to_owned()),
                Answer::Known(()) => step.names.set.push(name.to_owned()),
                Answer::Unknown => step.names.unsure.push(name.to_owned()),
                Answer::Absent => {}
            }
        }
    }

    /// What ONBUILD holds. Its own ARG and ENV count for the triggers after it.
    fn trigger(&mut self, step: &mut Step<'a>, trigger: &'a Instruction) {
        match trigger.keyword {
            Keyword::Arg | Keyword::Env => {
                let names = trigger.pairs().iter().map(|pair| pair.key.text.as_str());
                self.in_triggers[step.stage].extend(names);
            }
            Keyword::Run => {
                self.script(step, trigger);
                let own = &self.in_triggers[step.stage];
                let mut asked = BTreeSet::new();
                collect(trigger.text.text(), &mut asked);
                let own = asked.into_iter().filter(|name| own.contains(name));
                step.names.set.extend(own.map(str::to_owned));
            }
            _ => {}
        }
    }

    /// The values of mount options, each a word of its own.
    fn mounts(&mut self, step: &mut Step<'a>) {
        let instruction = step.instruction;
        for flag in instruction.flags_named("mount") {
            let mut rest = flag.range.clone();
            for (_, value) in mount_options(flag.value().unwrap_or_default()) {
                let written = &instruction.text.text()[rest.start as usize..rest.end as usize];
                let found = written.find(value).filter(|_| !value.is_empty());
                let range = found.map_or(flag.range.clone(), |at| {
                    let start = rest.start + at as u32;
                    start..start + value.len() as u32
                });
                if found.is_some() {
                    rest.start = range.end;
                }
                self.look(step, &range, value);
            }
        }
    }

    /// CMD, ENTRYPOINT and HEALTHCHECK: only the last of a stage counts.
    fn start(&mut self, step: &mut Step<'a>, which: usize) {
        let here = self.walk.steps.len();
        if let Some(earlier) = self.last[which].replace(here) {
            self.walk.replaced.push((earlier, here));
        }
        if which < 2 && !step.instruction.is_json() {
            step.has_shell = match self.sets_shell[step.stage] {
                true => Some(true),
                false => self.scopes.base_sets_shell(step.stage),
            };
        }
    }

    /// ENV and LABEL: all pairs of one instruction see the variables from before it.
    fn pairs(&mut self, step: &mut Step<'a>) {
        let instruction = step.instruction;
        let mut set = Vec::new();
        for pair in instruction.pairs() {
            let key = self.expanded(step, &pair.key.range, &pair.key.text);
            let Some(value) = &pair.value else { continue };
            if instruction.keyword == Keyword::Label {
                self.look(step, &value.range, &value.text);
                continue;
            }
            let value = self.expanded(step, &value.range, &value.text);
            let entry = match value {
                Some(value) if value.is_known => Entry::Set(value.text),
                _ => Entry::Unknown,
            };
            let Some(key) = key.filter(|key| key.is_known) else {
                continue;
            };
            if key.text != pair.key.text {
                step.values.push(key.clone());
            }
            set.push((key.text, entry));
        }
        for (name, entry) in set {
            self.scopes.set(step.stage, name, entry);
        }
    }

    fn arguments(&mut self, text: &Text<'a>, step: &mut Step<'a>) {
        let instruction = step.instruction;
        for pair in instruction.pairs() {
            let name = pair.key.text.as_str();
            let entry = match (text.invocation.arguments.get(name), &pair.value) {
                (Some(given), _) => Entry::Set(given.clone()),
                (None, Some(default)) => match self.expanded(step, &default.range, &default.text) {
                    Some(value) if value.is_known => Entry::Set(value.text),
                    _ => Entry::Unknown,
                },
                (None, None) => self.scopes.argument(name),
            };
            let keeps = matches!(entry, Entry::Declared) && self.scopes.has(step.stage, name);
            if !keeps && Scopes::is_variable(name) {
                self.scopes.set(step.stage, name, entry);
            }
        }
    }

    fn copy(&mut self, step: &mut Step<'a>) {
        let instruction = step.instruction;
        for flag in &instruction.flags {
            if matches!(flag.name(), "chown" | "chmod" | "checksum") {
                self.look(step, &flag.range, flag.value().unwrap_or_default());
            }
        }
        let words = instruction.words();
        let Some((destination, sources)) = words.split_last() else {
            return;
        };
        let heredocs = instruction.heredocs.as_slice();
        for source in sources {
            let named = heredocs.iter().find(|heredoc| heredoc.range == source.range);
            match named {
                Some(heredoc) if heredoc.expand => self.body(step, heredoc.body),
                Some(_) => {}
                None => self.values(step, std::slice::from_ref(source)),
            }
        }
        self.look(step, &destination.range, &destination.text);
    }

    /// The body of a here-document that COPY or ADD writes.
    fn body(&mut self, step: &mut Step<'a>, body: Span) {
        let bytes = self.source.slice(body);
        if memchr::memchr(b'$', bytes).is_none() {
            return;
        }
        let text = String::from_utf8_lossy(bytes);
        let lexer = Lexer {
            skip_process_quotes: true,
            ..Lexer::default()
        };
        let looked = self.looked(step.stage);
        let _ = lexer.expand(&text, &looked);
        for (name, is_certain) in looked.missing.into_inner() {
            let range = reference(&text, 0..text.len() as u32, &name);
            let span = Span {
                start: body.start + range.start,
                end: (body.start + range.end).min(body.end),
            };
            step.undefined.push(Undefined {
                suggestion: self.scopes.suggestion(step.stage, &name),
                span: step.run_at.unwrap_or(span),
                name,
                is_certain,
            });
        }
    }

    /// Ports: BuildKit does not miss names here, and one word may become several.
    fn ports(&mut self, step: &mut Step<'a>) {
        for word in step.instruction.words() {
            let looked = self.looked(step.stage);
            let words = syntax::expand_words(&word.text, self.tree.escape, &looked);
            for value in words.unwrap_or_default() {
                step.values.push(Value {
                    range: word.range.clone(),
                    is_known: value.holes.is_empty(),
                    is_default: looked.asked_declared.get(),
                    text: value.text,
                });
            }
        }
    }

    fn values(&mut self, step: &mut Step<'a>, words: &[Word]) {
        for word in words {
            let value = self.expanded(step, &word.range, &word.text);
            step.values.extend(value);
        }
    }

    fn look_at_words(&mut self, step: &mut Step<'a>, words: &[Word]) {
        for word in words {
            self.look(step, &word.range, &word.text);
        }
    }

    /// Notes the names in a word that are not there.
    fn look(&mut self, step: &mut Step<'a>, range: &Range<u32>, word: &str) {
        if word.contains('$') {
            self.expanded(step, range, word);
        }
    }

    fn looked(&self, stage: usize) -> Looked<'_, 'a> {
        Looked {
            scopes: &self.scopes,
            stage,
            missing: RefCell::new(Vec::new()),
            asked_declared: Cell::new(false),
        }
    }

    /// A word with its variables replaced; none where BuildKit refuses it.
    fn expanded(&mut self, step: &mut Step<'a>, range: &Range<u32>, word: &str) -> Option<Value> {
        let plain = !word.contains(['$', '\'', '"', self.tree.escape]);
        if plain {
            return Some(Value {
                range: range.clone(),
                text: word.to_owned(),
                is_known: true,
                is_default: false,
            });
        }
        let looked = self.looked(step.stage);
        let expanded = expand(word, self.tree.escape, &looked);
        let is_default = looked.asked_declared.get();
        for (name, is_certain) in looked.missing.into_inner() {
            let place = reference(step.instruction.text.text(), range.clone(), &name);
            step.undefined.push(Undefined {
                suggestion: self.scopes.suggestion(step.stage, &name),
                span: step.span(place),
                name,
                is_certain,
            });
        }
        let expanded = expanded.ok()?;
        Some(Value {
            range: range.clone(),
            is_known: expanded.holes.is_empty(),
            is_default,
            text: expanded.text,
        })
    }
}

/// Whether an image is one of Windows, by the names that Microsoft gives its own.
fn is_of_windows(reference: &str) -> bool {
    ["nanoserver", "windowsservercore", "mcr.microsoft.com/windows"]
        .iter()
        .any(|part| reference.contains(part))
}
