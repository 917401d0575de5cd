//! How a repository builds its Dockerfiles, by the files that say so: compose files, bake files and
//! `devcontainer.json`.
//!
//! Text in, builds out: nothing here looks at the disk or at the environment. A value that only the
//! environment has is left out, as the tools do where it is not set. Paths stand as they are written.

mod bake;
mod compose;
mod devcontainer;
mod dotenv;

use std::collections::BTreeMap;

/// Bytes of the longest file that is read. Real ones have a few kilobytes.
pub const LONGEST: usize = 256 << 10;

/// The most builds that one file may define; a matrix multiplies them.
const MOST_BUILDS: usize = 1000;

/// How deep brackets may nest in a file: the parsers call themselves on each level.
const DEEPEST: usize = 64;

/// A kind of file that defines builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `compose.yaml` and its older names.
    Compose,
    /// A compose file that is laid over another one, such as `compose.override.yaml`.
    ComposeOverlay,
    /// `docker-bake.hcl`.
    BakeHcl,
    /// `docker-bake.json`.
    BakeJson,
    /// `devcontainer.json`.
    DevContainer,
}

impl Kind {
    /// The kind of a file by its name; none for other files. The names are those that each tool looks
    /// for by itself, and compose's customary names of overlays.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "docker-bake.hcl" | "docker-bake.override.hcl" => return Some(Self::BakeHcl),
            "docker-bake.json" | "docker-bake.override.json" => return Some(Self::BakeJson),
            "devcontainer.json" | ".devcontainer.json" => return Some(Self::DevContainer),
            _ => {}
        }
        let name = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
        match name
            .strip_prefix("docker-")
            .unwrap_or(name)
            .strip_prefix("compose")?
        {
            "" => Some(Self::Compose),
            rest if rest.starts_with('.') => Some(Self::ComposeOverlay),
            _ => None,
        }
    }
}

/// One build of one Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The service, target or container, such as `web`; empty where the file defines but one.
    pub name: String,
    /// The context: a folder, relative to that of the file.
    pub context: String,
    /// The Dockerfile.
    pub dockerfile: Dockerfile,
    /// The stage that is built; the last unless said.
    pub target: Option<String>,
    /// Build arguments by name.
    pub arguments: BTreeMap<String, String>,
    /// The platforms that are built for.
    pub platforms: Vec<String>,
}

/// Where a Dockerfile lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dockerfile {
    /// Relative to the context.
    InContext(String),
    /// Relative to the folder of the file that defines the build.
    BesideDefinition(String),
}

/// Why a file defines nothing that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is longer than [`LONGEST`].
    #[error("it is longer than {} KiB", LONGEST >> 10)]
    TooLong,
    /// Its brackets nest too deep.
    #[error("its brackets nest deeper than {DEEPEST} levels")]
    TooDeep,
    /// It is not what its name says.
    #[error("{0}")]
    Malformed(String),
}

impl Unreadable {
    fn malformed(error: impl std::fmt::Display) -> Self {
        let text = error.to_string();
        Self::Malformed(text.lines().next().unwrap_or_default().to_owned())
    }
}

/// The builds that a file defines, in its own order. `environment` is the text of the `.env` file beside a
/// compose file, or empty.
///
/// A build whose context is no folder (a git URL), whose Dockerfile stands within the definition, or
/// whose paths depend on values that only the environment has, is left out.
///
/// # Errors
/// What makes the whole file unreadable.
pub fn read(kind: Kind, text: &str, environment: &str) -> Result<Vec<Definition>, Unreadable> {
    if text.len() > LONGEST || environment.len() > LONGEST {
        return Err(Unreadable::TooLong);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = match kind {
        Kind::Compose => compose::read(text, environment, compose::Layer::Base)?,
        Kind::ComposeOverlay => compose::read(text, environment, compose::Layer::Overlay)?,
        Kind::BakeHcl => bake::read_hcl(shallow(text)?)?,
        Kind::BakeJson => bake::read_json(text)?,
        Kind::DevContainer => devcontainer::read(shallow(text)?)?,
    };
    found.retain(|one| !is_remote(&one.context));
    found.truncate(MOST_BUILDS);
    Ok(found)
}

/// Whether a context is something other than a folder, by the prefixes that BuildKit knows.
fn is_remote(context: &str) -> bool {
    let schemes = ["http://", "https://", "git://", "ssh://", "git@", "github.com/"];
    let schemes = schemes
        .into_iter()
        .chain(["docker-image://", "target:", "oci-layout://"]);
    context == "-" || schemes.into_iter().any(|scheme| context.starts_with(scheme))
}

/// The text, if its brackets nest no deeper than [`DEEPEST`]; those in strings count too.
fn shallow(text: &str) -> Result<&str, Unreadable> {
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(Unreadable::TooDeep);
        }
    }
    Ok(text)
}

/// A scalar as text, as the tools hand it to the build.
fn scalar(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(set) => Some(set.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_names() {
        for (name, kind) in [
            ("compose.yaml", Some(Kind::Compose)),
            ("docker-compose.yml", Some(Kind::Compose)),
            ("docker-compose.override.yml", Some(Kind::ComposeOverlay)),
            ("compose.dev.yaml", Some(Kind::ComposeOverlay)),
            ("composer.yaml", None),
            ("compose.json", None),
            ("docker-bake.hcl", Some(Kind::BakeHcl)),
            ("docker-bake.override.json", Some(Kind::BakeJson)),
            (".devcontainer.json", Some(Kind::DevContainer)),
            ("Dockerfile", None),
        ] {
            assert_eq!(Kind::of(name), kind, "{name}");
        }
    }

    #[test]
    fn text_that_nests_without_end_is_refused() {
        let deep = "[".repeat(1_000_000 / 4);
        assert_eq!(read(Kind::BakeHcl, &deep, ""), Err(Unreadable::TooDeep));
        assert_eq!(read(Kind::DevContainer, &deep, ""), Err(Unreadable::TooDeep));
        assert!(read(Kind::Compose, &deep, "").is_err());
        assert!(read(Kind::BakeJson, &deep, "").is_err());
        let long = " ".repeat(LONGEST + 1);
        assert_eq!(read(Kind::Compose, &long, ""), Err(Unreadable::TooLong));
    }

    #[test]
    fn contexts_that_are_no_folders_are_left_out() {
        let text = "services:\n  a: {build: 'https://github.com/a/b.git'}\n  b: {build: ./b}\n";
        let found = read(Kind::Compose, text, "").expect("it is read");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "b");
    }
}
