//! Patterns of paths, read as `.gitignore` reads them.
//!
//! `legacy/**` and `legacy/` mean the folder beside the config, `*.Dockerfile` means files of that
//! name at any depth, `!` takes back.
//!
//! A config may have thousands of lists, of which few mean a given file. So a list is compiled when a
//! path first comes near it, which its fixed letters tell at the price of a comparison.

use std::path::Path;
use std::sync::OnceLock;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The longest pattern, in bytes: Linux' PATH_MAX, and no path is longer.
const LONGEST: usize = 4096;

/// Bytes of patterns up to which a list is compiled late. So few compile to far less than the limit of
/// the pattern compiler (10 MiB), so that they cannot fail later.
const LATE: usize = 8 << 10;

/// Several patterns, of which the last that matches decides.
#[derive(Debug, Clone)]
pub struct Patterns {
    /// As the compiler takes them.
    lines: Vec<String>,
    /// What a path must have for a pattern to match.
    marks: Vec<Mark>,
    compiled: OnceLock<Option<Gitignore>>,
}

/// Letters that every path has which a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Mark {
    /// The path starts with these.
    Start(String),
    /// One of its components ends with these.
    ComponentEnd(String),
}

impl Patterns {
    /// Reads patterns.
    ///
    /// # Errors
    /// Says what is wrong with the first that cannot be read.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new("");
        let mut lines = Vec::new();
        let mut marks = Vec::new();
        for pattern in patterns {
            let line = line(pattern)?;
            builder.add_line(None, &line).map_err(|error| reason(&error))?;
            // What is taken back needs no mark: something must have been meant before.
            if !line.starts_with('!') {
                marks.push(Mark::of(&line));
            }
            lines.push(line);
        }
        let compiled = OnceLock::new();
        if lines.iter().map(String::len).sum::<usize>() > LATE {
            let built = builder.build().map_err(|error| reason(&error))?;
            compiled.get_or_init(|| Some(built));
        }
        Ok(Self {
            lines,
            marks,
            compiled,
        })
    }

    /// Whether a path below the config's folder, or a folder on the way to it, is meant.
    pub fn matches(&self, path: &Path) -> bool {
        if path.has_root() || !self.marks.iter().any(|mark| mark.is_on(path)) {
            return false;
        }
        let compiled = self.compiled.get_or_init(|| {
            let mut builder = GitignoreBuilder::new("");
            for line in &self.lines {
                builder.add_line(None, line).ok()?;
            }
            builder.build().ok()
        });
        let matched = |patterns: &Gitignore| patterns.matched_path_or_any_parents(path, false).is_ignore();
        compiled.as_ref().is_some_and(matched)
    }
}

/// A pattern as a line of a `.gitignore`.
fn line(pattern: &str) -> Result<String, String> {
    if pattern.trim().is_empty() || pattern == "!" {
        return Err("it is empty".to_owned());
    }
    if pattern.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    // The builder takes a class that is never closed for plain text; here it is a slip.
    if let Err(error) = globset::Glob::new(pattern) {
        return Err(error.kind().to_string());
    }
    Ok(match pattern.strip_prefix("./") {
        // The config lies in the folder that patterns start from, so `./x` is what `/x` is.
        Some(rest) => format!("/{rest}"),
        // A leading `#` would be a comment in a .gitignore; here it is the name's own.
        None if pattern.starts_with('#') => format!("\\{pattern}"),
        None => pattern.to_owned(),
    })
}

impl Mark {
    fn of(line: &str) -> Self {
        let is_sign = |sign: char| "*?[]{}\\,!".contains(sign) || sign.is_whitespace();
        let pattern = line.trim_end().trim_end_matches('/');
        // A slash before the end ties a pattern to the config's folder.
        if pattern.contains('/') {
            let fixed = &pattern[..pattern.find(is_sign).unwrap_or(pattern.len())];
            return Self::Start(fixed.trim_start_matches('/').to_owned());
        }
        let fixed = pattern.rfind(is_sign).map_or(pattern, |at| {
            let sign = pattern[at..].chars().next().map_or(0, char::len_utf8);
            &pattern[at + sign..]
        });
        Self::ComponentEnd(fixed.to_owned())
    }

    fn is_on(&self, path: &Path) -> bool {
        match self {
            Self::Start(start) => path.as_os_str().as_encoded_bytes().starts_with(start.as_bytes()),
            Self::ComponentEnd(end) => path
                .iter()
                .any(|component| component.as_encoded_bytes().ends_with(end.as_bytes())),
        }
    }
}

fn reason(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        ignore::Error::WithLineNumber { err, .. }
        | ignore::Error::WithPath { err, .. }
        | ignore::Error::WithDepth { err, .. } => reason(err),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_are_the_fixed_letters() {
        for (pattern, mark) in [
            ("services/web/**", Mark::Start("services/web/".into())),
            ("/Dockerfile", Mark::Start("Dockerfile".into())),
            ("a/b", Mark::Start("a/b".into())),
            ("**/x", Mark::Start(String::new())),
            ("*.Dockerfile", Mark::ComponentEnd(".Dockerfile".into())),
            ("legacy/", Mark::ComponentEnd("legacy".into())),
            ("Dockerfile.{a,b}", Mark::ComponentEnd(String::new())),
        ] {
            assert_eq!(Mark::of(pattern), mark, "{pattern}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Marks leave out nothing that the patterns mean.
        #[test]
        fn marks_change_no_answer(
            patterns in proptest::collection::vec("!?[ab/*?.#{},\\\\ ]{1,7}", 1..3),
            path in "[ab#][ab.# ]{0,2}(/[ab#][ab.#]?){0,3}",
        ) {
            if let Ok(patterns) = Patterns::new(patterns.iter().map(String::as_str)) {
                let unmarked = Patterns { marks: vec![Mark::Start(String::new())], ..patterns.clone() };
                prop_assert_eq!(patterns.matches(Path::new(&path)), unmarked.matches(Path::new(&path)));
            }
        }
    }
}
