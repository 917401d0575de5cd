//! What BuildKit refuses when it makes a build of what it read: its answers, and cases of our own.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells what it skipped"
)]

mod shared;

use std::collections::HashSet;

use proptest::prelude::*;
use seaworthy::context::Nowhere;
use seaworthy::conversion::{self, Refusal};
use seaworthy::invocation::{Invocation, Platform};
use seaworthy::rules;
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

/// Where our answer is not BuildKit's, by the end of the case's id, and why that is right.
const DIFFERENCES: [(&str, &str); 6] = [
    (
        "dockerfile_check_test.go:460:testRuleCheckOption",
        "findings of checks are made an error by `# check=error=true`; that is no fault of its own",
    ),
    ("dockerfile_check_test.go:503:testRuleCheckOption", "the same"),
    (
        "dockerfile_check_test.go:1423:testInvalidDefaultArgInFrom",
        "an ARG without default is given by whoever builds; given empty, the answer is the same",
    ),
    ("InvalidDefaultArgInFrom.md#1", "the same"),
    (
        "dockerfile_workdir_test.go:184:testWorkdirCopyIgnoreRelative",
        "two FROM are wrong in one way; BuildKit resolves them side by side and tells either",
    ),
    (
        "reference.md#38",
        "the answer is that of a frontend without labs; the file asks for one with",
    ),
];

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
    assert!(
        wrong.is_empty(),
        "{} of {total} differ:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}

/// The messages of a text, and where each stands.
fn told(text: &str, invocation: &Invocation) -> Vec<(String, String)> {
    let place = |refusal: &Refusal| text[refusal.span.range()].to_owned();
    let found = refusals_with(text.as_bytes(), invocation);
    found
        .iter()
        .map(|refusal| (refusal.message.clone(), place(refusal)))
        .collect()
}

fn given(arguments: &[(&str, &str)]) -> Invocation {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Invocation {
        arguments: arguments.iter().map(owned).collect(),
        ..Invocation::default()
    }
}

#[test]
fn an_argument_that_is_given_is_known() {
    let text = "ARG IMAGE\nFROM $IMAGE\nARG PORT\nEXPOSE $PORT\n";
    assert_eq!(told(text, &Invocation::default()), []);
    assert_eq!(
        told(text, &given(&[("IMAGE", ""), ("PORT", "http")])),
        [
            ("base name ($IMAGE) should not be blank".into(), "$IMAGE".into()),
            ("invalid containerPort: http".into(), "$PORT".into())
        ]
    );
    let text = "ARG TAG\nFROM busybox:${TAG}\n";
    assert_eq!(
        told(text, &given(&[("TAG", "")])),
        [(
            "failed to parse stage name \"busybox:\": invalid reference format".into(),
            "busybox:${TAG}".into()
        )]
    );
}

#[test]
fn a_default_is_not_looked_at_where_a_value_is_given() {
    let text = "FROM scratch\nARG PORT=\"80\nEXPOSE $PORT\n";
    assert_eq!(told(text, &given(&[("PORT", "80")])), []);
    assert_eq!(told(text, &Invocation::default()).len(), 1);
}

#[test]
fn a_proxy_reaches_no_word_unless_it_is_declared() {
    let proxy = given(&[("HTTP_PROXY", "http://proxy")]);
    let text = "FROM scratch\nVOLUME $HTTP_PROXY\nARG HTTP_PROXY\nVOLUME $HTTP_PROXY\n";
    assert_eq!(told(text, &proxy).len(), 1);
}

#[test]
fn a_platform_argument_reaches_a_stage_once_it_is_declared() {
    let text = "FROM scratch\nVOLUME $TARGETOS\nARG TARGETOS\nEXPOSE $TARGETOS\n";
    let invocation = Invocation {
        platform: Some(Platform::default()),
        ..Invocation::default()
    };
    let messages: Vec<String> = told(text, &invocation)
        .into_iter()
        .map(|(message, _)| message)
        .collect();
    assert_eq!(
        messages,
        [
            "VOLUME specified can not be an empty string",
            "invalid containerPort: linux"
        ]
    );
}

#[test]
fn a_target_that_is_not_there_is_told() {
    let invocation = Invocation {
        target: Some("biuld".into()),
        ..Invocation::default()
    };
    let text = "FROM debian AS build\nFROM debian\n";
    assert_eq!(
        told(text, &invocation),
        [(
            "target stage \"biuld\" could not be found (did you mean build?)".into(),
            "FROM debian".into()
        )]
    );
}

#[test]
fn stages_in_a_circle_are_told_once_with_all_places() {
    let text =
        "FROM a AS x\nCOPY --from=z a b\nFROM a AS y\nCOPY --from=x a b\nFROM a AS z\nCOPY --from=y a b\n";
    let found = refusals(text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "circular dependency detected on stage: x");
    assert_eq!(found[0].lines, [2, 4, 6]);
    assert_eq!(found[0].related.len(), 2);
}

/// Files that would take the square of their length, or all memory, if no bound were there.
#[test]
fn large_files_take_time_in_proportion() {
    let count = 20_000;
    let numbered = |line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let texts = [
        format!("FROM scratch\n{}EXPOSE $a\n", "ENV a=$a${a}x\n".repeat(200)),
        format!("{}FROM $a\n", "ARG a=$a${a}x\n".repeat(200)),
        format!(
            "FROM scratch\nENV a={}\nENV {}\n",
            "x".repeat(60_000),
            "b=$a ".repeat(10_000)
        ),
        format!(
            "FROM scratch\nENV a={} b=${{a//x/$a}}\nENV c=${{b//x/$b}}\n",
            "x".repeat(1_000)
        ),
        format!(
            "FROM scratch AS s0\n{}",
            numbered(&|n| format!("FROM s{n} AS s{}\nENV a{n}=$b\n", n + 1))
        ),
        format!(
            "FROM scratch AS s\n{}{}",
            "ONBUILD ENV a=b\n".repeat(count),
            "FROM s\n".repeat(count)
        ),
        numbered(&|n| {
            format!(
                "FROM scratch AS s{n}\nCOPY --from=s{} a b\nCOPY --from=s{n} a b\n",
                n + 1
            )
        }),
        format!("FROM scratch\n{}", "WORKDIR a\n".repeat(count)),
        format!("FROM scratch\n{}", "COPY --from=image a b\n".repeat(count)),
    ];
    for text in &texts {
        let start = std::time::Instant::now();
        refusals(text);
        let seconds = start.elapsed().as_secs_f64();
        assert!(seconds < 10.0, "{seconds} s for {:?}", &text[..40]);
    }
}

/// The same for everything that a file goes through.
#[test]
fn judging_large_files_takes_time_and_memory_in_proportion() {
    let numbered = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let texts = [
        format!(
            "FROM scratch AS s0\n{}",
            numbered(1_500, &|n| format!("FROM s{n} AS s{}\nENV a{n}=b\n", n + 1))
        ),
        format!("FROM scratch\n{}", "WORKDIR a\n".repeat(3_000)),
        format!(
            "FROM scratch\nENV a=xx\n{}RUN echo $a\n",
            "ENV a=$a$a\n".repeat(60)
        ),
        format!(
            "FROM scratch AS s\n{}{}",
            "ONBUILD ENV a=b\n".repeat(1_500),
            "FROM s\n".repeat(1_500)
        ),
    ];
    for text in &texts {
        let start = std::time::Instant::now();
        let source = Source::new("Dockerfile", text.clone().into_bytes()).unwrap();
        rules::judge(&source, &parse(text.as_bytes()), &Invocation::default(), &Nowhere);
        let seconds = start.elapsed().as_secs_f64();
        assert!(seconds < 20.0, "{seconds} s for {:?}", &text[..40]);
    }
}

/// Lines that look like a Dockerfile with stages, arguments and values of all kinds.
fn dockerfile() -> impl Strategy<Value = String> {
    let heads = prop::sample::select(vec![
        "FROM ",
        "FROM a AS ",
        "FROM --platform=",
        "ARG ",
        "ARG a=",
        "ENV a=",
        "ENV b ",
        "COPY --from=",
        "COPY a ",
        "COPY --chmod=",
        "ADD --checksum=",
        "RUN --mount=",
        "RUN --mount=from=",
        "RUN --mount=type=cache,target=",
        "EXPOSE ",
        "STOPSIGNAL ",
        "VOLUME ",
        "USER ",
        "WORKDIR ",
        "LABEL c=",
        "ONBUILD ",
        "ONBUILD EXPOSE ",
        "ONBUILD COPY --from=",
        "COPY <<EOF ",
        "",
        "# escape=",
        "ARG SOURCE_DATE_EPOCH=",
    ]);
    let words = prop::sample::select(vec![
        "a",
        "b",
        "$a",
        "${b",
        "${a:?}",
        "${b:-c}",
        "scratch",
        "0",
        "1",
        "9",
        "\"",
        "'",
        "\\",
        "a:80",
        "80/tcp",
        "[::1",
        "linux/amd64",
        "*",
        " ",
        "=",
        ",",
        "/",
        "type=",
        "target=",
        "id=",
        "EOF",
        "SIGTERM",
        "http://a/b",
        "git@a:b",
        "u+x",
        "é",
        "`",
        "--",
        "<<",
    ]);
    let line = (heads, proptest::collection::vec(words, 0..4));
    let line = line.prop_map(|(head, words)| format!("{head}{}\n", words.concat()));
    proptest::collection::vec(line, 0..16).prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: ProptestConfig::default().cases.max(2_000), ..ProptestConfig::default() })]

    #[test]
    fn each_instruction_is_refused_once(text in dockerfile()) {
        let tree = parse(text.as_bytes());
        let mut refused: HashSet<usize> = tree.errors.iter().filter_map(|error| error.instruction).collect();
        for refusal in refusals(&text) {
            prop_assert!(text.get(refusal.span.range()).is_some());
            prop_assert!(!refusal.message.is_empty());
            if let Some(index) = refusal.instruction {
                prop_assert!(refused.insert(index), "{} again: {:?}", index, refusal);
            }
        }
    }
}
