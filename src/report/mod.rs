//! What a run found, with every place resolved, and one writer per format.
//!
//! The types here are between judging and the formats: each format has output types of its own, so
//! that a change here cannot change what other tools read.

pub mod concise;
pub mod describe;
pub mod doctor;
pub mod excerpt;
pub mod fingerprint;
pub mod json;
pub mod mounts;
pub mod printable;
pub mod text;
pub mod tree;

use std::sync::Arc;

use crate::finding::{Certainty, Severity};
use crate::source::Position;
use excerpt::Excerpt;

/// All that a run found.
#[derive(Debug, Default)]
pub struct Report {
    /// What counts, by path, start byte and rule.
    pub findings: Vec<Entry>,
    /// What was silenced, in the same order.
    pub suppressed: Vec<Suppressed>,
    /// What could not be looked at, by path.
    pub errors: Vec<Problem>,
    /// How many Dockerfiles were judged.
    pub files: usize,
}

/// A file that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// As it was named or found.
    pub path: String,
    /// Why.
    pub message: String,
}

/// A place in a file or an image, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// In a text file.
    Text {
        /// As it is reported.
        path: Arc<str>,
        /// Where it starts.
        start: Position,
        /// One past its end.
        end: Position,
    },
    /// In a built image.
    Layer {
        /// Index of the layer, from 0, the lowest first.
        index: u32,
        /// The history line of the layer.
        created_by: Arc<str>,
    },
}

impl Spot {
    /// What entries are ordered by: the path, then the first byte.
    pub fn order(&self) -> (&str, u32) {
        match self {
            Self::Text { path, start, .. } => (path, start.byte),
            Self::Layer { index, .. } => ("", *index),
        }
    }
}

/// A finding, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Name of the rule.
    pub rule: &'static str,
    /// The known ids that apply to this finding.
    pub aliases: Vec<&'static str>,
    /// How bad it is, after the config.
    pub severity: Severity,
    /// How sure.
    pub certainty: Certainty,
    /// What is wrong, one line.
    pub message: String,
    /// What to do, one line.
    pub help: Option<String>,
    /// Where to read more.
    pub url: Option<&'static str>,
    /// Where.
    pub spot: Spot,
    /// The stage by name or index.
    pub stage: Option<String>,
    /// Other places that explain it, with what they have to do with it.
    pub related: Vec<(String, Spot)>,
    /// How to mend it.
    pub fix: Option<crate::finding::Fix>,
    /// The invocations in which it holds.
    pub invocations: Vec<String>,
    /// The same for the same fault in the same instruction, wherever that moves in its file.
    pub fingerprint: String,
    /// The text around it, where a format that shows it is asked for.
    pub excerpt: Option<Excerpt>,
}

impl Entry {
    fn order(&self) -> (&str, u32, &str, &str) {
        let (path, byte) = self.spot.order();
        (path, byte, self.rule, &self.message)
    }

    /// Whether it says the same of the same place, whatever the invocation.
    fn same(&self, other: &Self) -> bool {
        self.order() == other.order()
            && self.spot == other.spot
            && self.severity == other.severity
            && self.certainty == other.certainty
            && self.aliases == other.aliases
            && self.help == other.help
            && self.stage == other.stage
            && self.related == other.related
            && self.fix == other.fix
    }
}

/// A finding that was silenced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// What was found.
    pub entry: Entry,
    /// `comment` or `config`.
    pub by: &'static str,
    /// Why, where a reason was given.
    pub reason: Option<String>,
}

impl Report {
    /// Puts all in order and merges equal findings of several invocations.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.findings
            .sort_by(|one, other| one.order().cmp(&other.order()));
        self.findings.dedup_by(|later, kept| {
            let same = kept.same(later);
            if same {
                merge(kept, later);
            }
            same
        });
        self.suppressed
            .sort_by(|one, other| one.entry.order().cmp(&other.entry.order()));
        self.suppressed.dedup_by(|later, kept| {
            let same = kept.entry.same(&later.entry) && kept.by == later.by && kept.reason == later.reason;
            if same {
                merge(&mut kept.entry, &mut later.entry);
            }
            same
        });
        self.errors.sort();
        self.errors.dedup();
        self
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|entry| entry.severity == severity)
            .count()
    }
}

fn merge(kept: &mut Entry, later: &mut Entry) {
    kept.invocations.append(&mut later.invocations);
    kept.invocations.sort();
    kept.invocations.dedup();
}
