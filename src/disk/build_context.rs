//! A folder as it is sent to a builder: what lies in it, in one order, without what is ignored.
//!
//! Names are sorted by their bytes within each folder and a folder comes before what is in it, so that
//! the same tree gives the same order on every disk. No link is followed. Whatever a builder could not
//! take as it is meant (a socket, a name that is no text, a link that leads out) is an error and no
//! omission.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use super::reason;
use crate::syntax::ignorefile::{IgnoreError, IgnoreFile};

/// The longest ignore file that is read, in bytes; the largest of 3,000 public ones has 60 KB.
const LONGEST_IGNORE: u64 = 4 << 20;

/// Why a folder cannot be sent. Paths are as the user would name them.
#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    /// The folder is not there.
    #[error("there is no context {0}: no such file or folder")]
    Missing(String),
    /// It is no folder.
    #[error("the context {0} is not a folder")]
    NotAFolder(String),
    /// Something in it cannot be read.
    #[error("cannot read {path} in the context: {}", reason(.error))]
    Read {
        /// What.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// A socket, a pipe or a device.
    #[error("{path} in the context is {kind}, which cannot be sent; name it in .dockerignore")]
    Special {
        /// What.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// A name that is no UTF-8.
    #[error("the name of {path} in the context is not UTF-8, and no builder can copy it by name")]
    Name {
        /// It, with its bad bytes replaced.
        path: String,
    },
    /// A link to something outside.
    #[error("{path} in the context leads out of it, to {target}; name it in .dockerignore")]
    LeadsOut {
        /// The link.
        path: String,
        /// Where it leads, as written.
        target: String,
    },
    /// A file that is not as long as it was a moment ago, or another one.
    #[error("{0} in the context changed while it was sent")]
    Changed(String),
    /// The ignore file is refused.
    #[error("{path}: {error}")]
    Ignore {
        /// Which.
        path: String,
        /// Why.
        error: IgnoreError,
    },
    /// The Dockerfile lies elsewhere.
    #[error("{dockerfile} lies outside of the context {context}, so it cannot be sent with it")]
    DockerfileOutside {
        /// The Dockerfile.
        dockerfile: String,
        /// The folder.
        context: String,
    },
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file of so many bytes.
    File(u64),
    /// A link, with where it leads.
    Link(PathBuf),
}

/// One thing in a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextEntry {
    /// Its path below the context, with forward slashes.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Permissions of the owner, of group and others what is not more than reading and running, and the
    /// set-user-ID, set-group-ID and sticky bits of files: what a umask decides is left out, so that two
    /// checkouts give the same image, and nothing is opened that was closed.
    pub mode: u32,
    at: PathBuf,
    identity: (u64, u64),
}

impl ContextEntry {
    /// Opens the file, which must still be the one that was met.
    ///
    /// # Errors
    /// It cannot be read, or another one is in its place.
    pub fn open(&self) -> Result<File, ContextError> {
        let failed = |error| ContextError::Read {
            path: self.path.clone(),
            error,
        };
        let file = File::open(&self.at).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        match metadata.is_file() && identity(&metadata) == self.identity {
            true => Ok(file),
            false => Err(ContextError::Changed(self.path.clone())),
        }
    }
}

/// A folder that is to be sent.
#[derive(Debug, Clone)]
pub struct BuildContext {
    folder: PathBuf,
    ignore: IgnoreFile,
    /// Paths that are sent though they are ignored: the Dockerfile, where the builder must find it in here.
    always: Vec<String>,
    dockerfile: String,
}

