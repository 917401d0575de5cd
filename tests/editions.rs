//! The set of rules of each edition is the one in its list.

use std::fs;
use std::path::Path;

use seaworthy::rules::editions::{EDITIONS, list, written};

/// The first line of the list of an edition that was released.
const FROZEN: &str = "# Frozen: released sets never change.\n";

/// The first line of the list of an edition that is being made.
const OPEN: &str = "# Not released: the test of editions writes this list anew.\n";

#[test]
fn every_list_is_what_the_rules_say() {
    for edition in EDITIONS {
        let text = list(edition).unwrap_or_else(|| panic!("edition {edition} has no list"));
        let fresh = written(edition);
        if let Some(rules) = text.strip_prefix(FROZEN) {
            assert_eq!(
                rules, fresh,
                "edition {edition} was released: a new rule joins the next, a level stays"
            );
            continue;
        }
        if text.strip_prefix(OPEN) != Some(&fresh) {
            let path = format!("crates/judging/src/rules/editions/{edition}.txt");
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            fs::write(&path, format!("{OPEN}{fresh}")).expect("the list can be written");
            panic!("the list of edition {edition} was stale; it is written anew");
        }
    }
}

#[test]
fn every_rule_of_a_list_has_a_level_for_every_profile() {
    for edition in EDITIONS {
        for line in list(edition).unwrap_or_default().lines().skip(1) {
            let (name, levels) = line.split_once(": ").expect("a name and levels");
            assert_eq!(seaworthy::rules::find(name).len(), 1, "{name}");
            let profiles: Vec<&str> = levels
                .split(' ')
                .filter_map(|level| Some(level.split_once('=')?.0))
                .collect();
            let all = seaworthy::contract::Profile::ALL.map(|profile| profile.name());
            assert_eq!(profiles, all, "{name}");
        }
    }
}
