//! The variables of every stage as BuildKit's conversion has them: those of the base image, and what
//! ENV and ARG set up to the instruction that is walked.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::suggest::Suggestions;
use crate::context::Answer;
use crate::facts::{Base, Facts, USUAL_PATH};
use crate::interpret::{Bases, KnownBase};
use crate::invocation::Invocation;
use crate::stages::{Stages, Start};
use crate::syntax::{Keyword, Lookup, Tree, Variables};

/// Arguments that BuildKit keeps out of the environment and never misses.
const NO_VARIABLES: [&str; 2] = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

/// What a name stands for in a stage.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    /// A value.
    Set(String),
    /// A value that cannot be known.
    Unknown,
    /// An argument without a value, as long as nobody gives one.
    Declared,
}

/// What a base brings.
enum Brought {
    Nothing,
    Table(Arc<Base>),
    Built(Arc<Facts>),
    Unknown,
}

/// A name with what it stands for in the stages that set it, in their order.
struct Named {
    order: usize,
    entries: Vec<(usize, Entry)>,
}

/// All variables of a file.
pub(super) struct Scopes<'a> {
    stages: &'a Stages,
    invocation: &'a Invocation,
    bases: &'a dyn Bases,
    /// The stage at the root of each stage's chain.
    roots: Vec<usize>,
    /// Where a walk over the chains enters each stage, and where it leaves what starts from it.
    visits: Vec<(usize, usize)>,
    names: HashMap<Cow<'a, str>, Named>,
    brought: Vec<OnceCell<Brought>>,
    windows: Vec<bool>,
    /// Arguments before the first FROM that have a default.
    defaulted: HashSet<&'a str>,
    suggestions: Suggestions,
}

/// What is found of a name.
enum Found<'s> {
    Entry(&'s Entry),
    Value(String),
    Unknown,
    Missing { is_certain: bool },
}

impl<'a> Scopes<'a> {
    pub(super) fn new(
        tree: &'a Tree,
        stages: &'a Stages,
        invocation: &'a Invocation,
        bases: &'a dyn Bases,
    ) -> Self {
        let count = stages.all.len();
        let mut roots = Vec::with_capacity(count);
        for (index, stage) in stages.all.iter().enumerate() {
            roots.push(match stage.start {
                Start::Stage(parent) => roots.get(parent).copied().unwrap_or(index),
                Start::Scratch | Start::Image(_) => index,
            });
        }
        let globals = tree
            .instructions
            .iter()
            .take_while(|one| one.keyword != Keyword::From);
        let defaulted = globals
            .filter(|one| one.keyword == Keyword::Arg)
            .flat_map(|one| one.pairs())
            .filter(|pair| pair.value.is_some())
            .map(|pair| pair.key.text.as_str());
        Self {
            stages,
            invocation,
            bases,
            roots,
            visits: visits(stages),
            names: HashMap::new(),
            brought: (0..count).map(|_| OnceCell::new()).collect(),
            windows: vec![false; count],
            defaulted: defaulted.collect(),
            suggestions: Suggestions::default(),
        }
    }

    /// Says for what system the stages of a chain are built.
    pub(super) fn set_windows(&mut self, stage: usize, is_windows: bool) {
        self.windows[stage] = is_windows;
    }

    pub(super) fn is_windows(&self, stage: usize) -> bool {
        self.windows[self.roots[stage]]
    }

    pub(super) fn set(&mut self, stage: usize, name: impl Into<Cow<'a, str>>, entry: Entry) {
        let order = self.names.len();
        let named = self.names.entry(name.into()).or_insert_with(|| Named {
            order,
            entries: Vec::new(),
        });
        match named.entries.last_mut() {
            Some((last, old)) if *last == stage => *old = entry,
            _ => named.entries.push((stage, entry)),
        }
    }

