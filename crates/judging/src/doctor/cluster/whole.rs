//! The checks of the cluster as a whole.

use super::super::{Check, Kind, Sheet, State, Wish};
use super::Cluster;
use crate::contract;
use crate::platform::hosts::{CLUSTERS, numbers};
use crate::platform::runtime;

pub(super) fn check(cluster: &Cluster, wish: &Wish) -> Vec<Check> {
    let mut sheet = Sheet::new("cluster");
    let cloud = cluster
        .nodes
        .iter()
        .find_map(super::Node::cloud)
        .or_else(|| told(wish));
    refused(cloud, wish, &mut sheet);
    match &cluster.version {
        Some(text) => version(text, cloud, wish, &mut sheet),
        None if cluster.nodes.is_empty() => {
            sheet.say(
                "kubernetes-version",
                State::Unknown,
                "no version was given",
                "the platform works on some versions alone",
                "add what `kubectl version -o json` prints",
            );
        }
        None => {}
    }
    if cluster.nodes.is_empty() {
        let seen = if cluster.complete.contains(&"Node") {
            "there are no nodes"
        } else {
            "no nodes were given"
        };
        sheet.say(
            "node-image",
            State::Unknown,
            seen,
            "workspaces run on nodes",
            "add what `kubectl get nodes -o json` prints",
        );
    }
    runtime_class(cluster, wish, &mut sheet);
    if wish.is_sysbox() && !cluster.nodes.is_empty() {
        let none = cluster
            .nodes
            .iter()
            .all(|node| node.label("sysbox-runtime") != Some("running"));
        if none {
            let why = "pods of the RuntimeClass go where this label is";
            sheet.say(
                "labels",
                State::Bad,
                format!("no node has {}", CLUSTERS.running_label),
                why,
                "label a node sysbox-install=yes and apply sysbox-install.yaml",
            );
        }
    }
    let mut checks = sheet.checks;
    checks.extend(pod_security(cluster, wish));
    checks
}

fn told(wish: &Wish) -> Option<&'static str> {
    match wish.contract.cluster? {
        contract::Cluster::BareMetal | contract::Cluster::Other => None,
        cloud => Some(cloud.name()),
    }
}

fn refused(cloud: Option<&'static str>, wish: &Wish, sheet: &mut Sheet) {
    if wish.kind != Kind::Cvm {
        return;
    }
    if let Some(row) = CLUSTERS
        .refused
        .iter()
        .find(|row| Some(row.cluster.as_str()) == cloud)
    {
        sheet.say(
            "node-image",
            State::Bad,
            row.cluster.clone(),
            row.why.clone(),
            "take a cluster on GKE, EKS, AKS or bare metal",
        );
    }
}

/// Judges a version of Kubernetes, of the control plane or of a kubelet.
pub(super) fn version(text: &str, cloud: Option<&str>, wish: &Wish, sheet: &mut Sheet) {
    const ID: &str = "kubernetes-version";
    let why = "the platform works on some versions alone";
    let Some(version) = numbers(text) else {
        return sheet.say(ID, State::Unknown, format!("`{text}` is no version"), why, "");
    };
    match wish.kind {
        Kind::Envbox => sheet.good(ID, text, "envbox asks for no version"),
        Kind::Cvm => match CLUSTERS
            .cvm
            .iter()
            .find(|row| Some(row.cluster.as_str()) == cloud)
        {
            Some(row) if row.kubernetes.matches(&version) => {
                sheet.good(ID, format!("{text} on {}", row.cluster), row.why.clone())
            }
            Some(row) => sheet.say(
                ID,
                State::Bad,
                format!("{text} on {}", row.cluster),
                row.why.clone(),
                format!("update it to {}", row.kubernetes),
            ),
            None => sheet.good(ID, text, "no version is asked for here"),
        },
        Kind::Sysbox => {
            let range = wish
                .contract
                .runtime
                .as_ref()
                .and_then(|runtime| runtime::sysbox_of(runtime).ok());
            let sysbox = range.as_ref().map(|range| range.newest.clone());
            let row = match &sysbox {
                Some(sysbox) => CLUSTERS.installer(sysbox),
                None => CLUSTERS.sysbox.first(),
            };
            let Some(row) = row else {
                return sheet.say(ID, State::Unknown, text, "no range is known for this Sysbox", "");
            };
            match row.kubernetes.matches(&version) {
                true => sheet.good(
                    ID,
                    text,
                    format!("Sysbox {} runs on {}", row.sysbox, row.kubernetes),
                ),
                false => {
                    let why = format!(
                        "Sysbox {} runs on {} ({})",
                        row.sysbox, row.kubernetes, row.source
                    );
                    sheet.say(
                        ID,
                        State::Bad,
                        text,
                        why,
                        format!("take Kubernetes {}, or another Sysbox", row.kubernetes),
                    );
                }
            }
        }
    }
}

