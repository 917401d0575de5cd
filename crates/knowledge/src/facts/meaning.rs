//! What the text of a known file says.
//!
//! The knowledge of formats is in `tools`; here is only what rules ask.

use crate::context::Answer;
use crate::facts::Value;

/// One thing that a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// An apt preference: which versions of which packages apt may take.
    Pin {
        /// The packages, as apt names them: names, globs, `*`.
        packages: Vec<String>,
        /// The version of `Pin: version`, a glob perhaps; none for `origin` and `release`.
        version: Option<String>,
        /// Its priority.
        priority: i32,
    },
    /// Preferences of which some or all cannot be read.
    UnknownPins,
    /// A setting of the Docker daemon that rules ask for.
    Daemon(DaemonSetting),
    /// Paths that the running system will read or run: a unit's commands, a cron line, a start-up
    /// script's words.
    Refers(Vec<String>),
    /// A rule of sudo that asks for no password: for whom, as written (`coder`, `%sudo`, `ALL`).
    NoPassword(Value),
    /// A source of apt's packages: where it lies, and of which release, holes raw.
    AptSource {
        /// The address.
        uri: Value,
        /// The release, such as `noble` or `stable`.
        suite: Value,
    },
    /// The file has such a name that its reader skips it.
    Skipped,
}

/// A setting in `/etc/docker/daemon.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DaemonSetting {
    /// `data-root`, and whether it is a key on a line of its own, which Sysbox needs.
    DataRoot {
        /// The folder.
        path: String,
        /// Whether a reader line by line finds it.
        own_line: bool,
    },
    /// `features.containerd-snapshotter`.
    ContainerdSnapshotter(bool),
    /// `native.cgroupdriver` is systemd.
    SystemdCgroups,
    /// The text is known and is no JSON, or is not known: settings may be there.
    Unreadable(Answer),
}
