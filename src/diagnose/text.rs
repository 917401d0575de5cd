//! A failed build as people read it.

use std::fmt::Write as _;

use super::{Explanation, Failure};
use crate::report::printable::{printable, printable_at_start};

/// How many of the log's last lines are shown.
const SHOWN: usize = 20;

/// How many characters of a line of the log, of the instruction and of the message.
const LONGEST: usize = 400;

/// What failed and why, as lines that end in a line feed: the place, the log's last lines, the
/// builder's words, and what is known of them. `path` is the Dockerfile as the user named it.
pub fn text(failure: &Failure, explanation: Option<&Explanation>, path: &str) -> String {
    let mut out = String::new();
    let place = match failure.line {
        Some(line) => format!("{path}:{line}"),
        None => path.to_owned(),
    };
    // Writing to a string has no way to fail.
    let _ = writeln!(out, "{}: {}", printable_at_start(&place), instruction(failure));
    let skip = failure.log.len().saturating_sub(SHOWN);
    if skip > 0 {
        let _ = writeln!(out, "  | … {skip} earlier lines");
    }
    for line in &failure.log[skip..] {
        let _ = writeln!(out, "  | {}", shortened(line.trim_end()));
    }
    for line in failure
        .message
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(SHOWN)
    {
        let _ = writeln!(out, "  {}: {}", failure.builder.name(), shortened(line.trim()));
    }
    if let Some(known) = explanation {
        let _ = writeln!(out, "cause: {}", known.cause);
        let _ = writeln!(out, "help: {}", known.help);
        let _ = writeln!(out, "at fault: {} ({})", known.fault.name(), known.kind);
        if let Some(rule) = known.rule {
            let _ = writeln!(out, "rule: {rule} (`seaworthy explain {rule}`)");
        }
    }
    out
}

/// The instruction's first line, or what to call it.
fn instruction(failure: &Failure) -> String {
    match failure.instruction.trim().lines().next() {
        Some(first) => shortened(first),
        None => "the build failed".to_owned(),
    }
}

/// Text for one line, cut to what a line holds.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", printable(&text[..end])),
        None => printable(text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::Builder;

    #[test]
    fn a_log_does_not_speak_to_the_terminal() {
        let failure = Failure {
            instruction: "RUN x\u{1b}[2J".to_owned(),
            keyword: "RUN".to_owned(),
            line: Some(1),
            log: vec!["::error::x ##[group]y\u{202e}".to_owned(); 30],
            message: "exit code: 1\n::set-output name=x::y".to_owned(),
            builder: Builder::BuildKit,
        };
        let told = text(&failure, None, "::error::Dockerfile");
        assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}') && !told.contains("##["));
        assert!(
            told.lines().all(|line| !line.trim_start().starts_with("::")),
            "{told}"
        );
        assert!(told.contains("… 10 earlier lines"));
    }
}
