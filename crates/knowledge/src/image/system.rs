//! Which system an image has: its distribution, its C library, its locales.

use super::inspected::{Content, Inspected};
use crate::context::Answer;
use crate::facts::{Base, Family, Libc, Observed, SeenKind};

/// What an empty image is, of which this alone is known.
pub fn base(image: &Inspected, observed: &Observed) -> Base {
    let text = |path: &str| observed.entry(path).and_then(|seen| seen.text.as_deref());
    let release = text("/etc/os-release")
        .or_else(|| text("/usr/lib/os-release"))
        .unwrap_or_default();
    let said = |key: &str| {
        let line = release
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(line.trim().trim_matches(['"', '\'']).to_owned()).filter(|value| !value.is_empty())
    };
    let has_loader = |names: &dyn Fn(&str) -> bool| {
        let mut paths = observed.entries.keys();
        paths.any(|path| path.rsplit('/').next().is_some_and(names))
    };
    let libc = if has_loader(&|name| name.starts_with("ld-musl-")) {
        Some(Libc::Musl)
    } else if has_loader(&|name| name.starts_with("ld-linux") || name == "libc.so.6") {
        Some(Libc::Glibc)
    } else {
        None
    };
    let kin = said("ID_LIKE").unwrap_or_default();
    let family = match said("ID").as_deref() {
        Some("debian") => Some(Family::Debian),
        Some("ubuntu") => Some(Family::Ubuntu),
        Some("alpine") => Some(Family::Alpine),
        Some("fedora") => Some(Family::Fedora),
        Some("rhel" | "centos" | "rocky" | "almalinux" | "ol") => Some(Family::Rhel),
        Some("amzn") => Some(Family::Amazon),
        Some("arch") => Some(Family::Arch),
        Some(id) if id.starts_with("opensuse") || id.starts_with("sle") => Some(Family::Suse),
        Some(_) if kin.contains("ubuntu") => Some(Family::Ubuntu),
        Some(_) if kin.contains("debian") => Some(Family::Debian),
        Some(_) if kin.contains("rhel") => Some(Family::Rhel),
        Some(_) => Some(Family::Other),
        None if observed.exists("/bin/busybox").is_known() => Some(Family::Busybox),
        None => None,
    };
    let skel: Vec<String> = observed
        .children("/etc/skel")
        .map(|(name, _)| name.to_owned())
        .collect();
    let plain = |name: &str| !matches!(name, "C.utf8" | "C.UTF-8" | "locale-archive" | "POSIX" | "C");
    let mut locales: Vec<String> = observed
        .children("/usr/lib/locale")
        .filter(|(name, seen)| seen.kind == SeenKind::Folder && plain(name))
        .map(|(name, _)| name.to_owned())
        .collect();
    for layer in image.layers.iter().rev() {
        let archive = layer
            .entries
            .iter()
            .find(|entry| entry.path == "/usr/lib/locale/locale-archive");
        let names = archive.and_then(|archive| match &archive.content {
            Some(Content::Names(names)) => Some(names),
            _ => None,
        });
        if let Some(names) = names.filter(|_| observed.has("/usr/lib/locale/locale-archive")) {
            locales.extend(names.iter().cloned());
            break;
        }
    }
    Base {
        entry: "observed".into(),
        source: "the image itself".into(),
        family,
        version: said("VERSION_ID"),
        codename: said("VERSION_CODENAME"),
        libc,
        skel: match skel.is_empty() {
            true => Answer::Absent,
            false => Answer::Known(skel),
        },
        locales: Some(locales),
        ..Base::scratch()
    }
}
