//! Checkstyle's XML, which many CI servers and editors read.

use std::borrow::Cow;
use std::io::{self, Write};

use super::xml::attributes;
use super::{Entry, Report, files};
use crate::finding::Severity;

/// Writes all findings by file; a file without one stands there, too.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<checkstyle version=\"4.3\">")?;
    for file in files(report) {
        let name = attributes(&[("name", Cow::Borrowed(&*file.path))]);
        if file.entries.is_empty() && file.problems.is_empty() {
            writeln!(out, "<file{name}/>")?;
            continue;
        }
        writeln!(out, "<file{name}>")?;
        for problem in &file.problems {
            let attributes = attributes(&[
                ("line", Cow::Borrowed("1")),
                ("severity", Cow::Borrowed("error")),
                ("message", Cow::Borrowed(&problem.message)),
                ("source", Cow::Borrowed("seaworthy")),
            ]);
            writeln!(out, "<error{attributes}/>")?;
        }
        for entry in &file.entries {
            error(entry, out)?;
        }
        writeln!(out, "</file>")?;
    }
    writeln!(out, "</checkstyle>")
}

fn error(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let (start, _) = entry.spot.range();
    let severity = match entry.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        // Checkstyle has no word for style.
        Severity::Info | Severity::Style => "info",
    };
    let attributes = attributes(&[
        ("line", Cow::Owned(start.line.to_string())),
        ("column", Cow::Owned(start.column.to_string())),
        ("severity", Cow::Borrowed(severity)),
        ("message", Cow::Borrowed(&entry.message)),
        ("source", Cow::Borrowed(entry.rule)),
    ]);
    writeln!(out, "<error{attributes}/>")
}
