//! Every case of every rule is one named test.
//!
//! A case lies in `fixtures/rules/<rule>/` and is `bad*` or `good*`: a file `NAME.Dockerfile`, or a
//! folder `NAME/` with a `Dockerfile` and its build context. `NAME.yaml` beside it is its config. What
//! a bad case prints stands in `NAME.expected`; with SEAWORTHY_BLESS=1 it is written anew.
//!
//! A bad case that finds nothing and a good one that finds something fail whatever is expected.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};
use seaworthy::rules::RULES;
use serde_json::Value;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    let mut trials = Vec::new();
    let mut covered: BTreeSet<(String, bool)> = BTreeSet::new();
    for rule in folders(&folder) {
        let name = file_name(&rule);
        if name == "shellcheck" && cfg!(not(feature = "shellcheck")) {
            covered.extend([(name.clone(), true), (name, false)]);
            continue;
        }
        for case in cases(&rule) {
            let is_bad = file_name(&case).starts_with("bad");
            covered.insert((name.clone(), is_bad));
            let (rule, title) = (name.clone(), format!("{name}/{}", file_name(&case)));
            trials.push(Trial::test(title, move || run(&rule, &case, is_bad)));
        }
        let known = RULES.iter().any(|rule| rule.name == name);
        trials.push(Trial::test(format!("{name} is a rule"), move || {
            if known {
                Ok(())
            } else {
                Err("no rule has this name".into())
            }
        }));
    }
    // A broken config has no Dockerfile to show it with: its cases are those of the command line.
    for rule in RULES.iter().filter(|rule| !rule.name.starts_with("config-")) {
        let has = |is_bad| covered.contains(&(rule.name.to_owned(), is_bad));
        let (bad, good) = (has(true), has(false));
        trials.push(Trial::test(format!("{} has cases", rule.name), move || {
            if bad && good {
                Ok(())
            } else {
                Err("it needs a bad case and a good one".into())
            }
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

fn cases(rule: &Path) -> Vec<PathBuf> {
    let is_case = |path: &PathBuf| {
        let name = file_name(path);
        let named = name.starts_with("bad") || name.starts_with("good");
        named && (path.is_dir() || name.ends_with(".Dockerfile"))
    };
    entries(rule).into_iter().filter(is_case).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).expect("the folder of cases is there");
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn run(rule: &str, case: &Path, is_bad: bool) -> Result<(), Failed> {
    let dockerfile = if case.is_dir() {
        case.join("Dockerfile")
    } else {
        case.to_owned()
    };
    let beside = |extension: &str| {
        let stem = file_name(case).trim_end_matches(".Dockerfile").to_owned();
        case.with_file_name(format!("{stem}.{extension}"))
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
    command.args(["lint", "--format", "json", "--fail-on", "never"]);
    if beside("yaml").exists() {
        command.arg("--config").arg(beside("yaml"));
    }
    if case.is_dir() {
        command.arg("--context").arg(case);
    }
    let output = command.arg(&dockerfile).output()?;
    let text = String::from_utf8(output.stdout)?;
    let report: Value = serde_json::from_str(&text).map_err(|error| format!("{error}\n{text}"))?;
    let findings: Vec<&Value> = report["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|finding| finding["rule"] == rule)
        .collect();
    let told = tell(&findings, &fs::read(&dockerfile)?);
    match (is_bad, findings.is_empty()) {
        (true, true) => return Err("nothing was found".into()),
        (false, false) => return Err(format!("this was found:\n{told}").into()),
        (false, true) => return Ok(()),
        (true, false) => {}
    }
    let expected = beside("expected");
    let before = fs::read_to_string(&expected).unwrap_or_default();
    if before == told {
        return Ok(());
    }
    if std::env::var_os("SEAWORTHY_BLESS").is_some() {
        fs::write(&expected, &told)?;
    }
    Err(format!("{} differs; this was found:\n{told}", expected.display()).into())
}

/// What was found, with the words at fault and the fix as a diff.
fn tell(findings: &[&Value], text: &[u8]) -> String {
    let mut told = String::new();
    for finding in findings {
        let (start, end) = (&finding["start"], &finding["end"]);
        let sure = if finding["certainty"] == "possible" {
            ", possible"
        } else {
            ""
        };
        let _ = writeln!(
            told,
            "{}:{} {}{sure}: {}",
            start["line"],
            start["column"],
            finding["severity"].as_str().unwrap_or_default(),
            finding["message"].as_str().unwrap_or_default()
        );
        let range = |place: &Value| place["byte"].as_u64().unwrap_or_default() as usize;
        let words = text.get(range(start)..range(end)).unwrap_or_default();
        let _ = writeln!(
            told,
            "  at: {}",
            String::from_utf8_lossy(words).replace('\n', "⏎")
        );
        if let Some(help) = finding["help"].as_str() {
            let _ = writeln!(told, "  help: {help}");
        }
        for related in finding["related"].as_array().into_iter().flatten() {
            let message = related["message"].as_str().unwrap_or_default();
            let _ = writeln!(
                told,
                "  see: {}:{} {message}",
                related["start"]["line"], related["start"]["column"]
            );
        }
        if let Some(edits) = finding["fix"]["edits"].as_array() {
            let _ = writeln!(
                told,
                "  fix: {}",
                finding["fix"]["title"].as_str().unwrap_or_default()
            );
            for edit in edits {
                let span = edit["start"].as_u64().unwrap_or_default() as usize
                    ..edit["end"].as_u64().unwrap_or_default() as usize;
                let old = String::from_utf8_lossy(text.get(span).unwrap_or_default()).into_owned();
                let new = edit["text"].as_str().unwrap_or_default();
                let _ = writeln!(told, "    - {old:?}\n    + {new:?}");
            }
        }
    }
    told
}
