//! `verify NEW --diff OLD`: what an image gained and lost, against an archive and a Dockerfile.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod saved;

use std::path::Path;
use std::process::{Command, Output};

use saved::{Lies, image, layer};
use serde_json::{Value, json};

const STATUS: &str = "Package: curl\nStatus: install ok installed\nVersion: 8.1\n\n\
                      Package: git\nStatus: install ok installed\nVersion: 2.39\n";

/// The layer of a small Debian with these accounts, packages and further programs.
fn system<'a>(
    passwd: &'a [u8],
    group: &'a [u8],
    status: &'a [u8],
    programs: Vec<(&'a str, u32, u64, Lies<'a>)>,
) -> Vec<u8> {
    let release = b"ID=debian\nVERSION_ID=12\n";
    let mut entries = vec![
        ("etc", 0o755, 0, Lies::Folder),
        ("etc/os-release", 0o644, 0, Lies::File(release)),
        ("etc/passwd", 0o644, 0, Lies::File(passwd)),
        ("etc/group", 0o644, 0, Lies::File(group)),
        ("var/lib/dpkg/status", 0o644, 0, Lies::File(status)),
        ("usr", 0o755, 0, Lies::Folder),
        ("usr/bin", 0o755, 0, Lies::Folder),
        ("usr/bin/curl", 0o755, 0, Lies::File(b"x")),
    ];
    entries.extend(programs);
    layer(&entries)
}

fn old() -> Vec<u8> {
    let base = system(
        b"root:x:0:0::/root:/bin/sh\nold:x:1001:1001::/home/old:/bin/sh\n",
        b"root:x:0:\nold:x:1001:\n",
        STATUS.as_bytes(),
        vec![
            ("usr/bin/gone", 0o755, 0, Lies::File(b"x")),
            ("usr/bin/data", 0o644, 0, Lies::File(b"x")),
        ],
    );
    let config = json!({"User": "old", "Env": ["PATH=/usr/bin", "A=1", "B=2"], "Cmd": ["sh"], "ExposedPorts": {"80/tcp": {}}});
    image(&[("RUN /bin/sh -c base # buildkit", base)], &config)
}

fn new() -> Vec<u8> {
    let status = STATUS.replace("8.1", "8.2").replace("git", "make");
    let base = system(
        b"root:x:0:0::/root:/bin/sh\ncoder:x:1000:1000::/home/coder:/bin/bash\n",
        b"root:x:0:\ncoder:x:1000:\n",
        status.as_bytes(),
        vec![("usr/bin/make", 0o755, 0, Lies::File(&[b'x'; 5000]))],
    );
    let more = layer(&[
        (
            "etc/systemd/system/multi-user.target.wants/docker.service",
            0o777,
            0,
            Lies::Link("/lib/systemd/system/docker.service"),
        ),
        ("opt/more", 0o644, 0, Lies::File(&[b'x'; 2_000_000])),
    ]);
    let config = json!({
        "User": "coder", "Env": ["PATH=/usr/bin", "A=2", "C=3"], "Cmd": ["bash"], "Volumes": {"/data": {}},
    });
    let layers = [
        ("RUN /bin/sh -c base # buildkit", base),
        ("RUN /bin/sh -c more # buildkit", more),
    ];
    image(&layers, &config)
}

