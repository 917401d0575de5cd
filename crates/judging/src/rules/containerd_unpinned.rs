//! containerd.io comes in at whatever version is the newest.
//!
//! Docker inside a workspace runs containers through the runc that containerd.io brings, and each new
//! runc may use system calls that the platform's Sysbox does not emulate yet. Then the image builds, the
//! workspace starts, and every `docker run` in it fails. The documented version for container-based
//! virtual machines is 1.5.11-1; later ones run on later Sysbox, and from Sysbox 0.7.0 on every known one
//! runs.
//!
//! Pin containerd.io in the install itself, or by an apt preferences file with a version and a priority
//! above 500, together with a docker-ce that is content with it.

use super::engine_versions::{self, Bound};
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, Manager, Package};
use crate::finding::{Edit, Place, Safety, Severity};
use crate::platform::runtime::{self, Advice};
use crate::platform::versions::Pattern;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Error),
    fix: Some(Safety::Suggested),
    ..Rule::facts(
        "containerd-unpinned",
        check,
        include_str!("containerd_unpinned.rs"),
    )
};

/// Says the request that brings it in.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if contract.docker == Some(false) {
        return;
    }
    let sysbox = engine_versions::sysbox(contract);
    let advice = runtime::advice(sysbox.as_ref());
    if advice.runs_all {
        return;
    }
    let own = engine_versions::requests(facts, "containerd.io").next();
    let engine = engine_versions::requests(facts, "docker-ce").next();
    let Some(asked) = own.or(engine) else { return };
    if asked.manager == Manager::Apk || asked.manager == Manager::Pacman {
        return;
    }
    let last = own
        .into_iter()
        .chain(engine)
        .map(|package| package.asked.step)
        .max();
    if !matches!(
        engine_versions::bound(facts, "containerd.io", last.unwrap_or(asked.asked.step)),
        Bound::Nothing
    ) {
        return;
    }
    let brings = match own {
        Some(_) => "containerd.io is not pinned".to_owned(),
        None => "docker-ce brings in containerd.io, and nothing pins it".to_owned(),
    };
    let message = match &sysbox {
        Some(sysbox) => format!(
            "{brings}: the newest does not run on {sysbox}, {} is the last that does",
            advice.containerd
        ),
        None => format!(
            "{brings}: the newest may not run on the platform's Sysbox, {} is the documented version",
            advice.containerd_apt
        ),
    };
    let spelled = Spelled::of(asked.manager, &advice);
    let known = Pattern::read(engine_versions::spelling(asked.manager), &spelled.version);
    let absent = engine_versions::release(facts)
        .is_some_and(|(family, release)| runtime::available(family, &release, &known).is_absent());
    let mut help = if absent {
        format!(
            "Docker's repository has no containerd.io {} for this distribution: pin one that the platform runs",
            advice.containerd
        )
    } else {
        format!(
            "pin it: {}, with {}",
            spelled.containerd(),
            spelled.docker("docker-ce")
        )
    };
    if sysbox.is_none() {
        help = format!("{help}; {}", engine_versions::STATE_PLATFORM);
    }
    let edits = edits(facts, asked, &spelled);
    let said = report.say(&asked.asked, message).help(help);
    if !absent && !edits.is_empty() {
        said.fix(
            "Pin containerd.io and the docker-ce that goes with it",
            Safety::Suggested,
            edits,
        );
    }
}

/// Versions as the package manager spells them.
struct Spelled {
    separator: char,
    version: String,
    docker_version: String,
}

impl Spelled {
    fn of(manager: Manager, advice: &Advice) -> Self {
        if manager.is_rpm() {
            Self {
                separator: '-',
                version: advice.containerd_rpm.to_owned(),
                docker_version: advice.docker_rpm(),
            }
        } else {
            Self {
                separator: '=',
                version: advice.containerd_apt.to_owned(),
                docker_version: advice.docker_apt(),
            }
        }
    }

    fn containerd(&self) -> String {
        quoted(&format!("containerd.io{}{}", self.separator, self.version))
    }

    fn docker(&self, name: &str) -> String {
        quoted(&format!("{name}{}{}", self.separator, self.docker_version))
    }
}

/// A word for the shell: in quotes if it has a star, which a shell might match against files.
fn quoted(word: &str) -> String {
    if word.contains('*') {
        format!("'{word}'")
    } else {
        word.to_owned()
    }
}

/// The request and those beside it, with versions.
fn edits(facts: &Facts, asked: &Package, spelled: &Spelled) -> Vec<Edit> {
    let mut edits = Vec::new();
    let span = |package: &Package| match &package.asked.place {
        // A word in quotes or from a variable has another length than its name.
        Place::Text { path, span } if path.is_empty() => {
            (span.range().len() == package.name.text().len()).then_some(*span)
        }
        _ => None,
    };
    for package in facts
        .packages
        .system()
        .filter(|package| package.asked.step == asked.asked.step)
    {
        if package.version.is_some() || !engine_versions::is_literal(package) {
            continue;
        }
        let name = package.name.text();
        let text = match name {
            "containerd.io" => spelled.containerd(),
            "docker-ce" | "docker-ce-cli" => spelled.docker(name),
            _ => continue,
        };
        let Some(span) = span(package) else {
            return Vec::new();
        };
        edits.push(Edit { span, text });
    }
    if asked.name.is("docker-ce") {
        let Some(first) = edits.iter_mut().find(|edit| edit.text.contains("docker-ce")) else {
            return Vec::new();
        };
        first.text = format!("{} {}", spelled.containerd(), first.text);
    }
    edits.sort_by_key(|edit| edit.span);
    edits
}
