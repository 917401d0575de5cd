//! The whole distribution is upgraded in a layer.
//!
//! The image then is no longer the release that its FROM names, and every upgraded file lies in it twice.
//! Start from the newer release.

use super::asked::{requests, told};
use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Verb};
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3035"],
    levels: Levels::everywhere(Severity::Warning),
    scope: Scope::Every,
    ..Rule::facts(
        "distribution-upgraded",
        check,
        include_str!("distribution_upgraded.rs"),
    )
};

/// Says each `zypper dup`.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let upgrades = requests(facts).filter(|(_, _, request)| request.verb == Verb::DistributionUpgrade);
    for (_, step, request) in upgrades {
        let message = format!("`{}` makes another release of the base", told(step, request));
        report
            .say_at(request.verb_place.clone(), Certainty::Certain, message)
            .help("start from the release that is wanted");
    }
}
