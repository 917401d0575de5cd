//! Points 7, 8, 9 and 19: the engine inside, from its units to its versions.

use super::{Asked, Clauses, NEEDS_RUN, Point, State, Subject};
use crate::facts::{Answer, Family, Init, Observed, SeenKind};
use crate::platform::runtime::{self, Bringer, Verdict};
use crate::platform::versions::Pattern;
use crate::rules::engine_versions;

/// Why nothing about an engine is asked for.
pub const NONE_INSIDE: &str = "no engine runs inside";

/// Point 7.
pub const ENABLED: Point = Point {
    number: 7,
    name: "docker-enabled",
    rule: "contract-docker-enabled",
    asks: "the engine's units start with the system, and none is masked",
    of: Asked::VirtualMachines,
    check: enabled,
};

/// Point 8.
pub const RUNS: Point = Point {
    number: 8,
    name: "docker-runs",
    rule: "contract-docker-runs",
    asks: "the system comes up, and the user runs containers without sudo",
    of: Asked::VirtualMachines,
    check: runs,
};

/// Point 9.
pub const COMMANDS: Point = Point {
    number: 9,
    name: "docker-commands",
    rule: "contract-docker-commands",
    asks: "docker, docker compose, docker buildx and docker-compose answer",
    of: Asked::VirtualMachines,
    check: commands,
};

/// Point 19.
pub const VERSIONS: Point = Point {
    number: 19,
    name: "engine-versions",
    rule: "contract-engine-versions",
    asks: "the platform's Sysbox runs containerd and Docker of these versions",
    of: Asked::VirtualMachines,
    check: versions,
};

fn enabled(subject: &Subject<'_>) -> Clauses {
    if !subject.wants_engine() {
        return Clauses::not_asked(NONE_INSIDE);
    }
    let mut clauses = Clauses::default();
    if subject.engine.is_none() && subject.observed().is_some() {
        clauses.say(State::Unmet, "there is no engine, and the contract asks for one");
        return clauses;
    }
    // OpenRC's runlevels hold no units.
    let is_systemd = subject.facts.init() == Answer::Known(Init::Systemd);
    if let Some(observed) = subject.observed().filter(|_| is_systemd) {
        units(observed, &mut clauses);
        return clauses;
    }
    match subject.facts.unit_enabled("docker") {
        Answer::Known(()) => clauses.say(State::Met, "the unit `docker` is enabled"),
        Answer::Absent => clauses.say_by(
            "docker-not-enabled",
            State::Unmet,
            "the unit `docker` does not start with the system",
        ),
        Answer::Unknown => clauses.say(
            State::Unknown,
            "whether the unit `docker` is enabled is not known",
        ),
    }
    clauses
}

/// Where the administrator's units and links lie.
const OWN_UNITS: &str = "/etc/systemd/system";

/// The engine's units by their links.
fn units(observed: &Observed, clauses: &mut Clauses) {
    let is_masked = |unit: &str| {
        let link = observed.entries.get(&format!("{OWN_UNITS}/{unit}"));
        link.is_some_and(|seen| match &seen.kind {
            SeenKind::Link(target) => target == "/dev/null",
            SeenKind::File => seen.size == 0,
            SeenKind::Folder | SeenKind::Other => false,
        })
    };
    let wants = |unit: &str| {
        let prefix = format!("{OWN_UNITS}/");
        let links = observed.entries.range(prefix.clone()..);
        let mut links = links.take_while(|(path, _)| path.starts_with(&prefix));

        links.find_map(|(path, _)| {
            let (folder, name) = path.strip_prefix(&prefix)?.split_once('/')?;
            (name == unit && (folder.ends_with(".wants") || folder.ends_with(".requires")))
                .then(|| folder.to_owned())
        })
    };
    let is_packaged = |unit: &str| {
        ["/usr/lib/systemd/system", "/lib/systemd/system", OWN_UNITS]
            .iter()
            .any(|folder| observed.exists(&format!("{folder}/{unit}")).is_known())
    };
    for unit in ["docker.service", "docker.socket", "containerd.service"] {
        let is_service = unit == "docker.service";
        if is_masked(unit) {
            clauses.say_by("docker-not-enabled", State::Unmet, format!("{unit} is masked"));
        } else if unit == "containerd.service" {
            // docker.service starts it.
        } else if let Some(folder) = wants(unit) {
            clauses.say(State::Met, format!("{unit} is in {folder}"));
            if !is_packaged(unit) {
                clauses.say(
                    State::Unmet,
                    format!("{unit} is enabled, and there is no such unit"),
                );
            }
        } else if is_service || is_packaged(unit) {
            clauses.say_by(
                "docker-not-enabled",
                State::Unmet,
                format!("{unit} is not enabled"),
            );
        }
    }
}

fn runs(subject: &Subject<'_>) -> Clauses {
    if !subject.wants_engine() {
        return Clauses::not_asked(NONE_INSIDE);
    }
    let mut clauses = Clauses::default();
    clauses.needs_run(NEEDS_RUN);
    clauses
}

