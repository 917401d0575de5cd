//! The layers of an image laid over one another, one by one.

use std::collections::{BTreeMap, HashMap};

use super::inspected::{Content, Entry, Installed, Kind, Layer};
use crate::facts::{LayerPaths, Seen, SeenKind, mark};

/// What is there after a layer.
#[derive(Debug, Default)]
pub struct State {
    /// Entries that were kept, by path.
    pub entries: BTreeMap<String, Seen>,
    /// Databases of packages, by path.
    databases: BTreeMap<String, Vec<Installed>>,
    /// Lists of names, by path.
    names: BTreeMap<String, Vec<String>>,
    /// Files that could not be read, with the reason.
    pub unread: BTreeMap<String, String>,
}

impl State {
    /// Lays a layer over it.
    pub fn lay(&mut self, layer: &Layer, index: usize) {
        for path in &layer.removed {
            self.take_below(path);
            self.take(path);
        }
        for folder in &layer.opaque {
            self.take_below(folder);
        }
        let own: HashMap<&str, &Entry> = layer
            .entries
            .iter()
            .map(|entry| (entry.path.as_str(), entry))
            .collect();
        for entry in &layer.entries {
            // Another name of a file says what the file says.
            let meant = match &entry.kind {
                Kind::Hard(target) => own.get(target.as_str()).copied().unwrap_or(entry),
                _ => entry,
            };
            self.put(&entry.path, meant, index);
        }
    }

    fn put(&mut self, path: &str, entry: &Entry, layer: usize) {
        let kind = match &entry.kind {
            Kind::File | Kind::Hard(_) => SeenKind::File,
            Kind::Folder => SeenKind::Folder,
            Kind::Link(target) => SeenKind::Link(target.clone()),
            Kind::Other => SeenKind::Other,
        };
        if kind != SeenKind::Folder {
            self.take_below(path);
        }
        self.take(path);
        let mut text = None;
        match &entry.content {
            Some(Content::Text(own)) => text = Some(own.clone()),
            Some(Content::Packages(packages)) => {
                self.databases.insert(path.to_owned(), packages.clone());
            }
            Some(Content::Names(names)) => {
                self.names.insert(path.to_owned(), names.clone());
            }
            Some(Content::Unread(why)) => {
                self.unread.insert(path.to_owned(), why.clone());
            }
            None => {}
        }
        self.entries.insert(
            path.to_owned(),
            Seen {
                kind,
                mode: entry.mode,
                uid: entry.uid,
                gid: entry.gid,
                size: entry.size,
                layer,
                text,
            },
        );
    }

    fn take(&mut self, path: &str) {
        self.entries.remove(path);
        self.databases.remove(path);
        self.names.remove(path);
        self.unread.remove(path);
    }

    fn take_below(&mut self, folder: &str) {
        let prefix = format!("{folder}/");
        let below = |path: &&String| path.starts_with(&prefix);
        let paths: Vec<String> = self
            .entries
            .range(prefix.clone()..)
            .map(|(path, _)| path)
            .take_while(below)
            .cloned()
            .collect();
        for path in paths {
            self.take(&path);
        }
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.entries.get(path)?.text.as_deref()
    }

    /// The names in a file.
    pub fn names(&self, path: &str) -> &[String] {
        self.names.get(path).map_or(&[], Vec::as_slice)
    }

    /// Everything that databases have, with the path of each.
    pub fn packages(&self) -> impl Iterator<Item = (&str, &Installed)> {
        self.databases
            .iter()
            .flat_map(|(path, packages)| packages.iter().map(move |package| (path.as_str(), package)))
    }

    /// Whether a database changed with a layer.
    pub fn changes_packages(layer: &Layer) -> bool {
        let is_database = |entry: &Entry| matches!(entry.content, Some(Content::Packages(_)));
        layer.entries.iter().any(is_database) || !layer.removed.is_empty() || !layer.opaque.is_empty()
    }
}

/// The marks of a layer as facts ask for them.
pub fn paths(layer: &Layer) -> LayerPaths {
    let sorted = |marks: Vec<u64>| {
        let mut marks = marks;
        marks.sort_unstable();
        marks.dedup();
        marks
    };
    let marks = |paths: &[String]| sorted(paths.iter().map(|path| mark(path)).collect());
    let not_folders = layer.entries.iter().filter(|entry| entry.kind != Kind::Folder);
    // An image that was written by hand has no marks of its own.
    let present = layer.marks.0.iter().copied();
    let present = present.chain(layer.entries.iter().map(|entry| mark(&entry.path)));
    LayerPaths {
        present: sorted(present.collect()),
        removed: marks(&layer.removed),
        opaque: marks(&layer.opaque),
        not_folders: sorted(not_folders.map(|entry| mark(&entry.path)).collect()),
    }
}
