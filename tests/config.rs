//! What holds of a config, and that the schema knows the keys that are read.

use std::path::Path;
use std::sync::Arc;

use seaworthy::config::{Config, FailOn, Layer, read, schema};
use seaworthy::contract::{Cluster, Gpu, Profile, Runtime};
use seaworthy::source::Source;

fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::new("seaworthy.yaml", text.into()).expect("short"))
}

fn config(layers: &[(&str, &str)]) -> Config {
    let layer = |(folder, text): &(&str, &str)| {
        Layer::new(source(text), folder.into()).unwrap_or_else(|findings| panic!("{findings:?}"))
    };
    Config::new(layers.iter().map(layer).collect())
}

const ALL: &str = r#"
profile: envbox
edition: "2026"
requires: ">=0.1"
platform:
  envbox: "v0.6"
  cluster: bare-metal
  gpu: nvidia
workspace:
  user: dev
  uid: 1001
  home: /home/dev
  volumes: [/home/dev, /data]
  docker: true
  commands: [git, curl]
platforms: [linux/amd64, linux/arm64/v8]
rules:
  stale-allow: off
ignore:
  - {rule: stale-allow, paths: ["legacy/**"], reason: "being rewritten"}
overrides:
  - paths: ["services/**"]
    profile: service
    fail-on: never
exclude: ["third_party/**"]
bases:
  "registry.example.com/ws-base:*": images/base/Dockerfile
probes:
  - {name: make, command: [make, --version], user: dev, exit: 2, output: GNU, seconds: 5}
  - {name: plain, command: ["true"]}
fail-on: error
baseline: known.json
"#;

#[test]
fn every_key_arrives() {
    let config = config(&[("/project", ALL)]);
    let settings = config.settings(Path::new("/project/Dockerfile"));
    let contract = &settings.contract;
    assert_eq!(contract.profile, Profile::Envbox);
    assert_eq!(contract.runtime, Some(Runtime::Envbox("0.6".into())));
    assert_eq!(contract.cluster, Some(Cluster::BareMetal));
    let gpu = contract.gpu.as_ref().expect("it is said");
    assert_eq!(gpu.value, Gpu::Nvidia);
    assert!(gpu.place.is_some());
    assert_eq!(contract.user.as_deref(), Some("dev"));
    assert_eq!(contract.uid, Some(1001));
    assert_eq!(contract.home.as_deref(), Some("/home/dev"));
    assert_eq!(
        contract.volumes.as_deref(),
        Some(["/home/dev".to_owned(), "/data".into()].as_slice())
    );
    assert_eq!(contract.docker, Some(true));
    assert_eq!(contract.commands, ["git", "curl"]);
    assert_eq!(contract.platforms, ["linux/amd64", "linux/arm64/v8"]);
    assert_eq!(settings.fail_on, FailOn::Error);
    let [make, plain] = settings.probes.as_slice() else {
        panic!("there are two probes");
    };
    assert_eq!(
        (make.name.as_str(), make.exit, make.seconds),
        ("make", 2, Some(5))
    );
    assert_eq!(
        (make.user.as_deref(), make.output.as_deref()),
        (Some("dev"), Some("GNU"))
    );
    assert_eq!((plain.exit, plain.user.is_none()), (0, true));
    assert_eq!(
        settings.baseline.as_deref(),
        Some(Path::new("/project/known.json"))
    );
    assert!(settings.accepted.is_empty());
    assert!(config.excludes(Path::new("/project/third_party/x/Dockerfile")));
    assert!(!config.excludes(Path::new("/elsewhere/third_party/x/Dockerfile")));
    assert_eq!(
        config.bases()[0].path,
        Path::new("/project/images/base/Dockerfile")
    );
}

#[test]
fn an_override_changes_only_what_it_says() {
    let settings = config(&[("/project", ALL)]).settings(Path::new("/project/services/web/Dockerfile"));
    assert_eq!(settings.contract.profile, Profile::Service);
    assert_eq!(settings.fail_on, FailOn::Never);
    assert_eq!(settings.contract.user.as_deref(), Some("dev"));
}

#[test]
fn an_extended_config_has_paths_of_its_own() {
    let config = config(&[
        (
            "/project",
            "exclude: [a]\nprofile: sysbox\nplatform: {sysbox: '0.6', gpu: none}\n",
        ),
        ("/project/sub", "exclude: [b]\nplatform: {coder: '1.44'}\n"),
    ]);
    assert!(config.excludes(Path::new("/project/a/Dockerfile")));
    assert!(config.excludes(Path::new("/project/sub/b/Dockerfile")));
    assert!(!config.excludes(Path::new("/project/b/Dockerfile")));
    let contract = config.settings(Path::new("/project/sub/Dockerfile")).contract;
    assert_eq!(contract.profile, Profile::Sysbox);
    assert_eq!(contract.runtime, Some(Runtime::Coder("1.44".into())));
    assert!(contract.gpu.is_some());
}

