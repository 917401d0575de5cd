//! What docker-ce and containerd.io ask of each other, where a containerd.io is to be had, and what
//! Docker 29 changed.

use super::super::bases::Family;
use super::super::versions::{Pattern, Point, Share, Stretch};
use super::matrix;
use crate::context::Answer;

/// The first docker-ce of the line with the containerd image store and the API floor of 1.44.
const DOCKER_29: Stretch = Stretch::from(Point::line(29, 0));

/// docker-compose up to 2.20, which asks for an API older than Docker 29 gives.
///
/// Seen with 2.5.0 ("client version 1.42 is too old. Minimum supported API version is 1.44",
/// docker/compose#13389); 1.x speaks older ones still.
const OLD_COMPOSE: Stretch = Stretch::until(Point::FIRST, Point::line(2, 21));

/// An engine as it is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Daemon<'a> {
    /// Without a version: the newest.
    Newest,
    /// In a version.
    Version(&'a Pattern),
}

/// The least containerd.io that a docker-ce asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The version, without the packager's revision.
    pub minimum: Point,
    /// Whether every docker-ce that is meant asks for it, not only the newest of them.
    pub certain: bool,
}

impl Need {
    /// How many of the containerd.io versions that are meant are too old.
    pub fn share_too_old(&self, containerd: &Pattern) -> Share {
        containerd.share_in(&[Stretch::until(Point::FIRST, self.minimum)])
    }
}

/// The least containerd.io that a docker-ce asks for.
///
/// Of what a glob means, apt and dnf take the newest, so that one's need is told. None for what
/// cannot be read and for docker-ce before 20.10, of which nothing is known.
pub fn docker_needs(docker_ce: Daemon<'_>) -> Option<Need> {
    let need = |point: Point| {
        matrix::NEEDS
            .iter()
            .rev()
            .find(|(since, _)| *since <= point)
            .map(|(_, minimum)| *minimum)
    };
    match docker_ce {
        Daemon::Newest => need(Point::LAST).map(|minimum| Need {
            minimum,
            certain: true,
        }),
        Daemon::Version(pattern) => {
            let minimum = need(pattern.highest()?)?;
            Some(Need {
                minimum,
                certain: need(pattern.lowest()?) == Some(minimum),
            })
        }
    }
}

/// The docker-ce versions that are content with a containerd.io: the line to pin, such as `20.10`,
/// and the first version that is not content, if there is one.
///
/// For a glob the oldest version that it means counts. None for what cannot be read.
pub fn docker_range_for(containerd: &Pattern) -> Option<(&'static str, Option<Point>)> {
    let point = containerd.lowest()?;
    let too_new = matrix::NEEDS.iter().find(|(_, minimum)| {
        Point {
            candidate: 0,
            revision: 0,
            ..*minimum
        } > point
    });
    let line = match too_new {
        None => "29",
        Some((since, _)) if *since > Point::line(28, 0) && since.major == 29 => "28",
        Some((since, _)) if since.major == 28 => "27",
        Some((since, _)) if since.major == 25 => "24",
        Some((since, _)) if since.major == 23 => "20.10",
        Some(_) => "19.03",
    };
    Some((line, too_new.map(|(since, _)| *since)))
}

/// The runc in a containerd.io package, if that is known of exactly one.
pub fn runc_of(containerd: &Pattern) -> Option<&'static str> {
    let mut meant = matrix::PACKAGES
        .iter()
        .filter(|&&((major, minor, patch), revision, _, _)| {
            containerd.has(Point::package(major, minor, patch, revision))
        });
    let runc = meant.next()?.3?;
    meant.all(|package| package.3 == Some(runc)).then_some(runc)
}

/// Whether Docker's repository for a distribution has a containerd.io.
///
/// `release` is the distribution's version or codename. Answers come from release dates; between
/// the certain days, after the end of a distribution's support, and for packages of which the table
/// has no date, nothing is known.
pub fn available(family: Family, release: &str, containerd: &Pattern) -> Answer {
    let family = match family {
        Family::Debian => "debian",
        Family::Ubuntu => "ubuntu",
        Family::Rhel => "rhel",
        Family::Fedora => "fedora",
        _ => return Answer::Unknown,
    };
    let release = match family {
        // Minor releases share a repository.
        "rhel" => release.split('.').next().unwrap_or(release),
        _ => release,
    };
    let Some(repository) = matrix::REPOSITORIES.iter().find(|repository| {
        repository.family == family
            && (repository.version == release || !release.is_empty() && repository.codename == release)
    }) else {
        return Answer::Unknown;
    };
    let mut absent = 0;
    let mut all = 0;
    for &((major, minor, patch), revision, day, _) in matrix::PACKAGES {
        if !containerd.has(Point::package(major, minor, patch, revision)) {
            continue;
        }
        all += 1;
        if day >= repository.present_from && day < repository.ended {
            return Answer::Known(());
        }
        absent += usize::from(day < repository.absent_before);
    }
    if all > 0 && absent == all {
        Answer::Absent
    } else {
        Answer::Unknown
    }
}

/// How many of the engines that are meant keep images in containerd's store from the start.
///
/// With a persistent `/var/lib/docker` and a new container, inner containers come back there as
/// "RWLayer of container … is unexpectedly nil" (nestybox/sysbox#1021, open in August 2026).
pub fn daemon_stores_in_containerd(docker_ce: Daemon<'_>) -> Share {
    match docker_ce {
        Daemon::Newest => Share::All,
        Daemon::Version(pattern) => pattern.share_in(&[DOCKER_29]),
    }
}

/// How many of the docker-compose versions that are meant ask for an API that Docker 29 refuses.
pub fn compose_asks_old_api(compose: &Pattern) -> Share {
    compose.share_in(&[OLD_COMPOSE])
}
