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

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Error),
    ..Rule::facts("sysbox-env", check, include_str!("sysbox_env.rs"))
};

/// Settings of Sysbox that are on or off.
const SWITCHES: [&str; 4] = [
    "SYSBOX_ALLOW_TRUSTED_XATTR",
    "SYSBOX_HONOR_CAPS",
    "SYSBOX_IGNORE_SYSFS_CHOWN",
    "SYSBOX_SYSCONT_MODE",
];

/// The setting that is a list of paths.
const LIST: &str = "SYSBOX_SKIP_UID_SHIFT";

/// Says each variable of the image that Sysbox refuses.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for variable in facts.config.environment() {
        let Some(name) = variable
            .name
            .as_known()
            .filter(|name| name.starts_with("SYSBOX_"))
        else {
            continue;
        };
        let value = variable.value.as_ref().and_then(|value| value.as_known());
        let (message, help) = if SWITCHES.contains(&name) {
            match value {
                None | Some("TRUE" | "FALSE") => continue,
                Some(value) => (
                    format!(
                        "Sysbox refuses `{value}` as the value of {name}, and the container does not start"
                    ),
                    "write TRUE or FALSE, in capitals".to_owned(),
                ),
            }
        } else if name == LIST {
            match value {
                Some(value) if value.contains(char::is_whitespace) || value.contains('=') => (
                    format!("Sysbox refuses the value of {name}, and the container does not start"),
                    "write paths with commas between them, without blanks and `=`".to_owned(),
                ),
                _ => continue,
            }
        } else {
            (
                format!("Sysbox knows no setting {name}, and the container does not start"),
                format!(
                    "it knows {} and {LIST}: rename the variable, or remove it",
                    SWITCHES.join(", ")
                ),
            )
        };
        report.say(&variable.origin, message).help(help);
    }
}
