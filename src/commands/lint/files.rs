//! Which files a run looks at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::defined::{self, Defined};
use super::input_name;
use crate::cli::Lint;
use crate::disk::{self, Candidate, Configs, walk};
use crate::report::Problem;

/// The files of a run.
#[derive(Debug, Default)]
pub struct Files {
    /// Those that are judged, by their reported names.
    pub judged: Vec<File>,
    /// How Dockerfiles are built, by their absolute paths.
    pub builds: BTreeMap<PathBuf, Vec<Defined>>,
    /// Files that should say how Dockerfiles are built and cannot be read: reported name and reason.
    pub illegible: Vec<(String, String)>,
    /// Templates that were met and skipped.
    pub templates: Vec<String>,
    /// What was named or met and cannot be looked at.
    pub problems: Vec<Problem>,
    /// Whether only folders were given and no Dockerfile lies in them.
    pub none_found: bool,
}

/// A file to judge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// As it is reported.
    pub name: String,
    /// Where its text comes from.
    pub origin: Origin,
}

/// Where a text comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Standard input.
    Input,
    /// A file.
    Path(PathBuf),
}

/// Finds the files that are named and those in the folders that are named. Each is looked at once.
pub fn find(arguments: &Lint, configs: &Configs) -> Files {
    let mut files = Files::default();
    let mut judged = BTreeSet::new();
    let mut named_a_file = false;
    let mut met = 0;
    let mut definitions = BTreeSet::new();
    let mut folders = BTreeSet::new();
    let mut beside = BTreeSet::new();
    for path in &arguments.paths {
        if path.as_os_str() == "-" {
            named_a_file = true;
            judged.insert(File {
                name: input_name(arguments),
                origin: Origin::Input,
            });
        } else if disk::is_folder(path) {
            let walk = walk(path);
            met += walk.found.len();
            definitions.extend(walk.definitions);
            folders.insert(disk::absolute(path));
            let found = walk.found.into_iter();
            judged.extend(found.filter(|one| !excluded(&one.path, configs)).map(File::from));
            files.templates.extend(walk.templates);
            let problem = |(path, message)| Problem { path, message };
            files.problems.extend(walk.errors.into_iter().map(problem));
        } else {
            named_a_file = true;
            if !(arguments.files.force_exclude && excluded(path, configs)) {
                let name = disk::shown(path);
                let path = path.clone();
                beside.extend(disk::absolute(&path).parent().map(Path::to_path_buf));
                judged.insert(File::from(Candidate { name, path }));
            }
        }
    }
    definitions.extend(defined::around(&beside));
    for definition in definitions {
        match defined::read(&definition) {
            Ok(builds) => {
                for (dockerfile, build) in builds {
                    let below = folders.iter().any(|folder| dockerfile.starts_with(folder));
                    if below && disk::is_file(&dockerfile) && !excluded(&dockerfile, configs) {
                        met += 1;
                        let name = disk::shown(&dockerfile);
                        let path = PathBuf::from(&name);
                        judged.insert(File::from(Candidate { name, path }));
                    }
                    files.builds.entry(dockerfile).or_default().push(build);
                }
            }
            Err(reason) => files.illegible.push((definition.name, reason)),
        }
    }
    files.none_found = !named_a_file && met == 0 && files.problems.is_empty();
    files.judged = once_each(judged);
    files.templates.sort();
    files.templates.dedup();
    files
}

impl Files {
    /// Where the files lie that are judged; standard input lies nowhere.
    pub fn paths(&self) -> impl Iterator<Item = &Path> + Clone {
        self.judged.iter().filter_map(|file| match &file.origin {
            Origin::Path(path) => Some(path.as_path()),
            Origin::Input => None,
        })
    }
}

impl From<Candidate> for File {
    fn from(candidate: Candidate) -> Self {
        Self {
            name: candidate.name,
            origin: Origin::Path(candidate.path),
        }
    }
}

/// A file that is named in two ways, such as `x` and `./x`, has one reported name.
fn once_each(files: BTreeSet<File>) -> Vec<File> {
    let mut files: Vec<File> = files.into_iter().collect();
    files.dedup_by(|later, kept| later.name == kept.name && later.origin != Origin::Input);
    files
}

/// Whether the config keeps a file out. A broken config keeps nothing out: its files are told.
fn excluded(path: &Path, configs: &Configs) -> bool {
    let path = disk::absolute(path);
    let folder = path.parent().unwrap_or(&path);
    configs
        .for_folder(folder)
        .is_ok_and(|found| found.config.excludes(&path))
}