impl BuildContext {
    /// The context in a folder with the Dockerfile in it.
    ///
    /// What is ignored stands in the file beside the Dockerfile that has its name and `.dockerignore`
    /// at its end, else in the context's own `.dockerignore`.
    ///
    /// # Errors
    /// The folder is none, the Dockerfile lies outside, the ignore file cannot be read.
    pub fn new(folder: &Path, dockerfile: &Path) -> Result<Self, ContextError> {
        let shown = super::shown(folder);
        let real = match fs::canonicalize(folder) {
            Ok(real) if real.is_dir() => real,
            Ok(_) => return Err(ContextError::NotAFolder(shown)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ContextError::Missing(shown));
            }
            Err(error) => return Err(ContextError::Read { path: shown, error }),
        };
        let inside = dockerfile_in(&real, folder, dockerfile)?;
        let ignore = ignore_file(&real, &inside)?;
        Ok(Self {
            folder: real,
            ignore,
            always: vec![inside.clone()],
            dockerfile: inside,
        })
    }

    /// The same, with the context's `.dockerignore` sent even if it ignores itself: the classic builder
    /// reads it to take an ignored Dockerfile out of the context again.
    #[must_use]
    pub fn with_ignore_file(mut self) -> Self {
        self.always.push(".dockerignore".to_owned());
        self
    }

    /// Whether the Dockerfile is ignored, and sent only since the builder must read it.
    pub fn ignores_dockerfile(&self) -> bool {
        self.ignore.ignored(&self.dockerfile)
    }

    /// The same, with the Dockerfile in it only where it is not ignored: the builder is given it by itself.
    #[must_use]
    pub fn without_ignored_dockerfile(mut self) -> Self {
        self.always.retain(|path| *path != self.dockerfile);
        self
    }

    /// What is in the Dockerfile.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read_dockerfile(&self) -> Result<Vec<u8>, ContextError> {
        fs::read(self.folder.join(&self.dockerfile)).map_err(|error| ContextError::Read {
            path: self.dockerfile.clone(),
            error,
        })
    }

    /// The Dockerfile by its path below the context.
    pub fn dockerfile(&self) -> &str {
        &self.dockerfile
    }

    /// Hands over what is sent, in order. The first error ends it.
    ///
    /// # Errors
    /// Whatever the sink refuses, and whatever [`ContextError`] tells of the folder.
    pub fn each<E: From<ContextError>>(
        &self,
        mut sink: impl FnMut(&ContextEntry) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut walk = vec![Folder::open(self.folder.clone(), String::new(), true)?];
        // A folder that is ignored is sent all the same once something in it is not.
        let mut waiting: Vec<Option<ContextEntry>> = vec![None];
        while let Some(folder) = walk.last_mut() {
            let Some((at, path, name_is_text)) = folder.next() else {
                walk.pop();
                waiting.pop();
                continue;
            };
            let ignored = self.ignore.ignored(&path) && !self.always.contains(&path);
            if ignored && !self.may_hold_something(&path) {
                continue;
            }
            let metadata = fs::symlink_metadata(&at).map_err(|error| ContextError::Read {
                path: path.clone(),
                error,
            })?;
            if ignored && !metadata.is_dir() {
                continue;
            }
            if !name_is_text {
                return Err(ContextError::Name { path }.into());
            }
            let entry = self.entry(path, at, &metadata)?;
            if !ignored {
                for above in &mut waiting {
                    if let Some(above) = above.take() {
                        sink(&above)?;
                    }
                }
                sink(&entry)?;
            }
            if entry.kind == EntryKind::Folder {
                walk.push(Folder::open(entry.at.clone(), entry.path.clone(), false)?);
                waiting.push(ignored.then_some(entry));
            }
        }
        Ok(())
    }

    /// Whether something below an ignored path may be let in again.
    fn may_hold_something(&self, path: &str) -> bool {
        let below = |other: &str| other.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        self.always.iter().any(|kept| below(kept)) || self.ignore.may_let_in_below(path)
    }

    fn entry(&self, path: String, at: PathBuf, metadata: &Metadata) -> Result<ContextEntry, ContextError> {
        let kind = metadata.file_type();
        let (kind, bits) = if kind.is_dir() {
            // Set-group-ID on a folder is how a shared disk is set up, and says nothing of the image.
            (EntryKind::Folder, 0o1755)
        } else if kind.is_file() {
            (EntryKind::File(metadata.len()), 0o7755)
        } else if kind.is_symlink() {
            let target = fs::read_link(&at).map_err(|error| ContextError::Read {
                path: path.clone(),
                error,
            })?;
            if target.to_str().is_none() {
                return Err(ContextError::Name { path });
            }
            if self.leads_out(&path, &target) {
                let target = target.to_string_lossy().into_owned();
                return Err(ContextError::LeadsOut { path, target });
            }
            (EntryKind::Link(target), 0o777)
        } else {
            let kind = match kind {
                kind if kind.is_socket() => "a socket",
                kind if kind.is_fifo() => "a pipe",
                _ => "a device",
            };
            return Err(ContextError::Special { path, kind });
        };
        Ok(ContextEntry {
            path,
            kind,
            mode: metadata.mode() & bits,
            at,
            identity: identity(metadata),
        })
    }

    /// Whether a link leads out of the context by its words.
    fn leads_out(&self, path: &str, target: &Path) -> bool {
        if target.is_absolute() {
            return !super::absolute(target).starts_with(&self.folder);
        }
        let mut depth = path.matches('/').count();
        for component in target.components() {
            match component {
                Component::ParentDir if depth == 0 => return true,
                Component::ParentDir => depth -= 1,
                Component::Normal(_) => depth += 1,
                Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            }
        }
        false
    }
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// The path of the Dockerfile below the context, whose links are resolved.
fn dockerfile_in(real: &Path, folder: &Path, dockerfile: &Path) -> Result<String, ContextError> {
    let parent = match dockerfile.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let failed = |error| ContextError::Read {
        path: super::shown(dockerfile),
        error,
    };
    let lies_in = fs::canonicalize(parent).map_err(failed)?;
    let outside = || ContextError::DockerfileOutside {
        dockerfile: super::shown(dockerfile),
        context: super::shown(folder),
    };
    let below = lies_in.strip_prefix(real).map_err(|_| outside())?;
    let path = below.join(dockerfile.file_name().ok_or_else(outside)?);
    // A link to a Dockerfile elsewhere would be sent as a link that leads nowhere.
    let target = fs::canonicalize(dockerfile).map_err(failed)?;
    if !target.starts_with(real) {
        return Err(outside());
    }
    match path.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(ContextError::Name {
            path: path.to_string_lossy().into_owned(),
        }),
    }
}

