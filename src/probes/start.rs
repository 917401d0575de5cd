//! How a profile starts an image, and the nearest that an engine without Sysbox allows.

use std::collections::BTreeMap;

use super::account::Account;
use super::container::{Privileges, Request, Sees};
use crate::contract::{Contract, Profile};
use crate::facts::Facts;
use crate::rules::mounted;

/// The runtime under which workspaces run.
pub const SYSBOX: &str = "sysbox-runc";

/// Units that have no place in a container. Sysbox emulates what they touch, or keeps it from them; the
/// usual runtime does not, so there they are masked (measured on Debian 12 with systemd 252).
const MASKED: [&str; 7] = [
    "systemd-udevd.service",
    "systemd-udev-trigger.service",
    "getty.target",
    "console-getty.service",
    "systemd-logind.service",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
];

/// Further units that are known not to work in a container (Sysbox's user guide, and what its own images
/// mask).
const KNOWN: [&str; 14] = [
    "systemd-journald-audit.socket",
    "systemd-networkd-wait-online.service",
    "systemd-firstboot.service",
    "systemd-udevd-kernel.socket",
    "systemd-udevd-control.socket",
    "systemd-modules-load.service",
    "sys-kernel-config.mount",
    "dev-hugepages.mount",
    "proc-sys-fs-binfmt_misc.mount",
    "proc-sys-fs-binfmt_misc.automount",
    "systemd-binfmt.service",
    "e2scrub_reap.service",
    "e2scrub_all.service",
    "e2scrub_all.timer",
];

/// Makes the container's own cgroups writable, then becomes what its arguments say. The cgroups of the
/// host are never among them: the container has a namespace of its own for them. `bind` is what lets the
/// mount be changed and not the hierarchy, which is busy.
const BECOME: &str = "for folder in /sys/fs/cgroup /sys/fs/cgroup/*/; do mount -o remount,bind,rw \"$folder\"; done 2>/dev/null; exec \"$@\"";

/// Whether a unit that failed is one that fails in any such container.
pub fn is_known_to_fail(unit: &str) -> bool {
    MASKED.contains(&unit) || KNOWN.contains(&unit)
}

/// The first process of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// `/sbin/init`, which the image has.
    Init,
    /// `sleep infinity`, as envbox starts an image without an init.
    Sleep,
    /// A shell that waits, as dev containers and envbuilder have it.
    Shell,
    /// The image's own entrypoint and command.
    Own,
}

impl First {
    /// In a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Init => "/sbin/init",
            Self::Sleep => "sleep infinity",
            Self::Shell => "a shell that waits",
            Self::Own => "the image's own command",
        }
    }
}

/// By which way the engine starts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Under Sysbox, as the platform does.
    Sysbox,
    /// By the usual runtime, with these capabilities besides.
    Capabilities(Vec<String>),
    /// By the usual runtime, with every right.
    Privileged,
    /// By the usual runtime, as the profile has it.
    Usual,
}

/// How a profile starts an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Its first process.
    pub first: First,
    /// Whether it is a machine of its own: Sysbox runs it.
    pub is_machine: bool,
    /// Folders with an empty volume: what the contract mounts.
    pub volumes: Vec<String>,
    /// Those that belong to the user.
    pub owned: Vec<String>,
    /// The store of the engine inside, and what else of an engine cannot lie on an overlay.
    pub stores: Vec<String>,
    /// Whether the platform mounts the stores itself, and does not leave them to Sysbox.
    pub mounts_stores: bool,
}

impl Start {
    /// How the contract's profile starts the image of these facts.
    pub fn of(facts: &Facts, contract: &Contract, account: Option<&Account>) -> Self {
        let profile = contract.profile;
        let is_machine = matches!(profile, Profile::Cvm | Profile::Sysbox | Profile::Envbox);
        let first = match profile {
            Profile::Service => First::Own,
            Profile::Envbuilder | Profile::Devcontainer => First::Shell,
            Profile::Cvm | Profile::Sysbox | Profile::Envbox if has_init(facts) => First::Init,
            Profile::Cvm | Profile::Sysbox | Profile::Envbox => First::Sleep,
        };
        let mut volumes = match profile {
            Profile::Service => contract.volumes.clone().unwrap_or_default(),
            _ => mounted::volumes(facts, contract),
        };
        let mut stores = match is_machine {
            true => vec![
                data_root(facts).unwrap_or_else(|| "/var/lib/docker".to_owned()),
                "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs".to_owned(),
                "/var/lib/containers".to_owned(),
            ],
            false => Vec::new(),
        };
        volumes.iter_mut().for_each(clean);
        volumes.retain(|volume| volume.len() > 1 && volume.starts_with('/'));
        volumes.sort();
        volumes.dedup();
        stores.retain(|store| !volumes.contains(store));
        // envbox gives to the user what lies directly in /home, and /root; all else stays root's.
        let home = account.map(|account| account.home.trim_end_matches('/'));
        let is_owned = |volume: &&String| {
            let parent = volume.rsplit_once('/').map(|(parent, _)| parent);
            parent == Some("/home") || volume.as_str() == "/root" || Some(volume.as_str()) == home
        };
        let owned = match account {
            Some(_) => volumes.iter().filter(is_owned).cloned().collect(),
            None => Vec::new(),
        };
        Self {
            first,
            is_machine,
            volumes,
            owned,
            stores,
            mounts_stores: profile == Profile::Envbox,
        }
    }

