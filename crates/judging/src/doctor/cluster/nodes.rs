//! The checks of one node.

use super::super::host::Release;
use super::super::{Check, Kind, Sheet, State, Wish};
use super::{Node, quantity};
use crate::platform::hosts::{CLUSTERS, HOSTS, Mapping, PodNeeds, Weight, numbers};

pub(super) fn check(node: &Node, wish: &Wish) -> Vec<Check> {
    let mut sheet = Sheet::new(node.name.clone());
    if node.system.as_deref() == Some("windows") {
        sheet.say(
            "node-image",
            State::Warning,
            "Windows",
            "workspaces are Linux containers",
            "keep workspaces off it by a node selector",
        );
        return sheet.checks;
    }
    image(node, wish, &mut sheet);
    kernel(node, wish, &mut sheet);
    kubelet(node, wish, &mut sheet);
    runtime(node, wish, &mut sheet);
    labels(node, wish, &mut sheet);
    taints(node, wish, &mut sheet);
    resources(node, &mut sheet);
    gpu(node, wish, &mut sheet);
    sheet.checks
}

/// The distribution that a node's image is of.
pub(super) fn release(node: &Node) -> Option<Release> {
    let image = node.image.as_deref()?;
    let lower = image.to_lowercase();
    let by_label = node.label("cloud.google.com/gke-os-distribution");
    let ids = [
        ("container-optimized os", "cos"),
        ("bottlerocket", "bottlerocket"),
        ("red hat enterprise linux coreos", "rhcos"),
        ("amazon linux", "amzn"),
        ("flatcar", "flatcar"),
        ("ubuntu", "ubuntu"),
        ("debian", "debian"),
        ("fedora coreos", "fedora-coreos"),
        ("fedora", "fedora"),
        ("rocky", "rocky"),
        ("almalinux", "almalinux"),
        ("centos", "centos"),
        ("azure linux", "azurelinux"),
        ("mariner", "azurelinux"),
        ("talos", "talos"),
    ];
    let id = match by_label {
        Some("cos") => "cos",
        _ => ids
            .iter()
            .find(|(word, _)| lower.contains(word))
            .map_or("", |found| found.1),
    };
    // `Ubuntu 22.04.3 LTS` is a 22.04, `Amazon Linux 2023.4` a 2023, `AlmaLinux 9.3` a 9.
    let number = image
        .split([' ', '('])
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    let parts: Vec<&str> = number.unwrap_or_default().split('.').collect();
    let version = match (id, parts.as_slice()) {
        ("ubuntu", [major, minor, ..]) => format!("{major}.{minor}"),
        (_, [major, ..]) => (*major).to_owned(),
        (_, []) => String::new(),
    };
    Some(Release {
        id: id.to_owned(),
        version,
        name: image.to_owned(),
    })
}

fn image(node: &Node, wish: &Wish, sheet: &mut Sheet) {
    const ID: &str = "node-image";
    let Some(release) = release(node) else {
        return sheet.say(
            ID,
            State::Unknown,
            "osImage is missing",
            "Sysbox runs on the distributions of its list",
            "",
        );
    };
    let row = HOSTS.distribution(&release.id, &release.version);
    let (state, why) = match row {
        _ if release.id == "talos" => (
            wish.bad_for_sysbox(),
            "nothing can be installed on it, and Sysbox's list does not have it",
        ),
        Some(row) if wish.is_sysbox() && row.fault.is_none() && row.kubernetes == "no" => {
            (State::Bad, "the installer for Kubernetes does not take it")
        }
        Some(row) if wish.is_sysbox() && row.fault.is_none() && row.kubernetes == "unclear" => (
            State::Warning,
            "Sysbox's list has it as not yet done for Kubernetes, though the installer lets it pass",
        ),
        _ => return super::super::host::judge_release(&release, wish, sheet, ID),
    };
    sheet.say(
        ID,
        state,
        release.name,
        why,
        "take nodes of Ubuntu 22.04 or 24.04",
    );
}

fn kernel(node: &Node, wish: &Wish, sheet: &mut Sheet) {
    let version = node.kernel.as_deref().and_then(numbers);
    let (Some(text), Some(version)) = (&node.kernel, version) else {
        return sheet.say(
            "kernel",
            State::Unknown,
            "kernelVersion is missing or no version",
            "owners of mounts depend on it",
            "",
        );
    };
    let release = release(node);
    let row = release.and_then(|release| HOSTS.distribution(&release.id, &release.version));
    super::super::host::judge_kernel(text, &version, row, wish, sheet);
    let why = match HOSTS.mapping(&version).map(|row| row.state) {
        _ if wish.is_cached() => "cached virtual machines share the node's images by it",
        Some(Mapping::NeedsShiftfs) => "without shiftfs nothing maps owners on this kernel",
        _ => return,
    };
    sheet.say(
        "shiftfs",
        State::Unknown,
        "the cluster does not tell of modules",
        why,
        "`modinfo shiftfs` on the node, or `seaworthy doctor` there, tells",
    );
}

