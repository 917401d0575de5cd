//! Shell text to commands with words, pipes, conditions and redirects.
//!
//! The only file that knows the shell parser crate. Nothing here looks a variable up or knows what
//! a program does.

use std::ops::Range;

/// What a script runs, in the order in which it stands.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// All commands, those in substitutions before the command that uses their output.
    pub commands: Vec<Command>,
    /// The nesting of shells: the parent of each scope; scope 0 is the script itself and its own
    /// parent. A change of folder or variables in a scope does not leave it.
    pub scopes: Vec<usize>,
    /// Names of functions that the script defines.
    pub functions: Vec<String>,
    /// Whether some of the text could not be read, so that commands may be missing.
    pub incomplete: bool,
}

/// One simple command.
#[derive(Debug, Clone)]
pub struct Command {
    /// Program and arguments; empty for bare assignments or redirects.
    pub words: Vec<ShellWord>,
    /// `NAME=value` before the program, or alone.
    pub assignments: Vec<Assignment>,
    /// Redirects in order.
    pub redirects: Vec<Redirect>,
    /// From its first to its last byte, redirects included.
    pub range: Range<u32>,
    /// Whether it runs.
    pub runs: Runs,
    /// What becomes of the script if it fails.
    pub failure: Failure,
    /// The shell in which it runs; index into [`Script::scopes`].
    pub scope: usize,
    /// Commands that were tested on the way to it (`if command -v x`, the left side of `||` or
    /// `&&`), as indices of earlier commands, the nearest last.
    pub guards: Vec<Guard>,
    /// The function in whose body it stands.
    pub function: Option<String>,
    /// The command whose output it reads through a pipe.
    pub reads_from: Option<usize>,
    /// Whether its output goes into a pipe.
    pub piped: bool,
}

/// A test that stands before a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// Index of the tested command.
    pub command: usize,
    /// Whether the guarded command runs when the test succeeded; else when it failed.
    pub succeeded: bool,
}

/// Whether a command runs when its script does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// Whenever the script comes so far without a failure.
    Always,
    /// Only on a branch: in `if`, `case`, a loop that may be empty, after `||`, in a function body.
    Maybe,
}

/// What a failure of the command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It ends a chain of `&&` or the script, or is at least not foreseen.
    Fatal,
    /// The script foresees it: `|| true`, a condition, `!`.
    Tolerated,
}

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellWord {
    /// What it is made of.
    pub parts: Vec<Part>,
    /// Where it stands in the text.
    pub range: Range<u32>,
}

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text as the program gets it, outside of quotes: a glob or a tilde in it still counts.
    Bare(String),
    /// Text as the program gets it, from quotes or after a backslash.
    Quoted(String),
    /// `$NAME` or `${NAME}` or `${NAME<operator>word}`.
    Variable {
        /// The name.
        name: String,
        /// Everything after the name up to the closing brace, raw, such as `:-/tmp`; or empty.
        operator: String,
        /// Whether it stands in double quotes.
        quoted: bool,
    },
    /// `$(…)` or backquotes.
    Substitution {
        /// The commands in it, as a range of [`Script::commands`].
        commands: Range<usize>,
        /// The raw text, with its signs.
        raw: String,
        /// Whether it stands in double quotes.
        quoted: bool,
    },
    /// Arithmetic, arrays, process substitution: raw.
    Other(String),
}

/// `NAME=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The name.
    pub name: String,
    /// The value; none for an array.
    pub value: Option<ShellWord>,
    /// Whether it appends (`+=`).
    pub append: bool,
}

/// A redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The descriptor, as written or by default.
    pub descriptor: u32,
    /// What it does.
    pub kind: RedirectKind,
    /// The file, or the name of a here-document.
    pub target: ShellWord,
}

/// What a redirect does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedirectKind {
    /// `<`
    Read,
    /// `>`, `>|`, `&>`
    Write,
    /// `>>`, `&>>`
    Append,
    /// `>&1` and its like.
    Duplicate,
    /// `<<NAME`: the text that follows, where the script has it.
    Heredoc {
        /// Its body; none if it lies outside of the text.
        body: Option<ShellWord>,
    },
    /// `<<< word`
    HereString,
}

/// The dialect in which a script is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// sh, dash, ash.
    Posix,
    /// bash.
    Bash,
    /// ksh.
    Ksh,
    /// zsh.
    Zsh,
}
