//! The bounds of the tables: exactly at each, just below and just above it, as hosts and nodes write them.

use std::collections::BTreeMap;

use seaworthy::contract::{Contract, Runtime};
use seaworthy::doctor::door::{Engine, Host, Seen};
use seaworthy::doctor::{Check, Kind, State, Wish, cluster, host};
use seaworthy::platform::mounts::Caching;
use serde_json::json;

use Caching::{Off, On};
use Kind::{Cvm, Envbox, Sysbox};
use State::{Bad, Good, Unknown, Warning};

fn wish(kind: Kind, caching: Caching) -> Wish {
    Wish {
        kind,
        asked: None,
        caching,
        contract: Contract::default(),
    }
}

/// A host of which some files are known.
#[derive(Default)]
struct Files(BTreeMap<String, String>);

impl Files {
    fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), text.to_owned());
        self
    }

    fn of(distribution: &str, version: &str, kernel: &str) -> Self {
        Self::default()
            .with(
                "/etc/os-release",
                &format!("ID={distribution}\nVERSION_ID=\"{version}\"\n"),
            )
            .with("/proc/sys/kernel/osrelease", kernel)
            .with("/proc/modules", "")
            .with(&format!("/lib/modules/{kernel}/modules.dep"), "")
    }
}

impl Host for Files {
    fn name(&self) -> String {
        "a".to_owned()
    }

    fn read(&self, path: &str) -> Seen<Vec<u8>> {
        self.0
            .get(path)
            .map_or(Seen::Absent, |text| Seen::Known(text.clone().into_bytes()))
    }

    fn list(&self, path: &str) -> Seen<Vec<String>> {
        let below = format!("{}/", path.trim_end_matches('/'));
        let names = self.0.keys().filter_map(|one| one.strip_prefix(&below));
        let mut names: Vec<String> = names
            .map(|rest| rest.split('/').next().unwrap_or_default().to_owned())
            .collect();
        names.dedup();
        match names.is_empty() {
            true => Seen::Absent,
            false => Seen::Known(names),
        }
    }

    fn run(&self, _: &str, _: &[&str]) -> Seen<String> {
        Seen::Absent
    }

    fn engine(&self) -> Seen<Engine> {
        Seen::Absent
    }
}

/// The worst state of an id.
fn state(checks: &[Check], id: &str) -> Option<State> {
    let of = checks.iter().filter(|check| check.id == id);
    of.map(|check| check.state).max()
}

fn of_host(host: &Files, id: &str, kind: Kind, caching: Caching) -> Option<State> {
    state(&host::check(host, &wish(kind, caching)), id)
}

#[test]
fn kernels_of_hosts() {
    for (distribution, version, kernel, expected) in [
        // The oldest of each distribution.
        ("ubuntu", "24.04", "6.7.12-generic", Bad),
        ("ubuntu", "24.04", "6.8.0-31-generic", Good),
        ("ubuntu", "22.04", "5.14.21", Bad),
        ("ubuntu", "22.04", "5.15.0-1062-azure", Warning),
        ("ubuntu", "22.04", "5.18.19", Warning),
        ("ubuntu", "22.04", "5.19.0-50-generic", Good),
        ("ubuntu", "22.04", "5.19.0-rc1", Good),
        ("ubuntu", "20.04", "5.3.0-76-generic", Bad),
        ("ubuntu", "20.04", "5.4.0-26-generic", Good),
        ("ubuntu", "20.04", "5.11.22", Good),
        ("ubuntu", "20.04", "5.12.0-051200-generic", Warning),
        ("ubuntu", "18.04", "5.2.21", Bad),
        ("ubuntu", "18.04", "5.3.0-1-generic", Good),
        ("debian", "11", "5.4.0-0.bpo.2-amd64", Bad),
        ("debian", "11", "5.5.0", Good),
        ("debian", "11", "5.10.0-28-amd64", Good),
        ("debian", "10", "4.19.0-26-amd64", Bad),
        ("fedora", "37", "5.11.22-300.fc34.x86_64", Bad),
        ("fedora", "34", "5.12.0-300.fc34.x86_64", Warning),
        ("rocky", "8.9", "4.18.0-513.el8.x86_64", Bad),
        ("almalinux", "9.3", "5.14.0-362.el9.x86_64", Warning),
        ("centos", "9", "5.14.0-400.el9.x86_64", Warning),
        ("amzn", "2", "5.10.220-209.amzn2.x86_64", Bad),
        ("amzn", "2", "5.15.160-104.amzn2.x86_64", Warning),
        ("amzn", "2023", "6.0.19-amzn2023", Bad),
        ("amzn", "2023", "6.1.94-99.176.amzn2023.x86_64", Good),
        ("flatcar", "3510.2.8", "5.9.16-flatcar", Bad),
        ("flatcar", "3510.2.8", "5.10.0-flatcar", Good),
        // One that is in no row has the bounds of all together.
        ("void", "", "5.2.99", Bad),
        ("void", "", "5.3.0", Good),
        ("void", "", "7.0.0-rc3+", Good),
        ("void", "", "none", Unknown),
    ] {
        let host = Files::of(distribution, version, kernel);
        let found = of_host(&host, "kernel", Sysbox, Off);
        assert_eq!(found, Some(expected), "{distribution} {version} {kernel}");
    }
}

