//! ENTRYPOINT or CMD starts something that the platform never starts.
//!
//! envbox runs `/sbin/init`, or waits where there is none, and envbuilder runs its own command:
//! whatever the image says, it is not run. A service that only this starts is down in every workspace.
//!
//! Start it by a systemd unit, or from the workspace's start-up script.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, Setting, StartCommand};
use crate::finding::{Certainty, Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbox: Some(Severity::Warning),
        envbuilder: Some(Severity::Warning),
        ..Levels::nowhere()
    },
    ..Rule::facts("entrypoint-ignored", check, include_str!("entrypoint_ignored.rs"))
};

/// What a command starts.
enum Starts {
    /// A shell, an init, or nothing but time: nobody misses it.
    Harmless,
    /// Whatever comes next: `tini --`, `sh -c`.
    Next,
    /// Something of the image's own.
    Own(String, Place),
}

/// Says the effective command once, at its program.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let here = |setting: &&Setting<StartCommand>| facts.is_here(&setting.origin);
    let entrypoint = facts.config.entrypoints.last();
    let command = facts.config.cmds.last();
    let found = match entrypoint.map(|entrypoint| starts(&entrypoint.value)) {
        Some(Starts::Own(program, place)) if entrypoint.filter(here).is_some() => {
            Some(("ENTRYPOINT", program, place))
        }
        Some(Starts::Harmless) => None,
        _ => match command.filter(here).map(|command| starts(&command.value)) {
            Some(Starts::Own(program, place)) => Some(("CMD", program, place)),
            _ => None,
        },
    };
    if let Some((keyword, program, place)) = found {
        report
            .say_at(
                place,
                Certainty::Certain,
                format!("`{program}` is never started: the platform does not run the image's {keyword}"),
            )
            .help("start it by a systemd unit or from the workspace's start-up script");
    }
}

fn starts(command: &StartCommand) -> Starts {
    let words: Vec<(&str, &Place)> = if command.exec {
        command
            .words
            .iter()
            .map(|(word, place)| (word.text(), place))
            .collect()
    } else {
        let of_text = |(text, place)| {
            let words = crate::facts::Value::text(text).split_whitespace();
            words.map(move |word| (word, place)).collect::<Vec<_>>()
        };
        command
            .words
            .first()
            .map(|(text, place)| of_text((text, place)))
            .unwrap_or_default()
    };
    let mut rest = words.into_iter().peekable();
    while let Some((word, place)) = rest.next() {
        let name = word.rsplit('/').next().unwrap_or(word);
        match name {
            "exec" | "tini" | "dumb-init" | "catatonit" | "env" | "--" => {}
            option if option.starts_with('-') => {}
            "init" | "systemd" | "tail" | "sleep" => return Starts::Harmless,
            "sh" | "bash" | "zsh" | "fish" | "ash" | "dash" => {
                let mut runs = false;
                for (word, place) in rest.by_ref() {
                    match word.strip_prefix('-') {
                        Some(letters) => runs |= letters.contains('c') && !letters.starts_with('-'),
                        None if runs => return script(word, place),
                        None => return Starts::Own(word.to_owned(), place.clone()),
                    }
                }
                return if runs { Starts::Next } else { Starts::Harmless };
            }
            _ => return Starts::Own(word.to_owned(), place.clone()),
        }
    }
    Starts::Next
}

/// A script in a word: what its first command starts.
fn script(text: &str, place: &Place) -> Starts {
    let text = text.trim_matches(['"', '\'']);
    let mut words = text.split_whitespace().filter(|word| *word != "exec");
    let first = words.next().unwrap_or_default();
    let name = first.rsplit('/').next().unwrap_or(first);
    match name {
        "bash" | "sh" | "zsh" | "fish" | "init" | "systemd" | "sleep" | "tail" | "" => Starts::Harmless,
        "while" => Starts::Harmless,
        _ => Starts::Own(first.to_owned(), place.clone()),
    }
}
