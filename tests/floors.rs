//! The floors of the crates' `lib.rs` hold: a module uses only modules of rows above its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The crates' sources, lowest first.
const CRATES: [&str; 4] = [
    "crates/reading/src",
    "crates/knowledge/src",
    "crates/judging/src",
    "src",
];

/// The rows of the maps in `lib.rs`: a module's name and its floor, counted from the top of the lowest crate's.
fn floors() -> BTreeMap<String, usize> {
    let mut floors = BTreeMap::new();
    for source in CRATES {
        let map = fs::read_to_string(root().join(source).join("lib.rs")).expect("lib.rs is there");
        let rows = map.lines().filter_map(|line| line.strip_prefix("//! |"));
        for name in rows.filter_map(|row| row.split('`').nth(1)) {
            floors.insert(name.to_owned(), floors.len());
        }
    }
    floors
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The files of all crates.
fn all_sources() -> Vec<PathBuf> {
    CRATES
        .iter()
        .flat_map(|source| sources(&root().join(source)))
        .collect()
}

/// The module of its crate to which a file belongs.
fn module(path: &Path) -> String {
    let below = CRATES
        .iter()
        .find_map(|source| path.strip_prefix(root().join(source)).ok());
    let first = below
        .and_then(|path| path.components().next())
        .expect("it lies in a crate");
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// The modules that a file names by `crate::`, tests within it left aside.
fn uses(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let name = |rest: &str| {
        let end = rest.find(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_'));
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let group = group.split('}').next().unwrap_or_default();
                found.extend(group.split(',').map(|one| name(one.trim())));
            }
            None => found.push(name(rest)),
        }
    }
    found
}

#[test]
fn modules_use_only_floors_above_their_own() {
    let floors = floors();
    assert!(floors.len() > 10, "the map of lib.rs can be read");
    let mut wrong = Vec::new();
    for path in all_sources() {
        let own = module(&path);
        if own == "lib" || own == "main" {
            continue;
        }
        let Some(floor) = floors.get(&own) else {
            wrong.push(format!("{}: `{own}` has no row in the map", path.display()));
            continue;
        };
        for used in uses(&fs::read_to_string(&path).expect("it is text")) {
            if used == own {
                continue;
            }
            match floors.get(&used) {
                Some(below) if below > floor => {
                    wrong.push(format!("{}: `{own}` uses `{used}` below it", path.display()));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let others = ["tests", "benches"].map(|folder| sources(&root().join(folder)));
    let files = all_sources().into_iter().chain(others.into_iter().flatten());
    let silent: Vec<PathBuf> = files
        .filter(|path| !fs::read_to_string(path).expect("it is text").starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn a_coded_rule_knows_facts_and_nothing_of_how_they_came() {
    const ALLOWED: [&str; 5] = ["facts", "contract", "finding", "platform", "rules"];
    let files = sources(&root().join("crates/judging/src/rules"));
    let mut wrong = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).expect("it is text");
        // What judges files and what speaks of their text are no rules over facts.
        if !text.contains("Rule::facts(") {
            continue;
        }
        for used in uses(&text) {
            if !ALLOWED.contains(&used.as_str()) {
                wrong.push(format!("{} uses `{used}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The crates out of which connections to an engine are made, and their kin by a name before `_`.
const ENGINE_CRATES: [&str; 6] = [
    "bollard",
    "tokio",
    "hyper",
    "tonic",
    "http_body_util",
    "futures_util",
];

#[test]
fn only_the_engine_knows_its_crates() {
    let is_of_engine = |word: &str| {
        ENGINE_CRATES.iter().any(|name| {
            word.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        })
    };
    let (mut inside, mut outside) = (0, Vec::new());
    for path in all_sources() {
        let text = fs::read_to_string(&path).expect("it is text");
        let mut words = text.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_'));
        if let Some(word) = words.find(|word| is_of_engine(word)) {
            match module(&path).as_str() {
                "engine" => inside += 1,
                _ => outside.push(format!("{} names `{word}`", path.display())),
            }
        }
    }
    assert!(inside > 5, "they are found where they belong: {inside}");
    assert!(outside.is_empty(), "{}", outside.join("\n"));
}
