//! systemctl, update-rc.d, chkconfig, rc-update: what starts with the system.

use crate::facts::{AccountChange, Change, UnitState, Value};
use crate::finding::Place;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Says what one of them does.
pub fn run(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "tpnsHM",
        long: &[
            "root",
            "type",
            "property",
            "lines",
            "signal",
            "host",
            "machine",
            "preset-mode",
            "state",
            "level",
        ],
    };
    let options = Options::of(call.arguments(), grammar);
    let operands = options.operands.as_slice();
    match call.program() {
        // Units of a user's own manager do not start with the system.
        "systemctl" if !options.has(&["user", "global"]) => systemctl(&options, operands, effects),
        "deb-systemd-helper" => systemctl(&options, operands, effects),
        "rc-update" => rc_update(operands, effects),
        "systemd-sysusers" => effects.say(call.place, Change::Account(AccountChange::Unseen)),
        "update-rc.d" => {
            if let [unit, (word, _), ..] = operands {
                by_word(unit, word, effects);
            }
        }
        "chkconfig" => match operands {
            [unit, (word, _), ..] => by_word(unit, word, effects),
            [unit] if options.has(&["add"]) => say(unit, UnitState::Enabled, effects),
            [unit] if options.has(&["del"]) => say(unit, UnitState::Disabled, effects),
            _ => {}
        },
        _ => {}
    }
}

fn systemctl(options: &Options, operands: &[&(Value, Place)], effects: &mut Effects) {
    let Some((verb, units)) = operands.split_first() else {
        return;
    };
    let state = match verb.0.as_known() {
        Some("enable" | "reenable" | "preset") => UnitState::Enabled,
        Some("disable") => UnitState::Disabled,
        Some("mask") => UnitState::Masked,
        Some("unmask") => UnitState::Unmasked,
        Some("add-wants" | "add-requires") => {
            for unit in units.iter().skip(1) {
                say(unit, UnitState::Enabled, effects);
            }
            return;
        }
        _ => return,
    };
    // What is enabled for this boot alone, or in another root, is not in the image.
    let elsewhere = options.value(&["root"]).is_some_and(|(root, _)| !root.is("/"));
    if options.has(&["runtime"]) || elsewhere {
        return;
    }
    for unit in units {
        say(unit, state, effects);
    }
}

/// `rc-update add NAME [LEVEL]`, `rc-update -u`, in either order of name and verb.
fn rc_update(operands: &[&(Value, Place)], effects: &mut Effects) {
    let [(verb, _), unit, ..] = operands else { return };
    match verb.as_known() {
        Some("add") => say(unit, UnitState::Enabled, effects),
        Some("del" | "delete") => say(unit, UnitState::Disabled, effects),
        _ => {}
    }
}

/// `update-rc.d NAME enable`, `chkconfig NAME on`.
fn by_word(unit: &(Value, Place), word: &Value, effects: &mut Effects) {
    match word.as_known() {
        Some("enable" | "defaults" | "on") => say(unit, UnitState::Enabled, effects),
        Some("disable" | "remove" | "off") => say(unit, UnitState::Disabled, effects),
        _ => {}
    }
}

fn say((unit, place): &(Value, Place), state: UnitState, effects: &mut Effects) {
    let text = unit.text();
    let name = text
        .strip_suffix(".service")
        .map_or_else(|| unit.clone(), |bare| unit.slice(0..bare.len()));
    let name = match name.as_known().and_then(|name| name.rsplit_once('/')) {
        // A unit may be named by its file.
        Some((_, file)) => Value::known(file),
        None => name,
    };
    effects.say(place, Change::Unit { name, state });
}
