//! Editions: the sets of rules that are on by default.
//!
//! A rule joins with an edition and is on in that one and all later ones, so that an upgrade alone turns
//! nobody's run red. The sets stand in the lists beside this file, one an edition, which a test holds
//! against the rules; the list of an edition that was released is never written anew.

use crate::contract::Profile;
use crate::invocation::{Edition, Later};
use crate::rules::{RULES, Rule};

/// The editions that this version knows, the newest last.
pub const EDITIONS: &[&str] = &["2026"];

/// What a rule names as its edition that joins the next one.
pub const NEXT: &str = "next";

/// The list of an edition as it stands in the repository.
pub fn list(edition: &str) -> Option<&'static str> {
    match edition {
        "2026" => Some(include_str!("2026.txt")),
        _ => None,
    }
}

/// Whether a rule belongs to the set that somebody chose.
pub fn has(edition: &Edition, rule: &Rule) -> bool {
    let place = |name: &str| EDITIONS.iter().position(|one| *one == name);
    let chosen = edition.name.as_deref().and_then(place);
    match (edition.later, place(rule.edition)) {
        (Later::Shown, None) => true,
        (Later::Hidden, None) => false,
        // What a chosen edition lacks, a later one has added.
        (Later::Shown, Some(joined)) => chosen.is_none_or(|chosen| joined <= chosen + 1),
        (Later::Hidden, Some(joined)) => chosen.is_none_or(|chosen| joined <= chosen),
    }
}

/// The rules that a preview adds to the set that somebody chose.
pub fn previewed(edition: &Edition) -> impl Iterator<Item = &'static Rule> {
    let hidden = Edition {
        later: Later::Hidden,
        ..edition.clone()
    };
    let shown = Edition {
        later: Later::Shown,
        ..edition.clone()
    };
    RULES
        .iter()
        .filter(move |rule| has(&shown, rule) && !has(&hidden, rule))
}

/// The set of an edition as its list has it: a line a rule, with its level in each profile.
pub fn written(edition: &str) -> String {
    let edition = Edition {
        name: Some(edition.to_owned()),
        later: Later::Hidden,
    };
    let mut text = String::new();
    for rule in RULES.iter().filter(|rule| has(&edition, rule)) {
        text.push_str(rule.name);
        text.push(':');
        for profile in Profile::ALL {
            let level = rule.levels.of(profile).map_or("off", |severity| severity.name());
            text.push_str(&format!(" {}={level}", profile.name()));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(name: Option<&str>, later: Later) -> Edition {
        Edition {
            name: name.map(str::to_owned),
            later,
        }
    }

    #[test]
    fn a_rule_of_the_next_edition_is_on_in_a_preview_alone() {
        let rule = Rule {
            edition: NEXT,
            ..RULES[0]
        };
        for name in [None, Some("2026")] {
            assert!(!has(&edition(name, Later::Hidden), &rule));
            assert!(has(&edition(name, Later::Shown), &rule));
        }
    }

    #[test]
    fn a_rule_of_an_edition_is_on_in_it() {
        for name in [None, Some("2026")] {
            assert!(has(&edition(name, Later::Hidden), &RULES[0]));
        }
    }

    #[test]
    fn every_rule_joins_a_known_edition_or_the_next() {
        for rule in RULES {
            let known = EDITIONS.contains(&rule.edition) || rule.edition == NEXT;
            assert!(known, "{}: {}", rule.name, rule.edition);
        }
    }
}
