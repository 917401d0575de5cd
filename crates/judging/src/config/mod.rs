//! What a `seaworthy.yaml` says about a file: its contract, levels, and what is accepted in it.
//!
//! No files are read here: `disk` finds configs and hands their text over. A [`Config`] is a chain
//! of layers, the extended ones first; [`Config::settings`] is the one place where the contract of
//! a file is resolved.

pub mod hadolint;
pub mod import;
mod pattern;
mod raw;
mod read;
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use pattern::Patterns;
pub use raw::{At, FailOn, Level, Raw};
pub use read::{CONFIG_LIMIT, finding, from_yaml, read};
pub use schema::schema;

use crate::contract::{Contract, Profile, Runtime, Told};
use crate::finding::{Place, Severity};
use crate::invocation::{Edition, Later};
use crate::rules::{self, editions};
use crate::source::{Source, Span};
use raw::{Levels, Override, Platform, Workspace};

/// The names under which a config is looked for in a folder, the first that is there counts.
pub const NAMES: [&str; 3] = ["seaworthy.yaml", "seaworthy.yml", ".seaworthy.yaml"];

pub use crate::rules::editions::EDITIONS;

/// A config file that was read without a fault.
#[derive(Debug)]
pub struct Layer {
    /// Its text, under the path by which it is reported.
    pub source: Arc<Source>,
    /// The folder in which it lies, absolute.
    pub folder: PathBuf,
    /// Its keys.
    pub raw: Raw,
    exclude: Option<Patterns>,
    ignore: Vec<Option<Patterns>>,
    overrides: Vec<Patterns>,
}

impl Layer {
    /// Reads the text of a config that lies in `folder`.
    ///
    /// # Errors
    /// The findings in it.
    pub fn new(source: Arc<Source>, folder: PathBuf) -> Result<Self, Vec<crate::finding::Finding>> {
        let raw = read(&source)?;
        // Every pattern was compiled by `read` and found good; together they can only be too large.
        let compile = |patterns: &[At<String>]| {
            Patterns::new(patterns.iter().map(|pattern| pattern.value.as_str())).map_err(|reason| {
                let span = patterns.first().map(|pattern| pattern.span).unwrap_or_default();
                vec![finding(&source, "config-wrong-value", span, reason)]
            })
        };
        let exclude = raw.exclude.as_deref().map(compile).transpose()?;
        let ignore = raw
            .ignore
            .iter()
            .flatten()
            .map(|entry| entry.paths.as_deref().map(compile).transpose())
            .collect::<Result<_, _>>()?;
        let overrides = raw
            .overrides
            .iter()
            .flatten()
            .map(|entry| compile(&entry.paths))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            source,
            folder,
            raw,
            exclude,
            ignore,
            overrides,
        })
    }

    fn place(&self, span: Span) -> Place {
        Place::Text {
            path: self.source.shared_name(),
            span,
        }
    }

    /// The path as the patterns of this layer see it; none for a file outside of its folder.
    fn below<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        path.strip_prefix(&self.folder).ok()
    }
}

/// A config with those that it extends.
#[derive(Debug, Default)]
pub struct Config {
    layers: Vec<Layer>,
}

/// What a config says about a rule.
#[derive(Debug, Clone)]
pub struct LevelSaid {
    /// A rule's name or a known id.
    pub name: String,
    /// Its level.
    pub level: Level,
}

/// Findings that the config accepts in a file.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// A rule's name or a known id.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Where the config says so; left out where nobody asks.
    pub place: Option<Place>,
}

/// A key of the config with who said it.
#[derive(Debug, Clone)]
pub struct Said {
    /// The value as YAML.
    pub value: String,
    /// The config file and its line; none for the command line.
    pub by: Option<(String, u32)>,
    /// The paths of the override that says it.
    pub only_for: Option<String>,
}

/// An image pattern that is built from a Dockerfile of one's own.
#[derive(Debug, Clone)]
pub struct Base {
    /// Which images.
    pub pattern: String,
    /// The Dockerfile, absolute.
    pub path: PathBuf,
    /// Where the config says so.
    pub place: Place,
}

/// A command that is run in a container of the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnProbe {
    /// Its name in reports.
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Who runs it; the workspace user if none is said.
    pub user: Option<String>,
    /// The exit code that it has to have.
    pub exit: i64,
    /// A text that has to stand in what it says.
    pub output: Option<String>,
    /// How long it may take, in seconds, if said.
    pub seconds: Option<u16>,
}

