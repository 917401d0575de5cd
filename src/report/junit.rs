//! JUnit's XML: a suite a file, a failed case a finding, a passed one where nothing was found; of an image
//! one suite, with a case for each rule that it was held against.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::probes::{ProbeOutcome, State as Probe};
use super::structure::State;
use super::xml::{attributes, escaped};
use super::{Entry, JudgedImage, Report, Spot, checklist, files};
use crate::checklist::State as Point;

/// Writes all findings.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if let Some(image) = &report.image {
        return of_image(report, image, out);
    }
    let files = files(report);
    let tests: usize = files.iter().map(|file| file.cases()).sum();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"seaworthy\" tests=\"{tests}\" failures=\"{}\" errors=\"{}\">",
        report.findings.len(),
        report.errors.len()
    )?;
    for file in &files {
        let name = attributes(&[("name", Cow::Borrowed(&*file.path))]);
        writeln!(
            out,
            "<testsuite{name} tests=\"{}\" failures=\"{}\" errors=\"{}\">",
            file.cases(),
            file.entries.len(),
            file.problems.len()
        )?;
        let class = attributes(&[("classname", Cow::Borrowed(&*file.path))]);
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
            Point::Met => writeln!(out, "<testcase{name}/>")?,
            Point::Unmet => writeln!(
                out,
                "<testcase{name}><failure{message} type=\"unmet\"/></testcase>"
            )?,
            Point::Unknown | Point::NotApplicable => {
                writeln!(out, "<testcase{name}><skipped{message}/></testcase>")?;
            }
        }
    }
    writeln!(out, "</testsuite>")
}

/// A suite of its own: a case a probe.
fn of_probes(probes: &[ProbeOutcome], late: usize, out: &mut dyn Write) -> io::Result<()> {
    if probes.is_empty() {
        return Ok(());
    }
    let count = probes.len();
    writeln!(
        out,
        "<testsuite name=\"probes\" tests=\"{count}\" failures=\"{late}\" errors=\"0\">"
    )?;
    for probe in probes {
        let case = attributes(&[
            ("name", Cow::Borrowed(probe.name.as_str())),
            ("classname", Cow::Borrowed("probes")),
            ("time", Cow::Owned(probe.seconds.to_string())),
        ]);
        let message = attributes(&[("message", Cow::Borrowed(probe.output.as_str()))]);
        match probe.state {
            Probe::Passed => writeln!(out, "<testcase{case}/>")?,
            Probe::Failed | Probe::Timeout => {
                writeln!(
                    out,
                    "<testcase{case}><failure{message} type=\"{}\"/></testcase>",
                    probe.state.name()
                )?;
            }
            Probe::Skipped => writeln!(out, "<testcase{case}><skipped{message}/></testcase>")?,
        }
    }
    writeln!(out, "</testsuite>")
}

fn of_image(report: &Report, image: &JudgedImage, out: &mut dyn Write) -> io::Result<()> {
    let mut rules: BTreeMap<&str, Vec<&Entry>> = image.rules.iter().map(|rule| (*rule, Vec::new())).collect();
    for entry in &report.findings {
        rules.entry(entry.rule).or_default().push(entry);
    }
    let structure = &report.structure;
    let faults = rules.values().filter(|entries| !entries.is_empty()).count();
    let failed = structure
        .iter()
        .filter(|test| test.state == State::Failed)
        .count();
    let counts =
        |tests: usize, failures: usize| format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\"");
    let probes = report.probes.as_deref().unwrap_or_default();
    let late = probes.iter().filter(|probe| probe.state.fails()).count();
    let unmet = checklist::count(&report.contract, Point::Unmet);
    let own = counts(rules.len() + structure.len(), faults + failed);
    let all = counts(
        rules.len() + structure.len() + report.contract.len() + probes.len(),
        faults + failed + unmet + late,
    );
    let name = attributes(&[("name", Cow::Borrowed(&*image.name))]);
    let class = attributes(&[("classname", Cow::Borrowed(&*image.name))]);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"seaworthy\" {all}>")?;
    writeln!(out, "<testsuite{name} {own}>")?;
    for (rule, entries) in &rules {
        let name = attributes(&[("name", Cow::Borrowed(*rule))]);
        let Some(worst) = entries.iter().max_by_key(|entry| entry.severity) else {
            writeln!(out, "<testcase{name}{class}/>")?;
            continue;
        };
        let message = match entries.len() {
            1 => worst.message.clone(),
            many => format!("{} (and {} more)", worst.message, many - 1),
        };
        let failure = attributes(&[
            ("message", Cow::Owned(message)),
            ("type", Cow::Borrowed(worst.severity.name())),
        ]);
        writeln!(out, "<testcase{name}{class}><failure{failure}>")?;
        for entry in entries {
            told(entry, out)?;
        }
        writeln!(out, "</failure></testcase>")?;
    }
    for test in structure {
        let case = attributes(&[
            ("name", Cow::Borrowed(test.name.as_str())),
            ("classname", Cow::Borrowed(test.file.as_str())),
        ]);
        let message = attributes(&[("message", Cow::Owned(test.errors.join("; ")))]);
        match test.state {
            State::Passed => writeln!(out, "<testcase{case}/>")?,
            State::Failed => writeln!(out, "<testcase{case}><failure{message}/></testcase>")?,
            State::Skipped => writeln!(out, "<testcase{case}><skipped{message}/></testcase>")?,
        }
    }
    writeln!(out, "</testsuite>")?;
    contract(report, unmet, out)?;
    of_probes(probes, late, out)?;
    writeln!(out, "</testsuites>")
}

fn failure(entry: &Entry, class: &str, out: &mut dyn Write) -> io::Result<()> {
    let (start, _) = entry.spot.range();
    let name = format!("{} at {}:{}", entry.rule, start.line, start.column);
    let name = attributes(&[("name", Cow::Owned(name))]);
    let failure = attributes(&[
        ("message", Cow::Borrowed(entry.message.as_str())),
        ("type", Cow::Borrowed(entry.severity.name())),
    ]);
    writeln!(out, "<testcase{name}{class}><failure{failure}>")?;
    told(entry, out)?;
    writeln!(out, "</failure></testcase>")
}

fn told(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let place = match &entry.spot {
        Spot::Text { path, start, .. } => format!("{path}:{}:{}", start.line, start.column),
        Spot::Layer { index, .. } => format!("layer {index}"),
        Spot::Image { .. } => "image".to_owned(),
    };
    // A line of a CI log must not start with text of a file.
    writeln!(
        out,
        "  {}[{}] {}: {}",
        entry.severity.name(),
        entry.rule,
        escaped(&place),
        escaped(&entry.message)
    )?;
    match &entry.help {
        Some(help) => writeln!(out, "  help: {}", escaped(help)),
        None => Ok(()),
    }
}
