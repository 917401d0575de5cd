//! Docker 29 keeps images where a new container of an old workspace does not find them.
//!
//! Since 29.0.0 a fresh engine uses containerd's image store. A workspace keeps `/var/lib/docker` and
//! gets a new container at every start: inner containers of before come back with "RWLayer of container
//! … is unexpectedly nil" and do not start.
//!
//! Set `"features": {"containerd-snapshotter": false}` in `/etc/docker/daemon.json`, or stay below 29.

use super::engine_versions::docker_29;
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{DaemonSetting, Facts, Meaning, WriteKind, path};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Warning),
    ..Rule::facts("docker-image-store", check, include_str!("docker_image_store.rs"))
};

/// Says the request for docker-ce.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if contract.docker == Some(false) || is_settled(facts) {
        return;
    }
    let Some((engine, certainty)) = docker_29(facts) else {
        return;
    };
    let which = if engine.version.is_some() {
        "this docker-ce is or may be 29 or later"
    } else {
        "docker-ce without a version is 29 or later"
    };
    report
        .say_at(
            engine.asked.place.clone(),
            certainty,
            format!("{which}: inner containers of a kept /var/lib/docker do not start again"),
        )
        .help("set `\"features\": {\"containerd-snapshotter\": false}` in /etc/docker/daemon.json, or ask for a version below 29");
}

/// Whether a daemon.json turns the new store off, or may do so.
fn is_settled(facts: &Facts) -> bool {
    facts.files.staying().any(|file| {
        let is_it = file.path.is("/etc/docker/daemon.json");
        let may_be = file.kind == WriteKind::Tree && path::may_hold(&file.path, "/etc/docker/daemon.json");
        let says = file.meaning.iter().any(|meaning| {
            matches!(
                meaning,
                Meaning::Daemon(DaemonSetting::ContainerdSnapshotter(false) | DaemonSetting::Unreadable(_))
            )
        });
        may_be || (is_it && says)
    })
}
