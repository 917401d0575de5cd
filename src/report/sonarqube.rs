//! SonarQube's generic issue data, in the form that every version since 7 imports.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::json::write_compact;
use super::{Entry, Report, Spot, security};
use crate::finding::Severity;

/// Writes all findings.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let issues = report.told().map(Issue::new).collect();
    write_compact(&Document { issues }, out)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<'a> {
    issues: Vec<Issue<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Issue<'a> {
    engine_id: &'static str,
    rule_id: &'static str,
    severity: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    primary_location: Location<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secondary_locations: Vec<Location<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    message: &'a str,
    file_path: Cow<'a, str>,
    text_range: Range,
}

/// Lines from 1, columns from 0.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Range {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

impl<'a> Issue<'a> {
    fn new(entry: &'a Entry) -> Self {
        let related = entry.related.iter();
        Self {
            engine_id: "seaworthy",
            rule_id: entry.rule,
            severity: match entry.severity {
                Severity::Error => "CRITICAL",
                Severity::Warning => "MAJOR",
                Severity::Info => "MINOR",
                Severity::Style => "INFO",
            },
            kind: match (security::score(entry.rule), entry.severity) {
                (Some(_), _) => "VULNERABILITY",
                (None, Severity::Error) => "BUG",
                (None, _) => "CODE_SMELL",
            },
            primary_location: Location::new(&entry.message, &entry.spot),
            secondary_locations: related
                .map(|(message, spot)| Location::new(message, spot))
                .collect(),
        }
    }
}

impl<'a> Location<'a> {
    fn new(message: &'a str, spot: &'a Spot) -> Self {
        Self {
            message,
            file_path: spot.path(),
            text_range: Range::new(spot),
        }
    }
}

impl Range {
    /// An import fails as a whole on an empty range, or on a column past the end of a line, so columns
    /// are given only for what has some.
    fn new(spot: &Spot) -> Self {
        let (start, end) = spot.range();
        let start_line = start.line;
        if start.line == end.line && start.column < end.column {
            return Self {
                start_line,
                end_line: Some(end.line),
                start_column: Some(start.column - 1),
                end_column: Some(end.column - 1),
            };
        }
        Self {
            start_line,
            end_line: (end.line > start.line).then(|| spot.last_line()),
            start_column: None,
            end_column: None,
        }
    }
}
