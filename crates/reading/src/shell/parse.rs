//! Text to the crate's syntax tree, with what can be saved of a script that breaks.

use shuck_ast::{File, Word};
#[cfg(feature = "shellcheck")]
use shuck_parser::Error;
use shuck_parser::parser::{ParseResult, Parser, ShellDialect, ShellProfile};

use super::Dialect;
use super::guard::guarded;

/// How deep blocks, substitutions and conditions may nest. Real RUN bodies stay below ten; the
/// crate's own bound of 100 is too near to the end of a thread's stack for the walk on top of it.
const DEEPEST: usize = 32;

/// Brackets of all kinds that may be open at once in the text. More than [`DEEPEST`], since text in
/// quotes counts too.
const MOST_OPEN: usize = 64;

/// Substitutions, `$(` and `${`, that may be open at once. What stands in nested ones that are never
/// closed is read again several times on each level, so that the time grows as a power of their
/// number; in 3,440 real Dockerfiles at most three are open.
const MOST_SUBSTITUTIONS: usize = 10;

/// The work of one byte outside of brackets. Where more brackets are open, it is the square of their
/// number: what nested substitutions cost.
const WORK_A_BYTE: usize = 16;

/// The work that one text may take.
const MOST_WORK: usize = super::LONGEST * WORK_A_BYTE;

/// Attempts at a broken script, each on a shorter text.
const ATTEMPTS: usize = 24;

/// Attempts at which an open block is closed, and what closes the usual ones.
const ATTEMPTS_TO_CLOSE: usize = 3;
const CLOSERS: [&str; 6] = ["\nfi", "\n}", "\n)", "\ndone", "\nfi\ndone", "\nfi\n}"];

/// Work that all attempts together may take, so that a broken script costs little more than a whole
/// one.
const MOST_WORK_OF_ATTEMPTS: usize = 4 * MOST_WORK;

/// Steps that the crate's parser may take for a short text, its own default; a longer one gets one
/// for each byte.
const LEAST_FUEL: usize = 100_000;

/// What was parsed.
pub(super) struct Tree<'text> {
    /// The part of the text that `file` speaks of.
    pub text: &'text str,
    /// Its syntax.
    pub file: File,
    /// Whether that is all of the script.
    pub complete: bool,
}

/// Parses a script. Of one that breaks: what stands before the break, and the statements after the
/// broken one that the crate could read.
pub(super) fn tree(text: &str, dialect: Dialect) -> Option<Tree<'_>> {
    let profiles = profiles(dialect);
    let (readable, work) = shallow(text);
    let complete = readable.len() == text.len();
    let text = readable;
    let mut error = text.len();
    let mut first: Option<ParseResult> = None;
    for profile in profiles {
        let result = parse(text, *profile);
        if result.is_ok() && complete {
            return Some(Tree {
                text,
                file: result.file,
                complete: true,
            });
        }
        error = error.min(error_offset(&result, text));
        first.get_or_insert(result);
    }
    let mut file = first?.file;
    if let Some((before, end)) = before_the_break(text, error, work, profiles[0]) {
        let after = file
            .body
            .stmts
            .into_iter()
            .filter(|stmt| stmt.span.start.offset() >= end);
        let mut stmts = before.body.stmts;
        stmts.extend(after);
        file.body.stmts = stmts;
    }
    Some(Tree {
        text,
        file,
        complete: false,
    })
}

/// Why no shell of this dialect reads a script, and where it stops; none where one does, or where the
/// script is longer or deeper than what is parsed.
#[cfg(feature = "shellcheck")]
pub(super) fn refusal(text: &str, dialect: Dialect) -> Option<(usize, String)> {
    if shallow(text).0.len() < text.len() {
        return None;
    }
    let mut refused = profiles(dialect).iter().map(|profile| parse(text, *profile));
    let first = refused.next().filter(ParseResult::is_err)?;
    if refused.any(|other| other.is_ok()) {
        return None;
    }
    let told = first.diagnostics.first().map(|first| first.message.clone());
    let message = match (told, &first.terminal_error) {
        (Some(told), _) => told,
        (None, Some(Error::Parse { message, .. })) => message.clone(),
        (None, None) => return None,
    };
    Some((error_offset(&first, text), message))
}

