//! What concerns the build and not the image: mounts, heredocs, the stages of a file.

use std::sync::Arc;

use crate::facts::{Facts, Origin, Take, Value};
use crate::finding::Place;

/// How an instruction is run besides its own words; shared by the commands of one RUN.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Its mounts.
    pub mounts: Vec<Mount>,
    /// Where its heredocs begin (`<<EOF`).
    pub heredocs: Vec<Place>,
    /// Its flags as they are written.
    pub flags: Vec<String>,
}

/// A RUN as a whole, its script read.
#[derive(Debug, Clone)]
pub struct Run {
    /// Index of its stage.
    pub stage: usize,
    /// Index of its instruction in the file.
    pub instruction: usize,
    /// How many commands its own text has, those of substitutions and functions included. What a shell in it
    /// is handed (`sh -c "…"`) is one word, and tests in brackets run nothing.
    pub commands: usize,
    /// Where the first of them stands.
    pub place: Place,
    /// What it has around it.
    pub around: Arc<Around>,
}

/// A `--mount` of a RUN.
#[derive(Debug, Clone)]
pub struct Mount {
    /// Its type: `bind` unless said.
    pub kind: String,
    /// Where it lies, absolute.
    pub target: Option<Value>,
    /// Whether it also or only sets a variable (`env=` of a secret).
    pub is_variable: bool,
    /// The whole flag.
    pub place: Place,
}

/// The stages of a file and for which platforms it is written.
#[derive(Debug, Clone, Default)]
pub struct Build {
    /// All stages, in order.
    pub stages: Vec<StageUse>,
    /// Whether some stage asks for the platform that is built for (`ARG TARGETARCH`).
    pub asks_platform: bool,
}

/// Whether a stage is of use.
#[derive(Debug, Clone)]
pub struct StageUse {
    /// Its name, or its index where it has none.
    pub name: String,
    /// Its name in FROM, or the reference where it has none.
    pub place: Place,
    /// Whether it is built by itself or another stage needs it.
    pub is_used: bool,
    /// Whether another stage starts from it.
    pub is_base: bool,
}

/// Something that a COPY or ADD took.
#[derive(Debug, Clone)]
pub struct Taken {
    /// What.
    pub take: Take,
    /// Which step, at the word.
    pub origin: Origin,
}

/// A locale that was generated.
#[derive(Debug, Clone)]
pub struct Locale {
    /// Its name as it was asked for; unknown parts may be anything, `*` is a language's every one.
    pub name: Value,
    /// Which step.
    pub origin: Origin,
}

impl Facts {
    /// Says what the file as a whole is.
    pub fn set_build(&mut self, build: Arc<Build>) {
        self.build = build;
    }
}