#[test]
fn shiftfs_of_hosts() {
    for (kernel, loaded, caching, expected) in [
        ("5.11.22", false, Off, Bad),
        ("5.11.22", true, Off, Good),
        ("5.12.0", false, Off, Warning),
        ("5.12.0", true, Off, Good),
        ("5.18.19", false, Off, Warning),
        ("5.19.0", false, Off, Good),
        ("5.19.0", false, On, Bad),
        ("5.15.0-1062-azure", false, On, Bad),
        ("5.15.0-1062-azure", true, On, Good),
    ] {
        let mut host = Files::of("ubuntu", "20.04", kernel);
        if loaded {
            host = host.with("/proc/modules", "shiftfs 1 0 - Live 0x0\n");
        }
        let found = of_host(&host, "shiftfs", Cvm, caching);
        assert_eq!(found, Some(expected), "{kernel} {loaded} {caching:?}");
    }
    // Cached virtual machines are known on 5.4 to 5.16, and fail on Amazon's 5.15 alone.
    for (kernel, expected) in [
        ("5.4.0-26-generic", Good),
        ("5.16.20", Warning),
        ("5.17.0", Warning),
        ("5.15.0-1055-aws", Bad),
        ("5.15.0-1055-azure", Warning),
        ("5.4.15-aws", Good),
    ] {
        let host = Files::of("ubuntu", "20.04", kernel).with("/proc/modules", "shiftfs 1 0\n");
        let found = of_host(&host, "kernel", Cvm, On);
        assert_eq!(found, Some(expected), "{kernel}");
    }
}

#[test]
fn limits_of_hosts() {
    for (name, value, expected) in [
        ("fs/inotify/max_user_watches", "1048575", Warning),
        ("fs/inotify/max_user_watches", "1048576", Good),
        ("fs/inotify/max_user_instances", "1048575", Warning),
        ("fs/inotify/max_queued_events", "1048577", Good),
        ("kernel/keys/maxkeys", "19999", Warning),
        ("kernel/keys/maxkeys", "20000", Good),
        ("kernel/keys/maxbytes", "399999", Warning),
        ("kernel/keys/maxbytes", "400000", Good),
        ("kernel/keys/maxbytes", "1400000", Good),
        ("kernel/pid_max", "4194303", Warning),
        ("kernel/pid_max", "4194304", Good),
        ("user/max_user_namespaces", "0", Bad),
        ("user/max_user_namespaces", "1", Good),
        ("kernel/unprivileged_userns_clone", "0", Bad),
        ("kernel/unprivileged_userns_clone", "1", Good),
        ("kernel/pid_max", "many", Unknown),
    ] {
        let host = Files::default().with(&format!("/proc/sys/{name}"), value);
        let found = of_host(&host, "sysctls", Sysbox, Off);
        assert_eq!(found, Some(expected), "{name} = {value}");
    }
}

/// A node as kubectl prints it: a member of `nodeInfo` or `capacity` with its value, all else as it must be.
fn node(key: &str, value: &str) -> serde_json::Value {
    let mut node = json!({"kind": "Node", "metadata": {"name": "n", "labels": {"sysbox-runtime": "running"}},
        "status": {"capacity": {"cpu": "8", "memory": "32Gi"}, "nodeInfo": {
            "osImage": "Ubuntu 22.04.4 LTS", "kernelVersion": "6.5.0-1020-generic", "architecture": "amd64",
            "containerRuntimeVersion": "containerd://2.1.4", "kubeletVersion": "v1.33.2", "operatingSystem": "linux"}}});
    match key {
        "cpu" | "memory" => node["status"]["capacity"][key] = json!(value),
        "providerID" => node["spec"]["providerID"] = json!(value),
        key => node["status"]["nodeInfo"][key] = json!(value),
    }
    node
}