fn ignore_file(folder: &Path, dockerfile: &str) -> Result<IgnoreFile, ContextError> {
    for name in [format!("{dockerfile}.dockerignore"), ".dockerignore".to_owned()] {
        let path = folder.join(&name);
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(ContextError::Read { path: name, error }),
            Ok(metadata) if !metadata.is_file() => {
                let error = io::Error::other("it is not a regular file");
                return Err(ContextError::Read { path: name, error });
            }
            Ok(metadata) if metadata.len() > LONGEST_IGNORE => {
                let error = io::Error::other(format!("it is longer than {} MiB", LONGEST_IGNORE >> 20));
                return Err(ContextError::Read { path: name, error });
            }
            Ok(_) => {}
        }
        let text = fs::read(&path).map_err(|error| ContextError::Read {
            path: name.clone(),
            error,
        })?;
        return IgnoreFile::parse(&text).map_err(|error| ContextError::Ignore { path: name, error });
    }
    Ok(IgnoreFile::default())
}

/// The names in one folder, sorted. They lie in one piece of memory: a folder may have a million.
struct Folder {
    at: PathBuf,
    path: String,
    names: Vec<u8>,
    ends: Vec<(u32, u32)>,
    next: usize,
}

impl Folder {
    fn open(at: PathBuf, path: String, is_root: bool) -> Result<Self, ContextError> {
        let failed = |error: io::Error| match is_root && error.kind() == io::ErrorKind::NotFound {
            true => ContextError::Missing(super::shown(&at)),
            false => ContextError::Read {
                path: if path.is_empty() {
                    ".".to_owned()
                } else {
                    path.clone()
                },
                error,
            },
        };
        let mut names = Vec::new();
        let mut ends = Vec::new();
        for entry in fs::read_dir(&at).map_err(failed)? {
            let start = names.len();
            names.extend_from_slice(entry.map_err(failed)?.file_name().as_bytes());
            match (u32::try_from(start), u32::try_from(names.len())) {
                (Ok(start), Ok(end)) => ends.push((start, end)),
                _ => return Err(failed(io::Error::other("it has too many names"))),
            }
        }
        let name = |(start, end): (u32, u32)| &names[start as usize..end as usize];
        ends.sort_unstable_by(|one, other| name(*one).cmp(name(*other)));
        Ok(Self {
            at,
            path,
            names,
            ends,
            next: 0,
        })
    }

