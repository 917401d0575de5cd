//! Finds and reads the config that holds for a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{absolute, is_there, read, shown};
use crate::config::{Config, Layer, NAMES, finding};
use crate::finding::{Finding, Place};
use crate::invocation::OwnBase;
use crate::source::{Source, Span};

/// How many configs may extend one another.
const CHAIN_LIMIT: usize = 16;

/// A config that was read, with what it names.
#[derive(Debug, Default)]
pub struct Found {
    /// What it says.
    pub config: Config,
    /// The Dockerfiles of its `bases`.
    pub bases: Arc<[OwnBase]>,
}

/// A config that could not be read or used.
#[derive(Debug)]
pub struct Broken {
    /// The path by which it is reported.
    pub name: String,
    /// What is wrong, with places in the sources below.
    pub findings: Vec<Finding>,
    /// The files in which those places lie.
    pub sources: Vec<Arc<Source>>,
}

type Answer = Result<Arc<Found>, Arc<Broken>>;

/// The configs of a run; each is read once.
#[derive(Debug, Default)]
pub struct Configs {
    /// The one for all files, where one was named.
    named: Option<Answer>,
    /// By folder: the config that holds for files in it.
    folders: Mutex<BTreeMap<PathBuf, Answer>>,
    /// By path, so that two folders under one config share it.
    files: Mutex<BTreeMap<PathBuf, Answer>>,
}

impl Configs {
    /// One config for all files.
    pub fn named(path: &Path) -> Self {
        Self {
            named: Some(load(&absolute(path))),
            ..Self::default()
        }
    }

    /// A config for all files that lies in no file of ours.
    pub fn given(config: Config) -> Self {
        let found = Found {
            config,
            bases: Arc::default(),
        };
        Self {
            named: Some(Ok(Arc::new(found))),
            ..Self::default()
        }
    }

    /// The config that was named for all files and is broken.
    pub fn broken_named(&self) -> Option<&Arc<Broken>> {
        self.named.as_ref().and_then(|answer| answer.as_ref().err())
    }

    /// The config that holds for files in a folder: the nearest one upwards. The answer is an empty
    /// one if there is none.
    ///
    /// # Errors
    /// The nearest one is broken.
    pub fn for_folder(&self, folder: &Path) -> Answer {
        if let Some(named) = &self.named {
            return named.clone();
        }
        let folder = absolute(folder);
        let mut passed = Vec::new();
        let mut answer = None;
        for folder in folder.ancestors() {
            if let Some(known) = locked(&self.folders).get(folder) {
                answer = Some(known.clone());
                break;
            }
            passed.push(folder.to_path_buf());
            let there = NAMES
                .iter()
                .map(|name| folder.join(name))
                .find(|path| is_there(path));
            if let Some(path) = there {
                answer = Some(self.load_once(&path));
                break;
            }
        }
        let answer = answer.unwrap_or_else(|| Ok(Arc::default()));
        let mut folders = locked(&self.folders);
        for folder in passed {
            folders.insert(folder, answer.clone());
        }
        answer
    }

    /// All broken configs that files were found under, by their paths.
    pub fn broken(&self) -> Vec<Arc<Broken>> {
        let files = locked(&self.files);
        files
            .values()
            .filter_map(|answer| answer.as_ref().err().cloned())
            .collect()
    }

    /// The configs that were read, by the paths by which they are reported.
    pub fn names(&self) -> Vec<String> {
        let files = locked(&self.files);
        let named = self.named.iter().flat_map(|answer| match answer {
            Ok(found) => found
                .config
                .layers()
                .iter()
                .map(|layer| layer.source.name().to_owned())
                .collect(),
            Err(broken) => vec![broken.name.clone()],
        });
        named.chain(files.keys().map(|path| shown(path))).collect()
    }

    fn load_once(&self, path: &Path) -> Answer {
        // Held while reading, so that no other thread reads the same config at the same time.
        let mut files = locked(&self.files);
        files
            .entry(path.to_path_buf())
            .or_insert_with(|| load(path))
            .clone()
    }
}