fn of_node(node: &serde_json::Value, id: &str, wish: &Wish) -> Option<State> {
    let mut known = cluster::Cluster::default();
    cluster::read(node.to_string().as_bytes(), &mut known).expect("it reads");
    let of_node = |check: &Check| check.subject == "n";
    let checks: Vec<Check> = cluster::check(&known, wish).into_iter().filter(of_node).collect();
    state(&checks, id)
}

#[test]
fn container_runtimes_of_nodes() {
    for (text, sysbox, others) in [
        ("containerd://1.6.36", Good, Good),
        ("containerd://1.7.27+ds1", Good, Good),
        ("containerd://2.0.0", Good, Good),
        ("containerd://2.0.1", Bad, Good),
        ("containerd://2.0.4-k3s2", Bad, Good),
        ("containerd://2.0.5", Good, Good),
        ("containerd://2.0.5-k3s1", Good, Good),
        ("containerd://2.1.0-rc.1", Good, Good),
        ("cri-o://1.33.0", Good, Good),
        ("docker://20.10.24", Bad, Good),
        ("podman://5.0", Unknown, Unknown),
        ("containerd://Unknown", Unknown, Unknown),
    ] {
        let node = node("containerRuntimeVersion", text);
        for (kind, expected) in [(Sysbox, sysbox), (Cvm, others), (Envbox, others)] {
            let found = of_node(&node, "container-runtime", &wish(kind, Off));
            assert_eq!(found, Some(expected), "{text} for {}", kind.name());
        }
    }
}

#[test]
fn versions_of_kubernetes() {
    let sysbox = |version: &str| {
        let mut wish = wish(Sysbox, Off);
        wish.contract.runtime = Some(Runtime::Sysbox(version.to_owned()));
        wish
    };
    for (wish, provider, text, expected) in [
        (sysbox("0.7.0"), "", "v1.31.14", Bad),
        (sysbox("0.7.0"), "", "v1.32.0", Good),
        (sysbox("0.7.0"), "", "v1.32.0-rc.1", Good),
        (sysbox("0.7.0"), "", "v1.35.9+k3s1", Good),
        (sysbox("0.7.0"), "", "v1.36.0", Bad),
        (sysbox("0.7.0"), "", "v1.36.0-alpha.1", Bad),
        (sysbox("0.6.7"), "", "v1.28.15", Bad),
        (sysbox("0.6.7"), "", "v1.29.0-eks-2f46c53", Good),
        (sysbox("0.6.7"), "", "v1.32.99", Good),
        (sysbox("0.6.7"), "", "v1.33.0", Bad),
        // The newest Sysbox counts where none is said.
        (self::wish(Sysbox, Off), "", "v1.31.0", Bad),
        (self::wish(Sysbox, Off), "", "v1.35.0", Good),
        (self::wish(Cvm, Off), "azure:///x", "v1.17.16", Bad),
        (self::wish(Cvm, Off), "azure:///x", "v1.18.0", Good),
        (self::wish(Cvm, Off), "gce://x", "v1.16.15-gke.7800", Bad),
        (self::wish(Cvm, Off), "gce://x", "v1.17.0-gke.1", Good),
        (self::wish(Cvm, Off), "", "v1.28.3-gke.1286000", Good),
        (self::wish(Cvm, Off), "aws://x", "v1.14.0-eks-1", Good),
        (self::wish(Envbox, Off), "azure:///x", "v1.10.0", Good),
        (self::wish(Cvm, Off), "", "unknown", Unknown),
    ] {
        let mut node = node("kubeletVersion", text);
        node["spec"]["providerID"] = json!(provider);
        let found = of_node(&node, "kubernetes-version", &wish);
        assert_eq!(
            found,
            Some(expected),
            "{text} on `{provider}` for {}",
            wish.kind.name()
        );
    }
}

