//! The text of a RUN as its shell gets it: the joined lines, then the bodies of its heredocs; or one
//! heredoc alone, where that is the whole script.

use std::borrow::Cow;
use std::ops::Range;

use crate::source::{Source, Span};
use crate::syntax::{Args, Heredoc, Instruction, Joined};

/// The script of a RUN with the way back to the file.
pub struct RunScript<'a> {
    /// The text, of the length that it has in the file.
    pub text: Cow<'a, str>,
    /// The words of `#!`, where the script is a heredoc that begins with it.
    pub interpreter: Option<Vec<String>>,
    joined: &'a Joined,
    /// Where the text begins in the joined one; none if it is a heredoc alone.
    start: Option<u32>,
    /// Where each body begins in the text, and where in the file.
    bodies: Vec<(u32, u32)>,
}

impl<'a> RunScript<'a> {
    /// The script of an instruction; none for the exec form.
    pub fn of(source: &Source, instruction: &'a Instruction) -> Option<Self> {
        let Args::Text(word) = &instruction.args else {
            return None;
        };
        let joined = &instruction.text;
        if let Some(heredoc) = whole_script(instruction, &word.text) {
            let (text, start) = body(source, heredoc);
            return Some(Self {
                interpreter: shebang(&text).map(|words| words.map(str::to_owned).collect()),
                text: Cow::Owned(text),
                joined,
                start: None,
                bodies: vec![(0, start)],
            });
        }
        let start = Some(word.range.start);
        if instruction.heredocs.is_empty() {
            let text = Cow::Borrowed(instruction.written(word));
            return Some(Self {
                text,
                interpreter: None,
                joined,
                start,
                bodies: Vec::new(),
            });
        }
        let (text, bodies) = with_bodies(source, instruction, instruction.written(word));
        Some(Self {
            text: Cow::Owned(text),
            interpreter: None,
            joined,
            start,
            bodies,
        })
    }

    /// Where a range of the text stands in the file.
    pub fn span(&self, range: Range<u32>) -> Span {
        let after = self.bodies.partition_point(|(at, _)| *at <= range.start);
        match (after.checked_sub(1), self.start) {
            (Some(index), _) => {
                let (at, source) = self.bodies[index];
                Span {
                    start: source + (range.start - at),
                    end: source + (range.end.max(range.start) - at),
                }
            }
            (None, start) => {
                let start = start.unwrap_or(0);
                let end = range.end.min(self.first_body()).max(range.start);
                self.joined.span(start + range.start..start + end)
            }
        }
    }

    /// The same for a range that stands in one piece; none where it crosses a joined line or the edge of
    /// a body, so that replacing it would lose what stands between.
    pub fn piece(&self, range: Range<u32>) -> Option<Span> {
        let span = self.span(range.clone());
        let is_whole = span.end - span.start == range.end - range.start;
        let crosses = range.start < self.first_body() && range.end > self.first_body();
        (is_whole && !crosses).then_some(span)
    }

    /// Whether a place of the text lies in the body of a heredoc, where lines are not joined.
    pub fn is_in_body(&self, at: u32) -> bool {
        self.start.is_none() || at >= self.first_body()
    }

    fn first_body(&self) -> u32 {
        match self.start {
            Some(_) => self
                .bodies
                .first()
                .map_or(u32::MAX, |(at, _)| at.saturating_sub(1)),
            None => 0,
        }
    }
}

/// The body of a heredoc as the shell gets it, and where its first byte stands.
pub(super) fn body(source: &Source, heredoc: &Heredoc) -> (String, u32) {
    let bytes = source.slice(heredoc.body);
    // One character for each invalid byte, so that places stay.
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{1A}'));
    }
    (text, heredoc.body.start)
}

/// The heredoc that is the whole script of a RUN, if its text is nothing else.
pub(super) fn whole_script<'i>(instruction: &'i Instruction, text: &str) -> Option<&'i Heredoc> {
    let heredoc = instruction.heredocs.first()?;
    let is_alone = instruction.heredocs.len() == 1 && text.trim_start().starts_with("<<");
    let length = (heredoc.range.end - heredoc.range.start) as usize;
    (is_alone && text.trim().len() == length).then_some(heredoc)
}

/// The words of `#!`.
fn shebang(text: &str) -> Option<impl Iterator<Item = &str>> {
    let line = text.strip_prefix("#!")?.lines().next()?;
    Some(line.split_whitespace())
}

/// The interpreter of `#!`, by its base name.
pub(super) fn interpreter(text: &str) -> Option<String> {
    let mut words = shebang(text)?;
    let first = words.next()?;
    let name = first.rsplit('/').next().unwrap_or(first);
    if name == "env" {
        return words.find(|word| !word.starts_with('-')).map(str::to_owned);
    }
    Some(name.to_owned())
}

/// The text with the bodies of its heredocs behind it, as the shell gets it; where each body begins
/// in the text, and where in the file.
pub(super) fn with_bodies(
    source: &Source,
    instruction: &Instruction,
    text: &str,
) -> (String, Vec<(u32, u32)>) {
    let mut whole = text.to_owned();
    let mut bodies = Vec::new();
    for heredoc in &instruction.heredocs {
        let (body, start) = body(source, heredoc);
        whole.push('\n');
        bodies.push((whole.len() as u32, start));
        whole.push_str(&body);
        if !body.is_empty() && !body.ends_with('\n') {
            whole.push('\n');
        }
        whole.push_str(&heredoc.name);
    }
    if !instruction.heredocs.is_empty() {
        whole.push('\n');
    }
    (whole, bodies)
}
