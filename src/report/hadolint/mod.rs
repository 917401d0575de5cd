//! Findings as hadolint 2.15.1 tells them: its ids, levels, lines, formats and field names, our words.
//!
//! Each finding stands at the first line of its instruction and in column 1, in the order of lines. A
//! finding without an id of hadolint's is not told; a file that cannot be read is told as `DL1000` alone.

mod documents;
mod lines;
mod markup;

pub use documents::{codacy, codeclimate, gitlab_codeclimate, json, sarif, sonarqube};
pub use lines::{gnu, tty};
pub use markup::{checkstyle, junit};

use std::collections::BTreeSet;

use super::Entry;
use crate::finding::{Certainty, Severity};

/// The version whose ways are followed.
const VERSION: &str = "2.15.1";

/// What hadolint would tell of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// As it is reported.
    pub path: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was checked.
    Checked(Vec<Check>),
    /// It cannot be read.
    Refused(Refusal),
}

/// A finding by one id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Check {
    /// First line of the instruction, from 1.
    pub line: u32,
    /// Such as `DL3008` or `SC2086`.
    pub id: &'static str,
    /// How bad, by hadolint's table and the config.
    pub severity: Severity,
    /// What is wrong, one line.
    pub message: String,
    /// The same wherever the instruction moves in its file.
    pub fingerprint: String,
}

/// Where reading stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
    /// Why, one line.
    pub message: String,
    /// The same wherever the instruction moves in its file.
    pub fingerprint: String,
}

/// The level that hadolint gives an id unless it is told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usual {
    /// It is told at this level.
    Told(Severity),
    /// It is kept back until a config gives it a level.
    KeptBack,
}

/// hadolint's levels by id: facts of its version 2.15.1. Most ids are told once an instruction; those with
/// the word `each` as often as the instruction has the fault: the ids about labels.
const LEVELS: &str = include_str!("levels.txt");

/// The level that hadolint gives an id; none for ShellCheck's, which have their own.
pub fn usual(id: &str) -> Option<Usual> {
    Some(match row(id)?.0 {
        "error" => Usual::Told(Severity::Error),
        "warning" => Usual::Told(Severity::Warning),
        "info" => Usual::Told(Severity::Info),
        "style" => Usual::Told(Severity::Style),
        _ => Usual::KeptBack,
    })
}

/// The level of an id as a word, and how often it is told where the row says so.
fn row(id: &str) -> Option<(&'static str, &'static str)> {
    let rest = LEVELS
        .lines()
        .find_map(|line| line.strip_prefix(id)?.strip_prefix(' '))?;
    Some(rest.split_once(' ').unwrap_or((rest, "")))
}

/// Whether a name is one of hadolint's or ShellCheck's ids.
pub fn is_id(name: &str) -> bool {
    let number = name.strip_prefix("DL").or_else(|| name.strip_prefix("SC"));
    number.is_some_and(|number| number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

impl File {
    /// A file that was checked. `level` says at which level an id is told, none if it is not, given the
    /// severity that we see in it.
    pub fn checked(
        path: &str,
        entries: &[Entry],
        level: impl Fn(&str, Severity) -> Option<Severity>,
    ) -> Self {
        let mut seen = BTreeSet::new();
        let mut checks = Vec::new();
        for entry in entries.iter().filter(|entry| entry.spot.path() == path) {
            let ids = std::iter::once(entry.rule).chain(entry.aliases.iter().copied());
            for id in ids.filter(|id| is_id(id)) {
                let line = line(entry, id);
                let Some(severity) = level(id, entry.severity) else {
                    continue;
                };
                let of = match row(id) {
                    Some((_, "each")) => entry.message.as_str(),
                    _ => "",
                };
                if seen.insert((line, id, of)) {
                    checks.push(Check {
                        line,
                        id,
                        severity,
                        message: entry.message.clone(),
                        fingerprint: entry.fingerprint.clone(),
                    });
                }
            }
        }
        checks.sort();
        Self {
            path: path.to_owned(),
            outcome: Outcome::Checked(checks),
        }
    }

    /// A file that cannot be read, by the first of its errors; none if there is no error among these.
    pub fn refused(path: &str, entries: &[Entry]) -> Option<Self> {
        let entry = entries.iter().find(|entry| {
            entry.rule == "syntax-error"
                && entry.certainty == Certainty::Certain
                && entry
                    .aliases
                    .iter()
                    .all(|alias| *alias == "DL1000" || !is_id(alias))
        })?;
        let (start, _) = entry.spot.range();
        Some(Self {
            path: path.to_owned(),
            outcome: Outcome::Refused(Refusal {
                line: start.line,
                column: start.column,
                message: entry.message.clone(),
                fingerprint: entry.fingerprint.clone(),
            }),
        })
    }

    /// The levels of all that is told of it.
    pub fn severities(&self) -> impl Iterator<Item = Severity> {
        let (checks, refused) = match &self.outcome {
            Outcome::Checked(checks) => (checks.as_slice(), None),
            Outcome::Refused(_) => (&[][..], Some(Severity::Error)),
        };
        checks.iter().map(|check| check.severity).chain(refused)
    }
}

impl Refusal {
    /// The words with the place before them, as formats without a column have them.
    fn full(&self, path: &str) -> String {
        format!("{path}:{}:{}: {}", self.line, self.column, self.message)
    }
}

/// Ids that speak of the later of two instructions, where we speak of the earlier, which is without effect.
const OF_THE_LATER: [&str; 3] = ["DL3012", "DL4003", "DL4004"];

fn line(entry: &Entry, id: &str) -> u32 {
    let later = entry.related.first().filter(|_| OF_THE_LATER.contains(&id));
    match (later, entry.instruction_line) {
        (Some((_, spot)), _) => spot.range().0.line,
        (None, Some(line)) => line,
        (None, None) => entry.spot.range().0.line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_known_by_whole_ids() {
        assert_eq!(usual("DL3006"), Some(Usual::Told(Severity::Warning)));
        assert_eq!(usual("DL1001"), Some(Usual::KeptBack));
        assert_eq!(usual("DL300"), None);
        assert_eq!(usual("SC2086"), None);
        assert_eq!(LEVELS.lines().count(), 72);
    }

    #[test]
    fn ids_are_told_from_names() {
        assert!(is_id("DL3006") && is_id("SC1091"));
        assert!(!is_id("DLx006") && !is_id("stale-allow") && !is_id("DL30060"));
    }
}
