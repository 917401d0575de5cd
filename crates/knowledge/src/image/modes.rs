//! Modes that a layer gives and that hold at the end, as far as rules ask for them.

use std::collections::BTreeSet;

use super::inspected::{Entry, Kind, Layer};
use super::state::State;
use crate::facts::{Change, Effect, ModeReach, Right, Value, gives, is_private_key, path};
use crate::finding::Place;

/// The effects of one layer. What packages own has the mode that its maker gave it.
pub fn of_layer(
    (index, layer): (usize, &Layer),
    last: &State,
    is_owned: &dyn Fn(&str) -> bool,
    place: &dyn Fn(&str) -> Place,
    effects: &mut Vec<Effect>,
) {
    // A folder for everybody stands for all that lies below it.
    let mut open: BTreeSet<&str> = BTreeSet::new();
    let mut entries: Vec<&Entry> = layer.entries.iter().collect();
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    for entry in entries {
        let reach = match entry.kind {
            Kind::File | Kind::Hard(_) => ModeReach::File,
            Kind::Folder => ModeReach::Folder,
            Kind::Link(_) | Kind::Other => continue,
        };
        let said = format!("{:o}", entry.mode & 0o7777);
        let is_open = gives(&said, Right::WrittenByAll) && !gives(&said, Right::Sticky);
        let is_set =
            reach == ModeReach::File && (gives(&said, Right::SetsUser) || gives(&said, Right::SetsGroup));
        let is_key = reach == ModeReach::File && is_private_key(&entry.path);
        let stays = || {
            last.entries
                .get(&entry.path)
                .is_some_and(|seen| seen.layer == index)
        };
        if !(is_open || is_set || is_key) || is_owned(&entry.path) || !stays() {
            continue;
        }
        if is_open && reach == ModeReach::Folder {
            open.insert(&entry.path);
        }
        let mut above = std::iter::successors(folder(&entry.path), |path| folder(path));
        if is_open && !is_set && !is_key && above.any(|folder| open.contains(folder)) {
            continue;
        }
        effects.push(Effect {
            place: place(&entry.path),
            change: Change::Mode {
                path: path::clean(&Value::known(entry.path.as_str())),
                said: Value::known(said),
                reach,
            },
        });
    }
}

/// The folder in which a path lies.
fn folder(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}
