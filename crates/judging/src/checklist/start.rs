//! Points 6, 14, 17 and 21: what the platform starts, and what it must not meet.

use super::{Asked, Clauses, Point, State, Subject};
use crate::facts::{Answer, Init, Observed, SeenKind, Value, path};
use crate::finding::Certainty;

/// Point 6.
pub const INIT: Point = Point {
    number: 6,
    name: "init",
    rule: "contract-init",
    asks: "/sbin/init leads to systemd",
    of: Asked::VirtualMachines,
    check: init,
};

/// Point 14.
pub const COMMAND: Point = Point {
    number: 14,
    name: "start-and-volumes",
    rule: "contract-start-and-volumes",
    asks: "nothing relies on ENTRYPOINT or CMD, and no VOLUME lies where the platform mounts",
    of: Asked::VirtualMachines,
    check: command,
};

/// Point 17.
pub const CONFIGURE: Point = Point {
    number: 17,
    name: "configure",
    rule: "contract-configure",
    asks: "/coder/configure, if there, is a script that can be run",
    of: Asked::VirtualMachines,
    check: configure,
};

/// Point 21.
pub const PORT: Point = Point {
    number: 21,
    name: "ssh-port",
    rule: "contract-ssh-port",
    asks: "nothing listens on port 22 unless that is meant",
    of: Asked::VirtualMachines,
    check: port,
};

fn init(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    let facts = subject.facts;
    if let Some(observed) = subject.observed() {
        let place = ["/sbin/init", "/usr/sbin/init"];
        let real = place.iter().find_map(|path| observed.resolve(path));
        let is_link = place.iter().any(|path| {
            let parent = path.rsplit_once('/').map_or("/", |(folder, _)| folder);
            let folder = observed.resolve(parent).unwrap_or_default();
            let entries = [format!("{folder}/init"), (*path).to_owned()];
            let mut entries = entries.iter().filter_map(|path| observed.entries.get(path));
            entries.any(|seen| matches!(seen.kind, SeenKind::Link(_)))
        });
        match real.as_deref().map(|real| (real, real.rsplit('/').next())) {
            Some((real, Some("systemd"))) => clauses.say(State::Met, format!("it leads to {real}")),
            Some((real, _)) => clauses.say(State::Unmet, format!("it leads to {real}, which is not systemd")),
            None if is_link => {
                clauses.say_by(
                    "init-dangling",
                    State::Unmet,
                    "it is a link that leads to nothing",
                );
            }
            None if subject.wants_engine() => {
                clauses.say_by("init-missing", State::Unmet, "there is no /sbin/init");
            }
            None => return Clauses::not_asked("without an engine inside the platform starts no init"),
        }
        return clauses;
    }
    let dangling = subject
        .findings
        .iter()
        .any(|finding| finding.rule == "init-dangling" && finding.certainty == Certainty::Certain);
    match facts.init() {
        _ if dangling => clauses.say_by(
            "init-dangling",
            State::Unmet,
            "it is a link that leads to nothing",
        ),
        Answer::Known(Init::Systemd) => clauses.say(State::Met, "systemd brings it"),
        Answer::Known(Init::Busybox) => clauses.say(State::Unmet, "it is BusyBox's"),
        Answer::Absent if subject.wants_engine() => {
            clauses.say_by("init-missing", State::Unmet, "there is no /sbin/init");
        }
        Answer::Absent => return Clauses::not_asked("without an engine inside the platform starts no init"),
        Answer::Known(Init::Other) | Answer::Unknown => {
            clauses.say(State::Unknown, "what /sbin/init is, is not known");
        }
    }
    clauses
}

/// Rules of point 14 that are off in profiles in which it is asked for, and speak of what the file adds alone:
/// where `/sbin/init` is started, and where a template has a command of its own, the image's is not.
pub const OF_THE_FILE: [&str; 1] = ["entrypoint-ignored"];

/// Where the platform mounts, or a start empties, besides the home.
const MOUNTED: [(&str, &str); 4] = [
    ("/var/lib/docker", "docker-data-volume"),
    ("/tmp", "volume-on-tmp"),
    ("/run", "run-dir-volume"),
    ("/var/run", "run-dir-volume"),
];

fn command(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    let home = Value::known(subject.workspace.home.clone());
    for volume in &subject.facts.config.volumes {
        let Some(folder) = volume.value.as_known() else {
            clauses.say(State::Unknown, format!("VOLUME `{}` is not known", volume.value));
            continue;
        };
        if path::covers(folder, &home) {
            clauses.say_by(
                "volume-on-home",
                State::Unmet,
                format!("VOLUME `{folder}` covers the home"),
            );
        }
        let mounted = MOUNTED.iter().find(|(mounted, _)| {
            path::covers(folder, &Value::known(*mounted)) || path::covers(mounted, &volume.value)
        });
        if let Some((mounted, rule)) = mounted {
            let told = format!("VOLUME `{folder}` lies on {mounted}");
            match *rule {
                "volume-on-tmp" => clauses.say(State::Unmet, told),
                rule => clauses.say_by(rule, State::Unmet, told),
            }
        }
    }
    subject.found(
        &["entrypoint-ignored", "init-not-detected"],
        "neither ENTRYPOINT and CMD nor a VOLUME are in the way",
        &mut clauses,
    );
    clauses
}

