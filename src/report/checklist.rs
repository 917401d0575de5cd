//! The contract's points for people: a mark, a number, a name and the reason a line, and a bar over all.

use std::io::{self, Write};

use super::printable::printable;
use super::text::Look;
use crate::checklist::{Judged, State};

/// The width of the names: that of the longest.
const NAME: usize = 17;

/// Writes the checklist; nothing where there is none.
///
/// # Errors
/// The writer's.
pub fn write(points: &[Judged], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = points.first() else {
        return Ok(());
    };
    let asked = points.len() - count(points, State::NotApplicable);
    if asked == 0 {
        writeln!(out, "contract: not asked for: {}", printable(&first.evidence))?;
        return out.write_all(b"\n");
    }
    let bar: String = points
        .iter()
        .map(|point| painted(bar(point.state, look), point.state, look))
        .collect();
    let met = count(points, State::Met);
    let mut rest = String::new();
    for (state, word) in [(State::Unmet, "unmet"), (State::Unknown, "unknown")] {
        match count(points, state) {
            0 => {}
            number => rest += &format!(", {number} {word}"),
        }
    }
    writeln!(out, "contract  {bar}  {met} of {asked} points met{rest}")?;
    out.write_all(b"\n")?;
    for point in points {
        let mark = painted(mark(point.state, look), point.state, look);
        writeln!(
            out,
            "  {mark} {:>2} {:NAME$} {}",
            point.number,
            point.name,
            printable(&point.evidence)
        )?;
    }
    out.write_all(b"\n")
}

/// How many points are in a state.
pub fn count(points: &[Judged], state: State) -> usize {
    points.iter().filter(|point| point.state == state).count()
}

fn mark(state: State, look: Look) -> &'static str {
    match (look, state) {
        (Look::Ascii, State::Met) => "+",
        (Look::Ascii, State::Unmet) => "x",
        (Look::Ascii, State::NotApplicable) => "-",
        (_, State::Unknown) => "?",
        (_, State::Met) => "✓",
        (_, State::Unmet) => "✗",
        (_, State::NotApplicable) => "·",
    }
}

fn bar(state: State, look: Look) -> &'static str {
    match (look, state) {
        (Look::Ascii, State::Met) => "#",
        (Look::Ascii, _) => mark(state, look),
        (_, State::Met) => "█",
        (_, State::Unmet) => "✗",
        (_, State::Unknown) => "▒",
        (_, State::NotApplicable) => "·",
    }
}

/// In the colour of its state: green, red, yellow; what is not asked for is dim.
fn painted(sign: &str, state: State, look: Look) -> String {
    let colour = match state {
        State::Met => 32,
        State::Unmet => 31,
        State::Unknown => 33,
        State::NotApplicable => 2,
    };
    match look {
        Look::Coloured => format!("\u{1b}[{colour}m{sign}\u{1b}[0m"),
        Look::Ascii | Look::Plain => sign.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_mark_of_its_own_without_colour() {
        for look in [Look::Ascii, Look::Plain] {
            let states = [State::Met, State::Unmet, State::Unknown, State::NotApplicable];
            let mut marks = states.map(|state| mark(state, look)).to_vec();
            marks.sort_unstable();
            marks.dedup();
            assert_eq!(marks.len(), states.len());
        }
    }
}
