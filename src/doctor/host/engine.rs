//! The engine, its runtimes, Sysbox, where they store, and graphics processors.

use semver::Version;

use super::{Look, look_help};
use crate::contract::{Cluster, Gpu};
use crate::doctor::door::{Engine, Seen, text};
use crate::doctor::{Kind, Sheet, State};
use crate::platform::hosts::{HOSTS, numbers};
use crate::platform::runtime;

pub(super) fn engine(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "engine";
    const WHY: &str = "it starts the workspaces of this host";
    let snap = "Docker of a snap is confined: it reaches neither Sysbox nor folders of the host";
    let snap_help = "snap remove docker, then install docker-ce or docker.io";
    let engine = match &look.engine {
        Seen::Known(engine) => engine,
        Seen::Absent if snap_folder(look) => {
            return sheet.say(
                ID,
                look.wish.bad_for_sysbox(),
                "Docker of a snap, not running",
                snap,
                snap_help,
            );
        }
        Seen::Absent => {
            let help = "start it, or name it by DOCKER_HOST";
            return sheet.say(ID, State::Unknown, "no engine answers", WHY, help);
        }
        Seen::Hidden(why) => {
            return sheet.say(
                ID,
                State::Unknown,
                why,
                WHY,
                match look_help(&look.engine) {
                    "" => "start it, or name it by DOCKER_HOST",
                    _ => "run as root, or as a member of the group docker, to see",
                },
            );
        }
    };
    let driver = if engine.driver.is_empty() {
        "unknown storage"
    } else {
        &engine.driver
    };
    let seen = format!(
        "{} with {driver}",
        if engine.version.is_empty() {
            "some version"
        } else {
            &engine.version
        }
    );
    let has = |name: &str| {
        engine
            .security
            .iter()
            .any(|one| one.split(',').any(|part| part == format!("name={name}")))
    };
    if is_snap(look, engine) {
        return sheet.say(
            ID,
            look.wish.bad_for_sysbox(),
            format!("{seen}, of a snap"),
            snap,
            snap_help,
        );
    }
    if has("rootless") {
        let why = "Sysbox needs an engine that is root";
        return sheet.say(
            ID,
            State::Bad,
            format!("{seen}, rootless"),
            why,
            "run the engine as root",
        );
    }
    if has("userns") && !look.wish.is_sysbox() {
        let why = "an outer container that is mapped to other users cannot be privileged";
        return sheet.say(
            ID,
            State::Warning,
            format!("{seen}, with userns-remap"),
            why,
            "start the outer container with --userns=host",
        );
    }
    if has("userns") {
        let why = "Sysbox maps users itself, each container to others; with userns-remap all share one map";
        return sheet.say(
            ID,
            State::Warning,
            format!("{seen}, with userns-remap"),
            why,
            "take userns-remap out of /etc/docker/daemon.json",
        );
    }
    match engine.driver.as_str() {
        "vfs" => {
            let why = "vfs copies every layer in full";
            sheet.say(ID, State::Warning, seen, why, "take overlay2");
        }
        "devicemapper" | "aufs" | "overlay" => {
            sheet.say(
                ID,
                State::Warning,
                seen,
                "the storage driver is deprecated",
                "take overlay2",
            );
        }
        _ => sheet.good(ID, seen, WHY),
    }
}

fn snap_folder(look: &Look) -> bool {
    look.there("/snap/docker") || look.there("/var/snap/docker")
}

fn is_snap(look: &Look, engine: &Engine) -> bool {
    let in_snap = |path: &str| path.starts_with("/var/snap/") || path.starts_with("/snap/");
    if in_snap(&engine.root) || engine.runtimes.values().any(|path| in_snap(path)) {
        return true;
    }
    let own = ["/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd"];
    engine.root.is_empty() && snap_folder(look) && !own.iter().any(|path| look.there(path))
}

