//! Reading: BuildKit's answers, cases as files, and what holds for any bytes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use seaworthy::report::tree::tree_json;
use seaworthy::source::Source;
use seaworthy::syntax::{Lexer, Lookup, Variables, parse};
use serde_json::Value;

/// The folder with BuildKit's answers; none, with a note, where it is absent.
fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SEAWORTHY_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = root.join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

fn rows(path: &Path) -> Vec<Value> {
    let mut text = String::new();
    let file = fs::File::open(path).unwrap();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read(bytes: &[u8]) -> Value {
    let source = Source::new("Dockerfile", bytes.to_vec()).unwrap();
    serde_json::to_value(tree_json(&source, &parse(bytes))).unwrap()
}

/// Drops what is empty, and what only we say.
fn normal(value: &Value, ours: bool) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, value)| {
                let added = ours && (key.ends_with("span") || key.ends_with("spans") || *key == "errors");
                let foreign = !ours && matches!(key.as_str(), "lint" | "build_error" | "id");
                let empty = match value {
                    Value::Null | Value::Bool(false) => true,
                    Value::String(text) => text.is_empty(),
                    Value::Array(list) => list.is_empty(),
                    _ => false,
                };
                !added && !foreign && !empty
            });
            kept.map(|(key, value)| (key.clone(), normal(value, ours))).collect()
        }
        Value::Array(list) => list.iter().map(|value| normal(value, ours)).collect(),
        other => other.clone(),
    }
}

/// Where a file is read otherwise than BuildKit reads it.
fn difference(bytes: &[u8], expect: &Value) -> Option<String> {
    let (mut ours, theirs) = (normal(&read(bytes), true), normal(expect, false));
    if theirs.get("parse_error").is_some() {
        ours.as_object_mut().unwrap().remove("instructions");
    }
    let keys = ours.as_object().unwrap().keys().chain(theirs.as_object().unwrap().keys());
    let mut told = String::new();
    for key in keys.collect::<std::collections::BTreeSet<_>>() {
        let (our, their) = (ours.get(key), theirs.get(key));
        if our == their {
            continue;
        }
        if let (Some(Value::Array(our)), Some(Value::Array(their))) = (our, their) {
            for index in 0..our.len().max(their.len()) {
                if our.get(index) != their.get(index) {
                    told += &format!("  {key}[{index}]\n    ours   {:?}\n    theirs {:?}\n", our.get(index), their.get(index));
                    break;
                }
            }
        } else {
            told += &format!("  {key}\n    ours   {our:?}\n    theirs {their:?}\n");
        }
    }
    (!told.is_empty()).then_some(told)
}

fn report(what: &str, total: usize, wrong: &[String]) {
    let shown = wrong.iter().take(20).cloned().collect::<String>();
    assert!(wrong.is_empty(), "{} of {total} {what} are read otherwise:\n{shown}", wrong.len());
}

#[test]
fn reads_the_cases_as_buildkit_does() {
    let Some(path) = shared("cases/parser.jsonl.gz") else {
        return;
    };
    let rows = rows(&path);
    let mut wrong = Vec::new();
    for row in &rows {
        let text = row["dockerfile"].as_str().map(str::as_bytes).unwrap();
        if let Some(told) = difference(text, &row["expect"]) {
            wrong.push(format!("{}\n{told}", row["id"]));
        }
    }
    report("cases", rows.len(), &wrong);
}

/// The real files, by their path.
fn corpus() -> Option<BTreeMap<String, Vec<u8>>> {
    let path = shared("corpus/general.tar.gz")?;
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(path).unwrap()));
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.header().entry_type().is_file() {
            let path = entry.path().unwrap().to_string_lossy().into_owned();
            let name = path.trim_start_matches("./").trim_start_matches("general/").to_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.insert(name, bytes);
        }
    }
    Some(files)
}

#[test]
fn reads_real_files_as_buildkit_does() {
    let (Some(path), Some(corpus)) = (shared("cases/corpus.jsonl.gz"), corpus()) else {
        return;
    };
    let rows = rows(&path);
    let mut wrong = Vec::new();
    for row in &rows {
        let id = row["id"].as_str().unwrap();
        let file = corpus.get(id).unwrap_or_else(|| panic!("{id} is not in the corpus"));
        if let Some(told) = difference(file, row) {
            wrong.push(format!("{id}\n{told}"));
        }
    }
    report("files", rows.len(), &wrong);
}

#[test]
fn every_real_file_prints_as_it_was() {
    let Some(corpus) = corpus() else {
        return;
    };
    for (name, bytes) in &corpus {
        let tree = parse(bytes);
        assert_eq!(tree.print(bytes), *bytes, "{name}");
        read(bytes);
    }
}

struct Environment(BTreeMap<String, String>);

impl Variables for Environment {
    fn get(&self, name: &str) -> Lookup {
        self.0.get(name).map_or(Lookup::Unset, |value| Lookup::Set(value.clone()))
    }
}

#[test]
fn expands_words_as_buildkit_does() {
    let Some(path) = shared("cases/expand.jsonl.gz") else {
        return;
    };
    let rows = rows(&path);
    let mut wrong = Vec::new();
    for row in &rows {
        let on = |name: &str| row["opts"].as_array().is_some_and(|list| list.iter().any(|opt| opt == name));
        let lexer = Lexer {
            escape: row["escape"].as_str().and_then(|text| text.chars().next()).unwrap(),
            raw_quotes: on("RawQuotes"),
            raw_escapes: on("RawEscapes"),
            skip_process_quotes: on("SkipProcessQuotes"),
            skip_unset_env: on("SkipUnsetEnv"),
        };
        let word = row["word"].as_str().unwrap();
        let env = row["env"].as_object().unwrap();
        let env = env.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()));
        let env = Environment(env.collect());
        let mut ours = serde_json::Map::new();
        match lexer.expand(word, &env) {
            Ok(expanded) => {
                ours.insert("result".into(), expanded.text.into());
                ours.insert("matched".into(), expanded.matched.into());
                ours.insert("unmatched".into(), expanded.unmatched.into());
            }
            Err(error) => {
                ours.insert("error".into(), error.to_string().into());
            }
        }
        match lexer.expand_words(word, &env) {
            Ok(words) => {
                let words: Vec<String> = words.into_iter().map(|word| word.text).collect();
                ours.insert("words".into(), words.into());
            }
            Err(error) => {
                ours.insert("words_error".into(), error.to_string().into());
            }
        }
        if Value::Object(ours.clone()) != row["expect"] {
            wrong.push(format!("{} {word:?}\n  ours   {ours:?}\n  theirs {}\n", row["id"], row["expect"]));
        }
    }
    report("words", rows.len(), &wrong);
}
