//! `.dockerignore`, matched as moby/patternmatcher matches it, for which BuildKit and the classic
//! builder use one library.
//!
//! That library turns a pattern into one of Go's regular expressions, and some odd corners come from
//! there (`\d` is a digit, `foo\o` is an error): they are kept. Matching takes at
//! most the product of the lengths of pattern and path.

use thiserror::Error;

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
            let read = Matcher::of(text).filter(|_| is_well_formed(text));
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
        let path = clean(path);
        let path = path.trim_start_matches('/');
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

/// Go's `filepath.Clean`: the shortest path that means the same, by the text alone.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
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

/// How a pattern is matched.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Matcher {
    /// The path is this.
    Exact(String),
    /// The path begins like this (`foo**`).
    Prefix(String),
    /// The path ends like this (`**foo`, `**/foo`).
    Suffix(String),
    /// The path is of this form.
    Form(Vec<Token>),
}

/// A piece of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// This character.
    Char(char),
    /// One of these characters, or none of them.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
        repeated: bool,
    },
    /// Any text (`.*`).
    Rest,
    /// Any folders, or none (`(.*/)?`).
    Folders,
    /// A border of a word, or no border.
    Border(bool),
    /// Nothing fits.
    Never,
}

impl Matcher {
    /// The way that the library takes for a pattern; none where Go's parser refuses the expression,
    /// which the library only notices at the first path that it matches.
    fn of(pattern: &str) -> Option<Self> {
        let mut kind = Kind::Exact;
        let mut regex = String::new();
        let mut chars = pattern.chars().peekable();
        let mut is_first = true;
        while let Some(char) = chars.next() {
            match char {
                '*' if chars.next_if_eq(&'*').is_some() => {
                    chars.next_if_eq(&'/');
                    if chars.peek().is_some() {
                        regex.push_str("(.*/)?");
                        kind = Kind::Form;
                    } else if kind == Kind::Exact {
                        kind = Kind::Prefix;
                    } else {
                        regex.push_str(".*");
                        kind = Kind::Form;
                    }
                    if is_first {
                        kind = Kind::Suffix;
                    }
                }
                '*' => {
                    regex.push_str("[^/]*");
                    kind = Kind::Form;
                }
                '?' => {
                    regex.push_str("[^/]");
                    kind = Kind::Form;
                }
                '.' | '+' | '(' | ')' | '|' | '{' | '}' | '$' => {
                    regex.push('\\');
                    regex.push(char);
                }
                '\\' => {
                    regex.push('\\');
                    if let Some(next) = chars.next() {
                        regex.push(next);
                        kind = Kind::Form;
                    }
                }
                '[' | ']' => {
                    regex.push(char);
                    kind = Kind::Form;
                }
                _ => regex.push(char),
            }
            is_first = false;
        }
        Some(match kind {
            Kind::Exact => Self::Exact(pattern.to_owned()),
            Kind::Prefix => Self::Prefix(pattern.strip_suffix("**").unwrap_or(pattern).to_owned()),
            Kind::Suffix => Self::Suffix(pattern.strip_prefix("**").unwrap_or(pattern).to_owned()),
            Kind::Form => Self::Form(tokens(&regex)?),
        })
    }

    /// Whether the path or a folder above it matches.
    fn takes(&self, path: &str) -> bool {
        let is_or_is_below = |folder: &str| {
            path.strip_prefix(folder)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match self {
            Self::Exact(text) => is_or_is_below(text),
            Self::Prefix(text) => path.starts_with(text.as_str()),
            Self::Suffix(text) => {
                text.is_empty()
                    || path.ends_with(text.as_str())
                    || path.contains(&format!("{text}/"))
                    || text.strip_prefix('/').is_some_and(is_or_is_below)
            }
            Self::Form(tokens) => fits(tokens, path),
        }
    }
}

/// The library's kinds of patterns while it reads one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Exact,
    Prefix,
    Suffix,
    Form,
}

