//! `config show --rules`: which level each rule has for a file, and who says so.

use std::io::Write;

use anyhow::{Result, bail};

use crate::config::{Level, Said, Settings};
use crate::contract::Profile;
use crate::finding::Severity;
use crate::invocation::Edition;
use crate::policy::Selection;
use crate::report::printable::printable;
use crate::rules::{self, RULES, Rule, editions};

/// What decides on the rules of a file.
pub struct Why<'a> {
    /// The config's word.
    pub settings: &'a Settings,
    /// The command line's.
    pub selection: &'a Selection,
    /// The profile that the command line names.
    pub profile: Option<Profile>,
}

impl Why<'_> {
    /// Prints these rules, all where none is named.
    pub fn print(&self, names: &[String], out: &mut dyn Write) -> Result<()> {
        let mut chosen: Vec<&Rule> = Vec::new();
        for name in names {
            let known = rules::find(name);
            if known.is_empty() {
                bail!("there is no rule `{name}`; `seaworthy rules` lists them all");
            }
            chosen.extend(known);
        }
        if names.is_empty() {
            chosen.extend(RULES);
        }
        writeln!(out, "rules:")?;
        for rule in chosen {
            let (level, why) = self.rule(rule);
            writeln!(out, "  {}: \"{level}\"  # {}", rule.name, printable(&why))?;
            for (alias, level, why) in self.aliases(rule) {
                writeln!(out, "  {alias}: \"{level}\"  # {}", printable(&why))?;
            }
        }
        Ok(())
    }

    fn rule(&self, rule: &Rule) -> (&'static str, String) {
        let named = |list: &[String]| {
            let goes_by = |name: &String| name == rule.name || rule.aliases.contains(&name.as_str());
            list.iter().any(goes_by)
        };
        if named(&self.selection.ignore) {
            return ("off", "--ignore".to_owned());
        }
        let selected = self.selection.select.as_deref().map(named);
        if selected == Some(false) && rule.name != "syntax-error" {
            return ("off", "--select names others".to_owned());
        }
        let (level, why) = self.level(rule);
        match (level, selected) {
            (None, Some(true)) => (rule.levels.worst().name(), "--select".to_owned()),
            (level, _) => (level.map_or("off", Severity::name), why),
        }
    }

    /// What config, profile and edition say of a rule.
    fn level(&self, rule: &Rule) -> (Option<Severity>, String) {
        if let Some(level) = self.settings.level(rule.name, &[]) {
            return (level.severity(), self.said(&format!("rules.{}", rule.name)));
        }
        let chosen: Edition = self.settings.edition(self.selection.later);
        let name = chosen.name.as_deref().or(editions::EDITIONS.last().copied());
        let edition = format!("edition {} ({})", name.unwrap_or_default(), self.said("edition"));
        if !editions::has(&chosen, rule) {
            return (None, format!("{edition} has it not"));
        }
        let (profile, by) = match self.profile {
            Some(profile) => (profile, "--profile".to_owned()),
            None => (self.settings.contract.profile, self.said("profile")),
        };
        let profile_said = format!("profile {} ({by})", profile.name());
        if !editions::has(&self.settings.edition(Default::default()), rule) {
            return (rule.levels.of(profile), format!("--preview, {profile_said}"));
        }
        match rule.levels.of(profile) {
            Some(severity) => (Some(severity), format!("{edition}, {profile_said}")),
            None => (None, profile_said),
        }
    }

    /// What the config says of parts of a rule by their ids.
    fn aliases(&self, rule: &Rule) -> Vec<(&'static str, &'static str, String)> {
        let said = |alias: &&'static str| {
            let level = self.settings.level("", &[alias])?;
            Some((*alias, Level::name(level), self.said(&format!("rules.{alias}"))))
        };
        rule.aliases.iter().filter_map(said).collect()
    }

    /// The place that says a key.
    fn said(&self, key: &str) -> String {
        self.settings
            .said
            .get(key)
            .map_or_else(|| "default".to_owned(), place)
    }
}

/// The config file and line of a key, with the paths of the override in which it stands.
pub fn place(said: &Said) -> String {
    let by = match &said.by {
        Some((path, line)) => format!("{path}:{line}"),
        None => "the command line".to_owned(),
    };
    match &said.only_for {
        Some(paths) => format!("{by}, override for {paths}"),
        None => by,
    }
}