fn kubelet(node: &Node, wish: &Wish, sheet: &mut Sheet) {
    let Some(text) = &node.kubelet else {
        return sheet.say(
            "kubernetes-version",
            State::Unknown,
            "kubeletVersion is missing",
            "the platform works on some versions alone",
            "",
        );
    };
    super::whole::version(text, node.cloud(), wish, sheet);
}

fn runtime(node: &Node, wish: &Wish, sheet: &mut Sheet) {
    const ID: &str = "container-runtime";
    let Some((name, version)) = node.runtime() else {
        let seen = node
            .runtime
            .clone()
            .unwrap_or_else(|| "containerRuntimeVersion is missing".to_owned());
        return sheet.say(
            ID,
            State::Unknown,
            seen,
            "how pods get user namespaces depends on it",
            "",
        );
    };
    let seen = format!("{name} {version}");
    if name == "docker" {
        let why = "Sysbox's installer knows containerd and CRI-O alone";
        return match wish.kind {
            Kind::Sysbox => sheet.say(
                ID,
                State::Bad,
                seen,
                why,
                "take nodes with containerd 2.0.5 or later",
            ),
            _ => sheet.good(ID, seen, "the outer container runs under any"),
        };
    }
    let Some(row) = CLUSTERS.runtime(name, &version) else {
        return sheet.say(ID, State::Unknown, seen, "it is in no row of the table", "");
    };
    match (wish.kind, row.state) {
        (Kind::Sysbox, Weight::Bad | Weight::Warning) => {
            let help = "update containerd to 2.0.5 or later";
            sheet.say(ID, State::Bad, seen, row.why.clone(), help);
        }
        (Kind::Sysbox, Weight::Good) => match row.pods {
            PodNeeds::Annotation => {
                let help = format!(
                    "annotate pods with {}: \"{}\"",
                    CLUSTERS.annotation, CLUSTERS.annotation_value
                );
                sheet.say(ID, State::Good, seen, row.why.clone(), help);
            }
            _ => sheet.say(
                ID,
                State::Good,
                seen,
                row.why.clone(),
                "set hostUsers: false in pods",
            ),
        },
        _ => sheet.good(ID, seen, "the outer container runs under it"),
    }
}

fn labels(node: &Node, wish: &Wish, sheet: &mut Sheet) {
    const ID: &str = "labels";
    let why = "the installer goes where sysbox-install=yes is, and pods where sysbox-runtime=running is";
    if !wish.is_sysbox() {
        return sheet.good(ID, "none are needed", "the platform asks for no labels");
    }
    let install = node.label("sysbox-install") == Some("yes");
    if node.label("crio-runtime") == Some("installing") {
        return sheet.say(
            ID,
            State::Warning,
            "crio-runtime=installing",
            "the installer is putting CRI-O in the place of the node's container runtime, and restarts the kubelet",
            "wait for the installer, or read the log of sysbox-deploy-k8s",
        );
    }
    match node.label("sysbox-runtime") {
        Some("running") => sheet.good(ID, CLUSTERS.running_label.clone(), why),
        Some(other) => sheet.say(
            ID,
            State::Warning,
            format!("sysbox-runtime={other}"),
            why,
            "wait for the installer, or read the log of sysbox-deploy-k8s",
        ),
        None if install => sheet.say(
            ID,
            State::Warning,
            format!("{}, and no sysbox-runtime", CLUSTERS.node_label),
            why,
            "look whether the pod sysbox-deploy-k8s runs on the node",
        ),
        None => sheet.say(
            ID,
            State::Warning,
            "neither sysbox-install nor sysbox-runtime",
            why,
            format!("kubectl label node {} {}", node.name, CLUSTERS.node_label),
        ),
    }
}

