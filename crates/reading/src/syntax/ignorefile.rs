//! `.dockerignore`, matched as moby/patternmatcher matches it, for which BuildKit and the classic
//! builder use one library.
//!
//! That library turns a pattern into one of Go's regular expressions, and some odd corners come from
//! there (`\d` is a digit, `foo\o` is an error): they are kept. Matching takes at
//! most the product of the lengths of pattern and path.

mod form;

use thiserror::Error;

use form::Matcher;

use super::path::clean;

/// The longest line that Go's scanner takes, in bytes.
const LINE_LIMIT: usize = 64 * 1024;

/// Paths longer than this, in bytes, are on no Linux file system, so no file ignores them.
const PATH_LIMIT: usize = 4096;

/// Why a file is refused, in the library's words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IgnoreError {
    /// A pattern with an open bracket, a backslash at its end, or before a letter that Go's regular
    /// expressions do not know.
    #[error("syntax error in pattern")]
    Pattern {
        /// The line, counted from 1.
        line: usize,
    },
    /// An exclamation mark alone.
    #[error("illegal exclusion pattern: \"!\"")]
    Exclusion {
        /// The line, counted from 1.
        line: usize,
    },
    /// A line that Go's scanner does not take.
    #[error("bufio.Scanner: token too long")]
    Line {
        /// The line, counted from 1.
        line: usize,
    },
}

/// The patterns of an ignore file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IgnoreFile {
    patterns: Vec<Pattern>,
}

impl IgnoreFile {
    /// Reads a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, IgnoreError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut patterns = Vec::new();
        for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let line_number = number + 1;
            if line.len() >= LINE_LIMIT {
                return Err(IgnoreError::Line { line: line_number });
            }
            let line = String::from_utf8_lossy(line);
            let Some(text) = cleaned_line(&line) else { continue };
            let (exception, text) = match text.strip_prefix('!') {
                Some("") => return Err(IgnoreError::Exclusion { line: line_number }),
                Some(rest) => (true, rest),
                None => (false, text.as_str()),
            };
            let read = if is_well_formed(text) {
                Matcher::of(text)
            } else {
                None
            };
            let matcher = read.ok_or(IgnoreError::Pattern { line: line_number })?;
            let text = text.to_owned();
            patterns.push(Pattern {
                exception,
                text,
                matcher,
            });
        }
        Ok(Self { patterns })
    }

    /// Whether the file keeps a path out of the build: it or a folder above it matches, and the last
    /// pattern that matches is no exception.
    ///
    /// The path is below the context, with forward slashes.
    pub fn ignored(&self, path: &str) -> bool {
        if path.len() > PATH_LIMIT {
            return false;
        }
        let cleaned;
        let path = match is_clean(path) {
            true => path,
            false => {
                cleaned = clean(path);
                cleaned.trim_start_matches('/')
            }
        };
        if path.is_empty() || path == "." {
            return false;
        }
        let mut ignored = false;
        for pattern in &self.patterns {
            if pattern.exception == ignored && pattern.matcher.takes(path) {
                ignored = !pattern.exception;
            }
        }
        ignored
    }

    /// Whether any pattern begins with `!`, so that a folder that is ignored may have files that are
    /// not.
    pub fn has_exceptions(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern.exception)
    }

    /// Whether an exception may match something below a folder. What it names before its first wildcard
    /// decides: a builder need not look into folders off that way.
    pub fn may_let_in_below(&self, folder: &str) -> bool {
        self.patterns
            .iter()
            .any(|pattern| pattern.exception && pattern.may_match_below(folder))
    }

    /// The patterns as the library keeps them, cleaned.
    pub fn patterns(&self) -> impl Iterator<Item = String> {
        self.patterns.iter().map(|pattern| match pattern.exception {
            true => format!("!{}", pattern.text),
            false => pattern.text.clone(),
        })
    }
}

/// A line that holds a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    exception: bool,
    text: String,
    matcher: Matcher,
}

impl Pattern {
    fn may_match_below(&self, folder: &str) -> bool {
        let mut folders = folder.split('/');
        for part in self.text.trim_start_matches('/').split('/') {
            if part.contains(['*', '?', '[', '\\']) {
                return true;
            }
            match folders.next() {
                Some(above) if above == part => {}
                Some(_) => return false,
                None => return true,
            }
        }
        // The exception names the folder itself or one above it.
        true
    }
}

/// The pattern of a line, cleaned; none for comments and empty lines.
fn cleaned_line(line: &str) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let text = line.trim();
    if text.is_empty() {
        return None;
    }
    let (mark, text) = match text.strip_prefix('!') {
        Some(rest) => ("!", rest.trim()),
        None => ("", text),
    };
    let mut cleaned = if text.is_empty() {
        String::new()
    } else {
        clean(text)
    };
    if cleaned.len() > 1 && cleaned.starts_with('/') {
        cleaned.remove(0);
    }
    // The library cleans once more, exclamation mark included: `!/` becomes `!`.
    Some(clean(&format!("{mark}{cleaned}")))
}

/// Whether [`clean`] would leave a path as it is, which is so for all that a walk meets.
fn is_clean(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether Go's `filepath.Match` takes a pattern: brackets are closed, no range lacks an end, nothing
/// ends in a backslash.
fn is_well_formed(pattern: &str) -> bool {
    let mut rest = pattern.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '\\' if rest.next().is_none() => return false,
            '[' => {
                rest.next_if_eq(&'^');
                let mut ranges = 0;
                while ranges == 0 || rest.next_if_eq(&']').is_none() {
                    if !take_bound(&mut rest) {
                        return false;
                    }
                    if rest.next_if_eq(&'-').is_some() && !take_bound(&mut rest) {
                        return false;
                    }
                    ranges += 1;
                }
            }
            _ => {}
        }
    }
    true
}

/// Takes one bound of a range in brackets, after which something must follow.
fn take_bound(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    let taken = match rest.next() {
        None | Some('-' | ']') => false,
        Some('\\') => rest.next().is_some(),
        Some(_) => true,
    };
    taken && rest.peek().is_some()
}
