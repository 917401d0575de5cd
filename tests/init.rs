//! `config init`: the config that it writes is read, and each file gets the profile that fits it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const WORKSPACE: &str = "FROM codercom/enterprise-base:ubuntu-20240812\nRUN true\n";
const MADE: &str = "FROM ubuntu:24.04\nRUN userdel -r ubuntu && useradd -m -u 1000 dev\n\
    RUN echo 'dev ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/dev\nUSER dev\n";
const SERVICE: &str = "FROM debian:12\nCOPY app /app\nCMD [\"/app\"]\n";

/// A repository of these files.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seaworthy"))
        .args(arguments)
        .env_clear()
        .current_dir(folder)
        .output()
        .expect("the program runs")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Begins a config, holds that it is read, and gives it with the profile of each file.
fn begin(folder: &Path) -> (String, Vec<(String, String)>) {
    let output = run(folder, &["config", "init"]);
    assert!(output.status.success(), "{}", text(&output));
    let config = fs::read_to_string(folder.join("seaworthy.yaml")).expect("it is written");
    let output = run(folder, &["lint"]);
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{}\n{config}",
        text(&output)
    );
    let output = run(folder, &["lint", "--show-settings", "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let files = shown["settings"].as_array().expect("it is a list").iter();
    let profile = |file: &serde_json::Value| {
        let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        (word(&file["path"]), word(&file["keys"]["profile"]["value"]))
    };
    let profiles = files.map(profile).collect();
    for line in config.lines().filter(|line| line.contains(": ")) {
        assert!(line.contains("# "), "{line} has its reason");
    }
    (config, profiles)
}

/// The profile that one file alone gets.
fn profile_of(files: &[(&str, &str)]) -> String {
    let folder = repository(files);
    let (_, profiles) = begin(folder.path());
    assert_eq!(profiles.len(), 1);
    profiles[0].1.clone()
}

#[test]
fn a_mixed_repository_gets_overrides() {
    let folder = repository(&[
        ("images/base/Dockerfile", WORKSPACE),
        ("images/dev/Dockerfile", MADE),
        ("services/a/Dockerfile", SERVICE),
        ("services/b/Dockerfile", SERVICE),
        ("services/c/web.Dockerfile", SERVICE),
        ("services/odd/work [1]*.Dockerfile", MADE),
        (".devcontainer/Dockerfile", "FROM debian:12\n"),
        ("third_party/x/Dockerfile", "NONSENSE\n"),
        ("third_party/y/Dockerfile", "NONSENSE\n"),
    ]);
    let (config, profiles) = begin(folder.path());
    let expected = [
        (".devcontainer/Dockerfile", "devcontainer"),
        ("images/base/Dockerfile", "cvm"),
        ("images/dev/Dockerfile", "cvm"),
        ("services/a/Dockerfile", "service"),
        ("services/b/Dockerfile", "service"),
        ("services/c/web.Dockerfile", "service"),
        ("services/odd/work [1]*.Dockerfile", "cvm"),
    ];
    let expected: Vec<(String, String)> = expected
        .into_iter()
        .map(|(path, profile)| (path.to_owned(), profile.to_owned()))
        .collect();
    assert_eq!(profiles, expected, "{config}");
    assert!(
        config.contains("\"/third_party/**\"  # what others wrote; 2 Dockerfiles"),
        "{config}"
    );
    assert!(config.contains("- \"/services/a/**\"  # "), "{config}");
    assert!(
        config.contains("profile: cvm  # images/base/Dockerfile: FROM codercom/enterprise-base:"),
        "{config}"
    );
}

#[test]
fn signs_decide_on_the_profile() {
    let terraform = |word: &str| format!("# sysbox-runc is not meant\nimage = \"{word}\"\n");
    for (files, profile) in [
        (vec![("Dockerfile", WORKSPACE)], "cvm"),
        (vec![("Dockerfile", MADE)], "cvm"),
        (vec![("Dockerfile", SERVICE)], "service"),
        (
            vec![("Dockerfile", "FROM nestybox/ubuntu-jammy-systemd-docker\n")],
            "sysbox",
        ),
        (
            vec![("Dockerfile", "FROM ghcr.io/coder/envbox:0.6.6\n")],
            "service",
        ),
        (
            vec![(
                "Dockerfile",
                "FROM mcr.microsoft.com/devcontainers/base:bookworm\n",
            )],
            "devcontainer",
        ),
        (
            vec![
                ("Dockerfile", WORKSPACE),
                ("main.tf", &terraform("ghcr.io/coder/envbox:0.6.6")),
            ],
            "envbox",
        ),
        (
            vec![
                ("Dockerfile", WORKSPACE),
                ("main.tf", "runtime = \"sysbox-runc\"\n"),
            ],
            "sysbox",
        ),
        (
            vec![
                ("docker/Dockerfile", SERVICE),
                (
                    ".devcontainer/devcontainer.json",
                    "{\"build\": {\"dockerfile\": \"../docker/Dockerfile\"}}",
                ),
            ],
            "devcontainer",
        ),
        (
            vec![
                (".devcontainer/Dockerfile", SERVICE),
                ("main.tf", &terraform("ghcr.io/coder/envbuilder:1.0")),
            ],
            "envbuilder",
        ),
    ] {
        assert_eq!(profile_of(&files), profile, "{files:?}");
    }
}

#[test]
fn what_the_images_have_in_common_is_said_with_its_place() {
    let engine = "FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y docker-ce systemd-sysv\n\
        RUN useradd -m dev\nUSER dev\n";
    let workflow = "on: push\njobs:\n  build:\n    runs-on: x\n    steps:\n      - uses: docker/build-push-action@v6\n        \
        with:\n          platforms: linux/amd64, linux/arm64,${{ matrix.more }}\n";
    let folder = repository(&[("Dockerfile", engine), (".github/workflows/image.yml", workflow)]);
    let (config, _) = begin(folder.path());
    for line in [
        "  user: \"dev\"  # Dockerfile:4 is the last USER",
        "  docker: true  # Dockerfile:2 brings docker-ce",
        "platforms: [\"linux/amd64\", \"linux/arm64\"]  # .github/workflows/image.yml builds for them",
    ] {
        assert!(config.contains(line), "{line} is not in\n{config}");
    }
}

#[test]
fn nothing_and_odd_things_give_a_config_that_is_read() {
    let folder = repository(&[]);
    assert!(
        run(folder.path(), &["config", "init"]).status.success(),
        "an empty folder has a config"
    );
    let config = fs::read_to_string(folder.path().join("seaworthy.yaml")).expect("it is written");
    assert!(config.contains("profile: cvm  # the default"), "{config}");

    let odd = "a\nprofile: service\n#\u{202e}\u{2028}\u{85}é'\"\\ /Dockerfile";
    let folder = repository(&[
        (odd, WORKSPACE),
        ("x/Dockerfile", SERVICE),
        ("y/Dockerfile", SERVICE),
        ("z/Dockerfile", "\0\u{1}NONSENSE"),
        ("compose.yaml", "services: ["),
        (".github/workflows/a.yml", "&a [*a, *a]"),
        (".devcontainer/devcontainer.json", "{"),
        ("docker-bake.hcl", "target {"),
        ("main.tf", "\u{feff}coder/envbox\r\rprofile: x"),
    ]);
    let (config, profiles) = begin(folder.path());
    let workspaces: Vec<_> = profiles.iter().filter(|(_, name)| name == "envbox").collect();
    assert_eq!(workspaces.len(), 1, "{config}\n{profiles:?}");
    assert!(
        !config.lines().any(|line| line.starts_with("profile: service\n#")),
        "{config}"
    );
}

#[test]
fn a_config_of_hadolint_is_pointed_at() {
    let folder = repository(&[(".hadolint.yaml", "ignored: [DL3008]\n"), ("Dockerfile", SERVICE)]);
    let output = run(folder.path(), &["config", "init"]);
    assert!(
        text(&output).contains("config import .hadolint.yaml"),
        "{}",
        text(&output)
    );
}

#[test]
fn what_is_there_is_kept() {
    for name in ["seaworthy.yaml", "seaworthy.yml", ".seaworthy.yaml"] {
        let folder = repository(&[(name, "profile: sysbox\n")]);
        let output = run(folder.path(), &["config", "init"]);
        assert_eq!(output.status.code(), Some(2));
        let kept = fs::read_to_string(folder.path().join(name)).expect("it is there");
        assert_eq!(kept, "profile: sysbox\n");
        let files = fs::read_dir(folder.path()).expect("it can be listed").count();
        assert_eq!(files, 1);
    }
}