    /// The container by one of the ways.
    pub fn request(&self, image: &str, way: &Way) -> Request {
        let mut command: Vec<String> = match self.first {
            First::Init => vec!["/sbin/init".to_owned()],
            First::Sleep => vec!["sleep".to_owned(), "infinity".to_owned()],
            First::Shell => ["/bin/sh", "-c", "while sleep 3600; do :; done"]
                .map(str::to_owned)
                .to_vec(),
            First::Own => Vec::new(),
        };
        let is_bare = matches!(way, Way::Capabilities(_) | Way::Privileged);
        if self.first == First::Init && is_bare {
            // systemd takes them for words of the kernel's command line, which is not its own here.
            command.extend(MASKED.iter().map(|unit| format!("systemd.mask={unit}")));
        }
        if matches!(way, Way::Capabilities(_)) {
            let wrapped = ["/bin/sh", "-c", BECOME, "sh"].map(str::to_owned);
            command = wrapped.into_iter().chain(command).collect();
        }
        let mut memory = BTreeMap::new();
        if self.first == First::Init && is_bare {
            // As Sysbox mounts them once it sees systemd; /tmp is left to the image's own systemd, as there.
            memory.insert(
                "/run".to_owned(),
                "exec,nosuid,nodev,mode=755,size=64m".to_owned(),
            );
            memory.insert(
                "/run/lock".to_owned(),
                "noexec,nosuid,nodev,mode=1777,size=4m".to_owned(),
            );
        }
        let stores = self.stores.iter().filter(|_| is_bare || self.mounts_stores);
        Request {
            image: image.to_owned(),
            command,
            user: self.is_machine.then(|| "root".to_owned()),
            // Sysbox says so by itself.
            env: match self.first {
                First::Init if is_bare => vec!["container=docker".to_owned()],
                _ => Vec::new(),
            },
            runtime: (*way == Way::Sysbox).then(|| SYSBOX.to_owned()),
            privileges: match way {
                Way::Sysbox | Way::Usual => Privileges::Usual,
                Way::Capabilities(names) => Privileges::Capabilities(names.clone()),
                Way::Privileged => Privileges::All,
            },
            volumes: self.volumes.iter().chain(stores).cloned().collect(),
            memory,
            sees: Sees::Own,
        }
    }

    /// How it was started, for the report.
    pub fn words(&self, way: &Way) -> String {
        let first = self.first.words();
        match way {
            Way::Sysbox => format!("{first} under {SYSBOX}, as the platform starts it"),
            Way::Capabilities(names) => format!(
                "{first} by the engine's usual runtime with {} capabilities: it has no {SYSBOX}, and this is the nearest",
                names.len()
            ),
            Way::Privileged => format!(
                "{first} by the engine's usual runtime, privileged: it has no {SYSBOX}, and this is the nearest"
            ),
            Way::Usual => format!("{first} by the engine's usual runtime"),
        }
    }
}

/// The container that says which capabilities the host has: it reads what its first process has.
pub fn asks_for_capabilities(image: &str) -> Request {
    Request {
        image: image.to_owned(),
        command: vec!["cat".to_owned(), "/proc/1/status".to_owned()],
        user: Some("root".to_owned()),
        env: Vec::new(),
        runtime: None,
        privileges: Privileges::Usual,
        volumes: Vec::new(),
        memory: BTreeMap::new(),
        sees: Sees::Host,
    }
}

/// Whether something lies at `/sbin/init`: a link that leads nowhere counts, as for envbox, which does
/// not follow it.
fn has_init(facts: &Facts) -> bool {
    let Some(observed) = &facts.observed else {
        return false;
    };
    let folder = observed.resolve("/sbin");
    folder.is_some_and(|folder| observed.has(&format!("{}/init", folder.trim_end_matches('/'))))
}

/// Where Docker's config says that its store lies.
fn data_root(facts: &Facts) -> Option<String> {
    let observed = facts.observed.as_ref()?;
    let text = observed.entry("/etc/docker/daemon.json")?.text.as_ref()?;
    let config: serde_json::Value = serde_json::from_str(text).ok()?;
    let root = config.get("data-root")?.as_str()?;
    let root = root.trim_end_matches('/');
    (root.len() > 1 && root.starts_with('/')).then(|| root.to_owned())
}

fn clean(path: &mut String) {
    let length = path.trim_end_matches('/').len();
    path.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(first: First) -> Start {
        Start {
            first,
            is_machine: true,
            volumes: vec!["/home/coder".into()],
            owned: Vec::new(),
            stores: vec!["/var/lib/docker".into()],
            mounts_stores: false,
        }
    }

    #[test]
    fn under_sysbox_the_first_argument_is_init_and_nothing_is_added() {
        let request = start(First::Init).request("x", &Way::Sysbox);
        assert_eq!(request.command, ["/sbin/init"]);
        assert_eq!(request.runtime.as_deref(), Some(SYSBOX));
        assert_eq!(request.volumes, ["/home/coder"]);
        assert!(request.memory.is_empty());
        assert_eq!(request.privileges, Privileges::Usual);
    }

    #[test]
    fn without_sysbox_cgroups_are_its_own_and_units_are_masked() {
        let request = start(First::Init).request("x", &Way::Capabilities(vec!["SYS_ADMIN".into()]));
        assert_eq!(request.command[..2], ["/bin/sh", "-c"]);
        assert!(request.command.contains(&"/sbin/init".to_owned()));
        assert!(
            request
                .command
                .contains(&"systemd.mask=systemd-udevd.service".to_owned())
        );
        assert!(request.volumes.contains(&"/var/lib/docker".to_owned()));
        assert!(request.memory.contains_key("/run") && !request.memory.contains_key("/tmp"));
        assert_eq!(request.env, ["container=docker"]);
    }

    #[test]
    fn without_init_nothing_covers_run() {
        let request = start(First::Sleep).request("x", &Way::Capabilities(Vec::new()));
        assert!(request.memory.is_empty());
        assert!(request.env.is_empty());
        assert_eq!(request.command[4..], ["sleep", "infinity"]);
    }
}
