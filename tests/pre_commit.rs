//! The hooks as real pre-commit runs it, in a scratch repository.
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
        .replace("--force-exclude\n", "--force-exclude'\n")
        .replace("language: rust", "language: system");
    let indented: String = hook.lines().map(|line| format!("      {line}\n")).collect();
    format!("repos:\n  - repo: local\n    hooks:\n{indented}")
}

/// A repository in which the hooks are set up.
struct Repository {
    folder: tempfile::TempDir,
    pre_commit: &'static str,
}

impl Repository {
    /// None where pre-commit is not installed.
    fn new() -> Option<Self> {
        let repository = Self {
            pre_commit: pre_commit()?,
            folder: tempfile::tempdir().expect("a folder can be made"),
        };
        repository.git(&["init", "-q"]);
        repository.git(&["config", "user.email", "someone@example.com"]);
        repository.git(&["config", "user.name", "Someone"]);
        repository.write(".pre-commit-config.yaml", &local_config());
        repository.write(".gitignore", ".pre-commit-home\n.cache\n");
        repository.write("seaworthy.yaml", "exclude: [third_party]\n");
        repository.git(&["add", "."]);
        Some(repository)
    }

    fn git(&self, arguments: &[&str]) {
        let output = run(self.folder.path(), "git", arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", text(&output));
    }

    fn write(&self, name: &str, words: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
        fs::write(path, words).expect("it can be written");
    }

    /// Writes a file and stages it.
    fn put(&self, name: &str, words: &str) {
        self.write(name, words);
        self.git(&["add", "--", name]);
    }

    fn hook(&self, id: &str) -> Output {
        run(self.folder.path(), self.pre_commit, &["run", id])
    }
}

const GOOD: &str = "FROM registry.example.com/base:1\nRUN true\n";
const BAD: &str = "FROM registry.example.com/base:1\nNONSENSE\n";

#[test]
fn the_hook_refuses_a_bad_file_and_passes_a_good_one() {
    let Some(repository) = Repository::new() else {
        return;
    };
    repository.put("good/Dockerfile", GOOD);
    repository.put("third_party/Dockerfile", "NONSENSE\n");
    repository.put("templates/Dockerfile.j2", "{{ nonsense }}\n");
    repository.put("Dockerfile.md", "nonsense\n");
    let output = repository.hook("seaworthy");
    assert!(output.status.success(), "{}", text(&output));

    for name in [
        "ein Büro/dev box.Dockerfile",
        "日本/Containerfile",
        "Dockerfile-dev",
        ".devcontainer/dockerfile.x",
        "quote's \"two\" $HOME `x`/Dockerfile",
        "--fix.Dockerfile",
    ] {
        repository.put(name, BAD);
        let output = repository.hook("seaworthy");
        assert!(!output.status.success(), "{name} is refused");
        assert!(
            text(&output).contains(&format!("{name}:2:1")),
            "{}",
            text(&output)
        );
        repository.put(name, GOOD);
        let output = repository.hook("seaworthy");
        assert!(
            output.status.success(),
            "{name} passes once it is mended: {}",
            text(&output)
        );
    }
}

/// What is staged counts, not what lies in the folder; and what lies there is kept.
#[test]
fn the_hook_looks_at_what_is_staged() {
    let Some(repository) = Repository::new() else {
        return;
    };
    let lies_there = || fs::read_to_string(repository.folder.path().join("Dockerfile"));
    repository.put("Dockerfile", BAD);
    repository.write("Dockerfile", GOOD);
    assert!(!repository.hook("seaworthy").status.success());
    assert_eq!(lies_there().expect("it is there"), GOOD);

    repository.put("Dockerfile", GOOD);
    repository.write("Dockerfile", BAD);
    let output = repository.hook("seaworthy");
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(lies_there().expect("it is there"), BAD);
}

/// More names than one command line takes: several runs, one after the other, and each is told.
#[test]
fn files_are_split_over_several_runs() {
    let Some(repository) = Repository::new() else {
        return;
    };
    let folder = "a-folder-with-a-long-name/".repeat(6);
    for number in 0..1500 {
        let words = match number {
            0 | 1499 => BAD,
            _ => GOOD,
        };
        repository.write(&format!("{folder}{number:04}.Dockerfile"), words);
    }
    repository.git(&["add", "."]);
    let output = repository.hook("seaworthy");
    assert!(!output.status.success());
    let told = text(&output);
    assert!(told.contains("0000.Dockerfile:2:1"), "{told}");
    assert!(told.contains("1499.Dockerfile:2:1"), "{told}");
    assert!(
        told.matches("1 error").count() >= 2,
        "each run has its own count:\n{told}"
    );
}

/// Until there are fixes, the second hook refuses by name and touches nothing.
#[test]
fn the_hook_that_mends_says_that_it_cannot_yet() {
    let Some(repository) = Repository::new() else {
        return;
    };
    repository.put("Dockerfile", GOOD);
    let output = repository.hook("seaworthy-fix");
    assert!(!output.status.success());
    let told = text(&output);
    assert!(told.contains("exit code: 2"), "{told}");
    assert!(told.contains("error: --fix is not there yet"), "{told}");
    let kept = fs::read_to_string(repository.folder.path().join("Dockerfile"));
    assert_eq!(kept.expect("it is there"), GOOD);
}

#[test]
fn the_manifest_has_both_hooks_alike() {
    let manifest: serde_json::Value =
        serde_saphyr::from_str(include_str!("../.pre-commit-hooks.yaml")).expect("it is YAML");
    let hooks = manifest.as_array().expect("it is a list");
    let ids: Vec<&str> = hooks.iter().filter_map(|hook| hook["id"].as_str()).collect();
    assert_eq!(ids, ["seaworthy", "seaworthy-fix"]);
    for hook in hooks {
        assert_eq!(hook["require_serial"], true);
        assert_eq!(hook["language"], "rust");
        assert_eq!(hook["types"], serde_json::json!(["text"]));
        assert_eq!(hook["files"], hooks[0]["files"]);
        assert_eq!(hook["exclude"], hooks[0]["exclude"]);
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