/// All that the config says about one file.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// What is agreed between the platform and the image.
    pub contract: Contract,
    /// Levels, a later one before an earlier one.
    pub levels: Vec<LevelSaid>,
    /// Findings that are accepted in this file.
    pub accepted: Vec<Accepted>,
    /// What is asked of a container of the image, in order.
    pub probes: Vec<OwnProbe>,
    /// From which severity on the run fails.
    pub fail_on: FailOn,
    /// The baseline, absolute.
    pub baseline: Option<PathBuf>,
    /// The edition of the rule set, where one is named.
    pub edition: Option<String>,
    /// Each key that was said, by its path such as `workspace.user`; empty unless it is asked for.
    pub said: BTreeMap<String, Said>,
}

impl Settings {
    /// What was said about a finding of a rule with these ids: an id beats the rule's own name.
    pub fn level(&self, rule: &str, aliases: &[&str]) -> Option<Level> {
        let by_alias = self
            .levels
            .iter()
            .rev()
            .find(|said| aliases.contains(&said.name.as_str()));
        let by_name = || self.levels.iter().rev().find(|said| said.name == rule);
        by_alias.or_else(by_name).map(|said| said.level)
    }

    /// Lets another profile hold than the config says, as the command line may.
    pub fn override_profile(&mut self, profile: Profile) {
        self.contract.profile = profile;
        let said = Said {
            value: serde_json::to_string(&profile).unwrap_or_default(),
            by: None,
            only_for: None,
        };
        self.said.insert("profile".to_owned(), said);
    }

    /// The set of rules that is on.
    pub fn edition(&self, later: Later) -> Edition {
        Edition {
            name: self.edition.clone(),
            later,
        }
    }

    /// Rules that the config turns on although the profile or the edition has them off, with their
    /// severity.
    pub fn raised(&self) -> BTreeMap<&'static str, Severity> {
        let edition = self.edition(Later::Hidden);
        let mut raised = BTreeMap::new();
        for said in &self.levels {
            let Some(severity) = said.level.severity() else {
                continue;
            };
            raised.extend(rules::off_by_itself(&said.name).map(|id| (id, severity)));
            for rule in rules::find(&said.name) {
                let is_on = rule.levels.of(self.contract.profile).is_some() && editions::has(&edition, rule);
                if !is_on {
                    raised.insert(rule.name, severity);
                }
            }
        }
        raised
    }
}

impl Config {
    /// A chain of layers, the extended ones first.
    pub fn new(layers: Vec<Layer>) -> Self {
        Self { layers }
    }

    /// The files of which it is made, the extended ones first.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Whether an `exclude` keeps this file, by its absolute path, out.
    pub fn excludes(&self, path: &Path) -> bool {
        self.layers
            .iter()
            .any(|layer| match (&layer.exclude, layer.below(path)) {
                (Some(patterns), Some(below)) => patterns.matches(below),
                _ => false,
            })
    }

    /// The patterns of all `exclude` lists, each with where the config says it.
    pub fn excluded_patterns(&self) -> impl Iterator<Item = (&str, Place)> {
        self.layers.iter().flat_map(|layer| {
            let patterns = layer.raw.exclude.iter().flatten();
            patterns.map(|pattern| (pattern.value.as_str(), layer.place(pattern.span)))
        })
    }

    /// The file and the line of a place in one of these configs.
    pub fn line(&self, place: &Place) -> Option<(&str, u32)> {
        let Place::Text { path, span } = place else {
            return None;
        };
        let mut layers = self.layers.iter();
        let layer = layers.find(|layer| layer.source.name() == &**path)?;
        Some((layer.source.name(), layer.source.position(span.start).line))
    }

    /// The images that are built from Dockerfiles of one's own.
    pub fn bases(&self) -> Vec<Base> {
        let bases = |layer: &Layer| -> Vec<Base> {
            let base = |(pattern, path): (&At<String>, &At<String>)| Base {
                pattern: pattern.value.clone(),
                path: layer.folder.join(&path.value),
                place: layer.place(path.span),
            };
            layer.raw.bases.iter().flatten().map(base).collect()
        };
        self.layers.iter().flat_map(bases).collect()
    }

    /// Whether it says the same of every file: no part of it is for some paths alone.
    pub fn speaks_of_all_alike(&self) -> bool {
        self.layers
            .iter()
            .all(|layer| layer.overrides.is_empty() && layer.ignore.iter().all(Option::is_none))
    }

