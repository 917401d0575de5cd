//! `config init`: a first config, out of what the repository shows.

mod elsewhere;
mod images;
mod page;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::{Exit, say};
use crate::config::NAMES;
use crate::disk::{self, Candidate, walk};
use elsewhere::Elsewhere;
use images::Image;

/// Names under which hadolint looks for its config.
const HADOLINTS: [&str; 4] = [
    ".hadolint.yaml",
    ".hadolint.yml",
    "hadolint.yaml",
    ".config/hadolint.yaml",
];

/// Folders that hold what others wrote.
const OTHERS: [&str; 4] = ["third_party", "third-party", "vendor", "node_modules"];

/// What a repository shows.
#[derive(Debug, Default)]
struct Seen {
    /// Its Dockerfiles, without those of others.
    images: Vec<Image>,
    /// Folders of others with Dockerfiles in them, each with their number.
    others: Vec<(String, usize)>,
    /// What files other than Dockerfiles say.
    elsewhere: Elsewhere,
    /// The config of hadolint.
    hadolint: Option<&'static str>,
}

/// Writes a first config into the working folder, which has none yet.
pub fn init(out: &mut dyn Write) -> Result<Exit> {
    if let Some(name) = NAMES.iter().find(|name| disk::is_there(Path::new(name))) {
        bail!("{name} is already here");
    }
    let seen = look(Path::new("."));
    disk::write(Path::new(NAMES[0]), page::page(&seen).as_bytes())?;
    writeln!(out, "wrote {}", NAMES[0])?;
    if let Some(hadolint) = seen.hadolint {
        say(&format!(
            "note: {hadolint} is here, and nothing of it holds for seaworthy; to begin with what it says, \
             remove {} and run `seaworthy config import {hadolint}`",
            NAMES[0]
        ));
    }
    Ok(Exit::Clean)
}

fn look(root: &Path) -> Seen {
    let elsewhere = Elsewhere::look(root);
    let mut seen = Seen {
        hadolint: HADOLINTS.into_iter().find(|name| disk::is_there(Path::new(name))),
        ..Seen::default()
    };
    for Candidate { name, path } in walk(root).found {
        let below = below(root, &path);
        if let Some(folder) = folder_of_others(&below) {
            match seen.others.iter_mut().find(|(known, _)| *known == folder) {
                Some((_, count)) => *count += 1,
                None => seen.others.push((folder, 1)),
            }
            continue;
        }
        // One that cannot be read says nothing; `lint` tells of it.
        if let Ok(source) = disk::read(&path, &name) {
            seen.images.push(Image::look(&source, &path, below, &elsewhere));
        }
    }
    seen.elsewhere = elsewhere;
    seen
}

/// A path below the folder in which the config will lie.
fn below(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_path_buf()
}

/// The folder of others in which a path lies, if it does.
fn folder_of_others(path: &Path) -> Option<String> {
    let mut folder = PathBuf::new();
    for component in path.parent()?.components() {
        folder.push(component);
        if OTHERS.iter().any(|other| component.as_os_str() == *other) {
            return Some(disk::with_slashes(&folder));
        }
    }
    None
}
