//! hadolint's formats for people and for editors, one line a finding.

use std::io::{self, Write};

use super::{File, Outcome};
use crate::finding::Severity;
use crate::report::printable::{printable, printable_at_start};
use crate::report::text::Look;

/// Writes all findings as hadolint does unless told otherwise.
///
/// # Errors
/// The writer's.
pub fn tty(files: &[File], look: Look, out: &mut dyn Write) -> io::Result<()> {
    for file in files {
        let path = printable_at_start(&file.path);
        match &file.outcome {
            Outcome::Refused(refusal) => {
                let message = printable(&refusal.message);
                writeln!(out, "{path}:{}:{} {message}", refusal.line, refusal.column)?;
            }
            Outcome::Checked(checks) => {
                for check in checks {
                    let level = level(check.severity, look);
                    let message = printable(&check.message);
                    writeln!(out, "{path}:{} {} {level}: {message}", check.line, check.id)?;
                }
            }
        }
    }
    Ok(())
}

fn level(severity: Severity, look: Look) -> String {
    let name = severity.name();
    match (look, severity) {
        (Look::Ascii | Look::Plain, _) => name.to_owned(),
        (Look::Coloured, Severity::Error) => format!("\u{1b}[1m\u{1b}[91m{name}\u{1b}[0m"),
        (Look::Coloured, Severity::Warning) => format!("\u{1b}[1m\u{1b}[93m{name}\u{1b}[0m"),
        (Look::Coloured, Severity::Info) => format!("\u{1b}[92m{name}\u{1b}[0m"),
        (Look::Coloured, Severity::Style) => format!("\u{1b}[96m{name}\u{1b}[0m"),
    }
}

/// Writes all findings as GNU's programs do.
///
/// # Errors
/// The writer's.
pub fn gnu(files: &[File], out: &mut dyn Write) -> io::Result<()> {
    for file in files {
        let path = printable(&file.path);
        match &file.outcome {
            Outcome::Refused(refusal) => {
                let message = printable(&refusal.message);
                writeln!(
                    out,
                    "hadolint:{path}:{}:{}: {message}",
                    refusal.line, refusal.column
                )?;
            }
            Outcome::Checked(checks) => {
                for check in checks {
                    let (line, id, level) = (check.line, check.id, check.severity.name());
                    let message = printable(&check.message);
                    writeln!(out, "hadolint:{path}:{line}: {id} {level}: {message}")?;
                }
            }
        }
    }
    Ok(())
}
