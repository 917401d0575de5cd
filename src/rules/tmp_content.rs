//! A file under `/tmp` or `/run` is gone once the workspace is up.
//!
//! A workspace starts systemd as its first process. It empties `/tmp` (the rule for `/tmp` in
//! `tmpfiles.d` has the type `D`) or covers it with memory, Sysbox covers `/run` and `/run/lock` the
//! same way, and `/dev/shm` is always memory. So what the image has there is in every layer, and in no
//! workspace; what refers to it fails at start. `/var/tmp` stays.
//!
//! Put scripts and configuration into a folder that lasts, such as `/opt/<name of the company>`, and
//! remove what only the build needs in the step that made it.

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
    let mut told: Vec<&Value> = Vec::new();
    for file in &lost {
        if told.contains(&&file.path) || holds_another(facts, file, &lost) {
            continue;
        }
        told.push(&file.path);
        let Some(root) = volatile(&file.path) else {
            continue;
        };
        let why = if root == "/tmp" {
            "/tmp is emptied when it starts"
        } else {
            "memory covers that folder when it starts"
        };
        let shown = shown(&file.path);
        let reference = reference(facts, file);
        let raises = report.severity() == Severity::Warning && reference.is_some();
        let said = report.say(
            &file.written,
            format!("`{shown}` will not be there in the workspace: {why}"),
        );
        let said = if raises { said.level(Severity::Error) } else { said };
        let help = match &reference {
            Some((what, _)) => {
                format!("{what} refers to it: put it into a folder that lasts, such as /opt/<name>")
            }
            None => "put it into a folder that lasts, such as /opt/<name>, or remove it in the same step"
                .to_owned(),
        };
        let said = said.help(help);
        if let Some((what, place)) = reference {
            said.related(place, format!("{what} refers to it"));
        }
    }
}

/// The volatile folder below which a path lies.
fn volatile(path: &Value) -> Option<&'static str> {
    VOLATILE.into_iter().find(|folder| path::below(folder, path))
}

/// The path without what stands for names that nobody can tell.
fn shown(path: &Value) -> String {
    let mut text = path.text().to_owned();
    for hole in path.holes().iter().rev() {
        if text[hole.clone()].starts_with("${") && !text[hole.clone()].contains("}/") {
            let name = text[hole.start + 2..hole.end].trim_end_matches('}').to_owned();
            if matches!(
                name.as_str(),
                "unpacked" | "mktemp" | "random" | "arguments" | "." | "./"
            ) {
                text.replace_range(hole.clone(), "…");
            }
        }
    }
    text
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

/// What in the running workspace names the file, and where.
fn reference(facts: &Facts, file: &File) -> Option<(String, Place)> {
    let config = &facts.config;
    let starts = [
        ("ENTRYPOINT", config.entrypoints.last()),
        ("CMD", config.cmds.last()),
    ];
    for (what, command) in starts {
        if let Some(command) = command
            && let Some(place) = names(&command.value, file)
        {
            return Some((what.to_owned(), place));
        }
    }
    if let Some(check) = config.healthchecks.last()
        && let Some(place) = check.value.as_ref().and_then(|command| names(command, file))
    {
        return Some(("HEALTHCHECK".to_owned(), place));
    }
    for variable in config.environment() {
        let Some(value) = &variable.value else { continue };
        if facts.is_here(&variable.origin)
            && value
                .split(|character| character == ':')
                .iter()
                .any(|part| is_meant(part.text(), file))
        {
            return Some((format!("ENV {}", variable.name), variable.origin.place.clone()));
        }
    }
    for other in facts
        .files
        .staying()
        .filter(|other| volatile(&other.path).is_none())
    {
        let refers = match &other.kind {
            WriteKind::Link(target) => is_meant(target.text(), file),
            _ => other.meaning.iter().any(|meaning| match meaning {
                Meaning::Refers(paths) => paths.iter().any(|path| is_meant(path, file)),
                _ => false,
            }),
        };
        if refers && facts.is_here(&other.written) {
            return Some((format!("`{}`", other.path), other.written.place.clone()));
        }
    }
    None
}

/// The word of a command that names the file.
fn names(command: &StartCommand, file: &File) -> Option<Place> {
    let named = |text: &str| {
        let ends = |character: char| character.is_whitespace() || "\"';&|()<>=,".contains(character);
        text.split(ends).any(|word| is_meant(word, file))
    };
    let (_, place) = command.words.iter().find(|(word, _)| named(word.text()))?;
    Some(place.clone())
}

/// Whether a path means the file, or something in it if it is a folder.
fn is_meant(named: &str, file: &File) -> bool {
    let named = named
        .strip_prefix("/var/run/")
        .map_or_else(|| named.to_owned(), |rest| format!("/run/{rest}"));
    let named = named.trim_end_matches('/');
    if volatile(&Value::known(named)).is_none() {
        return false;
    }
    let path = file.path.text();
    let is_folder = matches!(file.kind, WriteKind::Folder | WriteKind::Tree);
    path == named
        || path.strip_prefix(named).is_some_and(|rest| rest.starts_with('/'))
        || (is_folder && named.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
}
