//! What hosts and clusters must be for Sysbox, container-based virtual machines and envbox.
//!
//! The tables are `hosts.yaml` and `clusters.yaml`, compiled in; each row has a date and a source.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use semver::{Version, VersionReq};
use serde::Deserialize;

/// `hosts.yaml` as it is written.
pub const HOSTS_TEXT: &str = include_str!("hosts.yaml");
/// `clusters.yaml` as it is written.
pub const CLUSTERS_TEXT: &str = include_str!("clusters.yaml");

/// The table of hosts.
pub static HOSTS: LazyLock<Hosts> =
    LazyLock::new(|| serde_saphyr::from_str(HOSTS_TEXT).expect("hosts.yaml reads, as a test holds"));
/// The table of clusters.
pub static CLUSTERS: LazyLock<Clusters> =
    LazyLock::new(|| serde_saphyr::from_str(CLUSTERS_TEXT).expect("clusters.yaml reads, as a test holds"));

/// How bad a lack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// None.
    Good,
    /// Slower, or only sometimes.
    Warning,
    /// Nothing runs.
    Bad,
}

/// The table of hosts; keys are explained in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hosts {
    /// The day for which all of it holds.
    pub as_of: String,
    /// Short names of sources.
    pub sources: BTreeMap<String, String>,
    /// Distributions that are known.
    pub distributions: Vec<Distribution>,
    /// Kernels by what they can do.
    pub kernels: Vec<Kernel>,
    /// For which kernels there is shiftfs.
    pub shiftfs: Shiftfs,
    /// Limits of the kernel.
    pub sysctls: Vec<Sysctl>,
    /// Programs of the host.
    pub programs: Vec<Program>,
    /// Modules of the kernel.
    pub modules: Vec<Module>,
    /// File systems under stores.
    pub stores: Stores,
}

/// A distribution.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// As people say it.
    pub name: String,
    /// `ID` of os-release.
    pub id: String,
    /// `VERSION_ID`, or its first number; all versions if there is none.
    pub versions: Vec<String>,
    /// Kernels that it must have.
    #[serde(default)]
    pub kernel: Option<VersionReq>,
    /// How Sysbox comes to it.
    pub package: Package,
    /// Whether the installer for Kubernetes takes it.
    pub kubernetes: String,
    /// Kernels that need shiftfs.
    #[serde(default)]
    pub shiftfs: Option<VersionReq>,
    /// What certainly goes wrong.
    #[serde(default)]
    pub fault: Option<String>,
    /// What mends the fault.
    #[serde(default)]
    pub mended: Option<String>,
    /// Whether cached virtual machines run.
    #[serde(default = "yes")]
    pub cached: bool,
    /// The day for which it holds.
    pub date: String,
    /// From where it is known.
    pub source: String,
}

fn yes() -> bool {
    true
}

/// How Sysbox comes to a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Package {
    /// A package of Sysbox's own.
    Deb,
    /// Built by oneself.
    Source,
    /// In the enterprise edition alone.
    Enterprise,
    /// Not at all.
    None,
}

/// What kernels of a range can do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kernel {
    /// Which.
    pub range: VersionReq,
    /// How owners are mapped.
    pub state: Mapping,
    /// In words.
    pub why: String,
}

/// How a kernel maps the owners of mounted files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mapping {
    /// By shiftfs alone.
    NeedsShiftfs,
    /// By copying or changing owners where shiftfs is missing.
    Slow,
    /// By itself.
    Good,
}

/// For which kernels there is shiftfs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shiftfs {
    /// Kernels whose sources the installer has.
    pub installer: VersionReq,
    /// Kernels for which it leaves shiftfs out.
    pub installer_skips: VersionReq,
    /// Kernels on which cached virtual machines are known to run.
    pub cached: VersionReq,
    /// From where it is known.
    pub source: String,
}

/// A limit of the kernel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sysctl {
    /// With dots.
    pub name: String,
    /// The least good value.
    pub minimum: u64,
    /// How bad less is.
    pub state: Weight,
    /// Why it matters.
    pub why: String,
}

/// A program of the host.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its package, where that has another name.
    #[serde(default)]
    pub package: Option<String>,
    /// The kind of package for which alone it matters.
    #[serde(default)]
    pub only: Option<Package>,
    /// How bad its absence is.
    pub state: Weight,
    /// Why it matters.
    pub why: String,
}

/// A module of the kernel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// How bad its absence is.
    pub state: Weight,
    /// Why it matters.
    pub why: String,
}

/// File systems under stores.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stores {
    /// Those that are refused, with why.
    pub bad: BTreeMap<String, String>,
    /// Those that nobody vouches for.
    pub doubtful: Vec<String>,
}

/// The table of clusters; keys are explained in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clusters {
    /// The day for which all of it holds.
    pub as_of: String,
    /// Kubernetes by Sysbox.
    pub sysbox: Vec<Installer>,
    /// Kubernetes by cloud.
    pub cvm: Vec<Cloud>,
    /// Container runtimes of nodes.
    pub runtimes: Vec<NodeRuntime>,
    /// From where they are known.
    pub runtimes_source: String,
    /// Name of the RuntimeClass.
    pub runtime_class: String,
    /// The label by which a node is chosen.
    pub node_label: String,
    /// The label of a node that is done.
    pub running_label: String,
    /// Key of the taint while installing.
    pub installing_taint: String,
    /// The annotation for CRI-O.
    pub annotation: String,
    /// Its value.
    pub annotation_value: String,
    /// The least number of processors.
    pub cpus: u64,
    /// The least memory, in bytes.
    pub memory: u64,
    /// Processors for which there is Sysbox.
    pub architectures: Vec<String>,
    /// Clouds that are no place at all.
    pub refused: Vec<Refused>,
    /// Where graphics processors are allowed.
    pub gpu: GpuRule,
}