/// Reads the regular expressions that come out of patterns; none for what Go's parser refuses.
fn tokens(regex: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = regex;
    while let Some(char) = rest.chars().next() {
        if let Some(tail) = rest.strip_prefix("(.*/)?") {
            tokens.push(Token::Folders);
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix(".*") {
            tokens.push(Token::Rest);
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix('[') {
            let (negated, ranges, tail) = class(tail)?;
            let repeated = tail.starts_with('*');
            rest = tail.strip_prefix('*').unwrap_or(tail);
            tokens.push(Token::Class {
                negated,
                ranges,
                repeated,
            });
        } else if let Some(tail) = rest.strip_prefix('\\') {
            rest = escaped(tail, &mut tokens)?;
        } else {
            // A caret asks for the start of the text, which is past.
            tokens.push(if char == '^' {
                Token::Never
            } else {
                Token::Char(char)
            });
            rest = &rest[char.len_utf8()..];
        }
    }
    Some(tokens)
}

/// The ranges of a class of characters, such as `(a, z)`.
type Ranges = Vec<(char, char)>;

/// Reads what follows an opening bracket.
fn class(text: &str) -> Option<(bool, Ranges, &str)> {
    let (negated, mut rest) = match text.strip_prefix('^') {
        Some(tail) => (true, tail),
        None => (false, text),
    };
    let mut ranges = Vec::new();
    let mut is_first = true;
    loop {
        if let Some(tail) = rest.strip_prefix(']').filter(|_| !is_first) {
            return Some((negated, ranges, tail));
        }
        is_first = false;
        if let Some((name, tail)) = rest.strip_prefix("[:").and_then(|tail| tail.split_once(":]")) {
            ranges.extend(named_class(name)?);
            rest = tail;
            continue;
        }
        if let Some(set) = rest
            .strip_prefix('\\')
            .and_then(|tail| tail.chars().next())
            .and_then(perl_class)
        {
            ranges.extend(set);
            rest = &rest[2..];
            continue;
        }
        let (low, tail) = class_char(rest)?;
        let (high, tail) = match tail.strip_prefix('-') {
            Some(after) if !after.starts_with(']') => class_char(after)?,
            _ => (low, tail),
        };
        if high < low {
            return None;
        }
        ranges.push((low, high));
        rest = tail;
    }
}

/// One character in brackets, which may be escaped.
fn class_char(text: &str) -> Option<(char, &str)> {
    match text.strip_prefix('\\') {
        Some(tail) => escaped_char(tail),
        None => {
            let char = text.chars().next()?;
            Some((char, &text[char.len_utf8()..]))
        }
    }
}

/// Reads what follows a backslash outside of brackets.
fn escaped<'a>(text: &'a str, tokens: &mut Vec<Token>) -> Option<&'a str> {
    let char = text.chars().next()?;
    let tail = &text[char.len_utf8()..];
    if let Some(ranges) = perl_class(char) {
        tokens.push(Token::Class {
            negated: false,
            ranges,
            repeated: false,
        });
        return Some(tail);
    }
    match char {
        'A' | 'z' => tokens.push(Token::Never),
        'b' | 'B' => tokens.push(Token::Border(char == 'b')),
        'Q' => {
            let (literal, tail) = tail.split_once("\\E").unwrap_or((tail, ""));
            tokens.extend(literal.chars().map(Token::Char));
            return Some(tail);
        }
        // Classes of Unicode: no file is named for them, so nothing fits.
        'p' | 'P' if tail.starts_with(['C', 'L', 'M', 'N', 'P', 'S', 'Z']) => {
            tokens.push(Token::Never);
            return Some(&tail[1..]);
        }
        _ => {
            let (char, tail) = escaped_char(text)?;
            tokens.push(Token::Char(char));
            return Some(tail);
        }
    }
    Some(tail)
}

/// The character that an escape means, and what follows; none for what is no escape.
fn escaped_char(text: &str) -> Option<(char, &str)> {
    let char = text.chars().next()?;
    let tail = &text[char.len_utf8()..];
    if char.is_ascii() && !char.is_ascii_alphanumeric() {
        return Some((char, tail));
    }
    let octal = |text: &str| {
        text.bytes()
            .take(3)
            .take_while(|byte| (b'0'..=b'7').contains(byte))
            .count()
    };
    let numbered =
        |digits: &str, radix: u32| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match char {
        'a' => Some(('\u{7}', tail)),
        'f' => Some(('\u{c}', tail)),
        'n' => Some(('\n', tail)),
        'r' => Some(('\r', tail)),
        't' => Some(('\t', tail)),
        'v' => Some(('\u{b}', tail)),
        '0' => Some((numbered(&text[..octal(text)], 8)?, &text[octal(text)..])),
        '1'..='7' if octal(text) > 1 => Some((numbered(&text[..octal(text)], 8)?, &text[octal(text)..])),
        'x' => match tail.strip_prefix('{') {
            Some(braced) => {
                let (digits, after) = braced.split_once('}')?;
                Some((numbered(digits, 16)?, after))
            }
            None => Some((numbered(tail.get(..2)?, 16)?, &tail[2..])),
        },
        _ => None,
    }
}

