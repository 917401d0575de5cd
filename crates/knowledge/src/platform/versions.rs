//! Versions of packages: the patterns that ask for them, and where patterns lie.
//!
//! A [`Pattern`] is what a Dockerfile asks for (`5:20.10.*`, `1.7.28-1*`, `1.5.11-3.1.el8`): it covers a
//! stretch of upstream versions and package revisions, and is held against stretches of the matrix. A
//! version that cannot be read covers nothing that is known.

mod read;

use std::fmt;

use crate::syntax::reference::glob;

/// Versions longer than this, in bytes, are not read: none that exists comes near it.
const LENGTH_LIMIT: usize = 200;

/// By whose rules a version is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spelling {
    /// Debian's: `epoch:upstream-revision`, where `~` sorts before the end.
    Deb,
    /// RPM's: `epoch:version-release`; without a release every release is meant.
    Rpm,
    /// That of upstream and of image tags, such as `27.3.1` or `1.0.0-rc95`; parts may be missing.
    Plain,
}

/// Whether apt would take a version for the one asked for: `*` and `?` as a shell has them.
pub fn apt_takes(asked: &str, version: &str) -> bool {
    asked.len() <= LENGTH_LIMIT && version.len() <= LENGTH_LIMIT && glob(asked, version)
}

/// How many of the versions that a pattern means lie in a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Share {
    /// None does.
    None,
    /// Some do and some do not.
    Some,
    /// All do.
    All,
    /// The pattern cannot be read.
    Unknown,
}

/// A place in the order of upstream versions and package revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
    /// The number of a release candidate; [`Point::RELEASE`] for the release.
    pub candidate: u32,
    /// The packager's revision: Debian's, or the last number of RPM's release.
    pub revision: u32,
}

impl Point {
    /// The value of [`Point::candidate`] for a release.
    pub const RELEASE: u32 = u32::MAX;

    /// Before all others.
    pub const FIRST: Self = Self {
        major: 0,
        minor: 0,
        patch: 0,
        candidate: 0,
        revision: 0,
    };

    /// After all others.
    pub const LAST: Self = Self {
        major: u32::MAX,
        minor: u32::MAX,
        patch: u32::MAX,
        candidate: u32::MAX,
        revision: u32::MAX,
    };

    /// The first revision of a release.
    pub const fn release(major: u32, minor: u32, patch: u32) -> Self {
        Self::package(major, minor, patch, 0)
    }

    /// A revision of a release.
    pub const fn package(major: u32, minor: u32, patch: u32, revision: u32) -> Self {
        Self {
            major,
            minor,
            patch,
            candidate: Self::RELEASE,
            revision,
        }
    }

    /// A release candidate.
    pub const fn candidate(major: u32, minor: u32, patch: u32, candidate: u32) -> Self {
        Self {
            major,
            minor,
            patch,
            candidate,
            revision: 0,
        }
    }

    /// A minor line, with all candidates and revisions, begins here.
    pub const fn line(major: u32, minor: u32) -> Self {
        Self::line_of(major, minor, 0)
    }

    /// A release, with all candidates and revisions, begins here.
    pub const fn line_of(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
            candidate: 0,
            revision: 0,
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if self.candidate != Self::RELEASE {
            write!(formatter, "-rc.{}", self.candidate)?;
        }
        if self.revision != 0 && self.revision != u32::MAX {
            write!(formatter, "-{}", self.revision)?;
        }
        Ok(())
    }
}

/// A stretch of the order, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first place.
    pub from: Point,
    /// The last place.
    pub to: Point,
}

impl Stretch {
    /// From a place to the end of the order.
    pub const fn from(from: Point) -> Self {
        Self {
            from,
            to: Point::LAST,
        }
    }

    /// From a place up to, but without, another.
    pub const fn until(from: Point, end: Point) -> Self {
        Self {
            from,
            to: before(end),
        }
    }

    /// Whether a place lies in it.
    pub fn has(&self, point: Point) -> bool {
        self.from <= point && point <= self.to
    }
}

/// The place right before another.
const fn before(point: Point) -> Point {
    if point.revision > 0 {
        return Point {
            revision: point.revision - 1,
            ..point
        };
    }
    if point.candidate > 0 {
        return Point {
            candidate: point.candidate - 1,
            revision: u32::MAX,
            ..point
        };
    }
    let (candidate, revision) = (u32::MAX, u32::MAX);
    if point.patch > 0 {
        return Point {
            patch: point.patch - 1,
            candidate,
            revision,
            ..point
        };
    }
    let patch = u32::MAX;
    if point.minor > 0 {
        return Point {
            minor: point.minor - 1,
            patch,
            candidate,
            revision,
            ..point
        };
    }
    let minor = u32::MAX;
    Point {
        major: point.major.saturating_sub(1),
        minor,
        patch,
        candidate,
        revision,
    }
}

