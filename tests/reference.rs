//! Image references against distribution/reference's own answers, and patterns of the config.

mod shared;

use seaworthy::syntax::reference::{ImageRef, ReferenceError, glob, split_tag};

/// A row of the shared cases.
#[derive(serde::Deserialize)]
struct Case {
    r#ref: String,
    error: Option<String>,
    normal: Option<String>,
    domain: Option<String>,
    path: Option<String>,
    tag: Option<String>,
    digest: Option<String>,
}

#[test]
fn references_read_as_the_library_reads_them() {
    let Some(cases) = shared::cases::<Case>("image-ref") else {
        return;
    };
    let mut count = 0;
    for case in cases {
        let read = ImageRef::parse(&case.r#ref);
        count += 1;
        match (read, case.error) {
            (Ok(reference), None) => {
                assert_eq!(Some(reference.to_string()), case.normal, "{}", case.r#ref);
                assert_eq!(Some(&reference.domain), case.domain.as_ref(), "{}", case.r#ref);
                assert_eq!(Some(&reference.path), case.path.as_ref(), "{}", case.r#ref);
                assert_eq!(reference.tag, case.tag, "{}", case.r#ref);
                assert_eq!(reference.digest, case.digest, "{}", case.r#ref);
            }
            (Err(error), Some(expected)) => assert_eq!(error.to_string(), expected, "{}", case.r#ref),
            (read, expected) => panic!("{}: {read:?}, expected {expected:?}", case.r#ref),
        }
    }
    assert!(count > 400, "only {count} cases");
}

#[test]
fn names_the_cases_leave_out() {
    let normal = |text: &str| ImageRef::parse(text).map(|reference| reference.to_string());
    let error = |text: &str| ImageRef::parse(text).unwrap_err().to_string();
    assert_eq!(normal("localhost/x").unwrap(), "localhost/x:latest");
    assert_eq!(normal("localhost:5000/x:1").unwrap(), "localhost:5000/x:1");
    assert_eq!(normal("[::1]:5000/x").unwrap(), "[::1]:5000/x:latest");
    assert_eq!(
        normal("index.docker.io/ubuntu").unwrap(),
        "docker.io/library/ubuntu:latest"
    );
    assert_eq!(
        normal("docker.io/ubuntu").unwrap(),
        "docker.io/library/ubuntu:latest"
    );
    assert_eq!(normal("Registry/x").unwrap(), "Registry/x:latest");
    assert_eq!(normal("a__b.c/x").unwrap(), "a__b.c/x:latest");
    assert_eq!(error(""), "invalid reference format");
    assert_eq!(
        error("a/B"),
        "invalid reference format: repository name (a/B) must be lowercase"
    );
    assert_eq!(error("Foo_bar/x"), "repository name must be lowercase");
    assert_eq!(error("x:"), "invalid reference format");
    assert_eq!(error("x:-a"), "invalid reference format");
    assert_eq!(error("ubuntu:$TAG"), "invalid reference format");
    assert_eq!(
        error(&format!("x:{}", "a".repeat(129))),
        "invalid reference format"
    );
    assert!(normal(&format!("x:{}", "a".repeat(128))).is_ok());
    assert_eq!(
        error(&format!("x@sha512:{}", "a".repeat(64))),
        "invalid checksum digest length"
    );
    assert_eq!(
        error(&format!("x:1@SHA256:{}", "a".repeat(64))),
        "invalid checksum digest format"
    );
    assert!(matches!(
        ImageRef::parse(&"0f".repeat(32)),
        Err(ReferenceError::Identifier(_))
    ));
}

#[test]
fn patterns_of_the_config() {
    let fits = |image: &str, pattern: &str| ImageRef::parse(image).unwrap().matches(pattern);
    assert!(fits(
        "registry.example.com/ws-base:2024",
        "registry.example.com/ws-base:*"
    ));
    assert!(fits(
        "registry.example.com/ws-base",
        "registry.example.com/ws-base:*"
    ));
    assert!(fits(
        "registry.example.com/ws-base",
        "registry.example.com/ws-base"
    ));
    assert!(fits(
        "registry.example.com/team/ws-base:1",
        "registry.example.com/*"
    ));
    assert!(!fits(
        "registry.example.com/ws-base:2024",
        "registry.example.com/ws-base:2025*"
    ));
    assert!(!fits(
        "registry.example.com.evil/ws-base",
        "registry.example.com/*"
    ));
    assert!(fits("node:20", "node"));
    assert!(fits("docker.io/library/node:20", "node:20"));
    assert!(fits("node:20", "docker.io/library/node:2?"));
    assert!(fits("node:20", "docker.io/node"));
    assert!(fits("node:20", "index.docker.io/library/node"));
    assert!(!fits("node:20", "other/node"));
    assert!(fits("codercom/enterprise-base:ubuntu", "codercom/enterprise-*"));
    assert!(fits("localhost:5000/x:1", "localhost:5000/x"));
    let digest = format!("sha256:{}", "0".repeat(64));
    assert!(fits(&format!("x@{digest}"), &format!("x@{digest}")));
    assert!(!fits("x", &format!("x@{digest}")));
    assert!(!fits(&format!("x@{digest}"), "x:latest"));
    assert!(fits(&format!("x@{digest}"), "x:*"));
}

#[test]
fn globs_take_no_exponential_time() {
    let text = "a".repeat(20_000);
    assert!(!glob(&format!("{}b", "a*".repeat(200)), &text));
    assert!(glob("*", ""));
    assert!(glob("", ""));
    assert!(!glob("?", ""));
    assert_eq!(split_tag("a:1/b"), ("a:1/b", None));
    assert_eq!(split_tag("a:1/b:2"), ("a:1/b", Some("2")));
}

proptest::proptest! {
    #[test]
    fn no_text_panics_and_normal_forms_stand(text in "[a-cA-B0-1._:/@\\[\\]\\-ü]{0,40}") {
        if let Ok(reference) = ImageRef::parse(&text) {
            let normal = reference.to_string();
            let again = ImageRef::parse(&normal).expect("a normal form reads");
            proptest::prop_assert_eq!(again.to_string(), normal);
            proptest::prop_assert!(reference.matches(&reference.repository()));
            proptest::prop_assert!(reference.matches(&reference.familiar()));
        }
        ImageRef::parse("ubuntu").expect("it reads").matches(&text);
    }
}
