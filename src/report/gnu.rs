//! `seaworthy:path:line:column: severity: message [rule]`, as the GNU coding standards have it and as
//! editors read it.

use std::io::{self, Write};

use super::Report;
use super::printable::printable;

/// Writes all findings, one line each.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for entry in report.told() {
        let path = entry.spot.path();
        let (start, _) = entry.spot.range();
        writeln!(
            out,
            "seaworthy:{}:{}:{}: {}: {} [{}]",
            printable(&path),
            start.line,
            start.column,
            entry.severity.name(),
            printable(&entry.message),
            entry.rule
        )?;
    }
    Ok(())
}