/// Folders in which docker looks for its plugins, and those of the distributions.
const PLUGINS: [&str; 6] = [
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
    "/usr/lib64/docker/cli-plugins",
    "/root/.docker/cli-plugins",
];

fn commands(subject: &Subject<'_>) -> Clauses {
    if !subject.wants_engine() {
        return Clauses::not_asked(NONE_INSIDE);
    }
    let mut clauses = Clauses::default();
    let facts = subject.facts;
    let mut missing = Vec::new();
    let mut unsure = Vec::new();
    let mut take = |name: &'static str, answer: Answer| match answer {
        Answer::Known(()) => {}
        Answer::Absent => missing.push(name),
        Answer::Unknown => unsure.push(name),
    };
    for name in ["docker", "docker-compose"] {
        take(name, facts.command(name, subject.end()));
    }
    for (name, plugin) in [
        ("docker compose", "docker-compose"),
        ("docker buildx", "docker-buildx"),
    ] {
        let answer = match subject.observed() {
            Some(observed) => {
                let is_there = |folder: &&str| observed.exists(&format!("{folder}/{plugin}")).is_known();
                match PLUGINS[..PLUGINS.len() - 1].iter().any(is_there) {
                    true => Answer::Known(()),
                    false => Answer::Absent,
                }
            }
            None => {
                let asked = |package: &&str| facts.packages.named(package).next().is_some();
                let packages = match plugin {
                    "docker-compose" => ["docker-compose-plugin", "docker-compose-v2"].as_slice(),
                    _ => ["docker-buildx-plugin", "docker-buildx"].as_slice(),
                };
                match packages.iter().any(asked) {
                    true => Answer::Known(()),
                    false => Answer::Unknown,
                }
            }
        };
        take(name, answer);
    }
    if !missing.is_empty() {
        let base = &facts.from.base;
        let of_bookworm = base.family == Some(Family::Debian)
            && base
                .version
                .as_deref()
                .is_some_and(|version| version.starts_with("12"));
        let is_packaged = missing
            .iter()
            .any(|name| name.contains("compose") || name.contains("buildx"));
        let why = match of_bookworm && is_packaged {
            true => " (Debian 12 has no package of Compose 2 and buildx; Docker's own repository has)",
            false => "",
        };
        let verb = if missing.len() == 1 { "is" } else { "are" };
        clauses.say(
            State::Unmet,
            format!("`{}` {verb} not there{why}", missing.join("`, `")),
        );
    }
    if unsure.is_empty() {
        clauses.needs_run("all are there; whether they answer needs --run");
    } else {
        clauses.say(
            State::Unknown,
            format!("whether `{}` is there is not known", unsure.join("`, `")),
        );
    }
    clauses
}

/// What brings a runc or a containerd, by its package.
const BRINGERS: [(&str, Bringer); 4] = [
    ("containerd.io", Bringer::ContainerdIo),
    ("runc", Bringer::Runc),
    ("docker.io", Bringer::DockerIo),
    ("docker-ce", Bringer::DockerCe),
];

fn versions(subject: &Subject<'_>) -> Clauses {
    if !subject.wants_engine() {
        return Clauses::not_asked(NONE_INSIDE);
    }
    let mut clauses = Clauses::default();
    let sysbox = engine_versions::sysbox(subject.contract);
    let host = match &sysbox {
        Some(sysbox) => sysbox.to_string(),
        None => "any Sysbox of the documented pin and later".to_owned(),
    };
    let mut is_known = false;
    for (name, bringer) in BRINGERS {
        let Some(package) = subject.facts.packages.named(name).last() else {
            continue;
        };
        let version = package.version.as_ref().and_then(|version| version.as_known());
        let Some(version) = version.filter(|version| !version.is_empty()) else {
            continue;
        };
        let pattern = Pattern::read(engine_versions::spelling(package.manager), version);
        match runtime::judge_containerd(bringer, &pattern, sysbox.as_ref()) {
            Verdict::Runs => {
                // Without the version of its containerd that of the engine is half an answer.
                is_known |= bringer != Bringer::DockerCe;
                clauses.say(State::Met, format!("{name} {version} runs on {host}"));
            }
            Verdict::Breaks(fault) => clauses.say_by(
                "containerd-incompatible",
                State::Unmet,
                format!("{name} {version} breaks on {host}: \"{}\"", fault.symptom),
            ),
            Verdict::Possibly(fault) => {
                is_known = true;
                clauses.say(
                    State::Unknown,
                    format!(
                        "{name} {version} may break: \"{}\"; platform.sysbox tells",
                        fault.symptom
                    ),
                );
            }
            Verdict::Unknown => {}
        }
    }
    let needs = subject
        .findings
        .iter()
        .find(|finding| finding.rule == "docker-needs-newer-containerd");
    if let Some(finding) = needs {
        clauses.say_by(finding.rule, State::Unmet, finding.message.clone());
    }
    if !is_known {
        clauses.say(
            State::Unknown,
            "which runc and containerd are inside is not known",
        );
    }
    clauses
}
