//! `path:line:column: severity[rule] message`, one line a finding.

use std::io::{self, Write};

use super::printable::{printable, printable_at_start};
use super::{Entry, Report, Spot};

/// Writes all findings.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    report.told().try_for_each(|entry| line(entry, out))
}

/// Writes one finding.
///
/// # Errors
/// The writer's.
pub fn line(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let severity = entry.severity.name();
    let rule = entry.rule;
    let message = printable(&entry.message);
    match &entry.spot {
        Spot::Text { path, start, .. } => {
            let path = printable_at_start(path);
            writeln!(
                out,
                "{path}:{}:{}: {severity}[{rule}] {message}",
                start.line, start.column
            )
        }
        Spot::Layer { index, .. } => writeln!(out, "layer {index}: {severity}[{rule}] {message}"),
        Spot::Image { .. } => writeln!(out, "image: {severity}[{rule}] {message}"),
    }
}
