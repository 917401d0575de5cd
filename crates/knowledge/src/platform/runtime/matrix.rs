//! The tables behind the answers: releases, what ships what, what breaks where. As of 2026-11-24.
//!
//! Dates are `YYYY-MM-DD`. A row whose date or version is inferred says so.

use super::super::versions::{Point, Stretch};

/// The day for which the tables hold.
pub const AS_OF: &str = "2026-11-24";

/// The three numbers of a release.
pub type Release = (u64, u64, u64);

/// Sysbox releases with their dates, from the tags of nestybox/sysbox.
pub const SYSBOX: &[(Release, &str)] = &[
    ((0, 3, 0), "2021-03-26"),
    ((0, 4, 0), "2021-07-13"),
    ((0, 4, 1), "2021-09-30"),
    ((0, 5, 0), "2022-03-22"),
    ((0, 5, 1), "2022-04-06"),
    ((0, 5, 2), "2022-05-18"),
    ((0, 6, 1), "2023-04-07"),
    ((0, 6, 2), "2023-06-09"),
    ((0, 6, 3), "2024-01-08"),
    ((0, 6, 4), "2024-04-06"),
    ((0, 6, 5), "2024-11-08"),
    ((0, 6, 6), "2025-01-03"),
    ((0, 6, 7), "2025-05-09"),
    ((0, 7, 0), "2026-03-03"),
    ((0, 7, 1), "2026-07-31"),
];

/// A stretch of a product's versions and the Sysbox that it ships or behaves like.
pub struct Ships {
    /// The first version of the stretch.
    pub first: Release,
    /// The last one.
    pub last: Release,
    /// The oldest Sysbox that it may have.
    pub oldest: Release,
    /// The newest Sysbox that it may have.
    pub newest: Release,
}

/// Ships one Sysbox.
const fn ships(first: Release, last: Release, sysbox: Release) -> Ships {
    Ships {
        first,
        last,
        oldest: sysbox,
        newest: sysbox,
    }
}

/// Any patch of a minor version.
const ANY: u64 = 999;

/// Coder's first generation, from the changelog in coder/docs.
///
/// For versions before 1.30.0 no page names the Sysbox. The changelog of 1.19.1 (2021-06-23) says
/// that newer containerd works from then on, so they stand on the two sides of Sysbox 0.4.0, and
/// all of them before the 0.5.2 that came with 1.34.0 (2022-08-31).
pub const CODER: &[Ships] = &[
    Ships {
        first: (1, 0, 0),
        last: (1, 19, 0),
        oldest: (0, 0, 0),
        newest: (0, 3, 0),
    },
    Ships {
        first: (1, 19, 1),
        last: (1, 29, ANY),
        oldest: (0, 4, 0),
        newest: (0, 5, 0),
    },
    ships((1, 30, 0), (1, 33, ANY), (0, 5, 0)),
    ships((1, 34, 0), (1, 44, 1), (0, 5, 2)),
];

/// envbox, from its Dockerfile at each tag of coder/envbox.
///
/// Sysbox 0.7.1 came with pull request 177 (2026-08-12), after 0.6.7; which tag has it first is not
/// established.
pub const ENVBOX: &[Ships] = &[
    ships((0, 1, 0), (0, 1, 2), (0, 5, 2)),
    ships((0, 2, 0), (0, 6, 0), (0, 6, 3)),
    ships((0, 6, 1), (0, 6, 1), (0, 6, 5)),
    ships((0, 6, 2), (0, 6, 4), (0, 6, 6)),
    ships((0, 6, 5), (0, 6, 5), (0, 6, 7)),
    ships((0, 6, 6), (0, 6, 7), (0, 7, 0)),
    Ships {
        first: (0, 6, 8),
        last: (ANY, ANY, ANY),
        oldest: (0, 7, 0),
        newest: (0, 7, 1),
    },
];

/// A known fault of inner container runtimes under a Sysbox.
pub struct Incident {
    /// Its name, kept stable.
    pub id: &'static str,
    /// What users see, word for word.
    pub symptom: &'static str,
    /// The Sysbox versions that have it: from the first, up to but without the second.
    pub sysbox: (Release, Option<Release>),
    /// The containerd.io packages that have it.
    pub containerd_io: &'static [Stretch],
    /// The runc versions that have it.
    pub runc: &'static [Stretch],
    /// The tags of docker:dind that have it.
    pub dind: &'static [Stretch],
    /// The docker-ce versions that have it, because they need such a containerd.io or by themselves.
    pub docker: &'static [Stretch],
    /// Where it was reported and mended.
    pub sources: &'static [&'static str],
}