#[test]
fn a_probe_of_the_same_name_replaces_the_one_of_the_extended_config() {
    let config = config(&[
        (
            "/project",
            "probes: [{name: a, command: [x]}, {name: b, command: [y]}]\n",
        ),
        ("/project/sub", "probes: [{name: a, command: [z, '1']}]\n"),
    ]);
    let probes = config.settings(Path::new("/project/sub/Dockerfile")).probes;
    let commands: Vec<_> = probes.iter().map(|probe| probe.command.join(" ")).collect();
    assert_eq!(commands, ["z 1", "y"]);
}

#[test]
fn nothing_at_all_is_a_config() {
    for text in [
        "",
        "\n",
        "# a note\n",
        "---\n",
        "rules:\n",
        "workspace:\nplatform:\n",
        "{}",
    ] {
        assert!(read(&source(text)).is_ok(), "{text:?}");
    }
}

#[test]
fn the_schema_knows_the_keys_that_are_read() {
    let schema = serde_json::to_value(schema()).expect("it is JSON");
    let properties = schema["properties"].as_object().expect("it has keys");
    for key in properties.keys() {
        let findings = read(&source(&format!("{key}: !odd"))).expect_err("an odd tag is refused");
        assert!(
            findings
                .iter()
                .all(|finding| finding.rule != "config-unknown-key"),
            "{key}"
        );
    }
    for key in ["custom", "Profile"] {
        assert!(!properties.contains_key(key), "{key}");
        let findings = read(&source(&format!("{key}: x"))).expect_err("it is no key");
        assert_eq!(findings[0].rule, "config-unknown-key");
    }
}

#[test]
fn places_are_those_of_the_words_at_fault() {
    for (text, word) in [
        ("profile: cvmm\n", "cvmm"),
        ("rules:\n  stale-alow: off\n", "stale-alow"),
        ("workspace:\n  uid: many\n", "many"),
        ("é: 1\n", "é"),
        ("platforms: [linux/amd64, linux]\n", "linux]"),
        (
            "probes:\n  - {command: [x], name: b}\n  - command: [x]\n    name: b\n",
            "b",
        ),
        ("probes:\n  - name: x\n    command: [y]\n    seconds: 0\n", "0"),
    ] {
        let source = source(text);
        let findings = read(&source).expect_err("it has a fault");
        let seaworthy::finding::Place::Text { span, .. } = &findings[0].place else {
            panic!("it stands in the text");
        };
        let at = text.rfind(word).expect("the word is there");
        assert_eq!(span.start as usize, at, "{text}");
        let got = str::from_utf8(source.slice(*span)).expect("it is text");
        assert_eq!(got, word.trim_end_matches(']'), "{text}");
    }
}

/// Thousands of overrides and exceptions, in all shapes, cost neither the reading nor the judging of a
/// file more than a moment.
#[test]
fn ten_thousand_overrides_are_no_burden() {
    let mut text = String::from("overrides:\n");
    for number in 0..10_000 {
        let paths = match number % 4 {
            0 => format!("services/team-{number}/**"),
            1 => format!("/images/{number}/Dockerfile"),
            2 => format!("*.team-{number}"),
            _ => "**".to_owned(),
        };
        text.push_str(&format!(
            "  - paths: [\"{paths}\"]\n    rules: {{stale-allow: info}}\n"
        ));
    }
    let started = std::time::Instant::now();
    let config = config(&[("/project", &text)]);
    for number in 0..200 {
        let path = format!("/project/services/team-{number}/Dockerfile");
        let settings = config.settings(Path::new(&path));
        assert_eq!(settings.levels.len(), 1);
    }
    let seconds = started.elapsed().as_secs_f32();
    assert!(
        seconds < 10.0,
        "{seconds} seconds in a build without optimisation"
    );
}

#[test]
fn the_last_override_that_matches_wins() {
    let text = "overrides:\n  - {paths: [a], profile: sysbox}\n  - {paths: [\"*.x\", \"!keep.x\"], profile: envbox}\n";
    let config = config(&[("/project", text)]);
    let profile = |path: &str| config.settings(Path::new(path)).contract.profile;
    assert_eq!(profile("/project/a/Dockerfile"), Profile::Sysbox);
    assert_eq!(profile("/project/a/Dockerfile.x"), Profile::Envbox);
    assert_eq!(profile("/project/a/keep.x"), Profile::Sysbox);
    assert_eq!(profile("/project/b/Dockerfile"), Profile::Cvm);
}
