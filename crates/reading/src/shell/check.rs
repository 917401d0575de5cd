//! ShellCheck's findings in a script.
//!
//! Judged by the linter that belongs to the parser crate, under the same guard. Nothing but the text,
//! its shell and the names that are set around it counts, so equal scripts are judged once. Without the
//! feature `shellcheck` nothing is ever found.

use std::ops::Range;
use std::sync::Arc;

use super::Code;
use crate::finding::{Safety, Severity};
use plain::is_plain;

/// Bytes of the longest script that is judged. The longest of 6,513 real RUN bodies has 6 KB.
pub const LONGEST_CHECKED: usize = 16 << 10;

/// The most functions that a script may define to be judged: what the linter does for them grows with
/// the cube of their number. No real RUN body has ten.
const MOST_FUNCTIONS: usize = 48;

/// The same for substitutions. No real RUN body has fifty.
const MOST_SUBSTITUTIONS: usize = 200;

/// The shell that reads a script, as far as ShellCheck tells shells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A `sh` of which no more is known: what POSIX does not have is told.
    Sh,
    /// dash, the `sh` of Debian and Ubuntu.
    Dash,
    /// BusyBox's ash, the `sh` of Alpine.
    Busybox,
    /// bash.
    Bash,
    /// ksh.
    Ksh,
}

/// A shell with the options under which it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interpreter {
    /// Which.
    pub kind: Kind,
    /// Whether a failure ends the script (`-e`).
    pub errexit: bool,
    /// Whether a failure within a pipe counts (`-o pipefail`).
    pub pipefail: bool,
}

impl Interpreter {
    /// The shell of a SHELL instruction, an exec form or a `#!` line, from its words; none where it is
    /// none that ShellCheck knows: `pwsh`, `cmd`, `python`, `zsh`.
    pub fn of(words: &[String]) -> Option<Self> {
        let mut rest = words.iter().map(String::as_str);
        let mut program = super::base_name(rest.next()?);
        if program == "env" {
            program = super::base_name(rest.find(|word| !word.starts_with('-') && !word.contains('='))?);
        }
        let kind = match program {
            "sh" => Kind::Sh,
            "dash" => Kind::Dash,
            "ash" | "busybox" => Kind::Busybox,
            "bash" => Kind::Bash,
            "ksh" | "ksh93" | "mksh" | "oksh" => Kind::Ksh,
            _ => return None,
        };
        let mut interpreter = Self {
            kind,
            errexit: false,
            pipefail: false,
        };
        let mut names_option = false;
        for word in rest {
            if std::mem::take(&mut names_option) {
                interpreter.errexit |= word == "errexit";
                interpreter.pipefail |= word == "pipefail";
            } else if word.starts_with('-') && !word.starts_with("--") {
                interpreter.errexit |= word.contains('e');
                names_option = word.contains('o');
            }
        }
        Some(interpreter)
    }
}

/// What ShellCheck says of a place in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellFinding {
    /// The code.
    pub code: &'static Code,
    /// ShellCheck's level under this shell.
    pub level: Severity,
    /// Where in the script.
    pub range: Range<u32>,
    /// What is wrong, one line.
    pub message: String,
    /// How to mend it.
    pub fix: Option<ShellFix>,
}

/// Edits that together mend a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellFix {
    /// What it does.
    pub title: String,
    /// How far it can be trusted.
    pub trust: Safety,
    /// Ranges of the script and what comes instead, in order.
    pub edits: Vec<(Range<u32>, String)>,
}

/// All findings in a script, in order.
///
/// `names` are the variables that are set when it begins, and exported. A script longer than
/// [`LONGEST_CHECKED`], or with more functions or substitutions than any real one, has none.
pub fn check(text: &str, interpreter: Interpreter, names: &[&str]) -> Arc<[ShellFinding]> {
    let substitutions = text.matches("$(").count() + text.matches('`').count() / 2;
    let costs_too_much = substitutions > MOST_SUBSTITUTIONS || functions(text) > MOST_FUNCTIONS;
    if text.len() > LONGEST_CHECKED || costs_too_much {
        return Arc::from([]);
    }
    if is_plain(text, names) {
        return Arc::from([]);
    }
    engine::check(text, interpreter, names)
}

/// How many functions a script defines, or seems to.
fn functions(text: &str) -> usize {
    let opened = text.split('(').skip(1);
    let empty = opened.filter(|rest| {
        let rest = rest.trim_start_matches([' ', '\t', '\n', '\r', '\\']);
        rest.starts_with(')')
    });
    empty.count() + text.matches("function").count()
}

#[cfg(not(feature = "shellcheck"))]
mod engine {
    use super::{Arc, Interpreter, ShellFinding};

    pub fn check(_text: &str, _interpreter: Interpreter, _names: &[&str]) -> Arc<[ShellFinding]> {
        Arc::from([])
    }
}

#[cfg(feature = "shellcheck")]
mod engine;
mod plain;
#[cfg(feature = "shellcheck")]
mod spared;
