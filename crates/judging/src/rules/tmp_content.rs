//! A file under `/tmp` or `/run` is gone once the workspace is up.
//!
//! A workspace starts systemd as its first process. It empties `/tmp` (the rule for `/tmp` in
//! `tmpfiles.d` has the type `D`) or covers it with memory, Sysbox covers `/run` and `/run/lock` the
//! same way, and `/dev/shm` is always memory. So what the image has there is in every layer, and in no
//! workspace; what refers to it fails at start. `/var/tmp` stays.
//!
//! Put scripts and configuration into a folder that lasts, such as `/opt/<name of the company>`, and
//! remove what only the build needs in the step that made it.

use std::collections::HashSet;

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, File, Meaning, StartCommand, Value, WriteKind, path};
use crate::finding::{Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbuilder: Some(Severity::Info),
        devcontainer: Some(Severity::Info),
        ..Levels::virtual_machines(Severity::Warning)
    },
    ..Rule::facts("tmp-content", check, include_str!("tmp_content.rs"))
};

/// Folders that do not outlive the start of a workspace; `/var/run` and `/var/lock` lead into `/run`.
const VOLATILE: [&str; 3] = ["/tmp", "/run", "/dev/shm"];

/// Says each file that stays there.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let lost: Vec<&File> = facts
        .files
        .staying()
        .filter(|file| facts.is_here(&file.written) && volatile(&file.path).is_some())
        .collect();
    if lost.is_empty() {
        return;
    }
    let references = references(facts);
    let mut told: HashSet<&str> = HashSet::new();
    for file in &lost {
        if !told.insert(file.path.text()) || holds_another(facts, file, &lost) {
            continue;
        }
        let Some(root) = volatile(&file.path) else {
            continue;
        };
        let why = if root == "/tmp" {
            "/tmp is emptied when it starts"
        } else {
            "memory covers that folder when it starts"
        };
        let shown = &file.path;
        let reference = references
            .iter()
            .find(|reference| is_meant(&reference.path, file));
        let raises = report.severity() == Severity::Warning && reference.is_some();
        let said = report.say(
            &file.written,
            format!("`{shown}` will not be there in the workspace: {why}"),
        );
        let said = if raises { said.level(Severity::Error) } else { said };
        let help = match reference {
            Some(Reference { what, .. }) => {
                format!("{what} refers to it: put it into a folder that lasts, such as /opt/<name>")
            }
            None => "put it into a folder that lasts, such as /opt/<name>, or remove it in the same step"
                .to_owned(),
        };
        let said = said.help(help);
        if let Some(Reference { what, place, .. }) = reference {
            said.related(place.clone(), format!("{what} refers to it"));
        }
    }
}

/// The volatile folder below which a path lies.
fn volatile(path: &Value) -> Option<&'static str> {
    VOLATILE.into_iter().find(|folder| path::below(folder, path))
}

/// Whether it is a folder that was made for another file that is told: the file is the narrower place.
fn holds_another(facts: &Facts, folder: &File, lost: &[&File]) -> bool {
    folder.kind == WriteKind::Folder
        && folder.writer != "WORKDIR"
        && lost.iter().any(|file| {
            let same_instruction = facts.step(&file.written).instruction
                == facts.step(&folder.written).instruction
                || file.writer == "COPY"
                || file.writer == "ADD";
            same_instruction && file.path != folder.path && path::below(folder.path.text(), &file.path)
        })
}

/// Something in the running workspace that names a path in a volatile folder.
struct Reference {
    what: String,
    place: Place,
    path: String,
}

/// All of them: what starts a container first, then its environment, then files.
fn references(facts: &Facts) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut say = |what: &str, place: &Place, path: &str| {
        if let Some(path) = in_volatile(path) {
            found.push(Reference {
                what: what.to_owned(),
                place: place.clone(),
                path,
            });
        }
    };
    let config = &facts.config;
    let health = config.healthchecks.last().and_then(|check| check.value.as_ref());
    for (what, command) in [
        (
            "ENTRYPOINT",
            config.entrypoints.last().map(|command| &command.value),
        ),
        ("CMD", config.cmds.last().map(|command| &command.value)),
        ("HEALTHCHECK", health),
    ] {
        for (word, place) in command.iter().flat_map(|command: &&StartCommand| &command.words) {
            let ends = |sign: char| sign.is_whitespace() || "\"';&|()<>=,".contains(sign);
            for path in word.text().split(ends) {
                say(what, place, path);
            }
        }
    }
    for variable in config.environment() {
        let here = variable
            .value
            .as_ref()
            .filter(|_| facts.is_here(&variable.origin));
        for path in here.iter().flat_map(|value| value.split(|sign| sign == ':')) {
            say(
                &format!("ENV {}", variable.name),
                &variable.origin.place,
                path.text(),
            );
        }
    }
    for file in facts.files.staying().filter(|file| facts.is_here(&file.written)) {
        if volatile(&file.path).is_some() {
            continue;
        }
        let what = || format!("`{}`", file.path);
        if let WriteKind::Link(target) = &file.kind {
            say(&what(), &file.written.place, target.text());
        }
        for meaning in &file.meaning {
            if let Meaning::Refers(paths) = meaning {
                paths
                    .iter()
                    .for_each(|path| say(&what(), &file.written.place, path));
            }
        }
    }
    found
}

/// A path below a volatile folder, as it is told here; none for any other text.
fn in_volatile(path: &str) -> Option<String> {
    let path = match path.strip_prefix("/var/run/") {
        Some(rest) => format!("/run/{rest}"),
        None => path.trim_end_matches('/').to_owned(),
    };
    volatile(&Value::known(path.as_str())).map(|_| path.clone())
}

/// Whether a path means the file, or something in it or around it.
fn is_meant(named: &str, file: &File) -> bool {
    let path = file.path.text();
    let is_folder = matches!(file.kind, WriteKind::Folder | WriteKind::Tree);
    path == named
        || path.strip_prefix(named).is_some_and(|rest| rest.starts_with('/'))
        || (is_folder && named.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
}
