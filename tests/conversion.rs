//! What BuildKit refuses when it makes a build of what it read: its answers, and cases of our own.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells what it skipped"
)]

mod shared;

use seaworthy::conversion::{self, Refusal};
use seaworthy::invocation::{Invocation, Platform};
use seaworthy::source::Source;
use seaworthy::stages::Stages;
use seaworthy::syntax::parse;
use serde_json::Value;

fn refusals_with(bytes: &[u8], invocation: &Invocation) -> Vec<Refusal> {
    let source = Source::new("Dockerfile", bytes.to_vec()).unwrap();
    let tree = parse(bytes);
    let stages = Stages::of(&tree, invocation);
    conversion::refusals(&source, &tree, &stages, invocation)
}

fn refusals(text: &str) -> Vec<Refusal> {
    refusals_with(text.as_bytes(), &Invocation::default())
}

/// Where our answer is not BuildKit's, and why that is right.
const DIFFERENCES: [(&str, &str); 0] = [];

fn difference(bytes: &[u8], expect: &Value) -> Option<String> {
    let error = &expect["build_error"];
    let read = expect["parse_error"].is_null() && expect["instruction_error"].is_null();
    if !read || error["unstable"] == true {
        return None;
    }
    let invocation = Invocation {
        platform: Some(Platform::default()),
        ..Invocation::default()
    };
    let ours = refusals_with(bytes, &invocation);
    let told = conversion::first(&ours);
    if error.is_null() {
        return told.map(|told| format!("ours {:?} {:?}, theirs none", told.lines, told.message));
    }
    let lines: Vec<u32> = serde_json::from_value(error["lines"].clone()).unwrap_or_default();
    let theirs = error["message"].as_str().unwrap_or_default();
    let same = told.is_some_and(|told| told.message == theirs && told.lines == lines);
    // What BuildKit tells is also what stands first in the file.
    let is_first = ours.first().map(|first| &first.message) == told.map(|told| &told.message);
    (!same || !is_first).then(|| {
        let ours: Vec<_> = ours.iter().map(|told| (&told.lines, &told.message)).collect();
        format!("ours {ours:?}, theirs {lines:?} {theirs:?}")
    })
}

#[test]
fn refuses_the_cases_as_buildkit_does() {
    let mut wrong = Vec::new();
    let mut total = 0;
    if let Some(rows) = shared::cases::<Value>("parser") {
        for row in &rows {
            total += 1;
            let text = row["dockerfile"].as_str().unwrap();
            if let Some(told) = difference(text.as_bytes(), &row["expect"]) {
                wrong.push((row["id"].as_str().unwrap().to_owned(), told));
            }
        }
    }
    if let (Some(rows), Some(corpus)) = (shared::cases::<Value>("corpus"), shared::corpus("general")) {
        for row in &rows {
            total += 1;
            let id = row["id"].as_str().unwrap();
            if let Some(told) = difference(&corpus[id], row) {
                wrong.push((id.to_owned(), told));
            }
        }
    }
    wrong.retain(|(id, _)| !DIFFERENCES.iter().any(|(known, _)| id.ends_with(known)));
    let shown: Vec<String> = wrong.iter().map(|(id, told)| format!("{id}\n  {told}")).collect();
    assert!(wrong.is_empty(), "{} of {total} differ:\n{}", wrong.len(), shown.join("\n"));
}
