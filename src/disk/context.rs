//! A build context that is a folder.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use crate::context::{Answer, Context, READ_LIMIT};
use crate::syntax::ignorefile::IgnoreFile;
use crate::syntax::path::rooted;

/// A folder as build context. No link out of it is followed, and nothing but regular files is
/// opened.
#[derive(Debug, Clone)]
pub struct FolderContext {
    folder: PathBuf,
    /// The folder with all links resolved; none if it is not there.
    real: Option<PathBuf>,
    ignore: Option<IgnoreFile>,
}

impl FolderContext {
    /// The context in a folder.
    pub fn new(folder: &Path) -> Self {
        // An empty path is the working folder, as the parent of a bare file name is.
        let folder = match folder.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => folder.to_path_buf(),
        };
        Self {
            real: fs::canonicalize(&folder).ok().filter(|real| real.is_dir()),
            folder,
            ignore: None,
        }
    }

    /// The same, without what an ignore file keeps out: the one beside the Dockerfile that has its
    /// name, else the context's own. A file that the builder refuses keeps nothing out.
    #[must_use]
    pub fn without_ignored(mut self, dockerfile: &Path) -> Self {
        let mut beside = dockerfile.as_os_str().to_owned();
        beside.push(".dockerignore");
        let text = [PathBuf::from(beside), self.folder.join(".dockerignore")]
            .iter()
            .find_map(|path| read_whole(path));
        self.ignore = text.and_then(|bytes| IgnoreFile::parse(&bytes).ok());
        self
    }

    /// Where a path of the context lies on the disk; none where it would leave the folder by its
    /// words. BuildKit takes `..` at the context's root as the root.
    fn inside(&self, path: &str) -> Option<PathBuf> {
        let mut below = PathBuf::new();
        for component in Path::new(path).components() {
            match component {
                Component::Prefix(_) => return None,
                Component::RootDir | Component::CurDir => {}
                Component::ParentDir => {
                    below.pop();
                }
                Component::Normal(name) => below.push(name),
            }
        }
        Some(self.folder.join(below))
    }

    /// What an error says of what is not found, where the way to it may end at a path below the folder,
    /// which itself is there.
    fn absence<T>(&self, error: &std::io::Error, path: &Path) -> Answer<T> {
        let missing = matches!(
            error.kind(),
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
        );
        // Above what can be reached nothing leads nowhere.
        let below = path.ancestors().take_while(|part| *part != self.folder);
        let mut unreached = below.take_while(|part| fs::metadata(part).is_err());
        let is_link = unreached.any(|part| fs::symlink_metadata(part).is_ok_and(|file| file.is_symlink()));
        if missing && !is_link {
            Answer::Absent
        } else {
            Answer::Unknown
        }
    }

    /// Whether something that the ignore file lets through lies in a folder of the context.
    fn lets_something_through(&self, ignore: &IgnoreFile, folder: &str, left: &mut usize) -> bool {
        let Some(entries) = self.inside(folder).and_then(|path| fs::read_dir(path).ok()) else {
            return false;
        };
        for entry in entries.flatten() {
            *left = left.saturating_sub(1);
            if *left == 0 {
                return true;
            }
            let name = entry.file_name();
            let path = format!("{folder}/{}", name.to_string_lossy());
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if !ignore.ignored(&path) || is_folder && self.lets_something_through(ignore, &path, left) {
                return true;
            }
        }
        false
    }
}

impl Context for FolderContext {
    fn read(&self, path: &str) -> Answer<Vec<u8>> {
        let (Some(real), Some(inside)) = (&self.real, self.inside(path)) else {
            return Answer::Unknown;
        };
        // Most of what is asked for is not there, which one look tells.
        if let Err(error) = fs::symlink_metadata(&inside) {
            return self.absence(&error, inside.parent().unwrap_or(&inside));
        }
        let target = match fs::canonicalize(&inside) {
            Ok(target) => target,
            // A link that leads nowhere is there, and what is behind it is not known.
            Err(error) => return self.absence(&error, &inside),
        };
        if !target.starts_with(real) {
            return Answer::Unknown;
        }
        match fs::metadata(&target) {
            Ok(metadata) if metadata.is_file() && metadata.len() <= READ_LIMIT => {}
            _ => return Answer::Unknown,
        }
        let mut bytes = Vec::new();
        let read = File::open(&target).and_then(|file| file.take(READ_LIMIT + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) if bytes.len() as u64 <= READ_LIMIT => Answer::Known(bytes),
            _ => Answer::Unknown,
        }
    }

    fn ignored(&self, path: &str) -> bool {
        let Some(ignore) = &self.ignore else {
            return false;
        };
        let path = rooted(path);
        let path = path.trim_start_matches('/');
        if path.is_empty() || !ignore.ignored(path) {
            return false;
        }
        // A folder that is kept out is there all the same if something in it is let in again.
        let mut left = MOST_ENTRIES;
        !(ignore.has_exceptions() && self.lets_something_through(ignore, path, &mut left))
    }

    fn has(&self, path: &str) -> Answer {
        let (Some(_), Some(inside)) = (&self.real, self.inside(path)) else {
            return Answer::Unknown;
        };
        match fs::symlink_metadata(&inside) {
            Ok(_) => Answer::Known(()),
            Err(error) => self.absence(&error, inside.parent().unwrap_or(&inside)),
        }
    }

    fn is_folder(&self, path: &str) -> Answer {
        let (Some(real), Some(inside)) = (&self.real, self.inside(path)) else {
            return Answer::Unknown;
        };
        match fs::canonicalize(&inside) {
            Ok(target) if !target.starts_with(real) => Answer::Unknown,
            Ok(target) if target.is_dir() => Answer::Known(()),
            Ok(_) => Answer::Absent,
            Err(_) => Answer::Unknown,
        }
    }
}

/// How many entries of a folder are looked at for one that is let in again.
const MOST_ENTRIES: usize = 10_000;

/// The bytes of a regular file up to [`READ_LIMIT`]; none if it is none.
fn read_whole(path: &Path) -> Option<Vec<u8>> {
    let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    let file = is_file.then(|| File::open(path).ok()).flatten()?;
    let mut bytes = Vec::new();
    file.take(READ_LIMIT).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
