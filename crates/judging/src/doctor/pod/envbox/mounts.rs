//! What is mounted into the outer container, and what of it is handed on.

use super::super::{Container, Pod, Volume, below, stores};
use crate::doctor::{Kind, Sheet, State};

/// Stores that the outer container must have on volumes.
const STORES: [(&str, &str); 5] = [
    (
        "/var/lib/coder/docker",
        "it becomes /var/lib/docker inside: without it images are lost at a restart",
    ),
    (
        "/var/lib/coder/containers",
        "it becomes /var/lib/containers inside",
    ),
    (
        "/var/lib/docker",
        "the outer engine's store lies on the pod's own overlay otherwise",
    ),
    (
        "/var/lib/containers",
        "the store of outer containers lies on the pod's own overlay otherwise",
    ),
    (
        "/var/lib/sysbox",
        "what Sysbox keeps lies on the pod's own overlay otherwise",
    ),
];

/// Where Sysbox keeps what it needs.
const SYSBOX_STORE: &str = "/var/lib/sysbox";

/// The least that it is to hold, in bytes. Source: nestybox/sysbox docs/user-guide/configuration.md.
const SYSBOX_STORE_LEAST: u64 = 10_000_000_000;

pub(super) fn check(pod: &Pod, main: &Container, kind: Kind, sheet: &mut Sheet) {
    const ID: &str = "mounts";
    if kind == Kind::Envbox {
        for (path, why) in STORES {
            if !main.mounts.iter().any(|mount| below(path, &mount.path)) {
                sheet.say(
                    ID,
                    State::Warning,
                    format!("nothing is mounted at {path}"),
                    why,
                    "`seaworthy mounts --profile envbox` prints what belongs there",
                );
            }
        }
        handed_on(main, sheet);
    }
    for mount in &main.mounts {
        if mount.path.trim_end_matches('/') == SYSBOX_STORE
            && let Some(Volume::Empty(Some(most))) = pod.volume(&mount.volume)
            && *most < SYSBOX_STORE_LEAST
        {
            sheet.say(
                ID,
                State::Warning,
                format!("{SYSBOX_STORE} may hold {:.1} GB", *most as f64 / 1e9),
                "Sysbox recommends 10 GB and more for what it keeps",
                "raise sizeLimit to 10Gi, or take it away",
            );
        }
    }
    let paths: Vec<&str> = STORES.iter().map(|store| store.0).collect();
    stores(pod, main, &paths, sheet);
    // One folder in two places: the engine's store would be the home.
    for (index, mount) in main.mounts.iter().enumerate() {
        let twin = main.mounts[..index].iter().find(|other| {
            other.volume == mount.volume && other.part == mount.part && other.path != mount.path
        });
        let by_name = |one: &Volume| match one {
            Volume::Claim(name) => Some(name.clone()),
            _ => None,
        };
        let own = pod.volume(&mount.volume).and_then(by_name);
        let same = twin.or_else(|| {
            let name = own.as_ref()?;
            main.mounts[..index].iter().find(|other| {
                other.part == mount.part
                    && other.path != mount.path
                    && pod.volume(&other.volume).and_then(by_name).as_ref() == Some(name)
            })
        });
        if let Some(same) = same {
            let kept = |path: &str| paths.contains(&path.trim_end_matches('/')) || below(path, "/home");
            if kept(&mount.path) && kept(&same.path) {
                sheet.say(
                    ID,
                    State::Bad,
                    format!("{} and {} are one folder", same.path, mount.path),
                    "home and stores overwrite each other",
                    "give each a subPath of its own",
                );
            }
        }
    }
    if sheet.has_none(ID) {
        sheet.good(
            ID,
            format!("{} mounts", main.mounts.len()),
            "home and stores are kept",
        );
    }
}

fn handed_on(main: &Container, sheet: &mut Sheet) {
    const ID: &str = "mounts";
    let Some(list) = main
        .text("CODER_MOUNTS")
        .filter(|text| !text.contains("$(") && !text.contains("${"))
    else {
        if main.variable("CODER_MOUNTS").is_none() {
            sheet.say(
                ID,
                State::Warning,
                "CODER_MOUNTS is missing",
                "nothing of the outer container is seen inside: the home is lost at a restart",
                "CODER_MOUNTS=/home/coder:/home/coder",
            );
        }
        return;
    };
    for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let parts: Vec<&str> = entry.split(':').collect();
        let (source, target, mode) = match parts.as_slice() {
            [source, target] => (*source, *target, None),
            [source, target, mode] => (*source, *target, Some(*mode)),
            _ => {
                sheet.say(
                    ID,
                    State::Bad,
                    format!("CODER_MOUNTS has `{entry}`"),
                    "an entry is a source, a target and perhaps `ro`",
                    "write it like /home/coder:/home/coder",
                );
                continue;
            }
        };
        if !source.starts_with('/') || !target.starts_with('/') {
            sheet.say(
                ID,
                State::Bad,
                format!("CODER_MOUNTS has `{entry}`"),
                "both are paths from the root on",
                "write them with a / in front",
            );
            continue;
        }
        if let Some(mode) = mode
            && mode != "ro"
        {
            sheet.say(
                ID,
                State::Warning,
                format!("CODER_MOUNTS has `{entry}`"),
                format!("only `ro` is known: `{mode}` is taken for read-write"),
                "write ro, or nothing",
            );
        }
        let directly = |path: &str| {
            let path = path.trim_end_matches('/');
            path == "/root"
                || path
                    .strip_prefix("/home/")
                    .is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
        };
        if directly(target) && !directly(source) {
            sheet.say(ID, State::Bad, format!("CODER_MOUNTS has `{entry}`"), "a source that is neither /root nor directly in /home is given to root: the user cannot write to the home", format!("mount the volume at {target}, and hand that on"));
        }
        if !main
            .mounts
            .iter()
            .any(|mount| below(source, &mount.path) && mount.path != "/")
        {
            sheet.say(
                ID,
                State::Bad,
                format!("CODER_MOUNTS has `{entry}`"),
                "nothing is mounted at the source: what is written there is lost",
                format!("mount a volume at {source}"),
            );
        }
    }
}
