//! `doctor`: whether a host, a cluster or a pod is what the platform needs.

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::{Exit, look, say};
use crate::cli::doctor::Doctor;
use crate::cli::{Global, ListFormat};
use crate::commands::intended;
use crate::disk::{self};
use crate::doctor::cluster::{self, Cluster};
use crate::doctor::{Check, Kind, Sheet, State, Wish, host, pod};
use crate::host::{RecordedHost, ThisHost};
use crate::platform::hosts::{CLUSTERS_TEXT, HOSTS_TEXT};
use crate::platform::mounts::Caching;
use crate::program::{self, ProgramError};
use crate::report::doctor as page;

/// How long kubectl may take: a cluster may be far away.
const KUBECTL_PATIENCE: Duration = Duration::from_secs(30);
/// The longest answer of kubectl that is read, in bytes.
const KUBECTL_LONGEST: u64 = 1 << 30;

/// Prints all checks.
pub fn doctor(global: &Global, arguments: &Doctor, out: &mut dyn Write) -> Result<Exit> {
    if arguments.table {
        write!(out, "{HOSTS_TEXT}---\n{CLUSTERS_TEXT}")?;
        return Ok(Exit::Clean);
    }
    let Some(wish) = wish(global, arguments)? else {
        return Ok(Exit::Failed);
    };
    let mut work = Work {
        checks: Vec::new(),
        unread: false,
    };
    if let Some(folder) = &arguments.root {
        let recorded =
            RecordedHost::new(folder).with_context(|| format!("cannot read {}", disk::shown(folder)))?;
        work.checks = host::check(&recorded, &wish);
    } else if arguments.cluster.is_empty() && arguments.pod.is_empty() && !arguments.kubectl {
        work.checks = host::check(&ThisHost, &wish);
    } else {
        let mut known = Cluster::default();
        for path in &arguments.cluster {
            work.cluster(path, &mut known);
        }
        if arguments.kubectl {
            work.kubectl(&mut known);
        }
        if arguments.kubectl || !arguments.cluster.is_empty() {
            work.checks.extend(cluster::check(&known, &wish));
        }
        for path in &arguments.pod {
            work.pods(path, &known, &wish);
        }
    }
    match arguments.format {
        ListFormat::Text => page::write_text(&work.checks, look(global), out)?,
        ListFormat::Json => page::write_json(&work.checks, out)?,
    }
    let any = |state: State| work.checks.iter().any(|check| check.state == state);
    Ok(match () {
        () if any(State::Bad) => Exit::Found,
        () if work.unread || !(any(State::Good) || any(State::Warning)) => Exit::Failed,
        () => Exit::Clean,
    })
}

/// For what is checked, by the command line and the config; none where the config is broken.
fn wish(global: &Global, arguments: &Doctor) -> Result<Option<Wish>> {
    let configs = intended::configs(global)?;
    let folder = disk::working_folder();
    let found = match configs.for_folder(folder) {
        Ok(found) => found,
        Err(broken) => {
            for finding in &broken.findings {
                say(&format!("error: {}", super::lint::told(finding, &broken)));
            }
            return Ok(None);
        }
    };
    let contract = found.config.settings(&folder.join("Dockerfile")).contract;
    let asked: Option<Kind> = arguments.profile.map(Kind::from);
    let kind = asked.or_else(|| Kind::of(contract.profile)).unwrap_or_else(|| {
        say(&format!(
            "note: the profile {} has no Sysbox; this is checked for cvm",
            contract.profile.name()
        ));
        Kind::Cvm
    });
    let caching = if arguments.caching {
        Caching::On
    } else {
        Caching::Off
    };
    if caching == Caching::On && kind != Kind::Cvm {
        say("note: only cvm is cached; --caching has no effect");
    }
    Ok(Some(Wish {
        kind,
        asked,
        caching,
        contract,
    }))
}

struct Work {
    checks: Vec<Check>,
    /// Whether a file that was named could not be opened.
    unread: bool,
}

impl Work {
    fn failed(&mut self, id: &'static str, name: &str, why: &str) {
        say(&format!("error: {name}: {why}"));
        let mut sheet = Sheet::new(name);
        sheet.say(
            id,
            State::Unknown,
            why,
            "what could not be read is not checked",
            "",
        );
        self.checks.extend(sheet.checks);
    }

    fn cluster(&mut self, path: &Path, known: &mut Cluster) {
        let name = disk::shown(path);
        let read = match path.as_os_str() == "-" {
            true => cluster::read(io::stdin().lock(), known),
            false => match disk::open(path) {
                Ok(file) => cluster::read(file, known),
                Err(error) => {
                    self.unread = true;
                    return self.failed("node-image", &name, &error.to_string());
                }
            },
        };
        if let Err(wrong) = read {
            self.failed("node-image", &name, &wrong.0);
        }
    }

    fn kubectl(&mut self, known: &mut Cluster) {
        let asked: [(&[&str], &'static str, &'static str); 5] = [
            (
                &["version", "-o", "json", "--request-timeout=20s"],
                "kubernetes-version",
                "",
            ),
            (
                &["get", "nodes", "-o", "json", "--request-timeout=20s"],
                "node-image",
                "Node",
            ),
            (
                &["get", "runtimeclass", "-o", "json", "--request-timeout=20s"],
                "runtime-class",
                "RuntimeClass",
            ),
            (
                &["get", "namespaces", "-o", "json", "--request-timeout=20s"],
                "pod-security",
                "Namespace",
            ),
            (
                &[
                    "get",
                    "pods",
                    "--all-namespaces",
                    "-o",
                    "json",
                    "--request-timeout=20s",
                ],
                "privileged",
                "",
            ),
        ];
        for (words, id, kind) in asked {
            let shown = words.iter().take_while(|word| !word.starts_with('-'));
            let name = shown.fold("kubectl".to_owned(), |name, word| format!("{name} {word}"));
            let answer = program::answer(
                Command::new("kubectl").args(words),
                KUBECTL_PATIENCE,
                KUBECTL_LONGEST,
            );
            match answer {
                Ok(answer) => match cluster::read(answer.as_slice(), known) {
                    Ok(()) if !kind.is_empty() => known.complete.push(kind),
                    Ok(()) => {}
                    Err(wrong) => self.failed(id, &name, &wrong.0),
                },
                Err(ProgramError::Missing(_)) => {
                    self.failed(id, "kubectl", "there is no such program");
                    return;
                }
                Err(error) => self.failed(id, &name, &error.to_string()),
            }
        }
    }

    fn pods(&mut self, path: &Path, known: &Cluster, wish: &Wish) {
        let name = disk::shown(path);
        let source = match path.as_os_str() == "-" {
            true => disk::read_input(io::stdin().lock(), "-"),
            false => disk::read(path, &name),
        };
        let source = match source {
            Ok(source) => source,
            Err(error) => {
                self.unread = true;
                return self.failed("privileged", &name, &error.to_string());
            }
        };
        match pod::read(source.text()) {
            Ok(documents) if documents.pods.is_empty() => {
                let found = match documents.others.as_slice() {
                    [] => "it is empty".to_owned(),
                    kinds => format!("it holds no pod and no workload, but {}", kinds.join(", ")),
                };
                self.failed("privileged", &name, &found);
            }
            Ok(documents) => {
                for one in &documents.pods {
                    self.checks.extend(pod::check(one, &known.nodes, wish));
                }
            }
            Err(error) => self.failed("privileged", &name, &error),
        }
    }
}
