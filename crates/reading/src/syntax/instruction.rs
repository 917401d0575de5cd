//! What BuildKit refuses in an instruction that its parser could read: flags, counts, names.
//!
//! What it can tell only after expanding variables is not here.

use std::ops::Range;

use super::heredoc;
use super::quote;
use super::tree::{Args, Flag, Instruction, Keyword, Pair, Word};
use super::value;
use crate::source::Span;

/// What BuildKit says of the first instruction before any FROM that is no ARG.
pub const NO_STAGE: &str = "no build stage in current context";

/// A reason and the range of the instruction's text at fault.
type Refusal = (String, Range<u32>);

/// What takes a flag's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Bool,
    Text,
    /// May be given several times.
    List,
}

/// Why BuildKit refuses the instruction, in its words, and where a person would look.
pub fn refusal(instruction: &Instruction) -> Option<(String, Span)> {
    let (message, range) = refuse(instruction).err()?;
    Some((message, instruction.text.span(range)))
}

fn refuse(instruction: &Instruction) -> Result<(), Refusal> {
    let whole = whole(instruction);
    let flags = |known| check_flags(&instruction.flags, known);
    match instruction.keyword {
        Keyword::Unknown => Err(unknown(instruction)),
        Keyword::From => {
            from(words(&instruction.args), &whole)?;
            flags(&[("platform", Takes::Text)])
        }
        Keyword::Run => {
            flags(&[
                ("device", Takes::List),
                ("mount", Takes::List),
                ("network", Takes::Text),
                ("security", Takes::Text),
            ])?;
            value::run(&instruction.flags)
        }
        Keyword::Copy => {
            two_at_least("COPY", instruction, &whole)?;
            flags(&[
                ("chmod", Takes::Text),
                ("chown", Takes::Text),
                ("exclude", Takes::List),
                ("from", Takes::Text),
                ("link", Takes::Bool),
                ("parents", Takes::Bool),
            ])?;
            destination("COPY", words(&instruction.args))
        }
        Keyword::Add => {
            two_at_least("ADD", instruction, &whole)?;
            flags(&[
                ("checksum", Takes::Text),
                ("chmod", Takes::Text),
                ("chown", Takes::Text),
                ("exclude", Takes::List),
                ("keep-git-dir", Takes::Bool),
                ("link", Takes::Bool),
                ("unpack", Takes::Bool),
            ])?;
            destination("ADD", words(&instruction.args))
        }
        Keyword::Env | Keyword::Label => {
            flags(&[])?;
            let name = if instruction.keyword == Keyword::Env {
                "ENV"
            } else {
                "LABEL"
            };
            pairs(name, &instruction.args, whole)
        }
        Keyword::Arg => pairs("ARG", &instruction.args, whole),
        Keyword::Cmd | Keyword::Entrypoint => flags(&[]),
        Keyword::Shell => {
            flags(&[])?;
            match &instruction.args {
                Args::Json(words) if !words.is_empty() => Ok(()),
                Args::None | Args::Json(_) => Err(at_least_one("SHELL", whole)),
                Args::Text(word) => Err((
                    "SHELL requires the arguments to be in JSON form".to_owned(),
                    word.range.clone(),
                )),
                _ => Ok(()),
            }
        }
        Keyword::Healthcheck => health(instruction, whole),
        Keyword::Expose => {
            if words(&instruction.args).is_empty() {
                return Err(at_least_one("EXPOSE", whole));
            }
            flags(&[])
        }
        Keyword::Volume => {
            let words = words(&instruction.args);
            if words.is_empty() {
                return Err(at_least_one("VOLUME", whole));
            }
            flags(&[])?;
            match words.iter().find(|word| word.text.trim().is_empty()) {
                Some(word) => Err((
                    "VOLUME specified can not be an empty string".to_owned(),
                    word.range.clone(),
                )),
                None => Ok(()),
            }
        }
        Keyword::User => exactly_one("USER", instruction, whole).and_then(|()| flags(&[])),
        Keyword::Workdir => exactly_one("WORKDIR", instruction, whole).and_then(|()| flags(&[])),
        Keyword::Maintainer => exactly_one("MAINTAINER", instruction, whole).and_then(|()| flags(&[])),
        Keyword::Stopsignal => exactly_one("STOPSIGNAL", instruction, whole),
        Keyword::Onbuild => {
            let Some(trigger) = &instruction.trigger else {
                return Err(at_least_one("ONBUILD", whole));
            };
            flags(&[])?;
            let message = match trigger.keyword {
                Keyword::Onbuild => "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
                Keyword::From => "FROM isn't allowed as an ONBUILD trigger",
                Keyword::Maintainer => "MAINTAINER isn't allowed as an ONBUILD trigger",
                _ => return Ok(()),
            };
            let start = (instruction.text.text().len() - trigger.text.text().len()) as u32;
            Err((message.to_owned(), start..start + trigger.keyword_range().end))
        }
    }
}

