//! `config show|schema|init`.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};

use super::why::{Why, place};
use super::{Exit, say};
use crate::cli::{ConfigVerb, Global, Rules};
use crate::commands::intended;
use crate::config::{Config, Said, Settings, schema};
use crate::disk::{self};
use crate::finding::Place;
use crate::report::printable::printable;

/// Shows, describes or begins a config.
pub fn config(global: &Global, verb: &ConfigVerb, out: &mut dyn Write) -> Result<Exit> {
    match verb {
        ConfigVerb::Show {
            path,
            shown,
            selection,
        } => show(global, path, shown.as_deref(), selection, out),
        ConfigVerb::Import { path } => super::import::import(path, out),
        ConfigVerb::Schema => {
            crate::report::json::write_value(&schema(), out)?;
            Ok(Exit::Clean)
        }
        ConfigVerb::Init => super::init::init(out),
    }
}

/// Prints what holds for a path, each key with who says so.
fn show(
    global: &Global,
    path: &Path,
    shown: Option<&[String]>,
    rules: &Rules,
    out: &mut dyn Write,
) -> Result<Exit> {
    let selection = super::lint::selection(rules)?;
    if !disk::is_there(path) {
        bail!("cannot read {}: no such file or folder", disk::shown(path));
    }
    let configs = intended::configs(global)?;
    let absolute = disk::absolute(path);
    let folder = match disk::is_folder(path) {
        true => absolute.as_path(),
        false => absolute.parent().unwrap_or(&absolute),
    };
    match configs.for_folder(folder) {
        Ok(found) => {
            let settings = found.config.settings_said(&absolute);
            match shown {
                None => print(&found.config, &settings, out)?,
                Some(names) => Why {
                    settings: &settings,
                    selection: &selection,
                    profile: rules.profile,
                }
                .print(names, out)?,
            }
            Ok(Exit::Clean)
        }
        Err(broken) => {
            for finding in &broken.findings {
                say(&format!("error: {}", super::lint::told(finding, &broken)));
            }
            Ok(Exit::Failed)
        }
    }
}

/// Prints what holds for a file.
pub fn print(config: &Config, settings: &Settings, out: &mut dyn Write) -> Result<()> {
    for layer in config.layers() {
        writeln!(out, "# from {}", printable(layer.source.name()))?;
    }
    if config.layers().is_empty() {
        writeln!(out, "# no config: these are the defaults")?;
    }
    let mut section = "";
    for (key, default) in DEFAULTS {
        let said = settings.said.get(*key);
        let value = match (said, default) {
            (Some(said), _) => &said.value,
            (None, Some(default)) => *default,
            (None, None) => continue,
        };
        entry(&mut section, key, value, said, out)?;
    }
    let in_order = |key: &str| DEFAULTS.iter().any(|(known, _)| *known == key);
    for (key, said) in settings.said.iter().filter(|(key, _)| !in_order(key)) {
        entry(&mut section, key, &said.value, Some(said), out)?;
    }
    let by = |place: &Place| match config.line(place) {
        Some((path, line)) => format!("  # {}:{line}", printable(path)),
        None => String::new(),
    };
    let mut exclude = config.excluded_patterns().peekable();
    if exclude.peek().is_some() {
        writeln!(out, "exclude:")?;
    }
    for (pattern, place) in exclude {
        writeln!(out, "  - {}{}", quoted(pattern), by(&place))?;
    }
    let bases = config.bases();
    if !bases.is_empty() {
        writeln!(out, "bases:")?;
    }
    for base in bases {
        writeln!(
            out,
            "  {}: {}{}",
            quoted(&base.pattern),
            quoted(&disk::shown(&base.path)),
            by(&base.place)
        )?;
    }
    if !settings.accepted.is_empty() {
        writeln!(out, "ignore:")?;
    }
    for accepted in &settings.accepted {
        let (name, reason) = (quoted(&accepted.name), quoted(&accepted.reason));
        let by = accepted.place.as_ref().map_or_else(String::new, by);
        writeln!(out, "  - {{rule: {name}, reason: {reason}}}{by}")?;
    }
    Ok(())
}

/// The keys in the order in which they are shown, with what holds unless it is said otherwise.
pub const DEFAULTS: &[(&str, Option<&str>)] = &[
    ("profile", Some("\"cvm\"")),
    ("edition", Some("\"2026\"")),
    ("platform.sysbox", None),
    ("platform.coder", None),
    ("platform.envbox", None),
    ("platform.cluster", None),
    ("platform.gpu", None),
    ("workspace.user", Some("\"coder\"")),
    ("workspace.uid", Some("1000")),
    ("workspace.home", Some("\"/home/coder\"")),
    ("workspace.volumes", None),
    ("workspace.docker", None),
    ("workspace.commands", None),
    ("platforms", None),
    ("fail-on", Some("\"warning\"")),
    ("baseline", None),
];

fn entry<'a>(
    section: &mut &'a str,
    key: &'a str,
    value: &str,
    said: Option<&Said>,
    out: &mut dyn Write,
) -> Result<()> {
    let (indent, name) = match key.split_once('.') {
        Some((parent, name)) => {
            if *section != parent {
                writeln!(out, "{parent}:")?;
                *section = parent;
            }
            ("  ", name)
        }
        None => ("", key),
    };
    let by = said.map_or_else(|| "default".to_owned(), place);
    // Names of labels and probes are whatever the config says.
    let is_plain = name
        .chars()
        .all(|sign| sign.is_ascii_alphanumeric() || "-._/".contains(sign));
    let name = match is_plain {
        true => Cow::Borrowed(name),
        false => Cow::Owned(quoted(name)),
    };
    writeln!(out, "{indent}{name}: {}  # {}", printable(value), printable(&by))?;
    Ok(())
}

/// A text as YAML on one line: JSON is YAML.
fn quoted(text: &str) -> String {
    printable(&serde_json::to_string(text).unwrap_or_default()).into_owned()
}
