//! The text of a first config: every line with its reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::Seen;
use super::images::Image;
use crate::config::EDITIONS;
use crate::contract::Profile;
use crate::disk;
use crate::report::printable::printable;

/// A text that grows line by line.
#[derive(Default)]
struct Page(String);

impl Page {
    /// A line with its reason behind it.
    fn line(&mut self, words: &str, reason: &str) {
        // Names of files stand in reasons, and a line break in one would begin a key.
        let reason = reason.replace(['\n', '\r'], " ");
        // Writing into a text cannot fail.
        let _ = writeln!(self.0, "{words}  # {}", printable(&reason));
    }

    fn plain(&mut self, words: &str) {
        self.0.push_str(words);
        self.0.push('\n');
    }
}

/// The first config of a repository.
pub fn page(seen: &Seen) -> String {
    let mut page = Page::default();
    page.plain("# Settings of seaworthy for this folder and all below it, written after a look at it.");
    page.plain(
        "# `seaworthy config schema` describes every key, `seaworthy config show` what holds for a file.",
    );
    page.plain("");
    let root = most_frequent(&seen.images);
    let here: Vec<&Image> = seen.images.iter().filter(|image| image.profile == root).collect();
    let reason = match here.as_slice() {
        [] => "the default: no Dockerfile is here yet".to_owned(),
        several => told(several),
    };
    page.line(&format!("profile: {}", root.name()), &reason);
    if let Some(edition) = EDITIONS.last() {
        page.line(
            &format!("edition: {}", quoted(edition)),
            "rules of later editions join when this is raised, not with an upgrade",
        );
    }
    page.line(
        &format!("requires: {}", quoted(&format!(">={}", release()))),
        "older versions do not know all that stands here",
    );
    workspace(&mut page, &here, "");
    if let Some((platforms, files)) = seen.elsewhere.platforms() {
        let list: Vec<String> = platforms.into_iter().map(quoted).collect();
        page.line(
            &format!("platforms: [{}]", list.join(", ")),
            &format!("{files} builds for them"),
        );
    }
    overrides(&mut page, seen, root);
    if !seen.others.is_empty() {
        page.plain("exclude:");
    }
    for (folder, count) in &seen.others {
        let reason = format!("what others wrote; {}", dockerfiles(*count));
        page.line(
            &format!("  - {}", quoted(&format!("/{}/**", escaped(folder)))),
            &reason,
        );
    }
    page.line(
        "fail-on: warning",
        "what breaks or surprises fails a run; info and style are told",
    );
    page.0
}

/// Our version without its last number: keys come with those before it.
fn release() -> &'static str {
    crate::VERSION
        .rsplit_once('.')
        .map_or(crate::VERSION, |(release, _)| release)
}

/// The profile of most Dockerfiles; of several, the one that is told first.
fn most_frequent(images: &[Image]) -> Profile {
    let mut best = (Profile::default(), 0);
    for profile in Profile::ALL {
        let count = images.iter().filter(|image| image.profile == profile).count();
        if count > best.1 {
            best = (profile, count);
        }
    }
    best.0
}

/// Why these Dockerfiles have their profile: the first one's reason stands for all.
fn told(images: &[&Image]) -> String {
    let Some((first, rest)) = images.split_first() else {
        return String::new();
    };
    let path = disk::with_slashes(&first.path);
    match rest.len() {
        0 => format!("{path}: {}", first.why),
        others => format!("{path}: {}; and {others} more", first.why),
    }
}

fn dockerfiles(count: usize) -> String {
    match count {
        1 => "1 Dockerfile".to_owned(),
        several => format!("{several} Dockerfiles"),
    }
}

/// What all of these images have in common inside.
fn workspace(page: &mut Page, images: &[&Image], indent: &str) {
    let Some((first, rest)) = images.split_first() else {
        return;
    };
    let user = first.user.as_ref().filter(|(name, _)| {
        let agrees = |image: &&&Image| image.user.as_ref().is_some_and(|(other, _)| other == name);
        rest.iter().filter(agrees).count() == rest.len()
    });
    let engine = first
        .engine
        .as_ref()
        .filter(|_| rest.iter().all(|image| image.engine.is_some()));
    if user.is_some() || engine.is_some() {
        page.plain(&format!("{indent}workspace:"));
    }
    if let Some((name, why)) = user {
        page.line(&format!("{indent}  user: {}", quoted(name)), why);
    }
    if let Some(why) = engine {
        page.line(&format!("{indent}  docker: true"), why);
    }
}

fn overrides(page: &mut Page, seen: &Seen, root: Profile) {
    let folders = Folders::of(&seen.images);
    let mut is_first = true;
    for profile in Profile::ALL.into_iter().filter(|profile| *profile != root) {
        let images: Vec<&Image> = seen
            .images
            .iter()
            .filter(|image| image.profile == profile)
            .collect();
        if images.is_empty() {
            continue;
        }
        if is_first {
            page.plain("overrides:");
            is_first = false;
        }
        let mut patterns: BTreeMap<String, Vec<&Image>> = BTreeMap::new();
        for image in &images {
            patterns
                .entry(folders.pattern(&image.path))
                .or_default()
                .push(image);
        }
        page.plain("  - paths:");
        for (pattern, images) in patterns {
            page.line(&format!("      - {}", quoted(&pattern)), &told(&images));
        }
        page.line(
            &format!("    profile: {}", profile.name()),
            &format!("{} of {}", images.len(), dockerfiles(seen.images.len())),
        );
        workspace(page, &images, "    ");
    }
}

/// Folders with the profile that all Dockerfiles below have; none where they differ.
struct Folders(BTreeMap<PathBuf, Option<Profile>>);

impl Folders {
    fn of(images: &[Image]) -> Self {
        let mut folders: BTreeMap<PathBuf, Option<Profile>> = BTreeMap::new();
        for image in images {
            for folder in image.path.ancestors().skip(1) {
                let known = folders.entry(folder.to_path_buf()).or_insert(Some(image.profile));
                if *known != Some(image.profile) {
                    *known = None;
                }
            }
        }
        Self(folders)
    }

    /// The widest pattern that means this file and no Dockerfile of another profile.
    fn pattern(&self, path: &Path) -> String {
        let folders = path
            .ancestors()
            .skip(1)
            .filter(|folder| !folder.as_os_str().is_empty());
        let uniform = folders.filter(|folder| self.0.get(*folder).is_some_and(Option::is_some));
        match uniform.last() {
            Some(folder) => format!("/{}/**", escaped(&disk::with_slashes(folder))),
            None => format!("/{}", escaped(&disk::with_slashes(path))),
        }
    }
}

/// A path as a pattern that means it alone.
fn escaped(path: &str) -> String {
    let mut pattern = String::new();
    for sign in path.chars() {
        match sign {
            // A byte that is no text; whatever it is, it is meant.
            '\u{fffd}' => pattern.push('*'),
            '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!' | '#' | ' ' | ',' => pattern.extend(['\\', sign]),
            other => pattern.push(other),
        }
    }
    pattern
}

/// A text as YAML on one line, with nothing in it that a reader could not see.
fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_default();
    let mut quoted = String::new();
    for sign in json.chars() {
        match printable(sign.encode_utf8(&mut [0; 4])) {
            shown if shown.chars().eq([sign]) => quoted.push(sign),
            _ => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(sign));
            }
        }
    }
    quoted
}
