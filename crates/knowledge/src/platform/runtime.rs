//! Which inner container runtimes a platform's Sysbox runs, and what docker-ce and containerd.io ask
//! of each other.
//!
//! The tables are in `runtime/matrix.rs`, with dates and sources. What holds only under a condition
//! that no image shows (the systemd cgroup driver, host networking inside) is left out of every
//! answer.

mod docker;
mod matrix;

use std::fmt;
use std::sync::LazyLock;

use semver::Version;
use thiserror::Error;

use super::versions::{Pattern, Point, Share, Spelling, Stretch};
use crate::contract::Runtime;
use matrix::{Incident, Release, Ships};

pub use docker::{
    Daemon, Need, available, compose_asks_old_api, daemon_stores_in_containerd, docker_needs,
    docker_range_for, runc_of,
};
pub use matrix::AS_OF;

/// The Sysbox versions that a platform may have; all of them behave alike as far as the range goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SysboxRange {
    /// The oldest.
    pub oldest: Version,
    /// The newest.
    pub newest: Version,
}

impl SysboxRange {
    /// Whether all of it runs every containerd.io that is known.
    pub fn runs_all(&self) -> bool {
        self.oldest >= version(matrix::RUNS_ALL)
    }
}

impl fmt::Display for SysboxRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.oldest == self.newest {
            write!(formatter, "Sysbox {}", self.oldest)
        } else if self.oldest == version((0, 0, 0)) {
            write!(formatter, "Sysbox up to {}", self.newest)
        } else {
            write!(formatter, "Sysbox {} to {}", self.oldest, self.newest)
        }
    }
}

/// A version in the config that no release of the product is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no {product} {version} is known; known are {}", known.join(", "))]
pub struct UnknownVersion {
    /// `Sysbox`, `Coder` or `envbox`.
    pub product: &'static str,
    /// As the config says it.
    pub version: String,
    /// The versions, or stretches of versions, that are known.
    pub known: Vec<String>,
}

/// The Sysbox that the config means.
///
/// A version may lack parts: `1.44` means every 1.44, and the range then spans what these ship. A
/// Sysbox or envbox newer than the table is taken as it stands, since tables age.
pub fn sysbox_of(runtime: &Runtime) -> Result<SysboxRange, UnknownVersion> {
    match runtime {
        Runtime::Sysbox(text) => sysbox_release(text),
        Runtime::Coder(text) => shipped("Coder", text, matrix::CODER),
        Runtime::Envbox(text) => shipped("envbox", text, matrix::ENVBOX),
    }
}

/// The releases of Sysbox that a text means.
fn sysbox_release(text: &str) -> Result<SysboxRange, UnknownVersion> {
    let unknown = || UnknownVersion {
        product: "Sysbox",
        version: text.to_owned(),
        known: matrix::SYSBOX
            .iter()
            .map(|(release, _)| version(*release).to_string())
            .collect(),
    };
    let (low, high) = partial(text).ok_or_else(unknown)?;
    let mut meant = matrix::SYSBOX
        .iter()
        .map(|(release, _)| *release)
        .filter(|release| low <= *release && *release <= high);
    if let Some(first) = meant.next() {
        let last = meant.next_back().unwrap_or(first);
        return Ok(SysboxRange {
            oldest: version(first),
            newest: version(last),
        });
    }
    match matrix::SYSBOX.last() {
        Some((newest, _)) if low > *newest => Ok(SysboxRange {
            oldest: version(low),
            newest: version(high),
        }),
        _ => Err(unknown()),
    }
}

/// The Sysbox versions that a product's versions ship.
fn shipped(product: &'static str, text: &str, table: &[Ships]) -> Result<SysboxRange, UnknownVersion> {
    let unknown = || UnknownVersion {
        product,
        version: text.to_owned(),
        known: table.iter().map(stretch_of).collect(),
    };
    let (low, high) = partial(text).ok_or_else(unknown)?;
    let meant: Vec<&Ships> = table
        .iter()
        .filter(|row| row.first <= high && low <= row.last)
        .collect();
    match (
        meant.iter().map(|row| row.oldest).min(),
        meant.iter().map(|row| row.newest).max(),
    ) {
        (Some(oldest), Some(newest)) => Ok(SysboxRange {
            oldest: version(oldest),
            newest: version(newest),
        }),
        _ => Err(unknown()),
    }
}

/// A stretch of versions as users write it.
fn stretch_of(row: &Ships) -> String {
    let (major, minor, patch) = row.last;
    if row.first == row.last {
        version(row.first).to_string()
    } else if major >= PART_LIMIT {
        format!("{} and later", version(row.first))
    } else if patch >= PART_LIMIT {
        format!("{} to {major}.{minor}", version(row.first))
    } else {
        format!("{} to {}", version(row.first), version(row.last))
    }
}