/// The incidents that hold without further conditions, oldest first.
///
/// Left out are those that need the systemd cgroup driver inside (misc controller, 2023) or host
/// networking inside (2023): nothing in an image tells of these.
pub const INCIDENTS: &[Incident] = &[
    Incident {
        id: "SBX-PROCFD-2021",
        symptom: "mount through procfd: no such file or directory",
        sysbox: ((0, 0, 0), Some((0, 4, 0))),
        containerd_io: &[Stretch::from(Point::package(1, 4, 6, 0))],
        runc: &[Stretch::from(Point::candidate(1, 0, 0, 95))],
        dind: &[Stretch::from(Point::release(20, 10, 7))],
        // docker-ce 23.0.0 is the first that needs a containerd.io of this kind.
        docker: &[Stretch::from(Point::line(23, 0))],
        sources: &[
            "nestybox/sysbox#291",
            "nestybox/sysbox#316",
            "nestybox/sysbox#321",
        ],
    },
    Incident {
        id: "SBX-RDMA-2022",
        symptom: "unable to apply cgroup configuration: mkdir /sys/fs/cgroup/rdma/docker: permission denied",
        sysbox: ((0, 0, 0), Some((0, 5, 2))),
        // Upstream's 1.5.12 (runc 1.1.2) begins it; Docker packaged nothing between 1.5.11-1 and 1.6.2-1.
        containerd_io: &[Stretch::from(Point::line_of(1, 5, 12))],
        runc: &[Stretch::from(Point::candidate(1, 1, 0, 1))],
        // Inferred: Docker 23.0.0 needs containerd 1.6.4 or later, which brings runc 1.1.
        dind: &[Stretch::from(Point::line(23, 0))],
        docker: &[Stretch::from(Point::line(23, 0))],
        sources: &[
            "nestybox/sysbox#544",
            "nestybox/sysbox#548",
            "nestybox/sysbox#552",
            "nestybox/sysbox#560",
            "opencontainers/runc#2883",
        ],
    },
    Incident {
        id: "SBX-XATTR-LOWER",
        symptom: "EPERM on trusted.overlay.opaque / whiteouts when pulling or building",
        sysbox: ((0, 6, 3), None),
        containerd_io: &[],
        runc: &[],
        dind: &[Stretch::until(Point::FIRST, Point::line_of(20, 10, 9))],
        docker: &[Stretch::until(Point::FIRST, Point::line_of(20, 10, 9))],
        sources: &[
            "nestybox/sysbox docs/user-guide/configuration.md",
            "nestybox/sysbox-mgr@03f5d7b",
        ],
    },
    Incident {
        id: "SBX-THREADSELF-2024",
        symptom: "error mounting \"proc\" to rootfs at \"/proc\": mount src=proc, dst=/proc, \
                  dstFd=/proc/thread-self/fd/8, flags=0xe: no such file or directory",
        sysbox: ((0, 0, 0), Some((0, 6, 6))),
        // Upstream's 1.6.37 has runc 1.2.5; Docker packaged no 1.6 after 1.6.33-1.
        containerd_io: &[
            Stretch::until(Point::line_of(1, 6, 37), Point::line(1, 7)),
            Stretch::from(Point::line_of(1, 7, 24)),
        ],
        runc: &[Stretch::from(Point::release(1, 2, 0))],
        dind: &[Stretch::from(Point::line_of(27, 4, 0))],
        // docker-ce 28.4.0 is the first that needs containerd.io 1.7.27.
        docker: &[Stretch::from(Point::line_of(28, 4, 0))],
        sources: &[
            "coder/envbox#115",
            "nestybox/sysbox#879",
            "nestybox/sysbox#889",
            "containerd/containerd#11083",
            "opencontainers/runc#4542",
        ],
    },
    Incident {
        id: "SBX-OPENAT2-2025",
        symptom: "open sysctl net.ipv4.ip_unprivileged_port_start file: unsafe procfs detected: openat2 \
                  /proc/./sys/net/ipv4/ip_unprivileged_port_start: invalid cross-device link",
        sysbox: ((0, 0, 0), Some((0, 7, 0))),
        containerd_io: &[
            Stretch::until(Point::package(1, 7, 28, 2), Point::line(2, 0)),
            Stretch::until(Point::line_of(2, 0, 7), Point::line(2, 1)),
            Stretch::from(Point::line_of(2, 1, 5)),
        ],
        runc: &[
            Stretch::until(Point::line_of(1, 2, 8), Point::line(1, 3)),
            Stretch::until(Point::line_of(1, 3, 3), Point::candidate(1, 4, 0, 1)),
            Stretch::from(Point::candidate(1, 4, 0, 3)),
        ],
        dind: &[Stretch::from(Point::line_of(28, 5, 2))],
        // docker-ce 29.6.0 is the first that needs containerd.io 2.1.5.
        docker: &[Stretch::from(Point::line_of(29, 6, 0))],
        sources: &[
            "nestybox/sysbox#972",
            "nestybox/sysbox#973",
            "nestybox/sysbox-fs#115",
            "containerd/containerd#12484",
            "opencontainers/runc#4972",
        ],
    },
];

