//! systemd is the first process, and the container is stopped by a signal that it does not heed.
//!
//! Docker sends SIGTERM to stop a container. systemd as the first process takes that for a wish to
//! start itself anew: the container runs on until it is killed, and services get no chance to end
//! well. `SIGRTMIN+3` is what systemd takes for a shutdown.
//!
//! Write `STOPSIGNAL SIGRTMIN+3`, or `37` where a runtime does not know the name.

use super::{Levels, Report, Rule, start};
use crate::contract::Contract;
use crate::facts::{Answer, Facts, Init};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        cvm: None,
        envbox: None,
        ..Levels::virtual_machines(Severity::Info)
    },
    ..Rule::facts("stopsignal-systemd", check, include_str!("stopsignal_systemd.rs"))
};

/// Says STOPSIGNAL, or the word that starts systemd where there is none.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let started = start::of(facts);
    let Some(first) = started.words.first().filter(|_| !started.is_open) else {
        return;
    };
    let text = first.value.text();
    let is_systemd = !first.is_script && facts.is_here(&first.origin) && start::is_init(text);
    // An init that is known to be another's heeds other signals.
    let is_other = matches!(facts.init(), Answer::Known(Init::Busybox | Init::Other));
    if !is_systemd || (is_other && text.ends_with("init")) {
        return;
    }
    match facts.config.stop_signals.last() {
        Some(signal) => {
            let named = signal.value.as_known().map(str::to_ascii_uppercase);
            let Some(named) = named else { return };
            if matches!(named.as_str(), "SIGRTMIN+3" | "RTMIN+3" | "37") {
                return;
            }
            report
                .say(
                    &signal.origin,
                    format!("systemd does not stop at {}", signal.value),
                )
                .help("write `STOPSIGNAL SIGRTMIN+3`");
        }
        // What an unknown base sets is not known.
        None if !facts.from.is_known => {}
        None => {
            let mut origin = first.origin.clone();
            origin.place = first.place.clone();
            report
                .say(&origin, "systemd does not stop at SIGTERM, which is what it gets")
                .help("add `STOPSIGNAL SIGRTMIN+3`");
        }
    }
}
