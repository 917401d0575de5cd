//! hadolint's config: what it says. `import` says the same in our words.
//!
//! As tolerant as hadolint is: unknown keys are passed over, a value of the wrong type makes it pass over
//! the whole file. No files are read here.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::Severity;

/// The names of its config in the working folder, the first that is there counts.
pub const NAMES: [&str; 2] = [".hadolint.yaml", ".hadolint.yml"];

/// What hadolint is told by a config or by the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Hadolint {
    /// From which level on it fails.
    pub failure_threshold: Option<Threshold>,
    /// One output format.
    pub format: Option<String>,
    /// Several.
    pub formats: Option<Vec<String>>,
    /// Ids that are not told.
    pub ignored: Option<Vec<String>>,
    /// Labels with the kind of text that they hold.
    pub label_schema: Option<BTreeMap<String, LabelKind>>,
    /// Whether there are colours.
    pub no_color: Option<bool>,
    /// Whether it never fails.
    pub no_fail: Option<bool>,
    /// Whether it says more.
    pub verbose: Option<bool>,
    /// Whether other labels than those of the schema are a fault.
    pub strict_labels: Option<bool>,
    /// Whether comments silence nothing.
    pub disable_ignore_pragma: Option<bool>,
    /// Levels by id.
    #[serde(rename = "override")]
    pub overrides: Option<Overrides>,
    /// Registries from which images may come.
    #[serde(rename = "trustedRegistries")]
    pub trusted_registries: Option<Vec<String>>,
}

/// Ids by the level that they are given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Overrides {
    /// Told as errors.
    pub error: Option<Vec<String>>,
    /// Told as warnings.
    pub warning: Option<Vec<String>>,
    /// Told as infos.
    pub info: Option<Vec<String>>,
    /// Told as style.
    pub style: Option<Vec<String>>,
}

/// From which level on hadolint fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Threshold {
    /// Errors alone.
    Error,
    /// Warnings, too.
    Warning,
    /// Infos, too.
    Info,
    /// Style, too.
    Style,
    /// Whatever is told.
    Ignore,
    /// The same, whatever its name says.
    None,
}

/// The kinds of text that a label may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LabelKind {
    /// Any.
    #[serde(alias = "")]
    Text,
    /// An address.
    Url,
    /// A date with time.
    Rfc3339,
    /// A version.
    Semver,
    /// A commit.
    Hash,
    /// A licence.
    Spdx,
    /// A mail address.
    Email,
}

impl LabelKind {
    /// The word in both configs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Url => "url",
            Self::Rfc3339 => "rfc3339",
            Self::Semver => "semver",
            Self::Hash => "hash",
            Self::Spdx => "spdx",
            Self::Email => "email",
        }
    }

    /// The kind of this name; none names any text.
    pub fn of(word: &str) -> Option<Self> {
        let all = [
            Self::Text,
            Self::Url,
            Self::Rfc3339,
            Self::Semver,
            Self::Hash,
            Self::Spdx,
            Self::Email,
        ];
        all.into_iter()
            .find(|kind| kind.name() == word)
            .or(word.is_empty().then_some(Self::Text))
    }
}

impl Threshold {
    /// Whether something of this level fails the run.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Info => severity >= Severity::Info,
            Self::Style | Self::Ignore | Self::None => true,
        }
    }

    /// The level of this name.
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "error" => Self::Error,
            "warning" => Self::Warning,
            "info" => Self::Info,
            "style" => Self::Style,
            "ignore" => Self::Ignore,
            "none" => Self::None,
            _ => return None,
        })
    }

    /// Our word for it.
    pub(super) fn ours(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Style | Self::Ignore | Self::None => "style",
        }
    }
}

impl Overrides {
    /// Ids with their levels, the mildest first: of several the last counts.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, Severity)> {
        let lists = [
            (&self.style, Severity::Style),
            (&self.info, Severity::Info),
            (&self.warning, Severity::Warning),
            (&self.error, Severity::Error),
        ];
        lists.into_iter().flat_map(|(list, severity)| {
            let ids = list.iter().flatten();
            ids.map(move |id| (id.as_str(), severity))
        })
    }
}

