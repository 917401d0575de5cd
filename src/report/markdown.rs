//! A table for a pull request or a step's summary.
//!
//! Whatever text of a file stands in it, it stays in its cell, links nothing and calls nobody.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::printable::{printable, printable_at_start};
use super::probes::{ProbeOutcome, State as Probe};
use super::text::counted;
use super::{Entry, Report, Spot, checklist};
use crate::checklist::{Judged, State};

/// What GitHub takes as the summary of a step, in bytes.
pub const SUMMARY_LIMIT: usize = 1 << 20;

/// Writes all findings.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(table(report, usize::MAX).as_bytes())?;
    match &report.diff {
        Some(difference) => write!(out, "\n{}", difference.markdown()),
        None => Ok(()),
    }
}

/// The contract, the findings, the worst first, the probes and the tests, as much as fits into a number of
/// bytes; empty where not even the count and the contract fit.
pub fn table(report: &Report, limit: usize) -> String {
    let mut text = format!("**seaworthy**: {}\n", counted(report));
    for problem in &report.errors {
        let path = escaped(&cut(&problem.path));
        let _ = writeln!(text, "\nNot checked: {path}: {}", escaped(&problem.message));
    }
    text += &contract(&report.contract);
    let mut after = probes(report.probes.as_deref().unwrap_or_default());
    if !report.structure.is_empty() {
        let _ = write!(after, "\n{}", super::structure::markdown(&report.structure));
    }
    let entries = report.worst_first();
    let heading = match entries.is_empty() {
        true => "",
        false => "\n| | where | rule | what is wrong |\n| --- | --- | --- | --- |\n",
    };
    if text.len() + heading.len() + 2 * MORE > limit {
        return String::new();
    }
    text += heading;
    // Where there is room for one of them only, a failed test says more than the mildest findings.
    if text.len() + after.len() + 2 * MORE > limit {
        after = "\nThe probes and tests are in the log.\n".to_owned();
    }
    for (index, entry) in entries.iter().enumerate() {
        let row = row(entry);
        if text.len() + row.len() + after.len() + MORE > limit {
            let _ = writeln!(text, "| | | | {} more in the log |", entries.len() - index);
            break;
        }
        text.push_str(&row);
    }
    text + &after
}

/// The checklist as a picture: a square a point, then a table of what is not met, and one to be opened of all
/// else.
fn contract(points: &[Judged]) -> String {
    let Some(first) = points.first() else {
        return String::new();
    };
    let count = |state| checklist::count(points, state);
    let asked = points.len() - count(State::NotApplicable);
    if asked == 0 {
        return format!("\n### Contract\n\nNot asked for: {}\n", words(&first.evidence));
    }
    let mut text = format!("\n### Contract: {} of {asked} points met", count(State::Met));
    for (state, word) in [(State::Unmet, "unmet"), (State::Unknown, "unknown")] {
        match count(state) {
            0 => {}
            number => text += &format!(", {number} {word}"),
        }
    }
    text += "\n\n";
    text.extend(points.iter().map(|point| square(point.state)));
    text.push('\n');
    let is_open = |point: &&Judged| matches!(point.state, State::Unmet | State::Unknown);
    let (open, rest): (Vec<&Judged>, Vec<&Judged>) = points.iter().partition(is_open);
    let table = |points: &[&Judged]| {
        let mut text = "| | | point | why |\n| --- | --- | --- | --- |\n".to_owned();
        for point in points {
            let _ = writeln!(
                text,
                "| {} {} | {} | **{}**: {} | {} |",
                square(point.state),
                point.state.name(),
                point.number,
                point.name,
                escaped(point.asks),
                words(&point.evidence)
            );
        }
        text
    };
    if !open.is_empty() {
        text = format!("{text}\n{}", table(&open));
    }
    if !rest.is_empty() {
        let mut summary = Vec::new();
        for (state, word) in [(State::Met, "met"), (State::NotApplicable, "not asked for")] {
            match count(state) {
                0 => {}
                number => summary.push(format!("{number} {word}")),
            }
        }
        text = format!("{text}\n{}", folded(&summary.join(", "), &table(&rest)));
    }
    text
}

/// A part that is shown once somebody opens it.
fn folded(summary: &str, text: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{text}\n</details>\n")
}

fn square(state: State) -> char {
    match state {
        State::Met => '🟩',
        State::Unmet => '🟥',
        State::Unknown => '🟨',
        State::NotApplicable => '⬜',
    }
}