    /// What a bare `ARG name` in a stage stands for.
    pub(super) fn argument(&self, name: &str) -> Entry {
        match self.stages.globals.get(name) {
            Lookup::Set(value) => Entry::Set(value),
            Lookup::Unknown
                if self.defaulted.contains(name) || crate::stages::PLATFORM_ARGUMENTS.contains(&name) =>
            {
                Entry::Unknown
            }
            Lookup::Unknown | Lookup::Unset => Entry::Declared,
        }
    }

    pub(super) fn is_variable(name: &str) -> bool {
        !NO_VARIABLES.contains(&name)
    }

    pub(super) fn has(&self, stage: usize, name: &str) -> bool {
        !matches!(self.find(stage, name), Found::Missing { .. })
    }

    /// Whether a name is set in a stage.
    pub(super) fn sure(&self, stage: usize, name: &str) -> Answer {
        match self.find(stage, name) {
            Found::Entry(_) | Found::Value(_) | Found::Unknown => Answer::Known(()),
            Found::Missing { is_certain: false } => Answer::Unknown,
            Found::Missing { is_certain: true } => Answer::Absent,
        }
    }

    /// Whether the base sets a SHELL; none if nobody knows.
    pub(super) fn base_sets_shell(&self, stage: usize) -> Option<bool> {
        let is_own = |shell: &[String]| shell != ["/bin/sh", "-c"];
        match self.brought(stage) {
            Brought::Nothing => Some(false),
            Brought::Table(base) => base.shell.as_deref().map(is_own),
            Brought::Built(facts) => facts.config.shells.last().map(|shell| is_own(&shell.value)),
            Brought::Unknown => None,
        }
    }

    fn find(&self, stage: usize, name: &str) -> Found<'_> {
        if let Some(named) = self.names.get(name) {
            let (enter, _) = self.visits[stage];
            let reaches = |of: usize| self.visits[of].0 <= enter && enter < self.visits[of].1;
            if let Some((_, entry)) = named.entries.iter().rev().find(|(of, _)| reaches(*of)) {
                return Found::Entry(entry);
            }
        }
        if !name.starts_with(|sign: char| sign == '_' || sign.is_alphabetic()) {
            // Positional and special parameters are set nowhere.
            return Found::Missing { is_certain: true };
        }
        let brought = match self.brought(stage) {
            Brought::Nothing => Found::Missing { is_certain: true },
            Brought::Table(base) => match base.env.get(name) {
                Some(Some(value)) => Found::Value(value.clone()),
                Some(None) => Found::Unknown,
                None => Found::Missing {
                    is_certain: base.env_complete,
                },
            },
            Brought::Built(facts) => {
                let mut set = facts.config.variables.iter().rev();
                let named = set.find(|variable| !variable.is_argument && variable.name.is(name));
                match named.map(|variable| variable.value.as_ref().and_then(|value| value.as_known())) {
                    Some(Some(value)) => Found::Value(value.to_owned()),
                    Some(None) => Found::Unknown,
                    None => Found::Missing {
                        is_certain: !facts.config.open,
                    },
                }
            }
            Brought::Unknown => Found::Missing { is_certain: false },
        };
        match brought {
            Found::Missing { is_certain } if name == "PATH" && !self.is_windows(stage) => match is_certain {
                true => Found::Value(USUAL_PATH.to_owned()),
                false => Found::Unknown,
            },
            found => found,
        }
    }

    fn brought(&self, stage: usize) -> &Brought {
        let root = self.roots[stage];
        self.brought[root].get_or_init(|| match &self.stages.all[root].start {
            Start::Image(image) if image.holes.is_empty() => {
                let platform = self.invocation.platform.as_ref();
                let platform = platform.map(|one| format!("{}/{}", one.os, one.architecture));
                match self.bases.find(&image.text, platform.as_deref()) {
                    Some(KnownBase::Table(base)) => Brought::Table(base),
                    Some(KnownBase::Built(facts)) => Brought::Built(facts),
                    None => Brought::Unknown,
                }
            }
            Start::Image(_) => Brought::Unknown,
            Start::Scratch | Start::Stage(_) => Brought::Nothing,
        })
    }

    /// The name that is meant, of those that are set.
    pub(super) fn suggestion(&self, stage: usize, name: &str) -> Option<String> {
        let entries = self.names.values().map(|named| named.entries.len());
        if !self.suggestions.may_look_at(self.names.len()) || !self.suggestions.may_look_at(entries.sum()) {
            return None;
        }
        let (enter, _) = self.visits[stage];
        let reaches = |of: usize| self.visits[of].0 <= enter && enter < self.visits[of].1;
        let set = self.names.iter().filter(|(_, named)| {
            let mut entries = named.entries.iter();
            entries.any(|(of, entry)| reaches(*of) && !matches!(entry, Entry::Declared))
        });
        let mut own: Vec<(usize, &str)> = set.map(|(name, named)| (named.order, name.as_ref())).collect();
        own.sort_unstable();
        let mut base: Vec<&str> = match self.brought(stage) {
            Brought::Table(base) => base.env.keys().map(String::as_str).collect(),
            Brought::Built(facts) => {
                let set = facts.config.variables.iter().filter(|one| !one.is_argument);
                set.filter_map(|one| one.name.as_known()).collect()
            }
            Brought::Nothing | Brought::Unknown => Vec::new(),
        };
        if !self.is_windows(stage) {
            base.push("PATH");
        }
        // An ENV may set what has no name; nobody means that.
        let own = own
            .into_iter()
            .map(|(_, name)| name)
            .filter(|name| !name.is_empty());
        self.suggestions.nearest(name, base.into_iter().chain(own))
    }
}

