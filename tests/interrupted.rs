//! A run that is ended, and a disk without room: files are as they were or whole, never a half.

#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Whoever runs the tests aside may have SIGINT ignored, which would be handed on to all that they start.
const DEFAULT_SIGNAL: &str = "--default-signal=INT";

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
        let mut child = Command::new("env")
            .args([DEFAULT_SIGNAL, env!("CARGO_BIN_EXE_seaworthy")])
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

/// A disk of 256 KiB that is full, for as long as the test runs.
struct FullDisk(tempfile::TempDir);

impl FullDisk {
    /// None, with a note, where nobody may mount.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=256k", "none"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            println!("skipped: only root can mount a small disk");
            return None;
        }
        let disk = Self(folder);
        fs::write(disk.0.path().join("Dockerfile"), "FROM a\nNONSENSE\n").expect("it has room");
        fs::write(disk.0.path().join("report.json"), OLD).expect("it has room");
        let mut fill = fs::File::create(disk.0.path().join("fill")).expect("it can be made");
        while std::io::Write::write_all(&mut fill, &[0; 4096]).is_ok() {}
        Some(disk)
    }
}

impl Drop for FullDisk {
    fn drop(&mut self) {
        // A mount that stays is seen; the folder cannot be removed then.
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn on_a_full_disk_nothing_is_begun_and_nothing_is_lost() {
    let Some(disk) = FullDisk::mount() else { return };
    let folder = disk.0.path();
    let mut before = names(folder);
    before.sort();
    for (arguments, told) in [
        (
            "lint --format concise --output json=report.json",
            "cannot write report.json",
        ),
        (
            "lint --format concise --output json=other.json",
            "cannot write other.json",
        ),
        ("lint --write-baseline", "cannot write .seaworthy-baseline.json"),
        ("config init", "cannot write seaworthy.yaml"),
        ("new enterprise-base ws", "nothing was written"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_seaworthy"))
            .args(arguments.split(' '))
            .env_clear()
            .current_dir(folder)
            .output()
            .expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {said}");
        assert!(
            said.contains(told) && said.contains("no space left"),
            "{arguments}: {said}"
        );
        let mut after = names(folder);
        after.sort();
        assert_eq!(after, before, "{arguments}");
        assert_eq!(
            fs::read_to_string(folder.join("report.json")).expect("it is there"),
            OLD
        );
    }
}

#[test]
fn a_link_that_leads_nowhere_yet_is_kept_and_no_second_output() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let at = folder.path();
    fs::write(at.join("Dockerfile"), "FROM a\n").expect("it can be written");
    std::os::unix::fs::symlink("report.json", at.join("link")).expect("it can be made");
    let lint = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
        command.args(["lint", "--exit-zero", "--format", "concise"]);
        command.args(arguments).env_clear().current_dir(at);
        command.output().expect("the program runs")
    };
    let both = lint(&["--output", "json=report.json", "--output", "sarif=link"]);
    let said = String::from_utf8_lossy(&both.stderr).into_owned();
    assert_eq!(both.status.code(), Some(2), "{said}");
    assert!(said.contains("two outputs go to link"), "{said}");
    assert!(!at.join("report.json").exists());
    let one = lint(&["--output", "json=link"]);
    assert_eq!(one.status.code(), Some(0));
    assert!(at.join("link").is_symlink(), "the link stays");
    assert!(at.join("report.json").is_file(), "what it leads to is made");
}

/// As a shell sees it: 130, and nothing half done is left behind.
#[test]
fn an_interrupted_run_is_130_to_a_shell() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(
        folder.path().join("Dockerfile"),
        "FROM a\nNONSENSE\n".repeat(8_000),
    )
    .expect("it is written");
    let script = "env \"$1\" \"$0\" lint --output json=report.json >/dev/null; exit $?";
    let mut shell = Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_seaworthy"), DEFAULT_SIGNAL])
        .current_dir(folder.path())
        .spawn()
        .expect("bash runs");
    std::thread::sleep(Duration::from_millis(300));
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", shell.id()));
    let child = children.expect("it has one").trim().to_owned();
    let killed = Command::new("kill").args(["-INT", &child]).status();
    assert!(killed.expect("kill runs").success(), "it still ran");
    assert_eq!(shell.wait().expect("it ends").code(), Some(130));
    assert_eq!(names(folder.path()), ["Dockerfile"]);
}