#[test]
fn images_of_nodes() {
    for (image, sysbox, cvm) in [
        ("Ubuntu 18.04.6 LTS", Good, Good),
        ("Ubuntu 20.04.6 LTS", Good, Good),
        ("Ubuntu 22.04.4 LTS", Good, Good),
        ("Ubuntu 24.04.1 LTS", Good, Good),
        ("Ubuntu 26.04 LTS", Warning, Warning),
        ("Ubuntu 23.10", Warning, Warning),
        ("Debian GNU/Linux 11 (bullseye)", Warning, Good),
        ("Debian GNU/Linux 10 (buster)", Warning, Good),
        ("Debian GNU/Linux 12 (bookworm)", Warning, Warning),
        ("Fedora Linux 37 (Cloud Edition)", Bad, Good),
        ("Fedora Linux 38 (Cloud Edition)", Warning, Warning),
        ("Rocky Linux 8.9 (Green Obsidian)", Bad, Good),
        ("AlmaLinux 9.3 (Shamrock Pampas Cat)", Bad, Good),
        ("CentOS Stream 9", Bad, Good),
        ("Amazon Linux 2", Bad, Good),
        ("Amazon Linux 2023.4.20240611", Bad, Good),
        (
            "Flatcar Container Linux by Kinvolk 3510.2.8 (Oklo)",
            Warning,
            Good,
        ),
        ("Bottlerocket OS 1.15.1 (aws-k8s-1.28)", Bad, Bad),
        ("Container-Optimized OS from Google", Bad, Bad),
        ("Fedora CoreOS 38.20230609.3.0", Warning, Warning),
        (
            "Red Hat Enterprise Linux CoreOS 413.92.202305021736-0 (Plow)",
            Bad,
            Bad,
        ),
    ] {
        let node = node("osImage", image);
        for (kind, expected) in [(Sysbox, sysbox), (Cvm, cvm)] {
            let found = of_node(&node, "node-image", &wish(kind, Off));
            assert_eq!(found, Some(expected), "{image} for {}", kind.name());
        }
    }
    let amazon = node("osImage", "Amazon Linux 2");
    assert_eq!(of_node(&amazon, "node-image", &wish(Cvm, On)), Some(Bad));
}

#[test]
fn sizes_of_nodes() {
    for (key, value, expected) in [
        ("cpu", "4", Good),
        ("cpu", "3999m", Warning),
        ("cpu", "4000m", Good),
        ("cpu", "3", Warning),
        ("memory", "4G", Good),
        ("memory", "4000000000", Good),
        ("memory", "3999999999", Warning),
        ("memory", "3906250Ki", Good),
        ("memory", "3906249Ki", Warning),
        ("memory", "much", Unknown),
        ("architecture", "arm64", Good),
        ("architecture", "s390x", Bad),
    ] {
        let found = of_node(&node(key, value), "resources", &wish(Sysbox, Off));
        assert_eq!(found, Some(expected), "{key} {value}");
    }
}

#[test]
fn labels_and_taints_of_nodes() {
    let labelled = |labels: serde_json::Value| {
        let mut node = node("architecture", "amd64");
        node["metadata"]["labels"] = labels;
        node
    };
    for (labels, expected) in [
        (
            json!({"sysbox-install": "yes", "sysbox-runtime": "running"}),
            Good,
        ),
        (
            json!({"sysbox-install": "yes", "sysbox-runtime": "installing"}),
            Warning,
        ),
        (
            json!({"sysbox-runtime": "running", "crio-runtime": "installing"}),
            Warning,
        ),
        (
            json!({"sysbox-runtime": "running", "crio-runtime": "running"}),
            Good,
        ),
        (json!({"sysbox-install": "yes"}), Warning),
        (json!({}), Warning),
    ] {
        let found = of_node(&labelled(labels.clone()), "labels", &wish(Sysbox, Off));
        assert_eq!(found, Some(expected), "{labels}");
        assert_eq!(of_node(&labelled(labels), "labels", &wish(Cvm, Off)), Some(Good));
    }
    let mut node = node("architecture", "amd64");
    node["spec"]["taints"] =
        json!([{"key": "sysbox-runtime", "value": "not-running", "effect": "NoSchedule"}]);
    assert_eq!(of_node(&node, "taints", &wish(Sysbox, Off)), Some(Bad));
    assert_eq!(of_node(&node, "taints", &wish(Cvm, Off)), Some(Warning));
    node["spec"]["taints"] = json!([{"key": "com.coder.workspace", "effect": "PreferNoSchedule"}]);
    assert_eq!(of_node(&node, "taints", &wish(Sysbox, Off)), Some(Good));
}
