//! A variable that begins with `SYSBOX_` keeps the container from starting.
//!
//! Sysbox reads its own settings from the variables of a container. It knows five, four of which are
//! TRUE or FALSE in capitals, and refuses to start a container that has another name or value.
//!
//! Call the variable something else, or give it a value that Sysbox takes.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;
use crate::platform::settings;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Error),
    ..Rule::facts("sysbox-env", check, include_str!("sysbox_env.rs"))
};

/// Says each variable of the image that Sysbox refuses.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for variable in facts.config.environment() {
        let Some(name) = variable.name.as_known() else {
            continue;
        };
        let value = variable.value.as_ref().and_then(|value| value.as_known());
        if let Some(refusal) = settings::refusal(name, value) {
            report.say(&variable.origin, refusal.why).help(refusal.help);
        }
    }
}
