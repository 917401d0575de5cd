//! Judges one file: text, tree, findings, verdict, places.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;

use super::defined::{self, Defined};
use super::files::{File, Origin};
use super::resolve::{Resolver, masked};
use super::unread;
use crate::cli::Lint;
use crate::commands::intended::Builds;
use crate::commands::outputs::Outputs;
use crate::config::{FailOn, Settings};
use crate::context::{Context, Nowhere};
use crate::disk::{self, Broken, Configs, FolderContext, Found};
use crate::finding::{Certainty, Finding, Place};
use crate::invocation::Invocation;
use crate::policy::{self, Selection};
use crate::report::{Entry, Problem, Suppressed};
use crate::rules;
use crate::source::Source;
use crate::syntax::{self, Tree};

/// What is the same for all files of a run.
pub struct Judge<'a> {
    arguments: &'a Lint,
    configs: &'a Configs,
    selection: &'a Selection,
    builds: Builds<'a>,
    defined: &'a BTreeMap<PathBuf, Vec<Defined>>,
    excerpts: bool,
    /// One for each config that says the same of every file.
    agreed: Mutex<Vec<Arc<Agreed>>>,
}

/// What holds for a file: what its config says, and how it is built.
struct Agreed {
    found: Arc<Found>,
    settings: Settings,
    invocation: Invocation,
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
    /// The baseline that the config names, absolute.
    pub baseline: Option<PathBuf>,
    /// Whether it can be read as a Dockerfile at all.
    pub legible: Legible,
}

/// Whether BuildKit's reader takes a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Legible {
    /// It does.
    Yes,
    /// It stops at an error.
    No,
}

impl<'a> Judge<'a> {
    /// Reads what the command line says about the build. `defined` is how the repository's own files
    /// build each Dockerfile.
    pub fn new(
        arguments: &'a Lint,
        configs: &'a Configs,
        selection: &'a Selection,
        defined: &'a BTreeMap<PathBuf, Vec<Defined>>,
    ) -> Result<Self> {
        Ok(Self {
            arguments,
            configs,
            selection,
            builds: Builds::new(&arguments.build, arguments.rules.profile)?,
            defined,
            excerpts: Outputs::from(&arguments.output).show_excerpts(),
            agreed: Mutex::default(),
        })
    }

