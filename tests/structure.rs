//! `verify --structure-test`: files and configuration of archives that are made here, commands in an engine.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells what it skipped"
)]

mod engine;
mod saved;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use saved::{Lies, image, layer};
use serde_json::{Value, json};

fn archive() -> Vec<u8> {
    let first = layer(&[
        ("bin", 0o777, 0, Lies::Link("usr/bin")),
        ("etc", 0o755, 0, Lies::Folder),
        ("etc/alias", 0o777, 0, Lies::Link("../usr/share/a/b/c/deep")),
        ("opt", 0o755, 0, Lies::Folder),
        ("opt/AGPL", 0o644, 0, Lies::File(b"the agpl, version 3")),
        ("opt/LICENSE", 0o644, 0, Lies::File(b"MIT")),
        ("srv", 0o755, 0, Lies::Folder),
        ("srv/removed", 0o644, 0, Lies::File(b"x")),
        ("usr", 0o755, 0, Lies::Folder),
        ("usr/bin", 0o755, 0, Lies::Folder),
        ("usr/bin/root", 0o4755, 0, Lies::File(b"x")),
        ("usr/bin/tool", 0o755, 1000, Lies::File(b"x")),
        ("usr/share", 0o755, 0, Lies::Folder),
        ("usr/share/a", 0o755, 0, Lies::Folder),
        ("usr/share/a/b", 0o755, 0, Lies::Folder),
        ("usr/share/a/b/c", 0o755, 0, Lies::Folder),
        (
            "usr/share/a/b/c/deep",
            0o640,
            0,
            Lies::File(b"key = 12\n{\"a\": 1}\nsecrets\nlast\n"),
        ),
        ("opt/hard", 0o640, 0, Lies::Hard("usr/share/a/b/c/deep")),
        ("usr/share/doc", 0o755, 0, Lies::Folder),
        ("usr/share/doc/one", 0o755, 0, Lies::Folder),
        ("usr/share/doc/one/copyright", 0o644, 0, Lies::File(b"Expat")),
        ("usr/share/doc/two", 0o777, 0, Lies::Link("one")),
        ("var", 0o755, 0, Lies::Folder),
        ("var/work", 0o1777, 0, Lies::Folder),
    ]);
    let second = layer(&[("srv/.wh.removed", 0o644, 0, Lies::File(b""))]);
    let config = json!({
        "User": "coder", "Env": ["PATH=/usr/bin", "TOOLS=/usr/bin", "VERSION=1.2"],
        "Cmd": ["/bin/tool", "--serve"], "WorkingDir": "/work", "Labels": {"vendor": "Example"},
        "ExposedPorts": {"8080/tcp": {}}, "Volumes": {"/data": {}},
    });
    image(
        &[("COPY a / # buildkit", first), ("RUN rm # buildkit", second)],
        &config,
    )
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/structure")
        .join(name)
}

fn verify(folder: &Path, files: &[PathBuf], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
    command.args(["verify", "--fail-on", "never", "--profile", "service"]);
    for file in files {
        command.arg("--structure-test").arg(file);
    }
    command.args(arguments).current_dir(folder).output().unwrap()
}

fn structure(output: &Output) -> Vec<(String, String, Vec<String>)> {
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let tests = report["structure"].as_array().unwrap().iter();
    tests
        .map(|test| {
            let errors = test["errors"].as_array().unwrap().iter();
            (
                test["name"].as_str().unwrap().to_owned(),
                test["state"].as_str().unwrap().to_owned(),
                errors.map(|error| error.as_str().unwrap().to_owned()).collect(),
            )
        })
        .collect()
}

fn of_archive(files: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("image.tar"), archive()).unwrap();
    let files: Vec<PathBuf> = files.iter().map(|name| fixture(name)).collect();
    verify(
        folder.path(),
        &files,
        &["--archive", "image.tar", "--format", "json"],
    )
}

#[test]
fn tests_that_hold_pass() {
    let output = of_archive(&["passes.yaml", "passes.json"]);
    let tests = structure(&output);
    for (name, state, errors) in &tests {
        assert_eq!(state, "passed", "{name}: {errors:?}");
    }
    assert_eq!(tests.len(), 14);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn tests_that_do_not_hold_fail_with_what_was_found() {
    let output = of_archive(&["fails.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    let tests = structure(&output);
    for (name, state, errors) in &tests {
        assert_eq!(state, "failed", "{name}");
        let expected = if name == "Metadata Test" { 11 } else { 1 };
        assert_eq!(errors.len(), expected, "{name}: {errors:#?}");
    }
    assert_eq!(tests.len(), 11);
    let of = |name: &str| tests.iter().find(|test| test.0.ends_with(name)).unwrap().2[0].clone();
    assert_eq!(
        of("mode"),
        "/bin/tool should have the mode -rw-r--r--, and has -rwxr-xr-x"
    );
    assert_eq!(of("owner"), "/bin/tool should have the uid 0, and has 1000");
    assert_eq!(of("License Test"), "/opt/AGPL has the licence AGPL");
    assert_eq!(of("a folder"), "/var/work is a folder");
}

#[test]
fn commands_are_skipped_where_there_is_no_container() {
    let output = of_archive(&["commands.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(structure(&output).iter().all(|test| test.1 == "skipped"));
}

#[test]
fn a_file_that_is_wrong_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("image.tar"), archive()).unwrap();
    let file = folder.path().join("wrong.yaml");
    std::fs::write(&file, "schemaVersion: 2.0.0\nmetadataTest:\n  enviroment: []\n").unwrap();
    let output = verify(folder.path(), &[file], &["--archive", "image.tar"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("wrong.yaml:3:3: ") && told.contains("enviroment"),
        "{told}"
    );
}

#[test]
fn commands_run_in_containers_and_leave_nothing() {
    engine::skip_without_engine!();
    let folder = tempfile::tempdir().unwrap();
    let name = format!("seaworthy-structure-{}", std::process::id());
    let dockerfile = "FROM busybox\nENTRYPOINT [\"echo\", \"entrypoint\"]\n";
    std::fs::write(folder.path().join("Dockerfile"), dockerfile).unwrap();
    let path = folder.path().to_string_lossy().into_owned();
    assert!(
        engine::docker(&["build", "-q", "-t", &name, &path])
            .status
            .success()
    );
    let output = verify(
        folder.path(),
        &[fixture("commands.yaml")],
        &[&name, "--format", "json"],
    );
    let removed = engine::docker(&["image", "rm", &name]);
    let tests = structure(&output);
    let states: Vec<&str> = tests.iter().map(|test| test.1.as_str()).collect();
    assert_eq!(states, ["passed", "passed", "failed", "failed"], "{tests:#?}");
    assert!(
        tests[2].2[0].contains("`two` does not match its output: `one`"),
        "{tests:#?}"
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(removed.status.success());
    let left = engine::docker(&["ps", "-aq", "--filter", &format!("ancestor={name}")]);
    assert!(left.stdout.is_empty());
}