/// The script that Coder runs once a workspace is up.
const SCRIPT: &str = "/coder/configure";

fn configure(subject: &Subject<'_>) -> Clauses {
    let none = "the image has no /coder/configure";
    let mut clauses = Clauses::default();
    let text = match subject.observed() {
        Some(observed) => {
            let Some(seen) = observed.entry(SCRIPT) else {
                return Clauses::not_asked(none);
            };
            if seen.kind != SeenKind::File || seen.mode & 0o111 == 0 {
                clauses.say(State::Unmet, "/coder/configure cannot be run");
            }
            seen.text.clone()
        }
        None => match subject.facts.has_path(&Value::known(SCRIPT)) {
            Answer::Absent => return Clauses::not_asked(none),
            Answer::Known(()) => {
                let file = subject.facts.files.at(SCRIPT);
                file.and_then(|file| file.content.text())
                    .map(|text| text.text().to_owned())
            }
            Answer::Unknown => {
                clauses.say(State::Unknown, "whether there is a /coder/configure is not known");
                return clauses;
            }
        },
    };
    match text {
        None => clauses.say(State::Unknown, "what /coder/configure says could not be read"),
        Some(text) if !text.starts_with("#!") => {
            clauses.say(State::Unmet, "/coder/configure does not begin with `#!`");
        }
        Some(text) if text.contains('\r') => {
            clauses.say(State::Unmet, "lines of /coder/configure end in CR LF");
        }
        // What a file in the context may do, and what chmod did to it, is not foreseen.
        Some(_) if subject.observed().is_none() => clauses.say(
            State::Unknown,
            "/coder/configure is a script; whether it can be run, the image shows",
        ),
        Some(_) => clauses.say(State::Met, "/coder/configure is a script that can be run"),
    }
    clauses
}

/// The ports that sshd's configuration names, where it names some and 22 is none of them.
fn other_ports(observed: &Observed) -> Option<String> {
    const FOLDER: &str = "/etc/ssh/sshd_config.d";
    let further = observed
        .children(FOLDER)
        .filter(|(name, _)| name.ends_with(".conf"));
    let texts = further
        .map(|(_, seen)| seen)
        .chain(observed.entry("/etc/ssh/sshd_config"))
        .map(|seen| seen.text.as_deref());
    let mut ports: Vec<&str> = Vec::new();
    for text in texts {
        // What cannot be read may say anything.
        for line in text?.lines() {
            let mut words = line.split_whitespace();
            match words.next().map(str::to_ascii_lowercase).as_deref() {
                Some("port") => ports.extend(words.next()),
                Some("listenaddress") if line.ends_with(":22") => return None,
                _ => {}
            }
        }
    }
    (!ports.is_empty() && !ports.contains(&"22")).then(|| ports.join(", "))
}

fn port(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    let facts = subject.facts;
    let is_meant = facts.config.ports.iter().any(|port| {
        let text = port.value.text();
        text.split('/').next() == Some("22")
    });
    let enabled = ["ssh", "sshd", "ssh.socket", "sshd.socket", "dropbear"]
        .into_iter()
        .find(|unit| facts.unit_enabled(unit).is_known());
    let server = facts.command("sshd", subject.end());
    let elsewhere = subject.observed().and_then(other_ports);
    match (enabled, is_meant) {
        (Some(unit), false) if elsewhere.is_some() && !unit.ends_with(".socket") && unit != "dropbear" => {
            let ports = elsewhere.unwrap_or_default();
            clauses.say(
                State::Met,
                format!("the SSH server listens on port {ports}, not on 22"),
            );
        }
        (_, true) => clauses.say(State::Met, "EXPOSE 22 says that it is meant"),
        (Some(unit), false) => clauses.say(
            State::Unmet,
            format!("the unit `{unit}` listens on port 22, and no EXPOSE says that it is meant"),
        ),
        (None, false) => clauses.part(
            &match server {
                Answer::Unknown if subject.observed().is_none() => Answer::Unknown,
                _ => Answer::Known(()),
            },
            if server.is_known() {
                "the SSH server does not start"
            } else {
                "there is no SSH server"
            },
            "",
            "whether there is an SSH server is not known",
        ),
    }
    clauses
}
