//! `.dockerignore`: which paths of a context it keeps out, as moby's pattern matcher has it.

use regex::Regex;

/// The patterns of an ignore file.
#[derive(Debug, Clone, Default)]
pub struct IgnoreFile {
    patterns: Vec<Pattern>,
}

/// A file that the builder refuses; the texts are moby's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IgnoreError {
    /// A `!` with nothing behind it.
    #[error("illegal exclusion pattern: \"!\"")]
    IllegalExclusion,
    /// A pattern that no path can be held against.
    #[error("syntax error in pattern")]
    Syntax,
}

#[derive(Debug, Clone)]
struct Pattern {
    readmits: bool,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Exact(String),
    /// `foo**`
    Prefix(String),
    /// `**foo` and `**/foo`
    Suffix(String),
    Regex(Regex),
}

impl IgnoreFile {
    /// Reads an ignore file.
    ///
    /// # Errors
    /// One bad pattern makes the builder refuse the file.
    pub fn parse(text: &str) -> Result<Self, IgnoreError> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut patterns = Vec::new();
        for line in text.lines() {
            if line.starts_with('#') {
                continue;
            }
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let (readmits, line) = match line.strip_prefix('!') {
                Some("") => return Err(IgnoreError::IllegalExclusion),
                Some(rest) => (true, rest.trim()),
                None => (false, line),
            };
            let test = Test::of(&cleaned(line))?;
            patterns.push(Pattern { readmits, test });
        }
        Ok(Self { patterns })
    }

    /// Whether a path of the context, with forward slashes, is kept out: it or a folder above it
    /// matches, and the last pattern that matches decides.
    pub fn ignores(&self, path: &str) -> bool {
        let mut ignored = false;
        for pattern in &self.patterns {
            // Only what would change the answer is asked.
            if pattern.readmits != ignored {
                continue;
            }
            let parents = path.match_indices('/').map(|(slash, _)| &path[..slash]);
            if parents.chain([path]).any(|part| pattern.test.matches(part)) {
                ignored = !pattern.readmits;
            }
        }
        ignored
    }

    /// Whether some pattern lets paths in again.
    pub fn readmits(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern.readmits)
    }
}

impl Test {
    fn of(pattern: &str) -> Result<Self, IgnoreError> {
        let mut regex = String::from("^(?s:");
        let mut test = None;
        let mut is_regex = false;
        let mut signs = pattern.chars().peekable();
        let mut at_start = true;
        while let Some(sign) = signs.next() {
            match sign {
                '*' if signs.peek() == Some(&'*') => {
                    signs.next();
                    if signs.peek() == Some(&'/') {
                        signs.next();
                    }
                    if signs.peek().is_none() {
                        if is_regex || at_start {
                            regex.push_str(".*");
                            is_regex = true;
                        } else {
                            let stem = pattern.trim_end_matches('/').trim_end_matches("**");
                            test = Some(Self::Prefix(stem.to_owned()));
                        }
                    } else {
                        regex.push_str("(.*/)?");
                        is_regex = true;
                        if at_start && !pattern[2..].contains(['*', '?', '[', ']', '\\']) {
                            test = Some(Self::Suffix(pattern[2..].to_owned()));
                        }
                    }
                }
                '*' => {
                    regex.push_str("[^/]*");
                    is_regex = true;
                }
                '?' => {
                    regex.push_str("[^/]");
                    is_regex = true;
                }
                '\\' => {
                    let next = signs.next().ok_or(IgnoreError::Syntax)?;
                    // Before a letter or digit, moby's regular expression breaks.
                    if next.is_alphanumeric() {
                        return Err(IgnoreError::Syntax);
                    }
                    regex.push_str(&regex::escape(&next.to_string()));
                    is_regex = true;
                }
                '[' => {
                    regex.push('[');
                    is_regex = true;
                    let mut closed = false;
                    for inner in signs.by_ref() {
                        match inner {
                            ']' => {
                                closed = true;
                                break;
                            }
                            '[' | '&' | '~' => {
                                regex.push('\\');
                                regex.push(inner);
                            }
                            inner => regex.push(inner),
                        }
                    }
                    if !closed {
                        return Err(IgnoreError::Syntax);
                    }
                    regex.push(']');
                }
                sign => regex.push_str(&regex::escape(&sign.to_string())),
            }
            at_start = false;
        }
        if let Some(test) = test {
            return Ok(test);
        }
        if !is_regex {
            return Ok(Self::Exact(pattern.to_owned()));
        }
        regex.push_str(")$");
        Regex::new(&regex)
            .map(Self::Regex)
            .map_err(|_| IgnoreError::Syntax)
    }

    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(text) => path == text,
            Self::Prefix(text) => path.starts_with(text.as_str()),
            Self::Suffix(text) => {
                path.ends_with(text.as_str()) || text.strip_prefix('/').is_some_and(|text| path == text)
            }
            Self::Regex(regex) => regex.is_match(path),
        }
    }
}

/// Without `.`, `..`, doubled and closing slashes, and without the first slash.
fn cleaned(pattern: &str) -> String {
    let absolute = pattern.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    match parts.as_slice() {
        [] if absolute => "/".to_owned(),
        [] => ".".to_owned(),
        parts => parts.join("/"),
    }
}
