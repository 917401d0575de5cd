//! From a template to a verified image, as a user goes: `new`, `build`, `verify`; and what is spoiled on the
//! way is caught by its name.
//!
//! One test a distribution, so that its base is built once: everything else starts from its layers. Skipped
//! with a note where no engine answers, except in CI.

#![cfg(feature = "engine")]
#![allow(
    clippy::print_stdout,
    reason = "a test tells what it skipped and how long it took"
)]

mod built;
mod engine;

use std::fs;
use std::time::Instant;

use built::{Image, SMALL, json, seaworthy, spoiled, text};
use engine::skip_without_engine;
use serde_json::Value;

/// What verify is asked besides, where the image has all that a workspace needs.
const VERIFY: [&str; 2] = ["--dockerfile", "Dockerfile"];

/// Points that only a running container shows.
const OPEN: [u64; 2] = [8, 9];

/// The points in a state, by number.
fn points(report: &Value, state: &str) -> Vec<u64> {
    let points = report["contract"].as_array().expect("a list");
    let those = points.iter().filter(|point| point["state"] == state);
    those.filter_map(|point| point["point"].as_u64()).collect()
}

#[track_caller]
fn has_no_findings(report: &Value) {
    assert_eq!(report["findings"], serde_json::json!([]), "{report:#}");
}

#[test]
fn enterprise_base_on_debian_12_and_its_children() {
    skip_without_engine!();
    let on = ["distribution=debian-12", "engine=distribution"];
    let _base = Image::base("debian:bookworm", "debian:12");
    let image = Image::of_template("enterprise-base", "enterprise-base-12", &on);
    image.is_an_enterprise_base();
    image.runs_an_engine();

    // Compose 2 and buildx are not among Debian 12's packages: that, and nothing else, is amiss.
    let (report, code) = image.verified(&VERIFY);
    has_no_findings(&report);
    assert_eq!(code, Some(1));
    assert_eq!(points(&report, "unmet"), [9], "{report:#}");
    let evidence = report["contract"][8]["evidence"].as_str().expect("text");
    for words in ["docker compose", "docker buildx", "docker-compose", "Debian 12"] {
        assert!(evidence.contains(words), "{evidence}");
    }

    let _go = Image::toolchain("golang:1.25-bookworm", &["/usr/local/go/bin/go"]);
    let golang = Image::of_template("golang", "golang-12", &on);
    golang.says_exactly("go; bash --login -c go", "go\ngo");

    let node = [
        "/usr/local/bin/node",
        "/usr/local/lib/node_modules/npm/bin/npm-cli.js",
        "/usr/local/lib/node_modules/npm/bin/npx-cli.js",
        "/usr/local/lib/node_modules/corepack/dist/corepack.js",
    ];
    let _node = Image::toolchain("node:22-bookworm", &node);
    let node = Image::of_template("node", "node-12", &on);
    node.says_exactly(
        "node; npm; npx; corepack",
        "node\nnpm-cli.js\nnpx-cli.js\ncorepack.js",
    );

    let _jdk = Image::toolchain(
        "eclipse-temurin:21-jdk",
        &["/opt/java/openjdk/bin/java", "/opt/java/openjdk/bin/javac"],
    );
    let _maven = Image::toolchain("maven:3.9-eclipse-temurin-21", &["/usr/share/maven/bin/mvn"]);
    let java = Image::of_template("java", "java-12", &on);
    java.says_exactly(
        "java; mvn; bash --login -c 'mvn; echo $JAVA_HOME'",
        "java\nmvn\nmvn\n/opt/java/openjdk",
    );
}

