//! What files other than Dockerfiles say of images: what runs them, and what they are built for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::contract::Profile;
use crate::definitions::{self, Dockerfile, Kind};
use crate::disk;
use crate::invocation::Platform;

/// Words of Terraform templates that name what runs a workspace, the deciding ones first.
const RUNNERS: [(&str, Profile); 6] = [
    ("coder/envbox", Profile::Envbox),
    ("CODER_INNER_IMAGE", Profile::Envbox),
    ("coder/envbuilder", Profile::Envbuilder),
    ("ENVBUILDER_GIT_URL", Profile::Envbuilder),
    ("envbuilder_cached_image", Profile::Envbuilder),
    ("sysbox-runc", Profile::Sysbox),
];

/// How deep a workflow is looked into; a step's inputs stand six levels down.
const DEEPEST: usize = 16;

/// What is said outside of Dockerfiles.
#[derive(Debug, Default)]
pub struct Elsewhere {
    /// What runs workspaces, with the place that says so.
    runners: BTreeMap<Profile, String>,
    /// Dockerfiles of dev containers, absolute, with the file that names each.
    dev_containers: BTreeMap<PathBuf, String>,
    /// Platforms that are built for, with the first file that says so.
    platforms: BTreeMap<String, String>,
}

impl Elsewhere {
    /// Looks through a repository.
    pub fn look(root: &Path) -> Self {
        let mut found = Self::default();
        for path in disk::listing(root, is_wanted) {
            let name = disk::shown(&path);
            if disk::length(&path) > definitions::LONGEST as u64 {
                continue;
            }
            let Ok(source) = disk::read(&path, &name) else {
                continue;
            };
            let text = String::from_utf8_lossy(source.text());
            match Kind::of(&file_name(&path)) {
                Some(kind) => found.definitions(kind, &text, &path, &name),
                None if is_terraform(&path) => found.terraform(&text, &name),
                None => found.workflow(&text, &name),
            }
        }
        found
    }

    /// What runs workspaces here; none where nothing says so.
    pub fn runner(&self) -> Option<(Profile, &str)> {
        let said = |profile: Profile| Some((profile, self.runners.get(&profile)?.as_str()));
        said(Profile::Envbox)
            .or_else(|| said(Profile::Sysbox))
            .or_else(|| said(Profile::Envbuilder))
    }

    /// The place that says that envbuilder is used.
    pub fn envbuilder(&self) -> Option<&str> {
        self.runners.get(&Profile::Envbuilder).map(String::as_str)
    }

    /// The `devcontainer.json` that builds this Dockerfile.
    pub fn dev_container(&self, path: &Path) -> Option<&str> {
        self.dev_containers.get(&disk::absolute(path)).map(String::as_str)
    }

    /// The platforms that are built for, with the files that say so.
    pub fn platforms(&self) -> Option<(Vec<&str>, String)> {
        let names = self.platforms.keys().map(String::as_str).collect();
        let files: BTreeSet<&str> = self.platforms.values().map(String::as_str).collect();
        let files: Vec<&str> = files.into_iter().collect();
        (!files.is_empty()).then(|| (names, files.join(", ")))
    }

    fn definitions(&mut self, kind: Kind, text: &str, path: &Path, name: &str) {
        let folder = path.parent().unwrap_or(Path::new(""));
        for definition in definitions::read(kind, text, "").unwrap_or_default() {
            for platform in &definition.platforms {
                self.platform(platform, name);
            }
            if kind == Kind::DevContainer {
                let dockerfile = match &definition.dockerfile {
                    Dockerfile::InContext(file) => folder.join(&definition.context).join(file),
                    Dockerfile::BesideDefinition(file) => folder.join(file),
                };
                self.dev_containers
                    .entry(disk::absolute(&dockerfile))
                    .or_insert_with(|| name.to_owned());
            }
        }
    }

    fn terraform(&mut self, text: &str, name: &str) {
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_start();
            if line.starts_with('#') || line.starts_with("//") {
                continue;
            }
            for (word, profile) in RUNNERS {
                if line.contains(word) {
                    let place = || format!("{name}:{}", index + 1);
                    self.runners.entry(profile).or_insert_with(place);
                }
            }
        }
    }

    fn workflow(&mut self, text: &str, name: &str) {
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! { max_depth: 32, flow_nesting_limit: 32, max_documents: 1 },
        };
        if let Ok(workflow) = serde_saphyr::from_str_with_options::<Value>(text, options) {
            self.inputs(&workflow, name, DEEPEST);
        }
    }

    /// The `platforms` of `docker/build-push-action` and its like: an input, with commas or line ends.
    fn inputs(&mut self, value: &Value, name: &str, depth: usize) {
        let below: Vec<&Value> = match value {
            Value::Object(keys) => {
                let listed = keys.get("with").and_then(|inputs| inputs.get("platforms"));
                for platform in listed
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .split([',', '\n'])
                {
                    self.platform(platform.trim(), name);
                }
                keys.values().collect()
            }
            Value::Array(items) => items.iter().collect(),
            _ => return,
        };
        if depth > 0 {
            for value in below {
                self.inputs(value, name, depth - 1);
            }
        }
    }

    fn platform(&mut self, platform: &str, name: &str) {
        if Platform::parse(platform).is_some() {
            self.platforms
                .entry(platform.to_owned())
                .or_insert_with(|| name.to_owned());
        }
    }
}

fn is_wanted(path: &Path) -> bool {
    Kind::of(&file_name(path)).is_some() || is_terraform(path) || is_workflow(path)
}

fn is_terraform(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "tf")
}

fn is_workflow(path: &Path) -> bool {
    let is_yaml = path
        .extension()
        .is_some_and(|ending| ending == "yml" || ending == "yaml");
    is_yaml
        && path
            .parent()
            .is_some_and(|folder| folder.ends_with(".github/workflows"))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
