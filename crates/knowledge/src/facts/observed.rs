//! What an opened image certainly has when its build has ended.
//!
//! Of every path there is a mark, so that absence is certain; of the paths that rules ask for there is
//! an entry besides, with what it is. Links are followed within the image.

use std::collections::BTreeMap;

use crate::context::Answer;

/// Links that are followed for one path: as many as Linux follows (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// What an entry of an image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeenKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, with its target as it is written.
    Link(String),
    /// A device, a pipe or a socket.
    Other,
}

/// An entry of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What it is.
    pub kind: SeenKind,
    /// Its permissions, with the bits for set-uid, set-gid and sticky.
    pub mode: u32,
    /// The number of its owner.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
    /// Its size in bytes.
    pub size: u64,
    /// Index of the layer that has it.
    pub layer: usize,
    /// Its text, where it is a known file.
    pub text: Option<String>,
}

/// The paths of one layer, by their marks.
#[derive(Debug, Clone, Default)]
pub struct LayerPaths {
    /// What it has, sorted.
    pub present: Vec<u64>,
    /// What it takes away from the layers below, sorted.
    pub removed: Vec<u64>,
    /// Folders of which it hides what the layers below have in them, sorted.
    pub opaque: Vec<u64>,
    /// Links and files, sorted: what the layers below have under such a path is hidden.
    pub not_folders: Vec<u64>,
}

/// The paths of an image when its build has ended.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// How many steps belong to the base, that which starts included.
    pub base_steps: usize,
    /// The layers, the lowest first.
    pub layers: Vec<LayerPaths>,
    /// The entries that were kept, by path.
    pub entries: BTreeMap<String, Seen>,
    /// Packages that somebody asked for, and that did not merely come along; none where the package
    /// manager does not tell.
    pub by_hand: Option<Vec<String>>,
    /// Names of what installed packages provide besides their own.
    pub provided: Vec<String>,
}

/// The mark of a path: FNV-1a of 64 bits over the path without its first slash.
///
/// Two of a million paths have the same mark once in 37 million images.
pub fn mark(path: &str) -> u64 {
    let bytes = path.trim_start_matches('/').bytes();
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Observed {
    /// Whether something lies at exactly this path, links not followed.
    pub fn has(&self, path: &str) -> bool {
        let path = path.trim_matches('/');
        if path.is_empty() {
            return true;
        }
        let folders: Vec<u64> = path
            .match_indices('/')
            .map(|(end, _)| mark(&path[..end]))
            .collect();
        let own = mark(path);
        let holds = |marks: &[u64], one: &u64| marks.binary_search(one).is_ok();
        for layer in self.layers.iter().rev() {
            if holds(&layer.present, &own) {
                return true;
            }
            let is_gone = holds(&layer.removed, &own)
                || folders.iter().any(|folder| {
                    holds(&layer.removed, folder)
                        || holds(&layer.opaque, folder)
                        || holds(&layer.not_folders, folder)
                });
            if is_gone {
                return false;
            }
        }
        false
    }

    /// The path at which something lies once all links are followed; none if it leads nowhere.
    pub fn resolve(&self, path: &str) -> Option<String> {
        let mut left: Vec<String> = parts(path).rev().map(str::to_owned).collect();
        let mut real = String::new();
        let mut links = 0;
        while let Some(part) = left.pop() {
            match part.as_str() {
                "." => continue,
                ".." => {
                    real.truncate(real.rfind('/').unwrap_or(0));
                    continue;
                }
                _ => {}
            }
            let next = format!("{real}/{part}");
            match self.entries.get(&next).map(|seen| &seen.kind) {
                Some(SeenKind::Link(target)) => {
                    links += 1;
                    if links > MOST_LINKS || left.len() > 4096 {
                        return None;
                    }
                    if target.starts_with('/') {
                        real.clear();
                    }
                    left.extend(parts(target).rev().map(str::to_owned));
                }
                _ => real = next,
            }
        }
        if real.is_empty() {
            real.push('/');
        }
        self.has(&real).then_some(real)
    }

    /// Whether something is at a path, links followed.
    pub fn exists(&self, path: &str) -> Answer {
        match self.resolve(path) {
            Some(_) => Answer::Known(()),
            None => Answer::Absent,
        }
    }

    /// The entry at a path, links followed; none if there is none or it was not kept.
    pub fn entry(&self, path: &str) -> Option<&Seen> {
        self.entries.get(&self.resolve(path)?)
    }

    /// The path of a program in one of the folders, if it can be run.
    pub fn program(&self, name: &str, folders: &[&str]) -> Option<String> {
        folders.iter().find_map(|folder| {
            let path = format!("{}/{name}", folder.trim_end_matches('/'));
            let real = self.resolve(&path)?;
            let runs = self.entries.get(&real).is_none_or(|seen| {
                matches!(seen.kind, SeenKind::File | SeenKind::Other) && seen.mode & 0o111 != 0
            });
            runs.then_some(path)
        })
    }

    /// Entries below a folder, not deeper than one component.
    pub fn children(&self, folder: &str) -> impl Iterator<Item = (&str, &Seen)> {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let start = prefix.clone();
        self.entries
            .range(start..)
            .take_while({
                let prefix = prefix.clone();
                move |(path, _)| path.starts_with(&prefix)
            })
            .filter_map(move |(path, seen)| {
                let name = &path[prefix.len()..];
                (!name.contains('/')).then_some((name, seen))
            })
    }
}

fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(kind: SeenKind) -> Seen {
        Seen {
            kind,
            mode: 0o755,
            uid: 0,
            gid: 0,
            size: 0,
            layer: 0,
            text: None,
        }
    }

    fn sample() -> Observed {
        let marks = |paths: &[&str]| {
            let mut marks: Vec<u64> = paths.iter().map(|path| mark(path)).collect();
            marks.sort_unstable();
            marks
        };
        let lower = LayerPaths {
            present: marks(&[
                "/usr",
                "/usr/bin",
                "/usr/bin/x",
                "/bin",
                "/opt",
                "/opt/a",
                "/opt/a/b",
                "/round",
            ]),
            ..LayerPaths::default()
        };
        let upper = LayerPaths {
            present: marks(&["/opt", "/opt/a"]),
            opaque: marks(&["/opt/a"]),
            ..LayerPaths::default()
        };
        let link = |target: &str| seen(SeenKind::Link(target.into()));
        Observed {
            layers: vec![lower, upper],
            entries: BTreeMap::from([
                ("/bin".to_owned(), link("usr/bin")),
                ("/round".to_owned(), link("/round")),
                ("/usr/bin/x".to_owned(), seen(SeenKind::File)),
            ]),
            ..Observed::default()
        }
    }

    #[test]
    fn links_are_followed_and_circles_end() {
        let observed = sample();
        assert_eq!(observed.resolve("/bin/x").as_deref(), Some("/usr/bin/x"));
        assert_eq!(observed.resolve("/bin/../bin/./x").as_deref(), Some("/usr/bin/x"));
        assert_eq!(observed.resolve("/round"), None);
        assert_eq!(
            observed.program("x", &["/sbin", "/bin"]).as_deref(),
            Some("/bin/x")
        );
        assert_eq!(observed.program("y", &["/bin"]), None);
    }

    #[test]
    fn an_opaque_folder_hides_what_lies_below_it() {
        let observed = sample();
        assert!(observed.has("/opt/a"));
        assert!(!observed.has("/opt/a/b"));
    }
}
