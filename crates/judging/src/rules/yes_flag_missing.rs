//! A package manager asks before it acts, and nobody answers.
//!
//! A build has no terminal: the question reads the end of its input, takes it for a no, and the step
//! fails, or does nothing. Give the option that answers: `-y`, `--non-interactive`, `--noconfirm`.
//!
//! One rule for apt, dnf, microdnf, yum, zypper and pacman, and for whatever asks: removals and upgrades
//! too, which hadolint's rules leave out. An answer counts wherever it is given: `-qq`, `-o
//! APT::Get::Assume-Yes=true`, a file in `/etc/apt/apt.conf.d`, `assumeyes` of dnf, `yes |`.

use super::asked::{behind, requests, told};
use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Manager, Verb};
use crate::finding::{Certainty, Safety, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3014", "DL3030", "DL3034", "DL3038"],
    levels: Levels::everywhere(Severity::Warning),
    scope: Scope::Every,
    fix: Some(Safety::Safe),
    ..Rule::facts("yes-flag-missing", check, include_str!("yes_flag_missing.rs"))
};

/// Says each command that asks.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (written, step, request) in requests(facts).filter(|(_, _, request)| request.asks) {
        let (ids, option): (&[&'static str], _) = match request.manager {
            Manager::Apt => (&["DL3014"], " -y"),
            Manager::Yum => (&["DL3030"], " -y"),
            Manager::Zypper => (&["DL3034"], " --non-interactive"),
            Manager::Dnf | Manager::Microdnf => (&["DL3038"], " -y"),
            _ => (&[], " --noconfirm"),
        };
        // A removal or an upgrade that has nothing to do asks nothing.
        let certainty = match request.verb {
            Verb::Install | Verb::DistributionUpgrade => Certainty::Certain,
            _ => Certainty::Possible,
        };
        let message = format!("`{}` asks for a yes that nobody gives", told(step, request));
        let said = report
            .say_at(request.verb_place.clone(), certainty, message)
            .aliases(ids)
            .help(format!("add `{}`", option.trim_start()));
        // zypper's option is one of its own, and stands before the verb.
        let place = match (request.manager, &step.program) {
            (Manager::Zypper, Some(program)) => &program.words[0].1,
            _ => &request.verb_place,
        };
        if let Some(edit) = behind(written, place, option) {
            said.fix("answer with yes", Safety::Safe, vec![edit]);
        }
    }
}