    /// The next one: where it lies, its path below the context, and whether its name is UTF-8.
    fn next(&mut self) -> Option<(PathBuf, String, bool)> {
        let (start, end) = *self.ends.get(self.next)?;
        self.next += 1;
        let name = &self.names[start as usize..end as usize];
        let text = String::from_utf8_lossy(name);
        let path = match self.path.as_str() {
            "" => text.clone().into_owned(),
            above => format!("{above}/{text}"),
        };
        let at = self.at.join(std::ffi::OsStr::from_bytes(name));
        Some((at, path, std::str::from_utf8(name).is_ok()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        folder
    }

    fn context(folder: &tempfile::TempDir) -> Result<BuildContext, ContextError> {
        BuildContext::new(folder.path(), &folder.path().join("Dockerfile"))
    }

    fn sent(folder: &tempfile::TempDir) -> Result<Vec<String>, ContextError> {
        let mut paths = Vec::new();
        context(folder)?.each(|entry| {
            paths.push(entry.path.clone());
            Ok::<(), ContextError>(())
        })?;
        Ok(paths)
    }

    #[test]
    fn what_is_ignored_is_left_out_and_what_is_let_in_again_comes_with_its_folders() {
        let folder = folder(&[
            ("Dockerfile", "FROM scratch\n"),
            (".dockerignore", "*\n!a/b/keep\n!src\n**/*.log\n"),
            ("a/b/keep", ""),
            ("a/b/drop", ""),
            ("a/c/drop", ""),
            ("src/x.rs", ""),
            ("src/x.log", ""),
            ("z", ""),
        ]);
        assert_eq!(
            sent(&folder).expect("it can be read"),
            ["Dockerfile", "a", "a/b", "a/b/keep", "src", "src/x.rs"]
        );
    }

    #[test]
    fn an_exception_with_a_star_is_looked_for_everywhere() {
        let folder = folder(&[
            ("Dockerfile", ""),
            (".dockerignore", "*\n!**/keep.txt\n"),
            ("a/b/keep.txt", ""),
            ("a/x", ""),
        ]);
        let paths = sent(&folder).expect("it can be read");
        assert_eq!(paths, ["Dockerfile", "a", "a/b", "a/b/keep.txt"]);
    }

    #[test]
    fn the_ignore_file_of_the_dockerfile_comes_first() {
        let folder = folder(&[
            ("Dockerfile", ""),
            ("Dockerfile.dockerignore", "one\n"),
            (".dockerignore", "two\n"),
            ("one", ""),
            ("two", ""),
        ]);
        let paths = sent(&folder).expect("it can be read");
        assert!(
            !paths.contains(&"one".to_owned()) && paths.contains(&"two".to_owned()),
            "{paths:?}"
        );
    }

    #[test]
    fn what_no_builder_takes_is_refused_in_words() {
        let refused = |make: &dyn Fn(&Path)| {
            let folder = folder(&[("Dockerfile", "")]);
            make(folder.path());
            sent(&folder).expect_err("it is refused").to_string()
        };
        let socket = refused(&|at| drop(UnixListener::bind(at.join("s")).expect("it can be made")));
        assert_eq!(
            socket,
            "s in the context is a socket, which cannot be sent; name it in .dockerignore"
        );
        let out = refused(&|at| symlink("../etc/passwd", at.join("l")).expect("it can be made"));
        assert!(
            out.starts_with("l in the context leads out of it, to ../etc/passwd"),
            "{out}"
        );
        let absolute = refused(&|at| symlink("/etc/passwd", at.join("l")).expect("it can be made"));
        assert!(absolute.contains("leads out of it, to /etc/passwd"), "{absolute}");
        let name = refused(&|at| {
            let name = std::ffi::OsString::from_vec(b"a\xff".to_vec());
            fs::write(at.join(name), "").expect("it can be written");
        });
        assert!(name.starts_with("the name of a\u{fffd} in the context"), "{name}");
        let ignore = refused(&|at| fs::write(at.join(".dockerignore"), "a\n[\n").expect("it is written"));
        assert!(ignore.starts_with(".dockerignore: "), "{ignore}");
    }

    #[test]
    fn a_link_within_stays_a_link() {
        let folder = folder(&[("Dockerfile", ""), ("a/b/c", "")]);
        symlink("../../Dockerfile", folder.path().join("a/b/up")).expect("it can be made");
        let mut links = Vec::new();
        let each = context(&folder).expect("it is one").each(|entry| {
            if let EntryKind::Link(target) = &entry.kind {
                links.push((entry.path.clone(), target.clone()));
            }
            Ok::<(), ContextError>(())
        });
        each.expect("it can be read");
        assert_eq!(links, [("a/b/up".to_owned(), PathBuf::from("../../Dockerfile"))]);
    }

    #[test]
    fn what_a_umask_decides_is_no_part_of_a_mode() {
        let folder = folder(&[("Dockerfile", ""), ("open", ""), ("run", ""), ("closed", "")]);
        for (name, mode) in [("open", 0o666), ("run", 0o775), ("closed", 0o600)] {
            let permissions = fs::Permissions::from_mode(mode);
            fs::set_permissions(folder.path().join(name), permissions).expect("it is ours");
        }
        let mut modes = Vec::new();
        let each = context(&folder).expect("it is one").each(|entry| {
            modes.push(entry.mode);
            Ok::<(), ContextError>(())
        });
        each.expect("it can be read");
        assert_eq!(modes[1..], [0o600, 0o644, 0o755]);
    }

    #[test]
    fn a_folder_that_is_not_there_and_a_dockerfile_elsewhere_are_told() {
        let gone = BuildContext::new(Path::new("/nonexistent/x"), Path::new("Dockerfile"));
        let gone = gone.expect_err("it is not there").to_string();
        assert_eq!(gone, "there is no context /nonexistent/x: no such file or folder");
        let (one, other) = (folder(&[("a", "")]), folder(&[("Dockerfile", "")]));
        let outside = BuildContext::new(one.path(), &other.path().join("Dockerfile"));
        let outside = outside.expect_err("it lies elsewhere").to_string();
        assert!(outside.contains("lies outside of the context"), "{outside}");
        symlink(other.path().join("Dockerfile"), one.path().join("Dockerfile")).expect("it can be made");
        let linked = BuildContext::new(one.path(), &one.path().join("Dockerfile"));
        assert!(
            linked.is_err(),
            "a link to a Dockerfile elsewhere is no Dockerfile in the context"
        );
    }
}
