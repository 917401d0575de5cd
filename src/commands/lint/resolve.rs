//! Findings with byte spans to entries with lines, columns, excerpts and fingerprints.

use std::path::Path;
use std::sync::Arc;

use super::judge::KnownFrom;
use crate::config::Layer;
use crate::context::{Answer, Context};
use crate::disk::Broken;
use crate::finding::{Finding, Place};
use crate::policy;
use crate::report::excerpt::Excerpt;
use crate::report::fingerprint::Fingerprints;
use crate::report::printable::printable_at_start;
use crate::report::{Entry, Spot, Suppressed};
use crate::rules;
use crate::source::{Source, Span};
use crate::syntax::{Instruction, Tree};

/// Resolves the places of one file's findings.
pub struct Resolver<'a> {
    /// The Dockerfile.
    pub source: &'a Source,
    /// Its instructions, which fingerprints are made of.
    pub tree: &'a Tree,
    /// The configs that places may lie in.
    pub layers: &'a [Layer],
    /// The build context that places may lie in.
    pub context: &'a dyn Context,
    /// The path of the context as reported.
    pub context_name: String,
    /// The builds in which findings arise, where they have names.
    pub known_from: &'a KnownFrom,
    /// Whether the text around findings will be shown.
    pub excerpts: bool,
    /// The Dockerfile as it may be shown, where it holds secrets.
    pub shown: Option<Source>,
}

/// The text of a file with the secrets in it masked; none if there are none.
pub fn masked(source: &Source, findings: &[Finding]) -> Option<Source> {
    let mut text: Option<Vec<u8>> = None;
    for finding in findings.iter().filter(|finding| rules::is_masked(finding.rule)) {
        let Place::Text { span, .. } = &finding.place else {
            continue;
        };
        let text = text.get_or_insert_with(|| source.text().to_vec());
        let secret = text.get_mut(span.start as usize..span.end as usize);
        // Line ends stay, so that lines do.
        let signs = secret
            .into_iter()
            .flatten()
            .filter(|byte| !byte.is_ascii_whitespace());
        signs.for_each(|byte| *byte = b'*');
    }
    Source::new(source.name().to_owned(), text?).ok()
}

impl Resolver<'_> {
    /// All findings of a verdict, those that count and those that do not.
    pub fn resolve(&self, verdict: policy::Verdict) -> (Vec<Entry>, Vec<Suppressed>) {
        // One order for both, so that silencing a finding leaves the fingerprints of its like alone.
        let kept = verdict.kept.into_iter().map(|finding| (finding, None));
        let silenced = verdict
            .silenced
            .into_iter()
            .map(|one| (one.finding, Some((one.by, one.reason))));
        let mut all: Vec<_> = kept.chain(silenced).collect();
        all.sort_by(|(one, _), (other, _)| order(one).cmp(&order(other)));
        let mut fingerprints = Fingerprints::default();
        let mut entries = Vec::new();
        let mut suppressed = Vec::new();
        for (finding, silence) in all {
            let entry = self.entry(finding, &mut fingerprints);
            match silence {
                None => entries.push(entry),
                Some((by, reason)) => suppressed.push(Suppressed {
                    entry,
                    by: by.name(),
                    reason,
                }),
            }
        }
        (entries, suppressed)
    }

    fn entry(&self, finding: Finding, fingerprints: &mut Fingerprints) -> Entry {
        let fingerprint = fingerprints.next(finding.rule, &self.words(&finding.place));
        let excerpt = self.excerpt(&finding.place);
        let spot = self.spot(&finding.place);
        let related = finding
            .related
            .iter()
            .map(|related| (related.message.clone(), self.spot(&related.place)))
            .collect();
        let key = (finding.rule, finding.place.clone(), finding.message.clone());
        let invocations = self.known_from.get(&key).cloned().unwrap_or_default();
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        let edit_spots = edits.map(|edit| spot_in(self.source, edit.span)).collect();
        let instruction_line = self.instruction_line(&finding.place);
        Entry {
            edit_spots,
            instruction_line,
            invocations,
            ..entry(finding, spot, related, fingerprint, excerpt)
        }
    }

    /// The first line of the instruction in which a place stands.
    fn instruction_line(&self, place: &Place) -> Option<u32> {
        match place {
            Place::Text { path, span } if self.is_here(path) => {
                self.instruction(*span).map(|instruction| instruction.start_line)
            }
            _ => None,
        }
    }

    fn instruction(&self, span: Span) -> Option<&Instruction> {
        let index = self
            .tree
            .instructions
            .partition_point(|one| one.span.start <= span.start);
        let instruction = index.checked_sub(1).map(|index| &self.tree.instructions[index]);
        instruction.filter(|one| span.start <= one.span.end)
    }

    /// The text that a fingerprint is made of: the instruction's, or the line's.
    fn words(&self, place: &Place) -> String {
        let (path, span) = match place {
            Place::Text { path, span } => (path, span),
            Place::Layer { created_by, .. } => return created_by.to_string(),
        };
        if !self.is_here(path) {
            return self
                .elsewhere(path, |source| line_of(source, *span))
                .unwrap_or_default();
        }
        match self.instruction(*span) {
            Some(instruction) => instruction.text.text().to_owned(),
            None => line_of(self.source, *span),
        }
    }

    fn spot(&self, place: &Place) -> Spot {
        match place {
            Place::Layer { index, created_by } => Spot::Layer {
                index: *index,
                created_by: Arc::clone(created_by),
                image: Arc::from(""),
            },
            Place::Text { path, span } if self.is_here(path) => spot_in(self.source, *span),
            Place::Text { path, span } => self
                .elsewhere(path, |source| spot_in(source, *span))
                .unwrap_or_else(|| spot_in(self.source, Span::default())),
        }
    }

    fn excerpt(&self, place: &Place) -> Option<Excerpt> {
        let Place::Text { path, span } = place else {
            return None;
        };
        match (self.excerpts, self.is_here(path)) {
            (false, _) => None,
            (true, true) => Some(excerpt_of(self.shown.as_ref().unwrap_or(self.source), *span)),
            (true, false) => self.elsewhere(path, |source| excerpt_of(source, *span)),
        }
    }

    fn is_here(&self, path: &str) -> bool {
        path.is_empty() || path == self.source.name()
    }

    /// Looks into a config or a file of the context; none if it is neither or cannot be read again.
    fn elsewhere<T>(&self, path: &str, look: impl FnOnce(&Source) -> T) -> Option<T> {
        if let Some(layer) = self.layers.iter().find(|layer| layer.source.name() == path) {
            return Some(look(&layer.source));
        }
        let Answer::Known(text) = self.context.read(path) else {
            return None;
        };
        let name = match self.context_name.as_str() {
            "" | "." => path.to_owned(),
            folder => Path::new(folder).join(path).to_string_lossy().into_owned(),
        };
        Source::new(name, text).ok().map(|source| look(&source))
    }
}