/// What runs under a Sysbox, newest first: from which Sysbox on, and the bounds to write.
pub struct Runs {
    /// The first Sysbox that runs it.
    pub since: Release,
    /// containerd.io as apt takes it.
    pub apt: &'static str,
    /// containerd.io as dnf and yum take it, behind `containerd.io-`.
    pub rpm: &'static str,
    /// The version without the packager's revision.
    pub version: &'static str,
    /// The docker-ce line that goes with it, as `20.10`.
    pub docker: &'static str,
}

/// The newest containerd.io for each Sysbox before 0.7.0, which runs every one.
///
/// The packages are those that users and maintainers settled on in the incidents' threads.
pub const RUNS: &[Runs] = &[
    Runs {
        since: (0, 6, 6),
        apt: "1.7.28-1*",
        rpm: "1.7.28-1.*",
        version: "1.7.28",
        docker: "28",
    },
    Runs {
        since: (0, 5, 2),
        apt: "1.7.23-1",
        rpm: "1.7.23-3.1.*",
        version: "1.7.23",
        docker: "27",
    },
    Runs {
        since: (0, 4, 0),
        apt: "1.5.11-1",
        rpm: "1.5.11-3.1.*",
        version: "1.5.11",
        docker: "20.10",
    },
    Runs {
        since: (0, 0, 0),
        apt: "1.4.4-1",
        rpm: "1.4.4-3.1.*",
        version: "1.4.4",
        docker: "20.10",
    },
];

/// From this Sysbox on every known containerd.io runs.
pub const RUNS_ALL: Release = (0, 7, 0);

/// The least containerd.io that docker-ce asks for, from the first docker-ce on that does.
///
/// From docker/docker-ce-packaging, `deb/common/control` and `rpm/SPECS/docker-ce.spec` at the release
/// branches; that 28.4.0 and 29.6.0 are the first is inferred from the dates of the merges
/// (2025-08-06, 2026-06-12).
pub const NEEDS: &[(Point, Point)] = &[
    (Point::line(20, 10), Point::release(1, 4, 1)),
    (Point::line(23, 0), Point::release(1, 6, 4)),
    (Point::line(25, 0), Point::release(1, 6, 24)),
    (Point::line_of(28, 4, 0), Point::release(1, 7, 27)),
    (Point::line_of(29, 6, 0), Point::release(2, 1, 5)),
];

/// A containerd.io package: version, revision, day, and the runc in it where that is known.
pub type Package = ((u32, u32, u32), u32, &'static str, Option<&'static str>);

