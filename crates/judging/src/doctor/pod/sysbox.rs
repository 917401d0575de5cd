//! What Sysbox asks of a pod or a container.

use super::super::cluster::Node;
use super::super::{Sheet, State};
use super::{Container, Pod, Told, Volume, below, stores};
use crate::platform::hosts::{CLUSTERS, PodNeeds};
use crate::platform::settings;

pub(super) fn check(pod: &Pod, main: &Container, nodes: &[Node], sheet: &mut Sheet) {
    let why = "Sysbox runs no privileged containers";
    match pod.containers.iter().find(|one| one.privileged) {
        Some(one) => sheet.say(
            "privileged",
            State::Bad,
            format!("{} is privileged", one.name),
            why,
            "take privileged away: inside, root may do all the same",
        ),
        None => sheet.good("privileged", "not privileged", why),
    }
    class(pod, sheet);
    namespaces(pod, nodes, sheet);
    start(main, sheet);
    host_paths(pod, main, sheet);
    variables(pod, sheet);
    mounts(pod, main, sheet);
}

fn class(pod: &Pod, sheet: &mut Sheet) {
    const ID: &str = "runtime-class";
    let name = &CLUSTERS.runtime_class;
    let why = "by it the container is started by Sysbox";
    match pod.runtime_class.as_deref() {
        Some(class) if class == name => sheet.good(ID, name.clone(), why),
        Some(class) => sheet.say(ID, State::Bad, class, why, format!("take {name}")),
        None => sheet.say(ID, State::Bad, "none", why, format!("runtimeClassName: {name}")),
    }
}

fn namespaces(pod: &Pod, nodes: &[Node], sheet: &mut Sheet) {
    const ID: &str = "namespaces";
    let before = sheet.checks.len();
    if !pod.host_namespaces.is_empty() {
        sheet.say(
            ID,
            State::Bad,
            format!("shares the host's {}", pod.host_namespaces.join(", ")),
            "Sysbox gives each container namespaces of its own",
            "take hostNetwork, hostPID and hostIPC away",
        );
    }
    if pod.shares_processes {
        sheet.say(
            ID,
            State::Bad,
            "shareProcessNamespace",
            "systemd is not process 1 then, and does not start",
            "take shareProcessNamespace away",
        );
    }
    if pod.of_docker {
        if pod.host_users == Some(true) {
            sheet.say(
                ID,
                State::Bad,
                "--userns=host",
                "Sysbox gives each container users of its own",
                "take --userns=host away",
            );
        }
    } else {
        users(pod, nodes, sheet);
    }
    if sheet.checks.len() == before {
        sheet.good(ID, "its own", "Sysbox gives each container namespaces of its own");
    }
}