/// The characters of `\d`, `\s`, `\w` and their opposites.
fn perl_class(char: char) -> Option<Ranges> {
    let ranges = match char.to_ascii_lowercase() {
        'd' => vec![('0', '9')],
        's' => vec![('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')],
        'w' => vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        _ => return None,
    };
    Some(if char.is_ascii_uppercase() {
        opposite(&ranges)
    } else {
        ranges
    })
}

/// The characters of `[:alpha:]` and its like; none for names that Go does not know.
fn named_class(name: &str) -> Option<Ranges> {
    let (negated, name) = match name.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, name),
    };
    let ranges = match name {
        "alnum" => vec![('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => vec![('A', 'Z'), ('a', 'z')],
        "ascii" => vec![('\0', '\u{7f}')],
        "blank" => vec![('\t', '\t'), (' ', ' ')],
        "cntrl" => vec![('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')],
        "digit" => vec![('0', '9')],
        "graph" => vec![('!', '~')],
        "lower" => vec![('a', 'z')],
        "print" => vec![(' ', '~')],
        "punct" => vec![('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => vec![('\t', '\r'), (' ', ' ')],
        "upper" => vec![('A', 'Z')],
        "word" => vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => vec![('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    Some(if negated { opposite(&ranges) } else { ranges })
}

/// All characters that are in none of the ranges, which are in order.
fn opposite(ranges: &[(char, char)]) -> Ranges {
    let mut opposite = Vec::new();
    let mut next = '\0';
    for &(low, high) in ranges {
        if low > next
            && let Some(last) = char::from_u32(u32::from(low) - 1)
        {
            opposite.push((next, last));
        }
        next = char::from_u32(u32::from(high) + 1).unwrap_or(char::MAX);
    }
    opposite.push((next, char::MAX));
    opposite
}

/// Whether the path, or a folder above it, has the form.
///
/// Walks the path once with the set of places in the form that can be reached.
fn fits(tokens: &[Token], path: &str) -> bool {
    let end = tokens.len();
    // Places before a token, and places within the text of `Folders`.
    let mut places = vec![false; end + 1];
    let mut within = vec![false; end + 1];
    places[0] = true;
    let mut before: Option<char> = None;
    let mut chars = path.chars().peekable();
    loop {
        let char = chars.next();
        let is_border = is_word(before) != is_word(char);
        for place in 0..end {
            if places[place] {
                match &tokens[place] {
                    Token::Rest | Token::Class { repeated: true, .. } => places[place + 1] = true,
                    Token::Folders => {
                        places[place + 1] = true;
                        within[place] = true;
                    }
                    Token::Border(wanted) if *wanted == is_border => places[place + 1] = true,
                    _ => {}
                }
            }
        }
        let at_folder = before.is_some() && char == Some('/');
        if places[end] && (char.is_none() || at_folder) {
            return true;
        }
        let Some(char) = char else {
            return false;
        };
        // From the last place to the first, since a step leads at most one place on.
        for place in (0..=end).rev() {
            let here = std::mem::take(&mut places[place]);
            let Some(token) = tokens.get(place) else { continue };
            match token {
                Token::Char(wanted) => places[place + 1] |= here && *wanted == char,
                Token::Class {
                    negated,
                    ranges,
                    repeated,
                } => {
                    let inside = ranges.iter().any(|&(low, high)| low <= char && char <= high);
                    let taken = here && inside != *negated;
                    places[place + usize::from(!repeated)] |= taken;
                }
                Token::Rest => places[place] = here && char != '\n',
                Token::Folders => {
                    places[place + 1] |= within[place] && char == '/';
                    within[place] &= char != '\n';
                }
                Token::Border(_) | Token::Never => {}
            }
        }
        before = Some(char);
    }
}

/// Whether a character is one of a word, in Go's sense.
fn is_word(char: Option<char>) -> bool {
    char.is_some_and(|char| char.is_ascii_alphanumeric() || char == '_')
}
