//! The hook as real pre-commit runs it, in a scratch repository.
//!
//! Skipped with a note where pre-commit is not installed, except in CI, where that is a failure.

#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn pre_commit() -> Option<&'static str> {
    let there = Command::new("pre-commit").arg("--version").output();
    if there.is_ok_and(|output| output.status.success()) {
        return Some("pre-commit");
    }
    assert!(std::env::var_os("CI").is_none(), "CI has pre-commit");
    println!("skipped: pre-commit is not installed");
    None
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        // A home of its own, so that neither the user's git nor a cache has a say.
        .env("HOME", folder)
        .env("PRE_COMMIT_HOME", folder.join(".pre-commit-home"))
        .env("PRE_COMMIT_COLOR", "never")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_WORK_TREE")
        .output();
    output.unwrap_or_else(|error| panic!("{program} runs: {error}"))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The shipped hook, but with the built binary instead of an installation.
fn local_config() -> String {
    let shipped = include_str!("../.pre-commit-hooks.yaml");
    let binary = env!("CARGO_BIN_EXE_seaworthy");
    let hook = shipped
        .replace("entry: seaworthy ", &format!("entry: '\"{binary}\" "))
        .replace("--force-exclude", "--force-exclude'")
        .replace("language: rust", "language: system");
    let indented: String = hook.lines().map(|line| format!("      {line}\n")).collect();
    format!("repos:\n  - repo: local\n    hooks:\n{indented}")
}

#[test]
fn the_hook_refuses_a_bad_file_and_passes_a_good_one() {
    let Some(pre_commit) = pre_commit() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let at = folder.path();
    let git = |arguments: &[&str]| {
        let output = run(at, "git", arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", text(&output));
    };
    git(&["init", "-q"]);
    git(&["config", "user.email", "someone@example.com"]);
    git(&["config", "user.name", "Someone"]);
    fs::write(at.join(".pre-commit-config.yaml"), local_config()).expect("it can be written");
    fs::write(at.join(".gitignore"), ".pre-commit-home\n").expect("it can be written");
    fs::write(at.join("seaworthy.yaml"), "exclude: [third_party]\n").expect("it can be written");
    git(&["add", "."]);

    let put = |name: &str, text: &str| {
        let path = at.join(name);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
        git(&["add", "."]);
    };
    let hook = || run(at, pre_commit, &["run", "seaworthy"]);

    put("good/Dockerfile", "FROM registry.example.com/base:1\nRUN true\n");
    put("third_party/Dockerfile", "NONSENSE\n");
    put("templates/Dockerfile.j2", "{{ nonsense }}\n");
    put("Dockerfile.md", "nonsense\n");
    let output = hook();
    assert!(output.status.success(), "{}", text(&output));

    for name in [
        "ein Büro/dev box.Dockerfile",
        "日本/Containerfile",
        "Dockerfile-dev",
        ".devcontainer/dockerfile.x",
    ] {
        put(name, "FROM registry.example.com/base:1\nNONSENSE\n");
        let output = hook();
        assert!(!output.status.success(), "{name} is refused");
        assert!(
            text(&output).contains(&format!("{name}:2:1")),
            "{}",
            text(&output)
        );
        put(name, "FROM registry.example.com/base:1\nRUN true\n");
        assert!(hook().status.success(), "{name} passes once it is mended");
    }
}

#[test]
fn the_shipped_hooks_are_a_manifest() {
    let Some(pre_commit) = pre_commit() else {
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder can be made");
    let manifest = folder.path().join("hooks.yaml");
    fs::copy(root.join(".pre-commit-hooks.yaml"), &manifest).expect("it can be copied");
    let output = run(folder.path(), pre_commit, &["validate-manifest", "hooks.yaml"]);
    assert!(output.status.success(), "{}", text(&output));
}
