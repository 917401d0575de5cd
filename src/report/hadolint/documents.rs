//! hadolint's JSON formats, with its keys in its order.
//!
//! None ends with a line end, as hadolint's do not; the documents of `codeclimate` end with a zero byte
//! each, those of `codacy` with nothing.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Check, File, Outcome, Refusal, VERSION};
use crate::finding::Severity;
use crate::report::json::write_compact;

/// The id of a file that cannot be read.
const REFUSED: &str = "DL1000";

/// One thing that is told of a file.
enum Told<'a> {
    Check(&'a Check),
    Refusal(&'a Refusal),
}

fn told(files: &[File]) -> impl Iterator<Item = (&str, Told<'_>)> {
    files.iter().flat_map(|file| {
        let (checks, refusal) = match &file.outcome {
            Outcome::Checked(checks) => (checks.as_slice(), None),
            Outcome::Refused(refusal) => (&[][..], Some(refusal)),
        };
        let all = checks.iter().map(Told::Check).chain(refusal.map(Told::Refusal));
        all.map(|one| (file.path.as_str(), one))
    })
}

impl<'a> Told<'a> {
    fn id(&self) -> &'a str {
        match self {
            Self::Check(check) => check.id,
            Self::Refusal(_) => REFUSED,
        }
    }

    fn line(&self) -> u32 {
        match self {
            Self::Check(check) => check.line,
            Self::Refusal(refusal) => refusal.line,
        }
    }

    fn column(&self) -> u32 {
        match self {
            Self::Check(_) => 1,
            Self::Refusal(refusal) => refusal.column,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Check(check) => check.severity,
            Self::Refusal(_) => Severity::Error,
        }
    }

    fn message(&self) -> &'a str {
        match self {
            Self::Check(check) => &check.message,
            Self::Refusal(refusal) => &refusal.message,
        }
    }

    fn fingerprint(&self) -> &'a str {
        match self {
            Self::Check(check) => &check.fingerprint,
            Self::Refusal(refusal) => &refusal.fingerprint,
        }
    }

    /// The words of formats that have no column.
    fn full(&self, path: &str) -> String {
        match self {
            Self::Check(check) => check.message.clone(),
            Self::Refusal(refusal) => refusal.full(path),
        }
    }
}

/// Writes an array of findings.
///
/// # Errors
/// The writer's.
pub fn json(files: &[File], out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Finding<'a> {
        code: &'a str,
        column: u32,
        file: &'a str,
        level: &'static str,
        line: u32,
        message: &'a str,
    }
    let findings: Vec<Finding> = told(files)
        .map(|(path, one)| Finding {
            code: one.id(),
            column: one.column(),
            file: path,
            level: one.severity().name(),
            line: one.line(),
            message: one.message(),
        })
        .collect();
    write_compact(&findings, out)
}