    /// Resolves all that is said about a file, by its absolute path.
    ///
    /// Extended configs first, then the config, then its overrides in order: what comes later wins.
    pub fn settings(&self, path: &Path) -> Settings {
        self.resolve(path, Sayers::LeftOut)
    }

    /// [`Config::settings`], with who says each key.
    pub fn settings_said(&self, path: &Path) -> Settings {
        self.resolve(path, Sayers::Kept)
    }

    fn resolve(&self, path: &Path, sayers: Sayers) -> Settings {
        let mut settings = Settings::default();
        for layer in &self.layers {
            let mut apply = Apply {
                layer,
                settings: &mut settings,
                sayers,
                only_for: None,
            };
            apply.root(&layer.raw);
            for (index, entry) in layer.raw.overrides.iter().flatten().enumerate() {
                let matches = |below| layer.overrides[index].matches(below);
                if layer.below(path).is_some_and(matches) {
                    apply.entry(entry);
                }
            }
            for (index, entry) in layer.raw.ignore.iter().flatten().enumerate() {
                let here = match &layer.ignore[index] {
                    None => true,
                    Some(patterns) => layer.below(path).is_some_and(|below| patterns.matches(below)),
                };
                if here {
                    settings.accepted.push(Accepted {
                        name: entry.rule.value.clone(),
                        reason: entry.reason.value.trim().to_owned(),
                        place: (sayers == Sayers::Kept).then(|| layer.place(entry.rule.span)),
                    });
                }
            }
        }
        settings
    }
}

/// Whether it is kept who says a key. Judging does not ask, and thousands of overrides may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sayers {
    Kept,
    LeftOut,
}

/// Applies the keys of one layer on what earlier layers said.
struct Apply<'a> {
    layer: &'a Layer,
    settings: &'a mut Settings,
    sayers: Sayers,
    /// The paths of the override that is applied.
    only_for: Option<&'a [At<String>]>,
}

impl<'a> Apply<'a> {
    fn root(&mut self, raw: &Raw) {
        if let Some(edition) = &raw.edition {
            self.settings.edition = Some(edition.value.clone());
            self.said("edition", edition);
        }
        if let Some(baseline) = &raw.baseline {
            self.settings.baseline = Some(self.layer.folder.join(&baseline.value));
            self.said("baseline", baseline);
        }
        self.judging(
            raw.profile.as_ref(),
            raw.platform.as_ref(),
            raw.workspace.as_ref(),
        );
        self.platforms(raw.platforms.as_ref());
        self.levels(raw.rules.as_ref());
        self.fail_on(raw.fail_on.as_ref());
        self.images(raw);
        self.probes(raw);
    }

    /// What is asked of containers; a name that was there before is replaced in its place.
    fn probes(&mut self, raw: &Raw) {
        for entry in raw.probes.iter().flatten() {
            let probe = OwnProbe {
                name: entry.name.value.clone(),
                command: values(&entry.command.value),
                user: entry.user.as_ref().map(|user| user.value.clone()),
                exit: entry.exit.as_ref().map_or(0, |exit| exit.value.into()),
                output: entry.output.as_ref().map(|output| output.value.clone()),
                seconds: entry.seconds.as_ref().map(|seconds| seconds.value),
            };
            self.said(&format!("probes.{}", probe.name), &entry.command);
            let same = self
                .settings
                .probes
                .iter_mut()
                .find(|known| known.name == probe.name);
            match same {
                Some(known) => *known = probe,
                None => self.settings.probes.push(probe),
            }
        }
    }

    /// What is asked of every image: labels and registries.
    fn images(&mut self, raw: &Raw) {
        for (name, kind) in raw.labels.iter().flatten() {
            self.settings
                .contract
                .labels
                .insert(name.value.clone(), kind.value);
            self.said(&format!("labels.{}", name.value), kind);
        }
        if let Some(strict) = &raw.strict_labels {
            self.settings.contract.strict_labels = strict.value;
            self.said("strict-labels", strict);
        }
        if let Some(registries) = &raw.registries {
            self.settings.contract.registries = values(&registries.value);
            self.said("registries", registries);
        }
    }

