//! Which versions of Docker's packages an image asks for: shared by the rules about them.

use crate::contract::Contract;
use crate::facts::{Facts, Family, Manager, Meaning, Origin, Package, Value, WriteKind, path};
use crate::finding::Certainty;
use crate::platform::runtime::{self, Daemon, SysboxRange};
use crate::platform::versions::{Pattern, Share, Spelling};

/// A pin counts only above the priority that apt gives versions by itself (apt_preferences(5)).
const PIN_PRIORITY: i32 = 500;

/// The platform's Sysbox, if it is stated. A version that cannot be is an error of the config.
pub fn sysbox(contract: &Contract) -> Option<SysboxRange> {
    runtime::sysbox_of(contract.runtime.as_ref()?).ok()
}

/// Requests for a package of Docker's repositories in this file, by its exact name.
pub fn requests<'f>(facts: &'f Facts, name: &'f str) -> impl Iterator<Item = &'f Package> {
    facts
        .packages
        .named(name)
        .filter(|package| facts.is_here(&package.asked))
}

/// What bounds a version.
pub enum Bound<'f> {
    /// Nothing.
    Nothing,
    /// A version that is written somewhere.
    Version {
        /// As written.
        pattern: Pattern,
        /// Where.
        origin: &'f Origin,
    },
    /// Something that cannot be read: a variable, a file whose text is unknown.
    Unreadable,
}

/// How a manager's versions are spelled.
pub fn spelling(manager: Manager) -> Spelling {
    if manager.is_rpm() {
        Spelling::Rpm
    } else {
        Spelling::Deb
    }
}

/// What bounds the version of a package that is installed by `until`, the last step that counts.
pub fn bound<'f>(facts: &'f Facts, name: &str, until: usize) -> Bound<'f> {
    let mut unreadable = false;
    for package in facts
        .packages
        .system()
        .filter(|package| package.asked.step <= until)
    {
        match version_of(package, name) {
            Some(Ok(pattern)) => {
                return Bound::Version {
                    pattern,
                    origin: &package.asked,
                };
            }
            Some(Err(())) => unreadable = true,
            None => {}
        }
    }
    for file in facts
        .files
        .iter()
        .filter(|file| !file.present_at(until).is_absent())
    {
        unreadable |= file.kind == WriteKind::Tree && path::may_hold(&file.path, "/etc/apt/preferences.d/x");
        for meaning in &file.meaning {
            match meaning {
                Meaning::Pin {
                    packages,
                    version: Some(version),
                    priority,
                } if *priority > PIN_PRIORITY
                    && packages.iter().any(|package| path::glob_matches(package, name)) =>
                {
                    if version.contains('$') {
                        unreadable = true;
                        continue;
                    }
                    return Bound::Version {
                        pattern: Pattern::read(Spelling::Deb, version),
                        origin: &file.written,
                    };
                }
                Meaning::UnknownPins => unreadable = true,
                _ => {}
            }
        }
    }
    for lock in facts.packages.locks() {
        // apt's hold keeps the version that is there, whatever it is; a version lock names one.
        let bounds = lock.manager.is_rpm() || lock.version.is_some();
        unreadable |= bounds && path::glob_matches(lock.name.known_prefix(), name);
    }
    if unreadable {
        Bound::Unreadable
    } else {
        Bound::Nothing
    }
}

/// The version that a request names: of the package itself, or in the name of its file.
fn version_of(package: &Package, name: &str) -> Option<Result<Pattern, ()>> {
    let spelling = spelling(package.manager);
    if package.name.is(name) {
        let version = package.version.as_ref()?;
        return match version.as_known() {
            Some("") => None,
            Some(version) => Some(Ok(Pattern::read(spelling, version))),
            None => Some(Err(())),
        };
    }
    let text = package.name.text();
    if package.name.as_known().is_none() && package.name.known_prefix().starts_with(name) {
        return Some(Err(()));
    }
    let file = text.rsplit('/').next().unwrap_or(text);
    let rest = file.strip_prefix(name)?;
    if !(text.ends_with(".deb") || text.ends_with(".rpm")) || !rest.starts_with(['_', '-']) {
        return None;
    }
    if package.name.as_known().is_none() {
        return Some(Err(()));
    }
    let version = rest[1..].split(['_']).next().unwrap_or_default();
    let pattern = Pattern::read(spelling, version);
    Some(if pattern.is_read() { Ok(pattern) } else { Err(()) })
}

/// The docker-ce of this file, if it is or may be 29 or later, with how sure that is.
pub fn docker_29(facts: &Facts) -> Option<(&Package, Certainty)> {
    let package = requests(facts, "docker-ce").last()?;
    let certainty = match bound(facts, "docker-ce", package.asked.step) {
        Bound::Nothing => Certainty::Certain,
        Bound::Version { pattern, .. } => {
            match runtime::daemon_stores_in_containerd(Daemon::Version(&pattern)) {
                Share::All => Certainty::Certain,
                Share::Some => Certainty::Possible,
                Share::None | Share::Unknown => return None,
            }
        }
        // A variable may be any version; a file whose text is unknown was put there to bound it.
        Bound::Unreadable if package.version.is_some() => Certainty::Possible,
        Bound::Unreadable => return None,
    };
    Some((package, certainty.and(package.asked.certainty)))
}

/// The distribution and its release, as Docker's repositories are told apart.
pub fn release(facts: &Facts) -> Option<(Family, String)> {
    let base = &facts.from.base;
    let release = base.codename.clone().or_else(|| base.version.clone())?;
    Some((base.family?, release))
}

/// How a platform without a statement is told to state one.
pub const STATE_PLATFORM: &str = "`platform.sysbox` in seaworthy.yaml gives an exact answer";

/// The text of a request that is literally this word, so that it can be replaced.
pub fn is_literal(package: &Package) -> bool {
    package.name.as_known().is_some()
        && package
            .version
            .as_ref()
            .is_none_or(|version: &Value| version.as_known().is_some())
}
