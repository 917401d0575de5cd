//! Where the lines of an image's history stand: in its Dockerfile where that is known, else in the image.

use std::sync::Arc;

use super::history::{Line, Matched};
use crate::facts::{Step, Value};
use crate::finding::Place;
use crate::syntax::{Instruction, Tree};

/// Where lines stand: in the Dockerfile, or in the image.
pub struct Places<'a> {
    /// The lines of the history.
    pub lines: &'a [Line],
    /// The instructions that made them, where the Dockerfile is known and fits.
    pub matched: Option<(&'a Matched, &'a Tree)>,
}

impl Places<'_> {
    fn instruction(&self, line: usize) -> Option<(usize, &Instruction)> {
        let (matched, tree) = self.matched?;
        let index = matched.instructions.get(line).copied().flatten()?;
        Some((index, &tree.instructions[index]))
    }

    /// The place of a line.
    pub fn of(&self, line: usize) -> Place {
        match (self.instruction(line), self.lines.get(line)) {
            (Some((_, instruction)), _) => Place::here(instruction.span),
            (None, Some(line)) => Place::Layer {
                index: u32::try_from(line.at).unwrap_or(u32::MAX),
                created_by: Arc::clone(&line.created_by),
            },
            (None, None) => Place::Layer {
                index: 0,
                created_by: Arc::from(""),
            },
        }
    }

    /// The place of a word of a line; the line's where the word does not stand in it.
    pub fn word(&self, line: usize, word: &str) -> Place {
        let Some((_, instruction)) = self.instruction(line).filter(|_| !word.is_empty()) else {
            return self.of(line);
        };
        let text = instruction.text.text();
        let ends = |sign: Option<char>| {
            sign.is_none_or(|sign| !(sign.is_alphanumeric() || matches!(sign, '-' | '_' | '.')))
        };
        let found = text.match_indices(word).find(|(at, _)| {
            ends(text[..*at].chars().next_back()) && ends(text[at + word.len()..].chars().next())
        });
        match found {
            Some((at, _)) => Place::here(instruction.text.span(at as u32..(at + word.len()) as u32)),
            None => self.of(line),
        }
    }

    /// The step of a line; one without a keyword where there is no such line.
    pub fn step(&self, line: usize) -> Step {
        let instruction = self.instruction(line).map_or(line, |(index, _)| index);
        let keyword = self.lines.get(line).map_or("", |line| line.keyword);
        Step {
            // Who ran it does not matter: owners are seen.
            user: Value::known("root"),
            folder: Value::known("/"),
            ..Step::new(0, instruction, keyword, self.of(line))
        }
    }

    /// The last line of a keyword that says something; else the first line of all.
    pub fn said(&self, keyword: &str, says: impl Fn(&str) -> bool) -> usize {
        let is_it = |line: &Line| line.keyword == keyword && says(&line.text);
        self.lines.iter().rposition(is_it).unwrap_or(0)
    }
}
