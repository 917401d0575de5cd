//! Findings with byte spans to entries with lines, columns, excerpts and fingerprints.

use std::path::Path;
use std::sync::Arc;

use crate::config::Layer;
use crate::context::{Answer, Context};
use crate::disk::Broken;
use crate::finding::{Finding, Place};
use crate::policy;
use crate::report::excerpt::Excerpt;
use crate::report::fingerprint::Fingerprints;
use crate::report::printable::printable_at_start;
use crate::report::{Entry, Spot, Suppressed};
use crate::source::{Source, Span};
use crate::syntax::Tree;

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
    /// The invocation that is judged, where it has a name.
    pub known_from: Option<&'a str>,
    /// Whether the text around findings will be shown.
    pub excerpts: bool,
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
        let invocations = self.known_from.map(str::to_owned).into_iter().collect();
        entry(finding, spot, related, invocations, fingerprint, excerpt)
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
        let index = self
            .tree
            .instructions
            .partition_point(|one| one.span.start <= span.start);
        let instruction = index.checked_sub(1).map(|index| &self.tree.instructions[index]);
        match instruction.filter(|one| span.start <= one.span.end) {
            Some(instruction) => instruction.text.text().to_owned(),
            None => line_of(self.source, *span),
        }
    }

    fn spot(&self, place: &Place) -> Spot {
        match place {
            Place::Layer { index, created_by } => Spot::Layer {
                index: *index,
                created_by: Arc::clone(created_by),
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
            (true, true) => Some(excerpt_of(self.source, *span)),
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
    invocations: Vec<String>,
    fingerprint: String,
    excerpt: Option<Excerpt>,
) -> Entry {
    Entry {
        rule: finding.rule,
        aliases: finding.aliases,
        severity: finding.severity,
        certainty: finding.certainty,
        message: one_line(finding.message),
        help: finding.help.map(one_line),
        url: None,
        spot,
        stage: finding.stage,
        related,
        fix: finding.fix,
        invocations,
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
        path: Arc::from(source.name()),
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
        Some(entry(
            finding.clone(),
            spot,
            Vec::new(),
            Vec::new(),
            fingerprint,
            excerpt,
        ))
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
