//! Words to values: variables looked up, braces and blanks split, what is not known kept as a hole.

use crate::context::Answer;
use crate::facts::{Config, Value};
use crate::shell::{Part, ShellWord};
use crate::syntax::expand::{self, Lookup, Variables};

/// A value with holes passes through word expansion as text in which each hole stands between two
/// characters that no file has any business to use (U+F8F0, U+F8F1 of the private area).
const OPEN: char = '\u{F8F0}';
const CLOSE: char = '\u{F8F1}';

fn encode(value: &Value) -> String {
    let mut text = value.text().to_owned();
    for hole in value.holes().iter().rev() {
        text.insert(hole.end, CLOSE);
        text.insert(hole.start, OPEN);
    }
    text
}

fn decode(text: &str, holes: &[std::ops::Range<usize>]) -> Value {
    let mut value = Value::new();
    let mut at = 0;
    let push = |value: &mut Value, text: &str| {
        let mut rest = text;
        while let Some(open) = rest.find(OPEN) {
            value.push(&rest[..open]);
            let inside = &rest[open + OPEN.len_utf8()..];
            let close = inside.find(CLOSE).unwrap_or(inside.len());
            value.push_hole(&inside[..close]);
            rest = inside.get(close + CLOSE.len_utf8()..).unwrap_or("");
        }
        value.push(rest.trim_matches(CLOSE));
    };
    for hole in holes {
        push(&mut value, &text[at..hole.start]);
        value.push_hole(&text[hole.clone()]);
        at = hole.end;
    }
    push(&mut value, &text[at..]);
    value
}

/// Variables of a stage at a step, as Dockerfile words see them.
struct Scope<'a> {
    config: &'a Config,
}

impl Variables for Scope<'_> {
    fn get(&self, name: &str) -> Lookup {
        match self.config.variable(name) {
            Answer::Known(value) => Lookup::Set(encode(value)),
            Answer::Unknown => Lookup::Unknown,
            Answer::Absent => Lookup::Unset,
        }
    }
}

/// A word of an instruction as BuildKit expands it; what it refuses to expand is a hole.
pub fn instruction_word(word: &str, escape: char, config: &Config) -> Value {
    if !word.contains(['$', '\'', '"', escape]) {
        return Value::known(word);
    }
    match expand::expand(word, escape, &Scope { config }) {
        Ok(expanded) => decode(&expanded.text, &expanded.holes),
        Err(_) => Value::unknown(word),
    }
}

/// The body of a COPY heredoc: variables expanded, quotes kept as they are.
pub fn heredoc_body(text: &str, config: &Config) -> Value {
    if !text.contains(['$', '\\']) {
        return Value::known(text);
    }
    let lexer = expand::Lexer {
        skip_process_quotes: true,
        ..expand::Lexer::default()
    };
    match lexer.expand(text, &Scope { config }) {
        Ok(expanded) => decode(&expanded.text, &expanded.holes),
        Err(_) => Value::unknown(text),
    }
}

/// How a shell word finds its variables and the output of its substitutions.
pub trait ShellNames {
    /// The value of a variable.
    fn variable(&self, name: &str) -> Answer<Value>;
    /// The output of the commands of a substitution.
    fn output(&self, commands: std::ops::Range<usize>) -> Option<Value>;
}

/// Looks up through a closure that may answer with holes.
struct ShellScope<'a> {
    names: &'a dyn ShellNames,
}

impl Variables for ShellScope<'_> {
    fn get(&self, name: &str) -> Lookup {
        match self.names.variable(name) {
            Answer::Known(value) => Lookup::Set(encode(&value)),
            Answer::Absent | Answer::Unknown => Lookup::Unknown,
        }
    }
}

/// The most words that one word may become.
const MOST_WORDS: usize = 64;

/// Words longer than this, in bytes, are no names of files (`PATH_MAX` of Linux).
const LONGEST_WORD: usize = 4096;

/// A shell word as one value: no splitting, as in an assignment.
pub fn assigned(word: &ShellWord, names: &dyn ShellNames) -> Value {
    let mut value = Value::new();
    for part in &word.parts {
        match part {
            Part::Bare(text) | Part::Quoted(text) => value.push(text),
            _ => value.append(&part_value(part, names)),
        }
    }
    value
}

/// A shell word as the words that the program gets.
pub fn words(word: &ShellWord, names: &dyn ShellNames) -> Vec<Value> {
    let mut all = vec![Value::new()];
    for part in &word.parts {
        match part {
            Part::Bare(text) => {
                let choices = braces(text);
                if choices.len() > 1 && choices.len() * all.len() <= MOST_WORDS {
                    let before = std::mem::take(&mut all);
                    for value in &before {
                        for choice in &choices {
                            let mut longer = value.clone();
                            push_bare(&mut longer, choice);
                            all.push(longer);
                        }
                    }
                } else {
                    for value in &mut all {
                        push_bare(value, text);
                    }
                }
            }
            Part::Quoted(text) => {
                for value in &mut all {
                    value.push(text);
                }
            }
            Part::Variable { quoted, .. } | Part::Substitution { quoted, .. } => {
                let looked_up = part_value(part, names);
                if *quoted || !looked_up.text().contains(char::is_whitespace) {
                    for value in &mut all {
                        value.append(&looked_up);
                    }
                } else {
                    split_fields(&mut all, &looked_up);
                }
            }
            Part::Other(raw) => {
                for value in &mut all {
                    value.push_hole(raw);
                }
            }
        }
    }
    if word
        .parts
        .iter()
        .all(|part| matches!(part, Part::Variable { quoted: false, .. }))
    {
        // An unquoted variable that is empty is no word at all.
        all.retain(|value| !value.is_empty());
    }
    all
}

