//! What the platform mounts into the container in which a workspace runs.
//!
//! Source of the table for virtual machines: coder/docs `admin/workspace-management/cvms/index.md`
//! (commits c33f670 and 29a1708, 2022-02; unchanged to 7828b49, 2023-11-06). Its two blank cells
//! mean that nothing is mounted. Source of envbox's: coder/registry `kubernetes-envbox/main.tf` at
//! 6be121e (2026-08-21), and coder/envbox `cli/docker.go` at 8b99d48.

/// Where what is mounted lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A path of the node.
    Host(String),
    /// A part of the workspace's volume.
    Claim(String),
    /// A folder that lives as long as the pod.
    Empty,
}

/// Whether a mount can be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It cannot.
    ReadOnly,
    /// It can.
    ReadWrite,
}

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Its path in the container.
    pub path: String,
    /// Where it lies.
    pub source: Source,
    /// Whether it can be written to.
    pub mode: Mode,
    /// What it is for.
    pub why: &'static str,
}

/// For which kind of workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Container-based virtual machines.
    Cvm(Caching, AutoLoad),
    /// envbox, with the user inside.
    Envbox(String),
}

/// Whether the node's image cache is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// It is not.
    Off,
    /// It is.
    On,
}

/// Whether the platform builds and loads shiftfs by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoLoad {
    /// It does not.
    Off,
    /// It does.
    On,
}

/// Why a combination does not exist.
pub const REFUSED: &str =
    "shiftfs is loaded by the cache alone: without caching there is nothing that would load it";

/// The mounts of a kind of workspace.
///
/// # Errors
/// [`REFUSED`]: loading shiftfs is a part of caching.
pub fn mounts(wanted: &Wanted) -> Result<Vec<Mount>, &'static str> {
    match wanted {
        Wanted::Envbox(user) => Ok(envbox(user)),
        Wanted::Cvm(Caching::Off, AutoLoad::On) => Err(REFUSED),
        Wanted::Cvm(Caching::Off, AutoLoad::Off) => Ok(headers_and_modules(Mode::ReadOnly).into()),
        Wanted::Cvm(Caching::On, AutoLoad::Off) => Ok(cached(Mode::ReadOnly)),
        Wanted::Cvm(Caching::On, AutoLoad::On) => Ok(cached(Mode::ReadWrite)),
    }
}

fn host(path: &str, mode: Mode, why: &'static str) -> Mount {
    Mount {
        path: path.to_owned(),
        source: Source::Host(path.to_owned()),
        mode,
        why,
    }
}

fn headers_and_modules(mode: Mode) -> [Mount; 2] {
    let whys = match mode {
        Mode::ReadOnly => ("kernel headers", "modules of the running kernel"),
        Mode::ReadWrite => (
            "kernel headers, by which shiftfs is built",
            "modules, among which shiftfs is put",
        ),
    };
    [host("/usr/src", mode, whys.0), host("/lib/modules", mode, whys.1)]
}

fn cached(mode: Mode) -> Vec<Mount> {
    let mut mounts = Vec::from(headers_and_modules(mode));
    mounts.push(host(
        "/var/run",
        Mode::ReadOnly,
        "the socket of the node's container runtime",
    ));
    mounts.push(host(
        "/var/lib",
        Mode::ReadWrite,
        "the store of the node's container runtime",
    ));
    mounts
}

fn envbox(user: &str) -> Vec<Mount> {
    let claim = |path: &str, part: &str, why| Mount {
        path: path.to_owned(),
        source: Source::Claim(part.to_owned()),
        mode: Mode::ReadWrite,
        why,
    };
    let mut mounts = vec![
        claim(
            &format!("/home/{user}"),
            "home",
            "the home, handed on by CODER_MOUNTS",
        ),
        claim("/var/lib/coder/docker", "cache/docker", "/var/lib/docker inside"),
        claim(
            "/var/lib/coder/containers",
            "cache/containers",
            "/var/lib/containers inside",
        ),
        claim(
            "/var/lib/docker",
            "envbox/docker",
            "the store of the outer engine",
        ),
        claim(
            "/var/lib/containers",
            "envbox/containers",
            "the store of outer containers",
        ),
        Mount {
            path: "/var/lib/sysbox".to_owned(),
            source: Source::Empty,
            mode: Mode::ReadWrite,
            why: "what Sysbox keeps, 10 GB and more",
        },
    ];
    mounts.extend(headers_and_modules(Mode::ReadOnly));
    mounts
}