pub(super) fn runtime(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "runtime";
    let configured = text(look.host, "/etc/docker/daemon.json").known();
    let config: Option<serde_json::Value> = configured
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    let in_config = config
        .as_ref()
        .is_some_and(|config| config.pointer("/runtimes/sysbox-runc").is_some());
    let default = match &look.engine {
        Seen::Known(engine) => engine.default_runtime.clone(),
        _ => {
            let said = config
                .as_ref()
                .and_then(|config| config.get("default-runtime")?.as_str());
            said.unwrap_or_default().to_owned()
        }
    };
    if !look.wish.is_sysbox() {
        return match default.as_str() {
            "sysbox-runc" => {
                let why = "the outer container is privileged, which Sysbox does not run";
                sheet.say(ID, State::Bad, "sysbox-runc is the default", why, "take default-runtime out of /etc/docker/daemon.json, or start the outer container with --runtime=runc");
            }
            _ => sheet.good(
                ID,
                "sysbox-runc is not needed: the outer container brings it",
                "workspaces start in an engine of their own",
            ),
        };
    }
    let why = "workspaces start with --runtime=sysbox-runc";
    match &look.engine {
        Seen::Known(engine) if engine.runtimes.contains_key("sysbox-runc") => {
            let as_default = if default == "sysbox-runc" {
                ", the default"
            } else {
                ""
            };
            sheet.good(ID, format!("sysbox-runc{as_default}"), why);
        }
        Seen::Known(engine) => {
            let names: Vec<&str> = engine.runtimes.keys().map(String::as_str).collect();
            let help = match in_config {
                true => "it stands in /etc/docker/daemon.json: systemctl restart docker",
                false => "install Sysbox, which puts it into /etc/docker/daemon.json",
            };
            sheet.say(
                ID,
                State::Bad,
                format!("no sysbox-runc among {}", names.join(", ")),
                why,
                help,
            );
        }
        _ if configured.is_some() && config.is_none() => {
            let why = "an engine does not start with it";
            sheet.say(
                ID,
                State::Bad,
                "/etc/docker/daemon.json is not JSON",
                why,
                "mend it",
            );
        }
        _ => {
            let seen = match in_config {
                true => "sysbox-runc stands in /etc/docker/daemon.json; no engine answers",
                false => "no engine answers",
            };
            sheet.say(ID, State::Unknown, seen, why, "start the engine");
        }
    }
}

/// Sysbox's version, from its program or its package.
fn sysbox_version(look: &Look) -> Seen<String> {
    for program in ["sysbox-runc", "sysbox-mgr", "sysbox-fs"] {
        if let Seen::Known(said) = look.host.run(program, &["--version"]) {
            let line = said.lines().find_map(|line| line.trim().strip_prefix("version:"));
            let version = line.map(str::trim).filter(|version| numbers(version).is_some());
            return match version {
                Some(version) => Seen::Known(version.to_owned()),
                None => Seen::Hidden(format!("{program} --version names no version")),
            };
        }
    }
    let Seen::Known(status) = text(look.host, "/var/lib/dpkg/status") else {
        return Seen::Absent;
    };
    let mut entries = status.split("\n\n");
    let package = entries.find(|entry| {
        let mut lines = entry.lines();
        let named = lines.next().is_some_and(|line| {
            matches!(
                line,
                "Package: sysbox-ce" | "Package: sysbox-ee" | "Package: sysbox"
            )
        });
        named
            && entry
                .lines()
                .any(|line| line.starts_with("Status:") && line.ends_with(" installed"))
    });
    match package.and_then(|entry| entry.lines().find_map(|line| line.strip_prefix("Version: "))) {
        Some(version) => Seen::Known(version.to_owned()),
        None => Seen::Absent,
    }
}

