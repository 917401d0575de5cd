//! Annotations of GitHub Actions, as workflow commands.
//!
//! The runner shows ten annotations of a kind a step and drops the rest without a word, so the worst
//! come first, the tenth says how many more there are, and those follow as plain lines.

use std::io::{self, Write};

use super::printable::{printable, printable_char};
use super::{Entry, Report, Spot, concise, worst_first};
use crate::finding::Severity;

/// Annotations of a kind that the runner shows a step (GitHub's documentation of workflow commands).
const SHOWN: usize = 10;

/// Writes all findings, and what could not be checked.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let entries = worst_first(report.told());
    let mut rest = Vec::new();
    for kind in ["error", "warning", "notice"] {
        let mut annotations = Vec::new();
        if kind == "error" {
            let problems = report.errors.iter();
            annotations.extend(problems.map(|problem| Annotation::Problem(&problem.path, &problem.message)));
        }
        let of_kind = entries.iter().filter(|entry| word(entry.severity) == kind);
        annotations.extend(of_kind.map(|entry| Annotation::Finding(entry)));
        let shown = match annotations.len() > SHOWN {
            true => SHOWN - 1,
            false => annotations.len(),
        };
        for annotation in &annotations[..shown] {
            annotation.write(kind, out)?;
        }
        let more = annotations.len() - shown;
        if more > 0 {
            writeln!(out, "::{kind} title=seaworthy::{more} more in the log")?;
        }
        rest.extend(annotations.into_iter().skip(shown));
    }
    for annotation in rest {
        annotation.plain(out)?;
    }
    Ok(())
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Style => "notice",
    }
}

enum Annotation<'a> {
    Finding(&'a Entry),
    /// A path that could not be looked at, and why.
    Problem(&'a str, &'a str),
}

impl Annotation<'_> {
    fn write(&self, kind: &str, out: &mut dyn Write) -> io::Result<()> {
        let entry = match self {
            Self::Finding(entry) => entry,
            Self::Problem(path, message) => {
                return writeln!(
                    out,
                    "::{kind} file={},title=not checked::{}",
                    property(path),
                    data(message)
                );
            }
        };
        // There is no file in which it could be shown.
        let built = match &entry.spot {
            Spot::Text { .. } => None,
            Spot::Layer { index, image, .. } if image.is_empty() => Some(format!("layer {index}")),
            Spot::Layer { index, image, .. } => Some(format!("layer {index} of {image}")),
            Spot::Image { image } => Some(format!("image {image}")),
        };
        if let Some(place) = built {
            write!(out, "::{kind} title={}::", property(entry.rule))?;
            write!(out, "{}", data(&format!("{place}: {}", entry.message)))?;
            return match &entry.help {
                Some(help) => writeln!(out, "%0A{}", data(help)),
                None => writeln!(out),
            };
        }
        let (start, end) = entry.spot.range();
        let last = entry.spot.last_line();
        write!(
            out,
            "::{kind} file={},line={},endLine={last}",
            property(&entry.spot.path()),
            start.line
        )?;
        // GitHub refuses columns where the lines differ.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
        write!(out, ",title={}::{}", property(entry.rule), data(&entry.message))?;
        match &entry.help {
            Some(help) => writeln!(out, "%0A{}", data(help)),
            None => writeln!(out),
        }
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Finding(entry) => concise::line(entry, out),
            Self::Problem(path, message) => writeln!(
                out,
                "{}: {}",
                super::printable::printable_at_start(path),
                printable(message)
            ),
        }
    }
}

/// Text after the second `::`.
fn data(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '%' => written.push_str("%25"),
            '\r' => written.push_str("%0D"),
            '\n' => written.push_str("%0A"),
            _ => written.push(printable_char(sign)),
        }
    }
    // The older form of commands is found anywhere in a line.
    written.replace("##[", "#%23[").replace("##vso[", "#%23vso[")
}

/// Text of a property, which a comma ends.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_a_property_or_begin_a_command() {
        assert_eq!(
            property("a,b:c\n%0A::error::"),
            "a%2Cb%3Ac%0A%250A%3A%3Aerror%3A%3A"
        );
        assert_eq!(data("100%\r\n\u{1b}[1m\u{202e}"), "100%25%0D%0A␛[1m\u{fffd}");
        assert!(!data("##[error]").contains("##["));
    }
}