/// The versions that a text asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// As written.
    pub text: String,
    /// The stretches that it covers, in order; none where the text cannot be read.
    stretches: Vec<Stretch>,
    /// Whether more than one version may be meant.
    open: bool,
}

impl Pattern {
    /// Reads what is asked for: a version, a part of one, or a glob.
    ///
    /// Epochs and the distribution's suffixes (`~ubuntu.24.04~noble`, `.el8`) carry no order here.
    pub fn read(spelling: Spelling, text: &str) -> Self {
        let stretches = if text.len() <= LENGTH_LIMIT && text.is_ascii() {
            read::stretches(spelling, text).unwrap_or_default()
        } else {
            Vec::new()
        };
        let open = stretches.len() > 1
            || stretches
                .first()
                .is_some_and(|stretch| stretch.from.patch != stretch.to.patch)
            || text.contains(['*', '?', '[']);
        Self {
            text: text.to_owned(),
            stretches,
            open,
        }
    }

    /// The newest version that there is, for a text that names none.
    pub fn newest(text: &str) -> Self {
        let stretches = vec![Stretch {
            from: Point::LAST,
            to: Point::LAST,
        }];
        Self {
            text: text.to_owned(),
            stretches,
            open: false,
        }
    }

    /// Whether the text could be read at all.
    pub fn is_read(&self) -> bool {
        !self.stretches.is_empty()
    }

    /// Whether more than one version may be meant.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The lowest place that is meant.
    pub fn lowest(&self) -> Option<Point> {
        self.stretches.first().map(|stretch| stretch.from)
    }

    /// The highest place that is meant; a package manager takes the newest that fits.
    pub fn highest(&self) -> Option<Point> {
        self.stretches.last().map(|stretch| stretch.to)
    }

    /// Whether a version may be meant.
    pub fn has(&self, point: Point) -> bool {
        self.stretches.iter().any(|stretch| stretch.has(point))
    }

    /// How much of what is meant lies in a set of stretches that do not overlap.
    pub fn share_in(&self, set: &[Stretch]) -> Share {
        let mut inside = false;
        let mut outside = false;
        for own in &self.stretches {
            let mut rest = own.from;
            let mut covered = false;
            for stretch in set {
                if stretch.to < rest || stretch.from > own.to {
                    continue;
                }
                inside = true;
                if stretch.from > rest {
                    outside = true;
                }
                if stretch.to >= own.to {
                    covered = true;
                    break;
                }
                rest = after(stretch.to);
            }
            outside |= !covered;
        }
        match (inside, outside) {
            _ if self.stretches.is_empty() => Share::Unknown,
            (true, false) => Share::All,
            (true, true) => Share::Some,
            (false, _) => Share::None,
        }
    }

    /// How many of the known places that are meant lie in a set; by stretches where none is known.
    ///
    /// A glob means only what was ever packaged: `1.5.*` of containerd.io ends at 1.5.11.
    pub fn share_of(&self, known: &[Point], set: &[Stretch]) -> Share {
        if !self.open {
            return self.share_in(set);
        }
        let mut meant = known.iter().filter(|&&point| self.has(point)).peekable();
        if meant.peek().is_none() {
            return self.share_in(set);
        }
        let (mut inside, mut outside) = (false, false);
        for &point in meant {
            let within = set.iter().any(|stretch| stretch.has(point));
            inside |= within;
            outside |= !within;
        }
        match (inside, outside) {
            (true, true) => Share::Some,
            (true, false) => Share::All,
            (false, _) => Share::None,
        }
    }
}

/// The place right after another.
fn after(point: Point) -> Point {
    if point.revision < u32::MAX {
        return Point {
            revision: point.revision + 1,
            ..point
        };
    }
    if point.candidate < u32::MAX {
        return Point {
            candidate: point.candidate + 1,
            revision: 0,
            ..point
        };
    }
    if point.patch < u32::MAX {
        return Point {
            patch: point.patch + 1,
            candidate: 0,
            revision: 0,
            ..point
        };
    }
    if point.minor < u32::MAX {
        return Point {
            minor: point.minor + 1,
            patch: 0,
            candidate: 0,
            revision: 0,
            ..point
        };
    }
    Point {
        major: point.major.saturating_add(1),
        ..Point::FIRST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_and_after_are_neighbours() {
        for point in [
            Point::release(1, 7, 28),
            Point::line(2, 0),
            Point::package(1, 2, 3, 4),
            Point::line(1, 1),
        ] {
            assert_eq!(after(before(point)), point);
            assert!(before(point) < point);
        }
    }
}
