//! The image is a musl system, for which much of what developers install is not built.
//!
//! Extensions of editors, language servers and prebuilt wheels are made for the GNU C library, and
//! VS Code's remote server supports Alpine only in part.
//!
//! Take a Debian, Ubuntu or Fedora base if people work with such tools.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, Libc};
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbuilder: Some(Severity::Info),
        ..Levels::virtual_machines(Severity::Info)
    },
    ..Rule::facts("libc-musl", check, include_str!("libc_musl.rs"))
};

/// Says it at the base.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    if facts.from.base.libc == Some(Libc::Musl) {
        report
            .say_at(
                facts.from.place.clone(),
                Certainty::Certain,
                format!(
                    "`{}` is a musl system: many tools for developers need the GNU C library",
                    facts.from.reference
                ),
            )
            .help("take a base with the GNU C library, such as Debian or Ubuntu");
    }
}
