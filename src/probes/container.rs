//! A container and the commands in it, as plain data.

use std::collections::BTreeMap;
use std::time::Duration;

/// What a container may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Privileges {
    /// What its runtime gives it.
    Usual,
    /// These capabilities besides, without the `CAP_` before them; any device, any call of the kernel,
    /// cgroups of its own.
    Capabilities(Vec<String>),
    /// Everything.
    All,
}

/// Whose processes a container sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sees {
    /// Its own.
    #[default]
    Own,
    /// Those of the host.
    Host,
}

/// A container to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The image.
    pub image: String,
    /// What is started; the image's own entrypoint and command if empty.
    pub command: Vec<String>,
    /// Who starts it; the image's user unless said.
    pub user: Option<String>,
    /// `NAME=VALUE`, besides those of the image.
    pub env: Vec<String>,
    /// The runtime; the engine's usual one unless said.
    pub runtime: Option<String>,
    /// What it may do.
    pub privileges: Privileges,
    /// Folders that get an empty volume.
    pub volumes: Vec<String>,
    /// Folders that get memory, with the options of the mount.
    pub memory: BTreeMap<String, String>,
    /// Whose processes it sees.
    pub sees: Sees,
}

/// A command in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Program and arguments.
    pub words: Vec<String>,
    /// Who runs it, by name or number; the container's own user if empty.
    pub user: String,
    /// How long it may take.
    pub limit: Duration,
}

/// How a command went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ran {
    /// It ended.
    Ended {
        /// Its exit code.
        code: i64,
        /// What it said on both channels, as far as it was kept.
        output: Vec<u8>,
    },
    /// It did not end in time, or said too much; it may still run.
    Late {
        /// What it said by then.
        output: Vec<u8>,
    },
    /// It could not be started, in the engine's words.
    Refused(String),
}
