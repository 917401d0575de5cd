//! What a shell and a pager take from the program: completions and manual pages.

#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::fs;
use std::process::{Command, Output};

fn seaworthy(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seaworthy"))
        .args(arguments)
        .env_clear()
        .output()
        .expect("the program runs")
}

fn printed(arguments: &[&str]) -> String {
    let output = seaworthy(arguments);
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).expect("it is text")
}

/// Each shell gets a script that knows the verbs and flags, and that the shell itself can read.
#[test]
fn five_shells_get_completions_that_they_read() {
    for (shell, check) in [
        ("bash", Some("-n")),
        ("zsh", Some("-n")),
        ("fish", Some("--no-execute")),
        ("elvish", Some("-compileonly")),
        ("powershell", None),
    ] {
        let script = printed(&["completions", shell]);
        for word in ["lint", "config", "show-settings", "fail-on"] {
            assert!(script.contains(word), "{shell}: {word} is not completed");
        }
        let completes_values = ["bash", "zsh", "fish"].contains(&shell);
        assert!(!completes_values || script.contains("devcontainer"), "{shell}");
        assert!(
            !script.contains("unsafe-fixes"),
            "{shell} completes what is not there"
        );
        let Some(check) = check else { continue };
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("completions");
        fs::write(&file, &script).expect("it can be written");
        match Command::new(shell).arg(check).arg(&file).output() {
            Ok(output) => assert!(
                output.status.success(),
                "{shell}: {}",
                String::from_utf8_lossy(&output.stderr)
            ),
            Err(_) => println!("skipped: {shell} is not installed"),
        }
    }
}

#[test]
fn bash_completes_a_verb_and_a_value() {
    let script = printed(&["completions", "bash"]);
    let ask = |words: &str, current: &str| {
        let index = words.split(' ').count();
        let before = words.rsplit(' ').next().unwrap_or_default();
        let asked = format!(
            "{script}\nCOMP_WORDS=({words} '{current}'); COMP_CWORD={index}; \
             _seaworthy seaworthy '{current}' '{before}'; echo \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash").args(["--norc", "-c", &asked]).output();
        String::from_utf8_lossy(&output.expect("bash runs").stdout)
            .trim()
            .to_owned()
    };
    assert_eq!(ask("seaworthy", "lin"), "lint");
    assert_eq!(ask("seaworthy lint --profile", "env"), "envbox envbuilder");
}

#[test]
fn each_verb_has_a_manual_page() {
    let page = printed(&["man"]);
    assert!(page.contains(".TH seaworthy 1"), "{page}");
    for (verb, word) in [
        ("lint", "show\\-settings"),
        ("config", "schema"),
        ("explain", "RULE"),
    ] {
        let page = printed(&["man", verb]);
        assert!(page.contains(&format!(".TH seaworthy-{verb} 1")), "{page}");
        assert!(page.contains(word), "{verb} tells of {word}:\n{page}");
    }
    let output = seaworthy(&["man", "nonsense"]);
    assert_eq!(output.status.code(), Some(2));
}

/// mandoc knows every request of a page, and says so of those that it does not know.
#[test]
fn manual_pages_are_read_by_what_shows_them() {
    for verb in [
        "", "lint", "new", "build", "verify", "describe", "doctor", "mounts", "config",
    ] {
        if verb == "build" && !cfg!(feature = "engine") {
            continue;
        }
        let arguments: Vec<&str> = ["man", verb]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("page.1");
        fs::write(&file, printed(&arguments)).expect("it can be written");
        match Command::new("mandoc")
            .args(["-Tlint", "-Werror"])
            .arg(&file)
            .output()
        {
            Ok(output) => assert!(
                output.status.success(),
                "{verb}: {}",
                String::from_utf8_lossy(&output.stdout)
            ),
            Err(_) => return println!("skipped: mandoc is not installed"),
        }
    }
}

#[test]
fn the_version_is_one_object() {
    let version: serde_json::Value =
        serde_json::from_str(&printed(&["--version", "--json"])).expect("it is JSON");
    assert_eq!(version["schema"], 1);
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
}
