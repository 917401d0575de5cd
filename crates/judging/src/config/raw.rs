//! The keys of `seaworthy.yaml`, as they are written.
//!
//! These types are the file's grammar: what is read, what `config schema` prints, and nothing else.
//! A value that a message must be able to point at is wrapped in [`At`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::contract::{Cluster, Gpu, LabelKind, Profile, Runtime};
use crate::finding::Severity;
use crate::source::Span;

/// A value with the bytes of the config where it stands.
#[derive(Debug, Clone)]
pub struct At<T> {
    /// What is written.
    pub value: T,
    /// Where, in bytes of the config file.
    pub span: Span,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<T>::deserialize(deserializer)?;
        Ok(Self {
            value: spanned.value,
            span: super::read::span_of(&spanned.referenced),
        })
    }
}

impl<T: Serialize> Serialize for At<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: PartialEq> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for At<T> {}

impl<T: Ord> PartialOrd for At<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> Ord for At<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

/// What a config says about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It does not speak.
    Off,
    /// It speaks as a matter of taste.
    Style,
    /// It speaks, and nothing breaks.
    Info,
    /// It speaks of something missing or surprising.
    Warning,
    /// It speaks of something that breaks.
    Error,
}

impl Level {
    /// The severity; none for off.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Style => Some(Severity::Style),
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }

    /// The word in the config.
    pub fn name(self) -> &'static str {
        self.severity().map_or("off", Severity::name)
    }
}

/// From which severity on a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum, Default)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Errors alone.
    Error,
    /// Warnings and errors.
    #[default]
    Warning,
    /// All but style.
    Info,
    /// Any finding.
    Style,
    /// No finding ever.
    Never,
}

impl FailOn {
    /// Whether a finding of this severity fails the run.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Info => severity >= Severity::Info,
            Self::Style => true,
            Self::Never => false,
        }
    }

    /// The word in the config and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Style => "style",
            Self::Never => "never",
        }
    }
}

/// Levels by rule name or by a known id.
pub type Levels = BTreeMap<At<String>, At<Level>>;

/// Settings of seaworthy for the folder in which the file lies and all below it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(title = "seaworthy.yaml")]
pub struct Raw {
    /// Another config whose settings hold unless this one says otherwise; relative to this file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extends: Option<At<String>>,
    /// The versions of seaworthy that may read this file, such as ">=0.1".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires: Option<At<String>>,
    /// The set of rules that is on; a new rule joins only a new edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<At<String>>,
    /// The kind of place in which the images run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<At<Profile>>,
    /// What runs the workspaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What a workspace is like inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<Workspace>,
    /// The platforms that the images are built for, such as linux/amd64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platforms: Option<At<Vec<At<String>>>>,
    /// Levels by rule name or known id; an id beats the rule's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Levels>,
    /// Findings that are known and accepted, each with a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore: Option<Vec<Ignore>>,
    /// Settings for some of the files below; the last one that matches wins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Vec<Override>>,
    /// Files and folders that are not looked at, as patterns like those of .gitignore.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<At<String>>>,
    /// Image patterns that are built from Dockerfiles of one's own; paths relative to this file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bases: Option<BTreeMap<At<String>, At<String>>>,
    /// The labels that every image has, each with what it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<At<String>, At<LabelKind>>>,
    /// Whether images may have no other labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict_labels: Option<At<bool>>,
    /// The registries from which images may come; `*` stands for anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registries: Option<At<Vec<At<String>>>>,
    /// What is asked of a container of the image, besides what always is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probes: Option<Vec<ProbeEntry>>,
    /// From which severity on a run fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<At<FailOn>>,
    /// Findings that were there before, which do not count; a file relative to this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<At<String>>,
}

/// What runs the workspaces.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Platform {
    /// The version of Sysbox on the nodes; it may be partial. Only one of sysbox, coder, envbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sysbox: Option<At<String>>,
    /// The version of Coder that brings Sysbox; it may be partial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coder: Option<At<String>>,
    /// The version of envbox that brings Sysbox; it may be partial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envbox: Option<At<String>>,
    /// Where the nodes stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<At<Cluster>>,
    /// The graphics processors of the nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu: Option<At<Gpu>>,
}

/// What a workspace is like inside.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Workspace {
    /// The user who works there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<At<String>>,
    /// The user's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<At<u32>>,
    /// The user's home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<At<String>>,
    /// What is mounted over the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volumes: Option<At<Vec<At<String>>>>,
    /// Whether a container engine runs inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docker: Option<At<bool>>,
    /// Commands that must exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commands: Option<At<Vec<At<String>>>>,
}

/// Findings that are known and accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ignore {
    /// The rule, by name or known id.
    pub rule: At<String>,
    /// In which files, as patterns like those of .gitignore; everywhere if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paths: Option<Vec<At<String>>>,
    /// Why they are accepted.
    pub reason: At<String>,
}

/// Settings for some of the files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Override {
    /// Which files, as patterns like those of .gitignore.
    pub paths: Vec<At<String>>,
    /// The kind of place in which these images run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<At<Profile>>,
    /// What runs these workspaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What these workspaces are like inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<Workspace>,
    /// The platforms that these images are built for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platforms: Option<At<Vec<At<String>>>>,
    /// Levels by rule name or known id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Levels>,
    /// From which severity on a run fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<At<FailOn>>,
}

/// A command that is run in a container of the image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProbeEntry {
    /// Its name in reports; a later probe of the same name replaces an earlier one.
    pub name: At<String>,
    /// The program and its arguments.
    pub command: At<Vec<At<String>>>,
    /// Who runs it; the workspace user if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<At<String>>,
    /// The exit code that it has to have; 0 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<At<u8>>,
    /// A text that has to stand in what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<At<String>>,
    /// How long it may take, in seconds; 30 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<At<u16>>,
}

/// How a version of a product is said of a platform.
pub type Product = fn(String) -> Runtime;

impl Platform {
    /// The versions that are said, each with its product.
    pub fn versions(&self) -> impl Iterator<Item = (&At<String>, Product)> {
        let all: [(_, Product); 3] = [
            (&self.sysbox, Runtime::Sysbox),
            (&self.coder, Runtime::Coder),
            (&self.envbox, Runtime::Envbox),
        ];
        all.into_iter()
            .filter_map(|(version, product)| Some((version.as_ref()?, product)))
    }
}
