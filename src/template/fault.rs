//! What is wrong with a template or with answers, in one line each.

use std::fmt;

use crate::source::{Source, Span};

/// A fault, with the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A file with line and column, or the option that says it; empty where there is no one place.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Fault {
    /// One without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            place: String::new(),
            message: message.into(),
            help: None,
        }
    }

    /// One in a file.
    pub fn at(source: &Source, span: Span, message: impl Into<String>) -> Self {
        let start = source.position(span.start);
        Self {
            place: format!("{}:{}:{}", source.name(), start.line, start.column),
            ..Self::new(message)
        }
    }

    /// One that an option, or a file as a whole, is to be blamed for.
    pub fn of(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            ..Self::new(message)
        }
    }

    /// The same with what to do.
    #[must_use]
    pub fn with_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(formatter, "{}: ", self.place)?;
        }
        write!(formatter, "{}", self.message)?;
        match &self.help {
            Some(help) => write!(formatter, " ({help})"),
            None => Ok(()),
        }
    }
}

/// Why something cannot be made: at least one fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Faults(pub Vec<Fault>);

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}
