//! What the platform promises a workspace and asks of its image.
//!
//! Plain data, resolved once from the config and shared by rules, templates and verification. What
//! the config leaves open is `None` here: rules decide by the facts then (a file's final user, an
//! engine that is installed).

use serde::{Deserialize, Serialize};

/// The kind of place in which an image runs.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Coder's container-based virtual machines.
    #[default]
    Cvm,
    /// The Sysbox runtime alone.
    Sysbox,
    /// Coder's envbox: an outer container that starts the image under Sysbox.
    Envbox,
    /// Coder's envbuilder: the image is built by kaniko in the workspace itself.
    Envbuilder,
    /// A dev container.
    Devcontainer,
    /// Not a workspace: a service, for which only general rules hold.
    Service,
}

impl Profile {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 6] = [
        Self::Cvm,
        Self::Sysbox,
        Self::Envbox,
        Self::Envbuilder,
        Self::Devcontainer,
        Self::Service,
    ];

    /// The word in the config and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cvm => "cvm",
            Self::Sysbox => "sysbox",
            Self::Envbox => "envbox",
            Self::Envbuilder => "envbuilder",
            Self::Devcontainer => "devcontainer",
            Self::Service => "service",
        }
    }
}

/// Where the platform's nodes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cluster {
    /// Machines of one's own.
    BareMetal,
    /// Google Kubernetes Engine.
    Gke,
    /// Amazon Elastic Kubernetes Service.
    Eks,
    /// Azure Kubernetes Service.
    Aks,
    /// Any other.
    Other,
}

impl Cluster {
    /// The word in the config.
    pub fn name(self) -> &'static str {
        match self {
            Self::BareMetal => "bare-metal",
            Self::Gke => "gke",
            Self::Eks => "eks",
            Self::Aks => "aks",
            Self::Other => "other",
        }
    }
}

/// The graphics processors of the platform's nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Gpu {
    /// None.
    None,
    /// NVIDIA's.
    Nvidia,
    /// AMD's.
    Amd,
}

/// Which Sysbox the platform runs, in the words of the config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    /// Sysbox itself, by version; parts may be missing (`0.6`).
    Sysbox(String),
    /// By the version of Coder's first generation that ships it; parts may be missing.
    Coder(String),
    /// By the version of envbox that ships it; parts may be missing.
    Envbox(String),
}

/// A value with the place in the config that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<T> {
    /// What was said.
    pub value: T,
    /// Where, if in a file.
    pub place: Option<crate::finding::Place>,
}

/// What a label holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LabelKind {
    /// Anything but nothing.
    Text,
    /// A URL.
    Url,
    /// A date with time and zone.
    Rfc3339,
    /// A version of three numbers.
    Semver,
    /// A hash of git's.
    Hash,
    /// A licence, or an expression of several, by SPDX's ids.
    Spdx,
    /// A mail address.
    Email,
}

/// What is agreed between the platform and the image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contract {
    /// Which rules hold at all.
    pub profile: Profile,
    /// The platform's Sysbox, if stated.
    pub runtime: Option<Runtime>,
    /// Where the nodes stand, if stated.
    pub cluster: Option<Cluster>,
    /// The nodes' graphics processors, if stated.
    pub gpu: Option<Told<Gpu>>,
    /// The workspace user, if stated.
    pub user: Option<String>,
    /// The workspace user's uid, if stated.
    pub uid: Option<u32>,
    /// The home of the workspace user, if stated.
    pub home: Option<String>,
    /// What is mounted over the image, if stated; else the home.
    pub volumes: Option<Vec<String>>,
    /// Whether an engine runs inside, if stated.
    pub docker: Option<bool>,
    /// Commands that must exist.
    pub commands: Vec<String>,
    /// The platforms that the image is built for.
    pub platforms: Vec<String>,
    /// The labels that every image has, each with what it holds.
    pub labels: std::collections::BTreeMap<String, LabelKind>,
    /// Whether there may be no other labels.
    pub strict_labels: bool,
    /// The registries from which images may come; all if none is named.
    pub registries: Vec<String>,
}

impl Contract {
    /// The workspace user unless the image or the config says otherwise.
    pub const USER: &'static str = "coder";
    /// The workspace user's uid unless the config says otherwise.
    pub const UID: u32 = 1000;
}
