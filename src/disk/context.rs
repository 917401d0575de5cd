//! A build context that is a folder.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use crate::context::{Answer, Context, READ_LIMIT};

/// A folder as build context. No link out of it is followed, and nothing but regular files is
/// opened.
#[derive(Debug, Clone)]
pub struct FolderContext {
    folder: PathBuf,
    /// The folder with all links resolved; none if it is not there.
    real: Option<PathBuf>,
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
        }
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

    /// Whether the ignore file keeps the path out: no ignore file is read here.
    fn kept_out_by_ignore_file(&self, _path: &str) -> bool {
        false
    }
}

impl Context for FolderContext {
    fn read(&self, path: &str) -> Answer<Vec<u8>> {
        let (Some(real), Some(inside)) = (&self.real, self.inside(path)) else {
            return Answer::Unknown;
        };
        let target = match fs::canonicalize(&inside) {
            Ok(target) => target,
            // A link that leads nowhere is there, and what is behind it is not known.
            Err(error) => return absence(&error, &inside),
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
        self.kept_out_by_ignore_file(path)
    }
}

fn absence(error: &std::io::Error, path: &Path) -> Answer<Vec<u8>> {
    let missing = matches!(
        error.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
    );
    let is_link = path.ancestors().any(|part| {
        fs::symlink_metadata(part).is_ok_and(|file| file.is_symlink()) && fs::metadata(part).is_err()
    });
    if missing && !is_link {
        Answer::Absent
    } else {
        Answer::Unknown
    }
}
