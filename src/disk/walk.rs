//! Finds the Dockerfiles below a folder.

use std::path::{Path, PathBuf};

use ignore::{WalkBuilder, WalkState};

use super::{DiskError, shown};
use crate::definitions;

/// A Dockerfile that was named or found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// As it is reported.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// What a walk came upon.
#[derive(Debug, Default)]
pub struct Walk {
    /// Dockerfiles, sorted by their reported names.
    pub found: Vec<Candidate>,
    /// Files that define how Dockerfiles are built.
    pub definitions: Vec<Candidate>,
    /// Templates of Dockerfiles, which are not read unless they are named.
    pub templates: Vec<String>,
    /// Folders and files that could not be looked at: reported name and reason.
    pub errors: Vec<(String, String)>,
}

/// Walks a folder. Links to folders are not followed, so a circle is no trouble; `.gitignore` is
/// respected; hidden folders are looked into, `.git` is not.
pub fn walk(folder: &Path) -> Walk {
    let (send, receive) = std::sync::mpsc::channel();
    as_git_sees(folder).build_parallel().run(|| {
        let send = send.clone();
        Box::new(move |entry| {
            if let Some(met) = met(entry) {
                // The receiver lives until all senders are gone.
                let _ = send.send(met);
            }
            WalkState::Continue
        })
    });
    drop(send);
    let mut walk = Walk::default();
    for met in receive {
        match met {
            Met::Dockerfile(candidate) => walk.found.push(candidate),
            Met::Definition(candidate) => walk.definitions.push(candidate),
            Met::Template(name) => walk.templates.push(name),
            Met::Error(name, reason) => walk.errors.push((name, reason)),
        }
    }
    walk.found.sort();
    walk.definitions.sort();
    walk.templates.sort();
    walk.errors.sort();
    walk
}

/// Walks what git sees of a folder, hidden files too.
pub(super) fn as_git_sees(folder: &Path) -> WalkBuilder {
    let mut builder = WalkBuilder::new(folder);
    builder
        .hidden(false)
        .follow_links(false)
        // Ignore files count also where the folder is not (yet) a git repository.
        .require_git(false)
        .ignore(false)
        // A user's own global settings must not change what a team's check finds.
        .git_global(false)
        .filter_entry(|entry| entry.file_name() != ".git");
    builder
}

enum Met {
    Dockerfile(Candidate),
    Definition(Candidate),
    Template(String),
    Error(String, String),
}

fn met(entry: Result<ignore::DirEntry, ignore::Error>) -> Option<Met> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return trouble(&error),
    };
    let name = entry.file_name().to_string_lossy();
    let kind = kind(&name)?;
    let file_type = entry.file_type()?;
    // A link that leads to a file counts; one that leads nowhere or to a folder does not. Pipes and
    // devices are never Dockerfiles.
    let is_file = file_type.is_file()
        || (file_type.is_symlink() && std::fs::metadata(entry.path()).is_ok_and(|file| file.is_file()));
    if !is_file {
        return None;
    }
    let name = shown(entry.path());
    let candidate = |name| Candidate {
        name,
        path: entry.into_path(),
    };
    Some(match kind {
        Kind::Dockerfile => Met::Dockerfile(candidate(name)),
        Kind::Definition => Met::Definition(candidate(name)),
        Kind::Template => Met::Template(name),
    })
}

/// The files in a folder that define how Dockerfiles are built, sorted by name; none where it cannot be
/// listed.
pub fn definitions_in(folder: &Path) -> Vec<Candidate> {
    let listed = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = listed.filter(|entry| definitions::Kind::of(&entry.file_name().to_string_lossy()).is_some());
    let mut found: Vec<Candidate> = named
        .map(|entry| entry.path())
        .filter(|path| std::fs::metadata(path).is_ok_and(|file| file.is_file()))
        .map(|path| Candidate {
            name: shown(&path),
            path,
        })
        .collect();
    found.sort();
    found
}

/// An error of the walker, unless it is about an ignore file alone.
fn trouble(error: &ignore::Error) -> Option<Met> {
    let path = path_of(error)?;
    let name = shown(path);
    let error = DiskError::Read {
        path: name.clone(),
        error: std::io::Error::from(error.io_error()?.kind()),
    };
    Some(Met::Error(name, error.reason()))
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dockerfile,
    Definition,
    Template,
}

/// Endings of files that carry a Dockerfile's name and are something else.
const OTHERS: [&str; 9] = [
    ".dockerignore",
    ".md",
    ".sh",
    ".py",
    ".bak",
    ".orig",
    ".rej",
    ".swp",
    "~",
];

/// Endings of templates, from which a Dockerfile is made.
const TEMPLATES: [&str; 5] = [".j2", ".tmpl", ".template", ".erb", ".in"];

/// What a file is by its name.
fn kind(name: &str) -> Option<Kind> {
    if definitions::Kind::of(name).is_some() {
        return Some(Kind::Definition);
    }
    if !is_dockerfile(name) {
        // `Dockerfile.j2` has the name itself; `web.Dockerfile.j2` has it before the ending.
        let stem = TEMPLATES.iter().find_map(|ending| name.strip_suffix(ending))?;
        return is_dockerfile(stem).then_some(Kind::Template);
    }
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    if ends(&OTHERS) {
        None
    } else if ends(&TEMPLATES) {
        Some(Kind::Template)
    } else {
        Some(Kind::Dockerfile)
    }
}

/// `Dockerfile`, `Dockerfile.*`, `Dockerfile-*`, `*.Dockerfile`, with either case of the first
/// letter; the same with Containerfile.
fn is_dockerfile(name: &str) -> bool {
    ["Dockerfile", "dockerfile", "Containerfile", "containerfile"]
        .iter()
        .any(|word| {
            let after = name.strip_prefix(word);
            let before = name.strip_suffix(word);
            after.is_some_and(|rest| rest.is_empty() || (rest.len() > 1 && rest.starts_with(['.', '-'])))
                || before.is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dockerfiles() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "Containerfile",
            "Dockerfile.dev",
            "Dockerfile-dev",
            "web.Dockerfile",
            "web.dockerfile",
            "web.containerfile",
            "containerfile.prod",
        ] {
            assert_eq!(kind(name), Some(Kind::Dockerfile), "{name}");
        }
    }

    #[test]
    fn names_of_other_files() {
        for name in [
            "Dockerfile.dockerignore",
            "Dockerfile.md",
            "Dockerfile.sh",
            "Dockerfile.py",
            "Dockerfile.bak",
            "Dockerfile.orig",
            "Dockerfile.rej",
            ".Dockerfile.swp",
            "Dockerfile~",
            "DOCKERFILE",
            "Dockerfiles",
            "MyDockerfile",
            ".dockerignore",
            "Dockerfile.",
            "docker.yaml",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }

    #[test]
    fn names_of_templates() {
        for name in [
            "Dockerfile.j2",
            "Dockerfile.tmpl",
            "web.Dockerfile.template",
            "Dockerfile.erb",
            "Dockerfile.in",
        ] {
            assert_eq!(kind(name), Some(Kind::Template), "{name}");
        }
    }
}
