//! Files, folders and links that steps write, and what becomes of them.

use std::sync::Arc;

use crate::context::Answer;
use crate::facts::{Content, Meaning, Origin, Reader, Value, Write, WriteKind, path};
use crate::finding::Certainty;

/// A path that a step wrote.
#[derive(Debug, Clone)]
pub struct File {
    /// Absolute and clean, or beginning with a hole.
    pub path: Value,
    /// What it is.
    pub kind: WriteKind,
    /// Its text.
    pub content: Content,
    /// What its text says, as far as its format is known.
    pub meaning: Vec<Meaning>,
    /// The owner as written; none if it is who ran the step.
    pub owner: Option<Value>,
    /// The program or instruction that wrote it.
    pub writer: &'static str,
    /// Which step wrote it.
    pub written: Origin,
    /// Which step took it away, if one did.
    pub gone: Option<Gone>,
}

/// The end of a file.
#[derive(Debug, Clone)]
pub struct Gone {
    /// Index of the step.
    pub step: usize,
    /// Whether it certainly took the file away.
    pub certainty: Certainty,
    /// Whether something else was written in its place.
    pub replaced: bool,
}

impl File {
    /// Whether it is there after a step.
    pub fn present_at(&self, step: usize) -> Answer {
        if self.written.step > step {
            return Answer::Absent;
        }
        match &self.gone {
            Some(gone) if gone.step <= step => match gone.certainty {
                Certainty::Certain => Answer::Absent,
                Certainty::Possible => Answer::Unknown,
            },
            _ if self.written.certainty == Certainty::Possible => Answer::Unknown,
            _ => Answer::Known(()),
        }
    }

    /// Whether nothing took it away, for certain or perhaps.
    pub fn stays(&self) -> bool {
        self.gone.is_none()
    }
}

/// All files of a stage chain, in the order in which they were written.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Stages that build on one another share what neither changes.
    all: Vec<Arc<File>>,
    removals: Vec<Removal>,
}

/// A path or pattern that a step took away, whether or not a step had written it.
#[derive(Debug, Clone)]
pub struct Removal {
    /// The path or pattern, absolute.
    pub path: Value,
    /// Whether the folder itself stays and only what is in it goes.
    pub contents_only: bool,
    /// Which step.
    pub origin: Origin,
}

impl Files {
    /// All that were ever written, those that are gone too.
    pub fn iter(&self) -> impl Iterator<Item = &File> {
        self.all.iter().map(Arc::as_ref)
    }

    /// Those that stay until the end.
    pub fn staying(&self) -> impl Iterator<Item = &File> {
        self.iter().filter(|file| file.stays())
    }

    /// Everything that was taken away, in order.
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }

    /// The last file at a path that is or may be there now.
    pub fn at(&self, path: &str) -> Option<&File> {
        let is_gone = |file: &File| {
            file.gone
                .as_ref()
                .is_some_and(|gone| gone.certainty == Certainty::Certain)
        };
        let mut latest = self.all.iter().rev();
        latest
            .find(|file| file.path.is(path) && !is_gone(file))
            .map(Arc::as_ref)
    }

    pub(super) fn write(&mut self, write: Write, origin: Origin, reader: Reader) {
        let known = write.path.as_known().map(str::to_owned);
        let mut file = File {
            path: write.path,
            kind: write.kind,
            content: write.content,
            meaning: Vec::new(),
            owner: write.owner,
            writer: write.writer,
            written: origin,
            gone: None,
        };
        let earlier = known.as_deref().and_then(|path| {
            self.all
                .iter_mut()
                .rev()
                .find(|earlier| earlier.path.is(path) && earlier.gone.is_none())
                .map(Arc::make_mut)
        });
        if let Some(earlier) = earlier {
            if file.kind == WriteKind::Append {
                file.content = appended(&earlier.content, &file.content);
                file.kind = earlier.kind.clone();
                // What stands in a file stays there when more is added.
                file.meaning = earlier.meaning.clone();
            }
            let keeps = matches!(file.kind, WriteKind::Folder) && !matches!(earlier.kind, WriteKind::File);
            if keeps {
                return;
            }
            earlier.gone = Some(Gone {
                step: file.written.step,
                certainty: file.written.certainty,
                replaced: true,
            });
        }
        if file.kind == WriteKind::Append {
            file.kind = WriteKind::File;
        }
        if let (Some(path), WriteKind::File | WriteKind::Tree) = (&known, &file.kind) {
            for meaning in reader(path, &file.content) {
                if !file.meaning.contains(&meaning) {
                    file.meaning.push(meaning);
                }
            }
        }
        self.all.push(Arc::new(file));
    }

    pub(super) fn remove(&mut self, pattern: &Value, contents_only: bool, origin: &Origin) {
        self.removals.push(Removal {
            path: pattern.clone(),
            contents_only,
            origin: origin.clone(),
        });
        for file in self.all.iter_mut().filter(|file| file.gone.is_none()) {
            if contents_only && file.path.text() == pattern.text() && file.kind != WriteKind::Tree {
                continue;
            }
            let certainty = match path::removes(pattern, &file.path) {
                Answer::Known(()) => origin.certainty,
                Answer::Unknown => Certainty::Possible,
                Answer::Absent => continue,
            };
            Arc::make_mut(file).gone = Some(Gone {
                step: origin.step,
                certainty,
                replaced: false,
            });
        }
    }

    pub(super) fn own(&mut self, pattern: &Value, owner: Option<Value>, recursive: bool, origin: &Origin) {
        if origin.certainty == Certainty::Possible {
            return;
        }
        for file in self.all.iter_mut().filter(|file| file.gone.is_none()) {
            let is_meant = if recursive {
                path::removes(pattern, &file.path).is_known()
            } else {
                pattern == &file.path
            };
            if is_meant && owner.is_some() {
                Arc::make_mut(file).owner.clone_from(&owner);
            }
        }
    }
}

fn appended(before: &Content, after: &Content) -> Content {
    match (before, after) {
        (Content::Text(before), Content::Text(after)) => {
            let mut text = before.clone();
            text.append(after);
            Content::Text(text)
        }
        // What comes before is not known; the added text still says what it says.
        _ => after.clone(),
    }
}