    /// What holds for the file that lies at a path.
    fn agreed(&self, found: Arc<Found>, lies_at: &Path) -> Arc<Agreed> {
        let resolve = |found: Arc<Found>| {
            let settings = found.config.settings(lies_at);
            Arc::new(Agreed {
                invocation: self.builds.invocation(&found, &settings, self.selection),
                settings,
                found,
            })
        };
        if !found.config.speaks_of_all_alike() {
            return resolve(found);
        }
        let mut known = self.agreed.lock().unwrap_or_else(PoisonError::into_inner);
        let same = known.iter().find(|agreed| Arc::ptr_eq(&agreed.found, &found));
        if let Some(agreed) = same {
            return Arc::clone(agreed);
        }
        let agreed = resolve(found);
        known.push(Arc::clone(&agreed));
        agreed
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
            Ok(source) => {
                let agreed = self.agreed(found, &lies_at);
                Judged::Read(Box::new(self.verdict(&source, file, &agreed, &lies_at)))
            }
            Err(error) => Judged::Unread(unread(&file.origin, &file.name, &error)),
        }
    }

    fn verdict(&self, source: &Source, file: &File, agreed: &Agreed, lies_at: &Path) -> Verdict {
        let Agreed {
            found,
            settings,
            invocation,
        } = agreed;
        let tree = syntax::parse(source.text());
        let refused = tree.instructions.iter().any(|one| syntax::refusal(one).is_some());
        let legible = match refused || !tree.errors.is_empty() {
            true => Legible::No,
            false => Legible::Yes,
        };
        let builds = self.builds_of(lies_at);
        let (findings, known_from, context, context_name) = match builds.first() {
            Some(first) => {
                let (findings, known_from) = as_defined(source, &tree, invocation, lies_at, &builds);
                let context: Box<dyn Context> = Box::new(context_of(first, lies_at));
                (findings, known_from, context, disk::shown(&first.context))
            }
            None => {
                let (context, name) = self.context(file);
                let findings = rules::judge(source, &tree, invocation, context.as_ref());
                (findings, KnownFrom::default(), context, name)
            }
        };
        let shown = match self.excerpts {
            true => masked(source, &findings),
            false => None,
        };
        let verdict = policy::decide(source, &tree, findings, settings, self.selection);
        let resolver = Resolver {
            source,
            tree: &tree,
            layers: found.config.layers(),
            context: context.as_ref(),
            context_name,
            known_from: &known_from,
            excerpts: self.excerpts,
            shown,
        };
        let (findings, suppressed) = resolver.resolve(verdict);
        Verdict {
            findings,
            suppressed,
            fail_on: settings.fail_on,
            baseline: settings.baseline.clone(),
            legible,
        }
    }

    /// The builds by which a file is judged; none where nothing defines them, or the command line does.
    fn builds_of(&self, lies_at: &Path) -> Vec<Defined> {
        match self.builds.says_anything() {
            true => Vec::new(),
            false => self
                .defined
                .get(lies_at)
                .map_or_else(Vec::new, |builds| defined::distinct(builds)),
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
        let stands_for = self.arguments.files.stdin_filename.as_deref();
        let beside = match &file.origin {
            Origin::Path(path) => path.parent(),
            Origin::Input => stands_for.map(|path| path.parent().unwrap_or(path)),
        };
        if beside.is_none() && !self.builds.names_context() {
            return (Box::new(Nowhere), String::new());
        }
        let folder = self.builds.context(beside.unwrap_or(Path::new("")));
        let dockerfile = match &file.origin {
            Origin::Path(path) => path.as_path(),
            Origin::Input => stands_for.unwrap_or(Path::new("Dockerfile")),
        };
        let context = FolderContext::new(folder).without_ignored(dockerfile);
        (Box::new(context), disk::shown(folder))
    }
}

/// In which builds a finding arises, by what makes findings equal.
pub type KnownFrom = HashMap<(&'static str, Place, String), Vec<String>>;

/// The findings of every build, equal ones once: the surest of them.
fn as_defined(
    source: &Source,
    tree: &Tree,
    invocation: &Invocation,
    lies_at: &Path,
    builds: &[Defined],
) -> (Vec<Finding>, KnownFrom) {
    let mut all: Vec<Finding> = Vec::new();
    let mut places: HashMap<(&'static str, Place, String), usize> = HashMap::new();
    let mut known_from = KnownFrom::new();
    for build in builds {
        let mut invocation = invocation.clone();
        build.apply(&mut invocation);
        let context = context_of(build, lies_at);
        for finding in rules::judge(source, tree, &invocation, &context) {
            let key = (finding.rule, finding.place.clone(), finding.message.clone());
            known_from
                .entry(key.clone())
                .or_default()
                .extend(build.names.iter().cloned());
            match places.get(&key) {
                Some(&at) if is_surer(&finding, &all[at]) => all[at] = finding,
                Some(_) => {}
                None => {
                    places.insert(key, all.len());
                    all.push(finding);
                }
            }
        }
    }
    (all, known_from)
}

fn is_surer(finding: &Finding, other: &Finding) -> bool {
    let sure = |finding: &Finding| finding.certainty == Certainty::Certain;
    (sure(finding), finding.severity) > (sure(other), other.severity)
}

fn context_of(build: &Defined, dockerfile: &Path) -> FolderContext {
    FolderContext::new(&build.context).without_ignored(dockerfile)
}

fn not_judged(file: &File, broken: &Broken) -> Problem {
    Problem {
        path: file.name.clone(),
        message: format!("it is not judged, since its config {} is broken", broken.name),
    }
}