/// The text before the first place that nests too deep, or before which too much nests too deep, and
/// the work that it takes.
/// The parser reads again what stands in `${` and `$(` on each level, and its stack allowance does
/// not hold for all of them. Brackets in quotes count too, which no real script notices.
fn shallow(text: &str) -> (&str, usize) {
    // The open brackets, and whether each opens a substitution.
    let mut open: Vec<bool> = Vec::new();
    let mut substitutions = 0_usize;
    let mut work = 0_usize;
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'{' => {
                open.push(before == b'$');
                substitutions += usize::from(before == b'$');
            }
            b')' | b'}' => substitutions -= usize::from(open.pop() == Some(true)),
            _ => {}
        }
        before = byte;
        let depth = open.len();
        work += WORK_A_BYTE.max(depth * depth);
        if depth > MOST_OPEN || substitutions > MOST_SUBSTITUTIONS || work > MOST_WORK {
            let at = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            return (&text[..at], work);
        }
    }
    (text, work)
}

/// Parses a whole script for the linter, with what could not be read in it; none where it nests too
/// deep. Whoever calls this stands under the guard.
#[cfg(feature = "shellcheck")]
pub(super) fn whole(text: &str, dialect: ShellDialect) -> Option<ParseResult> {
    let (readable, _) = shallow(text);
    let fuel = LEAST_FUEL.max(text.len());
    let profile = ShellProfile::native(dialect);
    (readable.len() == text.len())
        .then(|| Parser::with_limits_and_profile(text, DEEPEST, fuel, profile).parse())
}

/// Parses one word, whose places count from its own start.
pub(super) fn word(raw: &str) -> Word {
    guarded(|| Parser::parse_word_string(shallow(raw).0)).unwrap_or_else(|| Parser::parse_word_string(""))
}

/// sh is read as bash first. dash has no `[[` or C-like `for`, but files that use them mean them, ash
/// knows some of them, and the crate's sh refuses them: 6,513 real bodies gave the same commands
/// whether sh or bash came first. What bash refuses may still be sh, where `select` is a plain word.
fn profiles(dialect: Dialect) -> &'static [ShellDialect] {
    match dialect {
        Dialect::Posix => &[ShellDialect::Bash, ShellDialect::Posix],
        Dialect::Bash => &[ShellDialect::Bash],
        Dialect::Ksh => &[ShellDialect::Mksh, ShellDialect::Bash],
        Dialect::Zsh => &[ShellDialect::Zsh],
    }
}

/// Text that no shell reads, in place of one on which the crate panics.
const UNREADABLE: &str = ")";

fn parse(text: &str, dialect: ShellDialect) -> ParseResult {
    let fuel = LEAST_FUEL.max(text.len());
    let read =
        |text| Parser::with_limits_and_profile(text, DEEPEST, fuel, ShellProfile::native(dialect)).parse();
    guarded(|| read(text)).unwrap_or_else(|| read(UNREADABLE))
}

/// The longest readable text that ends before an operator at or before the place of the error. A
/// chain of `&&` is one statement to the crate, so that one bad link would cost all of them.
fn before_the_break(text: &str, error: usize, work: usize, dialect: ShellDialect) -> Option<(File, usize)> {
    let mut end = error;
    let mut left = MOST_WORK_OF_ATTEMPTS;
    for attempt in 0..ATTEMPTS {
        // A sign that nothing opened leaves the command before it whole.
        let whole = attempt == 0 && text[error..].starts_with([')', ';', '&', '|', '\n']);
        if !whole {
            end = last_operator(&text[..end])?;
        }
        left = left.checked_sub(work)?;
        let head = &text[..end];
        let result = parse(head, dialect);
        if result.is_ok() {
            return Some((result.file, end));
        }
        // What is cut may be the end of a block; its beginning still says what the commands in it
        // stand under.
        for close in CLOSERS.iter().filter(|_| attempt < ATTEMPTS_TO_CLOSE) {
            left = left.checked_sub(work)?;
            let result = parse(&format!("{head}{close}"), dialect);
            if result.is_ok() {
                return Some((result.file, end));
            }
        }
    }
    None
}

/// Where the last `&&`, `||`, `|`, `;` or newline begins.
fn last_operator(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut end = bytes.len();
    while end > 0 {
        end -= 1;
        let doubled = end > 0 && bytes[end - 1] == bytes[end];
        match bytes[end] {
            b';' | b'\n' => return Some(end),
            b'&' if doubled => return Some(end - 1),
            b'|' => return Some(if doubled { end - 1 } else { end }),
            _ => {}
        }
    }
    None
}

/// The place of the first error; the end where it has none, as with limits and at the end of the
/// text.
fn error_offset(result: &ParseResult, text: &str) -> usize {
    let first = result.diagnostics.first().map(|first| first.span.start.offset());
    let offset = first.filter(|&offset| offset > 0).unwrap_or(text.len());
    (0..=offset.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}
