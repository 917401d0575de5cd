//! What lies beside the repository and is not in it: real Dockerfiles, and cases with the answers of
//! the real programs. Where it is absent a test that needs it skips, and says so.

#![allow(
    dead_code,
    clippy::print_stdout,
    reason = "each test takes a part, and tells what it skipped"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::de::DeserializeOwned;

/// A file in the folder that SEAWORTHY_SHARED names, by default `../shared`.
pub fn path(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SEAWORTHY_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

/// The rows of a file of cases, such as `parser`.
pub fn cases<T: DeserializeOwned>(name: &str) -> Option<Vec<T>> {
    let path = path(&format!("cases/{name}.jsonl.gz"))?;
    let mut text = String::new();
    let file = File::open(path).expect("it can be opened");
    GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("it is gzip");
    let rows = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a row is JSON"));
    Some(rows.collect())
}

/// The files of a set of the corpus (`general`, `workspaces`, `enterprise`), by their paths in it.
pub fn corpus(set: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let path = path(&format!("corpus/{set}.tar.gz"))?;
    let file = File::open(path).expect("it can be opened");
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    let mut files = BTreeMap::new();
    for entry in archive.entries().expect("it is an archive") {
        let mut entry = entry.expect("it is whole");
        if entry.header().entry_type().is_file() {
            let path = entry
                .path()
                .expect("it has a path")
                .to_string_lossy()
                .into_owned();
            let name = path
                .trim_start_matches("./")
                .trim_start_matches(set)
                .trim_start_matches('/');
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("it can be read");
            files.insert(name.to_owned(), bytes);
        }
    }
    Some(files)
}

/// All sets that are there, each file by its set and path.
pub fn whole_corpus() -> BTreeMap<String, Vec<u8>> {
    let sets = ["general", "workspaces", "enterprise"];
    let files = sets.iter().filter_map(|set| Some((set, corpus(set)?)));
    files
        .flat_map(|(set, files)| {
            files
                .into_iter()
                .map(move |(name, bytes)| (format!("{set}/{name}"), bytes))
        })
        .collect()
}
