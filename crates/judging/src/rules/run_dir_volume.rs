//! A VOLUME lies on `/run`, `/var/run` or `/tmp`.
//!
//! systemd and Sysbox mount memory over these folders when a workspace starts, and `/var/run` is a
//! link to `/run`. A volume between them makes mounts nest the wrong way, and containers and pods fail
//! to start or lose what systemd keeps there.
//!
//! Remove the VOLUME.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Warning),
    ..Rule::facts("run-dir-volume", check, include_str!("run_dir_volume.rs"))
};

/// Says each such VOLUME.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let volumes = &facts.config.volumes;
    for volume in volumes
        .iter()
        .filter(|volume| matches!(volume.value.as_known(), Some("/run" | "/tmp")))
    {
        let path = volume.value.text();
        let message = if facts.is_here(&volume.origin) {
            format!("a VOLUME on {path} is in the way of what is mounted there at start")
        } else {
            format!(
                "the base image declares a VOLUME on {path}, in the way of what is mounted there at start"
            )
        };
        report
            .say(&volume.origin, message)
            .help("remove it: what lies there does not last anyway");
    }
}
