//! Words to values: quotes, escapes and variables as BuildKit's one lexer for all uses has them.
//!
//! A variable whose value cannot be known leaves a hole: the reference stands in the result as it
//! was written, and its place is told. Nothing here decides which words are expanded.

use std::ops::Range;

use super::lexer::{Scan, Value};
use super::quote;

/// What is known of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Its value.
    Set(String),
    /// There is no such variable.
    Unset,
    /// It may have a value that nobody can tell: an `ARG` without default, the environment of a base
    /// image that is not known.
    Unknown,
}

/// Where variables are looked up.
pub trait Variables {
    /// What is known of the variable of this name.
    fn get(&self, name: &str) -> Lookup;
}

/// No variable is set.
impl Variables for () {
    fn get(&self, _name: &str) -> Lookup {
        Lookup::Unset
    }
}

/// A word with its variables replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expanded {
    /// The value.
    pub text: String,
    /// The ranges of `text` in which a reference stands as written, since its value is not known.
    pub holes: Vec<Range<usize>>,
    /// Names that were looked up and are set or unknown, sorted.
    pub matched: Vec<String>,
    /// Names that were looked up and are not set, sorted.
    pub unmatched: Vec<String>,
}

/// One word of several.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpandedWord {
    /// The value.
    pub text: String,
    /// The ranges of `text` in which a reference stands as written.
    pub holes: Vec<Range<usize>>,
    /// From where to where it reaches in the word that was expanded.
    pub range: Range<usize>,
}

/// A word that BuildKit refuses to expand; its text is BuildKit's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to process {}: {reason}", quote::quoted(word))]
pub struct ExpandError {
    /// The word.
    pub word: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Expands a word to one value; blanks in it stay.
///
/// # Errors
/// Unbalanced quotes, a bad substitution, or a variable that `${x:?}` demands.
pub fn expand(word: &str, escape: char, variables: &dyn Variables) -> Result<Expanded, ExpandError> {
    let lexer = Lexer {
        escape,
        ..Lexer::default()
    };
    lexer.expand(word, variables)
}

/// Expands a word and splits the result at blanks that are not quoted, those of values included.
///
/// # Errors
/// As [`expand`].
pub fn expand_words(
    word: &str,
    escape: char,
    variables: &dyn Variables,
) -> Result<Vec<ExpandedWord>, ExpandError> {
    let lexer = Lexer {
        escape,
        ..Lexer::default()
    };
    lexer.expand_words(word, variables)
}

/// The lexer with its switches.
#[derive(Debug, Clone, Copy)]
pub struct Lexer {
    /// The escape character.
    pub escape: char,
    /// Quotes that group stay in the result.
    pub raw_quotes: bool,
    /// Escape characters stay in the result.
    pub raw_escapes: bool,
    /// Quotes mean nothing.
    pub skip_process_quotes: bool,
    /// References to unset variables stay as they are.
    pub skip_unset_env: bool,
}

impl Default for Lexer {
    fn default() -> Self {
        Self {
            escape: '\\',
            raw_quotes: false,
            raw_escapes: false,
            skip_process_quotes: false,
            skip_unset_env: false,
        }
    }
}

impl Lexer {
    /// [`expand`] with the switches.
    ///
    /// # Errors
    /// As [`expand`].
    pub fn expand(&self, word: &str, variables: &dyn Variables) -> Result<Expanded, ExpandError> {
        let (scan, value, _) = self.run(word, variables, false)?;
        Ok(Expanded {
            text: value.text,
            holes: value.holes,
            matched: scan.matched.into_iter().collect(),
            unmatched: scan.unmatched.into_iter().collect(),
        })
    }

    /// [`expand_words`] with the switches.
    ///
    /// # Errors
    /// As [`expand`].
    pub fn expand_words(
        &self,
        word: &str,
        variables: &dyn Variables,
    ) -> Result<Vec<ExpandedWord>, ExpandError> {
        Ok(self.run(word, variables, true)?.2)
    }

    fn run<'a>(
        &'a self,
        word: &'a str,
        variables: &'a dyn Variables,
        splits: bool,
    ) -> Result<(Scan<'a>, Value, Vec<ExpandedWord>), ExpandError> {
        let mut scan = Scan::new(self, word, variables, splits);
        match scan.until(None, self.raw_escapes) {
            Ok((value, words)) => Ok((scan, value, words)),
            Err(reason) => Err(ExpandError {
                word: word.to_owned(),
                reason,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Table;

    impl Variables for Table {
        fn get(&self, name: &str) -> Lookup {
            match name {
                "set" => Lookup::Set("a b".into()),
                "unknown" => Lookup::Unknown,
                _ => Lookup::Unset,
            }
        }
    }

    fn holes(word: &str) -> (String, Vec<String>) {
        let expanded = expand(word, '\\', &Table).expect("readable");
        let holes = expanded
            .holes
            .iter()
            .map(|hole| expanded.text[hole.clone()].to_owned());
        (expanded.text.clone(), holes.collect())
    }

    #[test]
    fn what_is_not_known_stays_as_written() {
        assert_eq!(
            holes("x/$unknown/y"),
            ("x/$unknown/y".into(), vec!["$unknown".into()])
        );
        assert_eq!(
            holes("\"${unknown}$set\""),
            ("${unknown}a b".into(), vec!["${unknown}".into()])
        );
    }

    #[test]
    fn an_operator_on_what_is_not_known_is_a_hole_as_a_whole() {
        for word in [
            "${unknown:-a}",
            "${unknown+a}",
            "${unknown:?}",
            "${unknown#a}",
            "${unknown/a/b}",
        ] {
            assert_eq!(holes(word), (word.into(), vec![word.into()]));
        }
        assert_eq!(
            holes("${set#$unknown}"),
            ("${set#$unknown}".into(), vec!["${set#$unknown}".into()])
        );
    }

    #[test]
    fn a_default_may_hold_a_hole() {
        assert_eq!(
            holes("a${unset:-b$unknown}c"),
            ("ab$unknownc".into(), vec!["$unknown".into()])
        );
        assert_eq!(holes("a${set:-b$unknown}c"), ("aa bc".into(), vec![]));
    }

    #[test]
    fn names_are_told_as_found_or_missing() {
        let expanded = expand("$unknown$set$unset", '\\', &Table).expect("readable");
        assert_eq!(expanded.matched, ["set", "unknown"]);
        assert_eq!(expanded.unmatched, ["unset"]);
    }

    #[test]
    fn a_hole_is_not_split_and_a_value_is() {
        let words = expand_words("$set${unknown} ${unknown:-c d} e", '\\', &Table).expect("readable");
        let texts: Vec<_> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["a", "b${unknown}", "${unknown:-c d}", "e"]);
        assert_eq!(words[1].holes.first(), Some(&(1..11)));
        assert_eq!(words[3].range, 31..32);
    }

    #[test]
    fn depth_has_a_bound() {
        let nested = format!("{}a{}", "${x:-".repeat(5_000), "}".repeat(5_000));
        assert!(expand(&nested, '\\', &()).is_err());
    }
}
