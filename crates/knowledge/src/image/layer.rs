//! Reads one layer: a stream of entries, of which rules keep few.

use std::collections::HashMap;
use std::io::{self, BufRead};

use super::error::ImageError;
use super::inspected::{Content, Entry, Heap, Kind, Layer};
use super::keep::{Keep, Kept, MOST_ENTRIES, MOST_IN_FOLDER, MOST_PATHS, MOST_TEXT};
use super::known;
use super::tarball::{Member, MemberKind, Members};
use crate::facts::mark;

/// How much of an image was kept so far, in all its layers.
#[derive(Debug, Default)]
pub struct Budget {
    paths: usize,
    entries: usize,
    text: usize,
}

impl Budget {
    fn take(&mut self, what: &str, entries: usize, text: usize) -> Result<(), ImageError> {
        self.entries += entries;
        self.text += text;
        let limit = if self.paths > MOST_PATHS {
            format!("{MOST_PATHS} paths")
        } else if self.entries > MOST_ENTRIES {
            format!("{MOST_ENTRIES} entries that would have to be kept")
        } else if self.text > MOST_TEXT {
            format!("{MOST_TEXT} bytes of names and texts that would have to be kept")
        } else {
            return Ok(());
        };
        let what = what.to_owned();
        Err(ImageError::TooMuch { what, limit })
    }

    /// Takes a layer that is kept once more.
    ///
    /// # Errors
    /// Where that is too much.
    pub fn again(&mut self, what: &str, layer: &Layer) -> Result<(), ImageError> {
        let kept = layer
            .entries
            .iter()
            .map(|entry| entry.path.len() + size_of_content(entry.content.as_ref()));
        let heaps = layer.heaps.iter().map(|heap| heap.path.len() + size_of::<Heap>());
        let taken = layer.removed.iter().chain(&layer.opaque).map(String::len);
        self.paths += layer.marks.0.len() + layer.owned.0.len();
        self.take(what, layer.entries.len(), kept.chain(heaps).chain(taken).sum())
    }
}

/// Reads a layer to the end of its archive; `what` is its name in errors. The digest is the caller's.
pub fn read(
    input: &mut dyn BufRead,
    what: &str,
    keep: &Keep,
    budget: &mut Budget,
) -> Result<Layer, ImageError> {
    let mut reading = Reading {
        what,
        keep,
        budget,
        layer: Layer::default(),
        heaps: HashMap::new(),
        in_folder: HashMap::new(),
    };
    let mut members = Members::new(input);
    let failed = |error: io::Error| ImageError::read(what, error);
    while let Some(member) = members.next().map_err(failed)? {
        reading.member(member, &mut members)?;
    }
    let mut layer = reading.layer;
    layer.heaps = reading.heaps.into_values().collect();
    layer.heaps.sort_by(|one, other| one.path.cmp(&other.path));
    for marks in [&mut layer.marks, &mut layer.owned] {
        marks.0.sort_unstable();
        marks.0.dedup();
        marks.0.shrink_to_fit();
    }
    Ok(layer)
}

struct Reading<'a> {
    what: &'a str,
    keep: &'a Keep,
    budget: &'a mut Budget,
    layer: Layer,
    heaps: HashMap<String, Heap>,
    /// How many entries of a folder were kept one by one.
    in_folder: HashMap<String, u32>,
}

