//! Every case of every rule is one named test.
//!
//! A case lies in `fixtures/rules/<rule>/` and is `bad*` or `good*`: a file `NAME.Dockerfile`, or a
//! folder `NAME/` with a `Dockerfile` and its build context. `NAME.yaml` beside it is its config. What
//! a bad case prints stands in `NAME.expected`; with SEAWORTHY_BLESS=1 it is written anew.
//!
//! A case of an image is `NAME.image.json`, an image as it was inspected; with `NAME.Dockerfile` beside it, it
//! is the image of that file, and both are held against one another.
//!
//! A bad case that finds nothing and a good one that finds something fail whatever is expected.

mod foresight;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};
use seaworthy::compare::compare;
use seaworthy::context::Nowhere;
use seaworthy::finding::Place;
use seaworthy::image::{Inspected, Keep, matching, observe};
use seaworthy::invocation::Invocation;
use seaworthy::rules::{RULES, judge_image};
use seaworthy::source::Source;
use seaworthy::stages::Stages;
use seaworthy::syntax;
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
        let of_image = path.with_file_name(name.replace(".Dockerfile", ".image.json"));
        let is_file = name.ends_with(".Dockerfile") && !of_image.exists();
        named && (path.is_dir() || is_file || name.ends_with(".image.json"))
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
    if file_name(case).ends_with(".image.json") {
        return run_image(rule, case, is_bad);
    }
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
    judge(is_bad, &told, &beside("expected"))
}

/// Holds what was found against what is expected.
fn judge(is_bad: bool, told: &str, expected: &Path) -> Result<(), Failed> {
    match (is_bad, told.is_empty()) {
        (true, true) => return Err("nothing was found".into()),
        (false, false) => return Err(format!("this was found:\n{told}").into()),
        (false, true) => return Ok(()),
        (true, false) => {}
    }
    let before = fs::read_to_string(expected).unwrap_or_default();
    if before == told {
        return Ok(());
    }
    if std::env::var_os("SEAWORTHY_BLESS").is_some() {
        fs::write(expected, told)?;
    }
    Err(format!("{} differs; this was found:\n{told}", expected.display()).into())
}

/// An image as it was inspected, alone or with the Dockerfile that it is said to be of.
fn run_image(rule: &str, case: &Path, is_bad: bool) -> Result<(), Failed> {
    let stem = file_name(case).trim_end_matches(".image.json").to_owned();
    let beside = |extension: &str| case.with_file_name(format!("{stem}.{extension}"));
    let image: Inspected = serde_json::from_str(&fs::read_to_string(case)?)?;
    let dockerfile = fs::read(beside("Dockerfile")).ok();
    let invocation = Invocation::default();
    let keep = Keep::default();
    let findings = match &dockerfile {
        None => judge_image(&observe(&image, None, &keep), &invocation),
        Some(text) => {
            let source = Source::new("Dockerfile", text.clone()).map_err(|_| "it is too long")?;
            let tree = syntax::parse(source.text());
            let stages = Stages::of(&tree, &invocation);
            let matched = matching(&image, &tree, &stages)?;
            let observed = observe(&image, Some((&matched, &tree)), &keep);
            let mut all = foresight::every(&source, &tree, &stages, &invocation, &Nowhere);
            let foreseen = all.pop().flatten().ok_or("there is no stage")?;
            compare(&foreseen, &observed, &invocation)
        }
    };
    let mut told = String::new();
    for finding in findings.iter().filter(|finding| finding.rule == rule) {
        let place = match &finding.place {
            Place::Layer { index, .. } => format!("layer {index}"),
            Place::Text { span, .. } => {
                let words = dockerfile.as_deref().and_then(|text| text.get(span.range()));
                format!(
                    "`{}`",
                    String::from_utf8_lossy(words.unwrap_or_default()).replace('\n', "⏎")
                )
            }
        };
        let _ = writeln!(told, "{}: {}", finding.severity.name(), finding.message);
        let _ = writeln!(told, "  at: {place}");
        if let Some(help) = &finding.help {
            let _ = writeln!(told, "  help: {help}");
        }
    }
    let expected = match dockerfile {
        // The page of such a rule shows it beside the Dockerfile.
        Some(_) => beside("expected"),
        None => beside("image.expected"),
    };
    judge(is_bad, &told, &expected)
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
