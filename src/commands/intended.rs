//! How a Dockerfile is built and run, out of its config and the command line: one place for every
//! verb that foresees an image.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};

use super::lint::told;
use super::{Exit, say};
use crate::cli::{Build, Global, Wanted};
use crate::config::Settings;
use crate::context::Context;
use crate::contract::Profile;
use crate::disk::{self, Broken, Configs, Found};
use crate::facts::Facts;
use crate::interpret::{self, Input, KnownBases};
use crate::invocation::Invocation;
use crate::policy::Selection;
use crate::source::Source;
use crate::stages::Stages;
use crate::syntax::Tree;

/// The config for all files that the command line names, else the nearest one of each.
///
/// # Errors
/// The named one is not there.
pub fn configs(global: &Global) -> Result<Configs> {
    match &global.config {
        Some(file) if !disk::is_there(file) => {
            bail!("cannot read {}: no such file or folder", disk::shown(file))
        }
        Some(file) => Ok(Configs::named(file)),
        None => Ok(Configs::default()),
    }
}

/// Tells what is wrong with a config, for a verb that cannot go on without it.
pub fn refused(broken: &Broken) -> Exit {
    for finding in &broken.findings {
        say(&format!("error: {}", told(finding, broken)));
    }
    Exit::Failed
}

/// What the stage that is built will be; none where there is none.
pub fn foreseen(
    source: &Source,
    tree: &Tree,
    stages: &Stages,
    invocation: &Invocation,
    context: &dyn Context,
) -> Option<Facts> {
    let mut all = interpret::foresee(Input {
        source,
        tree,
        stages,
        invocation,
        context,
        bases: &KnownBases::new(invocation),
        path: &Arc::from(""),
    });
    all.get_mut(stages.target?)?.take()
}

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
