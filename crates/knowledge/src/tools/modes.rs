//! chmod, and what else gives a mode: `mkdir -m`, `install -m`, `find -exec chmod`.

use crate::facts::{Change, ModeReach, Value};
use crate::finding::Place;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Says what chmod does.
pub fn chmod(call: &Call, effects: &mut Effects) {
    let arguments = call.arguments();
    let grammar = Grammar {
        short: "",
        long: &["reference"],
    };
    // `chmod -x FILE`: what looks like options is the mode.
    let takes_away = |(word, _): &&(Value, Place)| {
        let letters = word.text().strip_prefix('-').unwrap_or_default();
        let is_rights = |letters: &str| letters.bytes().all(|letter| b"rwxXst,+-=ugoa".contains(&letter));
        !letters.is_empty() && !letters.starts_with('-') && is_rights(letters)
    };
    let options = Options::of(arguments, grammar);
    let reach = match options.has(&["R", "recursive"]) {
        true => ModeReach::Tree,
        false => ModeReach::Path,
    };
    let first = arguments.iter().find(takes_away);
    let named = match (first, options.has(&["reference"])) {
        (None, false) => 1,
        _ => 0,
    };
    let mode = first.or(options.operands.first().copied().filter(|_| named == 1));
    for (target, place) in options.operands.iter().skip(named) {
        let path = call.path(target);
        effects.say(
            place,
            Change::Own {
                path: path.clone(),
                owner: None,
                recursive: reach == ModeReach::Tree,
            },
        );
        say(mode.map(|(mode, place)| (mode, place)), path, reach, effects);
    }
}

/// Says a mode that is given to a path.
pub fn say(mode: Option<(&Value, &Place)>, path: Value, reach: ModeReach, effects: &mut Effects) {
    if let Some((mode, place)) = mode {
        let said = mode.clone();
        effects.say(place, Change::Mode { path, said, reach });
    }
}

/// `find FOLDER -exec chmod MODE {} +`.
pub fn found(call: &Call, effects: &mut Effects) {
    let arguments = call.arguments();
    let texts: Vec<&str> = arguments.iter().map(|(value, _)| value.text()).collect();
    let runs =
        |pair: &[&str]| matches!(pair[0], "-exec" | "-execdir") && matches!(pair[1], "chmod" | "/bin/chmod");
    let Some(at) = texts.windows(2).position(runs) else {
        return;
    };
    let mut words = arguments[at + 2..].iter();
    let Some((mode, place)) =
        words.find(|(word, _)| !matches!(word.text(), "-R" | "-v" | "-c" | "-f" | "--"))
    else {
        return;
    };
    let kind = texts
        .windows(2)
        .find(|pair| pair[0] == "-type")
        .map(|pair| pair[1]);
    let reach = match kind {
        Some("d") => ModeReach::Folders,
        Some("f") => ModeReach::Files,
        _ => ModeReach::Tree,
    };
    let roots = arguments
        .iter()
        .take_while(|(value, _)| !value.text().starts_with(['-', '(', '!']));
    for (folder, _) in roots {
        say(Some((mode, place)), call.path(folder), reach, effects);
    }
}
