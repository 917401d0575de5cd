//! What is known: one table a family.

mod accounts;
mod git;
mod host;
mod images;
mod instructions;
mod languages;
mod network;
mod packages;
mod programs;
mod repositories;
mod scripts;

use super::sign::Kind;

/// The kinds that keep anything from being fetched.
pub const NETWORK: &[&str] = &[
    "proxy-unreachable",
    "proxy-refused",
    "name-resolution",
    "connection-refused",
    "connection-timed-out",
    "network-unreachable",
    "connection-broken",
    "certificate-store-missing",
    "certificate-expired",
    "certificate-untrusted",
    "tls-failed",
    "download-rate-limited",
    "server-error",
];

/// All families. Where one line bears signs of several kinds the first here counts.
pub const FAMILIES: &[&[Kind]] = &[
    host::KINDS,
    accounts::KINDS,
    repositories::KINDS,
    images::KINDS,
    network::KINDS,
    instructions::KINDS,
    packages::KINDS,
    git::KINDS,
    languages::KINDS,
    programs::KINDS,
    scripts::KINDS,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use regex::bytes::RegexBuilder;

    use super::FAMILIES;
    use crate::diagnose::explain::placeholders;
    use crate::diagnose::tables;
    use crate::rules::RULES;

    /// Rules that are named here and stand in a branch of their own.
    const COMING: &[&str] = &["copy-from-no-stage", "copy-target-no-folder", "yes-flag-missing"];

    #[test]
    fn names_are_kebab_case_and_stand_once() {
        let mut seen = BTreeSet::new();
        for kind in tables() {
            assert!(seen.insert(kind.name), "{} stands twice", kind.name);
            let is_fine = |sign: char| sign.is_ascii_lowercase() || sign == '-';
            assert!(kind.name.chars().all(is_fine), "{}", kind.name);
            assert!(!kind.signs.is_empty(), "{}", kind.name);
        }
        assert!(seen.len() >= 60, "{} kinds", seen.len());
        assert!(FAMILIES.len() > 5);
    }

    #[test]
    fn a_consequence_follows_from_a_kind_that_there_is() {
        let names: BTreeSet<&str> = tables().map(|kind| kind.name).collect();
        for kind in tables() {
            for name in kind.after.iter().copied().flatten() {
                assert!(names.contains(name), "{}: {name}", kind.name);
                assert_ne!(*name, kind.name);
            }
        }
    }

    #[test]
    fn a_rule_that_is_named_is_one() {
        let named = tables().flat_map(|kind| kind.signs.iter().map(|sign| sign.rule).chain([kind.rule]));
        for name in named.flatten() {
            let is_one = RULES.iter().any(|rule| rule.name == name) || COMING.contains(&name);
            assert!(is_one, "{name}");
        }
    }

    #[test]
    fn sentences_name_groups_of_their_patterns() {
        for kind in tables() {
            for sign in kind.signs {
                let regex = RegexBuilder::new(sign.pattern).unicode(false).build();
                let regex = regex.unwrap_or_else(|error| panic!("{}: {error}", kind.name));
                let groups: BTreeSet<&str> = regex.capture_names().flatten().collect();
                let mut used: BTreeSet<&str> = placeholders(sign.cause).collect();
                used.extend(placeholders(sign.help.unwrap_or(kind.help)));
                for name in used {
                    let is_known = groups.contains(name) || name == "builder";
                    assert!(
                        is_known,
                        "{}: `{name}` is in no group of {}",
                        kind.name, sign.pattern
                    );
                }
                assert!(sign.pattern.is_ascii(), "{}", sign.pattern);
                assert!(!regex.is_match(b""), "{}: {}", kind.name, sign.pattern);
            }
        }
    }
}
