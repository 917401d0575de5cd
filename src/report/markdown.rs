//! A table for a pull request or a step's summary.
//!
//! Whatever text of a file stands in it, it stays in its cell, links nothing and calls nobody.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::printable::{printable, printable_at_start};
use super::text::counted;
use super::{Entry, Report, Spot};
use crate::checklist::State;

/// What GitHub takes as the summary of a step, in bytes.
pub const SUMMARY_LIMIT: usize = 1 << 20;

/// Writes all findings.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(table(report, usize::MAX).as_bytes())?;
    if !report.structure.is_empty() {
        write!(out, "\n{}", super::structure::markdown(&report.structure))?;
    }
    match &report.diff {
        Some(difference) => write!(out, "\n{}", difference.markdown()),
        None => Ok(()),
    }
}

/// The table with as many of the findings, the worst first, as fit into a number of bytes; empty where
/// not even the count fits.
pub fn table(report: &Report, limit: usize) -> String {
    let mut text = format!("**seaworthy**: {}\n", counted(report));
    for problem in &report.errors {
        let path = escaped(&cut(&problem.path));
        let _ = writeln!(text, "\nNot checked: {path}: {}", escaped(&problem.message));
    }
    for point in &report.contract {
        let mark = match point.state {
            State::Met => "- [x]",
            State::Unmet | State::Unknown => "- [ ]",
            State::NotApplicable => continue,
        };
        let (number, name, state) = (point.number, point.name, point.state.name());
        if point.number == report.contract[0].number || !text.contains("\n- [") {
            text.push('\n');
        }
        let _ = writeln!(
            text,
            "{mark} {number} {name}: {state}: {}",
            words(&point.evidence)
        );
    }
    let entries = report.worst_first();
    if !entries.is_empty() {
        text.push_str("\n| | where | rule | what is wrong |\n| --- | --- | --- | --- |\n");
    }
    if text.len() + MORE > limit {
        return String::new();
    }
    for (index, entry) in entries.iter().enumerate() {
        let row = row(entry);
        if text.len() + row.len() + MORE > limit {
            let _ = writeln!(text, "| | | | {} more in the log |", entries.len() - index);
            break;
        }
        text.push_str(&row);
    }
    text
}

/// Bytes that the last row takes at most.
const MORE: usize = 64;

fn row(entry: &Entry) -> String {
    let place = match &entry.spot {
        Spot::Text { path, start, .. } => format!("{}:{}", cut(path), start.line),
        Spot::Layer { index, .. } => format!("layer {index}"),
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
