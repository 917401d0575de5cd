//! The engine, its runtimes, and Sysbox.

use semver::Version;

use super::{Look, look_help};
use crate::doctor::door::{Engine, Seen, text};
use crate::doctor::{Sheet, State};
use crate::platform::hosts::numbers;
use crate::platform::runtime;

const SNAP: &str = "Docker of a snap is confined: it reaches neither Sysbox nor folders of the host";
const SNAP_HELP: &str = "snap remove docker, then install docker-ce or docker.io";

pub(super) fn engine(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "engine";
    const WHY: &str = "it starts the workspaces of this host";
    const START: &str = "start it, or name it by DOCKER_HOST";
    let engine = match &look.engine {
        Seen::Known(engine) => engine,
        Seen::Absent if snap_folder(look) => {
            let (state, seen) = (look.wish.bad_for_sysbox(), "Docker of a snap, not running");
            return sheet.say(ID, state, seen, SNAP, SNAP_HELP);
        }
        Seen::Absent => return sheet.say(ID, State::Unknown, "no engine answers", WHY, START),
        Seen::Hidden(why) => {
            let help = match look_help(&look.engine) {
                "" => START,
                _ => "run as root, or as a member of the group docker, to see",
            };
            return sheet.say(ID, State::Unknown, why, WHY, help);
        }
    };
    let or = |text: &str, other: &str| if text.is_empty() { other } else { text }.to_owned();
    let seen = format!(
        "{} with {}",
        or(&engine.version, "some version"),
        or(&engine.driver, "unknown storage")
    );
    match fault(look, engine) {
        Some(fault) => sheet.say(
            ID,
            fault.state,
            format!("{seen}{}", fault.addition),
            fault.why,
            fault.help,
        ),
        None => sheet.good(ID, seen, WHY),
    }
}

/// What is wrong with an engine.
struct Fault {
    state: State,
    /// What is said behind its version and storage.
    addition: &'static str,
    why: &'static str,
    help: &'static str,
}

/// The first thing that is wrong with an engine, the gravest looked for first.
fn fault(look: &Look, engine: &Engine) -> Option<Fault> {
    let has = |name: &str| {
        engine
            .security
            .iter()
            .any(|one| one.split(',').any(|part| part == format!("name={name}")))
    };
    let (state, addition, why, help) = match engine.driver.as_str() {
        _ if is_snap(look, engine) => (look.wish.bad_for_sysbox(), ", of a snap", SNAP, SNAP_HELP),
        _ if has("rootless") => (
            State::Bad,
            ", rootless",
            "Sysbox needs an engine that is root",
            "run the engine as root",
        ),
        _ if has("userns") && look.wish.is_sysbox() => (
            State::Warning,
            ", with userns-remap",
            "Sysbox maps users itself, each container to others; with userns-remap all share one map",
            "take userns-remap out of /etc/docker/daemon.json",
        ),
        _ if has("userns") => (
            State::Warning,
            ", with userns-remap",
            "an outer container that is mapped to other users cannot be privileged",
            "start the outer container with --userns=host",
        ),
        "vfs" => (
            State::Warning,
            "",
            "vfs copies every layer in full",
            "take overlay2",
        ),
        "devicemapper" | "aufs" | "overlay" => (
            State::Warning,
            "",
            "the storage driver is deprecated",
            "take overlay2",
        ),
        _ => return None,
    };
    Some(Fault {
        state,
        addition,
        why,
        help,
    })
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

/// Why Sysbox's version matters.
const SYSBOX: &str = "its version decides which engines run inside";

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
    const UPDATE: &str = "install the newest Sysbox";
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
    let why = SYSBOX;
    let (text, version) = match sysbox_version(look) {
        Seen::Known(text) => match numbers(&text) {
            Some(version) => (text, version),
            None => return sheet.say(ID, State::Unknown, format!("`{text}` is no version"), why, ""),
        },
        Seen::Absent => return unversioned(look, sheet),
        Seen::Hidden(reason) => return sheet.say(ID, State::Unknown, reason, why, TELLS),
    };
    let is_second = look.there("/sys/fs/cgroup/cgroup.controllers");
    let is_newest = look
        .kernel_version()
        .is_some_and(|kernel| kernel >= Version::new(5, 19, 0));
    let own = runtime::SysboxRange {
        oldest: version.clone(),
        newest: version.clone(),
    };
    let (state, seen, why, help) = match told {
        Some(Ok(range)) if !(range.oldest <= version && version <= range.newest) => (
            State::Warning,
            format!("{text}, where the config has {range}"),
            why.to_owned(),
            "say the host's version in seaworthy.yaml, or install the one that stands there",
        ),
        _ if is_second && version < Version::new(0, 4, 0) => {
            let why = "before 0.4.0 Sysbox knows no control groups of version 2";
            (State::Bad, text, why.to_owned(), UPDATE)
        }
        _ if is_newest && version < Version::new(0, 6, 1) => {
            let why = "only from 0.6.1 on does Sysbox use id-mapped mounts for overlay file systems";
            (State::Warning, text, why.to_owned(), UPDATE)
        }
        _ if own.runs_all() => {
            let why = "it runs every containerd.io that is known";
            (State::Good, text, why.to_owned(), "")
        }
        _ => {
            let bound = runtime::advice(Some(&own)).containerd;
            let why = format!("inside, containerd.io newer than {bound} fails on it");
            (State::Warning, text, why, UPDATE)
        }
    };
    sheet.say(ID, state, seen, why, help);
}

/// What helps where nothing tells Sysbox's version.
const TELLS: &str = "sysbox-runc --version tells";

/// What is said of a Sysbox that no program and no package tells of.
fn unversioned(look: &Look, sheet: &mut Sheet) {
    let places = [
        "/usr/bin/sysbox-runc",
        "/usr/local/sbin/sysbox-runc",
        "/usr/local/bin/sysbox-runc",
    ];
    let (state, seen, why, help) = match places.iter().find(|path| look.there(path)) {
        Some(path) => (
            State::Unknown,
            format!("{path} is there; it does not tell its version"),
            SYSBOX,
            TELLS,
        ),
        None if !matches!(look.host.list("/usr/bin"), Seen::Known(_)) => {
            let seen = "no folder of programs can be listed";
            (State::Unknown, seen.to_owned(), SYSBOX, TELLS)
        }
        None => (
            State::Bad,
            "not installed".to_owned(),
            "without it there is no sysbox-runc",
            "install sysbox-ce",
        ),
    };
    sheet.say("sysbox", state, seen, why, help);
}