/// Enters every stage after the one that it starts from, and leaves it after all that start from it.
fn visits(stages: &Stages) -> Vec<(usize, usize)> {
    let count = stages.all.len();
    let parent = |stage: usize| match stages.all[stage].start {
        Start::Stage(parent) => Some(parent),
        Start::Scratch | Start::Image(_) => None,
    };
    // How many stages each chain below holds, itself included; children stand after their parents.
    let mut sizes = vec![1; count];
    for stage in (0..count).rev() {
        if let Some(parent) = parent(stage) {
            sizes[parent] += sizes[stage];
        }
    }
    let mut visits = vec![(0, 0); count];
    let mut next_root = 0;
    let mut next_child: Vec<usize> = vec![0; count];
    for stage in 0..count {
        let enter = match parent(stage) {
            Some(parent) => {
                let enter = next_child[parent];
                next_child[parent] += sizes[stage];
                enter
            }
            None => {
                let enter = next_root;
                next_root += sizes[stage];
                enter
            }
        };
        visits[stage] = (enter, enter + sizes[stage]);
        next_child[stage] = enter + 1;
    }
    visits
}

/// Looks a word's names up in a stage, and remembers those that are not there.
pub(super) struct Looked<'s, 'a> {
    pub scopes: &'s Scopes<'a>,
    pub stage: usize,
    /// Names that are not there, and whether that is certain.
    pub missing: RefCell<Vec<(String, bool)>>,
    /// Whether an argument without a value was asked for.
    pub asked_declared: Cell<bool>,
}

impl Variables for Looked<'_, '_> {
    fn get(&self, name: &str) -> Lookup {
        match self.scopes.find(self.stage, name) {
            Found::Entry(Entry::Set(value)) => Lookup::Set(value.clone()),
            Found::Value(value) => Lookup::Set(value),
            Found::Entry(Entry::Unknown) | Found::Unknown => Lookup::Unknown,
            Found::Entry(Entry::Declared) => {
                self.asked_declared.set(true);
                Lookup::Unset
            }
            Found::Missing { is_certain } => {
                let mut missing = self.missing.borrow_mut();
                if Scopes::is_variable(name) && !missing.iter().any(|(known, _)| known == name) {
                    missing.push((name.to_owned(), is_certain));
                }
                match is_certain {
                    true => Lookup::Unset,
                    false => Lookup::Unknown,
                }
            }
        }
    }
}