/// A thread that panicked leaves a map that is whole: entries are put in at once.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a config and those that it extends, the extended ones first in the result.
fn load(path: &Path) -> Answer {
    let mut loading = Loading {
        broken: Broken {
            name: shown(path),
            findings: Vec::new(),
            sources: Vec::new(),
        },
    };
    match loading.chain(path) {
        Some(config) => {
            let bases = loading.bases(&config);
            if loading.broken.findings.is_empty() {
                return Ok(Arc::new(Found { config, bases }));
            }
            Err(Arc::new(loading.broken))
        }
        None => Err(Arc::new(loading.broken)),
    }
}

struct Loading {
    broken: Broken,
}

impl Loading {
    fn chain(&mut self, path: &Path) -> Option<Config> {
        let mut layers: Vec<Layer> = Vec::new();
        let mut seen = vec![path.to_path_buf()];
        let mut next = Some((path.to_path_buf(), None));
        while let Some((path, said_by)) = next.take() {
            let layer = self.layer(&path, said_by)?;
            if let Some(extends) = &layer.raw.extends {
                let target = absolute(&layer.folder.join(&extends.value));
                let place = (Arc::clone(&layer.source), extends.span);
                if seen.contains(&target) || seen.len() >= CHAIN_LIMIT {
                    let message = match seen.contains(&target) {
                        true => format!(
                            "`{}` leads back to a config that is already in the chain",
                            extends.value
                        ),
                        false => format!("more than {CHAIN_LIMIT} configs extend one another"),
                    };
                    self.broken
                        .findings
                        .push(finding(&place.0, "config-extends", place.1, message));
                    return None;
                }
                seen.push(target.clone());
                next = Some((target, Some(place)));
            }
            layers.push(layer);
        }
        layers.reverse();
        Some(Config::new(layers))
    }

    fn layer(&mut self, path: &Path, said_by: Option<(Arc<Source>, Span)>) -> Option<Layer> {
        let source = match read(path, &shown(path)) {
            Ok(source) => Arc::new(source),
            Err(error) => {
                // Told where the unreadable file is named, if a config names it.
                let (source, span, message) = match said_by {
                    Some((source, span)) => (source, span, error.to_string()),
                    None => (self.nothing(path), Span::default(), error.reason()),
                };
                let found = finding(&source, "config-unreadable", span, message);
                self.broken.findings.push(found);
                return None;
            }
        };
        self.broken.sources.push(Arc::clone(&source));
        let folder = path.parent().unwrap_or(path).to_path_buf();
        match Layer::new(source, folder) {
            Ok(layer) => Some(layer),
            Err(findings) => {
                self.broken.findings.extend(findings);
                None
            }
        }
    }

    /// A file of which nothing could be read, so that a finding in it has a place.
    fn nothing(&mut self, path: &Path) -> Arc<Source> {
        let source = Source::new(shown(path), Vec::new()).expect("nothing is not too long");
        let source = Arc::new(source);
        self.broken.sources.push(Arc::clone(&source));
        source
    }

    fn bases(&mut self, config: &Config) -> Arc<[OwnBase]> {
        let mut bases = Vec::new();
        for base in config.bases() {
            match read(&base.path, &shown(&base.path)) {
                Ok(source) => bases.push(OwnBase {
                    pattern: base.pattern,
                    dockerfile: Arc::new(source),
                }),
                Err(error) => {
                    let Place::Text { path, span } = &base.place else {
                        continue;
                    };
                    let layer = config
                        .layers()
                        .iter()
                        .find(|layer| layer.source.name() == &**path);
                    if let Some(layer) = layer {
                        let found = finding(&layer.source, "config-wrong-value", *span, error.to_string());
                        self.broken.findings.push(found);
                    }
                }
            }
        }
        bases.into()
    }
}