/// Lines of what a failed probe saw that are shown.
const SHOWN: usize = 12;

/// The probes: those that failed with all that they saw, the others to be opened.
fn probes(probes: &[ProbeOutcome]) -> String {
    if probes.is_empty() {
        return String::new();
    }
    let (failed, rest): (Vec<&ProbeOutcome>, Vec<&ProbeOutcome>) =
        probes.iter().partition(|probe| probe.state.fails());
    let count = |state| probes.iter().filter(|probe| probe.state == state).count();
    let mut text = format!(
        "\n### Probes: {} passed, {} failed, {} skipped\n",
        count(Probe::Passed),
        failed.len(),
        count(Probe::Skipped)
    );
    let table = |probes: &[&ProbeOutcome]| {
        let mut text = "| | probe | seconds | what was seen |\n| --- | --- | --- | --- |\n".to_owned();
        for probe in probes {
            let shown = if probe.state.fails() { SHOWN } else { 1 };
            let lines: Vec<String> = probe.output.lines().take(shown).map(escaped).collect();
            let _ = writeln!(
                text,
                "| {} | {} | {:.1} | {} |",
                probe.state.name(),
                escaped(&probe.name),
                probe.seconds,
                lines.join("<br>")
            );
        }
        text
    };
    if !failed.is_empty() {
        text = format!("{text}\n{}", table(&failed));
    }
    if !rest.is_empty() {
        let summary = format!("{} of {}", rest.len(), probes.len());
        text = format!("{text}\n{}", folded(&summary, &table(&rest)));
    }
    text
}

/// Bytes that the last row takes at most.
const MORE: usize = 64;

fn row(entry: &Entry) -> String {
    let place = match &entry.spot {
        Spot::Text { path, start, .. } => format!("{}:{}", cut(path), start.line),
        Spot::Layer { index, .. } => format!("layer {index}"),
        Spot::Image { .. } => "image".to_owned(),
    };
    let mut what = words(&entry.message);
    if let Some(help) = &entry.help {
        let _ = write!(what, "<br>{}", words(help));
    }
    format!(
        "| {} | {} | `{}` | {what} |\n",
        entry.severity.name(),
        escaped(&place),
        entry.rule
    )
}

/// Characters of a path in a cell: its end is what tells files apart.
const PATH: usize = 120;

fn cut(path: &str) -> String {
    let path = printable_at_start(path);
    let length = path.chars().count();
    match length > PATH {
        true => format!("…{}", path.chars().skip(length - PATH).collect::<String>()),
        false => path.into_owned(),
    }
}

/// A message: what stands between two backticks is code, where there are as many of them as that takes.
fn words(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let part = |(index, part): (usize, &&str)| match (index % 2, part.is_empty()) {
        (1, true) => escaped("``"),
        (1, false) => format!("<code>{}</code>", escaped(part)),
        _ => escaped(part),
    };
    parts.iter().enumerate().map(part).collect()
}

/// Text as nothing but text: each sign that Markdown, HTML or GitHub reads more into is written by number,
/// or set apart from what follows it.
pub(super) fn escaped(text: &str) -> String {
    let text = printable(text);
    let mut written = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            // A name or number after one of these is a mention, which numbers do not prevent.
            '@' | '#' => {
                let _ = write!(written, "<span>{sign}</span>");
            }
            '&' | '<' | '>' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '$' | '\\' => {
                let _ = write!(written, "&#{};", sign as u32);
            }
            // An address would be linked.
            ':' if signs.peek() == Some(&'/') => written.push_str("&#58;"),
            '.' if written.ends_with("www") => written.push_str("&#46;"),
            _ => written.push(sign),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let text = escaped("a|b`c`<img>\n@me #1 [x](http://y) www.z **b** \\|");
        for harm in [
            "|", "`", "<img", "\n", "@me", " #1", "](", "http://", "www.", "**", "\\",
        ] {
            assert!(!text.contains(harm), "{harm} in {text}");
        }
    }

    #[test]
    fn pairs_of_backticks_are_code() {
        assert_eq!(words("`a|b` is c"), "<code>a&#124;b</code> is c");
        assert_eq!(words("a ` b"), "a &#96; b");
        assert_eq!(words("a `` b"), "a &#96;&#96; b");
    }

    #[test]
    fn a_long_path_keeps_its_end() {
        let path = format!("{}/Dockerfile", "x".repeat(10_000));
        let cut = cut(&path);
        assert!(cut.ends_with("/Dockerfile") && cut.chars().count() <= PATH + 1);
    }
}
