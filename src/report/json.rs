//! Findings as JSON, schema 1.
//!
//! Every type here is what other programs read: fields are added, never renamed or taken away.

use std::io::{self, BufWriter, Write};

use serde::{Serialize, Serializer};
use serde_json::ser::{self, CharEscape, CompactFormatter, Formatter, PrettyFormatter};

use super::printable::is_hostile;
use super::{Entry, Report, Spot};
use crate::finding::{Certainty, Safety, Severity};
use crate::source::Position;

/// Writes the whole report.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_value(&Document::new(report), out)
}

/// Writes any value as our JSON is written: indented, with a line end, and without a character that
/// could change how a terminal shows the rest.
///
/// # Errors
/// The writer's.
pub fn write_value(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    // Each sign between values is written by itself: those are gathered here, where the writer is known.
    let mut gathered = BufWriter::with_capacity(1 << 16, out);
    let mut serializer = ser::Serializer::with_formatter(&mut gathered, Harmless(PrettyFormatter::new()));
    value.serialize(&mut serializer).map_err(io::Error::from)?;
    gathered.write_all(b"\n")?;
    gathered.flush()
}

/// Writes any value on one line without a line end, as harmless as [`write_value`] does.
///
/// # Errors
/// The writer's.
pub fn write_compact(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = ser::Serializer::with_formatter(&mut *out, Harmless(CompactFormatter));
    value.serialize(&mut serializer).map_err(io::Error::from)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    tool: Tool,
    findings: Found<'a>,
    suppressed: Silenced<'a>,
    errors: Vec<Problem<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probes: Option<&'a [super::probes::ProbeOutcome]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contract: Vec<Point<'a>>,
    summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<&'a super::difference::Difference>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    structure: &'a [super::structure::Outcome],
}

/// Findings, each made when it is written: a list of them all would be as long as the report.
struct Found<'a>(&'a [Entry]);

impl Serialize for Found<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Finding::new))
    }
}

/// The same of findings that are silenced.
struct Silenced<'a>(&'a [super::Suppressed]);

impl Serialize for Silenced<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Suppressed::new))
    }
}

#[derive(Serialize)]
struct Point<'a> {
    point: u8,
    name: &'a str,
    state: crate::checklist::State,
    evidence: &'a str,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    aliases: &'a [&'static str],
    severity: Severity,
    certainty: Certainty,
    message: &'a str,
    help: Option<&'a str>,
    url: Option<&'a str>,
    #[serde(flatten)]
    place: Place<'a>,
    stage: Option<&'a str>,
    related: Vec<Related<'a>>,
    fix: Option<Fix<'a>>,
    invocations: &'a [String],
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    path: Option<&'a str>,
    start: Option<Position>,
    end: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<Layer<'a>>,
}

#[derive(Serialize)]
struct Layer<'a> {
    index: u32,
    created_by: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    safety: Safety,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    start: u32,
    end: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct Suppressed<'a> {
    #[serde(flatten)]
    finding: Finding<'a>,
    by: &'a str,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Problem<'a> {
    path: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    error: usize,
    warning: usize,
    info: usize,
    style: usize,
    suppressed: usize,
}

impl<'a> Document<'a> {
    fn new(report: &'a Report) -> Self {
        let problem = |one: &'a super::Problem| Problem {
            path: &one.path,
            message: &one.message,
        };
        let point = |one: &'a crate::checklist::Judged| Point {
            point: one.number,
            name: one.name,
            state: one.state,
            evidence: &one.evidence,
        };
        Self {
            schema: 1,
            tool: Tool {
                name: "seaworthy",
                version: crate::VERSION,
            },
            findings: Found(&report.findings),
            suppressed: Silenced(&report.suppressed),
            errors: report.errors.iter().map(problem).collect(),
            probes: report.probes.as_deref(),
            contract: report.contract.iter().map(point).collect(),
            summary: Summary {
                files: report.files,
                error: report.count(Severity::Error),
                warning: report.count(Severity::Warning),
                info: report.count(Severity::Info),
                style: report.count(Severity::Style),
                suppressed: report.suppressed.len(),
            },
            diff: report.diff.as_ref(),
            structure: &report.structure,
        }
    }
}

impl<'a> Suppressed<'a> {
    fn new(one: &'a super::Suppressed) -> Self {
        Self {
            finding: Finding::new(&one.entry),
            by: one.by,
            reason: one.reason.as_deref(),
        }
    }
}

impl<'a> Finding<'a> {
    fn new(entry: &'a Entry) -> Self {
        let related = |(message, spot): &'a (String, Spot)| Related {
            message,
            place: Place::new(spot),
        };
        Self {
            rule: entry.rule,
            aliases: &entry.aliases,
            severity: entry.severity,
            certainty: entry.certainty,
            message: &entry.message,
            help: entry.help.as_deref(),
            url: entry.url,
            place: Place::new(&entry.spot),
            stage: entry.stage.as_deref(),
            related: entry.related.iter().map(related).collect(),
            fix: entry.fix.as_ref().map(Fix::new),
            invocations: &entry.invocations,
            fingerprint: &entry.fingerprint,
        }
    }
}

impl<'a> Place<'a> {
    fn new(spot: &'a Spot) -> Self {
        match spot {
            Spot::Text { path, start, end } => Self {
                path: Some(path),
                start: Some(*start),
                end: Some(*end),
                layer: None,
            },
            Spot::Layer {
                index, created_by, ..
            } => Self {
                path: None,
                start: None,
                end: None,
                layer: Some(Layer {
                    index: *index,
                    created_by,
                }),
            },
            Spot::Image { .. } => Self {
                path: None,
                start: None,
                end: None,
                layer: None,
            },
        }
    }
}

impl<'a> Fix<'a> {
    fn new(fix: &'a crate::finding::Fix) -> Self {
        let edit = |edit: &'a crate::finding::Edit| Edit {
            start: edit.span.start,
            end: edit.span.end,
            text: &edit.text,
        };
        Self {
            title: &fix.title,
            safety: fix.safety,
            edits: fix.edits.iter().map(edit).collect(),
        }
    }
}

/// Writes characters that change how others are shown as `\uXXXX`, and so the bracket of `##[` and the
/// first letter of `##vso[`, which CI runners take for commands anywhere in a line: the value stays,
/// neither terminal nor runner is spoken to.
struct Harmless<F>(F);

/// Where the next character stands that is not written as itself.
fn harmful(text: &str) -> Option<usize> {
    // Nearly all text is of this kind.
    let is_plain = |byte: &u8| byte.is_ascii() && !matches!(byte, b'#' | 0x7f);
    if text.as_bytes().iter().all(is_plain) {
        return None;
    }
    let mut before = ['\0'; 2];
    for (at, sign) in text.char_indices() {
        let command = before == ['#'; 2] && (sign == '[' || text[at..].starts_with("vso["));
        if command || sign == '\u{7f}' || is_hostile(sign) {
            return Some(at);
        }
        before = [before[1], sign];
    }
    None
}

impl<F: Formatter> Formatter for Harmless<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = harmful(rest) {
            let (plain, marked) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            let mut signs = marked.chars();
            if let Some(sign) = signs.next() {
                for unit in sign.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = signs.as_str();
        }
        out.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, out: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(out, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}
