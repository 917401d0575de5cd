//! How a Dockerfile is built and run, out of its config and the command line: one place for every
//! verb that foresees an image.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};

use crate::cli::{Build, Wanted};
use crate::config::Settings;
use crate::contract::Profile;
use crate::disk::{self, Found};
use crate::invocation::Invocation;
use crate::policy::Selection;

/// What the command line says about the build, read once.
pub struct Builds<'a> {
    build: &'a Build,
    profile: Option<Profile>,
    arguments: BTreeMap<String, String>,
}

impl<'a> Builds<'a> {
    /// Reads it.
    pub fn new(build: &'a Build, profile: Option<Profile>) -> Result<Self> {
        if let Some(context) = &build.context
            && !disk::is_folder(context)
        {
            bail!("the context {} is not a folder", disk::shown(context));
        }
        Ok(Self {
            build,
            profile,
            arguments: arguments(build)?,
        })
    }

    /// The folder that serves as the build context of a file in `beside`.
    pub fn context<'p>(&'p self, beside: &'p Path) -> &'p Path {
        self.build.context.as_deref().unwrap_or(beside)
    }

    /// The build arguments by name.
    #[cfg(feature = "engine")]
    pub fn arguments(&self) -> &BTreeMap<String, String> {
        &self.arguments
    }

    /// Whether the command line names the context.
    pub fn names_context(&self) -> bool {
        self.build.context.is_some()
    }

    /// Whether the command line says how files are built, which then counts for all of them.
    pub fn says_anything(&self) -> bool {
        let Build { context, wanted } = self.build;
        let Wanted {
            build_arg,
            target,
            platform,
        } = wanted;
        context.is_some() || !build_arg.is_empty() || target.is_some() || platform.is_some()
    }

    /// How the file is built and run for which these settings hold.
    pub fn invocation(&self, found: &Found, settings: &Settings, selection: &Selection) -> Invocation {
        let mut contract = settings.contract.clone();
        let mut raised = settings.raised();
        if let Some(profile) = self.profile {
            contract.profile = profile;
            raised = Settings {
                contract: contract.clone(),
                levels: settings.levels.clone(),
                edition: settings.edition.clone(),
                ..Settings::default()
            }
            .raised();
        }
        for (rule, severity) in selection.raised() {
            raised.entry(rule).or_insert(severity);
        }
        Invocation {
            target: self.build.wanted.target.clone(),
            arguments: self.arguments.clone(),
            platform: self.build.wanted.platform.clone(),
            contract,
            context_given: self.names_context(),
            raised,
            edition: settings.edition(selection.later),
            bases: found.bases.clone(),
            known_from: None,
        }
    }
}

/// `NAME=VALUE`, or `NAME` for the environment's value, as docker has it.
fn arguments(build: &Build) -> Result<BTreeMap<String, String>> {
    let mut arguments = BTreeMap::new();
    for text in &build.wanted.build_arg {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text.as_str(), std::env::var(text).ok()),
        };
        if name.is_empty() {
            bail!("--build-arg {text}: the argument has no name");
        }
        if let Some(value) = value {
            arguments.insert(name.to_owned(), value);
        }
    }
    Ok(arguments)
}