fn users(pod: &Pod, nodes: &[Node], sheet: &mut Sheet) {
    const ID: &str = "namespaces";
    let annotated = pod
        .annotations
        .iter()
        .find(|(key, _)| *key == CLUSTERS.annotation)
        .map(|(_, value)| value.as_str());
    let own = pod.host_users == Some(false);
    let mut needs: Vec<(String, PodNeeds)> = Vec::new();
    for node in nodes {
        if let Some((name, version)) = node.runtime()
            && let Some(row) = CLUSTERS.runtime(name, &version)
        {
            let need = (format!("{name} {version}"), row.pods);
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
    }
    let note = format!("{}: \"{}\"", CLUSTERS.annotation, CLUSTERS.annotation_value);
    if annotated.is_some_and(|value| !value.starts_with("auto")) {
        sheet.say(
            ID,
            State::Bad,
            format!("{}: {}", CLUSTERS.annotation, annotated.unwrap_or_default()),
            "CRI-O chooses users by itself with `auto` alone",
            format!("annotate it with {note}"),
        );
    }
    let mut wrong = false;
    for (runtime, need) in &needs {
        match need {
            PodNeeds::HostUsers if !own => {
                wrong = true;
                sheet.say(
                    ID,
                    State::Bad,
                    format!("no hostUsers: false, with {runtime} on a node"),
                    "the kubelet gives user namespaces only to pods that ask",
                    "hostUsers: false",
                );
            }
            PodNeeds::Annotation if annotated.is_none() => {
                wrong = true;
                sheet.say(
                    ID,
                    State::Bad,
                    format!("no annotation for CRI-O, with {runtime} on a node"),
                    "CRI-O gives user namespaces only to pods that ask",
                    format!("annotate it with {note}"),
                );
            }
            PodNeeds::Annotation if own => {
                wrong = true;
                sheet.say(
                    ID,
                    State::Warning,
                    format!("hostUsers: false, with {runtime} on a node"),
                    "CRI-O with Sysbox worked only without it (nestybox/sysbox#987)",
                    "take hostUsers away where CRI-O runs",
                );
            }
            _ => {}
        }
    }
    if !needs.is_empty() || wrong {
        return;
    }
    let help = format!("containerd from 2.0.5 on: hostUsers: false; CRI-O and older: the annotation {note}");
    match (own, annotated.is_some()) {
        (true, true) => sheet.say(ID, State::Warning, "both hostUsers: false and CRI-O's annotation", "each is for another container runtime, and CRI-O worked only without hostUsers: false (nestybox/sysbox#987)", help),
        (false, false) => sheet.say(ID, State::Bad, "neither hostUsers: false nor CRI-O's annotation", "a pod gets a user namespace only if it asks", help),
        _ => {}
    }
}

/// Sysbox makes room for systemd only if it is started by its one name.
fn start(main: &Container, sheet: &mut Sheet) {
    const ID: &str = "runtime";
    let why = "Sysbox sees systemd only where the first word is /sbin/init: else /run is no tmpfs, and `container` is not set";
    let Some(first) = main.command.first() else {
        return sheet.good(ID, "the image's own start", why);
    };
    let last = |word: &str| matches!(word.rsplit('/').next(), Some("init" | "systemd"));
    let named = main.command.iter().any(|word| {
        word.split_whitespace()
            .any(|part| last(part.trim_matches([';', '"', '\''])))
    });
    match first.as_str() {
        "/sbin/init" => sheet.good(ID, "/sbin/init", why),
        _ if named => sheet.say(
            ID,
            State::Warning,
            main.command.join(" "),
            why,
            "command: [/sbin/init], and what else is to run as a unit",
        ),
        _ => sheet.good(ID, first.clone(), "no systemd is started"),
    }
}

/// Sysbox takes its own settings out of the variables of each container.
fn variables(pod: &Pod, sheet: &mut Sheet) {
    const ID: &str = "variables";
    for (name, told) in pod.containers.iter().flat_map(|one| &one.variables) {
        let value = match told {
            Told::Text(text) => Some(text.as_str()),
            Told::Resource(..) | Told::Elsewhere => None,
        };
        if let Some(refusal) = settings::refusal(name, value) {
            let seen = match value {
                Some(value) => format!("{name}={value}"),
                None => name.clone(),
            };
            sheet.say(ID, State::Bad, seen, refusal.why, refusal.help);
        }
    }
    if sheet.has_none(ID) {
        sheet.good(
            ID,
            "none that Sysbox refuses",
            "Sysbox reads those that begin with SYSBOX_",
        );
    }
}

fn host_paths(pod: &Pod, main: &Container, sheet: &mut Sheet) {
    const ID: &str = "host-paths";
    let why = "Sysbox brings headers and modules itself; what is of the host belongs to nobody inside";
    let mut seen = Vec::new();
    for mount in &main.mounts {
        if let Some(Volume::Host(path)) = pod.volume(&mount.volume) {
            if path.ends_with("docker.sock") || path.ends_with("containerd.sock") {
                sheet.say(
                    ID,
                    State::Warning,
                    format!("{path} at {}", mount.path),
                    "whoever has the socket is root on the host",
                    "run the engine inside instead",
                );
            }
            if below(path, "/usr/src") || below(path, "/lib/modules") {
                seen.push(path.clone());
            }
        }
    }
    if !seen.is_empty() {
        sheet.say(
            ID,
            State::Warning,
            format!("{} of the host", seen.join(", ")),
            why,
            "take them away",
        );
    }
    if sheet.has_none(ID) {
        sheet.good(ID, "none that hurt", why);
    }
}

/// Where engines inside keep what they store.
const STORES: [&str; 5] = [
    "/var/lib/docker",
    "/var/lib/kubelet",
    "/var/lib/containerd",
    "/var/lib/rancher",
    "/var/lib/buildkit",
];

fn mounts(pod: &Pod, main: &Container, sheet: &mut Sheet) {
    const ID: &str = "mounts";
    for mount in &main.mounts {
        if matches!(mount.path.trim_end_matches('/'), "/run" | "/var/run") {
            sheet.say(
                ID,
                State::Bad,
                format!("a volume at {}", mount.path),
                "Sysbox covers /run, and /var/run leads to it: the pod does not start (nestybox/sysbox#1026)",
                "mount it elsewhere",
            );
        }
    }
    stores(pod, main, &STORES, sheet);
    for mount in &main.mounts {
        let seen = match pod.volume(&mount.volume) {
            Some(Volume::Empty(_)) => "an emptyDir",
            Some(Volume::Rbd) => "rbd",
            _ => continue,
        };
        if STORES.iter().any(|store| below(&mount.path, store)) {
            sheet.say(
                ID,
                State::Warning,
                format!("{} on {seen}", mount.path),
                "stores on emptyDir and rbd had trouble under Sysbox (nestybox/sysbox#406)",
                "take a claim of other storage",
            );
        }
    }
    if sheet.has_none(ID) {
        sheet.good(
            ID,
            format!("{}", main.mounts.len()),
            "none covers /run, none is NFS under a store",
        );
    }
}
