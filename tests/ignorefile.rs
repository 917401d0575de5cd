//! Ignore files against moby/patternmatcher's own answers.

mod shared;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use seaworthy::syntax::ignorefile::{IgnoreError, IgnoreFile};

/// A row of the shared cases.
#[derive(serde::Deserialize)]
struct Case {
    ignore: String,
    patterns: Option<Vec<String>>,
    error: Option<String>,
    #[serde(default)]
    matches: BTreeMap<String, serde_json::Value>,
}

#[test]
fn files_match_as_the_library_matches() {
    let Some(cases) = shared::cases::<Case>("dockerignore") else {
        return;
    };
    let mut count = 0;
    for case in cases {
        let read = IgnoreFile::parse(case.ignore.as_bytes());
        // The library tells some errors at the first path only, in the place of its answer.
        let late = case
            .matches
            .values()
            .find_map(|answer| answer.as_str())
            .map(str::to_owned);
        count += case.matches.len();
        match (read, case.error.or(late)) {
            (Ok(file), None) => {
                let patterns: Vec<String> = file.patterns().collect();
                assert_eq!(patterns, case.patterns.unwrap_or_default(), "{:?}", case.ignore);
                for (path, expected) in case.matches {
                    assert_eq!(
                        file.ignored(&path),
                        expected == true,
                        "{path} by {:?}",
                        case.ignore
                    );
                }
            }
            (Err(error), Some(expected)) => assert_eq!(error.to_string(), expected, "{:?}", case.ignore),
            (read, expected) => panic!("{:?}: {read:?}, expected {expected:?}", case.ignore),
        }
    }
    assert!(count > 1000, "only {count} answers");
}

fn ignored(file: &str, path: &str) -> bool {
    IgnoreFile::parse(file.as_bytes())
        .expect("files of these tests read")
        .ignored(path)
}

#[test]
fn what_the_cases_leave_out() {
    assert!(ignored("a/**/b/*.c", "a/x/y/b/z.c"));
    assert!(ignored("a/**/b/*.c", "a/b/z.c"));
    assert!(!ignored("a/**/b/*.c", "a/b/c/z.c"));
    assert!(ignored("**/*.tmp", "x/y.tmp/z"));
    assert!(ignored("*/temp*", "a/temporary/x"));
    assert!(!ignored("*/temp*", "temporary"));
    assert!(ignored("temp?", "tempa/x"));
    assert!(!ignored("temp?", "temp/x"));
    assert!(ignored("*\n!a/b", "a/c"));
    assert!(!ignored("*\n!a/b", "a/b/c"));
    assert!(ignored("*\n!a/b\na/b/c", "a/b/c"));
    assert!(ignored("x\r\ny\r\n", "y"));
    assert!(ignored("  x  ", "x"));
    assert!(!ignored(" # no comment", "x"));
    assert!(ignored("[a-c]x", "bx"));
    assert!(ignored("[^a-c]x", "dx"));
    assert!(ignored("[[:digit:]]", "7"));
    assert!(ignored("foo\\*", "foo*"));
    assert!(!ignored("foo\\*", "foox"));
    assert!(ignored("/x/", "./x/y"));
    assert!(!ignored("..", "x"));
    assert!(ignored("é?", "éü"));
    assert!(!ignored("*", "."));
    assert!(!ignored("*", ""));
    assert!(!ignored("", "x"));
}

#[test]
fn odd_corners_of_gos_expressions() {
    assert!(ignored("bin\\Debug", "binXebug"));
    assert!(!ignored("bin\\Debug", "bin"));
    assert!(ignored("v\\d", "v7"));
    assert!(!ignored("foo\\bar", "foobar"));
    assert!(ignored("dir\\Query", "diruery"));
    assert!(IgnoreFile::parse(b"foo\\o").is_err());
    assert!(!ignored("[*]x", "*x"));
    assert!(ignored("[*]x", "]x"));
    assert!(ignored("x^y", "x^y"));
    assert!(!ignored("x^y*", "x^y"));
}

#[test]
fn errors_name_their_line() {
    let error = |file: &str| IgnoreFile::parse(file.as_bytes()).unwrap_err();
    assert_eq!(error("a\n[b"), IgnoreError::Pattern { line: 2 });
    assert_eq!(error("a\n!"), IgnoreError::Exclusion { line: 2 });
    assert_eq!(error("!/"), IgnoreError::Exclusion { line: 1 });
    assert_eq!(error("[]a"), IgnoreError::Pattern { line: 1 });
    assert_eq!(error("[a-]"), IgnoreError::Pattern { line: 1 });
    assert_eq!(error("a\\"), IgnoreError::Pattern { line: 1 });
    assert_eq!(error(&"x".repeat(1 << 16)), IgnoreError::Line { line: 1 });
}

#[test]
fn exceptions_are_known() {
    assert!(IgnoreFile::parse(b"*\n!a").unwrap().has_exceptions());
    assert!(!IgnoreFile::parse(b"*\n#!a").unwrap().has_exceptions());
    assert!(!IgnoreFile::default().ignored("a"));
}

#[test]
fn hostile_files_take_no_exponential_time() {
    let start = Instant::now();
    let path = "a/".repeat(2000) + "b";
    for pattern in [
        "a*".repeat(2000) + "c",
        "**/a".repeat(1000) + "/c",
        "*?".repeat(400) + "c",
    ] {
        assert!(!ignored(&pattern, &path));
    }
    for bytes in [
        &b"\xff\xfe["[..],
        b"\0",
        b"!\n",
        b"\\",
        b"[\\",
        b"[a-\\",
        b"[^]",
        b"[[:x:]]",
        b"\\x",
        b"\\x{110000}",
    ] {
        if let Ok(file) = IgnoreFile::parse(bytes) {
            file.ignored("a");
        }
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

proptest::proptest! {
    #[test]
    fn no_file_and_no_path_panics(
        file in "[\\[\\]a\\-^:\\\\*?!/#.dwxQ{}0-9\nü ]{0,40}",
        path in "[\\[\\]a\\-*/.ü]{0,12}",
    ) {
        if let Ok(read) = IgnoreFile::parse(file.as_bytes()) {
            read.ignored(&path);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
        if let Ok(read) = IgnoreFile::parse(&bytes) {
            read.ignored("a/b");
        }
    }
}
