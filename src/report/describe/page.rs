//! The page of a description: a line for each single fact, a section for each list.

use std::fmt::Write as _;

use super::{Description, Named, Path, Where};
use crate::finding::Certainty;
use crate::report::printable::{printable, printable_at_start};

/// The page for people.
pub fn page(description: &Description) -> String {
    let mut page = String::new();
    let known = if description.base_known {
        ""
    } else {
        " (not known here)"
    };
    line(
        &mut page,
        "base",
        &format!("{}{known}", description.base.value),
        description.base.origin.as_ref(),
    );
    let user = &description.user;
    let uid = description
        .uid
        .value
        .map_or_else(String::new, |uid| format!(" (uid {uid})"));
    let name = user.value.as_deref().unwrap_or("unknown");
    line(&mut page, "user", &format!("{name}{uid}"), user.origin.as_ref());
    for (title, told) in [
        ("home", &description.home),
        ("shell", &description.shell),
        ("workdir", &description.workdir),
    ] {
        if let Some(value) = &told.value {
            line(&mut page, title, value, told.origin.as_ref());
        }
    }
    if !description.groups.is_empty() {
        let groups: Vec<&str> = description
            .groups
            .iter()
            .map(|group| group.value.as_str())
            .collect();
        line(&mut page, "groups", &groups.join(", "), None);
    }
    for (title, command) in [("entrypoint", &description.entrypoint), ("cmd", &description.cmd)] {
        if let Some(words) = &command.value {
            line(&mut page, title, &words.join(" "), command.origin.as_ref());
        }
    }
    if let Some(engine) = &description.engine.value {
        let told = format!(
            "{} (unit enabled: {}, /sbin/init: {})",
            engine.name, engine.enabled, engine.init
        );
        line(&mut page, "engine", &told, description.engine.origin.as_ref());
    }
    named(&mut page, "environment", &description.env, '=');
    section(
        &mut page,
        "packages",
        description.packages.iter().map(|one| {
            let version = one
                .version
                .as_ref()
                .map_or_else(String::new, |version| format!(" {version}"));
            let held = if one.held { ", held" } else { "" };
            (
                format!("{}{version} ({}{held})", one.value, one.manager),
                one.certainty,
                one.origin.as_ref(),
            )
        }),
    );
    for (title, files) in by_place(description) {
        section(
            &mut page,
            title,
            files.into_iter().map(|one| {
                let target = one
                    .target
                    .as_ref()
                    .map_or_else(String::new, |target| format!(" -> {target}"));
                let told = format!("{}{target} ({}, {})", one.value, one.kind, one.by);
                (told, one.certainty, one.origin.as_ref())
            }),
        );
    }
    named(&mut page, "units", &description.units, ' ');
    for (title, list) in [("volumes", &description.volumes), ("ports", &description.ports)] {
        section(
            &mut page,
            title,
            list.iter()
                .map(|one| (one.value.clone(), one.certainty, one.origin.as_ref())),
        );
    }
    named(&mut page, "labels", &description.labels, '=');
    section(
        &mut page,
        "unknown",
        description
            .unknown
            .iter()
            .map(|one| (one.value.clone(), Certainty::Certain, one.origin.as_ref())),
    );
    page
}

/// Files by what becomes of them in a workspace.
fn by_place(description: &Description) -> [(&'static str, Vec<&Path>); 4] {
    let below = |folder: &str, file: &Path| {
        file.value
            .strip_prefix(folder.trim_end_matches('/'))
            .is_some_and(|rest| rest.starts_with('/'))
    };
    let mut places = [
        ("files in the home", Vec::new()),
        ("files under /tmp and /run, gone at start", Vec::new()),
        ("files below a VOLUME", Vec::new()),
        ("files", Vec::new()),
    ];
    for file in &description.files {
        let place = if description
            .home
            .value
            .as_ref()
            .is_some_and(|home| below(home, file))
        {
            0
        } else if ["/tmp", "/run", "/dev/shm"]
            .iter()
            .any(|folder| below(folder, file))
        {
            1
        } else if description
            .volumes
            .iter()
            .any(|volume| below(&volume.value, file))
        {
            2
        } else {
            3
        };
        places[place].1.push(file);
    }
    places
}

/// The width of the column that holds what is told; places stand behind it.
const WIDTH: usize = 60;

fn line(page: &mut String, title: &str, value: &str, origin: Option<&Where>) {
    let _ = writeln!(page, "{title:<12}{}", placed(value, origin));
}

fn section<'a>(
    page: &mut String,
    title: &str,
    lines: impl Iterator<Item = (String, Certainty, Option<&'a Where>)>,
) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = writeln!(page, "\n{title}");
    for (value, certainty, origin) in lines {
        let mark = if certainty == Certainty::Certain { ' ' } else { '?' };
        let _ = writeln!(page, "  {mark} {}", placed(&value, origin));
    }
}

/// A section of names, each with its value behind a sign.
fn named(page: &mut String, title: &str, list: &[Named], sign: char) {
    let lines = list.iter().map(|one| {
        let value = one.value.as_deref().unwrap_or("unknown");
        (
            format!("{}{sign}{value}", one.name),
            one.certainty,
            one.origin.as_ref(),
        )
    });
    section(page, title, lines);
}

fn placed(value: &str, origin: Option<&Where>) -> String {
    // Of a list, a value is the first of its line.
    let value = printable_at_start(value);
    match origin {
        Some(Where { by, .. }) if by == "base" => format!("{value:<WIDTH$} base"),
        Some(Where {
            start: Some(start), ..
        }) => format!("{value:<WIDTH$} line {}", start.line),
        Some(Where { path, .. }) => format!("{value:<WIDTH$} {}", printable(path)),
        None => value.into_owned(),
    }
}
