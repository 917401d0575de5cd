//! Which distribution it is.

use super::{Look, look_help, unseen};
use crate::doctor::door::{Host, Seen, text};
use crate::doctor::{Kind, Sheet, State};
use crate::platform::hosts::{HOSTS, Package};

const WHY: &str = "Sysbox runs on the distributions of its list, with their own kernels";

/// What os-release says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    /// `ID`.
    pub id: String,
    /// `VERSION_ID`.
    pub version: String,
    /// `PRETTY_NAME`, or what there is instead.
    pub name: String,
}

/// Reads os-release where the host has it.
pub fn os_release(host: &dyn Host) -> Seen<Release> {
    let file = match text(host, "/etc/os-release") {
        Seen::Known(file) => Seen::Known(file),
        other => match text(host, "/usr/lib/os-release") {
            Seen::Known(file) => Seen::Known(file),
            _ => other,
        },
    };
    file.map(|file| {
        let value = |key: &str| {
            let line = file
                .lines()
                .rev()
                .find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='));
            line.unwrap_or_default()
                .trim()
                .trim_matches(['"', '\''])
                .to_owned()
        };
        let (id, version) = (value("ID").to_lowercase(), value("VERSION_ID"));
        let name = match value("PRETTY_NAME") {
            name if name.is_empty() => format!("{id} {version}").trim().to_owned(),
            name => name,
        };
        Release { id, version, name }
    })
}

pub(super) fn distribution(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "distribution";
    let release = match &look.release {
        Seen::Known(release) if !release.id.is_empty() => release,
        other => {
            let seen = unseen("/etc/os-release", other);
            return sheet.say(ID, State::Unknown, seen, WHY, look_help(other));
        }
    };
    judge(release, look.wish, sheet, ID);
}

/// Judges a distribution, be it a host's or that of a node's image.
pub(in crate::doctor) fn judge(
    release: &Release,
    wish: &crate::doctor::Wish,
    sheet: &mut Sheet,
    id: &'static str,
) {
    let name = release.name.clone();
    let Some(row) = HOSTS.distribution(&release.id, &release.version) else {
        let seen = format!("{name} is not in the table of {}", HOSTS.as_of);
        let help = "`seaworthy doctor --table` lists those that are";
        return sheet.say(id, State::Warning, seen, WHY, help);
    };
    let (state, seen, why, help) = match (&row.fault, wish.kind, row.package) {
        (Some(fault), _, _) => {
            // What can be mended is judged where it shows.
            let (state, help) = match &row.mended {
                Some(mended) => (State::Warning, mended.as_str()),
                None => (State::Bad, "take Ubuntu 22.04 or 24.04"),
            };
            (state, format!("{name}: {fault}"), row.source.as_str(), help)
        }
        _ if wish.is_cached() && !row.cached => (
            State::Bad,
            format!("{name} with caching"),
            "its kernel has no shiftfs, which cached virtual machines need",
            "take Ubuntu 20.04, or turn caching off",
        ),
        (None, Kind::Sysbox, Package::Source) => (
            State::Warning,
            format!("{name}: there is no package of Sysbox for it"),
            WHY,
            "build Sysbox from source, or take Ubuntu",
        ),
        (None, Kind::Sysbox, Package::Enterprise) => (
            State::Warning,
            format!("{name}: only Sysbox-EE has been built for it"),
            WHY,
            "take Ubuntu",
        ),
        _ => (State::Good, name, WHY, ""),
    };
    sheet.say(id, state, seen, why, help);
}