/// The packages of containerd.io.
///
/// Up to 1.7.27 from the packaging changelog (docker/containerd-packaging), which is complete; later
/// ones from the threads of the incidents and upstream's releases, where days without a day of the
/// month are given as the first. Where upstream's release says which runc it was tested with, that
/// one stands for packages whose changelog is silent.
pub const PACKAGES: &[Package] = &[
    ((1, 4, 1), 1, "2020-10-06", None),
    ((1, 4, 2), 1, "2020-11-26", None),
    ((1, 4, 3), 1, "2020-12-02", None),
    ((1, 4, 3), 2, "2021-03-03", Some("1.0.0-rc93")),
    ((1, 4, 4), 1, "2021-03-08", Some("1.0.0-rc93")),
    ((1, 4, 5), 1, "2021-05-12", Some("1.0.0-rc94")),
    ((1, 4, 6), 1, "2021-05-21", Some("1.0.0-rc95")),
    ((1, 4, 7), 1, "2021-07-19", Some("1.0.0")),
    ((1, 4, 8), 1, "2021-07-19", Some("1.0.0")),
    ((1, 4, 9), 1, "2021-07-29", Some("1.0.1")),
    ((1, 4, 10), 1, "2021-09-30", Some("1.0.2")),
    ((1, 4, 11), 1, "2021-10-04", Some("1.0.2")),
    ((1, 4, 12), 1, "2021-11-17", Some("1.0.2")),
    ((1, 4, 13), 1, "2022-03-03", Some("1.0.3")),
    ((1, 5, 10), 1, "2022-03-04", Some("1.0.3")),
    ((1, 5, 11), 1, "2022-03-23", Some("1.0.3")),
    ((1, 6, 2), 1, "2022-03-27", Some("1.1.0")),
    ((1, 6, 3), 1, "2022-04-28", Some("1.1.1")),
    ((1, 6, 4), 1, "2022-05-04", Some("1.1.1")),
    ((1, 6, 5), 1, "2022-06-04", Some("1.1.2")),
    ((1, 6, 6), 1, "2022-06-06", Some("1.1.2")),
    ((1, 6, 7), 1, "2022-08-04", Some("1.1.3")),
    ((1, 6, 8), 1, "2022-08-25", Some("1.1.4")),
    ((1, 6, 9), 1, "2022-10-24", Some("1.1.4")),
    ((1, 6, 10), 1, "2022-11-17", Some("1.1.4")),
    ((1, 6, 11), 1, "2022-12-06", Some("1.1.4")),
    ((1, 6, 12), 1, "2022-12-07", Some("1.1.4")),
    ((1, 6, 13), 1, "2022-12-15", Some("1.1.4")),
    ((1, 6, 14), 1, "2022-12-19", Some("1.1.4")),
    ((1, 6, 15), 1, "2023-01-09", Some("1.1.4")),
    ((1, 6, 16), 1, "2023-01-30", Some("1.1.4")),
    ((1, 6, 17), 1, "2023-02-16", Some("1.1.4")),
    ((1, 6, 18), 1, "2023-02-16", Some("1.1.4")),
    ((1, 6, 19), 1, "2023-03-23", Some("1.1.4")),
    ((1, 6, 20), 1, "2023-03-30", Some("1.1.5")),
    ((1, 6, 21), 1, "2023-05-05", Some("1.1.7")),
    ((1, 6, 22), 1, "2023-07-29", Some("1.1.8")),
    ((1, 6, 23), 1, "2023-09-15", Some("1.1.8")),
    ((1, 6, 24), 1, "2023-09-15", Some("1.1.9")),
    ((1, 6, 25), 1, "2023-11-20", Some("1.1.10")),
    ((1, 6, 26), 1, "2023-12-09", Some("1.1.10")),
    ((1, 6, 27), 1, "2024-01-12", Some("1.1.11")),
    ((1, 6, 28), 1, "2024-01-31", Some("1.1.12")),
    ((1, 6, 28), 2, "2024-03-15", Some("1.1.12")),
    ((1, 6, 30), 1, "2024-03-13", Some("1.1.12")),
    ((1, 6, 31), 1, "2024-04-10", Some("1.1.12")),
    ((1, 6, 32), 1, "2024-05-22", Some("1.1.12")),
    ((1, 6, 33), 1, "2024-06-04", Some("1.1.12")),
    ((1, 7, 18), 1, "2024-06-18", Some("1.1.13")),
    ((1, 7, 19), 1, "2024-07-16", Some("1.1.13")),
    ((1, 7, 20), 1, "2024-08-08", Some("1.1.13")),
    ((1, 7, 21), 1, "2024-08-27", Some("1.1.13")),
    ((1, 7, 22), 1, "2024-09-10", Some("1.1.14")),
    ((1, 7, 23), 1, "2024-11-11", Some("1.1.14")),
    ((1, 7, 24), 1, "2024-11-21", Some("1.2.2")),
    ((1, 7, 25), 1, "2025-01-10", Some("1.2.4")),
    ((1, 7, 26), 1, "2025-03-12", Some("1.2.5")),
    ((1, 7, 27), 1, "2025-03-31", Some("1.2.5")),
    ((1, 7, 28), 1, "2025-08-01", Some("1.3.0")),
    ((1, 7, 28), 2, "2025-11-05", Some("1.3.3")),
    ((1, 7, 29), 1, "2025-11-01", Some("1.3.3")),
    ((2, 1, 5), 1, "2025-11-01", Some("1.3.3")),
    ((2, 2, 0), 2, "2025-11-01", Some("1.3.3")),
    ((2, 2, 1), 1, "2025-12-01", Some("1.3.4")),
    ((2, 2, 6), 1, "2026-07-01", Some("1.3.6")),
    ((2, 3, 3), 1, "2026-07-01", Some("1.4.3")),
];

