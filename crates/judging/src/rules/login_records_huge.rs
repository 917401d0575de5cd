//! A user with a high number makes the files that count logins huge.
//!
//! useradd writes an entry for the new user into `/var/log/faillog` and `/var/log/lastlog`, which have one
//! of fixed size for each number up to it. On disk the rest is a hole; in a layer it is gigabytes of
//! zeros. Add `-l`, or take a number of five digits.
//!
//! A number in a variable is looked up, and where it stays unknown nothing is said.

use super::asked::behind;
use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Purpose};
use crate::finding::{Certainty, Safety, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3046"],
    levels: Levels::everywhere(Severity::Warning),
    scope: Scope::Every,
    fix: Some(Safety::Safe),
    ..Rule::facts("login-records-huge", check, include_str!("login_records_huge.rs"))
};

/// Says each such number.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (written, step) in facts.own_commands() {
        let (Purpose::LoginRecords(uid, place), Some(program)) = (&written.purpose, &step.program) else {
            continue;
        };
        let message = format!("with the number {uid} the files that count logins become huge");
        let said = report
            .say_at(place.clone(), Certainty::Certain, message)
            .help("add `-l`");
        if let Some(edit) = behind(written, &program.words[0].1, " -l") {
            said.fix("leave the user out of them", Safety::Safe, vec![edit]);
        }
    }
}