impl Reading<'_> {
    fn member<R: BufRead>(&mut self, member: Member, members: &mut Members<R>) -> Result<(), ImageError> {
        let Some(path) = clean(&member.path) else {
            let why = format!("the name `{}` leads out of the image", shortened(&member.path));
            return Err(ImageError::damaged(self.what, why));
        };
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", ""));
        if let Some(hidden) = name.strip_prefix(".wh.") {
            return self.whiteout(folder, hidden);
        }
        // The root itself is in every image.
        if path == "/" {
            return Ok(());
        }
        self.budget.paths += 1;
        self.layer.count += 1;
        self.layer.bytes = self.layer.bytes.saturating_add(member.size);
        self.layer.marks.0.push(mark(&path));
        let mut kept = self.keep.of(&path);
        let is_link = member.kind == MemberKind::Link;
        if kept == Kept::Sum && is_link && !is_library(name) {
            kept = Kept::Entry;
        }
        if member.kind == MemberKind::Folder && kept == Kept::Sum {
            return self.budget.take(self.what, 0, 0);
        }
        if matches!(kept, Kept::Entry) && self.is_crowded(folder) {
            kept = Kept::Sum;
        }
        if kept == Kept::Sum {
            return self.sum(&path, &member);
        }
        let content = match kept {
            Kept::Content(known) if member.kind == MemberKind::File => {
                let read = known::read(
                    known,
                    self.keep,
                    member.size,
                    &mut members.content(),
                    &mut self.layer.owned,
                );
                read.map_err(|error| ImageError::read(self.what, error))?
            }
            _ => None,
        };
        let kind = match member.kind {
            MemberKind::File => Kind::File,
            MemberKind::Folder => Kind::Folder,
            MemberKind::Link => Kind::Link(member.target),
            // One that leads out of the image is the name of nothing.
            MemberKind::Hard => Kind::Hard(clean(&member.target).unwrap_or_default()),
            MemberKind::Other => Kind::Other,
        };
        // The first bytes of kept names belong to the entry itself; a bound on both bounds the memory.
        let target = match &kind {
            Kind::Link(target) | Kind::Hard(target) => target.len(),
            _ => 0,
        };
        self.budget.take(
            self.what,
            1,
            path.len() + target + size_of_content(content.as_ref()),
        )?;
        self.layer.entries.push(Entry {
            path,
            kind,
            mode: member.mode,
            uid: member.uid,
            gid: member.gid,
            size: member.size,
            content,
        });
        Ok(())
    }

    fn whiteout(&mut self, folder: &str, hidden: &str) -> Result<(), ImageError> {
        let (list, path) = match hidden {
            ".wh..opq" => (&mut self.layer.opaque, folder.to_owned()),
            // aufs keeps its own books under such names.
            hidden if hidden.starts_with(".wh.") || hidden.is_empty() => return Ok(()),
            hidden => (&mut self.layer.removed, format!("{folder}/{hidden}")),
        };
        let length = path.len();
        list.push(path);
        self.budget.paths += 1;
        self.budget.take(self.what, 0, length)
    }

    /// Whether so much of a folder was kept that the rest is summed up.
    fn is_crowded(&mut self, folder: &str) -> bool {
        if matches!(folder.rsplit('/').next(), Some("bin" | "sbin")) {
            return false;
        }
        match self.in_folder.get_mut(folder) {
            Some(count) => {
                *count += 1;
                *count > MOST_IN_FOLDER
            }
            None => {
                self.in_folder.insert(folder.to_owned(), 1);
                false
            }
        }
    }

    fn sum(&mut self, path: &str, member: &Member) -> Result<(), ImageError> {
        let folder = self.keep.heap(path);
        let mut text = 0;
        let heap = match self.heaps.get_mut(folder) {
            Some(heap) => heap,
            None => {
                // A heap is kept as an entry is, under its name twice.
                text = 2 * folder.len() + size_of::<Heap>();
                self.heaps.entry(folder.to_owned()).or_insert_with(|| Heap {
                    path: folder.to_owned(),
                    files: 0,
                    bytes: 0,
                    uid: member.uid,
                })
            }
        };
        heap.files += 1;
        heap.bytes = heap.bytes.saturating_add(member.size);
        self.budget.take(self.what, 0, text)
    }
}

/// Names of shared libraries, whose links nobody asks for.
fn is_library(name: &str) -> bool {
    name.contains(".so") && name != "libc.so.6"
}

fn size_of_content(content: Option<&Content>) -> usize {
    match content {
        None => 0,
        Some(Content::Text(text) | Content::Unread(text)) => text.len(),
        Some(Content::Names(names)) => names.iter().map(|name| name.len() + 24).sum(),
        Some(Content::Packages(packages)) => packages
            .iter()
            .map(|package| {
                let provides: usize = package.provides.iter().map(|name| name.len() + 24).sum();
                package.name.len() + package.version.len() + provides + 72
            })
            .sum(),
    }
}

/// The absolute path of a member within the image; none if its name climbs out of it.
fn clean(name: &str) -> Option<String> {
    let mut path = String::with_capacity(name.len() + 1);
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                let end = path.rfind('/')?;
                path.truncate(end);
            }
            part => {
                path.push('/');
                path.push_str(part);
            }
        }
    }
    if path.is_empty() {
        path.push('/');
    }
    Some(path)
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
