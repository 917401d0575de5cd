//! Holds `.dockerignore` against moby's pattern matcher, where its recorded answers are at hand.

use std::io::Read as _;
use std::path::PathBuf;

use seaworthy::syntax::ignorefile::IgnoreFile;
use serde_json::Value;

#[test]
fn recorded_answers_of_moby() {
    let shared = std::env::var_os("SEAWORTHY_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
        PathBuf::from,
    );
    let Ok(file) = std::fs::File::open(shared.join("cases/dockerignore.jsonl.gz")) else {
        eprintln!("skipped: the shared cases are not at hand");
        return;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("the cases are text");
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let text = case["ignore"].as_str().expect("it has a text");
        let matches = case["matches"].as_object();
        let is_refused = |answer: &Value| answer.is_string();
        let refused =
            !case["error"].is_null() || matches.is_some_and(|matches| matches.values().any(is_refused));
        match IgnoreFile::parse(text) {
            Err(_) => assert!(refused, "{text:?} is refused"),
            Ok(ignore) => {
                assert!(!refused, "{text:?} is read");
                for (path, answer) in matches.into_iter().flatten() {
                    assert_eq!(
                        ignore.ignores(path),
                        answer.as_bool() == Some(true),
                        "{text:?}: {path}"
                    );
                }
            }
        }
    }
}
