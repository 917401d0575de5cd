//! What an image has where a workspace mounts something over it.

use crate::contract::Contract;
use crate::facts::{Facts, WriteKind, path};
use crate::rules::mounted;

/// The most paths that are looked for: the others have the same cause.
const MOST: usize = 400;

/// Folders that do not outlive the start of a system.
const VOLATILE: [&str; 3] = ["/tmp", "/run", "/dev/shm"];

/// Paths of the image that may not be seen in the workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MayBeLost {
    /// Below what is mounted: the home above all.
    pub mounted: Vec<String>,
    /// Below `/tmp`, `/run` and `/dev/shm`.
    pub volatile: Vec<String>,
}

/// Files that the image itself has there. Those that its base has are not its own, and what useradd
/// copied from `/etc/skel` is made again.
pub fn may_be_lost(facts: &Facts, contract: &Contract) -> MayBeLost {
    let owner = mounted::owner(facts, contract);
    let cache = format!("{}/.cache", owner.home);
    let volumes = mounted::volumes(facts, contract);
    let mut all = MayBeLost::default();
    for file in facts.files.staying() {
        let Some(place) = file.path.as_known().filter(|_| facts.is_here(&file.written)) else {
            continue;
        };
        if file.kind == WriteKind::Folder {
            continue;
        }
        let below = |folder: &str| path::below(folder, &file.path);
        let list = if volumes.iter().any(|volume| below(volume)) && !path::covers(&cache, &file.path) {
            &mut all.mounted
        } else if VOLATILE.iter().any(|folder| below(folder)) {
            &mut all.volatile
        } else {
            continue;
        };
        if list.len() < MOST {
            list.push(place.to_owned());
        }
    }
    for list in [&mut all.mounted, &mut all.volatile] {
        list.sort();
        list.dedup();
    }
    all
}
