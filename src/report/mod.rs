//! What a run found, with every place resolved, and one writer per format.
//!
//! The types here are between judging and the formats: each format has output types of its own, so
//! that a change here cannot change what other tools read.

pub mod baseline;
pub mod checklist;
pub mod checkstyle;
pub mod codeclimate;
pub mod concise;
pub mod describe;
pub mod difference;
pub mod doctor;
pub mod excerpt;
pub mod fault;
pub mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod gnu;
pub mod hadolint;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod mounts;
pub mod printable;
pub mod probes;
pub mod sarif;
pub mod security;
pub mod sonarqube;
pub mod structure;
pub mod text;
pub mod tree;
pub mod xml;

use std::borrow::Cow;
use std::collections::BTreeMap;
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
    /// The Dockerfiles that were judged, by path, for formats that name those without a finding, too.
    pub names: Vec<String>,
    /// How many images were.
    pub images: usize,
    /// What was asked of a container of the image, where one was started.
    pub probes: Option<Vec<probes::ProbeOutcome>>,
    /// What became of the contract's points, where an image was held against it.
    pub contract: Vec<crate::checklist::Judged>,
    /// The image, where one was opened.
    pub image: Option<JudgedImage>,
    /// What it gained and lost against another one.
    pub diff: Option<difference::Difference>,
    /// How tests of its structure ended, where any were asked for.
    pub structure: Vec<structure::Outcome>,
    /// What of these three fails the run, as entries.
    pub faults: Vec<Entry>,
}

/// A built image that was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedImage {
    /// Its name, as it was asked for.
    pub name: Arc<str>,
    /// The rules that it was held against, so that those that found nothing are told as well.
    pub rules: Vec<&'static str>,
    /// The Dockerfile that it was built from, as it is reported, where that was given.
    pub dockerfile: Option<Arc<str>>,
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
        /// The image; empty where it has no name.
        image: Arc<str>,
    },
    /// A built image as a whole.
    Image {
        /// The image.
        image: Arc<str>,
    },
}

impl Spot {
    /// The path as reported; a layer has none and goes by its image, or by its index where that has no
    /// name.
    pub fn path(&self) -> Cow<'_, str> {
        match self {
            Self::Text { path, .. } => Cow::Borrowed(path),
            Self::Layer { index, image, .. } if image.is_empty() => Cow::Owned(format!("layer-{index}")),
            Self::Layer { image, .. } | Self::Image { image } => Cow::Borrowed(image),
        }
    }

    /// Where it starts, and one past its end; a layer has one character.
    pub fn range(&self) -> (Position, Position) {
        match self {
            Self::Text { start, end, .. } => (*start, *end),
            Self::Layer { .. } | Self::Image { .. } => (FIRST, FIRST),
        }
    }

    /// The last line of which something belongs to it.
    pub fn last_line(&self) -> u32 {
        let (start, end) = self.range();
        match end.column {
            1 if end.line > start.line => end.line - 1,
            _ => end.line,
        }
    }

    /// What entries are ordered by: the path, then the first byte.
    pub fn order(&self) -> (&str, u32) {
        match self {
            Self::Text { path, start, .. } => (path, start.byte),
            Self::Layer { index, .. } => ("", *index),
            Self::Image { .. } => ("", 0),
        }
    }
}

/// The first place of a text.
const FIRST: Position = Position {
    line: 1,
    column: 1,
    byte: 0,
};

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
    /// The places of the fix's edits, in their order.
    pub edit_spots: Vec<Spot>,
    /// The first line of the instruction in which it stands.
    pub instruction_line: Option<u32>,
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
    /// `comment`, `config` or `baseline`.
    pub by: &'static str,
    /// Why, where a reason was given.
    pub reason: Option<String>,
}

impl Report {
    /// Says of which image it speaks, and so where layers are and what fails for it.
    #[must_use]
    pub fn of_image(mut self, judged: JudgedImage) -> Self {
        let entries = self.findings.iter_mut();
        for entry in entries.chain(self.suppressed.iter_mut().map(|one| &mut one.entry)) {
            let related = entry.related.iter_mut().map(|(_, spot)| spot);
            for spot in related.chain([&mut entry.spot]) {
                if let Spot::Layer { image, .. } = spot {
                    *image = Arc::clone(&judged.name);
                }
            }
        }
        self.images = 1;
        self.image = Some(judged);
        self.faults = fault::entries(&self);
        self
    }

    /// All that formats tell that have a place for nothing else: findings, and then what else fails.
    pub fn told(&self) -> impl Iterator<Item = &Entry> {
        self.findings.iter().chain(&self.faults)
    }

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
        self.names.sort();
        self
    }

    /// The findings with the worst first.
    pub fn worst_first(&self) -> Vec<&Entry> {
        worst_first(&self.findings)
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|entry| entry.severity == severity)
            .count()
    }
}

/// Entries with the worst first: by severity, then certainty, then as they stand.
fn worst_first<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Vec<&'e Entry> {
    let mut entries: Vec<&Entry> = entries.into_iter().collect();
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.severity, entry.certainty)));
    entries
}

fn merge(kept: &mut Entry, later: &mut Entry) {
    kept.invocations.append(&mut later.invocations);
    kept.invocations.sort();
    kept.invocations.dedup();
}

/// What was found in one file.
struct File<'a> {
    path: Cow<'a, str>,
    entries: Vec<&'a Entry>,
    problems: Vec<&'a Problem>,
}

impl File<'_> {
    /// How many cases it has in formats that speak of tests: one where nothing was found.
    fn cases(&self) -> usize {
        (self.entries.len() + self.problems.len()).max(1)
    }
}

/// All files of a report by path, those without a finding too. What stands in an image goes by that.
fn files(report: &Report) -> Vec<File<'_>> {
    #[derive(Default)]
    struct Files<'a>(BTreeMap<Cow<'a, str>, File<'a>>);
    impl<'a> Files<'a> {
        fn at(&mut self, path: Cow<'a, str>) -> &mut File<'a> {
            self.0.entry(path.clone()).or_insert_with(|| File {
                path,
                entries: Vec::new(),
                problems: Vec::new(),
            })
        }
    }
    let mut files = Files::default();
    for name in &report.names {
        files.at(Cow::Borrowed(name));
    }
    for entry in report.told() {
        files.at(entry.spot.path()).entries.push(entry);
    }
    for problem in &report.errors {
        files.at(Cow::Borrowed(&problem.path)).problems.push(problem);
    }
    files.0.into_values().collect()
}
