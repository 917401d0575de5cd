//! The lists of packages are fetched in a RUN of their own.
//!
//! The builder keeps the layer of that RUN. When a later RUN gets another package, or the whole file is
//! built again after weeks, the old lists are used: the install takes old versions, or fails with `404 Not
//! Found`, since the distribution has taken them away.
//!
//! Fetch and install in one RUN: `apt-get update && apt-get install …`.

use super::asked::{is_emptied, requests, told};
use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Manager, Verb};
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Warning),
    scope: Scope::Every,
    ..Rule::facts("update-apart", check, include_str!("update_apart.rs"))
};

/// Says each `update` after which its RUN installs nothing and a later one does, without an update of its
/// own.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let of_lists = |manager: Manager| matches!(manager, Manager::Apt | Manager::Apk);
    let all: Vec<_> = requests(facts)
        .filter(|(_, _, request)| of_lists(request.manager))
        .collect();
    let uses = |verb: Verb| matches!(verb, Verb::Install | Verb::Upgrade | Verb::DistributionUpgrade);
    for (index, (written, step, request)) in all.iter().enumerate() {
        let is_last = all[index + 1..]
            .iter()
            .all(|(_, later, again)| later.instruction != step.instruction || again.verb != Verb::Update);
        if request.verb != Verb::Update || !is_last {
            continue;
        }
        let mut later = all[index + 1..].iter();
        let used = later.find(|(_, _, other)| {
            other.manager == request.manager && (uses(other.verb) || other.verb == Verb::Update)
        });
        let Some((_, user, install)) = used.filter(|(_, _, other)| uses(other.verb)) else {
            continue;
        };
        // apk fetches them itself when it keeps none.
        let fetches_itself = request.manager == Manager::Apk && install.caches.is_empty();
        let is_apart = user.instruction != step.instruction;
        if !is_apart || fetches_itself || is_emptied(facts, step, written, &request.caches) {
            continue;
        }
        let message = format!(
            "the lists of `{}` are kept with this RUN, and `{}` uses them in another",
            told(step, request),
            told(user, install)
        );
        report
            .say_at(request.verb_place.clone(), Certainty::Certain, message)
            .related(install.verb_place.clone(), "the install that uses them")
            .help("fetch and install in one RUN, joined by `&&`");
    }
}