/// All of the text, for what is missing.
fn whole(instruction: &Instruction) -> Range<u32> {
    0..instruction.text.text().len() as u32
}

fn words(args: &Args) -> &[Word] {
    match args {
        Args::Words(words) | Args::Json(words) => words,
        _ => &[],
    }
}

fn unknown(instruction: &Instruction) -> Refusal {
    let written = &instruction.raw_keyword;
    // BuildKit looks through them by name, and of those that are equally near the first one wins.
    let names = Keyword::ALL.map(|keyword| keyword.name().to_ascii_lowercase());
    let near = nearest(&quote::lower(written), names.iter().map(String::as_str)).map(|name| {
        if *written != quote::lower(written) && *written == quote::upper(written) {
            name.to_ascii_uppercase()
        } else {
            name.to_owned()
        }
    });
    (
        format!("unknown instruction: {written}{}", suggestion(near.as_deref())),
        instruction.keyword_range(),
    )
}

/// The option at a distance below three, the first of the nearest; none where one is equal.
pub fn nearest<'a>(word: &str, options: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best = None;
    let mut bound = 3;
    // Every option is ASCII and short, so most words are too long to be looked at.
    let length = word.chars().take(32).count();
    for option in options {
        if option == word {
            return None;
        }
        if length.abs_diff(option.len()) >= bound {
            continue;
        }
        let distance = distance(word, option);
        if distance < bound {
            bound = distance;
            best = Some(option);
        }
    }
    best
}

