//! Tests of files: whether they are there, what they say, and their licences.

use std::collections::BTreeMap;

use super::commands::shown;
use super::expand::{Environment, environment, expand};
use super::pattern::compile;
use super::read::{FileContentTest, FileExistenceTest, LicenseTest, Suite};
use crate::facts::{Seen, SeenKind};
use crate::image::{Inspected, Root, Wanted};
use crate::syntax::path::rooted;

/// Where Debian keeps the licences of its packages.
const DOCUMENTS: &str = "/usr/share/doc";
/// Licences that are refused, as that project's own list has them.
const REFUSED: [&str; 2] = ["AGPL", "WTFPL"];
/// Links that are followed by reading an image again.
const MOST_LINKS: usize = 8;

/// What of an image must be kept for tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Paths, and whether their content counts.
    pub paths: BTreeMap<String, Wanted>,
    /// Words that are looked for in the copyright files of packages; none where nobody asks.
    pub licences: Vec<String>,
}

/// What of an image must be kept for these tests, as far as that is known before it was read.
///
/// With `read`, what an earlier reading found, links are followed.
pub fn asked(suites: &[Suite], read: Option<(&Inspected, &Root)>) -> Asked {
    let mut asked = Asked::default();
    let mut want = |path: &str, wanted: Wanted| {
        let mut path = rooted(path);
        for _ in 0..MOST_LINKS {
            let known = asked.paths.entry(path.clone()).or_insert(wanted);
            *known = (*known).max(wanted);
            let Some((_, root)) = read else { return };
            let next = match wanted {
                Wanted::Entry => root.beside_links(&path),
                Wanted::Text => root.source(&path),
            };
            match next {
                Some(next) if next != path => path = next,
                _ => return,
            }
        }
    };
    for suite in suites {
        // Paths may have variables of the image in them, which is not read yet at first.
        let environment = read.map_or_else(Environment::new, |(image, _)| {
            environment(image, &suite.global_env_vars)
        });
        for test in &suite.file_existence_tests {
            want(&expand(&test.path, &environment), Wanted::Entry);
        }
        for test in &suite.file_content_tests {
            want(&expand(&test.path, &environment), Wanted::Text);
        }
        for file in suite.license_tests.iter().flat_map(|test| &test.files) {
            want(&expand(file, &environment), Wanted::Text);
        }
    }
    if suites
        .iter()
        .flat_map(|suite| &suite.license_tests)
        .any(|test| test.debian)
    {
        asked.licences = REFUSED.map(str::to_owned).to_vec();
    }
    asked
}

/// What does not hold of a file's being there.
pub fn existence(test: &FileExistenceTest, environment: &Environment, root: &Root) -> Vec<String> {
    let path = rooted(&expand(&test.path, environment));
    let place = root.beside_links(&path).filter(|place| root.has(place));
    let Some(place) = place else {
        return match test.should_exist {
            true => vec![format!("{path} should be there, and is not")],
            false => Vec::new(),
        };
    };
    if !test.should_exist {
        return vec![format!("{path} should not be there, and is")];
    }
    let asks =
        !test.permissions.is_empty() || !test.is_executable_by.is_empty() || test.uid >= 0 || test.gid >= 0;
    if !asks {
        return Vec::new();
    }
    let Some(entry) = root.entry(&place) else {
        return vec![format!("{path} is there, and its owner and mode are not known")];
    };
    let mut errors = Vec::new();
    let mode = go_mode(&entry);
    if !test.permissions.is_empty() && test.permissions != mode {
        errors.push(format!(
            "{path} should have the mode {}, and has {mode}",
            test.permissions
        ));
    }
    let bits = match test.is_executable_by.as_str() {
        "any" => 0o111,
        "owner" => 0o100,
        "group" => 0o010,
        "other" => 0o001,
        _ => 0,
    };
    if bits != 0 && entry.mode & bits == 0 {
        errors.push(format!(
            "{path} should be executable by {}, and has the mode {mode}",
            test.is_executable_by
        ));
    }
    for (what, expected, found) in [("uid", test.uid, entry.uid), ("gid", test.gid, entry.gid)] {
        if expected >= 0 && expected != i64::from(found) {
            errors.push(format!(
                "{path} should have the {what} {expected}, and has {found}"
            ));
        }
    }
    errors
}

/// A mode as Go writes it: a letter for each kind and special bit, or `-`, and the nine of the rights.
fn go_mode(entry: &Seen) -> String {
    let mut mode = String::new();
    match entry.kind {
        SeenKind::Folder => mode.push('d'),
        SeenKind::Link(_) => mode.push('L'),
        // Devices and pipes are told apart nowhere here.
        SeenKind::Other => mode.push('D'),
        SeenKind::File => {}
    }
    for (bit, letter) in [(0o4000, 'u'), (0o2000, 'g'), (0o1000, 't')] {
        if entry.mode & bit != 0 {
            mode.push(letter);
        }
    }
    if mode.is_empty() {
        mode.push('-');
    }
    for (index, letter) in "rwxrwxrwx".chars().enumerate() {
        let is_set = entry.mode & (0o400 >> index) != 0;
        mode.push(if is_set { letter } else { '-' });
    }
    mode
}

/// What does not hold of what a file says.
pub fn content(test: &FileContentTest, environment: &Environment, root: &Root) -> Vec<String> {
    let path = rooted(&expand(&test.path, environment));
    let text = match root.text(&path) {
        Ok(text) => text,
        Err(why) => return vec![why],
    };
    let mut errors = Vec::new();
    for pattern in &test.expected_contents {
        match compile(pattern) {
            Ok(compiled) if compiled.is_match(text) => {}
            Ok(_) => errors.push(format!("`{pattern}` does not match {path}: {}", shown(text))),
            Err(why) => errors.push(why),
        }
    }
    for pattern in &test.excluded_contents {
        match compile(pattern) {
            Ok(compiled) => {
                if let Some(found) = compiled.find(text) {
                    let found = shown(found.as_str());
                    errors.push(format!(
                        "`{pattern}` should not match {path}, and matches {found}"
                    ));
                }
            }
            Err(why) => errors.push(why),
        }
    }
    errors
}

/// What does not hold of licences.
pub fn licences(test: &LicenseTest, environment: &Environment, root: &Root) -> Vec<String> {
    let mut errors = Vec::new();
    let mut look = |path: &str| match root.text(path) {
        Ok(text) => {
            let text = text.to_uppercase();
            let refused = REFUSED.iter().find(|word| text.contains(**word));
            errors.extend(refused.map(|word| format!("{path} has the licence {word}")));
        }
        Err(why) => errors.push(why),
    };
    if test.debian {
        for package in root.folders(DOCUMENTS) {
            look(&format!("{DOCUMENTS}/{package}/copyright"));
        }
    }
    for file in &test.files {
        look(&rooted(&expand(file, environment)));
    }
    if test.debian && !root.has(DOCUMENTS) {
        errors.push(format!("{DOCUMENTS} is not there"));
    }
    errors
}
