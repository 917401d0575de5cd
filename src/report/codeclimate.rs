//! Code Climate's issues: one JSON document a finding, each ended by a zero byte.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::fingerprint::Unique;
use super::gitlab::severity;
use super::json::write_compact;
use super::{Entry, Report, security};
use crate::finding::Severity;

/// Writes all findings.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut unique = Unique::default();
    for entry in report.told() {
        write_compact(&Issue::new(entry, &mut unique), out)?;
        out.write_all(b"\0")?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Issue<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    check_name: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content<'a>>,
    categories: [&'static str; 1],
    location: Location<'a>,
    severity: &'static str,
    fingerprint: String,
}

#[derive(Serialize)]
struct Content<'a> {
    body: &'a str,
}

#[derive(Serialize)]
struct Location<'a> {
    path: Cow<'a, str>,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl<'a> Issue<'a> {
    fn new(entry: &'a Entry, unique: &mut Unique) -> Self {
        let path = entry.spot.path();
        let (start, _) = entry.spot.range();
        let category = match (security::score(entry.rule), entry.severity) {
            (Some(_), _) => "Security",
            (None, Severity::Style) => "Style",
            (None, _) => "Bug Risk",
        };
        Self {
            kind: "issue",
            check_name: entry.rule,
            description: &entry.message,
            content: entry.help.as_deref().map(|body| Content { body }),
            categories: [category],
            severity: severity(entry.severity),
            fingerprint: unique.next(&path, &entry.fingerprint),
            location: Location {
                lines: Lines {
                    begin: start.line,
                    end: entry.spot.last_line(),
                },
                path,
            },
        }
    }
}
