//! Answers: from a file, from the command line, from whoever is asked, or by default.

use std::collections::BTreeMap;

use super::fault::{Fault, Faults};
use super::form::{self, Kind, Question, Raw, RawAnswers};
use super::library::Template;
use super::question::Answer;
use super::render::Renderer;
use crate::rules::nearest;
use crate::source::Source;

/// Answers by the names of their questions.
pub type Answers = BTreeMap<String, Answer>;

/// Answers that were given beforehand, each with the place that says it.
#[derive(Debug, Clone, Default)]
pub struct Given(BTreeMap<String, (Answer, String)>);

impl Given {
    /// Adds what a file of answers says; what is there already stays, so the last word comes first.
    ///
    /// # Errors
    /// A key that is no question, or an answer that does not fit; all of them.
    pub fn add_file(&mut self, template: &Template, source: &Source) -> Result<(), Faults> {
        let raw: Option<RawAnswers> = form::read(source)?;
        self.add_raw(template, source, &raw.unwrap_or_default())
    }

    /// The same for answers that are read already.
    pub(super) fn add_raw(
        &mut self,
        template: &Template,
        source: &Source,
        raw: &RawAnswers,
    ) -> Result<(), Faults> {
        let mut faults = Vec::new();
        for (name, value) in raw {
            let read = question(template, &name.value)
                .map_err(|fault| Fault::at(source, name.span, fault.message).with_help(fault.help))
                .and_then(|question| {
                    question
                        .read_raw(value, source)
                        .map_err(|fault| Fault::at(source, value.span, fault.message).with_help(fault.help))
                });
            match read {
                Ok(answer) => {
                    let place = Fault::at(source, value.span, "").place;
                    self.0.entry(name.value.clone()).or_insert((answer, place));
                }
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Faults(faults))
        }
    }

    /// Adds `KEY=VALUE` of the command line.
    ///
    /// # Errors
    /// No `=`, a key that is no question or was said before, or an answer that does not fit.
    pub fn add_typed(&mut self, template: &Template, text: &str) -> Result<(), Fault> {
        let place = |name: &str| format!("--set {name}");
        let Some((name, value)) = text.split_once('=') else {
            return Err(Fault::of(place(text), "write it like user=coder"));
        };
        let name = name.trim();
        let at = |fault: Fault| Fault::of(place(name), fault.message).with_help(fault.help);
        let question = question(template, name).map_err(at)?;
        if self.0.contains_key(name) {
            return Err(Fault::of(place(name), "it is said twice"));
        }
        let answer = question.read_typed(value).map_err(at)?;
        self.0.insert(name.to_owned(), (answer, place(name)));
        Ok(())
    }
}

fn question<'t>(template: &'t Template, name: &str) -> Result<&'t Question, Fault> {
    let found = template.questions().find(|question| question.name.value == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = template
            .questions()
            .map(|question| question.name.value.as_str())
            .collect();
        let help = match nearest(name, names.iter().copied()) {
            Some(near) => format!("the nearest is `{near}`"),
            None => format!("{} asks {}", template.name, names.join(", ")),
        };
        Fault::new(format!("`{name}` is nothing that {} asks", template.name)).with_help(Some(help))
    })
}

impl Template {
    /// The answers to all questions: what was given, else what `ask` says, which gets each question
    /// with its default. Questions that do not matter after the answers before them keep their default.
    ///
    /// # Errors
    /// A default that does not fit, a condition that cannot be evaluated, or what `ask` refuses.
    pub fn answers(
        &self,
        given: &Given,
        ask: &mut dyn FnMut(&Question, &Answer) -> Result<Answer, Fault>,
    ) -> Result<Answers, Faults> {
        let renderer = Renderer::new(self)?;
        let mut answers = Answers::new();
        for (owner, question) in self.owned_questions() {
            let source = self.source(owner);
            let name = question.name.value.clone();
            if let Some((answer, place)) = given.0.get(&name) {
                question
                    .check(answer)
                    .map_err(|fault| Fault::of(place.clone(), fault.message).with_help(fault.help))?;
                answers.insert(name, answer.clone());
                continue;
            }
            let default = match (&question.default.value, question.kind) {
                (Raw::Text(text), Kind::Text) => {
                    Answer::Text(renderer.text(text, source, question.default.span, &answers)?)
                }
                _ => question
                    .read_raw(&question.default, source)
                    .map_err(|fault| Fault::at(source, question.default.span, fault.message))?,
            };
            let matters = match &question.when {
                Some(when) => renderer.condition(when, source, &answers)?,
                None => true,
            };
            let answer = if matters {
                ask(question, &default)?
            } else {
                default
            };
            question
                .check(&answer)
                .map_err(|fault| Fault::at(source, question.default.span, fault.message))?;
            answers.insert(name, answer);
        }
        Ok(answers)
    }

    /// The answers where nobody is asked.
    ///
    /// # Errors
    /// As [`Template::answers`].
    pub fn answers_by_default(&self, given: &Given) -> Result<Answers, Faults> {
        self.answers(given, &mut |_, default| Ok(default.clone()))
    }
}