fn order(finding: &Finding) -> (&str, u32, &str, &str) {
    let (path, byte) = match &finding.place {
        Place::Text { path, span } => (&**path, span.start),
        Place::Layer { index, .. } => ("", *index),
    };
    (path, byte, finding.rule, &finding.message)
}

fn entry(
    finding: Finding,
    spot: Spot,
    related: Vec<(String, Spot)>,
    fingerprint: String,
    excerpt: Option<Excerpt>,
) -> Entry {
    let codes = finding.aliases.iter();
    let url = codes
        .filter_map(|id| crate::shell::code(id))
        .next()
        .map(|code| code.url);
    Entry {
        rule: finding.rule,
        aliases: finding.aliases,
        severity: finding.severity,
        certainty: finding.certainty,
        message: one_line(finding.message),
        help: finding.help.map(one_line),
        url,
        spot,
        stage: finding.stage,
        related,
        fix: finding.fix,
        edit_spots: Vec::new(),
        instruction_line: None,
        invocations: Vec::new(),
        fingerprint,
        excerpt,
    }
}

/// Characters of a message; what is longer quotes a file that wants to flood its reader.
const MESSAGE_LIMIT: usize = 500;

/// Messages are one line of a length that people read, whatever text of a file is quoted in them.
fn one_line(text: String) -> String {
    let text = match text.contains(['\n', '\r']) {
        true => text
            .split(['\n', '\r'])
            .map(str::trim)
            .collect::<Vec<_>>()
            .join(" "),
        false => text,
    };
    match text.char_indices().nth(MESSAGE_LIMIT) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

fn spot_in(source: &Source, span: Span) -> Spot {
    Spot::Text {
        path: source.shared_name(),
        start: source.position(span.start),
        end: source.position(span.end.max(span.start)),
    }
}

fn excerpt_of(source: &Source, span: Span) -> Excerpt {
    Excerpt::new(source, printable_at_start(source.name()).into_owned(), span)
}

fn line_of(source: &Source, span: Span) -> String {
    let line = source.line_span(source.position(span.start).line);
    String::from_utf8_lossy(source.slice(line)).into_owned()
}

/// The findings in a broken config.
pub fn in_config(broken: &Broken) -> Vec<Entry> {
    let mut fingerprints = Fingerprints::default();
    let of = |finding: &Finding| {
        let Place::Text { path, span } = &finding.place else {
            return None;
        };
        let source = broken.sources.iter().find(|source| source.name() == &**path)?;
        let fingerprint = fingerprints.next(finding.rule, &line_of(source, *span));
        let excerpt = Some(excerpt_of(source, *span));
        let spot = spot_in(source, *span);
        Some(entry(finding.clone(), spot, Vec::new(), fingerprint, excerpt))
    };
    broken.findings.iter().filter_map(of).collect()
}

/// A finding in a broken config in one line.
pub fn told(finding: &Finding, broken: &Broken) -> String {
    let help = finding
        .help
        .as_ref()
        .map_or(String::new(), |help| format!(" ({help})"));
    let place = match &finding.place {
        Place::Text { path, span } => {
            let source = broken.sources.iter().find(|source| source.name() == &**path);
            let start = source.map(|source| source.position(span.start));
            start.map_or_else(
                || path.to_string(),
                |start| format!("{path}:{}:{}", start.line, start.column),
            )
        }
        Place::Layer { .. } => String::new(),
    };
    format!("{place}: {}{help}", finding.message)
}