impl Hadolint {
    /// Reads a config.
    ///
    /// # Errors
    /// Why hadolint would pass it over, in one line.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        let text = str::from_utf8(text).map_err(|_| "it is not UTF-8".to_owned())?;
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_events: 50_000,
                max_nodes: 25_000,
                max_aliases: 100,
                max_depth: 16,
                flow_nesting_limit: 16,
                max_documents: 1,
            },
            strict_booleans: true,
            with_snippet: false,
        };
        let read: Result<Option<Self>, _> = serde_saphyr::from_str_with_options(text, options);
        match read {
            Ok(Some(config)) => Ok(config),
            Ok(None) => Err("it is empty".to_owned()),
            Err(error) => {
                let error = error.without_snippet().to_string();
                Err(error.lines().next().unwrap_or_default().to_owned())
            }
        }
    }

    /// What the environment says, by its variables.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let list = |name: &str| {
            let text = variable(name)?;
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(items.map(str::to_owned).collect::<Vec<_>>())
        };
        let truth = |name: &str| {
            let text = variable(name)?.to_lowercase();
            Some(matches!(text.as_str(), "1" | "y" | "on" | "true" | "yes"))
        };
        let label = |text: String| {
            let (name, kind) = text.split_once(':').unwrap_or((&text, ""));
            Some((name.to_owned(), LabelKind::of(kind)?))
        };
        Self {
            failure_threshold: variable("HADOLINT_FAILURE_THRESHOLD").and_then(|word| Threshold::of(&word)),
            format: None,
            formats: list("HADOLINT_FORMAT"),
            ignored: list("HADOLINT_IGNORE"),
            label_schema: list("HADOLINT_REQUIRE_LABELS")
                .map(|labels| labels.into_iter().filter_map(label).collect()),
            no_color: variable("NO_COLOR").map(|value| !value.is_empty()),
            no_fail: truth("HADOLINT_NOFAIL"),
            verbose: truth("HADOLINT_VERBOSE"),
            strict_labels: truth("HADOLINT_STRICT_LABELS"),
            disable_ignore_pragma: truth("HADOLINT_DISABLE_IGNORE_PRAGMA"),
            overrides: Some(Overrides {
                error: list("HADOLINT_OVERRIDE_ERROR"),
                warning: list("HADOLINT_OVERRIDE_WARNING"),
                info: list("HADOLINT_OVERRIDE_INFO"),
                style: list("HADOLINT_OVERRIDE_STYLE"),
            }),
            trusted_registries: list("HADOLINT_TRUSTED_REGISTRIES"),
        }
    }

    /// What holds when `later` is said after this: single values give way, lists are joined.
    #[must_use]
    pub fn then(self, later: Self) -> Self {
        let (early, late) = (
            self.overrides.unwrap_or_default(),
            later.overrides.unwrap_or_default(),
        );
        let mut labels = self.label_schema.unwrap_or_default();
        labels.extend(later.label_schema.unwrap_or_default());
        Self {
            failure_threshold: later.failure_threshold.or(self.failure_threshold),
            format: later.format.or(self.format),
            formats: joined(self.formats, later.formats),
            ignored: joined(self.ignored, later.ignored),
            label_schema: Some(labels),
            no_color: later.no_color.or(self.no_color),
            no_fail: later.no_fail.or(self.no_fail),
            verbose: later.verbose.or(self.verbose),
            strict_labels: later.strict_labels.or(self.strict_labels),
            disable_ignore_pragma: later.disable_ignore_pragma.or(self.disable_ignore_pragma),
            overrides: Some(Overrides {
                error: joined(early.error, late.error),
                warning: joined(early.warning, late.warning),
                info: joined(early.info, late.info),
                style: joined(early.style, late.style),
            }),
            trusted_registries: joined(self.trusted_registries, later.trusted_registries),
        }
    }

    /// The level that is given to an id; none where nothing is said of it.
    pub fn level(&self, id: &str) -> Option<Severity> {
        let overrides = self.overrides.as_ref()?;
        overrides
            .all()
            .filter(|(one, _)| *one == id)
            .map(|(_, severity)| severity)
            .last()
    }

    /// Whether an id is not told.
    pub fn ignores(&self, id: &str) -> bool {
        self.ignored.iter().flatten().any(|one| one == id)
    }

    /// The formats that are asked for, in their order.
    pub fn formats(&self) -> impl Iterator<Item = &str> {
        let one = self.format.iter().map(String::as_str);
        one.chain(self.formats.iter().flatten().map(String::as_str))
    }
}

fn joined(one: Option<Vec<String>>, other: Option<Vec<String>>) -> Option<Vec<String>> {
    match (one, other) {
        (Some(mut one), Some(other)) => {
            one.extend(other);
            Some(one)
        }
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Hadolint, String> {
        Hadolint::read(text.as_bytes())
    }

    #[test]
    fn unknown_keys_and_empty_values_are_passed_over() {
        let config =
            read("ignored:\nfoo: [1]\noverride: {info: [DL4000], bogus: [DL1]}\n").expect("it is read");
        assert_eq!(config.level("DL4000"), Some(Severity::Info));
        assert_eq!(config.ignored, None);
    }

    #[test]
    fn a_value_of_the_wrong_type_spoils_the_file_as_it_does_for_hadolint() {
        for text in [
            "",
            "[a]",
            "ignored: DL3006",
            "no-fail: yes",
            "failure-threshold: nope",
            "failure-threshold: Error",
            "ignored: [DL3006",
            "override:\n  error: DL3006",
            "label-schema: {foo: nope}",
            "ignored: [DL3006]\nignored: [DL4000]",
            "trustedRegistries: docker.io",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_highest_level_wins_and_lists_are_joined() {
        let file = read("override: {error: [DL3006], style: [DL3006]}\nignored: [DL1]").expect("it is read");
        assert_eq!(file.level("DL3006"), Some(Severity::Error));
        let environment = Hadolint::of_environment(|name| match name {
            "HADOLINT_IGNORE" => Some("DL2, DL3".to_owned()),
            "HADOLINT_NOFAIL" => Some("On".to_owned()),
            "HADOLINT_REQUIRE_LABELS" => Some("a:url,b,c:nope".to_owned()),
            _ => None,
        });
        let both = environment.then(file);
        for id in ["DL1", "DL2", "DL3"] {
            assert!(both.ignores(id), "{id}");
        }
        assert_eq!(both.no_fail, Some(true));
        let labels = both.label_schema.expect("labels");
        assert_eq!(labels.len(), 2);
        assert_eq!(labels["b"], LabelKind::Text);
    }
}
