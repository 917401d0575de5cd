//! A run that is ended, and a disk without room: files are as they were or whole, never a half.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const OLD: &str = "what stood there before";

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it can be listed");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry
            .expect("it can be listed")
            .file_name()
            .to_string_lossy()
            .into_owned()
    };
    entries.map(name).collect()
}

/// A shell in which no file can grow, and a write says so instead of ending the program.
fn without_room(folder: &Path, arguments: &str) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f 0; exec \"$0\" {arguments}");
    Command::new("bash")
        .args(["-c", &script, env!("CARGO_BIN_EXE_seaworthy")])
        .current_dir(folder)
        .output()
        .expect("bash runs")
}

#[test]
fn an_interrupted_run_leaves_the_old_report_or_the_new_one() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let at = folder.path();
    fs::write(at.join("Dockerfile"), "FROM a\nNONSENSE\n".repeat(3000)).expect("it can be written");
    let report = at.join("report.json");
    let mut ended = 0;
    for milliseconds in [0, 5, 20, 50, 100, 200, 400, 800] {
        fs::write(&report, OLD).expect("it can be written");
        let mut child = Command::new(env!("CARGO_BIN_EXE_seaworthy"))
            .args(["lint", "--format", "concise", "--output", "json=report.json"])
            .current_dir(at)
            .stdout(Stdio::null())
            .spawn()
            .expect("the program runs");
        std::thread::sleep(Duration::from_millis(milliseconds));
        let killed = Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .stderr(Stdio::null())
            .status();
        killed.expect("kill runs");
        let status = child.wait().expect("it ends");
        ended += usize::from(status.code().is_none());
        let text = fs::read_to_string(&report).expect("it is there");
        assert!(
            text == OLD || serde_json::from_str::<serde_json::Value>(&text).is_ok(),
            "after {milliseconds} ms the report is neither old nor whole"
        );
    }
    assert!(ended > 0, "the first runs were ended before they were done");
}

#[test]
fn a_first_config_is_not_begun_where_there_is_no_room() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let output = without_room(folder.path(), "config init");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("cannot write seaworthy.yaml: "), "{told}");
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn a_report_that_has_no_room_keeps_the_old_one() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("Dockerfile"), "FROM a\nNONSENSE\n").expect("it can be written");
    fs::write(folder.path().join("report.json"), OLD).expect("it can be written");
    let output = without_room(folder.path(), "lint --format concise --output json=report.json");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Dockerfile:2:1"), "nothing else is lost: {said}");
    let kept = fs::read_to_string(folder.path().join("report.json"));
    assert_eq!(kept.expect("it is there"), OLD);
    assert_eq!(names(folder.path()).len(), 2);
}
