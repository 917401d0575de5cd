//! The engine and systemd are there, and the engine's unit does not start with them.
//!
//! Debian's and Ubuntu's packages enable their units when they are installed; those of RPM systems
//! and of Arch leave that to the administrator, and so does a unit that was disabled or masked after
//! the installation. The workspace then comes up without a Docker daemon.
//!
//! Write `RUN systemctl enable docker`: it makes a link and works in a build.

use super::workspace::engine;
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Answer, Facts, Init, Meaning, UnitState};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Error),
    ..Rule::facts("docker-not-enabled", check, include_str!("docker_not_enabled.rs"))
};

/// Says the engine, or the step that took its unit away.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let Some(engine) = engine(facts, contract) else {
        return;
    };
    if facts.init() != Answer::Known(Init::Systemd) || engine.origin.step == 0 {
        return;
    }
    if !facts.unit_enabled("docker").is_absent() {
        return;
    }
    let stopped = facts.unit_stopped("docker");
    if let Some(unit) = stopped {
        let what = if unit.state == UnitState::Masked {
            "masked"
        } else {
            "disabled"
        };
        report
            .say(
                &unit.origin,
                format!("the unit `docker` is {what}: no daemon in the workspace"),
            )
            .help("leave the unit enabled, or enable it again with `systemctl enable docker`");
        return;
    }
    // The socket starts the daemon when somebody asks, and a unit of one's own may run it.
    if !facts.unit_enabled("docker.socket").is_absent() || is_started_otherwise(facts) {
        return;
    }
    // Of an archive there is no unit to enable.
    let help = if engine.package.is_some() {
        "add `RUN systemctl enable docker`"
    } else {
        "write a unit that runs `dockerd`, and enable it"
    };
    report
        .say(
            &engine.origin,
            format!(
                "`{}` does not start with the workspace: no unit is enabled",
                engine.name
            ),
        )
        .help(help);
}

fn is_started_otherwise(facts: &Facts) -> bool {
    facts.files.staying().any(|file| {
        file.meaning.iter().any(|meaning| match meaning {
            Meaning::Refers(paths) => paths
                .iter()
                .any(|path| path.ends_with("/dockerd") || path.contains("docker")),
            _ => false,
        })
    })
}
