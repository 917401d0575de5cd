//! A build step uses sudo.
//!
//! Steps of a build run as root unless USER says otherwise, so sudo does nothing there but change
//! variables and signals; and as another user it is one more way to become root that stays in the image.
//! Switch with USER, and back.
//!
//! In a workspace the rule is off: people there have sudo and are meant to, and a step as the workspace
//! user that needs root for a moment reads well with it.

use super::Span;
use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::{Certainty, Edit, Place, Safety, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3004"],
    levels: Levels::services(Severity::Error),
    scope: Scope::Every,
    fix: Some(Safety::Unsafe),
    ..Rule::facts("sudo-used", check, include_str!("sudo_used.rs"))
};

/// Says each command that goes through sudo.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (written, step) in facts.own_commands() {
        let Some(program) = &step.program else { continue };
        let taken_off = program.wrappers.iter().position(|wrapper| *wrapper == "sudo");
        let place = match taken_off {
            Some(at) => program.wrapper_places.get(at),
            None => (program.name() == Some("sudo")).then(|| &program.words[0].1),
        };
        let Some(place) = place else { continue };
        let said = report
            .say_at(place.clone(), Certainty::Certain, "a build step uses sudo")
            .help("run the step as root: USER root before it, and the other user after it");
        // Only a bare `sudo` with nothing between it and the command goes without a change.
        if written.is_text
            && let (Place::Text { path, span }, Place::Text { span: next, .. }) = (place, &program.words[0].1)
            && path.is_empty()
            && taken_off == Some(0)
            && program.wrappers.len() == 1
            && next.start == span.end + 1
            && span.end - span.start == 4
        {
            let edit = Edit {
                span: Span {
                    start: span.start,
                    end: next.start,
                },
                text: String::new(),
            };
            said.fix("leave sudo out", Safety::Unsafe, vec![edit]);
        }
    }
}
