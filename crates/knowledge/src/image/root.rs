//! The files of an image when all its layers are laid, for questions by path.

use std::collections::BTreeMap;

use super::inspected::{Inspected, Kind};
use super::state::{self, State};
use crate::facts::{Observed, Seen, SeenKind};

/// What lies where.
#[derive(Debug)]
pub struct Root {
    observed: Observed,
    /// Why the texts of files are not known.
    unread: BTreeMap<String, String>,
    /// Files that are another name of one, by the path of that one.
    hard: BTreeMap<String, String>,
}

impl Root {
    /// Lays all layers.
    pub fn of(image: &Inspected) -> Self {
        let mut state = State::default();
        let mut hard = BTreeMap::new();
        for (index, layer) in image.layers.iter().enumerate() {
            state.lay(layer, index);
            for entry in &layer.entries {
                match &entry.kind {
                    Kind::Hard(target) => hard.insert(entry.path.clone(), target.clone()),
                    _ => hard.remove(&entry.path),
                };
            }
        }
        Self {
            observed: Observed {
                layers: image.layers.iter().map(state::paths).collect(),
                entries: state.entries,
                ..Observed::default()
            },
            unread: state.unread,
            hard,
        }
    }

    /// Whether something lies at exactly this path.
    pub fn has(&self, path: &str) -> bool {
        path.trim_matches('/').is_empty() || self.observed.has(path)
    }

    /// The path once links in its folders are followed, and the last part is not; none where they lead
    /// nowhere.
    pub fn beside_links(&self, path: &str) -> Option<String> {
        if path.trim_matches('/').is_empty() {
            return Some("/".to_owned());
        }
        let (folder, name) = path.trim_end_matches('/').rsplit_once('/')?;
        let folder = self.observed.resolve(folder)?;
        Some(format!("{}/{name}", folder.trim_end_matches('/')))
    }

    /// The entry at exactly this path; of the root what every engine makes of it.
    pub fn entry(&self, path: &str) -> Option<Seen> {
        let root = || Seen {
            kind: SeenKind::Folder,
            mode: 0o755,
            uid: 0,
            gid: 0,
            size: 0,
            layer: 0,
            text: None,
        };
        match path.trim_matches('/') {
            "" => Some(root()),
            _ => self.observed.entries.get(path).cloned(),
        }
    }

    /// The path at which the text of a file stands, all links followed; none where it leads nowhere.
    pub fn source(&self, path: &str) -> Option<String> {
        let real = self.observed.resolve(path)?;
        Some(self.hard.get(&real).cloned().unwrap_or(real))
    }

    /// The text of a file, links followed.
    ///
    /// # Errors
    /// Why there is none.
    pub fn text(&self, path: &str) -> Result<&str, String> {
        let real = self
            .observed
            .resolve(path)
            .ok_or_else(|| format!("{path} is not there"))?;
        if let Some(why) = self.unread.get(&real) {
            return Err(format!("{path} is not read: {why}"));
        }
        let Some(entry) = self.observed.entries.get(&real) else {
            return Err(format!("{path} is not read: its content was not kept"));
        };
        match (&entry.text, &entry.kind) {
            (Some(text), _) => Ok(text),
            (None, SeenKind::Folder) => Err(format!("{path} is a folder")),
            (None, _) => Err(format!("{path} is not read: its content was not kept")),
        }
    }

    /// The names of folders in a folder.
    pub fn folders(&self, folder: &str) -> Vec<&str> {
        let inside = self.observed.children(folder);
        inside
            .filter(|(_, seen)| seen.kind == SeenKind::Folder)
            .map(|(name, _)| name)
            .collect()
    }
}
