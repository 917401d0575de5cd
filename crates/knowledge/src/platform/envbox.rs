//! The variables that envbox reads, with their meaning and unit.
//!
//! Source: coder/envbox `cli/docker.go` at 8b99d48 (2026-05-19).

/// What a variable's value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Any text.
    Text,
    /// A reference of an image.
    Image,
    /// Docker's config, as JSON.
    DockerConfig,
    /// `true` or `false`, as Go reads them.
    Switch,
    /// A number of processors.
    Processors,
    /// A number of bytes.
    Bytes,
    /// An IPv4 network with its length.
    Network,
    /// `source:target[:ro]`, apart by commas.
    Mounts,
    /// Names of variables, apart by commas; a `*` at the end stands for any.
    Names,
    /// An absolute path.
    Path,
}

/// Whether envbox starts without a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It does not.
    Required,
    /// It does.
    Optional,
}

/// A variable of envbox.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What its value must be.
    pub meaning: Meaning,
    /// Whether it must be there.
    pub asked: Asked,
}

const fn required(name: &'static str, meaning: Meaning) -> Variable {
    Variable {
        name,
        meaning,
        asked: Asked::Required,
    }
}

const fn optional(name: &'static str, meaning: Meaning) -> Variable {
    Variable {
        name,
        meaning,
        asked: Asked::Optional,
    }
}

/// All of them.
pub const VARIABLES: &[Variable] = &[
    required("CODER_INNER_IMAGE", Meaning::Image),
    required("CODER_INNER_USERNAME", Meaning::Text),
    required("CODER_AGENT_TOKEN", Meaning::Text),
    optional("CODER_AGENT_URL", Meaning::Text),
    optional("CODER_BOOTSTRAP_SCRIPT", Meaning::Text),
    optional("CODER_INNER_ENVS", Meaning::Names),
    optional("CODER_INNER_WORK_DIR", Meaning::Path),
    optional("CODER_INNER_HOSTNAME", Meaning::Text),
    optional("CODER_IMAGE_PULL_SECRET", Meaning::DockerConfig),
    optional("CODER_DOCKER_CONFIG", Meaning::Path),
    optional("CODER_DOCKER_BRIDGE_CIDR", Meaning::Network),
    optional("CODER_MOUNTS", Meaning::Mounts),
    optional("CODER_ADD_TUN", Meaning::Switch),
    optional("CODER_ADD_FUSE", Meaning::Switch),
    optional("CODER_ADD_GPU", Meaning::Switch),
    optional("CODER_USR_LIB_DIR", Meaning::Path),
    optional("CODER_INNER_USR_LIB_DIR", Meaning::Path),
    optional("CODER_CPUS", Meaning::Processors),
    optional("CODER_MEMORY", Meaning::Bytes),
    optional("CODER_DISABLE_IDMAPPED_MOUNT", Meaning::Switch),
    optional("CODER_EXTRA_CERTS_PATH", Meaning::Path),
    optional("CODER_DEBUG", Meaning::Switch),
];

/// Variables that begin the same and are read by the agent or the template, not by envbox.
pub const OTHERS: &[&str] = &["CODER_AGENT_SUBSYSTEM"];

/// The least memory that Docker gives a container, in bytes: less is a mistake of the unit.
pub const LEAST_MEMORY: u64 = 6 << 20;

/// Folders of a system's own libraries, which must not be covered.
pub const SYSTEM_LIBRARIES: &[&str] = &[
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
];
