//! `lint --show-settings`: what holds for each file, and which config says so.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};
use serde::Serialize;

use super::config::print;
use super::lint::told;
use super::{Exit, say};
use crate::cli::Format;
use crate::config::{Config, Settings};
use crate::contract::Profile;
use crate::disk::{self, Configs};
use crate::report::json;
use crate::report::printable::printable;

/// The settings of all files, as JSON.
#[derive(Serialize)]
struct Document {
    /// Version of this form.
    schema: u32,
    settings: Vec<OfFile>,
    errors: Vec<Problem>,
}

/// What holds for a file.
#[derive(Serialize)]
struct OfFile {
    path: String,
    /// The configs that hold, the extended ones first.
    configs: Vec<String>,
    /// Keys that are said, such as `workspace.user`.
    keys: BTreeMap<String, Key>,
    /// Findings that are accepted.
    ignore: Vec<Accepted>,
    exclude: Vec<String>,
}

#[derive(Serialize)]
struct Key {
    value: serde_json::Value,
    /// The config with the line; null for the command line and for defaults.
    path: Option<String>,
    line: Option<u32>,
    /// The patterns of the override that says it.
    paths: Option<String>,
}

#[derive(Serialize)]
struct Accepted {
    rule: String,
    reason: String,
}

#[derive(Serialize)]
struct Problem {
    path: String,
    message: String,
}

/// Prints what holds for these files: reported names, and where each lies or stands for.
pub fn show<'a>(
    files: impl Iterator<Item = (&'a str, &'a Path)>,
    configs: &Configs,
    profile: Option<Profile>,
    format: Format,
    out: &mut dyn Write,
) -> Result<Exit> {
    if !matches!(format, Format::Text | Format::Json) {
        bail!("settings are shown as text or json, not as {}", format.name());
    }
    let mut document = Document {
        schema: 1,
        settings: Vec::new(),
        errors: Vec::new(),
    };
    for (name, path) in files {
        let path = disk::absolute(path);
        match configs.for_folder(path.parent().unwrap_or(&path)) {
            Ok(found) => {
                let mut settings = found.config.settings_said(&path);
                if let Some(profile) = profile {
                    settings.override_profile(profile);
                }
                if format == Format::Json {
                    document.settings.push(of_file(name, &found.config, &settings));
                    continue;
                }
                writeln!(out, "# for {}", printable(name))?;
                print(&found.config, &settings, out)?;
                writeln!(out)?;
            }
            Err(broken) => document.errors.push(Problem {
                path: name.to_owned(),
                message: format!("its config {} is broken", broken.name),
            }),
        }
    }
    if format == Format::Json {
        json::write_value(&document, out)?;
    }
    let broken = configs.broken();
    for config in broken.iter().chain(configs.broken_named()) {
        for finding in &config.findings {
            say(&format!("error: {}", told(finding, config)));
        }
    }
    Ok(match document.errors.is_empty() {
        true => Exit::Clean,
        false => Exit::Failed,
    })
}

fn of_file(name: &str, config: &Config, settings: &Settings) -> OfFile {
    let mut keys: BTreeMap<String, Key> = BTreeMap::new();
    for (key, default) in super::config::DEFAULTS {
        if let Some(default) = default {
            keys.insert((*key).to_owned(), said(default, None, None));
        }
    }
    for (key, one) in &settings.said {
        keys.insert(
            key.clone(),
            said(&one.value, one.by.clone(), one.only_for.clone()),
        );
    }
    let accepted = settings.accepted.iter().map(|accepted| Accepted {
        rule: accepted.name.clone(),
        reason: accepted.reason.clone(),
    });
    OfFile {
        path: name.to_owned(),
        configs: config
            .layers()
            .iter()
            .map(|layer| layer.source.name().to_owned())
            .collect(),
        keys,
        ignore: accepted.collect(),
        exclude: config
            .excluded_patterns()
            .map(|(pattern, _)| pattern.to_owned())
            .collect(),
    }
}

fn said(value: &str, by: Option<(String, u32)>, paths: Option<String>) -> Key {
    let (path, line) = by.unzip();
    Key {
        // Values are kept as JSON, which is YAML.
        value: serde_json::from_str(value).unwrap_or_default(),
        path,
        line,
        paths,
    }
}