pub(super) fn sysbox(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "sysbox";
    let told = look.wish.contract.runtime.as_ref().map(runtime::sysbox_of);
    if !look.wish.is_sysbox() {
        let why = "the platform brings its own";
        return match told {
            Some(Ok(range)) => sheet.good(ID, format!("the config's platform has {range}"), why),
            Some(Err(error)) => sheet.say(
                ID,
                State::Unknown,
                error.to_string(),
                why,
                "mend platform in seaworthy.yaml",
            ),
            None => sheet.good(ID, "not needed on the host", why),
        };
    }
    let why = "its version decides which engines run inside";
    let (text, version) = match sysbox_version(look) {
        Seen::Known(text) => match numbers(&text) {
            Some(version) => (text, version),
            None => return sheet.say(ID, State::Unknown, format!("`{text}` is no version"), why, ""),
        },
        Seen::Absent => {
            let found = [
                "/usr/bin/sysbox-runc",
                "/usr/local/sbin/sysbox-runc",
                "/usr/local/bin/sysbox-runc",
            ];
            return match found.iter().find(|path| look.there(path)) {
                Some(path) => sheet.say(
                    ID,
                    State::Unknown,
                    format!("{path} is there; it does not tell its version"),
                    why,
                    "sysbox-runc --version tells",
                ),
                None if !matches!(look.host.list("/usr/bin"), Seen::Known(_)) => sheet.say(
                    ID,
                    State::Unknown,
                    "no folder of programs can be listed",
                    why,
                    "sysbox-runc --version tells",
                ),
                None => sheet.say(
                    ID,
                    State::Bad,
                    "not installed",
                    "without it there is no sysbox-runc",
                    "install sysbox-ce",
                ),
            };
        }
        Seen::Hidden(reason) => {
            return sheet.say(ID, State::Unknown, reason, why, "sysbox-runc --version tells");
        }
    };
    if let Some(Ok(range)) = &told
        && !(range.oldest <= version && version <= range.newest)
    {
        let help = "say the host's version in seaworthy.yaml, or install the one that stands there";
        return sheet.say(
            ID,
            State::Warning,
            format!("{text}, where the config has {range}"),
            why,
            help,
        );
    }
    let second = look.there("/sys/fs/cgroup/cgroup.controllers");
    if second && version < Version::new(0, 4, 0) {
        return sheet.say(
            ID,
            State::Bad,
            text,
            "before 0.4.0 Sysbox knows no control groups of version 2",
            "install the newest Sysbox",
        );
    }
    let newest = look
        .kernel_version()
        .is_some_and(|kernel| kernel >= Version::new(5, 19, 0));
    if newest && version < Version::new(0, 6, 1) {
        let why = "only from 0.6.1 on does Sysbox use id-mapped mounts for overlay file systems";
        return sheet.say(ID, State::Warning, text, why, "install the newest Sysbox");
    }
    let range = runtime::SysboxRange {
        oldest: version.clone(),
        newest: version,
    };
    match range.runs_all() {
        true => sheet.good(ID, text, "it runs every containerd.io that is known"),
        false => {
            let bound = runtime::advice(Some(&range)).containerd;
            let why = format!("inside, containerd.io newer than {bound} fails on it");
            sheet.say(ID, State::Warning, text, why, "install the newest Sysbox");
        }
    }
}

/// The type of the file system under a path, by the longest mount point above it.
fn file_system(mounts: &str, path: &str) -> Option<(String, String)> {
    let above = |point: &str| {
        point == "/" || path == point || path.strip_prefix(point).is_some_and(|rest| rest.starts_with('/'))
    };
    let mut best: Option<(String, String)> = None;
    for line in mounts.lines() {
        let mut words = line.split(' ').skip(1);
        let (Some(point), Some(kind)) = (words.next(), words.next()) else {
            continue;
        };
        // A blank in a name is written as its octal number.
        let point = point.replace("\\040", " ");
        // Of two mounts at one point the later one is seen.
        if above(&point)
            && best
                .as_ref()
                .is_none_or(|(longest, _)| point.len() >= longest.len())
        {
            best = Some((point, kind.to_owned()));
        }
    }
    best
}

pub(super) fn store(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "store";
    let mounts = match text(look.host, "/proc/self/mounts") {
        Seen::Known(mounts) => mounts,
        _ => match text(look.host, "/proc/mounts") {
            Seen::Known(mounts) => mounts,
            other => {
                let seen = super::unseen("/proc/mounts", &other);
                return sheet.say(
                    ID,
                    State::Unknown,
                    seen,
                    "images and workspaces lie on it",
                    look_help(&other),
                );
            }
        },
    };
    let root = match &look.engine {
        Seen::Known(engine) if engine.root.starts_with('/') => engine.root.clone(),
        _ => "/var/lib/docker".to_owned(),
    };
    let mut paths = vec![root];
    match look.wish.kind {
        Kind::Sysbox => paths.push("/var/lib/sysbox".to_owned()),
        Kind::Envbox => {}
        Kind::Cvm => paths.push("/var/lib/containerd".to_owned()),
    }
    let mut seen = Vec::new();
    let mut state = State::Good;
    let mut why = "images and workspaces lie on it".to_owned();
    let mut help = "";
    for path in &paths {
        let Some((_, kind)) = file_system(&mounts, path) else {
            continue;
        };
        seen.push(format!("{path} on {kind}"));
        if let Some(reason) = HOSTS.stores.bad.get(&kind) {
            state = State::Bad;
            why.clone_from(reason);
            help = "put it on a disk of the host with ext4 or xfs";
        } else if state == State::Good
            && HOSTS
                .stores
                .doubtful
                .iter()
                .any(|one| *one == kind || kind.starts_with(&format!("{one}.")))
        {
            state = State::Warning;
            why = "overlay file systems do not work, or badly, on it".to_owned();
            help = "put it on a disk of the host with ext4 or xfs";
        }
    }
    match seen.is_empty() {
        true => sheet.say(ID, State::Unknown, "no mount is above /var/lib/docker", why, ""),
        false => sheet.say(ID, state, seen.join(", "), why, help),
    }
}

