//! A Docker engine is inside, and nothing can start it.
//!
//! In a workspace the engine is a service, and `/sbin/init` starts the services: the platform runs it
//! as the first process if the image has it, and a process that sleeps if not. Debian's and Ubuntu's
//! `systemd` brings no `/sbin/init`, `systemd-sysv` does; docker-ce and docker.io lead to it by a chain
//! of recommendations, which `--no-install-recommends` cuts. Alpine's `/sbin/init` is BusyBox's and
//! starts nothing unless OpenRC has docker in a runlevel.
//!
//! Install `systemd-sysv` beside the engine.

use super::workspace::engine;
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Answer, Facts, Family, Init, Manager};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Error),
    ..Rule::facts("init-missing", check, include_str!("init_missing.rs"))
};

/// Says the engine if no init starts it.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let Some(engine) = engine(facts, contract) else {
        return;
    };
    let name = &engine.name;
    let removal = facts.init_removal().filter(|removal| facts.is_here(removal));
    match facts.init() {
        Answer::Known(Init::Systemd | Init::Other) => {}
        Answer::Known(Init::Busybox) => {
            let starts = facts.packages.named("openrc").next().is_some()
                || !facts.from.base.package("openrc").is_absent();
            let is_enabled = !facts.unit_enabled("docker").is_absent();
            if starts && is_enabled {
                return;
            }
            let help = if starts {
                "add it to a runlevel: `rc-update add docker default`"
            } else {
                "install `openrc` and add docker to a runlevel: `rc-update add docker default`"
            };
            report
                .say(
                    &engine.origin,
                    format!("nothing starts `{name}`: /sbin/init is BusyBox's"),
                )
                .help(help);
        }
        Answer::Absent => {
            if let Some(removal) = removal {
                report
                    .say(
                        removal,
                        format!("nothing starts `{name}` once /sbin/init is removed"),
                    )
                    .help("leave /sbin/init as its package made it");
                return;
            }
            report
                .say(
                    &engine.origin,
                    format!("nothing starts `{name}`: the image has no /sbin/init"),
                )
                .help(advice(facts));
        }
        Answer::Unknown if facts.init_only_recommended() => {
            report
                .say(
                    &engine.origin,
                    format!("what starts `{name}`, /sbin/init, comes by recommendation alone"),
                )
                .possible()
                .help(advice(facts));
        }
        Answer::Unknown => {}
    }
}

fn advice(facts: &Facts) -> &'static str {
    let has_apt = matches!(facts.from.base.family, Some(Family::Debian | Family::Ubuntu))
        || facts
            .packages
            .system()
            .any(|package| package.manager == Manager::Apt);
    if has_apt {
        "install `systemd-sysv`, which brings it (`systemd` alone does not)"
    } else {
        "install an init that starts services, such as systemd"
    }
}
