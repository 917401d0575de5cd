//! Files without FROM: what stands in them is judged as if it stood in a stage.
//!
//! BuildKit refuses such a file, and that is told. Yet people keep pieces of Dockerfiles in files of
//! their own, and other linters judge them. So a FROM is put before the first instruction that needs one,
//! and what is then said in their words is told where it stands in the file.

use crate::finding::{Finding, Place};
use crate::source::{Source, Span};
use crate::syntax::{Keyword, Tree};

/// What is put in: an image of which nothing is known.
const FROM: &str = "FROM fragment.invalid/base:1\n";

/// A file with a FROM put in.
pub(super) struct Fragment {
    /// Its text.
    pub source: Source,
    /// Where the FROM begins.
    at: u32,
}

/// The file with a FROM before its first instruction but ARG; none where there is nothing to put it
/// before, or a FROM is there.
pub(super) fn of(source: &Source, tree: &Tree) -> Option<Fragment> {
    let has_from = tree.instructions.iter().any(|one| one.keyword == Keyword::From);
    let mut needs = tree
        .instructions
        .iter()
        .filter(|one| !matches!(one.keyword, Keyword::Arg | Keyword::Unknown));
    let first = needs.next()?;
    if has_from {
        return None;
    }
    let line = source.position(first.span.start).line;
    let at = source.line_span(line).start;
    let bytes = source.text();
    let mut text = Vec::with_capacity(bytes.len() + FROM.len());
    text.extend_from_slice(&bytes[..at as usize]);
    text.extend_from_slice(FROM.as_bytes());
    text.extend_from_slice(&bytes[at as usize..]);
    let source = Source::new(source.name(), text).ok()?;
    Some(Fragment { source, at })
}

impl Fragment {
    /// What was said of the text with the FROM, told of the text without; what only BuildKit or a
    /// platform would say is left out, and so is all that the FROM itself is at fault for.
    pub fn findings(&self, judged: Vec<Finding>) -> Vec<Finding> {
        let is_id = |alias: &&str| alias.starts_with("DL") || alias.starts_with("SC");
        let is_theirs = |finding: &Finding| finding.aliases.iter().any(&is_id);
        let told = judged.into_iter().filter(is_theirs).filter_map(|mut finding| {
            finding.place = self.place(finding.place)?;
            finding.stage = None;
            finding.related = std::mem::take(&mut finding.related)
                .into_iter()
                .filter_map(|mut related| {
                    related.place = self.place(related.place)?;
                    Some(related)
                })
                .collect();
            if let Some(fix) = &mut finding.fix {
                for edit in &mut fix.edits {
                    edit.span = self.span(edit.span)?;
                }
            }
            Some(finding)
        });
        told.collect()
    }

    fn place(&self, place: Place) -> Option<Place> {
        match place {
            Place::Text { path, span } if path.is_empty() => Some(Place::Text {
                span: self.span(span)?,
                path,
            }),
            place => Some(place),
        }
    }

    /// A span of the text without the FROM; none for one in it.
    fn span(&self, span: Span) -> Option<Span> {
        let length = FROM.len() as u32;
        let before = |offset: u32| match offset {
            offset if offset <= self.at => Some(offset),
            offset if offset < self.at + length => None,
            offset => Some(offset - length),
        };
        let touches_from = span.start < self.at + length && span.end > self.at;
        if touches_from {
            return None;
        }
        Some(Span {
            start: before(span.start)?,
            end: before(span.end)?,
        })
    }
}
