//! Real images that were recorded, judged without an engine: what is found in each with its Dockerfile, what
//! became of the contract's points, and what was foreseen wrongly.
//!
//! `SEAWORTHY_RECORD=1` builds the images anew and records them, where an engine answers; `SEAWORTHY_BLESS=1`
//! writes what is found.

#![allow(clippy::print_stdout, reason = "a test tells what it skipped")]

mod engine;
mod foresight;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use seaworthy::context::Nowhere;
use seaworthy::finding::{Finding, Place};
use seaworthy::image::{Inspected, Keep, matching, observe, read_archive};
use seaworthy::invocation::Invocation;
use seaworthy::source::Source;
use seaworthy::stages::Stages;
use seaworthy::{checklist, compare, rules, syntax};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/images")
}

/// The recorded images by name.
fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .expect("it can be listed")
        .flatten()
        .filter(|entry| entry.path().join("Dockerfile").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// As verify keeps it where no config says more.
fn keep() -> Keep {
    Keep {
        watched: vec!["/home/coder".to_owned()],
        ..Keep::default()
    }
}

fn record(name: &str) {
    let folder = folder().join(name);
    let tag = format!("seaworthy-recorded-{name}");
    let docker = |arguments: &[&str]| {
        let output = Command::new("docker")
            .env("DOCKER_BUILDKIT", "0")
            .args(arguments)
            .output()
            .expect("docker runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    };
    let path = folder.to_string_lossy().into_owned();
    docker(&["build", "-q", "-t", &tag, &path]);
    let archive = docker(&["save", &tag]);
    docker(&["image", "rm", &tag]);
    let mut image = read_archive(&mut archive.as_slice(), name, None, &keep()).expect("it can be read");
    name.clone_into(&mut image.name);
    let text = serde_json::to_vec(&image).expect("it is plain data");
    let packed = zstd::encode_all(text.as_slice(), 19).expect("it is packed");
    fs::write(folder.join("image.json.zst"), packed).expect("it can be written");
}

fn line(text: &str, finding: &Finding) -> String {
    match &finding.place {
        Place::Text { span, .. } => {
            let before = &text.as_bytes()[..span.start as usize];
            let lines = before.iter().filter(|byte| **byte == b'\n').count();
            format!("line {}", lines + 1)
        }
        Place::Layer { index, .. } => format!("layer {index}"),
    }
}

/// What is found, in words.
fn told(name: &str) -> String {
    let folder = folder().join(name);
    let text = fs::read_to_string(folder.join("Dockerfile")).expect("it is there");
    let packed = fs::read(folder.join("image.json.zst")).expect("it was recorded");
    let plain = zstd::decode_all(packed.as_slice()).expect("it is packed");
    let image: Inspected = serde_json::from_slice(&plain).expect("it is an image");
    let source = Source::new("Dockerfile", text.clone().into_bytes()).expect("it is short");
    let tree = syntax::parse(source.text());
    let invocation = Invocation::default();
    let stages = Stages::of(&tree, &invocation);
    let matched = matching(&image, &tree, &stages).expect("it is the image of the Dockerfile");
    let observed = observe(&image, Some((&matched, &tree)), &keep());
    let foreseen = foresight::target(&text, &Nowhere);
    let mut lines = Vec::new();
    for finding in rules::judge_image(&observed, &invocation) {
        let place = line(&text, &finding);
        let severity = finding.severity.name();
        lines.push(format!(
            "{place}: {severity}[{}] {}",
            finding.rule, finding.message
        ));
    }
    for finding in compare::compare(&foreseen, &observed, &invocation) {
        lines.push(format!(
            "{}: [{}] {}",
            line(&text, &finding),
            finding.rule,
            finding.message
        ));
    }
    lines.sort();
    let mut told = String::new();
    for line in lines {
        let _ = writeln!(told, "{line}");
    }
    told.push('\n');
    for point in checklist::judge(&observed, Some(&foreseen), &invocation) {
        let (number, name, state) = (point.number, point.name, point.state.name());
        let _ = writeln!(told, "{number} {name}: {state}: {}", point.evidence);
    }
    told
}

#[test]
fn recorded_images_are_judged_as_they_were() {
    if std::env::var_os("SEAWORTHY_RECORD").is_some() && engine::answers() {
        names().iter().for_each(|name| record(name));
    }
    let names = names();
    assert!(names.len() >= 5, "{names:?}");
    let mut wrong = String::new();
    for name in names {
        let told = told(&name);
        let path = folder().join(&name).join("expected");
        if std::env::var_os("SEAWORTHY_BLESS").is_some() {
            fs::write(&path, &told).expect("it can be written");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if told != expected {
            let _ = writeln!(wrong, "{name} is\n{told}\nand not\n{expected}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
