//! The JSON schema of the config, as an editor has it: it takes what is read, and describes every key.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use seaworthy::config::{Config, Layer, read, schema};
use seaworthy::source::Source;
use serde_json::{Value, json};

/// The example of the documentation, with all keys that are there.
const SAMPLE: &str = r#"# yaml-language-server: $schema=./seaworthy.schema.json
profile: cvm
edition: "2026"
requires: ">=0.1"
platform:
  sysbox: "0.6.7"
  cluster: bare-metal
  gpu: none
workspace:
  user: coder
  uid: 1000
  home: /home/coder
  volumes: [/home/coder]
  docker: true
  commands: [git, curl]
platforms: [linux/amd64, linux/arm64]
rules:
  home-shadowed: off
  DL3008: info
ignore:
  - {rule: DL3059, paths: ["legacy/**"], reason: "being rewritten"}
overrides:
  - paths: ["services/**"]
    profile: service
exclude: ["third_party/**"]
bases:
  "registry.example.com/ws-base:*": images/base/Dockerfile
fail-on: warning
baseline: .seaworthy-baseline.json
"#;

fn yaml(text: &str) -> Option<Value> {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).ok()
}

fn is_read(text: &str) -> bool {
    Source::new("seaworthy.yaml", text.into()).is_ok_and(|source| read(&source).is_ok())
}

/// The texts of all configs among the fixtures, with the name of each.
fn fixtures() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut folders = vec![root];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it can be listed") {
            let path: PathBuf = entry.expect("it can be listed").path();
            let name = path.display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "case") {
                let text = fs::read_to_string(&path).expect("a case is text");
                let mut sections = text.split("\n-- ").skip(1);
                found.extend(sections.by_ref().filter_map(|section| {
                    let (heading, body) = section.split_once(" --\n")?;
                    let file = heading.strip_prefix("file ")?;
                    let is_config = file.contains("seaworthy.y");
                    is_config.then(|| (format!("{name}: {file}"), format!("{body}\n")))
                }));
            } else if name.ends_with("seaworthy.yaml") {
                found.push((name, fs::read_to_string(path).expect("a config is text")));
            }
        }
    }
    found
}

#[test]
fn what_is_read_is_valid() {
    let validator = jsonschema::validator_for(&schema()).expect("it is a schema");
    let mut good = 0;
    for (name, text) in fixtures() {
        if !is_read(&text) {
            continue;
        }
        // What only our reader takes, such as an empty file, is not what an editor checks.
        let Some(value) = yaml(&text).filter(|value| !value.is_null()) else {
            continue;
        };
        let faults: Vec<String> = validator
            .iter_errors(&value)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{name}: {faults:?}\n{text}");
        good += 1;
    }
    assert!(good > 20, "only {good} configs among the fixtures are good");
}

#[test]
fn the_sample_is_read_and_valid() {
    let source = Arc::new(Source::new("seaworthy.yaml", SAMPLE.into()).expect("short"));
    // Ids of rules that are still to come are not known yet.
    let known = |name: &str| !seaworthy::rules::find(name).is_empty();
    let mut sample = SAMPLE.to_owned();
    for id in ["DL3008", "DL3059"] {
        if !known(id) {
            sample = sample.replace(id, "stale-allow");
        }
    }
    let source = match sample == SAMPLE {
        true => source,
        false => Arc::new(Source::new("seaworthy.yaml", sample.clone().into_bytes()).expect("short")),
    };
    let layer = Layer::new(source, "/project".into()).unwrap_or_else(|faults| panic!("{faults:?}"));
    let settings = Config::new(vec![layer]).settings(Path::new("/project/Dockerfile"));
    assert_eq!(settings.contract.user.as_deref(), Some("coder"));
    let validator = jsonschema::validator_for(&schema()).expect("it is a schema");
    let value = yaml(&sample).expect("it is YAML");
    let faults: Vec<String> = validator
        .iter_errors(&value)
        .map(|fault| fault.to_string())
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn slips_are_marked() {
    let validator = jsonschema::validator_for(&schema()).expect("it is a schema");
    for text in [
        "profil: cvm",
        "profile: cvmm",
        "edition: '1999'",
        "fail-on: fatal",
        "rules: {home-shadowd: off}",
        "rules: {home-shadowed: loud}",
        "rules: {config-syntax: off}",
        "ignore: [{rule: stale-allow}]",
        "ignore: [{rule: stale-alow, reason: x}]",
        "overrides: [{profile: cvm}]",
        "overrides: [{paths: [a], exclude: [b]}]",
        "overrides: [{paths: [a], rules: {home-shadowd: off}}]",
        "workspace: {home: coder}",
        "workspace: {uid: -1}",
        "workspace: {docker: maybe}",
        "platform: {sysbox: newest}",
        "platform: {cluster: moon}",
        "extends: [a, b]",
    ] {
        let value = yaml(text).expect("it is YAML");
        assert!(!validator.is_valid(&value), "{text}");
        assert!(!is_read(text), "{text}");
    }
}

/// What people write without quotes is a number to an editor and a text to us.
#[test]
fn unquoted_numbers_are_taken_by_both() {
    let validator = jsonschema::validator_for(&schema()).expect("it is a schema");
    for text in [
        "edition: 2026",
        "platform: {coder: 1.44}",
        "platform: {sysbox: 0.6}",
    ] {
        assert!(is_read(text), "{text}");
        assert!(validator.is_valid(&yaml(text).expect("it is YAML")), "{text}");
    }
}

/// Every key has words for the one who writes it, and most an example or the words to choose from.
#[test]
fn every_key_is_described() {
    fn look(pointer: &str, value: &Value, count: &mut usize) {
        let Value::Object(keys) = value else {
            return;
        };
        for (name, key) in keys
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let words = key["description"].as_str().unwrap_or_default();
            assert!(words.len() > 10, "{pointer}.{name} is not described");
            *count += 1;
        }
        for (name, below) in keys {
            look(&format!("{pointer}/{name}"), below, count);
        }
    }
    let mut count = 0;
    look("", &schema(), &mut count);
    assert!(count > 60, "only {count} keys are there");
    let schema = schema();
    let home = &schema["$defs"]["Levels"]["properties"]["home-shadowed"];
    assert_eq!(home["$ref"], "#/$defs/Level");
    let profiles = schema["$defs"]["Profile"]["oneOf"]
        .as_array()
        .expect("one of several");
    assert!(profiles.contains(&json!({
        "const": "cvm",
        "description": "Coder's container-based virtual machines.",
        "type": "string",
    })));
}

#[test]
fn the_program_prints_it() {
    let output = Command::new(env!("CARGO_BIN_EXE_seaworthy"))
        .args(["config", "schema"])
        .output()
        .expect("the program runs");
    let printed: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(printed, schema());
    assert_eq!(printed["$schema"], "https://json-schema.org/draft/2020-12/schema");
}
