//! Inner images that the build loads are hidden in the workspace.
//!
//! envbox always mounts the workspace's own volume over `/var/lib/docker` and `/var/lib/containers`.
//! What `docker pull`, `docker load` or COPY put there at build time makes the image large, and nobody
//! sees it.
//!
//! Pull the images when the workspace starts, or keep an archive elsewhere and load it then.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, Step, path};
use crate::finding::{Certainty, Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbox: Some(Severity::Warning),
        cvm: None,
        sysbox: None,
        ..Levels::virtual_machines(Severity::Warning)
    },
    ..Rule::facts("preload-hidden", check, include_str!("preload_hidden.rs"))
};

/// Says each pull, load and build, and each file below the store.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if contract.docker == Some(false) {
        return;
    }
    for step in &facts.steps {
        let Some((verb, place)) = loads(step).filter(|_| step.is_here()) else {
            continue;
        };
        let with_daemon = facts.steps.iter().any(|other| {
            (other.stage, other.instruction) == (step.stage, step.instruction) && starts_daemon(other)
        });
        let certainty = if with_daemon {
            step.certainty
        } else {
            Certainty::Possible
        };
        report
            .say_at(
                place,
                certainty,
                format!("what `docker {verb}` puts into /var/lib/docker is hidden by the workspace's volume"),
            )
            .help("do it when the workspace starts, or keep the archive elsewhere and load it then");
    }
    for file in facts.files.staying() {
        let store = ["/var/lib/docker", "/var/lib/containers"]
            .into_iter()
            .find(|store| path::below(store, &file.path));
        if let Some(store) = store.filter(|_| facts.is_here(&file.written)) {
            report
                .say(
                    &file.written,
                    format!("`{}` is hidden by the workspace's volume on {store}", file.path),
                )
                .help("keep it elsewhere, and load it when the workspace starts");
        }
    }
}

/// `docker pull`, `docker load`, `docker build` and what means the same.
fn loads(step: &Step) -> Option<(String, Place)> {
    let program = step.program.as_ref()?;
    let words = &program.words;
    let at = |index: usize| words.get(index).map_or("", |(word, _)| word.text());
    let verb = match (program.name()?, at(1)) {
        ("docker", verb @ ("pull" | "load" | "build" | "import" | "run")) => verb.to_owned(),
        ("docker", verb @ ("image" | "buildx" | "compose"))
            if matches!(at(2), "pull" | "load" | "build" | "import") =>
        {
            format!("{verb} {}", at(2))
        }
        _ => return None,
    };
    Some((verb, words[0].1.clone()))
}

/// Whether a step starts a daemon.
fn starts_daemon(step: &Step) -> bool {
    let Some(program) = &step.program else {
        return false;
    };
    let words: Vec<&str> = program.words.iter().map(|(word, _)| word.text()).collect();
    match program.name() {
        Some(name) if name.starts_with("dockerd") || name.contains("start-docker") => true,
        Some("service") => words.get(1) == Some(&"docker") && words.contains(&"start"),
        Some("systemctl") => words.contains(&"start") && words.iter().any(|word| word.starts_with("docker")),
        Some("docker") => words.get(1) == Some(&"daemon") || words.get(1) == Some(&"-d"),
        Some("start-stop-daemon") => words.iter().any(|word| word.contains("dockerd")),
        _ => words.first().is_some_and(|word| word.ends_with("/init.d/docker")),
    }
}
