//! Checks for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::json;
use super::printable::{printable, printable_at_start};
use super::text::Look;
use crate::doctor::{Check, State};

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    checks: &'a [Check],
}

/// Writes all checks as JSON.
///
/// # Errors
/// The writer's.
pub fn write_json(checks: &[Check], out: &mut dyn Write) -> io::Result<()> {
    json::write_value(&Document { schema: 1, checks }, out)
}

/// Writes a line for each check, with help below those that need it, then how many there are.
/// Checks that say the same of several subjects share a line.
///
/// # Errors
/// The writer's.
pub fn write_text(checks: &[Check], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let one_subject = checks.windows(2).all(|pair| pair[0].subject == pair[1].subject);
    if let (true, Some(first)) = (one_subject, checks.first()) {
        writeln!(out, "{}\n", printable_at_start(&first.subject))?;
    }
    let mut groups: Vec<(&Check, Vec<&str>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for check in checks {
        let key = (check.id, check.state, &check.seen, &check.why, &check.help);
        let place = *places.entry(key).or_insert_with(|| {
            groups.push((check, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(&check.subject);
    }
    for (check, subjects) in &groups {
        let (sign, plain, colour) = match check.state {
            State::Good => ("✓", "[ok]  ", "32"),
            State::Warning => ("!", "[warn]", "33"),
            State::Bad => ("✗", "[bad] ", "31"),
            State::Unknown => ("?", "[?]   ", "2"),
        };
        let mark = match look {
            Look::Ascii => plain.to_owned(),
            Look::Plain => sign.to_owned(),
            Look::Coloured => format!("\x1b[{colour}m{sign}\x1b[0m"),
        };
        let subject = match (one_subject, subjects.as_slice()) {
            (true, _) | (_, []) => String::new(),
            (_, [one]) => format!("  {}", printable(one)),
            (_, [first, ..]) => format!("  {} and {} more", printable(first), subjects.len() - 1),
        };
        writeln!(
            out,
            "{mark} {:<18}{subject}  {}",
            check.id,
            printable(&check.seen)
        )?;
        if check.state != State::Good {
            writeln!(out, "    why: {}", printable(&check.why))?;
            if !check.help.is_empty() {
                writeln!(out, "    help: {}", printable(&check.help))?;
            }
        }
    }
    let count = |state| checks.iter().filter(|check| check.state == state).count();
    let words = [
        (State::Good, "good"),
        (State::Warning, "to look at"),
        (State::Bad, "bad"),
        (State::Unknown, "unknown"),
    ];
    let parts: Vec<String> = words
        .iter()
        .filter(|(state, _)| count(*state) > 0)
        .map(|(state, word)| format!("{} {word}", count(*state)))
        .collect();
    let counted = if parts.is_empty() {
        "nothing was checked".to_owned()
    } else {
        parts.join(", ")
    };
    writeln!(out, "\n{counted}")
}