/// The number of characters to insert, remove or change.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.chars().enumerate() {
        let mut corner = line;
        row[0] = line + 1;
        for (column, to) in right.bytes().enumerate() {
            let change = corner + usize::from(from != char::from(to));
            corner = row[column + 1];
            row[column + 1] = change.min(corner + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

/// What is put behind a word that is not known; nothing where no known one is near.
pub fn suggestion(near: Option<&str>) -> String {
    near.map_or_else(String::new, |name| format!(" (did you mean {name}?)"))
}

/// Checks flags against those that the instruction knows, which stand in alphabetical order.
fn check_flags(flags: &[Flag], known: &[(&str, Takes)]) -> Result<(), Refusal> {
    for (index, flag) in flags.iter().enumerate() {
        let refused = |message: String| Err((message, flag.range.clone()));
        let name = flag.name();
        let Some((_, takes)) = known.iter().find(|(known, _)| *known == name) else {
            let near = nearest(name, known.iter().map(|(known, _)| *known));
            return refused(format!("unknown flag: --{name}{}", suggestion(near)));
        };
        if *takes != Takes::List && flags[..index].iter().any(|earlier| earlier.name() == name) {
            return refused(format!("duplicate flag specified: --{name}"));
        }
        match (takes, flag.value()) {
            (Takes::Bool, None) => {}
            (Takes::Bool, Some("")) | (Takes::Text | Takes::List, None) => {
                return refused(format!("missing a value on flag: --{name}"));
            }
            (Takes::Bool, Some(value)) => {
                if !matches!(quote::lower(value).as_str(), "true" | "false") {
                    return refused(format!("expecting boolean value for flag --{name}, not: {value}"));
                }
            }
            (Takes::Text | Takes::List, Some(_)) => {}
        }
    }
    Ok(())
}

fn at_least_one(name: &str, range: Range<u32>) -> Refusal {
    (format!("{name} requires at least one argument"), range)
}

fn exactly_one(name: &str, instruction: &Instruction, range: Range<u32>) -> Result<(), Refusal> {
    if instruction.args == Args::None {
        return Err((format!("{name} requires exactly one argument"), range));
    }
    Ok(())
}

fn two_at_least(name: &str, instruction: &Instruction, range: &Range<u32>) -> Result<(), Refusal> {
    if words(&instruction.args).len() < 2 {
        let message = format!(
            "{name} requires at least two arguments, but only one was provided. Destination could not be determined"
        );
        return Err((message, range.clone()));
    }
    Ok(())
}

fn destination(name: &str, words: &[Word]) -> Result<(), Refusal> {
    match words.last() {
        Some(last) if matches!(heredoc::in_word(&last.text), Ok(Some(_))) => Err((
            format!("{name} cannot accept a heredoc as a destination"),
            last.range.clone(),
        )),
        _ => Ok(()),
    }
}

fn from(words: &[Word], whole: &Range<u32>) -> Result<(), Refusal> {
    match words {
        [_] => Ok(()),
        [_, between, name] if quote::lower(&between.text) == "as" => {
            let text = quote::lower(&name.text);
            let mut bytes = text.bytes();
            let good = bytes.next().is_some_and(|first| first.is_ascii_lowercase())
                && bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'));
            if good {
                return Ok(());
            }
            let quoted = quote::quoted(&name.text);
            Err((
                format!(
                    "invalid name for build stage: {quoted}, name can't start with a number or contain symbols"
                ),
                name.range.clone(),
            ))
        }
        _ => {
            let range = match words {
                [_, second, .., last] => second.range.start..last.range.end,
                [_, second] => second.range.clone(),
                _ => whole.clone(),
            };
            Err(("FROM requires either one or three arguments".to_owned(), range))
        }
    }
}

fn pairs(name: &str, args: &Args, range: Range<u32>) -> Result<(), Refusal> {
    let pairs: &[Pair] = match args {
        Args::Pairs(pairs) => pairs,
        _ => &[],
    };
    if pairs.is_empty() {
        return Err(at_least_one(name, range));
    }
    match pairs.iter().find(|pair| pair.key.text.is_empty()) {
        Some(pair) => {
            let end = pair
                .value
                .as_ref()
                .map_or(pair.key.range.end, |value| value.range.end);
            Err((
                format!("{name} names can not be blank"),
                pair.key.range.start..end,
            ))
        }
        None => Ok(()),
    }
}

fn health(instruction: &Instruction, whole: Range<u32>) -> Result<(), Refusal> {
    let Args::Health(kind, rest) = &instruction.args else {
        return Err(at_least_one("HEALTHCHECK", whole));
    };
    let upper = quote::upper(&kind.text);
    let empty = match rest.as_ref() {
        Args::Json(words) => words.is_empty(),
        rest => *rest == Args::None,
    };
    if upper == "NONE" {
        if empty {
            return Ok(());
        }
        return Err(("HEALTHCHECK NONE takes no arguments".to_owned(), whole));
    }
    check_flags(
        &instruction.flags,
        &[
            ("interval", Takes::Text),
            ("retries", Takes::Text),
            ("start-interval", Takes::Text),
            ("start-period", Takes::Text),
            ("timeout", Takes::Text),
        ],
    )?;
    if upper != "CMD" {
        let quoted = quote::quoted(&upper);
        return Err((
            format!("Unknown type {quoted} in HEALTHCHECK (try CMD)"),
            kind.range.clone(),
        ));
    }
    if empty {
        return Err((
            "Missing command after HEALTHCHECK CMD".to_owned(),
            kind.range.clone(),
        ));
    }
    value::health(&instruction.flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_nearest_is_suggested() {
        assert_eq!(nearest("as", ["add", "arg"].into_iter()), Some("add"));
        let names = Keyword::ALL.map(|keyword| keyword.name().to_ascii_lowercase());
        assert_eq!(nearest("x", names.iter().map(String::as_str)), None);
        assert_eq!(nearest("run", ["rum", "run"].into_iter()), None);
    }

    #[test]
    fn distances_count_characters() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "ab"), 2);
        assert_eq!(distance("é", "e"), 1);
    }
}
