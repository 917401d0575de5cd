//! The paths of the node that the outer container needs.

use super::super::{Container, Pod, Volume};
use crate::doctor::{Kind, Sheet, State, Wish};
use crate::platform::mounts::{AutoLoad, Mode, Source, Wanted, mounts as expected};

/// The source on the host of a mount at a path, and whether it can be written to.
fn of_host<'a>(pod: &'a Pod, main: &Container, path: &str) -> Option<(&'a Volume, Mode)> {
    let mount = main
        .mounts
        .iter()
        .find(|mount| mount.path.trim_end_matches('/') == path)?;
    let mode = if mount.read_only {
        Mode::ReadOnly
    } else {
        Mode::ReadWrite
    };
    Some((pod.volume(&mount.volume)?, mode))
}

pub(super) fn check(pod: &Pod, main: &Container, kind: Kind, wish: &Wish, sheet: &mut Sheet) {
    const ID: &str = "host-paths";
    let wanted = match kind {
        Kind::Cvm => Wanted::Cvm(wish.caching, AutoLoad::Off),
        Kind::Envbox | Kind::Sysbox => Wanted::Envbox("coder".to_owned()),
    };
    let all = expected(&wanted).unwrap_or_default();
    let hosts = all.iter().filter_map(|mount| match &mount.source {
        Source::Host(path) => Some((path.as_str(), mount)),
        Source::Claim(_) | Source::Empty => None,
    });
    for (path, mount) in hosts {
        let shown = |mode: Mode| {
            if mode == Mode::ReadOnly {
                "read-only"
            } else {
                "read-write"
            }
        };
        match of_host(pod, main, path) {
            Some((Volume::Host(source), mode)) if source.trim_end_matches('/') == path => {
                match (mount.mode, mode) {
                    (Mode::ReadWrite, Mode::ReadOnly) => {
                        sheet.say(
                            ID,
                            State::Bad,
                            format!("{path} is read-only"),
                            mount.why,
                            format!("mount it {}", shown(mount.mode)),
                        );
                    }
                    (Mode::ReadOnly, Mode::ReadWrite) => {
                        let why = format!(
                            "{}: reading is enough, and what is written changes the node",
                            mount.why
                        );
                        let but = if wish.is_cached() {
                            ", unless shiftfs is loaded by itself"
                        } else {
                            ""
                        };
                        sheet.say(
                            ID,
                            State::Warning,
                            format!("{path} is read-write"),
                            why,
                            format!("readOnly: true{but}"),
                        );
                    }
                    _ => {}
                }
            }
            Some(_) => sheet.say(
                ID,
                State::Bad,
                format!("{path} is not the host's"),
                mount.why,
                format!("mount {path} of the host"),
            ),
            None => {
                // Headers may be missing on a host, too: Sysbox warns and goes on.
                let state = if path == "/usr/src" {
                    State::Warning
                } else {
                    State::Bad
                };
                sheet.say(
                    ID,
                    state,
                    format!("{path} is not mounted"),
                    mount.why,
                    format!("mount {path} of the host, {}", shown(mount.mode)),
                );
            }
        }
    }
    if kind == Kind::Cvm && !wish.is_cached() {
        for path in ["/var/run", "/var/lib"] {
            if matches!(of_host(pod, main, path), Some((Volume::Host(_), _))) {
                sheet.say(
                    ID,
                    State::Warning,
                    format!("{path} of the host is mounted"),
                    "only caching needs it",
                    "take it away, or check with --caching",
                );
            }
        }
    }
    if sheet.has_none(ID) {
        sheet.good(
            ID,
            "as they must be",
            "Sysbox in the outer container looks for headers and modules of the running kernel",
        );
    }
}