pub(super) fn gpu(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "gpu";
    let wanted = look.wish.contract.gpu.as_ref().map(|told| told.value);
    let listed = look.host.list("/dev");
    let hidden = !matches!(listed, Seen::Known(_));
    let devices = listed.known().unwrap_or_default();
    let nvidia = devices.iter().any(|name| {
        name.strip_prefix("nvidia")
            .is_some_and(|rest| rest.starts_with(|one: char| one.is_ascii_digit()) || rest == "ctl")
    }) || matches!(look.host.list("/proc/driver/nvidia"), Seen::Known(_));
    let amd = devices.iter().any(|name| name == "kfd");
    let vendor = text(look.host, "/sys/class/dmi/id/sys_vendor")
        .known()
        .unwrap_or_default();
    let by_vendor = [
        "Google",
        "Amazon EC2",
        "Microsoft Corporation",
        "DigitalOcean",
        "QEMU",
        "VMware",
    ]
    .iter()
    .any(|name| vendor.contains(name));
    let is_virtual = by_vendor
        || matches!(
            look.wish.contract.cluster,
            Some(Cluster::Gke | Cluster::Eks | Cluster::Aks)
        );
    let seen = match (nvidia, amd) {
        (true, true) => "NVIDIA and AMD",
        (true, false) => "NVIDIA",
        (false, true) => "AMD",
        (false, false) => "none",
    };
    let wants = matches!(wanted, Some(Gpu::Nvidia | Gpu::Amd));
    let why = "container-based virtual machines use NVIDIA on bare metal alone, AMD nowhere, and neither with caching";
    if hidden && !nvidia && !wants {
        return sheet.say(ID, State::Unknown, "/dev cannot be listed", why, "");
    }
    match (look.wish.kind, wanted) {
        (Kind::Cvm, Some(Gpu::Amd)) => sheet.say(
            ID,
            State::Bad,
            format!("{seen}; the config wants AMD"),
            why,
            "take NVIDIA on bare metal",
        ),
        (Kind::Cvm, Some(Gpu::Nvidia)) if look.wish.is_cached() => {
            sheet.say(
                ID,
                State::Bad,
                format!("{seen}, with caching"),
                why,
                "turn caching off",
            );
        }
        (Kind::Cvm, Some(Gpu::Nvidia)) if is_virtual => {
            sheet.say(
                ID,
                State::Bad,
                format!("{seen}, on {}", if by_vendor { &vendor } else { "a cloud" }),
                why,
                "take a host of bare metal",
            );
        }
        (_, Some(Gpu::Nvidia)) if !nvidia => sheet.say(
            ID,
            State::Bad,
            format!("{seen}; the config wants NVIDIA"),
            "there is nothing to hand on",
            "install the driver",
        ),
        (_, Some(Gpu::Amd)) if !amd => sheet.say(
            ID,
            State::Bad,
            format!("{seen}; the config wants AMD"),
            "there is nothing to hand on",
            "install the driver",
        ),
        (Kind::Sysbox, _) if wants => {
            sheet.say(
                ID,
                State::Warning,
                seen,
                "Sysbox itself hands on no graphics processors (nestybox/sysbox#50)",
                "take envbox",
            );
        }
        (Kind::Envbox, _) if wants => {
            let has_toolkit = matches!(&look.engine, Seen::Known(engine) if engine.runtimes.contains_key("nvidia"))
                || ["/usr/bin/nvidia-container-runtime", "/usr/bin/nvidia-ctk"]
                    .iter()
                    .any(|path| look.there(path));
            match has_toolkit {
                true => sheet.good(ID, seen, "the toolkit puts devices and libraries into the outer container"),
                false => sheet.say(ID, State::Warning, seen, "the outer container gets devices and libraries from NVIDIA's toolkit, which is not there", "install nvidia-container-toolkit"),
            }
        }
        _ => sheet.good(ID, seen, if wants { why } else { "none is asked for" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mount_point_counts() {
        let mounts =
            "/dev/sda / ext4 rw 0 0\nfiler:/x /var/lib nfs4 rw 0 0\n/dev/sdb /var/lib/dockerx xfs rw 0 0\n";
        assert_eq!(
            file_system(mounts, "/var/lib/docker")
                .map(|found| found.1)
                .as_deref(),
            Some("nfs4")
        );
        assert_eq!(
            file_system(mounts, "/srv").map(|found| found.1).as_deref(),
            Some("ext4")
        );
    }
}
