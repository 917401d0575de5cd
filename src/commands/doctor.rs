//! `doctor`: whether a host, a cluster or a pod is what the platform needs.

mod kubectl;

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Result, bail};

use super::{Exit, look, say};
use crate::cli::doctor::Doctor;
use crate::cli::{Global, ListFormat};
use crate::commands::intended;
use crate::disk::{self};
use crate::doctor::cluster::{self, Cluster};
use crate::doctor::door::{Host, Watched};
use crate::doctor::{Check, Kind, Sheet, State, Wish, host, pod};
use crate::host::{RecordedHost, ThisHost};
use crate::platform::hosts::{CLUSTERS_TEXT, HOSTS_TEXT};
use crate::platform::mounts::Caching;
use crate::report::doctor as page;

/// Prints all checks.
pub fn doctor(global: &Global, arguments: &Doctor, out: &mut dyn Write) -> Result<Exit> {
    if arguments.table {
        write!(out, "{HOSTS_TEXT}---\n{CLUSTERS_TEXT}")?;
        return Ok(Exit::Clean);
    }
    let Some(wish) = wish(global, arguments)? else {
        return Ok(Exit::Failed);
    };
    let mut work = Work::default();
    if let Some(folder) = &arguments.root {
        match RecordedHost::new(folder) {
            Ok(recorded) => work.host(&recorded, &wish),
            Err(error) => bail!("cannot read {}: {}", disk::shown(folder), disk::reason(&error)),
        }
    } else if arguments.cluster.is_empty() && arguments.pod.is_empty() && !arguments.kubectl {
        work.host(&ThisHost, &wish);
    } else {
        let mut known = Cluster::default();
        for path in &arguments.cluster {
            work.cluster(path, &mut known);
        }
        if arguments.kubectl {
            work.kubectl(&mut known);
        }
        if arguments.kubectl || !arguments.cluster.is_empty() {
            work.looked |= !known.is_unknown();
            let checks = cluster::check(&known, &wish);
            work.add(checks);
        }
        for path in &arguments.pod {
            work.pods(path, &known, &wish);
        }
    }
    match arguments.format {
        ListFormat::Text => page::write_text(&work.checks, look(global), out)?,
        ListFormat::Json => page::write_json(&work.checks, out)?,
    }
    if !work.looked {
        say(match arguments.root {
            Some(_) => {
                "error: nothing of a host was found: a recorded host is a folder like its root, with etc, proc and sys in it"
            }
            None => "error: nothing could be looked at",
        });
    }
    let is_bad = work.checks.iter().any(|check| check.state == State::Bad);
    Ok(match () {
        () if is_bad => Exit::Found,
        () if work.unread || !work.looked => Exit::Failed,
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

#[derive(Default)]
struct Work {
    checks: Vec<Check>,
    /// Whether a file that was named could not be opened.
    unread: bool,
    /// Whether anything at all could be looked at.
    looked: bool,
}

impl Work {
    fn failed(&mut self, id: &'static str, name: &str, why: &str, help: &str) {
        say(&format!("error: {name}: {why}"));
        self.unknown(id, name, why, help);
    }

    fn unknown(&mut self, id: &'static str, name: &str, why: &str, help: &str) {
        let mut sheet = Sheet::new(name);
        sheet.say(
            id,
            State::Unknown,
            why,
            "what could not be read is not checked",
            help,
        );
        self.checks.extend(sheet.checks);
    }

    /// Adds checks, without those which say once more that what could not be read is unknown.
    fn add(&mut self, mut checks: Vec<Check>) {
        let told: Vec<&str> = self.checks.iter().map(|check| check.id).collect();
        checks.retain(|check| {
            !(check.subject == "cluster" && check.state == State::Unknown && told.contains(&check.id))
        });
        self.checks.extend(checks);
    }

    fn host(&mut self, host: &dyn Host, wish: &Wish) {
        let watched = Watched::new(host);
        self.checks = host::check(&watched, wish);
        self.looked = watched.has_seen();
    }

    fn cluster(&mut self, path: &Path, known: &mut Cluster) {
        let name = disk::shown(path);
        let read = match path.as_os_str() == "-" {
            true => cluster::read(io::stdin().lock(), known),
            false => match disk::open(path) {
                Ok(file) => cluster::read(file, known),
                Err(error) => {
                    self.unread = true;
                    return self.failed("node-image", &name, &error.reason(), "");
                }
            },
        };
        if let Err(wrong) = read {
            self.failed("node-image", &name, &wrong.0, "");
        }
    }

    fn kubectl(&mut self, known: &mut Cluster) {
        let mut questions = kubectl::QUESTIONS.iter();
        while let Some(question) = questions.next() {
            let Err(silence) = kubectl::ask(question, known) else {
                continue;
            };
            self.failed(question.id, question.line, &silence.why, &silence.help);
            if silence.is_lasting {
                // The same for all others, said once aloud.
                for question in questions.by_ref() {
                    self.unknown(question.id, question.line, &silence.why, &silence.help);
                }
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
                return self.failed("privileged", &name, &error.reason(), "");
            }
        };
        match pod::read(source.text()) {
            Ok(documents) if documents.pods.is_empty() => {
                let found = match documents.others.as_slice() {
                    [] => "it is empty".to_owned(),
                    kinds => format!("it holds no pod and no workload, but {}", kinds.join(", ")),
                };
                self.failed("privileged", &name, &found, "");
            }
            Ok(documents) => {
                self.looked = true;
                for one in &documents.pods {
                    self.checks.extend(pod::check(one, &known.nodes, wish));
                }
            }
            Err(error) => self.failed("privileged", &name, &error, ""),
        }
    }
}
