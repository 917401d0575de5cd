//! What was read of an image, as plain data.
//!
//! It can be written as JSON and read again, so that most of what judges an image is tested without an
//! engine.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An image, as far as rules ask for it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Inspected {
    /// The name by which it is told.
    pub name: String,
    /// The processor that it is for, in Go's words.
    pub architecture: String,
    /// Its configuration.
    pub config: Config,
    /// Its history, the oldest line first.
    pub history: Vec<History>,
    /// Its layers, the lowest first.
    pub layers: Vec<Layer>,
}

/// The configuration of an image (the image specification's `config`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Config {
    /// Who runs a container; empty for root.
    #[serde(deserialize_with = "or_default")]
    pub user: String,
    /// `NAME=VALUE`.
    #[serde(deserialize_with = "or_default")]
    pub env: Vec<String>,
    /// What a container starts.
    #[serde(deserialize_with = "or_default")]
    pub entrypoint: Vec<String>,
    /// Its arguments.
    #[serde(deserialize_with = "or_default")]
    pub cmd: Vec<String>,
    /// The folder in which it starts.
    #[serde(deserialize_with = "or_default")]
    pub working_dir: String,
    /// Folders that are volumes.
    #[serde(deserialize_with = "or_default")]
    pub volumes: BTreeMap<String, serde_json::Value>,
    /// Ports, such as `80/tcp`.
    #[serde(deserialize_with = "or_default")]
    pub exposed_ports: BTreeMap<String, serde_json::Value>,
    /// Labels.
    #[serde(deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
    /// The signal that stops a container.
    #[serde(deserialize_with = "or_default")]
    pub stop_signal: String,
    /// The shell of the build.
    #[serde(deserialize_with = "or_default")]
    pub shell: Vec<String>,
    /// The check of health.
    #[serde(deserialize_with = "or_default")]
    pub healthcheck: Health,
}

/// The check of health in a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Health {
    /// `NONE`, `CMD` or `CMD-SHELL`, and the words.
    #[serde(deserialize_with = "or_default")]
    pub test: Vec<String>,
}

/// A line of the history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// What made it.
    #[serde(deserialize_with = "or_default")]
    pub created_by: String,
    /// What somebody said of it; BuildKit names itself here.
    #[serde(deserialize_with = "or_default")]
    pub comment: String,
    /// Whether no layer belongs to it.
    #[serde(deserialize_with = "or_default")]
    pub empty_layer: bool,
}

/// `null` where something is left out, as Go writes it.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(input: D) -> Result<T, D::Error> {
    Option::deserialize(input).map(Option::unwrap_or_default)
}

/// A layer, as far as rules ask for it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Layer {
    /// The digest of its plain bytes, in hexadecimal digits.
    pub diff_id: String,
    /// How many entries it has.
    pub count: u64,
    /// The bytes of its files.
    pub bytes: u64,
    /// Marks of all its paths.
    pub marks: Marks,
    /// Entries that are kept, in the order of the archive.
    pub entries: Vec<Entry>,
    /// Sums of those that are not.
    pub heaps: Vec<Heap>,
    /// Paths that it takes away.
    pub removed: Vec<String>,
    /// Folders of which it hides what layers below have in them.
    pub opaque: Vec<String>,
    /// Marks of paths that belong to packages, as far as it says so.
    pub owned: Marks,
}

/// An entry of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// Its path: absolute and clean.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Its permissions.
    pub mode: u32,
    /// The number of its owner.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
    /// Its size in bytes.
    pub size: u64,
    /// What it says, where it is a known file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
}

/// A file of root's that everybody may read, without a name.
impl Default for Entry {
    fn default() -> Self {
        Self {
            path: String::new(),
            kind: Kind::File,
            mode: 0o644,
            uid: 0,
            gid: 0,
            size: 0,
            content: None,
        }
    }
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, with its target as written.
    Link(String),
    /// Another name of a file of the same layer, by its path.
    Hard(String),
    /// A device, a pipe or a socket.
    Other,
}

/// What a known file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// Its text.
    Text(String),
    /// The packages of a database.
    Packages(Vec<Installed>),
    /// Names: of locales, of packages that merely came along.
    Names(Vec<String>),
    /// Why it could not be read.
    Unread(String),
}

/// A package of a database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// Its version, as its package manager spells it.
    pub version: String,
    /// Whether its version is held.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// Other names that it provides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<String>,
}

/// What was not kept below a folder, summed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heap {
    /// The folder.
    pub path: String,
    /// How many files and links.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The owner of the first of them.
    pub uid: u32,
}

/// Marks of paths, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks(pub Vec<u64>);

/// As one text of hexadecimal digits, sixteen a mark.
impl Serialize for Marks {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(self.0.len() * 16);
        for mark in &self.0 {
            let _ = write!(text, "{mark:016x}");
        }
        output.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Marks {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        let marks = text.as_bytes().chunks(16).map(|digits| {
            let digits = std::str::from_utf8(digits).map_err(serde::de::Error::custom)?;
            u64::from_str_radix(digits, 16).map_err(serde::de::Error::custom)
        });
        let mut marks: Vec<u64> = marks.collect::<Result<_, D::Error>>()?;
        marks.sort_unstable();
        Ok(Self(marks))
    }
}
