//! Judges one file: text, tree, findings, verdict, places.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::files::{File, Origin};
use super::resolve::Resolver;
use super::{shows_excerpts, unread};
use crate::cli::{Build, Lint};
use crate::config::{FailOn, Settings};
use crate::context::{Context, Nowhere};
use crate::disk::{self, Broken, Configs, FolderContext, Found};
use crate::invocation::Invocation;
use crate::policy::{self, Selection};
use crate::report::{Entry, Problem, Suppressed};
use crate::rules;
use crate::source::Source;
use crate::syntax;

/// What is the same for all files of a run.
pub struct Judge<'a> {
    arguments: &'a Lint,
    configs: &'a Configs,
    selection: &'a Selection,
    build_arguments: BTreeMap<String, String>,
    excerpts: bool,
}

/// What became of a file.
pub enum Judged {
    /// It was read.
    Read(Box<Verdict>),
    /// It was not, or nobody knows what holds for it.
    Unread(Problem),
}

/// What was found in a file, ready to be reported.
pub struct Verdict {
    /// What counts.
    pub findings: Vec<Entry>,
    /// What was silenced.
    pub suppressed: Vec<Suppressed>,
    /// From which severity on it fails the run.
    pub fail_on: FailOn,
}

impl<'a> Judge<'a> {
    /// Reads what the command line says about the build.
    pub fn new(arguments: &'a Lint, configs: &'a Configs, selection: &'a Selection) -> Result<Self> {
        if let Some(context) = &arguments.build.context
            && !disk::is_folder(context)
        {
            bail!("the context {} is not a folder", disk::shown(context));
        }
        Ok(Self {
            arguments,
            configs,
            selection,
            build_arguments: build_arguments(&arguments.build)?,
            excerpts: shows_excerpts(arguments),
        })
    }

    /// Judges one file.
    pub fn judge(&self, file: &File) -> Judged {
        let lies_at = self.lies_at(file);
        let folder = lies_at.parent().unwrap_or(&lies_at);
        let found = match self.configs.for_folder(folder) {
            Ok(found) => found,
            Err(broken) => return Judged::Unread(not_judged(file, &broken)),
        };
        let read = match &file.origin {
            Origin::Input => disk::read_input(std::io::stdin().lock(), &file.name),
            Origin::Path(path) => disk::read(path, &file.name),
        };
        match read {
            Ok(source) => Judged::Read(Box::new(self.verdict(&source, file, &found, &lies_at))),
            Err(error) => Judged::Unread(unread(&file.origin, &file.name, &error)),
        }
    }

    fn verdict(&self, source: &Source, file: &File, found: &Found, lies_at: &Path) -> Verdict {
        let settings = found.config.settings(lies_at);
        let (context, context_name) = self.context(file);
        let invocation = self.invocation(found, &settings);
        let tree = syntax::parse(source.text());
        let findings = rules::judge(source, &tree, &invocation, context.as_ref());
        let verdict = policy::decide(source, &tree, findings, &settings, self.selection);
        let resolver = Resolver {
            source,
            tree: &tree,
            layers: found.config.layers(),
            context: context.as_ref(),
            context_name,
            known_from: invocation.known_from.as_deref(),
            excerpts: self.excerpts,
        };
        let (findings, suppressed) = resolver.resolve(verdict);
        Verdict {
            findings,
            suppressed,
            fail_on: settings.fail_on,
        }
    }

    /// The absolute path at which a file lies, or stands for.
    fn lies_at(&self, file: &File) -> PathBuf {
        match (&file.origin, &self.arguments.files.stdin_filename) {
            (Origin::Path(path), _) => disk::absolute(path),
            (Origin::Input, Some(path)) => disk::absolute(path),
            (Origin::Input, None) => disk::absolute(Path::new("Dockerfile")),
        }
    }

    /// The build context with the path by which its files are reported.
    fn context(&self, file: &File) -> (Box<dyn Context>, String) {
        let named = self.arguments.build.context.as_deref();
        let stands_for = self.arguments.files.stdin_filename.as_deref();
        let folder = match (&file.origin, named) {
            (_, Some(folder)) => folder,
            (Origin::Path(path), None) => path.parent().unwrap_or(path),
            (Origin::Input, None) => match stands_for {
                Some(path) => path.parent().unwrap_or(path),
                None => return (Box::new(Nowhere), String::new()),
            },
        };
        let dockerfile = match &file.origin {
            Origin::Path(path) => path.as_path(),
            Origin::Input => stands_for.unwrap_or(Path::new("Dockerfile")),
        };
        let context = FolderContext::new(folder).without_ignored(dockerfile);
        (Box::new(context), disk::shown(folder))
    }

    fn invocation(&self, found: &Found, settings: &Settings) -> Invocation {
        let build = &self.arguments.build;
        let mut contract = settings.contract.clone();
        let mut raised = settings.raised();
        if let Some(profile) = self.arguments.rules.profile {
            contract.profile = profile;
            raised = Settings {
                contract: contract.clone(),
                levels: settings.levels.clone(),
                ..Settings::default()
            }
            .raised();
        }
        for (rule, severity) in self.selection.raised() {
            raised.entry(rule).or_insert(severity);
        }
        Invocation {
            target: build.target.clone(),
            arguments: self.build_arguments.clone(),
            platform: build.platform.clone(),
            contract,
            context_given: build.context.is_some(),
            raised,
            bases: found.bases.clone(),
            known_from: None,
        }
    }
}

fn not_judged(file: &File, broken: &Broken) -> Problem {
    Problem {
        path: file.name.clone(),
        message: format!("it is not judged, since its config {} is broken", broken.name),
    }
}

/// `NAME=VALUE`, or `NAME` for the environment's value, as docker has it.
fn build_arguments(build: &Build) -> Result<BTreeMap<String, String>> {
    let mut arguments = BTreeMap::new();
    for text in &build.build_arg {
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