/// The releases of containerd after 1.7.28, of which no complete list of packages is at hand: minor
/// line, first and last patch. From upstream's tags.
pub const UPSTREAM: &[(u32, u32, u32, u32)] = &[
    (1, 7, 29, 34),
    (2, 0, 0, 11),
    (2, 1, 0, 9),
    (2, 2, 0, 7),
    (2, 3, 0, 4),
];

/// A distribution for which Docker keeps a repository.
pub struct Repository {
    /// `debian`, `ubuntu`, `rhel` or `fedora`.
    pub family: &'static str,
    /// The version as os-release has it.
    pub version: &'static str,
    /// The codename, for apt.
    pub codename: &'static str,
    /// What was packaged before this day is certainly not there.
    pub absent_before: &'static str,
    /// What was packaged from this day on is there, until [`Repository::ended`].
    pub present_from: &'static str,
    /// From this day on nothing is certain: the distribution's support ended.
    pub ended: &'static str,
}

/// A row of [`REPOSITORIES`].
const fn repository(
    family: &'static str,
    version: &'static str,
    codename: &'static str,
    days: [&'static str; 3],
) -> Repository {
    let [absent_before, present_from, ended] = days;
    Repository {
        family,
        version,
        codename,
        absent_before,
        present_from,
        ended,
    }
}

/// Docker's repositories, from the release days of the distributions.
///
/// A repository begins with the versions of its day: what is younger than the release is there, and
/// what is older by a year (Debian, whose next release is served while it is tested), half a year
/// (Ubuntu) or three months (RPM systems) is not. EL 9 and jammy are narrower: the one's repository
/// came with 1.6, the other's in March 2022 before the release.
pub const REPOSITORIES: &[Repository] = &[
    repository(
        "ubuntu",
        "18.04",
        "bionic",
        ["2017-10-26", "2018-04-26", "2023-05-31"],
    ),
    repository(
        "ubuntu",
        "20.04",
        "focal",
        ["2019-10-23", "2020-04-23", "2025-05-31"],
    ),
    repository(
        "ubuntu",
        "22.04",
        "jammy",
        ["2021-10-21", "2022-03-04", "2027-04-01"],
    ),
    repository(
        "ubuntu",
        "24.04",
        "noble",
        ["2023-10-25", "2024-04-25", "2029-04-01"],
    ),
    repository(
        "ubuntu",
        "26.04",
        "resolute",
        ["2025-10-23", "2026-04-23", "2031-04-01"],
    ),
    repository(
        "debian",
        "9",
        "stretch",
        ["2016-06-17", "2017-06-17", "2022-06-30"],
    ),
    repository(
        "debian",
        "10",
        "buster",
        ["2018-07-06", "2019-07-06", "2024-06-30"],
    ),
    repository(
        "debian",
        "11",
        "bullseye",
        ["2020-08-14", "2021-08-14", "2026-08-31"],
    ),
    repository(
        "debian",
        "12",
        "bookworm",
        ["2022-06-10", "2023-06-10", "2028-06-30"],
    ),
    repository(
        "debian",
        "13",
        "trixie",
        ["2024-08-09", "2025-08-09", "2030-06-30"],
    ),
    repository("rhel", "7", "", ["2014-03-10", "2014-06-10", "2024-06-30"]),
    repository("rhel", "8", "", ["2019-02-07", "2020-11-01", "2029-05-31"]),
    repository("rhel", "9", "", ["2022-03-27", "2022-05-17", "2032-05-31"]),
    repository("rhel", "10", "", ["2025-02-20", "2025-05-20", "2035-05-31"]),
    repository("fedora", "38", "", ["2023-01-18", "2023-04-18", "2024-05-21"]),
    repository("fedora", "39", "", ["2023-08-07", "2023-11-07", "2024-11-26"]),
    repository("fedora", "40", "", ["2024-01-23", "2024-04-23", "2025-05-13"]),
    repository("fedora", "41", "", ["2024-07-29", "2024-10-29", "2025-12-15"]),
    repository("fedora", "42", "", ["2025-01-15", "2025-04-15", "2026-05-13"]),
    repository("fedora", "43", "", ["2025-07-28", "2025-10-28", "2026-12-02"]),
];