fn taints(node: &Node, wish: &Wish, sheet: &mut Sheet) {
    const ID: &str = "taints";
    let why = "a pod without the toleration is not put on the node";
    let show = |(key, value, effect): &(String, String, String)| match value.is_empty() {
        true => format!("{key}:{effect}"),
        false => format!("{key}={value}:{effect}"),
    };
    let mut hard = node
        .taints
        .iter()
        .filter(|(_, _, effect)| effect != "PreferNoSchedule")
        .peekable();
    if let Some(taint) = node
        .taints
        .iter()
        .find(|(key, value, _)| *key == CLUSTERS.installing_taint && value != "running")
    {
        let state = wish.bad_for_sysbox();
        return sheet.say(
            ID,
            state,
            show(taint),
            "Sysbox is being installed on the node, or its installer failed",
            "read the log of sysbox-deploy-k8s",
        );
    }
    if node.unschedulable && hard.peek().is_none() {
        return sheet.say(
            ID,
            State::Warning,
            "unschedulable",
            why,
            format!("kubectl uncordon {}", node.name),
        );
    }
    let all: Vec<String> = hard.map(show).collect();
    match all.is_empty() {
        true => sheet.good(ID, "none that keep pods away", why),
        false => sheet.say(
            ID,
            State::Warning,
            all.join(", "),
            why,
            "give workspaces a toleration (pod_tolerations of the provider), if the node is meant for them",
        ),
    }
}

fn resources(node: &Node, sheet: &mut Sheet) {
    const ID: &str = "resources";
    let why = format!(
        "a node needs {} processors, {} GB and one of {}",
        CLUSTERS.cpus,
        CLUSTERS.memory / 1_000_000_000,
        CLUSTERS.architectures.join(", ")
    );
    if let Some(architecture) = &node.architecture
        && !CLUSTERS.architectures.contains(architecture)
    {
        return sheet.say(ID, State::Bad, architecture, why, "take nodes of another kind");
    }
    let cpus = node.cpu.as_deref().and_then(quantity);
    let memory = node.memory.as_deref().and_then(quantity);
    let (Some(cpus), Some(memory)) = (cpus, memory) else {
        let odd = |what: &str, text: &Option<String>| {
            text.as_ref()
                .map_or(format!("{what} is missing"), |text| format!("{what} {text}"))
        };
        return sheet.say(
            ID,
            State::Unknown,
            format!("{}, {}", odd("cpu", &node.cpu), odd("memory", &node.memory)),
            why,
            "",
        );
    };
    let seen = format!("{cpus} processors, {:.1} GB", memory as f64 / 1e9);
    match cpus < CLUSTERS.cpus || memory < CLUSTERS.memory {
        true => sheet.say(ID, State::Warning, seen, why, "take larger nodes"),
        false => sheet.good(ID, seen, why),
    }
}

fn gpu(node: &Node, wish: &Wish, sheet: &mut Sheet) {
    const ID: &str = "gpu";
    if node.gpus.is_empty() {
        return sheet.good(ID, "none", "none is offered to pods");
    }
    let seen: Vec<String> = node
        .gpus
        .iter()
        .map(|(name, count)| format!("{name}: {count}"))
        .collect();
    let seen = seen.join(", ");
    let amd = node.gpus.iter().any(|(name, _)| name.starts_with("amd"));
    let cloud = node.cloud().or_else(|| match wish.contract.cluster {
        Some(
            cluster @ (crate::contract::Cluster::Gke
            | crate::contract::Cluster::Eks
            | crate::contract::Cluster::Aks),
        ) => Some(cluster.name()),
        _ => None,
    });
    match wish.kind {
        Kind::Cvm if amd => sheet.say(
            ID,
            State::Bad,
            seen,
            "container-based virtual machines do not use AMD's",
            "take NVIDIA's on bare metal",
        ),
        Kind::Cvm if wish.is_cached() => sheet.say(
            ID,
            State::Bad,
            seen,
            "cached virtual machines use no graphics processors",
            "turn caching off",
        ),
        Kind::Cvm => match cloud {
            Some(cloud) => sheet.say(
                ID,
                State::Bad,
                format!("{seen} on {cloud}"),
                "container-based virtual machines use NVIDIA's on bare metal alone",
                "take nodes of bare metal, or workspaces that are no virtual machines",
            ),
            None => sheet.good(
                ID,
                seen,
                "container-based virtual machines use NVIDIA's on bare metal alone; nothing tells of a cloud",
            ),
        },
        Kind::Sysbox => sheet.say(
            ID,
            State::Warning,
            seen,
            "Sysbox itself hands on no graphics processors (nestybox/sysbox#50)",
            "take envbox",
        ),
        Kind::Envbox => sheet.good(
            ID,
            seen,
            "the outer pod gets them by NVIDIA's toolkit; CODER_ADD_GPU hands them on",
        ),
    }
}
