//! The one door through which a host is seen: its files, its commands and its engine.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::Value;

/// What a look at something gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<T> {
    /// It is there.
    Known(T),
    /// It certainly is not there.
    Absent,
    /// It could not be looked at, with why.
    Hidden(String),
}

impl<T> Seen<T> {
    /// What is there.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Hidden(_) => None,
        }
    }

    /// Whether it certainly is not there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The same with what is there changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Seen<U> {
        match self {
            Self::Known(value) => Seen::Known(change(value)),
            Self::Absent => Seen::Absent,
            Self::Hidden(why) => Seen::Hidden(why),
        }
    }
}

/// A host, this one or a recorded one.
pub trait Host {
    /// Its name.
    fn name(&self) -> String;
    /// The bytes of a file.
    fn read(&self, path: &str) -> Seen<Vec<u8>>;
    /// The names in a folder, sorted.
    fn list(&self, path: &str) -> Seen<Vec<String>>;
    /// What a program prints on standard output; absent if there is no such program.
    fn run(&self, program: &str, arguments: &[&str]) -> Seen<String>;
    /// The engine.
    fn engine(&self) -> Seen<Engine>;
}

/// Another host, with a note of whether anything of it was ever seen.
pub struct Watched<'a> {
    host: &'a dyn Host,
    seen: Cell<bool>,
}

impl<'a> Watched<'a> {
    /// Nothing was seen of it yet.
    pub fn new(host: &'a dyn Host) -> Self {
        Self {
            host,
            seen: Cell::new(false),
        }
    }

    /// Whether a file with something in it, a folder with something in it, an answer of a program or of the
    /// engine was there.
    pub fn has_seen(&self) -> bool {
        self.seen.get()
    }

    fn note<T>(&self, seen: Seen<T>, counts: impl FnOnce(&T) -> bool) -> Seen<T> {
        if let Seen::Known(value) = &seen
            && counts(value)
        {
            self.seen.set(true);
        }
        seen
    }
}

impl Host for Watched<'_> {
    fn name(&self) -> String {
        self.host.name()
    }

    fn read(&self, path: &str) -> Seen<Vec<u8>> {
        self.note(self.host.read(path), |bytes| !bytes.is_empty())
    }

    fn list(&self, path: &str) -> Seen<Vec<String>> {
        self.note(self.host.list(path), |names| !names.is_empty())
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Seen<String> {
        self.note(self.host.run(program, arguments), |_| true)
    }

    fn engine(&self) -> Seen<Engine> {
        self.note(self.host.engine(), |_| true)
    }
}

/// The text of a file without white space around it.
pub fn text(host: &dyn Host, path: &str) -> Seen<String> {
    host.read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// What an engine says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Engine {
    /// Its version; empty if it does not say.
    pub version: String,
    /// The newest version of its interface.
    pub api: String,
    /// Runtimes by name, with their paths.
    pub runtimes: BTreeMap<String, String>,
    /// The runtime of containers that ask for none.
    pub default_runtime: String,
    /// Storage driver.
    pub driver: String,
    /// Whether images lie in containerd's store.
    pub containerd_store: bool,
    /// Where it keeps all.
    pub root: String,
    /// `1` or `2`.
    pub cgroup_version: String,
    /// `cgroupfs` or `systemd`.
    pub cgroup_driver: String,
    /// Such as `name=userns`.
    pub security: Vec<String>,
    /// The file system or the host, as it says.
    pub system: String,
}

impl Engine {
    /// Reads the answers of `GET /version` and `GET /info`; either may lack parts.
    pub fn read(version: &Value, info: &Value) -> Self {
        let word = |value: &Value, key: &str| {
            value
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let runtimes = info.get("Runtimes").and_then(Value::as_object);
        let status = info.get("DriverStatus").map(Value::to_string).unwrap_or_default();
        let security = info.get("SecurityOptions").and_then(Value::as_array);
        let version_of = |key| match word(version, key) {
            empty if empty.is_empty() => word(info, "ServerVersion"),
            said => said,
        };
        Self {
            version: version_of("Version"),
            api: word(version, "ApiVersion"),
            runtimes: runtimes
                .into_iter()
                .flatten()
                .map(|(name, runtime)| (name.clone(), word(runtime, "path")))
                .collect(),
            default_runtime: word(info, "DefaultRuntime"),
            driver: word(info, "Driver"),
            containerd_store: status.contains("io.containerd.snapshotter"),
            root: word(info, "DockerRootDir"),
            cgroup_version: word(info, "CgroupVersion"),
            cgroup_driver: word(info, "CgroupDriver"),
            security: security
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            system: word(info, "OperatingSystem"),
        }
    }
}
