//! The GitHub action and the GitLab template do what they say: their steps are run as the runner would,
//! with seaworthy installed from a wheel into an environment of its own.
//!
//! Skipped with a note where SEAWORTHY_WHEELS names no folder that holds a wheel (`.ci/run` builds one with
//! maturin), except in CI, where that is a failure.

#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn wheels() -> Option<PathBuf> {
    let folder = std::env::var_os("SEAWORTHY_WHEELS").map(PathBuf::from);
    if folder.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI has a wheel");
        println!("skipped: SEAWORTHY_WHEELS names no folder with a wheel");
    }
    folder
}

fn yaml(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = fs::read_to_string(path).expect("it can be read");
    serde_saphyr::from_str(&text).expect("it is YAML")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A repository with one bad Dockerfile and one good one, and the folders that a runner gives.
struct Job {
    folder: tempfile::TempDir,
    wheels: PathBuf,
}

impl Job {
    fn new(wheels: PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        };
        put(
            "work/bad images/Dockerfile",
            "FROM registry.example.com/base:1\nNONSENSE\n",
        );
        put(
            "work/good/Dockerfile",
            "FROM registry.example.com/base:1\nRUN true\n",
        );
        fs::create_dir_all(folder.path().join("runner")).expect("it can be made");
        Self { folder, wheels }
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn runner(&self, name: &str) -> PathBuf {
        self.folder.path().join("runner").join(name)
    }

    /// Runs a step's script as both runners do: a file, by bash that stops at the first failure.
    fn run(&self, script: &str, variables: &BTreeMap<String, String>) -> Output {
        let file = self.runner("step.sh");
        fs::write(&file, script).expect("it can be written");
        Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&file)
            .current_dir(self.work())
            .envs(variables)
            .env("RUNNER_TEMP", self.runner(""))
            .env("CI_BUILDS_DIR", self.runner(""))
            .env("GITHUB_OUTPUT", self.runner("output"))
            .env("GITHUB_STEP_SUMMARY", self.runner("summary"))
            .env("PIP_NO_INDEX", "1")
            .env("PIP_FIND_LINKS", &self.wheels)
            .output()
            .expect("bash runs")
    }
}

/// The steps of the action that are scripts, each with its environment, for these inputs.
fn steps(inputs: &[(&str, &str)]) -> Vec<(String, BTreeMap<String, String>)> {
    let action = yaml("action.yml");
    let value = |name: &str| {
        let given = inputs
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| *value);
        let declared = &action["inputs"][name];
        assert!(declared.is_object(), "the action has an input {name}");
        given
            .or(declared["default"].as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let steps = action["runs"]["steps"].as_array().expect("it has steps");
    let scripts = steps.iter().filter(|step| step["run"].is_string());
    let read = |step: &Value| {
        let script = step["run"].as_str().expect("it is a script").to_owned();
        assert!(
            !script.contains("${{"),
            "no expression stands in a script: {script}"
        );
        let variables = step["env"].as_object().into_iter().flatten();
        let variables = variables.map(|(name, expression)| {
            let input = expression
                .as_str()
                .and_then(|text| text.strip_prefix("${{ inputs.")?.strip_suffix(" }}"))
                .expect("a step's variable is an input");
            (name.clone(), value(input))
        });
        (script, variables.collect())
    };
    scripts.map(read).collect()
}

#[test]
fn the_action_annotates_a_bad_file_and_passes_a_good_one() {
    let Some(wheels) = wheels() else {
        return;
    };
    let job = Job::new(wheels);
    let installed = &steps(&[])[0];
    let output = job.run(&installed.0, &installed.1);
    assert!(output.status.success(), "it installs: {}", text(&output));

    let check = |inputs: &[(&str, &str)]| {
        let (script, variables) = &steps(inputs)[1];
        job.run(script, variables)
    };
    let output = check(&[("paths", "bad images\ngood\n")]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(
        text(&output).contains("::error file=bad images/Dockerfile,line=2"),
        "{}",
        text(&output)
    );
    let sarif = fs::read_to_string(job.work().join("seaworthy.sarif")).expect("SARIF is written");
    let sarif: Value = serde_json::from_str(&sarif).expect("it is JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "syntax-error");
    let outputs = fs::read_to_string(job.runner("output")).expect("the step has outputs");
    assert_eq!(outputs, "sarif=seaworthy.sarif\n");
    let summary = fs::read_to_string(job.runner("summary")).expect("the step has a summary");
    assert!(summary.contains("syntax-error"), "{summary}");

    let output = check(&[("paths", "good")]);
    assert!(output.status.success(), "{}", text(&output));
    let output = check(&[("paths", "bad images"), ("fail-on", "never")]);
    assert!(output.status.success(), "{}", text(&output));
    let output = check(&[("paths", "good"), ("sarif", "a\nsarif=b")]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    let output = check(&[("paths", "--version"), ("profile", "$(touch pwned)")]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(!job.work().join("pwned").exists());
}

#[test]
fn the_gitlab_template_writes_code_quality() {
    let Some(wheels) = wheels() else {
        return;
    };
    let job = Job::new(wheels);
    let template = &yaml("ci/gitlab.yml")["seaworthy"];
    let run = |paths: &str| {
        let defaults = template["variables"].as_object().into_iter().flatten();
        let mut variables: BTreeMap<String, String> = defaults
            .map(|(name, value)| (name.clone(), value.as_str().expect("it is text").to_owned()))
            .collect();
        variables.insert("SEAWORTHY_PATHS".to_owned(), paths.to_owned());
        let lines = ["before_script", "script"].map(|part| template[part].as_array());
        let lines: Vec<&str> = lines
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        job.run(&lines.join("\n"), &variables)
    };
    let output = run("bad*images good");
    assert_eq!(
        output.status.code(),
        Some(2),
        "no pattern is expanded: {}",
        text(&output)
    );
    let output = run(".");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let report = template["artifacts"]["reports"]["codequality"].as_str();
    let report = job.work().join(report.expect("the report is named"));
    let read = |path: &Path| -> Value {
        serde_json::from_str(&fs::read_to_string(path).expect("it is written")).expect("it is JSON")
    };
    assert_eq!(read(&report)[0]["location"]["path"], "bad images/Dockerfile");
    let output = run("good");
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(read(&report), Value::Array(Vec::new()));
}

#[test]
fn both_install_the_version_of_this_repository() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(yaml("action.yml")["inputs"]["version"]["default"], version);
    assert_eq!(
        yaml("ci/gitlab.yml")["seaworthy"]["variables"]["SEAWORTHY_VERSION"],
        version
    );
}
