//! For people: each finding with the text around it, then a count.

use std::fmt::Display;
use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::checklist;
use super::excerpt::Excerpt;
use super::printable::{printable, printable_at_start};
use super::{Entry, Report, Spot};
use crate::finding::{Certainty, Severity};

/// How much the output may use of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Nothing but ASCII.
    Ascii,
    /// Lines and signs, no colour.
    Plain,
    /// Colours, too.
    Coloured,
}

/// Writes all findings, and the count unless `count` leaves it out.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, look: Look, count: Count, out: &mut dyn Write) -> io::Result<()> {
    let theme = match look {
        Look::Ascii => GraphicalTheme::none(),
        Look::Plain => GraphicalTheme::unicode_nocolor(),
        Look::Coloured => GraphicalTheme::unicode(),
    };
    // Lines are not wrapped: a wrapped line starts with words of the file, which a CI runner could
    // take for a command.
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_context_lines(1)
        .with_wrap_lines(false);
    let mut text = String::new();
    for entry in &report.findings {
        text.clear();
        handler
            .render_report(&mut text, &Shown::new(entry))
            .map_err(io::Error::other)?;
        out.write_all(text.trim_end().as_bytes())?;
        out.write_all(b"\n")?;
        for (message, spot) in &entry.related {
            writeln!(out, "  note: {}: {}", place(spot), printable(message))?;
        }
        out.write_all(b"\n")?;
    }
    if !report.structure.is_empty() {
        writeln!(out, "{}", super::structure::text(&report.structure))?;
    }
    if let Some(difference) = &report.diff {
        writeln!(out, "{}", difference.text())?;
    }
    if let Some(probes) = &report.probes {
        super::probes::write(probes, look, out)?;
    }
    checklist::write(&report.contract, look, out)?;
    match count {
        Count::Shown => writeln!(out, "{}", counted(report)),
        Count::LeftOut => Ok(()),
    }
}

/// Whether the count stands at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// It does.
    Shown,
    /// It does not.
    LeftOut,
}

fn place(spot: &Spot) -> String {
    match spot {
        Spot::Text { path, start, .. } => {
            format!("{}:{}:{}", printable_at_start(path), start.line, start.column)
        }
        Spot::Layer { index, .. } => format!("layer {index}"),
        Spot::Image { .. } => "image".to_owned(),
    }
}

/// Such as `1 error and 2 warnings in 3 files, 1 silenced`.
pub(super) fn counted(report: &Report) -> String {
    let number =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let kinds = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "info", "infos"),
        (Severity::Style, "style", "styles"),
    ];
    let parts: Vec<String> = kinds
        .into_iter()
        .map(|(severity, one, many)| (report.count(severity), one, many))
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| number(count, one, many))
        .collect();
    let found = match parts.as_slice() {
        [] => "nothing found".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    let files = match report.images {
        0 => number(report.files, "file", "files"),
        images => number(images, "image", "images"),
    };
    let silenced = match report.suppressed.len() {
        0 => String::new(),
        count => format!(", {count} silenced"),
    };
    format!("{found} in {files}{silenced}")
}

/// An entry in the words of the graphical report.
#[derive(Debug)]
struct Shown<'a> {
    entry: &'a Entry,
    message: String,
    code: String,
}

impl<'a> Shown<'a> {
    fn new(entry: &'a Entry) -> Self {
        let possible = match entry.certainty {
            Certainty::Certain => "",
            Certainty::Possible => " (possible)",
        };
        let place = match (&entry.excerpt, &entry.spot) {
            (Some(_), _) => String::new(),
            (None, spot) => format!("{}: ", place(spot)),
        };
        let mut code = format!("{}[{}]", entry.severity.name(), entry.rule);
        if !entry.aliases.is_empty() {
            code = format!("{code} {}", entry.aliases.join(" "));
        }
        Self {
            entry,
            message: format!("{place}{}{possible}", printable(&entry.message)),
            code,
        }
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.entry.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info | Severity::Style => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let help = self.entry.help.as_deref()?;
        Some(Box::new(printable(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.entry
            .excerpt
            .as_ref()
            .map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = |excerpt: &Excerpt| LabeledSpan::new_primary_with_span(None, excerpt.label());
        Some(Box::new(self.entry.excerpt.iter().map(label)))
    }
}
