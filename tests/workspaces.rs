//! The example workspaces: the good ones are linted without a finding, the first draft has faults.

use std::path::Path;
use std::process::Command;

fn lint(example: &str) -> (Option<i32>, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/workspaces")
        .join(example);
    let output = Command::new(env!("CARGO_BIN_EXE_seaworthy"))
        .args(["lint", "--format", "concise", "--fail-on", "style"])
        .arg(folder)
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (
        output.status.code(),
        text + &String::from_utf8_lossy(&output.stderr),
    )
}

#[test]
fn good_examples_have_no_finding() {
    for example in ["enterprise-base", "python", "envbuilder-node"] {
        let (code, text) = lint(example);
        assert_eq!((code, text.as_str()), (Some(0), ""), "{example}");
    }
}

#[test]
fn the_first_draft_is_told_what_breaks_it() {
    let (code, text) = lint("first-draft");
    assert_eq!(code, Some(1));
    for rule in ["containerd-unpinned", "tmp-content"] {
        assert!(text.contains(&format!("[{rule}]")), "{rule} is not in:\n{text}");
    }
}

/// Eleven lines that build nothing that anybody could work in; no other linter names any of the nine.
#[test]
fn nine_faults_in_eleven_lines_are_all_named() {
    let (code, text) = lint("nine-faults");
    assert_eq!(code, Some(1));
    for rule in [
        "command-not-found",
        "downloader-missing",
        "uid-taken",
        "volume-on-home",
        "home-shadowed",
        "init-missing",
        "docker-group-missing",
        "entrypoint-ignored",
        "docker-data-volume",
    ] {
        assert!(text.contains(&format!("[{rule}]")), "{rule} is not in:\n{text}");
    }
}