fn verify(folder: &Path, arguments: &[&str]) -> Output {
    std::fs::write(folder.join("old.tar"), old()).unwrap();
    std::fs::write(folder.join("new.tar"), new()).unwrap();
    Command::new(env!("CARGO_BIN_EXE_seaworthy"))
        .args([
            "verify",
            "--archive",
            "new.tar",
            "--fail-on",
            "never",
            "--profile",
            "service",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn diff(folder: &Path, old: &str) -> Value {
    let output = verify(folder, &["--diff", old, "--format", "json"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["diff"].clone()
}

fn told(changes: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let changes = changes.as_array().unwrap().iter();
    changes
        .map(|one| {
            let parts = ["change", "name", "old", "new"].map(|key| text(&one[key]));
            parts.join(" ")
        })
        .collect()
}

#[test]
fn two_archives_are_told_apart_in_every_kind() {
    let folder = tempfile::tempdir().unwrap();
    let diff = diff(folder.path(), "old.tar");
    assert_eq!(diff["old"], "old.tar");
    assert_eq!(
        told(&diff["packages"]),
        ["changed curl 8.1 8.2", "lost git 2.39 -", "gained make - 2.39"]
    );
    let users = told(&diff["users"]);
    assert!(
        users[0].starts_with("gained coder - uid 1000, home /home/coder, shell /bin/bash"),
        "{users:?}"
    );
    assert!(users[1].starts_with("lost old uid 1001"), "{users:?}");
    assert_eq!(
        told(&diff["groups"]),
        ["gained coder - gid 1000", "lost old gid 1001 -"]
    );
    assert_eq!(told(&diff["commands"]), ["lost gone - -", "gained make - -"]);
    assert_eq!(
        told(&diff["env"]),
        ["changed A 1 2", "lost B 2 -", "gained C - 3"]
    );
    assert_eq!(told(&diff["units"]), ["gained docker - enabled"]);
    assert_eq!(
        told(&diff["config"]),
        ["changed CMD [\"sh\"] [\"bash\"]", "changed USER old coder"]
    );
    assert_eq!(told(&diff["ports"]), ["lost 80/tcp - -"]);
    assert_eq!(told(&diff["volumes"]), ["gained /data - -"]);
    let size = &diff["size"];
    assert!(size["new"].as_u64().unwrap() > size["old"].as_u64().unwrap() + 2_000_000);
    let instructions = size["instructions"].as_array().unwrap();
    assert_eq!(instructions[0]["change"], "changed");
    assert_eq!(instructions[1]["change"], "gained");
    assert_eq!(instructions[1]["instruction"], "RUN /bin/sh -c more");
}

#[test]
fn an_image_does_not_differ_from_itself() {
    let folder = tempfile::tempdir().unwrap();
    let output = verify(folder.path(), &["--diff", "new.tar"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\nno difference\n"), "{text}");
}

#[test]
fn people_see_signs_and_pull_requests_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let output = verify(
        folder.path(),
        &["--diff", "old.tar", "--output", "markdown=diff.md"],
    );
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "  ~ curl  8.1 → 8.2\n",
        "  - git   2.39\n",
        "  + make  2.39\n",
        "2.0 MB",
    ] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
    let markdown = std::fs::read_to_string(folder.path().join("diff.md")).unwrap();
    assert!(markdown.contains("| packages | curl | 8.1 | 8.2 |"), "{markdown}");
}

#[test]
fn what_a_dockerfile_does_not_tell_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let text = "FROM debian:12\nRUN apt-get update && apt-get install -y curl=8.1 nano make && apt-get purge -y make\n\
                ENV A=1 C=3\nVOLUME /old\nUSER nobody\nCMD [\"bash\"]\n";
    std::fs::write(folder.path().join("Dockerfile"), text).unwrap();
    let diff = diff(folder.path(), "Dockerfile");
    let packages = told(&diff["packages"]);
    assert!(
        packages.contains(&"changed curl 8.1 8.2".to_owned()),
        "{packages:?}"
    );
    assert!(packages.contains(&"lost nano - -".to_owned()), "{packages:?}");
    assert!(
        packages.contains(&"gained make - 2.39".to_owned()),
        "{packages:?}"
    );
    let env = told(&diff["env"]);
    assert!(
        env.contains(&"changed A 1 2".to_owned()) && !env.iter().any(|one| one.contains(" C ")),
        "{env:?}"
    );
    assert!(told(&diff["config"]).contains(&"changed USER nobody coder".to_owned()));
    assert!(told(&diff["volumes"]).contains(&"lost /old - -".to_owned()));
    assert_eq!(told(&diff["units"]), ["unknown docker - enabled"]);
    assert_eq!(diff["size"]["old"], Value::Null);
}

#[test]
fn an_old_side_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty.Dockerfile"), "# nothing\n").unwrap();
    let output = verify(folder.path(), &["--diff", "empty.Dockerfile"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no stage"));
}