fn push_bare(value: &mut Value, text: &str) {
    value.push(text);
    if text.contains(['*', '?', '[']) {
        value.set_glob();
    }
}

/// What an unquoted value splits into joins the last word on one side and begins the next on the other.
fn split_fields(all: &mut Vec<Value>, looked_up: &Value) {
    let fields = looked_up.split(char::is_whitespace);
    let Some(last) = all.last_mut() else { return };
    let mut fields = fields.into_iter();
    if let Some(first) = fields.next() {
        last.append(&first);
    }
    for field in fields.filter(|field| !field.is_empty()) {
        if all.len() >= MOST_WORDS * 16 {
            break;
        }
        match all.last_mut() {
            Some(last) if last.is_empty() => *last = field,
            _ => all.push(field),
        }
    }
}

fn part_value(part: &Part, names: &dyn ShellNames) -> Value {
    match part {
        Part::Bare(text) | Part::Quoted(text) => Value::known(text.clone()),
        Part::Other(raw) => Value::unknown(raw.clone()),
        Part::Substitution { commands, raw, .. } => names
            .output(commands.clone())
            .unwrap_or_else(|| Value::unknown(raw.clone())),
        Part::Variable { name, operator, .. } if operator.is_empty() => match names.variable(name) {
            Answer::Known(value) => value,
            Answer::Absent | Answer::Unknown => Value::unknown(format!("${{{name}}}")),
        },
        Part::Variable { name, operator, .. } => {
            let raw = format!("${{{name}{operator}}}");
            let scope = ShellScope { names };
            match expand::expand(&raw, '\\', &scope) {
                Ok(expanded) => decode(&expanded.text, &expanded.holes),
                Err(_) => Value::unknown(raw),
            }
        }
    }
}

/// Brace expansion of text outside of quotes: `a{b,c}d` and `{1..3}`; the text itself where it has
/// none, or would become more words than anybody means.
fn braces(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    match expand_braces("", text, &mut all) {
        Some(()) => all,
        None => vec![text.to_owned()],
    }
}

/// Adds what `text` expands to, each behind `head`; none where that is too much.
fn expand_braces(head: &str, text: &str, all: &mut Vec<String>) -> Option<()> {
    if all.len() >= MOST_WORDS || head.len() > LONGEST_WORD {
        return None;
    }
    let Some((open, close, choices)) = first_braces(text) else {
        all.push(format!("{head}{text}"));
        return Some(());
    };
    for choice in choices {
        // What is inside a choice comes first, then what follows the group.
        let rest = format!("{choice}{}", &text[close + 1..]);
        expand_braces(&format!("{head}{}", &text[..open]), &rest, all)?;
    }
    Some(())
}

/// The first group of braces that expands: where it opens and closes, and its choices.
fn first_braces(text: &str) -> Option<(usize, usize, Vec<String>)> {
    let open = text.find('{')?;
    let mut depth = 0;
    let mut starts = vec![open + 1];
    let mut close = None;
    for (index, character) in text.char_indices().skip_while(|(index, _)| *index < open) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => starts.push(index + 1),
            _ => {}
        }
        if depth == 0 {
            close = Some(index);
            break;
        }
    }
    let close = close?;
    if let [only] = starts.as_slice() {
        let (first, last) = text[*only..close].split_once("..")?;
        let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
        let is_short = first <= last && usize::from(last - first) < MOST_WORDS;
        let numbers = (first..=last).map(|number| number.to_string());
        return is_short.then(|| (open, close, numbers.collect()));
    }
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([close]);
    let choices = starts
        .iter()
        .zip(ends)
        .map(|(start, end)| text[*start..end].to_owned());
    Some((open, close, choices.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_expand_as_in_bash() {
        assert_eq!(braces("a{b,c}d"), ["abd", "acd"]);
        assert_eq!(braces("{a,b{c,d}}"), ["a", "bc", "bd"]);
        assert_eq!(braces("x{1..3}"), ["x1", "x2", "x3"]);
        assert_eq!(braces("{}"), ["{}"]);
        assert_eq!(braces("{a}"), ["{a}"]);
        assert_eq!(braces("{a,b"), ["{a,b"]);
        assert_eq!(braces("{a,}"), ["a", ""]);
    }

    #[test]
    fn holes_survive_an_expansion() {
        let mut value = Value::known("/opt/");
        value.push_hole("${V}");
        assert_eq!(decode(&encode(&value), &[]), value);
    }
}
