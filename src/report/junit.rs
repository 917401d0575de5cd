//! JUnit's XML: a suite a file, a failed case a finding, a passed one where nothing was found.

use std::borrow::Cow;
use std::io::{self, Write};

use super::xml::{attributes, escaped};
use super::{Entry, Report, checklist, files};
use crate::checklist::State;

/// Writes all findings.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let files = files(report);
    let tests: usize = files.iter().map(|file| file.cases()).sum::<usize>() + report.contract.len();
    let unmet = checklist::count(&report.contract, State::Unmet);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"seaworthy\" tests=\"{tests}\" failures=\"{}\" errors=\"{}\">",
        report.findings.len() + unmet,
        report.errors.len()
    )?;
    for file in &files {
        let name = attributes(&[("name", Cow::Borrowed(file.path))]);
        writeln!(
            out,
            "<testsuite{name} tests=\"{}\" failures=\"{}\" errors=\"{}\">",
            file.cases(),
            file.entries.len(),
            file.problems.len()
        )?;
        let class = attributes(&[("classname", Cow::Borrowed(file.path))]);
        if file.entries.is_empty() && file.problems.is_empty() {
            writeln!(out, "<testcase name=\"nothing found\"{class}/>")?;
        }
        for problem in &file.problems {
            let message = escaped(&problem.message);
            writeln!(
                out,
                "<testcase name=\"can be checked\"{class}><error message=\"{message}\"/></testcase>"
            )?;
        }
        for entry in &file.entries {
            failure(entry, &class, out)?;
        }
        writeln!(out, "</testsuite>")?;
    }
    contract(report, unmet, out)?;
    writeln!(out, "</testsuites>")
}

/// A suite of its own: a case a point, skipped where nobody can tell or nobody asks.
fn contract(report: &Report, unmet: usize, out: &mut dyn Write) -> io::Result<()> {
    if report.contract.is_empty() {
        return Ok(());
    }
    let count = report.contract.len();
    writeln!(
        out,
        "<testsuite name=\"contract\" tests=\"{count}\" failures=\"{unmet}\" errors=\"0\">"
    )?;
    for point in &report.contract {
        let name = format!("{:02} {}: {}", point.number, point.name, point.asks);
        let name = attributes(&[
            ("name", Cow::Owned(name)),
            ("classname", Cow::Borrowed("contract")),
        ]);
        let message = attributes(&[("message", Cow::Borrowed(point.evidence.as_str()))]);
        match point.state {
            State::Met => writeln!(out, "<testcase{name}/>")?,
            State::Unmet => writeln!(
                out,
                "<testcase{name}><failure{message} type=\"unmet\"/></testcase>"
            )?,
            State::Unknown | State::NotApplicable => {
                writeln!(out, "<testcase{name}><skipped{message}/></testcase>")?;
            }
        }
    }
    writeln!(out, "</testsuite>")
}

fn failure(entry: &Entry, class: &str, out: &mut dyn Write) -> io::Result<()> {
    let (start, _) = entry.spot.range();
    let name = format!("{} at {}:{}", entry.rule, start.line, start.column);
    let name = attributes(&[("name", Cow::Owned(name))]);
    let failure = attributes(&[
        ("message", Cow::Borrowed(entry.message.as_str())),
        ("type", Cow::Borrowed(entry.severity.name())),
    ]);
    let place = format!("{}:{}:{}", entry.spot.path(), start.line, start.column);
    let severity = entry.severity.name();
    let rule = entry.rule;
    writeln!(out, "<testcase{name}{class}><failure{failure}>")?;
    // A line of a CI log must not start with text of a file.
    writeln!(
        out,
        "  {severity}[{rule}] {}: {}",
        escaped(&place),
        escaped(&entry.message)
    )?;
    if let Some(help) = &entry.help {
        writeln!(out, "  help: {}", escaped(help))?;
    }
    writeln!(out, "</failure></testcase>")
}
