//! The baselines of a run: which findings are known, which entries are stale, and what is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::cli::Lint;
use crate::commands::outputs;
use crate::disk;
use crate::policy::Selection;
use crate::report::baseline::{Baseline, Known, Unusable, split};
use crate::report::{Entry, Problem, Suppressed};

/// Where a baseline is written to when none is named.
const DEFAULT: &str = ".seaworthy-baseline.json";

/// The baselines of a run.
#[derive(Debug)]
pub struct Baselines {
    /// The one for all files, where the command line names one.
    named: Option<PathBuf>,
    mode: Mode,
    files: BTreeMap<PathBuf, Used>,
}

/// What is done with baselines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Use,
    Write,
}

/// A baseline with what became of it.
#[derive(Debug, Default)]
struct Used {
    baseline: Baseline,
    /// What of it was found again, or all that was found where it is written.
    met: BTreeSet<Known>,
    /// The files that were judged under it, as it names them.
    judged: BTreeSet<String>,
    problem: Option<String>,
}

impl Baselines {
    /// Reads the baseline that the command line names.
    ///
    /// # Errors
    /// It cannot be used.
    pub fn new(arguments: &Lint) -> Result<Self> {
        let known = &arguments.known;
        let mut baselines = Self {
            named: known.baseline.as_deref().map(disk::absolute),
            mode: match known.write_baseline {
                true => Mode::Write,
                false => Mode::Use,
            },
            files: BTreeMap::new(),
        };
        if let Some(path) = baselines.named.clone() {
            let used = baselines.load(&path);
            if let Some(problem) = &used.problem {
                bail!("{}: {problem}", disk::shown(&path));
            }
        }
        Ok(baselines)
    }

    /// Parts the findings of a file that are new from those that are known. The baseline is that of the
    /// command line, else that of the file's config.
    pub fn part(
        &mut self,
        name: &str,
        configured: Option<PathBuf>,
        findings: Vec<Entry>,
    ) -> (Vec<Entry>, Vec<Suppressed>) {
        let default = || (self.mode == Mode::Write).then(|| disk::absolute(Path::new(DEFAULT)));
        let Some(path) = self.named.clone().or(configured).or_else(default) else {
            return (findings, Vec::new());
        };
        let mode = self.mode;
        let used = self.load(&path);
        used.judged.insert(relative(&path, name));
        split(findings, |entry| {
            let known = Known {
                path: relative(&path, &entry.spot.path()),
                rule: entry.rule.to_owned(),
                fingerprint: entry.fingerprint.clone(),
            };
            let counts = mode == Mode::Write || used.baseline.knows(&known);
            if counts {
                used.met.insert(known);
            }
            counts
        })
    }

    /// What is wrong with baselines that configs name.
    pub fn problems(&self) -> Vec<Problem> {
        let problem = |(path, used): (&PathBuf, &Used)| {
            Some(Problem {
                path: disk::shown(path),
                message: used.problem.clone()?,
            })
        };
        self.files.iter().filter_map(problem).collect()
    }

    /// Writes baselines, or says which of their entries match nothing any more.
    pub fn finish(self, selection: &Selection, notes: impl Fn(&str), failed: &mut Vec<String>) {
        for (path, used) in self.files {
            if used.problem.is_some() {
                continue;
            }
            match self.mode {
                Mode::Use => used.tell_stale(&path, selection, &notes),
                Mode::Write => used.write(&path, selection, &notes, failed),
            }
        }
    }

    fn load(&mut self, path: &Path) -> &mut Used {
        let mode = self.mode;
        self.files
            .entry(path.to_path_buf())
            .or_insert_with(|| Used::read(path, mode))
    }
}

impl Used {
    fn read(path: &Path, mode: Mode) -> Self {
        if mode == Mode::Write && !disk::is_there(path) {
            return Self::default();
        }
        let read = match disk::read(path, &disk::shown(path)) {
            Ok(source) => Baseline::read(source.text()),
            Err(error) => {
                return Self {
                    problem: Some(error.reason()),
                    ..Self::default()
                };
            }
        };
        match read {
            Ok(baseline) => Self {
                baseline,
                ..Self::default()
            },
            // It is about to be written anew.
            Err(Unusable::OtherVersion(_)) if mode == Mode::Write => Self::default(),
            Err(unusable) => Self {
                problem: Some(unusable.to_string()),
                ..Self::default()
            },
        }
    }

    /// Whether this run would have found what an entry speaks of, were it still there.
    fn was_looked_for(&self, path: &Path, known: &Known, selection: &Selection) -> bool {
        let is_gone = || !disk::is_there(&path.with_file_name(&known.path)) && known.path != "-";
        selection.admits(&known.rule, &[]) && (self.judged.contains(&known.path) || is_gone())
    }

    fn tell_stale(&self, path: &Path, selection: &Selection, notes: &impl Fn(&str)) {
        let stale: Vec<&Known> = self
            .baseline
            .iter()
            .filter(|known| !self.met.contains(known) && self.was_looked_for(path, known, selection))
            .collect();
        let Some(first) = stale.first() else {
            return;
        };
        let entries = match stale.len() {
            1 => "1 entry matches".to_owned(),
            count => format!("{count} entries match"),
        };
        notes(&format!(
            "note: {}: {entries} nothing any more, such as {} in {}; --write-baseline takes out what is stale",
            disk::shown(path),
            first.rule,
            first.path
        ));
    }

    fn write(self, path: &Path, selection: &Selection, notes: &impl Fn(&str), failed: &mut Vec<String>) {
        let mut baseline = Baseline::default();
        // A run over some of the files says nothing of the others.
        for known in self.baseline.iter() {
            if !self.was_looked_for(path, known, selection) {
                baseline.add(known.clone());
            }
        }
        for known in self.met {
            baseline.add(known);
        }
        let before = failed.len();
        outputs::into_file(path, &baseline.text(), failed);
        if failed.len() == before {
            let findings = match baseline.len() {
                1 => "1 finding".to_owned(),
                count => format!("{count} findings"),
            };
            notes(&format!("note: {} has {findings}", disk::shown(path)));
        }
    }
}

/// A path as it is reported, as the baseline names it: relative to its folder where it lies below.
fn relative(baseline: &Path, name: &str) -> String {
    if name == "-" {
        return name.to_owned();
    }
    let absolute = disk::absolute(Path::new(name));
    let folder = baseline.parent().unwrap_or(baseline);
    match absolute.strip_prefix(folder) {
        Ok(below) => disk::with_slashes(below),
        Err(_) => disk::with_slashes(&absolute),
    }
}
