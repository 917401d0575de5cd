//! Patterns of paths, read as `.gitignore` reads them.
//!
//! `legacy/**` and `legacy/` mean the folder beside the config, `*.Dockerfile` means files of that
//! name at any depth, `!` takes back.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Several patterns, of which the last that matches decides.
#[derive(Debug, Clone)]
pub struct Patterns(Gitignore);

impl Patterns {
    /// Compiles patterns.
    ///
    /// # Errors
    /// Says what is wrong with the first that cannot be read.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new("");
        for pattern in patterns {
            if pattern.trim().is_empty() || pattern == "!" {
                return Err("it is empty".to_owned());
            }
            // The builder takes a class that is never closed for plain text; here it is a slip.
            if let Err(error) = globset::Glob::new(pattern) {
                return Err(error.kind().to_string());
            }
            // The config lies in the folder that patterns start from, so `./x` is what `/x` is.
            let anchored = pattern.strip_prefix("./").map(|rest| format!("/{rest}"));
            // A leading `#` would be a comment in a .gitignore; here it is the name's own.
            let escaped = pattern.starts_with('#').then(|| format!("\\{pattern}"));
            let line = anchored.or(escaped);
            builder
                .add_line(None, line.as_deref().unwrap_or(pattern))
                .map_err(|error| reason(&error))?;
        }
        builder.build().map(Self).map_err(|error| reason(&error))
    }

    /// Whether a path below the config's folder, or a folder on the way to it, is meant.
    pub fn matches(&self, path: &Path) -> bool {
        !path.has_root() && self.0.matched_path_or_any_parents(path, false).is_ignore()
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
