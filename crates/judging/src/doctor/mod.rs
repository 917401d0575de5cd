//! Whether a host, a cluster or a pod is what the platform needs.
//!
//! Pure: a host is seen through [`door::Host`], a cluster and pods through what was read. Each
//! check says what was seen, why it matters and what to do; what could not be seen is unknown.

pub mod cluster;
pub mod door;
pub mod host;
pub mod pod;

use serde::Serialize;
use serde_json::Value;

use crate::contract::{Contract, Profile};
use crate::platform::mounts::Caching;

/// The ids of all checks, in the order in which they are told.
pub const IDS: [&str; 29] = [
    "distribution",
    "kernel",
    "shiftfs",
    "headers",
    "modules",
    "selinux",
    "apparmor",
    "secure-boot",
    "cgroup",
    "sysctls",
    "programs",
    "engine",
    "runtime",
    "sysbox",
    "store",
    "gpu",
    "node-image",
    "kubernetes-version",
    "container-runtime",
    "runtime-class",
    "taints",
    "pod-security",
    "privileged",
    "host-paths",
    "variables",
    "namespaces",
    "mounts",
    "resources",
    "labels",
];

/// Those that every host has an answer for: the first of [`IDS`].
pub const HOST_IDS: &[&str] = IDS.split_at(16).0;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it must be.
    Good,
    /// It works, with a drawback.
    Warning,
    /// It does not work.
    Bad,
    /// It could not be seen.
    Unknown,
}

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// One of [`IDS`].
    pub id: &'static str,
    /// The host, node, namespace or pod.
    pub subject: String,
    /// How it came out.
    pub state: State,
    /// What was seen.
    pub seen: String,
    /// Why it matters.
    pub why: String,
    /// What to do; empty where there is nothing to do.
    pub help: String,
}

/// The kind of platform for which is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Coder's container-based virtual machines.
    Cvm,
    /// The Sysbox runtime alone.
    Sysbox,
    /// Coder's envbox.
    Envbox,
}

impl Kind {
    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cvm => "cvm",
            Self::Sysbox => "sysbox",
            Self::Envbox => "envbox",
        }
    }

    /// The kind that a config's profile means; none for profiles without Sysbox.
    pub fn of(profile: Profile) -> Option<Self> {
        match profile {
            Profile::Cvm => Some(Self::Cvm),
            Profile::Sysbox => Some(Self::Sysbox),
            Profile::Envbox => Some(Self::Envbox),
            Profile::Envbuilder | Profile::Devcontainer | Profile::Service => None,
        }
    }
}

/// For what is checked.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The kind of platform.
    pub kind: Kind,
    /// The kind as it was asked for on the command line: then a pod is held against it, whatever it
    /// looks like.
    pub asked: Option<Kind>,
    /// Whether the node's image cache is used.
    pub caching: Caching,
    /// What the config says of the platform.
    pub contract: Contract,
}

impl Wish {
    /// Whether the host's own Sysbox runs the workspaces.
    pub fn is_sysbox(&self) -> bool {
        self.kind == Kind::Sysbox
    }

    /// Whether virtual machines are cached.
    pub fn is_cached(&self) -> bool {
        self.kind == Kind::Cvm && self.caching == Caching::On
    }

    /// Bad where the host's own Sysbox needs it, else a drawback.
    pub fn bad_for_sysbox(&self) -> State {
        if self.is_sysbox() {
            State::Bad
        } else {
            State::Warning
        }
    }
}

/// Collects the checks of one subject.
#[derive(Debug)]
pub struct Sheet {
    /// Of what.
    pub subject: String,
    /// What was found.
    pub checks: Vec<Check>,
}

impl Sheet {
    /// An empty one.
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            checks: Vec::new(),
        }
    }

    /// Writes a check down.
    pub fn say(
        &mut self,
        id: &'static str,
        state: State,
        seen: impl Into<String>,
        why: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.checks.push(Check {
            id,
            subject: self.subject.clone(),
            state,
            seen: shortened(seen.into()),
            why: shortened(why.into()),
            help: shortened(help.into()),
        });
    }

    /// Writes down that it is as it must be.
    pub fn good(&mut self, id: &'static str, seen: impl Into<String>, why: impl Into<String>) {
        self.say(id, State::Good, seen, why, "");
    }

    /// Whether nothing but good was said of an id.
    pub fn has_none(&self, id: &str) -> bool {
        !self.checks.iter().any(|check| check.id == id)
    }
}

/// The longest text of a check, in characters: nobody reads more, and a file may hold anything.
const LONGEST: usize = 400;

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Puts checks in the order of their ids, kept in the order of their subjects within each.
pub fn in_order(checks: &mut [Check]) {
    let place = |check: &Check| IDS.iter().position(|id| *id == check.id).unwrap_or(IDS.len());
    checks.sort_by_key(place);
}

/// The text at a path of keys; none where a key is missing or of another type.
fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path)?.as_str()
}

/// The truth at a path of keys.
fn truth(value: &Value, path: &[&str]) -> Option<bool> {
    at(value, path)?.as_bool()
}

/// The value at a path of keys; null counts as missing.
fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    let found = path.iter().try_fold(value, |value, key| value.get(key))?;
    (!found.is_null()).then_some(found)
}

/// The entries of the array at a path; none of them where there is no array.
fn each<'a>(value: &'a Value, path: &[&str]) -> impl Iterator<Item = &'a Value> + use<'a> {
    at(value, path).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_hosts_end_where_those_of_clusters_begin() {
        assert_eq!(HOST_IDS.last(), Some(&"gpu"));
        assert_eq!(IDS[HOST_IDS.len()], "node-image");
    }
}
