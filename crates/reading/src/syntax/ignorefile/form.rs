//! The form that a pattern of an ignore file asks of a path, by way of Go's regular expressions.

/// How a pattern is matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matcher {
    /// The path is this.
    Exact(String),
    /// The path begins like this (`foo**`).
    Prefix(String),
    /// The path ends like this (`**foo`, `**/foo`).
    Suffix(String),
    /// The path is of this form.
    Form(Form),
}

/// A form, with the longest text that stands in it as it is: a path without it is told apart at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    tokens: Vec<Token>,
    literal: String,
}

impl Form {
    fn new(tokens: Vec<Token>) -> Self {
        let runs = tokens.split(|token| !matches!(token, Token::Char(_)));
        let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
        let signs = longest.iter().filter_map(|token| match token {
            Token::Char(sign) => Some(*sign),
            _ => None,
        });
        Self {
            literal: signs.collect(),
            tokens,
        }
    }
}

/// A piece of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
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
    pub(super) fn of(pattern: &str) -> Option<Self> {
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
            Kind::Form => Self::Form(Form::new(tokens(&regex)?)),
        })
    }

    /// Whether the path or a folder above it matches.
    pub(super) fn takes(&self, path: &str) -> bool {
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
                    || path.contains(text.as_str()) && path.contains(&format!("{text}/"))
                    || text.strip_prefix('/').is_some_and(is_or_is_below)
            }
            Self::Form(form) => path.contains(form.literal.as_str()) && fits(&form.tokens, path),
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
        if let Some((name, tail)) = class_name(rest) {
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

/// The name in `[:name:]`, and what follows; names are short, so that no search runs to the end.
fn class_name(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix("[:")?;
    let is_part = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'^';
    let (name, rest) = text.split_at(text.bytes().take(20).take_while(is_part).count());
    Some((name, rest.strip_prefix(":]")?))
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
        if !places.iter().chain(&within).any(|reached| *reached) {
            return false;
        }
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
