//! The checks of a pod, a workload, or an outer container as `docker inspect` shows it.

mod envbox;
mod read;
mod sysbox;

use super::cluster::Node;
use super::{Check, Kind, Sheet, State, Wish, in_order};
use crate::syntax::reference::ImageRef;

pub use read::{Documents, read};

/// A pod as far as it is judged.
#[derive(Debug, Default, Clone)]
pub struct Pod {
    /// Such as `Deployment workspace`.
    pub subject: String,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Annotations.
    pub annotations: Vec<(String, String)>,
    /// `runtimeClassName`, or Docker's runtime.
    pub runtime_class: Option<String>,
    /// `hostUsers`.
    pub host_users: Option<bool>,
    /// Namespaces of the host that it shares.
    pub host_namespaces: Vec<&'static str>,
    /// `shareProcessNamespace`.
    pub shares_processes: bool,
    /// `CgroupnsMode` of a container of Docker.
    pub cgroup_namespace: Option<String>,
    /// Whether it is a container of Docker and no pod.
    pub of_docker: bool,
    /// Volumes by name.
    pub volumes: Vec<(String, Volume)>,
    /// Its containers.
    pub containers: Vec<Container>,
}

/// Where a volume lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Volume {
    /// A path of the host.
    Host(String),
    /// A claim, or a named volume of Docker.
    Claim(String),
    /// Empty, on disk, with the most bytes that it may hold if that is said.
    Empty(Option<u64>),
    /// A block device of Ceph.
    Rbd,
    /// Empty, in memory.
    Memory,
    /// NFS.
    Nfs(String),
    /// Any other.
    Other,
}

/// A container.
#[derive(Debug, Default, Clone)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: String,
    /// Command and arguments.
    pub command: Vec<String>,
    /// Whether it is privileged.
    pub privileged: bool,
    /// Its variables; none where the value comes from elsewhere.
    pub variables: Vec<(String, Told)>,
    /// Its mounts.
    pub mounts: Vec<Mounted>,
    /// Whether it asks for a graphics processor.
    pub asks_gpu: bool,
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Written down.
    Text(String),
    /// A resource of the container, with its divisor.
    Resource(String, String),
    /// Of a secret or a map: not known.
    Elsewhere,
}

/// A mount of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mounted {
    /// Name of the volume.
    pub volume: String,
    /// The path in the container.
    pub path: String,
    /// The part of the volume.
    pub part: String,
    /// Whether it cannot be written to.
    pub read_only: bool,
}

impl Container {
    /// Whether it is envbox.
    pub fn is_envbox(&self) -> bool {
        let by_command = self.command.first().is_some_and(|first| first == "/envbox");
        // A registry may have a port, so the tag is looked for behind the last slash alone.
        let name = self.image.split('@').next().unwrap_or_default();
        let last = name.rsplit('/').next().unwrap_or_default();
        by_command || matches!(last.split(':').next(), Some("envbox" | "envbox-preview"))
    }

    fn variable(&self, name: &str) -> Option<&Told> {
        self.variables
            .iter()
            .rev()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> Option<&str> {
        match self.variable(name)? {
            Told::Text(text) => Some(text),
            Told::Resource(..) | Told::Elsewhere => None,
        }
    }
}

impl Pod {
    /// Whether its containers are workspaces by their looks.
    pub fn looks_like_workspace(&self) -> bool {
        self.is_of_sysbox() || self.containers.iter().any(Container::is_envbox)
    }

    fn is_of_sysbox(&self) -> bool {
        self.runtime_class
            .as_deref()
            .is_some_and(|class| class.starts_with("sysbox"))
    }

    fn volume(&self, name: &str) -> Option<&Volume> {
        self.volumes
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, volume)| volume)
    }

    /// The kind of workspace that it is.
    fn kind(&self, wish: &Wish) -> Kind {
        if let Some(asked) = wish.asked {
            return asked;
        }
        if self.containers.iter().any(Container::is_envbox) {
            Kind::Envbox
        } else if self.is_of_sysbox() {
            Kind::Sysbox
        } else {
            wish.kind
        }
    }

    /// The container in which the workspace runs: envbox, else the first.
    fn main(&self) -> Option<&Container> {
        self.containers
            .iter()
            .find(|one| one.is_envbox())
            .or_else(|| self.containers.first())
    }
}

/// All checks of a pod; with nodes, what it needs is known by their container runtimes.
pub fn check(pod: &Pod, nodes: &[Node], wish: &Wish) -> Vec<Check> {
    let mut sheet = Sheet::new(pod.subject.clone());
    let Some(main) = pod.main() else {
        sheet.say(
            "privileged",
            State::Unknown,
            "it has no containers",
            "what runs in it decides what it needs",
            "",
        );
        return sheet.checks;
    };
    let kind = pod.kind(wish);
    match kind {
        Kind::Sysbox => sysbox::check(pod, main, nodes, &mut sheet),
        Kind::Envbox | Kind::Cvm => envbox::check(pod, main, kind, wish, &mut sheet),
    }
    pinned(main, &mut sheet);
    in_order(&mut sheet.checks);
    sheet.checks
}

/// Whether a tag or digest names one image.
fn pinned(container: &Container, sheet: &mut Sheet) {
    let why = "an image that moves changes what runs from one start to the next";
    let image = &container.image;
    if image.is_empty() {
        return;
    }
    match ImageRef::parse(image) {
        Ok(reference) => {
            let has_digest = image.contains('@');
            let tag = reference.effective_tag();
            if !has_digest && tag.is_none_or(|tag| tag == "latest") {
                sheet.say(
                    "runtime",
                    State::Warning,
                    format!("the image {image} is not pinned"),
                    why,
                    "name a version, or a digest",
                );
            }
        }
        Err(_) => sheet.say(
            "runtime",
            State::Bad,
            format!("`{image}` is no reference of an image"),
            why,
            "mend it",
        ),
    }
}

/// Whether a folder lies in another or is it.
fn below(path: &str, folder: &str) -> bool {
    let (path, folder) = (path.trim_end_matches('/'), folder.trim_end_matches('/'));
    path == folder
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// Stores of engines on file systems that cannot carry them.
fn stores(pod: &Pod, container: &Container, stores: &[&str], sheet: &mut Sheet) {
    for mount in &container.mounts {
        if !stores.iter().any(|store| below(&mount.path, store)) {
            continue;
        }
        let seen = |kind: &str| format!("{} on {kind}", mount.path);
        match pod.volume(&mount.volume) {
            Some(Volume::Nfs(server)) => sheet.say(
                "mounts",
                State::Bad,
                seen(&format!("NFS of {server}")),
                "overlay file systems do not work on NFS",
                "take a claim of block storage",
            ),
            Some(Volume::Memory) => sheet.say(
                "mounts",
                State::Bad,
                seen("tmpfs"),
                "Sysbox refuses tmpfs under an engine's store",
                "take a claim, or an emptyDir without medium: Memory",
            ),
            _ => {}
        }
    }
}
