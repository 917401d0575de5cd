//! Modes that a layer gives and that hold at the end, as far as rules ask for them.

use std::collections::BTreeSet;

use super::inspected::{Entry, Kind, Layer};
use super::state::State;
use crate::facts::{Change, Effect, ModeReach, Right, Value, is_private_key, path};
use crate::finding::Place;

/// The effects of one layer. What packages own has the mode that its maker gave it.
pub fn of_layer(
    (index, layer): (usize, &Layer),
    last: &State,
    is_owned: &dyn Fn(&str) -> bool,
    place: &dyn Fn(&str) -> Place,
    effects: &mut Vec<Effect>,
) {
    let mut asked: Vec<(&Entry, Asked)> = layer
        .entries
        .iter()
        .filter_map(|entry| Some((entry, Asked::of(entry)?)))
        .filter(|(entry, _)| !is_owned(&entry.path))
        .filter(|(entry, _)| {
            last.entries
                .get(&entry.path)
                .is_some_and(|seen| seen.layer == index)
        })
        .collect();
    asked.sort_by_key(|(entry, _)| &entry.path);
    // A folder for everybody stands for all that lies below it.
    let mut open: BTreeSet<&str> = BTreeSet::new();
    for (entry, asked) in asked {
        let mut above = std::iter::successors(folder(&entry.path), |path| folder(path));
        if asked == Asked::Open && above.any(|folder| open.contains(folder)) {
            continue;
        }
        let reach = match entry.kind {
            Kind::Folder => ModeReach::Folder,
            _ => ModeReach::File,
        };
        if asked == Asked::Open && reach == ModeReach::Folder {
            open.insert(&entry.path);
        }
        effects.push(Effect {
            place: place(&entry.path),
            change: Change::Mode {
                path: path::clean(&Value::known(entry.path.as_str())),
                said: Value::known(format!("{:o}", entry.mode & 0o7777)),
                reach,
            },
        });
    }
}

/// Why somebody asks for the mode of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Everybody may write it, and for no other reason.
    Open,
    /// It runs as its owner or group, or it is a key.
    ForItself,
}

impl Asked {
    fn of(entry: &Entry) -> Option<Self> {
        let is_file = match entry.kind {
            Kind::File | Kind::Hard(_) => true,
            Kind::Folder => false,
            Kind::Link(_) | Kind::Other => return None,
        };
        let is = |right: Right| right.is_in(entry.mode);
        if is_file && (is(Right::SetsUser) || is(Right::SetsGroup) || is_private_key(&entry.path)) {
            return Some(Self::ForItself);
        }
        (is(Right::WrittenByAll) && !is(Right::Sticky)).then_some(Self::Open)
    }
}

/// The folder in which a path lies.
fn folder(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}
