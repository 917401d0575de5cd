//! What an answer to a question may be.

use regex::RegexBuilder;

use super::fault::{Fault, Faults};
use super::form::{Kind, Question, Raw};
use crate::config::At;
use crate::report::printable::is_hostile;
use crate::rules::nearest;
use crate::source::Source;

/// The longest text, and the longest item of a list, in bytes.
const LONGEST: usize = 1000;
/// The most items of a list.
const MOST_ITEMS: usize = 500;
/// The most memory that a compiled pattern may take, in bytes.
const PATTERN_LIMIT: usize = 1 << 20;

/// An answer that fits its question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A line of text, or the word of a choice.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// Words.
    List(Vec<String>),
}

impl Answer {
    /// As files see it.
    pub fn value(&self) -> minijinja::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Flag(flag) => (*flag).into(),
            Self::List(items) => items.clone().into(),
        }
    }

    /// As somebody would type it.
    pub fn typed(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Flag(true) => "yes".to_owned(),
            Self::Flag(false) => "no".to_owned(),
            Self::List(items) => items.join(","),
        }
    }
}

impl Question {
    /// The name by which files know it.
    pub fn variable(&self) -> String {
        self.name.value.replace('-', "_")
    }

    /// Reads an answer that was typed, or given on the command line.
    ///
    /// # Errors
    /// It does not fit.
    pub fn read_typed(&self, text: &str) -> Result<Answer, Fault> {
        let answer = match self.kind {
            Kind::Text | Kind::Choice => Answer::Text(text.to_owned()),
            Kind::Flag => Answer::Flag(match text {
                "true" | "yes" | "y" | "on" => true,
                "false" | "no" | "n" | "off" => false,
                _ => {
                    return Err(Fault::new(format!(
                        "{} is yes or no, not `{text}`",
                        self.name.value
                    )));
                }
            }),
            Kind::List => {
                let items = text.split([',', ' ']).filter(|item| !item.is_empty());
                Answer::List(items.map(str::to_owned).collect())
            }
        };
        self.check(&answer)?;
        Ok(answer)
    }

    /// Reads an answer of a file.
    ///
    /// # Errors
    /// It is of another kind, or does not fit.
    pub fn read_raw(&self, raw: &At<Raw>, source: &Source) -> Result<Answer, Fault> {
        let word = || String::from_utf8_lossy(source.slice(raw.span)).trim().to_owned();
        let wrong = |asked: &str| Fault::new(format!("{} is {asked}", self.name.value));
        let answer = match (self.kind, &raw.value) {
            (Kind::Text | Kind::Choice, Raw::Text(text)) => Answer::Text(text.clone()),
            // The text in the file counts: a version 1.20 is not the number 1.2.
            (Kind::Text | Kind::Choice, Raw::Word | Raw::Flag(_)) => Answer::Text(word()),
            (Kind::Text | Kind::Choice, Raw::List(_)) => return Err(wrong("one text, not a list")),
            (Kind::Flag, Raw::Flag(flag)) => Answer::Flag(*flag),
            (Kind::Flag, Raw::Text(text)) => return self.read_typed(text),
            (Kind::Flag, _) => return Err(wrong("true or false")),
            (Kind::List, Raw::List(items)) => {
                Answer::List(items.iter().map(|item| item.value.clone()).collect())
            }
            (Kind::List, Raw::Text(text)) if text.is_empty() => Answer::List(Vec::new()),
            (Kind::List, Raw::Text(text)) => Answer::List(vec![text.clone()]),
            (Kind::List, _) => return Err(wrong("a list of texts")),
        };
        self.check(&answer)?;
        Ok(answer)
    }

    /// Holds an answer against the question.
    ///
    /// # Errors
    /// What does not fit, in words for whoever answered.
    pub fn check(&self, answer: &Answer) -> Result<(), Fault> {
        let name = &self.name.value;
        match answer {
            Answer::Flag(_) => Ok(()),
            Answer::List(items) if items.len() > MOST_ITEMS => {
                Err(Fault::new(format!("{name} has more than {MOST_ITEMS} items")))
            }
            Answer::List(items) => items.iter().try_for_each(|item| self.check_text(item)),
            Answer::Text(text) if self.kind == Kind::Choice => {
                if self.choices.contains(text) {
                    return Ok(());
                }
                let choices = self.choices.iter().map(String::as_str);
                let near = nearest(text, choices)
                    .map_or_else(String::new, |near| format!("the nearest is `{near}`; "));
                let help = format!("{near}the choices are {}", self.choices.join(", "));
                Err(Fault::new(format!("{name} cannot be `{text}`")).with_help(Some(help)))
            }
            Answer::Text(text) => self.check_text(text),
        }
    }

    fn check_text(&self, text: &str) -> Result<(), Fault> {
        let name = &self.name.value;
        if text.len() > LONGEST {
            return Err(Fault::new(format!("{name} is longer than {LONGEST} bytes")));
        }
        if text.contains(['\n', '\r']) {
            let shown: String = text.lines().next().unwrap_or_default().to_owned();
            return Err(Fault::new(format!(
                "{name} cannot have a line break, which stands behind `{shown}`"
            )));
        }
        if let Some(sign) = text.chars().find(|&sign| sign.is_control() || is_hostile(sign)) {
            let number = u32::from(sign);
            return Err(Fault::new(format!(
                "{name} cannot have the invisible character U+{number:04X}"
            )));
        }
        let Some(pattern) = &self.pattern else {
            return Ok(());
        };
        if self.expression(&pattern.value)?.is_match(text) {
            return Ok(());
        }
        let like = match &self.like {
            Some(like) => like.clone(),
            None => format!("it must match {}", pattern.value),
        };
        Err(Fault::new(format!("{name} cannot be `{text}`: {like}")))
    }

    fn expression(&self, pattern: &str) -> Result<regex::Regex, Fault> {
        RegexBuilder::new(&format!("^(?:{pattern})$"))
            .size_limit(PATTERN_LIMIT)
            .build()
            .map_err(|_| Fault::new(format!("the pattern of {} is no expression", self.name.value)))
    }

    /// What is wrong with the question itself, whatever is answered.
    pub fn check_itself(&self, source: &Source) -> Result<(), Faults> {
        let mut faults = Vec::new();
        let name = &self.name.value;
        let mut signs = name.chars();
        let good = signs.next().is_some_and(|first| first.is_ascii_lowercase())
            && signs.all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-');
        if !good || name.len() > 40 {
            let message = format!("`{name}` is no name: small letters, digits and dashes make one");
            faults.push(Fault::at(source, self.name.span, message));
        }
        if (self.kind == Kind::Choice) == self.choices.is_empty() {
            let message = match self.kind {
                Kind::Choice => format!("{name} is a choice and has no `choices`"),
                _ => format!("{name} has `choices` and is no choice"),
            };
            faults.push(Fault::at(source, self.name.span, message));
        }
        if let Some(pattern) = &self.pattern {
            if let Err(fault) = self.expression(&pattern.value) {
                faults.push(Fault::at(source, pattern.span, fault.message));
            }
            if matches!(self.kind, Kind::Choice | Kind::Flag) {
                let message = format!("{name} has a pattern, which only a text or a list can have");
                faults.push(Fault::at(source, pattern.span, message));
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Faults(faults))
        }
    }
}
