//! Findings that were there when somebody began to look, so that only new ones count.
//!
//! An entry is a file, a rule and a fingerprint: text that moves stays known, one more fault of the same
//! kind is new. Paths are relative to the folder of the baseline, so that it may be used from anywhere.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::json::write_value;
use super::{Entry, Suppressed};

/// The version of the format that is read and written.
const SCHEMA: u64 = 1;

/// Findings that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<Known>,
}

/// A finding that is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The file, relative to the folder of the baseline.
    pub path: String,
    /// The name of the rule.
    pub rule: String,
    /// The fingerprint of the finding.
    pub fingerprint: String,
}

/// A baseline that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is no JSON, or not that of a baseline.
    #[error("it is not a baseline: {0}")]
    Broken(String),
    /// It is of another version.
    #[error("it has schema {0}, and this version reads schema {SCHEMA}; write it anew with --write-baseline")]
    OtherVersion(String),
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    tool: &'static str,
    findings: &'a BTreeSet<Known>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(rename = "schema")]
    _schema: u64,
    #[serde(rename = "tool")]
    _tool: Option<String>,
    findings: Vec<Known>,
}

impl Baseline {
    /// Reads the text of a baseline.
    ///
    /// # Errors
    /// It is none, or one of another version.
    pub fn read(text: &[u8]) -> Result<Self, Unusable> {
        let broken = |error: serde_json::Error| Unusable::Broken(error.to_string());
        let value: serde_json::Value = serde_json::from_slice(text).map_err(broken)?;
        match value.get("schema") {
            Some(schema) if schema.as_u64() == Some(SCHEMA) => {}
            Some(other) => return Err(Unusable::OtherVersion(other.to_string())),
            None => return Err(Unusable::Broken("it has no schema".to_owned())),
        }
        let read: Read = serde_json::from_value(value).map_err(broken)?;
        Ok(Self {
            entries: read.findings.into_iter().collect(),
        })
    }

    /// The text of the baseline.
    pub fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        let document = Document {
            schema: SCHEMA,
            tool: "seaworthy",
            findings: &self.entries,
        };
        write_value(&document, &mut text).expect("memory can be written to");
        text
    }

    /// How many findings are known.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes a finding in.
    pub fn add(&mut self, known: Known) {
        self.entries.insert(known);
    }

    /// Whether a finding is known.
    pub fn knows(&self, known: &Known) -> bool {
        self.entries.contains(known)
    }

    /// All that is known.
    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.entries.iter()
    }
}

/// Whether a baseline can speak of a finding: a broken config is always told.
pub fn may_hold(entry: &Entry) -> bool {
    !entry.rule.starts_with("config-")
}

/// Parts the findings that are new from those that are known.
pub fn split(
    findings: Vec<Entry>,
    mut is_known: impl FnMut(&Entry) -> bool,
) -> (Vec<Entry>, Vec<Suppressed>) {
    let (known, new): (Vec<Entry>, Vec<Entry>) = findings
        .into_iter()
        .partition(|entry| may_hold(entry) && is_known(entry));
    let suppressed = known.into_iter().map(|entry| Suppressed {
        entry,
        by: "baseline",
        reason: None,
    });
    (new, suppressed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(path: &str, fingerprint: &str) -> Known {
        Known {
            path: path.into(),
            rule: "demo".into(),
            fingerprint: fingerprint.into(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut baseline = Baseline::default();
        baseline.add(known("b", "2"));
        baseline.add(known("a\n\u{202e}", "1"));
        let text = baseline.text();
        assert_eq!(Baseline::read(&text), Ok(baseline));
        assert!(text.is_ascii());
    }

    #[test]
    fn another_version_is_told_from_a_broken_one() {
        let other = Baseline::read(br#"{"schema": 2, "things": []}"#);
        assert_eq!(other, Err(Unusable::OtherVersion("2".into())));
        for broken in [
            "",
            "[]",
            "{}",
            "nonsense",
            r#"{"schema": 1}"#,
            r#"{"schema":1,"findings":[{}]}"#,
        ] {
            let read = Baseline::read(broken.as_bytes());
            assert!(matches!(read, Err(Unusable::Broken(_))), "{broken}: {read:?}");
        }
    }
}