    fn entry(&mut self, entry: &'a Override) {
        self.only_for = Some(&entry.paths);
        self.judging(
            entry.profile.as_ref(),
            entry.platform.as_ref(),
            entry.workspace.as_ref(),
        );
        self.platforms(entry.platforms.as_ref());
        self.levels(entry.rules.as_ref());
        self.fail_on(entry.fail_on.as_ref());
    }

    fn judging(
        &mut self,
        profile: Option<&At<Profile>>,
        platform: Option<&Platform>,
        workspace: Option<&Workspace>,
    ) {
        if let Some(profile) = profile {
            self.settings.contract.profile = profile.value;
            self.said("profile", profile);
        }
        if let Some(platform) = platform {
            self.platform(platform);
        }
        if let Some(workspace) = workspace {
            self.workspace(workspace);
        }
    }

    fn platform(&mut self, platform: &Platform) {
        let runtimes = [
            (
                "sysbox",
                &platform.sysbox,
                Runtime::Sysbox as fn(String) -> Runtime,
            ),
            ("coder", &platform.coder, Runtime::Coder),
            ("envbox", &platform.envbox, Runtime::Envbox),
        ];
        for (key, version, runtime) in runtimes {
            if let Some(version) = version {
                // One of the three is meant, so the one said last replaces the others.
                for key in ["sysbox", "coder", "envbox"] {
                    self.settings.said.remove(&format!("platform.{key}"));
                }
                let numbers = read::numbers(&version.value);
                self.settings.contract.runtime = Some(runtime(numbers.to_owned()));
                self.said(&format!("platform.{key}"), version);
            }
        }
        if let Some(cluster) = &platform.cluster {
            self.settings.contract.cluster = Some(cluster.value);
            self.said("platform.cluster", cluster);
        }
        if let Some(gpu) = &platform.gpu {
            self.settings.contract.gpu = Some(Told {
                value: gpu.value,
                place: Some(self.layer.place(gpu.span)),
            });
            self.said("platform.gpu", gpu);
        }
    }

    fn workspace(&mut self, workspace: &Workspace) {
        if let Some(user) = &workspace.user {
            self.settings.contract.user = Some(user.value.clone());
            self.said("workspace.user", user);
        }
        if let Some(uid) = &workspace.uid {
            self.settings.contract.uid = Some(uid.value);
            self.said("workspace.uid", uid);
        }
        if let Some(home) = &workspace.home {
            self.settings.contract.home = Some(home.value.clone());
            self.said("workspace.home", home);
        }
        if let Some(volumes) = &workspace.volumes {
            self.settings.contract.volumes = Some(values(&volumes.value));
            self.said("workspace.volumes", volumes);
        }
        if let Some(docker) = &workspace.docker {
            self.settings.contract.docker = Some(docker.value);
            self.said("workspace.docker", docker);
        }
        if let Some(commands) = &workspace.commands {
            self.settings.contract.commands = values(&commands.value);
            self.said("workspace.commands", commands);
        }
    }

    fn platforms(&mut self, platforms: Option<&At<Vec<At<String>>>>) {
        if let Some(platforms) = platforms {
            self.settings.contract.platforms = values(&platforms.value);
            self.said("platforms", platforms);
        }
    }

    fn levels(&mut self, levels: Option<&Levels>) {
        for (name, level) in levels.into_iter().flatten() {
            // One word a rule, however many overrides match.
            self.settings.levels.retain(|said| said.name != name.value);
            self.settings.levels.push(LevelSaid {
                name: name.value.clone(),
                level: level.value,
            });
            self.said(&format!("rules.{}", name.value), level);
        }
    }

    fn fail_on(&mut self, fail_on: Option<&At<FailOn>>) {
        if let Some(fail_on) = fail_on {
            self.settings.fail_on = fail_on.value;
            self.said("fail-on", fail_on);
        }
    }

    fn said<T: serde::Serialize>(&mut self, key: &str, value: &At<T>) {
        if self.sayers == Sayers::LeftOut {
            return;
        }
        let line = self.layer.source.position(value.span.start).line;
        let said = Said {
            // JSON is YAML, and on one line.
            value: serde_json::to_string(&value.value).unwrap_or_default(),
            by: Some((self.layer.source.name().to_owned(), line)),
            only_for: self.only_for.map(|paths| values(paths).join(", ")),
        };
        self.settings.said.insert(key.to_owned(), said);
    }
}

fn values(list: &[At<String>]) -> Vec<String> {
    list.iter().map(|item| item.value.clone()).collect()
}
