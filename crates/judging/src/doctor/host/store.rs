//! Where the engine and Sysbox store: the file systems below them.

use super::{Look, look_help, unseen};
use crate::doctor::door::{Seen, text};
use crate::doctor::{Kind, Sheet, State};
use crate::platform::hosts::HOSTS;

/// The type of the file system under a path, by the longest mount point above it.
fn file_system(mounts: &str, path: &str) -> Option<(String, String)> {
    let above = |point: &str| {
        point == "/" || path == point || path.strip_prefix(point).is_some_and(|rest| rest.starts_with('/'))
    };
    let mut best: Option<(String, String)> = None;
    for line in mounts.lines() {
        let mut words = line.split(' ').skip(1);
        let (Some(point), Some(kind)) = (words.next(), words.next()) else {
            continue;
        };
        // A blank in a name is written as its octal number.
        let point = point.replace("\\040", " ");
        // Of two mounts at one point the later one is seen.
        if above(&point)
            && best
                .as_ref()
                .is_none_or(|(longest, _)| point.len() >= longest.len())
        {
            best = Some((point, kind.to_owned()));
        }
    }
    best
}

pub(super) fn store(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "store";
    const WHY: &str = "images and workspaces lie on it";
    let mounts = match text(look.host, "/proc/self/mounts") {
        Seen::Known(mounts) => Seen::Known(mounts),
        _ => text(look.host, "/proc/mounts"),
    };
    let mounts = match mounts {
        Seen::Known(mounts) => mounts,
        other => {
            let seen = unseen("/proc/mounts", &other);
            return sheet.say(ID, State::Unknown, seen, WHY, look_help(&other));
        }
    };
    let root = match &look.engine {
        Seen::Known(engine) if engine.root.starts_with('/') => engine.root.clone(),
        _ => "/var/lib/docker".to_owned(),
    };
    let mut paths = vec![root];
    match look.wish.kind {
        Kind::Sysbox => paths.push("/var/lib/sysbox".to_owned()),
        Kind::Envbox => {}
        Kind::Cvm => paths.push("/var/lib/containerd".to_owned()),
    }
    let mut seen = Vec::new();
    let mut state = State::Good;
    let mut why = WHY.to_owned();
    let mut help = "";
    for path in &paths {
        let Some((_, kind)) = file_system(&mounts, path) else {
            continue;
        };
        seen.push(format!("{path} on {kind}"));
        if let Some(reason) = HOSTS.stores.bad.get(&kind) {
            state = State::Bad;
            why.clone_from(reason);
            help = "put it on a disk of the host with ext4 or xfs";
        } else if state == State::Good
            && HOSTS
                .stores
                .doubtful
                .iter()
                .any(|one| *one == kind || kind.starts_with(&format!("{one}.")))
        {
            state = State::Warning;
            why = "overlay file systems do not work, or badly, on it".to_owned();
            help = "put it on a disk of the host with ext4 or xfs";
        }
    }
    match seen.is_empty() {
        true => sheet.say(ID, State::Unknown, "no mount is above /var/lib/docker", why, ""),
        false => sheet.say(ID, state, seen.join(", "), why, help),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mount_point_counts() {
        let mounts =
            "/dev/sda / ext4 rw 0 0\nfiler:/x /var/lib nfs4 rw 0 0\n/dev/sdb /var/lib/dockerx xfs rw 0 0\n";
        assert_eq!(
            file_system(mounts, "/var/lib/docker")
                .map(|found| found.1)
                .as_deref(),
            Some("nfs4")
        );
        assert_eq!(
            file_system(mounts, "/srv").map(|found| found.1).as_deref(),
            Some("ext4")
        );
    }
}
