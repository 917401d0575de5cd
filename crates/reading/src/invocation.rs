//! The unit of work: a Dockerfile with how it is built and where the image will run.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::contract::Contract;
use crate::finding::Severity;
use crate::source::Source;

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

impl Platform {
    /// Reads `os/architecture` or `os/architecture/variant`; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (os, architecture) = (parts.next()?, parts.next()?);
        let variant = parts.next();
        let sound = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let good = parts.next().is_none() && [os, architecture].into_iter().chain(variant).all(sound);
        good.then(|| Self {
            os: os.to_lowercase(),
            architecture: architecture.to_lowercase(),
            variant: variant.unwrap_or_default().to_lowercase(),
        })
    }
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

/// An image that is built from a Dockerfile of one's own.
#[derive(Debug, Clone)]
pub struct OwnBase {
    /// Which images: a reference in which `*` stands for anything.
    pub pattern: String,
    /// The Dockerfile, under the path by which it is reported.
    pub dockerfile: Arc<Source>,
}

/// Which set of rules is on unless one is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edition {
    /// The name of the set; the newest unless said.
    pub name: Option<String>,
    /// Whether the rules of the set after it are looked at.
    pub later: Later,
}

/// What is done with rules that only a later edition has on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Later {
    /// They are off.
    #[default]
    Hidden,
    /// They are on.
    Shown,
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
    /// Rules that are off in the profile and that the config or the command line turns on, with the
    /// severity at which they speak.
    pub raised: BTreeMap<&'static str, Severity>,
    /// The set of rules that is on.
    pub edition: Edition,
    /// Images that are built from Dockerfiles of one's own, by the config's `bases`.
    pub bases: Arc<[OwnBase]>,
    /// Where this invocation is known from, such as `compose.yaml:web`; empty for a file alone.
    pub known_from: Option<String>,
}
