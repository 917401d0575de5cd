//! Shell text to commands with words, pipes, conditions and redirects.
//!
//! The only module that knows the shell parser crate and its linter. Nothing here looks a variable up or knows what
//! a program does. Reading never fails: what cannot be read makes a [`Script`] that says so.

mod check;
mod codes;
mod compound;
mod embedded;
mod form;
mod guard;
mod parse;
mod quoting;
mod redirect;
mod setting;
mod walk;
mod word;

use std::ops::Range;

pub use check::{Interpreter, Kind, LONGEST_CHECKED, ShellFinding, ShellFix, check};
pub use codes::{CODES, Code, IDS as CODE_IDS, OFF as CODES_OFF, code, is_code, off as code_off};
pub use embedded::{read_heredoc, read_word};

/// Bytes of the longest script that is read. The longest of 6,513 real RUN bodies has 6 KB; the
/// slowest of 23 shapes of scripts of this length takes under a second.
pub const LONGEST: usize = 1 << 20;

/// The most guards and block redirects that one command carries, the nearest ones. Without a
/// bound a long chain would cost its length squared.
pub const MOST_AROUND: usize = 16;

/// Reads a script.
///
/// Never fails: a script longer than [`LONGEST`] is empty and incomplete. One that breaks somewhere is
/// incomplete, and gives the commands before the break and those of later statements that make sense.
pub fn read(text: &str, dialect: Dialect) -> Script {
    if text.len() > LONGEST {
        return unread();
    }
    let Some(tree) = parse::tree(text, dialect) else {
        return unread();
    };
    let mut script = walk::script(tree.text, &tree.file);
    script.incomplete |= !tree.complete;
    script
}

/// The dialect of the shell that runs a script, from the words of a SHELL instruction or the exec
/// form; none where the program is no such shell (`powershell`, `cmd`, `python`).
pub fn dialect(shell: &[String]) -> Option<Dialect> {
    let mut words = shell.iter().map(String::as_str);
    let mut program = base_name(words.next()?);
    if program == "env" {
        program = base_name(words.find(|word| !word.starts_with('-') && !word.contains('='))?);
    }
    match program {
        "sh" | "dash" | "ash" => Some(Dialect::Posix),
        "bash" => Some(Dialect::Bash),
        "ksh" | "ksh93" | "mksh" | "oksh" => Some(Dialect::Ksh),
        "zsh" => Some(Dialect::Zsh),
        _ => None,
    }
}

fn unread() -> Script {
    Script {
        scopes: vec![0],
        incomplete: true,
        ..Script::default()
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

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
    /// The loops over a list of words, outer ones before those in them.
    pub loops: Vec<Loop>,
    /// Redirects of a whole block (`{ …; } >file`, `done <file`), which hold for each command in it.
    pub block_redirects: Vec<Redirect>,
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
    /// The loops in whose body it stands, as indices into [`Script::loops`], the nearest last.
    pub loops: Vec<usize>,
    /// Redirects of the blocks around it, as indices into [`Script::block_redirects`], the nearest
    /// block last. The command's own redirects come after them.
    pub block_redirects: Vec<usize>,
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
    /// Whether the guarded command runs only if this test came out so. It is not where one of
    /// several tests decides: in `a && b || c`, either may have failed.
    pub certain: bool,
}

/// `for NAME in WORD…`, also `foreach` and `select`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loop {
    /// The name that holds one word after the other.
    pub variable: String,
    /// The words, before expansion; empty for `for NAME` without `in`, which goes over the arguments.
    pub words: Vec<ShellWord>,
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

impl ShellWord {
    /// What the program gets if nothing in the word is expanded: no variable and no substitution.
    /// Globs, tildes and braces count as text.
    pub fn constant(&self) -> Option<String> {
        let mut whole = String::new();
        for part in &self.parts {
            match part {
                Part::Bare(text) | Part::Quoted(text) => whole.push_str(text),
                _ => return None,
            }
        }
        Some(whole)
    }

    /// The word as `NAME=value`, as `export`, `local`, `declare` and `env` read it.
    pub fn as_assignment(&self) -> Option<Assignment> {
        let Some(Part::Bare(first)) = self.parts.first() else {
            return None;
        };
        let (left, value) = first.split_once('=')?;
        let (name, append) = left.strip_suffix('+').map_or((left, false), |name| (name, true));
        let starts = name.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_');
        if !starts
            || !name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return None;
        }
        let from = (self.range.start + left.len() as u32 + 1).min(self.range.end);
        let mut parts = self.parts[1..].to_vec();
        if !value.is_empty() {
            parts.insert(0, Part::Bare(value.to_owned()));
        }
        Some(Assignment {
            name: name.to_owned(),
            value: Some(ShellWord {
                parts,
                range: from..self.range.end,
            }),
            append,
            range: self.range.clone(),
        })
    }
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
    /// Where it stands in the text.
    pub range: Range<u32>,
}

/// A redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The descriptor, as written or by default.
    pub descriptor: u32,
    /// What it does.
    pub kind: RedirectKind,
    /// The file, or the name of a here-document. Its range is empty where nothing is written: the
    /// second half of `&>file`, which is read as `>file 2>&1`.
    pub target: ShellWord,
    /// Where it stands in the text, without the body of a here-document.
    pub range: Range<u32>,
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
