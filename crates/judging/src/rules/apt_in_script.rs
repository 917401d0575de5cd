//! `apt` is used where nobody reads its output.
//!
//! `apt` is made for people: its output and options may change with any release, and it says so itself
//! when its output is not a terminal. `apt-get` and `apt-cache` keep theirs. Name them instead.

use super::{Levels, Report, Rule, Scope, Span};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::{Certainty, Edit, Place, Safety, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3027"],
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::workspaces(Severity::Info)
    },
    scope: Scope::Every,
    fix: Some(Safety::Suggested),
    ..Rule::facts("apt-in-script", check, include_str!("apt_in_script.rs"))
};

/// Says each `apt`.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (written, step) in facts.own_commands() {
        let Some(program) = step
            .program
            .as_ref()
            .filter(|program| program.name() == Some("apt"))
        else {
            continue;
        };
        let place = &program.words[0].1;
        let verbs = program.words.iter().skip(1).map(|(word, _)| word.text());
        let instead = verbs.filter(|word| !word.starts_with('-')).find_map(instead);
        let said = report
            .say_at(
                place.clone(),
                Certainty::Certain,
                "`apt` is made for people, and its output changes",
            )
            .help(format!("use `{}`", instead.unwrap_or("apt-get")));
        if let (Some(instead), Place::Text { path, span }) = (instead, place)
            && path.is_empty()
            && written.is_text
            && span.end - span.start == 3
        {
            let Span { start, end } = *span;
            let edit = Edit {
                span: Span { start, end },
                text: instead.to_owned(),
            };
            said.fix(format!("use {instead}"), Safety::Suggested, vec![edit]);
        }
    }
}

/// The program that has the verb under the same name.
fn instead(verb: &str) -> Option<&'static str> {
    match verb {
        "install" | "update" | "upgrade" | "remove" | "purge" | "autoremove" | "clean" => Some("apt-get"),
        "search" | "show" | "policy" => Some("apt-cache"),
        _ => None,
    }
}
