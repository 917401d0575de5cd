//! Our spans of instructions, held against two other readers on every real file that they accept.
//!
//! Neither is BuildKit, so each may differ where a reason is known; a difference without a reason fails.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells what it skipped"
)]

mod shared;

use std::ops::Range;

use seaworthy::source::Source;
use seaworthy::syntax::parse;
use serde_json::Value;

/// The real files that are UTF-8, with their names.
fn files() -> Vec<(String, String)> {
    let all = shared::whole_corpus().into_iter();
    let dockerfiles = all.filter(|(name, _)| name.contains("Dockerfile"));
    dockerfiles
        .filter_map(|(name, bytes)| Some((name, String::from_utf8(bytes).ok()?)))
        .collect()
}

/// From each keyword to the end of the text that belongs to it, here-documents aside.
fn ours(text: &str) -> Vec<Range<usize>> {
    let tree = parse(text.as_bytes());
    let spans = tree.instructions.iter().map(|instruction| {
        let length = instruction.text.text().len() as u32;
        instruction
            .keyword_span
            .cover(instruction.text.span(0..length))
            .range()
    });
    spans.collect()
}

/// Compares spans in order; each pair that is unlike and that no reason explains is told.
fn unexplained(
    text: &str,
    ours: &[Range<usize>],
    theirs: &[Range<usize>],
    explains: impl Fn(&Range<usize>, &Range<usize>) -> bool,
) -> Vec<String> {
    let mut told = Vec::new();
    if ours.len() != theirs.len() {
        told.push(format!("{} instructions and {}", ours.len(), theirs.len()));
    }
    for (our, their) in ours.iter().zip(theirs) {
        if our != their && !explains(our, their) {
            told.push(format!("{:?} and {:?}", &text[our.clone()], &text[their.clone()]));
        }
    }
    told
}

fn report(reader: &str, accepted: usize, wrong: &[String]) {
    println!("{reader} accepts {accepted} files");
    let shown = wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(
        wrong.is_empty(),
        "{} of {accepted} files differ:\n{shown}",
        wrong.len()
    );
}

/// The crate `dockerfile-parser`. Known differences: blanks at the end of a line belong to its
/// instruction, which BuildKit trims; and a line of nothing but blanks within an instruction ends it,
/// which only warns in BuildKit, so that files are compared up to there.
#[test]
fn spans_are_those_of_dockerfile_parser() {
    let mut accepted = 0;
    let mut wrong = Vec::new();
    for (name, text) in files() {
        let Ok(file) = dockerfile_parser::Dockerfile::parse(&text) else {
            continue;
        };
        accepted += 1;
        let spans = file.instructions.iter().map(|instruction| instruction.span());
        let theirs: Vec<_> = spans.map(|span| span.start..span.end).collect();
        let blanks = |our: &Range<usize>, their: &Range<usize>| {
            our.start == their.start && our.end < their.end && text[our.end..their.end].trim().is_empty()
        };
        let ours = ours(&text);
        let alike = alike(&text).min(ours.len());
        let theirs = if alike < ours.len() {
            &theirs[..alike.min(theirs.len())]
        } else {
            &theirs
        };
        let told = unexplained(&text, &ours[..alike], theirs, blanks);
        wrong.extend(told.first().map(|told| format!("{name}: {told}")));
    }
    report("dockerfile-parser", accepted, &wrong);
}

/// How many instructions stand before the first with a line of blanks in it.
fn alike(text: &str) -> usize {
    let source = Source::new("Dockerfile", text.as_bytes().to_vec()).unwrap();
    let tree = parse(text.as_bytes());
    let mut instructions = tree.instructions.iter();
    let broken = instructions.position(|instruction| {
        let mut lines = instruction.blank_lines.iter();
        lines.any(|line| !source.line_span(*line).is_empty())
    });
    broken.unwrap_or(usize::MAX)
}

/// The crate `parse-dockerfile`, which has no span of a whole instruction: the cover of all that it has
/// is taken. Known differences: of arrays it knows the strings without their quotes, so that the end of
/// an array that ends a COPY, ADD, SHELL or VOLUME is missing; and a here-document that is a source of
/// COPY or ADD has the span of its body.
#[test]
fn spans_are_those_of_parse_dockerfile() {
    let mut accepted = 0;
    let mut wrong = Vec::new();
    for (name, text) in files() {
        let Ok(file) = parse_dockerfile::parse(&text) else {
            continue;
        };
        accepted += 1;
        let covers = file.instructions.iter().map(|instruction| {
            let mut span = Range {
                start: usize::MAX,
                end: 0,
            };
            cover(&serde_json::to_value(instruction).unwrap(), &mut span);
            span
        });
        let theirs: Vec<_> = covers.collect();
        let known = |our: &Range<usize>, their: &Range<usize>| {
            let array_end = || {
                text[..our.end].ends_with(']')
                    && text[their.end..our.end]
                        .chars()
                        .all(|sign| "\"] \t".contains(sign))
            };
            let source = || text[our.clone()].contains("<<") && text[our.end..their.end].starts_with('\n');
            our.start == their.start
                && if their.end < our.end {
                    array_end()
                } else {
                    source()
                }
        };
        let told = unexplained(&text, &ours(&text), &theirs, known);
        wrong.extend(told.first().map(|told| format!("{name}: {told}")));
    }
    report("parse-dockerfile", accepted, &wrong);
}

/// Widens a span to hold every span in a value but those of here-documents.
fn cover(value: &Value, span: &mut Range<usize>) {
    match value {
        Value::Object(map) => {
            let offset = |key: &str| map.get(key).and_then(Value::as_u64);
            if let (Some(start), Some(end)) = (offset("start"), offset("end")) {
                span.start = span.start.min(start as usize);
                span.end = span.end.max(end as usize);
            }
            let inner = map.iter().filter(|(key, _)| *key != "here_docs");
            inner.for_each(|(_, value)| cover(value, span));
        }
        Value::Array(list) => list.iter().for_each(|value| cover(value, span)),
        _ => {}
    }
}