/// Writes one document a finding.
///
/// # Errors
/// The writer's.
pub fn codacy(files: &[File], out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Finding<'a> {
        filename: &'a str,
        line: u32,
        message: String,
        pattern_id: &'a str,
    }
    for (path, one) in told(files) {
        let finding = Finding {
            filename: path,
            line: one.line(),
            message: one.full(path),
            pattern_id: one.id(),
        };
        write_compact(&finding, out)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Issue<'a> {
    categories: [&'static str; 1],
    check_name: &'a str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    location: Location<'a>,
    severity: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Location<'a> {
    Lines { lines: Lines, path: &'a str },
    Positions { path: &'a str, positions: Positions },
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Serialize, Clone, Copy)]
struct Position {
    column: u32,
    line: u32,
}

impl<'a> Issue<'a> {
    fn new(path: &'a str, one: &Told<'a>, fingerprint: Option<String>) -> Self {
        let (line, column) = (one.line(), one.column());
        let position = Position { column, line };
        Self {
            categories: ["Bug Risk"],
            check_name: one.id(),
            description: one.full(path),
            fingerprint,
            location: match one {
                Told::Check(_) => Location::Lines {
                    lines: Lines {
                        begin: line,
                        end: line,
                    },
                    path,
                },
                Told::Refusal(_) => Location::Positions {
                    path,
                    positions: Positions {
                        begin: position,
                        end: position,
                    },
                },
            },
            severity: match one.severity() {
                Severity::Error => "blocker",
                Severity::Warning => "major",
                Severity::Info => "info",
                Severity::Style => "minor",
            },
            kind: "issue",
        }
    }
}

/// Writes one document a finding, each ended by a zero byte.
///
/// # Errors
/// The writer's.
pub fn codeclimate(files: &[File], out: &mut dyn Write) -> io::Result<()> {
    for (path, one) in told(files) {
        write_compact(&Issue::new(path, &one, None), out)?;
        out.write_all(b"\0")?;
    }
    Ok(())
}

/// Writes an array of findings, each with a fingerprint that no other has.
///
/// # Errors
/// The writer's.
pub fn gitlab_codeclimate(files: &[File], out: &mut dyn Write) -> io::Result<()> {
    let mut given: BTreeMap<String, u32> = BTreeMap::new();
    let mut fingerprint = |path: &str, one: &Told| {
        let name = format!("{path}\n{}\n{}", one.id(), one.fingerprint());
        let count = given.entry(name.clone()).or_default();
        *count += 1;
        let digest = Sha256::digest(format!("{name}\n{count}"));
        // hadolint's have forty digits.
        digest[..20]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let issues: Vec<Issue> = told(files)
        .map(|(path, one)| Issue::new(path, &one, Some(fingerprint(path, &one))))
        .collect();
    write_compact(&issues, out)
}

/// Writes generic issues of SonarQube.
///
/// # Errors
/// The writer's.
pub fn sonarqube(files: &[File], out: &mut dyn Write) -> io::Result<()> {
    let issue = |(path, one): (&str, Told)| {
        let (severity, kind) = match (&one, one.severity()) {
            (Told::Refusal(_), _) => ("BLOCKER", "BUG"),
            (_, Severity::Error) => ("CRITICAL", "BUG"),
            (_, Severity::Warning) => ("MAJOR", "CODE_SMELL"),
            (_, Severity::Info) => ("MINOR", "CODE_SMELL"),
            (_, Severity::Style) => ("INFO", "CODE_SMELL"),
        };
        // Columns count from 0 there; a finding is the first character of its line.
        let (start, end) = match &one {
            Told::Check(_) => (0, 1),
            Told::Refusal(refusal) => (refusal.column, refusal.column),
        };
        serde_json::json!({
            "engineId": "Hadolint",
            "primaryLocation": {
                "filePath": path,
                "message": one.message(),
                "textRange": {
                    "endColumn": end,
                    "endLine": one.line(),
                    "startColumn": start,
                    "startLine": one.line(),
                },
            },
            "ruleId": one.id(),
            "severity": severity,
            "type": kind,
        })
    };
    let issues: Vec<serde_json::Value> = told(files).map(issue).collect();
    write_compact(&serde_json::json!({ "issues": issues }), out)
}

/// Writes SARIF as hadolint does, without a list of rules.
///
/// # Errors
/// The writer's.
pub fn sarif(files: &[File], out: &mut dyn Write) -> io::Result<()> {
    let result = |(path, one): (&str, Told)| {
        let level = match one.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info | Severity::Style => "note",
        };
        let language = match one.id().starts_with("SC") {
            true => "sh",
            false => "dockerfile",
        };
        serde_json::json!({
            "level": level,
            "locations": [{
                "physicalLocation": {
                    "artifactLocation": { "uri": crate::report::sarif::uri(path) },
                    "region": {
                        "endColumn": one.column(),
                        "endLine": one.line(),
                        "sourceLanguage": language,
                        "startColumn": one.column(),
                        "startLine": one.line(),
                    },
                },
            }],
            "message": { "text": one.message() },
            "ruleId": one.id(),
        })
    };
    let results: Vec<serde_json::Value> = told(files).map(result).collect();
    let log = serde_json::json!({
        "$schema": "http://json.schemastore.org/sarif-2.1.0",
        "runs": [{
            "defaultSourceLanguage": "dockerfile",
            "results": results,
            "tool": {
                "driver": {
                    "downloadUri": "https://github.com/hadolint/hadolint",
                    "fullName": "seaworthy in the place of hadolint",
                    "name": "Hadolint",
                    "shortDescription": { "text": "Lints Dockerfiles" },
                    "version": VERSION,
                },
            },
        }],
        "version": "2.1.0",
    });
    write_compact(&log, out)
}
