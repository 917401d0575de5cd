//! hadolint's config in our words, and what of it has none.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::hadolint::{Hadolint, Overrides, Threshold};
use crate::rules;

/// hadolint's config in our words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// The text of a `seaworthy.yaml`.
    pub text: String,
    /// What has no counterpart, one line each.
    pub left: Vec<String>,
}

/// The keys of hadolint's config.
const KEYS: &[&str] = &[
    "failure-threshold",
    "format",
    "formats",
    "ignored",
    "label-schema",
    "no-color",
    "no-fail",
    "verbose",
    "strict-labels",
    "disable-ignore-pragma",
    "override",
    "trustedRegistries",
];

impl Imported {
    /// Says the same in our words; `keys` are those that stand in the file, of which hadolint knows some.
    pub fn new(config: &Hadolint, keys: &[String]) -> Self {
        let mut imported = Self {
            text: "profile: service  # hadolint's set of rules\n".to_owned(),
            left: Vec::new(),
        };
        imported.threshold(config);
        imported.levels(config);
        imported.lists(config);
        imported.flags(config);
        for key in keys.iter().filter(|key| !KEYS.contains(&key.as_str())) {
            imported.left(format!("`{key}` is no key of hadolint's, which passes it over"));
        }
        imported
    }

    fn left(&mut self, words: String) {
        self.left.push(words);
    }

    fn threshold(&mut self, config: &Hadolint) {
        let threshold = match config.no_fail {
            Some(true) => "never",
            // hadolint fails from info on unless it is told otherwise.
            _ => config.failure_threshold.unwrap_or(Threshold::Info).ours(),
        };
        let _ = writeln!(self.text, "fail-on: {threshold}");
    }

    fn levels(&mut self, config: &Hadolint) {
        let mut levels: BTreeMap<&str, &str> = BTreeMap::new();
        let overrides = config.overrides.iter().flat_map(Overrides::all);
        for (id, severity) in overrides {
            levels.insert(id, severity.name());
        }
        for id in config.ignored.iter().flatten() {
            levels.insert(id, "off");
        }
        let (known, unknown): (Vec<_>, Vec<_>) = levels
            .into_iter()
            .partition(|(id, _)| !rules::find(id).is_empty());
        if !known.is_empty() {
            self.text.push_str("rules:\n");
        }
        for (id, level) in known {
            let _ = writeln!(self.text, "  {}: {level}", quoted(id));
        }
        for (id, level) in unknown {
            self.left(format!("`{id}: {level}`: no rule here goes by that id"));
        }
    }

    fn lists(&mut self, config: &Hadolint) {
        let registries: Vec<&String> = config.trusted_registries.iter().flatten().collect();
        if !registries.is_empty() {
            let list = serde_json::to_string(&registries).unwrap_or_default();
            let _ = writeln!(self.text, "registries: {list}");
        }
        let labels = config.label_schema.iter().flatten();
        for (index, (label, kind)) in labels.enumerate() {
            if index == 0 {
                self.text.push_str("labels:\n");
            }
            let _ = writeln!(self.text, "  {}: {}", quoted(label), kind.name());
        }
        if config.strict_labels == Some(true) {
            self.text.push_str("strict-labels: true\n");
        }
    }

    fn flags(&mut self, config: &Hadolint) {
        for format in config.formats() {
            self.left(format!(
                "`format: {format}`: give --format, or --output FORMAT=FILE"
            ));
        }
        if config.no_color == Some(true) {
            self.left("`no-color: true`: give --color never".to_owned());
        }
        if config.verbose == Some(true) {
            self.left("`verbose: true`: give -v".to_owned());
        }
        if config.disable_ignore_pragma == Some(true) {
            self.left("`disable-ignore-pragma: true`: comments always count".to_owned());
        }
    }
}

/// A text as YAML on one line: JSON is YAML.
fn quoted(text: &str) -> String {
    let is_word = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match is_word && text.starts_with(|sign: char| sign.is_ascii_alphabetic()) {
        true => text.to_owned(),
        false => serde_json::to_string(text).unwrap_or_default(),
    }
}

/// The keys of a config, in the order in which they stand; none where it cannot be read.
pub fn keys(text: &[u8]) -> Vec<String> {
    let text = str::from_utf8(text).unwrap_or_default();
    let read: Result<BTreeMap<String, serde::de::IgnoredAny>, _> = serde_saphyr::from_str(text);
    read.map_or(Vec::new(), |map| map.into_keys().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_imported_says_the_same() {
        let text = "ignored: [DL3025, DL9999]\noverride: {error: [DL3025, DL4000]}\ntrustedRegistries: [a.b]\n\
            label-schema: {x.y: url}\nstrict-labels: true\nfailure-threshold: warning\nformat: json\nnovel: 1\n";
        let imported = Imported::new(
            &Hadolint::read(text.as_bytes()).expect("it is read"),
            &keys(text.as_bytes()),
        );
        assert_eq!(
            imported.text,
            "profile: service  # hadolint's set of rules\nfail-on: warning\nrules:\n  DL3025: off\n  DL4000: error\n\
             registries: [\"a.b\"]\nlabels:\n  \"x.y\": url\nstrict-labels: true\n"
        );
        assert_eq!(imported.left.len(), 3, "{:?}", imported.left);
    }
}
