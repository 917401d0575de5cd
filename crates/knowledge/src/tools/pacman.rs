//! Arch's pacman.

use crate::context::Answer;
use crate::facts::{Manager, PackageAction};
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

const PACMAN: Grammar = Grammar {
    short: "br",
    long: &[
        "dbpath",
        "root",
        "cachedir",
        "config",
        "ignore",
        "overwrite",
        "assume-installed",
    ],
};

/// Says what it does.
pub fn run(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), PACMAN);
    let action = if options.has(&["S", "sync", "U", "upgrade"]) {
        PackageAction::Install
    } else if options.has(&["R", "remove"]) {
        PackageAction::Remove
    } else {
        return;
    };
    if options.has(&["s", "search", "i", "info"]) && !options.has(&["noconfirm"]) {
        return;
    }
    for (word, place) in &options.operands {
        // Arch has no weak dependencies that come along by themselves.
        let package = ((*word).clone(), None);
        effects.package(place, Manager::Pacman, action, package, Answer::Absent);
    }
}
