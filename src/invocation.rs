//! The unit of work: a Dockerfile with how it is built and where the image will run.

use std::collections::BTreeMap;

use crate::contract::Contract;

/// A platform as in `--platform`, by its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// Operating system, such as `linux`.
    pub os: String,
    /// Architecture in Go's words, such as `amd64`.
    pub architecture: String,
    /// Variant such as `v8`, or empty.
    pub variant: String,
}

impl Default for Platform {
    fn default() -> Self {
        Self {
            os: "linux".into(),
            architecture: "amd64".into(),
            variant: String::new(),
        }
    }
}

/// How one Dockerfile is built and run.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// The stage that is built, by name or index; the last unless said.
    pub target: Option<String>,
    /// Build arguments by name.
    pub arguments: BTreeMap<String, String>,
    /// The platform that it is built for, if said.
    pub platform: Option<Platform>,
    /// What is agreed between the platform and the image.
    pub contract: Contract,
    /// Whether the context was named by somebody who builds with it, and is not merely the folder
    /// in which the Dockerfile lies.
    pub context_given: bool,
    /// Where this invocation is known from, such as `compose.yaml:web`; empty for a file alone.
    pub known_from: Option<String>,
}
