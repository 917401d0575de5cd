//! `rules`: all rules, for people and for programs.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use serde::Serialize;

use super::Exit;
use crate::cli::ListFormat;
use crate::contract::Profile;
use crate::finding::{Safety, Severity};
use crate::report::json;
use crate::rules::{RULES, Rule, Scope};

/// Lists all rules.
pub fn rules(format: ListFormat, out: &mut dyn Write) -> Result<Exit> {
    match format {
        ListFormat::Json => json::write_value(&Document::new(), out)?,
        ListFormat::Text => {
            let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
            for rule in RULES {
                let summary = rule.page().summary;
                writeln!(out, "{:<width$}  {summary}", rule.name)?;
            }
        }
    }
    Ok(Exit::Clean)
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    rules: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    aliases: &'static [&'static str],
    summary: String,
    severity: BTreeMap<&'static str, Option<Severity>>,
    kind: &'static str,
    scope: Scope,
    fix: Option<Safety>,
    edition: &'static str,
}

impl Document {
    fn new() -> Self {
        Self {
            schema: 1,
            rules: RULES.iter().map(Listed::new).collect(),
        }
    }
}

impl Listed {
    fn new(rule: &Rule) -> Self {
        let level = |profile: Profile| (profile.name(), rule.levels.of(profile));
        Self {
            name: rule.name,
            aliases: rule.aliases,
            summary: rule.page().summary,
            severity: Profile::ALL.into_iter().map(level).collect(),
            kind: rule.check.kind(),
            scope: rule.scope,
            fix: rule.fix,
            edition: rule.edition,
        }
    }
}
