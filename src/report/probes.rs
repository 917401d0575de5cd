//! What was asked of a container of the image, and what came of it.

use std::io::{self, Write};

use serde::Serialize;

use super::printable::printable;
use super::text::Look;

/// What became of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is as it should be.
    Passed,
    /// It is not.
    Failed,
    /// There was no answer in time.
    Timeout,
    /// It was not asked; its output says why.
    Skipped,
}

impl State {
    /// Whether the run fails for it.
    pub fn fails(self) -> bool {
        matches!(self, Self::Failed | Self::Timeout)
    }

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::Skipped => "skipped",
        }
    }

    fn mark(self, look: Look) -> &'static str {
        match (look, self) {
            (Look::Ascii, Self::Passed) => "ok  ",
            (Look::Ascii, Self::Failed) => "FAIL",
            (Look::Ascii, Self::Timeout) => "LATE",
            (Look::Ascii, Self::Skipped) => "skip",
            (_, Self::Passed) => "✔",
            (_, Self::Failed) => "✘",
            (_, Self::Timeout) => "⧗",
            (_, Self::Skipped) => "–",
        }
    }

    /// The colour of its mark (ECMA-48).
    fn colour(self) -> &'static str {
        match self {
            Self::Passed => "32",
            Self::Failed | Self::Timeout => "31",
            Self::Skipped => "2",
        }
    }
}

/// A probe with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbeOutcome {
    /// Its name.
    pub name: String,
    /// The point of the contract that it settles.
    #[serde(skip)]
    pub point: Option<u8>,
    /// What became of it.
    pub state: State,
    /// How long it took, in seconds, to the millisecond.
    pub seconds: f64,
    /// What was seen, or why it failed; the first line is a sentence.
    pub output: String,
}

/// Lines of an output that are shown.
const SHOWN: usize = 12;

/// Writes them as a list: a mark, the name, the time, and what was seen.
///
/// # Errors
/// The writer's.
pub fn write(probes: &[ProbeOutcome], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let width = probes.iter().map(|probe| probe.name.chars().count()).max();
    let width = width.unwrap_or_default().min(32);
    let failed = probes.iter().filter(|probe| probe.state.fails()).count();
    let passed = probes.iter().filter(|probe| probe.state == State::Passed).count();
    let skipped = probes
        .iter()
        .filter(|probe| probe.state == State::Skipped)
        .count();
    writeln!(out, "probes: {passed} passed, {failed} failed, {skipped} skipped")?;
    for probe in probes {
        let mark = probe.state.mark(look);
        let mark = match look {
            Look::Coloured => format!("\x1b[{}m{mark}\x1b[0m", probe.state.colour()),
            Look::Plain | Look::Ascii => mark.to_owned(),
        };
        let mut lines = probe.output.lines();
        let first = lines.next().unwrap_or_default();
        let name = printable(&probe.name);
        writeln!(
            out,
            "  {mark} {name:<width$} {:>5.1} s  {}",
            probe.seconds,
            printable(first)
        )?;
        // Of what passed nobody reads more than a line.
        if probe.state.fails() {
            let rest: Vec<&str> = lines.collect();
            for line in rest.iter().take(SHOWN) {
                writeln!(out, "      {}", printable(line))?;
            }
            if rest.len() > SHOWN {
                writeln!(out, "      and {} lines more", rest.len() - SHOWN)?;
            }
        }
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_container_says_does_not_speak_to_the_terminal() {
        let probe = ProbeOutcome {
            name: "own\x1b[2J".to_owned(),
            point: None,
            state: State::Failed,
            seconds: 0.25,
            output: "it ended with 1\n::error::x\n\x1b[31mred".to_owned(),
        };
        let mut out = Vec::new();
        write(&[probe], Look::Ascii, &mut out).expect("memory takes it");
        let text = String::from_utf8(out).expect("it is text");
        assert!(!text.contains('\x1b'), "{text:?}");
        assert!(text.lines().all(|line| !line.starts_with("::")), "{text:?}");
        assert!(text.contains("FAIL"), "{text}");
    }
}
