//! A VOLUME lies where the inner engine keeps its images.
//!
//! An anonymous volume is mounted over the folder in every container, with every new container anew:
//! inner images that the build put there are hidden, those that a person pulls are lost, and Sysbox
//! cannot give the folder a place of its own.
//!
//! Remove the VOLUME: the platform mounts the folder itself.

use super::volumes::on_or_above;
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{DaemonSetting, Facts, Meaning};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Warning),
    ..Rule::facts("docker-data-volume", check, include_str!("docker_data_volume.rs"))
};

/// Where engines keep their data unless a configuration says otherwise.
const STORES: [&str; 3] = ["/var/lib/docker", "/var/lib/containerd", "/var/lib/containers"];

/// Says each such VOLUME.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if contract.docker == Some(false) {
        return;
    }
    let configured =
        facts
            .files
            .staying()
            .flat_map(|file| &file.meaning)
            .filter_map(|meaning| match meaning {
                Meaning::Daemon(DaemonSetting::DataRoot { path, .. }) => Some(path.trim_end_matches('/')),
                _ => None,
            });
    let stores: Vec<&str> = configured.chain(STORES).collect();
    let mut told: Vec<&str> = Vec::new();
    for store in stores {
        for volume in on_or_above(facts, store) {
            let path = volume.value.text();
            if told.contains(&path) {
                continue;
            }
            told.push(path);
            let message = if facts.is_here(&volume.origin) {
                format!("a VOLUME on {path} covers what the inner engine keeps in {store}")
            } else {
                format!("the base image declares a VOLUME on {path}, where the inner engine keeps its images")
            };
            let help = if facts.is_here(&volume.origin) {
                "remove it: the platform mounts that folder itself"
            } else {
                "a VOLUME cannot be taken back: start from another base"
            };
            report.say(&volume.origin, message).help(help);
        }
    }
}
