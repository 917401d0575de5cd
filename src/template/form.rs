//! `template.yaml`: what a template asks, computes, refuses and gives, as it is written.
//!
//! These types are the file's grammar. Unknown keys are errors with their place, as in the config.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, de};

use super::fault::Fault;
use crate::config::{self, At};
use crate::source::{Source, Span};

/// The name of the file that makes a folder a template.
pub const FORM: &str = "template.yaml";

/// A template as its `template.yaml` says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Form {
    /// What it is for, in one sentence.
    pub summary: String,
    /// The template from which questions, values, refusals and files are taken over.
    #[serde(default)]
    pub extends: Option<At<String>>,
    /// Whether it only serves others, and cannot be made itself.
    #[serde(default)]
    pub part: bool,
    /// What the folder that is made has, one line each.
    #[serde(default)]
    pub gives: Vec<String>,
    /// What is asked; one of the same name replaces that of the template that is extended.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// Names that the files see, computed from the answers in this order; later templates win.
    #[serde(default)]
    pub values: Vec<Computed>,
    /// What does not go together.
    #[serde(default)]
    pub refusals: Vec<Refusal>,
    /// The files; one with the same `to` replaces that of the template that is extended.
    #[serde(default)]
    pub files: Vec<Entry>,
}

/// What is asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Question {
    /// By which it is answered; in files a dash of it is an underscore.
    pub name: At<String>,
    /// What an answer is.
    pub kind: Kind,
    /// The answer unless somebody says another; text may use the answers above it.
    pub default: At<Raw>,
    /// The answers that a choice has.
    #[serde(default)]
    pub choices: Vec<String>,
    /// What a text, or each item of a list, must look like as a whole.
    #[serde(default)]
    pub pattern: Option<At<String>>,
    /// What is said of an answer that does not match the pattern: what it should be.
    #[serde(default)]
    pub like: Option<String>,
    /// One line for those who are asked.
    pub help: String,
    /// The condition under which it matters.
    #[serde(default)]
    pub when: Option<At<String>>,
}

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A line of text.
    Text,
    /// One of several words.
    Choice,
    /// Yes or no.
    Flag,
    /// Words.
    List,
}

/// A name with an expression that gives its value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Computed {
    /// The name.
    pub name: At<String>,
    /// The expression.
    pub is: At<String>,
}

/// Answers that do not go together.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Refusal {
    /// The condition.
    pub when: At<String>,
    /// What is said then; a template of its own.
    pub say: At<String>,
}

/// A file of the template.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// Where it lies in the template's folder; `.j2` at the end means that it is rendered.
    pub file: At<String>,
    /// The path that is made, which may hold `{{ … }}`; by default `file` without `.j2`.
    #[serde(default)]
    pub to: Option<At<String>>,
    /// The condition under which it is made.
    #[serde(default)]
    pub when: Option<At<String>>,
    /// Whether it may be run.
    #[serde(default)]
    pub executable: bool,
}

impl Entry {
    /// The path that is made, before it is rendered.
    pub fn target(&self) -> &At<String> {
        self.to.as_ref().unwrap_or(&self.file)
    }

    /// What `target` is told apart by: the path without the mark of a rendered file.
    pub fn key(&self) -> &str {
        let target = self.target().value.as_str();
        match self.to {
            Some(_) => target,
            None => target.strip_suffix(RENDERED).unwrap_or(target),
        }
    }
}

/// How the name of a file ends that is rendered.
pub const RENDERED: &str = ".j2";

/// A value as YAML has it, before its question says what it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// Text, as it stands or in quotes.
    Text(String),
    /// A number or another word, of which the text in the file counts.
    Word,
    /// Yes or no.
    Flag(bool),
    /// A list.
    List(Vec<At<String>>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Raw;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a text, a number, true, false or a list of texts")
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Raw, E> {
                Ok(Raw::Flag(value))
            }

            fn visit_i64<E: de::Error>(self, _value: i64) -> Result<Raw, E> {
                Ok(Raw::Word)
            }

            fn visit_u64<E: de::Error>(self, _value: u64) -> Result<Raw, E> {
                Ok(Raw::Word)
            }

            fn visit_f64<E: de::Error>(self, _value: f64) -> Result<Raw, E> {
                Ok(Raw::Word)
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<Raw, E> {
                Ok(Raw::Text(value.to_owned()))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Raw, E> {
                Ok(Raw::Text(String::new()))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Raw::List(items))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Answers as a file has them.
pub type RawAnswers = BTreeMap<At<String>, At<Raw>>;

/// Reads a YAML file of a template, or one of answers.
///
/// # Errors
/// It is no YAML, or has a key or a kind of value that is not asked for.
pub fn read<T: de::DeserializeOwned>(source: &Source) -> Result<T, Fault> {
    config::from_yaml(source).map_err(|findings| {
        let Some(finding) = findings.into_iter().next() else {
            return Fault::of(source.name(), "it cannot be read");
        };
        let span = match &finding.place {
            crate::finding::Place::Text { span, .. } => *span,
            crate::finding::Place::Layer { .. } => Span::default(),
        };
        Fault::at(source, span, finding.message).with_help(finding.help)
    })
}
