//! The checks of a cluster, out of what kubectl printed of it.

mod nodes;
mod quantity;
mod read;
mod whole;

use semver::Version;
use serde_json::Value;

use super::pod::Pod;
use super::{Check, Wish, in_order};

pub use quantity::quantity;
pub use read::{Wrong, read};

/// What is known of a cluster; objects are reduced to what is judged as they are read.
#[derive(Debug, Default)]
pub struct Cluster {
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Name, handler and node selector of each RuntimeClass.
    pub runtime_classes: Vec<RuntimeClass>,
    /// Its namespaces.
    pub namespaces: Vec<Namespace>,
    /// Pods that look like workspaces.
    pub pods: Vec<Pod>,
    /// How many pods there are.
    pub pods_seen: usize,
    /// The version of its control plane.
    pub version: Option<String>,
    /// Kinds of which certainly all objects are known.
    pub complete: Vec<&'static str>,
}

/// A node.
#[derive(Debug, Default, Clone)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// `osImage`.
    pub image: Option<String>,
    /// `kernelVersion`.
    pub kernel: Option<String>,
    /// `containerRuntimeVersion`.
    pub runtime: Option<String>,
    /// `kubeletVersion`.
    pub kubelet: Option<String>,
    /// `architecture`.
    pub architecture: Option<String>,
    /// `operatingSystem`.
    pub system: Option<String>,
    /// Processors, as capacity says.
    pub cpu: Option<String>,
    /// Memory, as capacity says.
    pub memory: Option<String>,
    /// Graphics processors by resource.
    pub gpus: Vec<(String, String)>,
    /// Labels.
    pub labels: Vec<(String, String)>,
    /// Taints as key, value and effect.
    pub taints: Vec<(String, String, String)>,
    /// Whether `kubectl cordon` was done.
    pub unschedulable: bool,
    /// `providerID`.
    pub provider: Option<String>,
}

/// A RuntimeClass.
#[derive(Debug, Default, Clone)]
pub struct RuntimeClass {
    /// Its name.
    pub name: String,
    /// Its handler.
    pub handler: Option<String>,
    /// Its node selector.
    pub selector: Vec<(String, String)>,
}

/// A namespace.
#[derive(Debug, Default, Clone)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// What pod security enforces, if anything.
    pub enforce: Option<String>,
}

impl Cluster {
    /// Takes in what else is known.
    pub fn add(&mut self, other: Self) {
        self.nodes.extend(other.nodes);
        self.runtime_classes.extend(other.runtime_classes);
        self.namespaces.extend(other.namespaces);
        self.pods.extend(other.pods);
        self.pods_seen += other.pods_seen;
        self.version = other.version.or(self.version.take());
        self.complete.extend(other.complete);
    }

    /// Whether nothing is known of it.
    pub fn is_unknown(&self) -> bool {
        self.nodes.is_empty()
            && self.runtime_classes.is_empty()
            && self.namespaces.is_empty()
            && self.pods_seen == 0
            && self.version.is_none()
            && self.complete.is_empty()
    }
}

impl Node {
    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// The container runtime's name and version.
    pub fn runtime(&self) -> Option<(&str, Version)> {
        let (name, version) = self.runtime.as_deref()?.split_once("://")?;
        Some((name, crate::platform::hosts::numbers(version)?))
    }

    /// The cloud that the node is of, in the words of the config; none where nothing tells.
    pub fn cloud(&self) -> Option<&'static str> {
        let has = |prefix: &str| self.labels.iter().any(|(key, _)| key.starts_with(prefix));
        if has("node.openshift.io/")
            || self
                .image
                .as_deref()
                .is_some_and(|image| image.contains("Red Hat Enterprise Linux CoreOS"))
        {
            return Some("openshift");
        }
        let provider = self.provider.as_deref().unwrap_or_default();
        let kubelet = self.kubelet.as_deref().unwrap_or_default();
        [
            ("gke", "gce://", "cloud.google.com/gke-", "-gke."),
            ("eks", "aws://", "eks.amazonaws.com/", "-eks-"),
            ("aks", "azure://", "kubernetes.azure.com/", "-aks"),
            (
                "digitalocean",
                "digitalocean://",
                "doks.digitalocean.com/",
                "-do.",
            ),
        ]
        .into_iter()
        .find(|(_, id, label, version)| provider.starts_with(id) || has(label) || kubelet.contains(version))
        .map(|found| found.0)
    }
}

/// All checks of a cluster.
pub fn check(cluster: &Cluster, wish: &Wish) -> Vec<Check> {
    let mut checks = whole::check(cluster, wish);
    for node in &cluster.nodes {
        checks.extend(nodes::check(node, wish));
    }
    for pod in &cluster.pods {
        checks.extend(super::pod::check(pod, &cluster.nodes, wish));
    }
    in_order(&mut checks);
    checks
}

/// Pairs of keys and texts at a path.
fn pairs(value: &Value, path: &[&str]) -> Vec<(String, String)> {
    let map = super::at(value, path).and_then(Value::as_object);
    let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    map.into_iter().flatten().filter_map(text).collect()
}