/// Parts of a platform's version are below this.
const PART_LIMIT: u64 = 999;

/// The first and the last version that a version with missing parts may mean.
fn partial(text: &str) -> Option<(Release, Release)> {
    let text = text.trim();
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let mut low = [0; 3];
    let mut high = [PART_LIMIT; 3];
    let mut parts = text.split('.');
    for (place, part) in parts.by_ref().take(3).enumerate() {
        if place > 0 && matches!(part, "x" | "X" | "*") {
            break;
        }
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let value = part
            .parse()
            .ok()
            .filter(|&value: &u64| digits && value < PART_LIMIT)?;
        low[place] = value;
        high[place] = value;
    }
    if parts.any(|part| !matches!(part, "x" | "X" | "*")) {
        return None;
    }
    Some((low.into(), high.into()))
}

/// A version of three numbers.
fn version((major, minor, patch): Release) -> Version {
    Version::new(major, minor, patch)
}

/// What to write into a Dockerfile for a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Whether every containerd.io runs, so that nothing has to be bounded.
    pub runs_all: bool,
    /// Whether it is the documented pin that is told because no platform is stated.
    pub is_default: bool,
    /// The newest containerd.io that runs, without the packager's revision.
    pub containerd: &'static str,
    /// It, as apt takes it behind `containerd.io=`.
    pub containerd_apt: &'static str,
    /// It, as dnf and yum take it behind `containerd.io-`.
    pub containerd_rpm: &'static str,
    /// The docker-ce line that goes with it, such as `20.10`.
    pub docker: &'static str,
}

impl Advice {
    /// The docker-ce bound, as apt takes it behind `docker-ce=` and `docker-ce-cli=`.
    pub fn docker_apt(&self) -> String {
        format!("5:{}.*", self.docker)
    }

    /// The docker-ce bound, as dnf and yum take it behind `docker-ce-`.
    pub fn docker_rpm(&self) -> String {
        format!("{}.*", self.docker)
    }
}

/// The newest containerd.io that runs on all of a platform's Sysbox versions.
///
/// With no platform stated it is 1.5.11-1, which the documentation of Coder's container-based
/// virtual machines names; where everything runs, the newest bound of the table still stands.
pub fn advice(sysbox: Option<&SysboxRange>) -> Advice {
    let oldest = sysbox.map_or((0, 5, 1), |range| {
        (range.oldest.major, range.oldest.minor, range.oldest.patch)
    });
    let runs = matrix::RUNS
        .iter()
        .find(|runs| runs.since <= oldest)
        .unwrap_or(&matrix::RUNS[0]);
    Advice {
        runs_all: sysbox.is_some_and(SysboxRange::runs_all),
        is_default: sysbox.is_none(),
        containerd: runs.version,
        containerd_apt: runs.apt,
        containerd_rpm: runs.rpm,
        docker: runs.docker,
    }
}

/// What brings a container runtime into an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bringer {
    /// Docker's package of containerd, with runc in it.
    ContainerdIo,
    /// A distribution's runc, or one downloaded.
    Runc,
    /// A distribution's docker.io (also moby-engine); its runc is a package of its own.
    DockerIo,
    /// The base image docker:dind, by its tag.
    Dind,
    /// Docker's engine package.
    DockerCe,
}

/// How a version goes with a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// No known incident.
    Runs,
    /// It certainly breaks.
    Breaks(Fault),
    /// It may break: some versions that are meant do, or some of the platform's Sysbox versions do.
    Possibly(Fault),
    /// The version cannot be read, or nothing is known of its kind.
    Unknown,
}

/// Why a version breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The incident's name.
    pub incident: &'static str,
    /// What users see, word for word.
    pub symptom: &'static str,
    /// The first Sysbox that runs the version, with all incidents counted; none if none does.
    pub first_sysbox: Option<Version>,
    /// Where it was reported and mended.
    pub sources: &'static [&'static str],
}

/// Holds a version as asked for against the platform's Sysbox.
///
/// With no platform stated nothing certainly breaks: what runs on the Sysbox of the documented pin
/// is quiet, what does not is possible, and the fault names the first Sysbox that runs it.
pub fn judge_containerd(bringer: Bringer, pattern: &Pattern, sysbox: Option<&SysboxRange>) -> Verdict {
    if !pattern.is_read() {
        return Verdict::Unknown;
    }
    let concerned: Vec<(&Incident, Share)> = matrix::INCIDENTS
        .iter()
        .filter(|incident| sysbox.is_some() || incident.sysbox.0 == (0, 0, 0))
        .map(|incident| (incident, share(bringer, pattern, incident)))
        .filter(|(_, share)| matches!(share, Share::Some | Share::All))
        .collect();
    // Of several that are certain the first strikes first; of several that may be, the last is the
    // one that a newer Sysbox has to get past.
    let mut possible = None;
    let mut certain = None;
    for (incident, share) in &concerned {
        match host_share(incident, sysbox) {
            Share::All if *share == Share::All => certain = certain.or(Some(*incident)),
            Share::All | Share::Some => possible = Some(*incident),
            Share::None | Share::Unknown => {}
        }
    }
    match (certain, possible) {
        (Some(incident), _) => Verdict::Breaks(fault(incident, &concerned, sysbox)),
        (None, Some(incident)) => Verdict::Possibly(fault(incident, &concerned, sysbox)),
        (None, None) if bringer == Bringer::DockerIo => Verdict::Unknown,
        (None, None) => Verdict::Runs,
    }
}

