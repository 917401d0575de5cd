//! Which docker-ce a file installs: shared by the rules about new engines.

use crate::facts::{Facts, Meaning, Package, Value, WriteKind, path};
use crate::finding::Certainty;

/// Whether docker-ce of this file is, or may be, of a major version or later.
pub struct AtLeast<'f> {
    /// The request for it.
    pub package: &'f Package,
    /// Certain if it is, or if nothing bounds it.
    pub certainty: Certainty,
}

/// The docker-ce that this file installs, if it is or may be of the major version or later.
pub fn at_least(facts: &Facts, major: u32) -> Option<AtLeast<'_>> {
    let package = facts
        .packages
        .named("docker-ce")
        .filter(|package| facts.is_here(&package.asked))
        .last()?;
    let certainty = match package
        .version
        .as_ref()
        .or_else(|| told_to_script(facts, package))
    {
        Some(version) => newer(version, major)?,
        None => unpinned(facts, package, major)?,
    };
    Some(AtLeast {
        package,
        certainty: certainty.and(package.asked.certainty),
    })
}

/// The version that Docker's own script is told: `sh get-docker.sh --version 27.5`.
fn told_to_script<'f>(facts: &'f Facts, package: &Package) -> Option<&'f Value> {
    let words = &facts.step(&package.asked).program.as_ref()?.words;
    let at = words.iter().position(|(word, _)| word.is("--version"))?;
    words.get(at + 1).map(|(version, _)| version)
}

/// Without a version in the request, preferences and locks may bound it.
fn unpinned(facts: &Facts, package: &Package, major: u32) -> Option<Certainty> {
    let before = |step: usize| step <= package.asked.step;
    for file in facts.files.iter().filter(|file| before(file.written.step)) {
        if file.kind == WriteKind::Tree && path::may_hold(&file.path, "/etc/apt/preferences.d/x") {
            return None;
        }
        for meaning in &file.meaning {
            match meaning {
                Meaning::UnknownPins => return None,
                Meaning::Pin {
                    packages,
                    version: Some(version),
                    priority,
                } if *priority > 500
                    && packages
                        .iter()
                        .any(|pattern| path::glob_matches(pattern, "docker-ce")) =>
                {
                    return newer(&Value::known(version.clone()), major);
                }
                _ => {}
            }
        }
    }
    // On RPM systems the version may stand in the name of a lock.
    let locks = facts
        .packages
        .locks()
        .iter()
        .filter(|lock| before(lock.origin.step));
    for lock in locks {
        if path::glob_matches(
            &format!("{}*", lock.name.text().trim_end_matches('*')),
            "docker-ce",
        ) || lock.name.text().starts_with("docker-ce-")
        {
            return match &lock.version {
                Some(version) => newer(version, major),
                None => None,
            };
        }
    }
    Some(Certainty::Certain)
}

/// Whether a version as written is of the major version or later; none if it certainly is not.
fn newer(version: &Value, major: u32) -> Option<Certainty> {
    let known = version.known_prefix();
    let known = known.split_once(':').map_or(known, |(_, rest)| rest);
    let digits: String = known.chars().take_while(char::is_ascii_digit).collect();
    let rest = &known[digits.len()..];
    // `5:2*`, `5:${VERSION}`: any of many.
    let is_whole = !rest.is_empty() && !rest.starts_with(['*', '?']);
    match digits.parse::<u32>() {
        Ok(has) if is_whole || version.as_known().is_some() && !known.contains(['*', '?']) => {
            (has >= major).then_some(Certainty::Certain)
        }
        _ => Some(Certainty::Possible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_people_write_them() {
        let newer = |text: &str| newer(&Value::known(text), 29);
        assert_eq!(newer("5:28.5.2-1~ubuntu.24.04~noble"), None);
        assert_eq!(newer("5:29.0.0-1~ubuntu.24.04~noble"), Some(Certainty::Certain));
        assert_eq!(newer("5:28.*"), None);
        assert_eq!(newer("5:2*"), Some(Certainty::Possible));
        assert_eq!(newer("18.06.1~ce~3-0~ubuntu"), None);
        assert_eq!(newer("3:28.3.3-1.el9"), None);
        assert_eq!(
            super::newer(&Value::unknown("${V}"), 29),
            Some(Certainty::Possible)
        );
    }
}
