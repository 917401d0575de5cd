//! GitLab's Code Quality report: an array of issues, empty when nothing was found.
//!
//! GitLab tells issues of two runs apart by their fingerprints alone, so each is given once.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::fingerprint::Unique;
use super::json::write_compact;
use super::{Entry, Report};
use crate::finding::Severity;

/// Writes all findings.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut unique = Unique::default();
    let issues: Vec<Issue> = report
        .told()
        .map(|entry| Issue::new(entry, &mut unique))
        .collect();
    write_compact(&issues, out)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Issue<'a> {
    // The rule stands in the text, too, for that is all a merge request shows.
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: Cow<'a, str>,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl<'a> Issue<'a> {
    fn new(entry: &'a Entry, unique: &mut Unique) -> Self {
        let path = entry.spot.path();
        let (start, _) = entry.spot.range();
        Self {
            description: format!("{}: {}", entry.rule, entry.message),
            check_name: entry.rule,
            fingerprint: unique.next(&path, &entry.fingerprint),
            severity: severity(entry.severity),
            location: Location {
                path,
                lines: Lines { begin: start.line },
            },
        }
    }
}

/// The five words of Code Climate and GitLab; `blocker` is for nothing that a linter finds.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Info => "minor",
        Severity::Style => "info",
    }
}
