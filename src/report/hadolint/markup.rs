//! hadolint's XML formats.
//!
//! Neither ends with a line end, as hadolint's do not. Where hadolint puts the time of its run, there is
//! none: the same input gives the same output.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{File, Outcome, VERSION};
use crate::report::xml::{attributes, escaped};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// Writes all findings by file; a file without one stands there, too.
///
/// # Errors
/// The writer's.
pub fn checkstyle(files: &[File], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{HEAD}<checkstyle version=\"4.3\">")?;
    for file in files {
        let name = attributes(&[("name", Cow::Borrowed(file.path.as_str()))]);
        match &file.outcome {
            Outcome::Checked(checks) if checks.is_empty() => write!(out, "<file{name}/>")?,
            Outcome::Checked(checks) => {
                write!(out, "<file{name}>")?;
                for check in checks {
                    let error = attributes(&[
                        ("column", Cow::Borrowed("1")),
                        ("line", Cow::Owned(check.line.to_string())),
                        ("message", Cow::Borrowed(&check.message)),
                        ("severity", Cow::Borrowed(check.severity.name())),
                        ("source", Cow::Borrowed(check.id)),
                    ]);
                    write!(out, "<error{error}/>")?;
                }
                write!(out, "</file>")?;
            }
            Outcome::Refused(refusal) => {
                let error = attributes(&[
                    ("column", Cow::Owned(refusal.column.to_string())),
                    ("line", Cow::Owned(refusal.line.to_string())),
                    ("message", Cow::Owned(refusal.full(&file.path))),
                    ("severity", Cow::Borrowed("error")),
                ]);
                write!(out, "<file{name}><error{error}/></file>")?;
            }
        }
    }
    write!(out, "</checkstyle>")
}

/// Writes a suite a file.
///
/// # Errors
/// The writer's.
pub fn junit(files: &[File], out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "{HEAD}<testsuites id=\"hadolint\" name=\"Hadolint run\" time=\"0.001\">"
    )?;
    for file in files {
        let (errors, failures) = match &file.outcome {
            Outcome::Checked(checks) => (0, checks.len()),
            Outcome::Refused(_) => (1, 1),
        };
        write!(
            out,
            "<testsuite errors=\"{errors}\" failures=\"{failures}\" id=\"hadolint\" name=\"Hadolint {VERSION}\" time=\"0.001\""
        )?;
        match &file.outcome {
            Outcome::Checked(checks) if checks.is_empty() => write!(out, "/>")?,
            Outcome::Checked(checks) => {
                write!(out, ">")?;
                for check in checks {
                    let (id, level) = (check.id, check.severity.name());
                    let message = escaped(&check.message);
                    write!(
                        out,
                        "<testcase id=\"hadolint.rule.{id}\" time=\"0.001\"><failure id=\"{id}\" message=\"{message}\" type=\"{level}\">File: {}\nLine: {}\nCategory: Hadolint - Dockerfile Static Analysis\n{level}: {message}\n</failure></testcase>",
                        escaped(&file.path),
                        check.line,
                    )?;
                }
                write!(out, "</testsuite>")?;
            }
            Outcome::Refused(refusal) => {
                let (line, column) = (refusal.line, refusal.column);
                write!(
                    out,
                    "><testcase id=\"hadolint.error\" name=\"DL1000\" time=\"0.001\"><failure message=\"parse error at line {line}, column {column}\" type=\"error\">Parse Error in {}\nLine: {line}\nColumn: {column}\nParse Error: {}\n</failure></testcase></testsuite>",
                    escaped(&file.path),
                    escaped(&refusal.full(&file.path)),
                )?;
            }
        }
    }
    write!(out, "</testsuites>")
}