fn runtime_class(cluster: &Cluster, wish: &Wish, sheet: &mut Sheet) {
    const ID: &str = "runtime-class";
    let name = &CLUSTERS.runtime_class;
    let why = "pods choose Sysbox by it";
    if !wish.is_sysbox() {
        return sheet.good(
            ID,
            "none is needed",
            "the outer container runs under the cluster's own runtime",
        );
    }
    let Some(class) = cluster.runtime_classes.iter().find(|class| class.name == *name) else {
        let known = cluster.complete.contains(&"RuntimeClass") || !cluster.runtime_classes.is_empty();
        return match known {
            true => sheet.say(
                ID,
                State::Bad,
                format!("there is no {name}"),
                why,
                "apply sysbox-install.yaml",
            ),
            false => sheet.say(
                ID,
                State::Unknown,
                "no RuntimeClass was given",
                why,
                "add what `kubectl get runtimeclass -o json` prints",
            ),
        };
    };
    let selected = class
        .selector
        .iter()
        .any(|(key, value)| format!("{key}={value}") == CLUSTERS.running_label);
    match class.handler.as_deref() {
        Some(handler) if handler == name && selected => sheet.good(ID, name.clone(), why),
        Some(handler) if handler == name => {
            let why = "without the node selector pods go to nodes that have no Sysbox";
            sheet.say(
                ID,
                State::Warning,
                format!("{name} without {}", CLUSTERS.running_label),
                why,
                "add it to scheduling.nodeSelector",
            );
        }
        Some(handler) => sheet.say(
            ID,
            State::Bad,
            format!("{name} with the handler {handler}"),
            why,
            format!("set handler: {name}"),
        ),
        None => sheet.say(ID, State::Unknown, format!("{name} without a handler"), why, ""),
    }
}

/// Namespaces of the cluster itself, in which no workspace runs.
fn is_system(name: &str) -> bool {
    name.starts_with("kube-")
        || [
            "gke-",
            "openshift",
            "cert-manager",
            "istio-",
            "calico-",
            "tigera-",
            "ingress-",
        ]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

fn pod_security(cluster: &Cluster, wish: &Wish) -> Vec<Check> {
    const ID: &str = "pod-security";
    let mut checks = Vec::new();
    let own: Vec<&super::Namespace> = cluster
        .namespaces
        .iter()
        .filter(|one| !is_system(&one.name))
        .collect();
    if own.is_empty() {
        let mut sheet = Sheet::new("cluster");
        let (seen, help) = match cluster.namespaces.is_empty() && !cluster.complete.contains(&"Namespace") {
            true => (
                "no namespaces were given",
                "add what `kubectl get namespaces -o json` prints",
            ),
            false => ("there are none but the cluster's own namespaces", ""),
        };
        let why = "pod security may refuse privileged pods and hostPath";
        sheet.say(ID, State::Unknown, seen, why, help);
        return sheet.checks;
    }
    let hosts = |name: &str| {
        let lower = name.to_lowercase();
        lower.contains("coder")
            || lower.contains("workspace")
            || cluster
                .pods
                .iter()
                .any(|pod| pod.namespace.as_deref() == Some(name))
    };
    let any_meant = own.iter().any(|one| hosts(&one.name));
    for namespace in own {
        let mut sheet = Sheet::new(format!("namespace {}", namespace.name));
        let meant = !any_meant || hosts(&namespace.name);
        let refused = if meant { State::Bad } else { State::Warning };
        let help = format!(
            "kubectl label --overwrite namespace {} pod-security.kubernetes.io/enforce=",
            namespace.name
        );
        match (namespace.enforce.as_deref(), wish.kind) {
            (None, _) => sheet.good(
                ID,
                "nothing is enforced by a label",
                "privileged pods and hostPath are let in, unless the cluster's default refuses them",
            ),
            (Some("privileged"), _) => sheet.good(
                ID,
                "enforces privileged",
                "privileged pods and hostPath are let in",
            ),
            (Some("baseline"), Kind::Sysbox) => sheet.good(
                ID,
                "enforces baseline",
                "pods under Sysbox are not privileged and mount no paths of the host",
            ),
            (Some("restricted"), Kind::Sysbox) => sheet.say(
                ID,
                State::Warning,
                "enforces restricted",
                "it refuses pods whose user is root, which systemd inside needs",
                format!("{help}baseline"),
            ),
            (Some(level @ ("baseline" | "restricted")), _) => {
                sheet.say(ID, refused, format!("enforces {level}"), "the outer container is privileged and mounts paths of the host, which this level refuses", format!("{help}privileged"));
            }
            (Some(other), _) => sheet.say(
                ID,
                State::Unknown,
                format!("enforces `{other}`, which is no level"),
                "the levels are privileged, baseline, restricted",
                "",
            ),
        }
        checks.extend(sheet.checks);
    }
    checks
}
