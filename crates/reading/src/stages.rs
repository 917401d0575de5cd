//! The stage graph: which instructions belong to which stage, what each starts from, and which are
//! needed for the one that is built.
//!
//! Names and scopes as BuildKit has them: a FROM means an earlier stage by its exact lower-case
//! name, COPY --from also by index and in any case, a mount by name alone.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::invocation::Invocation;
use crate::syntax::expand::{self, ExpandError, Expanded, Lookup, Variables};
use crate::syntax::{Args, Instruction, Keyword, Tree};

/// All stages of a file.
#[derive(Debug, Clone, Default)]
pub struct Stages {
    /// In order.
    pub all: Vec<Stage>,
    /// Index of the one that is built; none if there is no stage or no such target.
    pub target: Option<usize>,
    /// Arguments before the first FROM.
    pub globals: Globals,
    /// The stages of each name, in order.
    names: BTreeMap<String, Vec<usize>>,
}

/// One stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its place in the file, from 0.
    pub index: usize,
    /// Its name, lower case.
    pub name: Option<String>,
    /// Index of its FROM.
    pub from: usize,
    /// What it starts from.
    pub start: Start,
    /// Indices of the instructions after FROM.
    pub instructions: Range<usize>,
    /// Indices of earlier stages from which it copies or mounts, its base included.
    pub needs: Vec<usize>,
    /// Whether the target needs it, or is it.
    pub reached: bool,
}

impl Stage {
    /// Whether the target needs it, or is it.
    pub fn is_reached(&self) -> bool {
        self.reached
    }
}

/// What a stage starts from.
#[derive(Debug, Clone)]
pub enum Start {
    /// An earlier stage.
    Stage(usize),
    /// Nothing.
    Scratch,
    /// An image, by reference; parts may not be known.
    Image(Expanded),
}

/// What `--from` means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromFlag {
    /// A stage.
    Stage(usize),
    /// An image or a named context, as written.
    Image(String),
}

/// The global scope: arguments before the first FROM, and those that BuildKit predefines.
#[derive(Debug, Clone, Default)]
pub struct Globals {
    values: BTreeMap<String, Lookup>,
}

/// The longest value of a global argument that is followed, in bytes; a longer one is unknown. No image
/// reference and no platform is as long, and every FROM may repeat it.
const LONGEST_VALUE: usize = 4096;

/// Platform arguments that BuildKit predefines in the global scope.
pub const PLATFORM_ARGUMENTS: [&str; 11] = [
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETSTAGE",
];

/// Build arguments that reach a RUN without being declared.
pub const PREDEFINED_ARGUMENTS: [&str; 10] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "FTP_PROXY",
    "ftp_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
];

impl Variables for Globals {
    fn get(&self, name: &str) -> Lookup {
        self.values.get(name).cloned().unwrap_or(Lookup::Unset)
    }
}

impl Globals {
    /// Those that BuildKit predefines, as far as the invocation says what they are.
    pub fn new(invocation: &Invocation) -> Self {
        let mut values: BTreeMap<String, Lookup> = PLATFORM_ARGUMENTS
            .iter()
            .map(|name| ((*name).to_owned(), Lookup::Unknown))
            .collect();
        if let Some(platform) = &invocation.platform {
            let mut whole = format!("{}/{}", platform.os, platform.architecture);
            if !platform.variant.is_empty() {
                whole.push('/');
                whole.push_str(&platform.variant);
            }
            for (name, value) in [
                ("TARGETPLATFORM", whole.as_str()),
                ("TARGETOS", &platform.os),
                ("TARGETARCH", &platform.architecture),
                ("TARGETVARIANT", &platform.variant),
            ] {
                values.insert(name.to_owned(), Lookup::Set(value.to_owned()));
            }
        }
        Self { values }
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// Takes an ARG before the first FROM; its defaults may use the arguments above.
    ///
    /// # Errors
    /// The first default that BuildKit refuses to expand, with its range; it counts as unknown, and the
    /// arguments after it are taken.
    pub fn declare(
        &mut self,
        instruction: &Instruction,
        escape: char,
        invocation: &Invocation,
    ) -> Result<(), (ExpandError, Range<u32>)> {
        let mut refused = None;
        for pair in instruction.pairs() {
            let name = pair.key.text.clone();
            let value = match (invocation.arguments.get(&name), &pair.value) {
                (Some(given), _) => Lookup::Set(given.clone()),
                (None, Some(default)) => match expand::expand(&default.text, escape, self) {
                    Ok(expanded) if expanded.holes.is_empty() && expanded.text.len() <= LONGEST_VALUE => {
                        Lookup::Set(expanded.text)
                    }
                    Ok(_) => Lookup::Unknown,
                    Err(error) => {
                        refused.get_or_insert((error, default.range.clone()));
                        Lookup::Unknown
                    }
                },
                // A bare ARG may be given by whoever builds; a platform argument keeps its value.
                (None, None) => match self.values.get(&name) {
                    Some(known) => known.clone(),
                    None => Lookup::Unknown,
                },
            };
            self.values.insert(name, value);
        }
        refused.map_or(Ok(()), Err)
    }
}

impl Stages {
    /// Finds the stages of a tree.
    pub fn of(tree: &Tree, invocation: &Invocation) -> Self {
        let mut stages = Self {
            globals: Globals::new(invocation),
            ..Self::default()
        };
        for (index, instruction) in tree.instructions.iter().enumerate() {
            match instruction.keyword {
                Keyword::From => stages.open(index, instruction, tree.escape),
                Keyword::Arg if stages.all.is_empty() => {
                    // What is refused is told by `conversion`.
                    let _ = stages.globals.declare(instruction, tree.escape, invocation);
                }
                _ => {}
            }
            if let Some(stage) = stages.all.last_mut() {
                stage.instructions.end = index + 1;
            }
        }
        for index in 0..stages.all.len() {
            let needs = stages.needs_of(index, tree);
            stages.all[index].needs = needs;
        }
        stages.target = match &invocation.target {
            Some(target) => stages.named(target, stages.all.len()).or_else(|| {
                let index: usize = target.parse().ok()?;
                (index < stages.all.len()).then_some(index)
            }),
            None => stages.all.len().checked_sub(1),
        };
        stages.reach();
        stages
    }

