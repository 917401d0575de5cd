//! docker-ce asks for a newer containerd.io than the one that is pinned.
//!
//! Each docker-ce names the oldest containerd.io that it is content with. With an older one pinned, apt
//! and dnf refuse the install or take the newer one in its place; a docker-ce without a bound becomes such
//! a case on the day on which a newer one is released.
//!
//! Bound docker-ce and docker-ce-cli to the line that goes with the pin.

use super::engine_versions::{self, Bound};
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;
use crate::platform::runtime::{self, Daemon};
use crate::platform::versions::Share;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::virtual_machines(Severity::Error)
    },
    ..Rule::facts(
        "docker-needs-newer-containerd",
        check,
        include_str!("docker_needs_newer_containerd.rs"),
    )
};

/// Says the docker-ce that asks for more.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if contract.docker == Some(false) {
        return;
    }
    let Some(engine) = engine_versions::requests(facts, "docker-ce").next() else {
        return;
    };
    let last = engine_versions::requests(facts, "containerd.io")
        .map(|package| package.asked.step)
        .chain([engine.asked.step])
        .max();
    let until = last.unwrap_or(engine.asked.step);
    let Bound::Version { pattern, origin } = engine_versions::bound(facts, "containerd.io", until) else {
        return;
    };
    let bound = engine_versions::bound(facts, "docker-ce", until);
    let (daemon, asked) = match &bound {
        Bound::Nothing => (Daemon::Newest, "docker-ce without a version".to_owned()),
        Bound::Version { pattern, .. } => (Daemon::Version(pattern), format!("docker-ce {}", pattern.text)),
        Bound::Unreadable => return,
    };
    let Some(need) = runtime::docker_needs(daemon) else {
        return;
    };
    let possible = match need.share_too_old(&pattern) {
        Share::All => !need.certain,
        Share::Some => true,
        Share::None | Share::Unknown => return,
    };
    let message = format!(
        "{asked} needs containerd.io {} or later, and {} is pinned",
        need.minimum, pattern.text
    );
    let help = match runtime::docker_range_for(&pattern) {
        Some((line, _)) if engine.manager.is_rpm() => format!("docker-ce-{line}.* goes with it"),
        Some((line, _)) => format!("docker-ce=5:{line}.* goes with it"),
        None => "bound docker-ce to a line that goes with it".to_owned(),
    };
    let said = report.say(&engine.asked, message).help(help);
    let said = if possible { said.possible() } else { said };
    said.related(
        origin.place.clone(),
        format!("containerd.io {} is pinned here", pattern.text),
    );
}
