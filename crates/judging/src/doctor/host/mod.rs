//! The checks of a host.

mod engine;
mod gpu;
mod kernel;
mod limits;
mod security;
mod store;
mod system;

use super::door::{Host, Seen, text};
use super::{Check, Sheet, Wish, in_order};

pub(super) use kernel::judge as judge_kernel;
pub(super) use system::judge as judge_release;
pub use system::{Release, os_release};

/// All checks of a host, one for each id that concerns a host.
pub fn check(host: &dyn Host, wish: &Wish) -> Vec<Check> {
    let mut sheet = Sheet::new(host.name());
    let look = Look::at(host, wish);
    system::distribution(&look, &mut sheet);
    kernel::kernel(&look, &mut sheet);
    kernel::shiftfs(&look, &mut sheet);
    kernel::headers(&look, &mut sheet);
    kernel::modules(&look, &mut sheet);
    security::selinux(&look, &mut sheet);
    security::apparmor(&look, &mut sheet);
    security::secure_boot(&look, &mut sheet);
    limits::cgroup(&look, &mut sheet);
    limits::sysctls(&look, &mut sheet);
    limits::programs(&look, &mut sheet);
    engine::engine(&look, &mut sheet);
    engine::runtime(&look, &mut sheet);
    engine::sysbox(&look, &mut sheet);
    store::store(&look, &mut sheet);
    gpu::gpu(&look, &mut sheet);
    in_order(&mut sheet.checks);
    sheet.checks
}

/// What several checks need, looked at once.
struct Look<'a> {
    host: &'a dyn Host,
    wish: &'a Wish,
    release: Seen<Release>,
    /// The running kernel, such as `5.15.0-1023-aws`.
    kernel: Seen<String>,
    engine: Seen<super::door::Engine>,
}

impl<'a> Look<'a> {
    fn at(host: &'a dyn Host, wish: &'a Wish) -> Self {
        let kernel = match text(host, "/proc/sys/kernel/osrelease") {
            Seen::Known(release) => Seen::Known(release),
            _ => {
                text(host, "/proc/version").map(|line| line.split(' ').nth(2).unwrap_or_default().to_owned())
            }
        };
        let kernel = match kernel {
            Seen::Known(release) => Seen::Known(release),
            _ => host.run("uname", &["-r"]).map(|line| line.trim().to_owned()),
        };
        Self {
            host,
            wish,
            release: os_release(host),
            kernel,
            engine: host.engine(),
        }
    }

    fn kernel_version(&self) -> Option<semver::Version> {
        match &self.kernel {
            Seen::Known(release) => crate::platform::hosts::numbers(release),
            _ => None,
        }
    }

    /// Whether something has this path.
    fn has(&self, path: &str) -> Seen<()> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = if folder.is_empty() { "/" } else { folder };
        match self.host.list(folder) {
            Seen::Known(names) if names.iter().any(|one| one == name) => Seen::Known(()),
            Seen::Known(_) | Seen::Absent => Seen::Absent,
            Seen::Hidden(why) => Seen::Hidden(why),
        }
    }

    fn there(&self, path: &str) -> bool {
        matches!(self.has(path), Seen::Known(()))
    }
}

/// Why something is unknown, for people.
fn unseen<T>(what: &str, seen: &Seen<T>) -> String {
    match seen {
        Seen::Hidden(why) => format!("{what}: {why}"),
        _ => format!("{what} is not there"),
    }
}

/// What helps where a look was refused.
fn look_help<T>(seen: &Seen<T>) -> &'static str {
    match seen {
        Seen::Hidden(why) if why.contains("permission") => "run as root to see",
        _ => "",
    }
}
