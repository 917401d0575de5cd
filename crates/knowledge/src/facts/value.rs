//! Text of which parts may not be known.
//!
//! A variable without a value, the output of a command: what cannot be known stands in the text as
//! it is written (`${VERSION}`), and is marked as a hole. So `/tmp/${NAME}.deb` is still below
//! `/tmp`, and equals itself when it is removed later.

use std::ops::Range;

/// The hole that stands for words which a program hands on from its input, as xargs does.
pub const UNSEEN_WORDS: &str = "${arguments}";

/// Text with holes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Value {
    text: String,
    holes: Vec<Range<usize>>,
    glob: bool,
}

impl Value {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Text that is wholly known.
    pub fn known(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Text of which nothing is known but how it is written.
    pub fn unknown(raw: impl Into<String>) -> Self {
        let mut value = Self::new();
        value.push_hole(&raw.into());
        value
    }

    /// Text with the ranges in it that are not known, sorted and apart.
    pub fn with_holes(text: String, holes: Vec<Range<usize>>) -> Self {
        Self {
            text,
            holes,
            glob: false,
        }
    }

    /// The text if all of it is known.
    pub fn as_known(&self) -> Option<&str> {
        self.holes.is_empty().then_some(self.text.as_str())
    }

    /// Whether it is known and equals this.
    pub fn is(&self, text: &str) -> bool {
        self.as_known() == Some(text)
    }

    /// The text as a person would write it, holes raw.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The ranges that are not known.
    pub fn holes(&self) -> &[Range<usize>] {
        &self.holes
    }

    /// The known text before the first hole.
    pub fn known_prefix(&self) -> &str {
        &self.text[..self.holes.first().map_or(self.text.len(), |hole| hole.start)]
    }

    /// The known text after the last hole.
    pub fn known_suffix(&self) -> &str {
        &self.text[self.holes.last().map_or(0, |hole| hole.end)..]
    }

    /// Whether a shell would match it against file names.
    pub fn is_glob(&self) -> bool {
        self.glob
    }

    /// Whether nothing is in it, known or not.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds known text.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds something that is not known, as it is written.
    pub fn push_hole(&mut self, raw: &str) {
        let start = self.text.len();
        self.text.push_str(raw);
        self.holes.push(start..self.text.len());
    }

    /// Adds another value.
    pub fn append(&mut self, other: &Self) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.holes.extend(
            other
                .holes
                .iter()
                .map(|hole| start + hole.start..start + hole.end),
        );
        self.glob |= other.glob;
    }

    /// Says that the shell matches it against file names.
    pub fn set_glob(&mut self) {
        self.glob = true;
    }

    /// A part of it.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let holes = self
            .holes
            .iter()
            .filter(|hole| hole.start < range.end && hole.end > range.start);
        Self {
            text: self.text[range.clone()].to_owned(),
            holes: holes
                .map(|hole| hole.start.max(range.start) - range.start..hole.end.min(range.end) - range.start)
                .collect(),
            glob: self.glob && self.text[range].contains(['*', '?', '[']),
        }
    }

    /// The parts before and after the first such character outside of holes.
    pub fn split_once(&self, at: char) -> Option<(Self, Self)> {
        let (index, _) = self
            .text
            .match_indices(at)
            .find(|(index, _)| !self.in_hole(*index))?;
        Some((
            self.slice(0..index),
            self.slice(index + at.len_utf8()..self.text.len()),
        ))
    }

    /// The parts between such characters outside of holes.
    pub fn split(&self, at: impl Fn(char) -> bool) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut start = 0;
        for (index, character) in self.text.char_indices() {
            if at(character) && !self.in_hole(index) {
                parts.push(self.slice(start..index));
                start = index + character.len_utf8();
            }
        }
        parts.push(self.slice(start..self.text.len()));
        parts
    }

    /// The rest after a known prefix.
    pub fn strip_prefix(&self, prefix: &str) -> Option<Self> {
        self.known_prefix()
            .starts_with(prefix)
            .then(|| self.slice(prefix.len()..self.text.len()))
    }

    fn in_hole(&self, index: usize) -> bool {
        self.holes.iter().any(|hole| hole.contains(&index))
    }
}

/// How names are told that no word of the file gives: of an archive's content, of a copied folder's,
/// of what mktemp and xargs make.
const UNWRITTEN: [&str; 5] = [
    "${unpacked}",
    "${copied}",
    "${mktemp}",
    "${random}",
    "${arguments}",
];

/// As a person is told it: as written, with `…` for what nobody wrote.
impl std::fmt::Display for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = std::borrow::Cow::Borrowed(self.text.as_str());
        for hole in self.holes.iter().rev() {
            if UNWRITTEN.contains(&&self.text[hole.clone()]) {
                shown.to_mut().replace_range(hole.clone(), "…");
            }
        }
        formatter.write_str(&shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Value {
        let mut value = Value::known("/tmp/");
        value.push_hole("${A=b}");
        value.push("=c");
        value
    }

    #[test]
    fn a_hole_is_not_split() {
        let (before, after) = sample().split_once('=').expect("there is one outside");
        assert_eq!(before.text(), "/tmp/${A=b}");
        assert_eq!(before.as_known(), None);
        assert!(after.is("c"));
    }

    #[test]
    fn a_slice_keeps_its_holes() {
        let part = sample().slice(5..12);
        assert_eq!(part.text(), "${A=b}=");
        assert_eq!(part.holes(), std::slice::from_ref(&(0..6)));
    }
}
