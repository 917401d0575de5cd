//! stub
use std::ops::Range;
/// x
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// x
    Set(String),
    /// x
    Unset,
    /// x
    Unknown,
}
/// x
pub trait Variables {
    /// x
    fn get(&self, name: &str) -> Lookup;
}
/// x
#[derive(Debug, Clone, Default)]
pub struct Expanded {
    /// x
    pub text: String,
    /// x
    pub holes: Vec<Range<usize>>,
    /// x
    pub matched: Vec<String>,
    /// x
    pub unmatched: Vec<String>,
}
/// x
#[derive(Debug)]
pub struct ExpandError;
/// x
pub fn expand(word: &str, _escape: char, _variables: &dyn Variables) -> Result<Expanded, ExpandError> {
    Ok(Expanded { text: word.to_owned(), ..Expanded::default() })
}

/// x
pub fn expand_heredoc(word: &str, _variables: &dyn Variables) -> Result<Expanded, ExpandError> {
    Ok(Expanded { text: word.to_owned(), ..Expanded::default() })
}
