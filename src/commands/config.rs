//! `config show|schema|init`.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};

use super::why::Why;
use super::{Exit, say};
use crate::cli::{ConfigVerb, Global, Rules};
use crate::config::{Config, NAMES, Settings, schema};
use crate::disk::{self, Configs};
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
        ConfigVerb::Init => init(out),
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
    let configs = match &global.config {
        Some(file) => Configs::named(file),
        None => Configs::default(),
    };
    let absolute = disk::absolute(path);
    let folder = match disk::is_folder(path) {
        true => absolute.as_path(),
        false => absolute.parent().unwrap_or(&absolute),
    };
    match configs.for_folder(folder) {
        Ok(found) => {
            let settings = found.config.settings(&absolute);
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

fn print(config: &Config, settings: &Settings, out: &mut dyn Write) -> Result<()> {
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
        let by = said.and_then(|said| said.by.as_ref());
        entry(&mut section, key, value, by, out)?;
    }
    for (key, said) in settings.said.iter().filter(|(key, _)| key.starts_with("rules.")) {
        entry(&mut section, key, &said.value, said.by.as_ref(), out)?;
    }
    let exclude: Vec<&str> = config.excluded_patterns().collect();
    if !exclude.is_empty() {
        writeln!(out, "exclude: {}", printable(&serde_json::to_string(&exclude)?))?;
    }
    let bases = config.bases();
    if !bases.is_empty() {
        writeln!(out, "bases:")?;
    }
    for base in bases {
        writeln!(
            out,
            "  {}: {}",
            quoted(&base.pattern),
            quoted(&disk::shown(&base.path))
        )?;
    }
    if !settings.accepted.is_empty() {
        writeln!(out, "ignore:")?;
    }
    for accepted in &settings.accepted {
        let (name, reason) = (quoted(&accepted.name), quoted(&accepted.reason));
        writeln!(out, "  - {{rule: {name}, reason: {reason}}}")?;
    }
    Ok(())
}

/// The keys in the order in which they are shown, with what holds unless it is said otherwise.
const DEFAULTS: &[(&str, Option<&str>)] = &[
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
    by: Option<&(String, u32)>,
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
    let by = match by {
        Some((path, line)) => format!("{}:{line}", printable(path)),
        None => "default".to_owned(),
    };
    writeln!(out, "{indent}{name}: {}  # {by}", printable(value))?;
    Ok(())
}

/// A text as YAML on one line: JSON is YAML.
fn quoted(text: &str) -> String {
    printable(&serde_json::to_string(text).unwrap_or_default()).into_owned()
}

/// Writes a first config into the working folder.
fn init(out: &mut dyn Write) -> Result<Exit> {
    if let Some(name) = NAMES.iter().find(|name| disk::is_there(Path::new(name))) {
        bail!("{name} is already here");
    }
    disk::write(Path::new(NAMES[0]), FIRST_CONFIG.as_bytes())?;
    writeln!(out, "wrote {}", NAMES[0])?;
    Ok(Exit::Clean)
}

/// What `init` writes. A test holds it against the reader, with its comments taken away, too.
pub const FIRST_CONFIG: &str = include_str!("first.yaml");