/// For which Kubernetes an installer works.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installer {
    /// Versions of Sysbox.
    pub sysbox: VersionReq,
    /// Versions of Kubernetes.
    pub kubernetes: VersionReq,
    /// The day for which it holds.
    pub date: String,
    /// From where it is known.
    pub source: String,
}

/// For which Kubernetes a cloud's clusters do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cloud {
    /// The cloud.
    pub cluster: String,
    /// Versions of Kubernetes.
    pub kubernetes: VersionReq,
    /// Why.
    pub why: String,
    /// The day since which it holds.
    pub date: String,
    /// From where it is known.
    pub source: String,
}

/// What pods need under a container runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PodNeeds {
    /// `hostUsers: false`.
    HostUsers,
    /// CRI-O's annotation.
    Annotation,
    /// Nothing helps.
    None,
}

/// A container runtime of nodes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeRuntime {
    /// Its name as the kubelet says it.
    pub runtime: String,
    /// Its versions.
    pub range: VersionReq,
    /// Whether Sysbox works with it.
    pub state: Weight,
    /// What pods need.
    pub pods: PodNeeds,
    /// In words.
    pub why: String,
}

/// A cloud that is no place for container-based virtual machines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// The cloud.
    pub cluster: String,
    /// Why.
    pub why: String,
    /// From where it is known.
    pub source: String,
}

/// Where graphics processors are allowed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GpuRule {
    /// For container-based virtual machines.
    pub cvm: String,
    /// The day since which it holds.
    pub date: String,
    /// From where it is known.
    pub source: String,
}

impl Hosts {
    /// The row of a distribution by `ID` and `VERSION_ID` of os-release.
    pub fn distribution(&self, id: &str, version: &str) -> Option<&Distribution> {
        let major = version.split('.').next().unwrap_or_default();
        let fits = |row: &&Distribution| {
            let mut versions = row.versions.iter();
            row.id == id && (row.versions.is_empty() || versions.any(|one| one == version || one == major))
        };
        self.distributions.iter().find(fits)
    }

    /// How a kernel maps owners, with why.
    pub fn mapping(&self, kernel: &Version) -> Option<&Kernel> {
        self.kernels.iter().find(|row| row.range.matches(kernel))
    }

    /// The oldest kernel that any distribution may have.
    pub fn oldest_kernel(&self) -> Version {
        let lower = |row: &Distribution| {
            let first = row.kernel.as_ref()?.comparators.first()?;
            Some(Version::new(
                first.major,
                first.minor.unwrap_or(0),
                first.patch.unwrap_or(0),
            ))
        };
        let oldest = self.distributions.iter().filter_map(lower).min();
        oldest.unwrap_or(Version::new(0, 0, 0))
    }
}

impl Clusters {
    /// The row of a node's container runtime.
    pub fn runtime(&self, name: &str, version: &Version) -> Option<&NodeRuntime> {
        let fits = |row: &&NodeRuntime| row.runtime == name && row.range.matches(version);
        self.runtimes.iter().find(fits)
    }

    /// The row of a Sysbox version.
    pub fn installer(&self, sysbox: &Version) -> Option<&Installer> {
        self.sysbox.iter().find(|row| row.sysbox.matches(sysbox))
    }
}

/// The numbers at the start of a version such as `v1.27.3-gke.100` or `5.15.0-1023-aws`: kernels and
/// distributions write no semver behind them.
pub fn numbers(text: &str) -> Option<Version> {
    let text = text.trim();
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let end = text
        .find(|sign: char| !(sign.is_ascii_digit() || sign == '.'))
        .unwrap_or(text.len());
    let mut parts = text[..end].split('.').map(str::parse::<u64>);
    let major = parts.next()?.ok()?;
    let mut next = || parts.next().and_then(Result::ok).unwrap_or(0);
    Some(Version::new(major, next(), next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_read_and_every_source_is_told() {
        assert!(HOSTS.distributions.len() > 10);
        for row in &HOSTS.distributions {
            let named = HOSTS.sources.contains_key(&row.source) || row.source.contains('#');
            assert!(named, "{} has no source", row.name);
        }
        assert_eq!(CLUSTERS.as_of, HOSTS.as_of);
        assert_eq!(HOSTS.oldest_kernel(), Version::new(5, 3, 0));
    }

    #[test]
    fn every_kernel_is_in_exactly_one_range() {
        for (major, minor) in [
            (3, 10),
            (5, 4),
            (5, 11),
            (5, 12),
            (5, 18),
            (5, 19),
            (6, 8),
            (7, 0),
        ] {
            let kernel = Version::new(major, minor, 7);
            let rows = HOSTS.kernels.iter().filter(|row| row.range.matches(&kernel));
            assert_eq!(rows.count(), 1, "{kernel}");
        }
    }

    #[test]
    fn suffixes_of_versions_are_no_pre_releases() {
        assert_eq!(numbers("v1.27.3-gke.100"), Some(Version::new(1, 27, 3)));
        assert_eq!(numbers("5.15.0-1023-aws"), Some(Version::new(5, 15, 0)));
        assert_eq!(numbers("6.18.44-fc-v669"), Some(Version::new(6, 18, 44)));
        assert_eq!(numbers("1.27+"), Some(Version::new(1, 27, 0)));
        assert_eq!(numbers("none"), None);
        assert_eq!(numbers("99999999999999999999999.1"), None);
    }
}