impl Incident {
    /// Whether old versions have it and newer ones do not.
    fn is_of_old_dockers(&self) -> bool {
        self.docker
            .first()
            .is_some_and(|stretch| stretch.from == Point::FIRST)
    }
}

/// How many of the versions that are meant have the incident.
fn share(bringer: Bringer, pattern: &Pattern, incident: &Incident) -> Share {
    match bringer {
        Bringer::ContainerdIo => pattern.share_of(&PACKAGED, incident.containerd_io),
        Bringer::Runc => pattern.share_in(incident.runc),
        Bringer::Dind if incident.is_of_old_dockers() => newest_share(pattern, incident.dind),
        Bringer::Dind => pattern.share_in(incident.dind),
        Bringer::DockerCe | Bringer::DockerIo if incident.is_of_old_dockers() => {
            newest_share(pattern, incident.docker)
        }
        Bringer::DockerCe => pattern.share_in(incident.docker),
        // Its runc is a package of its own, so only what dockerd itself does counts.
        Bringer::DockerIo => Share::None,
    }
}

/// Whether the newest version that is meant lies in a set: what only old ones have is no danger of a
/// glob, for which the newest is taken.
fn newest_share(pattern: &Pattern, set: &[Stretch]) -> Share {
    match pattern.highest() {
        Some(newest) if set.iter().any(|stretch| stretch.has(newest)) => Share::All,
        Some(_) => Share::None,
        None => Share::Unknown,
    }
}

/// The versions that a tag of docker:dind means; a tag without a number means the newest.
pub fn dind_tag(tag: &str) -> Pattern {
    let newest = tag.split('-').all(|word| {
        let word = word.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.');
        matches!(word, "latest" | "dind" | "rootless" | "alpine" | "")
    });
    if newest && !tag.starts_with(|first: char| first.is_ascii_digit()) {
        Pattern::newest(tag)
    } else {
        Pattern::read(Spelling::Plain, tag)
    }
}

/// How many of the platform's Sysbox versions have the incident.
///
/// With no platform stated it may have any; what breaks only before Sysbox 0.4.0 stays quiet then,
/// since the documented pin breaks there too.
fn host_share(incident: &Incident, sysbox: Option<&SysboxRange>) -> Share {
    let (first, end) = incident.sysbox;
    let Some(range) = sysbox else {
        let quiet = end.is_some_and(|end| end <= (0, 4, 0));
        return if quiet { Share::None } else { Share::Some };
    };
    let (first, end) = (version(first), end.map(version));
    let has = |sysbox: &Version| *sysbox >= first && end.as_ref().is_none_or(|end| sysbox < end);
    match (has(&range.oldest), has(&range.newest)) {
        (true, true) => Share::All,
        (false, false) => Share::None,
        _ => Share::Some,
    }
}

/// The fault for an incident, with the first Sysbox, not older than the platform's, that has none of
/// the version's incidents.
fn fault(incident: &Incident, concerned: &[(&Incident, Share)], sysbox: Option<&SysboxRange>) -> Fault {
    let has = |incident: &Incident, release: Release| {
        let (first, end) = incident.sysbox;
        release >= first && end.is_none_or(|end| release < end)
    };
    let first_sysbox = matrix::SYSBOX
        .iter()
        .map(|(release, _)| *release)
        .filter(|release| sysbox.is_none_or(|range| version(*release) >= range.oldest))
        .find(|release| !concerned.iter().any(|(incident, _)| has(incident, *release)))
        .map(version);
    Fault {
        incident: incident.id,
        symptom: incident.symptom,
        first_sysbox,
        sources: incident.sources,
    }
}

/// Every package of containerd.io that is known, and upstream's releases after the last complete list.
static PACKAGED: LazyLock<Vec<Point>> = LazyLock::new(|| {
    let packages = matrix::PACKAGES
        .iter()
        .map(|&((major, minor, patch), revision, _, _)| Point::package(major, minor, patch, revision));
    let upstream = matrix::UPSTREAM
        .iter()
        .flat_map(|&(major, minor, first, last)| (first..=last).map(move |patch| (major, minor, patch)))
        .map(|(major, minor, patch)| Point::package(major, minor, patch, 1));
    packages.chain(upstream).collect()
});