/// Nothing is found, no point is unmet, and only those are open that need a run.
#[track_caller]
fn is_verified(image: &Image) {
    let (report, code) = image.verified(&VERIFY);
    has_no_findings(&report);
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(points(&report, "unmet"), Vec::<u64>::new(), "{report:#}");
    assert_eq!(points(&report, "unknown"), OPEN, "{report:#}");
    // As a person reads it.
    let output = seaworthy(
        &image.workspace(),
        &["verify", &image.name, "--dockerfile", "Dockerfile"],
    );
    let told = text(&output);
    for words in ["points met, ", "2 unknown", "docker-runs", "needs --run"] {
        assert!(told.contains(words), "{words} is not in:\n{told}");
    }
    // Started as the platform would start it, nothing is open.
    let (report, code) = image.verified(&["--dockerfile", "Dockerfile", "--run"]);
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(points(&report, "unknown"), Vec::<u64>::new(), "{report:#}");
    let probes = report["probes"].as_array().expect("there are probes");
    let passed = |name: &str| {
        probes
            .iter()
            .any(|probe| probe["name"] == name && probe["state"] == "passed")
    };
    for name in ["init", "login", "docker", "docker clients", "inner container"] {
        assert!(passed(name), "{name}: {report:#}");
    }
}

#[test]
fn enterprise_base_on_debian_13_and_python() {
    skip_without_engine!();
    let on = ["distribution=debian-13", "engine=distribution"];
    let _base = Image::base("debian:trixie", "debian:13");
    let image = Image::of_template("enterprise-base", "enterprise-base-13", &on);
    image.is_an_enterprise_base();
    image.runs_an_engine();
    for command in [
        "docker compose version",
        "docker-compose version",
        "docker buildx version",
    ] {
        let script = format!("{command} >/dev/null && echo answers");
        image.says_exactly(&script, "answers");
    }
    is_verified(&image);
    let begun = Instant::now();
    let unseen = spoiled::unseen(&image);
    println!("the spoiled images took {:.0} s", begun.elapsed().as_secs_f32());
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
    let python = Image::of_template("python", "python-13", &on);
    python.is_a_workspace("coder");
    python.says_exactly(
        "python -m venv /tmp/v && /tmp/v/bin/python -c 'print(6 * 7)'",
        "42",
    );
}

#[test]
fn small_images_on_debian() {
    skip_without_engine!();
    let _base = Image::base("debian:trixie", "small/debian:13");
    let on = "distribution=debian-13";
    let minimal = Image::of_template_in(SMALL, "minimal", "minimal-13", &[on]);
    minimal.is_a_workspace("coder");
    let (report, code) = minimal.verified(&VERIFY);
    has_no_findings(&report);
    assert_eq!(
        (code, points(&report, "unmet")),
        (Some(0), Vec::new()),
        "{report:#}"
    );
    let container = Image::of_template_in(SMALL, "devcontainer", "devcontainer-13", &[on]);
    container.is_a_workspace("vscode");
    let service = Image::of_template_in(SMALL, "service", "service-13", &[on, "certificates=yes"]);
    service.says_exactly("id --user --name; id --user", "app\n10001");
    let script = "python3 serve.py 2>/dev/null & sleep 1; python3 -c \"import urllib.request as r; print(r.urlopen('http://127.0.0.1:8080').read().decode())\"";
    service.says_exactly(script, "ready");
}

#[test]
fn a_pin_that_the_platform_does_not_run_is_named_before_the_build() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let made = seaworthy(folder.path(), &["new", "enterprise-base", "ws"]);
    assert!(made.status.success(), "{}", text(&made));
    let file = folder.path().join("ws/docker/docker.pref");
    let pinned = fs::read_to_string(&file).expect("it can be read");
    let lines = pinned
        .lines()
        .map(|line| match line.strip_prefix("Pin: version ") {
            Some(version) if version.starts_with("1.7.") => "Pin: version 1.7.28-*".to_owned(),
            _ => line.to_owned(),
        });
    let spoiled = lines.collect::<Vec<_>>().join("\n");
    assert_ne!(spoiled.trim(), pinned.trim(), "there is a pin to spoil");
    fs::write(&file, spoiled).expect("it can be written");
    let report = json(&seaworthy(folder.path(), &["lint", "--format", "json", "ws"]));
    let findings = report["findings"].as_array().expect("a list");
    let named = findings
        .iter()
        .filter(|finding| finding["rule"] == "containerd-incompatible");
    assert_eq!(named.count(), 1, "{report:#}");
}
