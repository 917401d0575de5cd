//! apt installs what it merely recommends along with what was asked for.
//!
//! Recommended packages may be several times as large as those that are needed, and each is one more to
//! keep safe. Add `--no-install-recommends`, and name what turns out to be missing.
//!
//! In a workspace the rule is off: there people expect the whole of a tool, with its manual and its
//! completions. Unlike hadolint's rule it counts the option wherever it is given: `-o` with any spelling
//! of the value, glued or not, a file in `/etc/apt/apt.conf.d`, a base image that has one.

use super::asked::{behind, requests, told};
use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::{Certainty, Safety, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3015"],
    levels: Levels::services(Severity::Info),
    scope: Scope::Every,
    fix: Some(Safety::Unsafe),
    ..Rule::facts(
        "recommends-installed",
        check,
        include_str!("recommends_installed.rs"),
    )
};

/// Says each install that takes them.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (written, step, request) in requests(facts).filter(|(_, _, request)| request.takes_recommended) {
        let message = format!("`{}` takes recommended packages along", told(step, request));
        let said = report
            .say_at(request.verb_place.clone(), Certainty::Certain, message)
            .help("add `--no-install-recommends`");
        if let Some(edit) = behind(written, &request.verb_place, " --no-install-recommends") {
            said.fix("leave recommended packages out", Safety::Unsafe, vec![edit]);
        }
    }
}