    /// The last stage before `before` of this name, in any case.
    pub fn named(&self, name: &str, before: usize) -> Option<usize> {
        self.exactly_named(&name.to_lowercase(), before)
    }

    /// The last stage before `before` whose lower-case name is this one to the letter.
    fn exactly_named(&self, name: &str, before: usize) -> Option<usize> {
        let indices = self.names.get(name)?;
        let earlier = indices.partition_point(|index| *index < before);
        earlier.checked_sub(1).map(|last| indices[last])
    }

    /// The stage to which an instruction belongs.
    pub fn holding(&self, instruction: usize) -> Option<&Stage> {
        let after = self.all.partition_point(|stage| stage.from <= instruction);
        after.checked_sub(1).map(|index| &self.all[index])
    }

    /// What the `--from` of a COPY in a stage means.
    pub fn copy_from(&self, flag: &str, stage: usize) -> FromFlag {
        if let Ok(index) = flag.parse::<usize>() {
            return if index < stage {
                FromFlag::Stage(index)
            } else {
                FromFlag::Image(flag.to_owned())
            };
        }
        match self.named(flag, stage) {
            Some(index) => FromFlag::Stage(index),
            None => FromFlag::Image(flag.to_owned()),
        }
    }

    fn open(&mut self, from: usize, instruction: &Instruction, escape: char) {
        let index = self.all.len();
        let words = match &instruction.args {
            Args::Words(words) => words.as_slice(),
            _ => &[],
        };
        let name = match words {
            [_, keyword, name, ..] if keyword.text.eq_ignore_ascii_case("as") => {
                Some(name.text.to_lowercase())
            }
            _ => None,
        };
        let reference = words.first().map_or("", |word| word.text.as_str());
        let expanded = expand::expand(reference, escape, &self.globals).unwrap_or_else(|_| Expanded {
            holes: std::iter::once(0..reference.len()).collect(),
            text: reference.to_owned(),
            ..Expanded::default()
        });
        let earlier = self.exactly_named(&expanded.text, index);
        let start = match earlier {
            Some(stage) if expanded.holes.is_empty() => Start::Stage(stage),
            _ if expanded.holes.is_empty() && expanded.text == "scratch" => Start::Scratch,
            _ => Start::Image(expanded),
        };
        if let Some(name) = &name {
            self.names.entry(name.clone()).or_default().push(index);
        }
        self.all.push(Stage {
            index,
            name,
            from,
            start,
            instructions: from + 1..from + 1,
            needs: Vec::new(),
            reached: false,
        });
    }

    fn needs_of(&self, index: usize, tree: &Tree) -> Vec<usize> {
        let stage = &self.all[index];
        let mut needs = Vec::new();
        if let Start::Stage(base) = stage.start {
            needs.push(base);
        }
        for instruction in &tree.instructions[stage.instructions.clone()] {
            for flag in &instruction.flags {
                let Some(value) = flag.value() else { continue };
                let needed = match (instruction.keyword, flag.name()) {
                    (Keyword::Copy, "from") => match self.copy_from(value, index) {
                        FromFlag::Stage(stage) => Some(stage),
                        FromFlag::Image(_) => None,
                    },
                    (Keyword::Run, "mount") => mount_options(value)
                        .find(|(key, _)| key.eq_ignore_ascii_case("from"))
                        .and_then(|(_, from)| self.named(from, index)),
                    _ => None,
                };
                needs.extend(needed);
            }
        }
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    fn reach(&mut self) {
        let Some(target) = self.target else { return };
        self.all[target].reached = true;
        // Needs point to earlier stages only, so one pass from the end finds all.
        for index in (0..=target).rev() {
            if self.all[index].reached {
                for need in self.all[index].needs.clone() {
                    self.all[need].reached = true;
                }
            }
        }
    }
}

/// The options of a `--mount` value, as keys and values; a bare key has an empty value.
pub fn mount_options(value: &str) -> impl Iterator<Item = (&str, &str)> {
    value.split(',').map(|field| {
        let (key, value) = field.split_once('=').unwrap_or((field, ""));
        (key.trim(), value.trim_matches('"'))
    })
}
