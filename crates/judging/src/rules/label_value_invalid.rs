//! A label's value is not of the kind that the config asks for.
//!
//! `labels` in the config says of each label what it holds: `text`, `url`, `rfc3339`, `semver`, `hash`,
//! `spdx` or `email`. Tools that read the label fail on anything else, and on an empty one. Write a value of
//! that kind.
//!
//! Variables are looked up; a value of which something is not known is not judged. A licence may be an
//! expression (`MIT OR Apache-2.0`), as SPDX and the image specification have it.

use super::{Report, Rule, Scope, labels};
use crate::contract::{Contract, LabelKind};
use crate::facts::Facts;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &[
        "DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058",
    ],
    levels: super::Levels::everywhere(Severity::Warning),
    scope: Scope::Every,
    ..Rule::facts(
        "label-value-invalid",
        check,
        include_str!("label_value_invalid.rs"),
    )
};

/// Says each such value.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    for (name, value, origin) in labels::own(facts) {
        let (Some(name), Some(value)) = (name.as_known(), value.as_known()) else {
            continue;
        };
        let Some(kind) = contract.labels.get(name) else {
            continue;
        };
        if value.is_empty() {
            report
                .say(origin, format!("the label `{name}` is empty"))
                .aliases(&["DL3051"]);
            continue;
        }
        let (ids, is_good, what): (&[&'static str], _, _) = match kind {
            LabelKind::Text => continue,
            LabelKind::Url => (&["DL3052"], is_url(value), "a URL"),
            LabelKind::Rfc3339 => (&["DL3053"], is_time(value), "a time such as 2026-01-31T12:00:00Z"),
            LabelKind::Spdx => (
                &["DL3054"],
                spdx::Expression::parse(value).is_ok(),
                "a licence of SPDX's",
            ),
            LabelKind::Hash => (&["DL3055"], is_hash(value), "a hash of git's, of 7 or 40 digits"),
            LabelKind::Semver => (
                &["DL3056"],
                semver::Version::parse(value).is_ok(),
                "a version such as 1.2.3",
            ),
            LabelKind::Email => (&["DL3058"], is_address(value), "a mail address"),
        };
        if !is_good {
            report
                .say(origin, format!("the label `{name}` is not {what}: `{value}`"))
                .aliases(ids);
        }
    }
}

/// A URI with a scheme, of the signs that RFC 3986 allows.
fn is_url(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once(':') else {
        return false;
    };
    let good_scheme = scheme.starts_with(|sign: char| sign.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|sign| sign.is_ascii_alphanumeric() || b"+-.".contains(&sign));
    good_scheme
        && !rest.is_empty()
        && rest
            .bytes()
            .all(|sign| sign.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&sign))
}

/// A date and a time with its zone, as RFC 3339 has it.
fn is_time(value: &str) -> bool {
    let bytes = value.as_bytes();
    if bytes.len() < 20 || !value.is_ascii() {
        return false;
    }
    let number = |range: std::ops::Range<usize>| -> Option<u32> {
        let part = value.get(range)?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())?
    };
    let signs = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    let has_signs = signs.iter().all(|(at, sign)| bytes[*at] == *sign) && matches!(bytes[10], b'T' | b't');
    let in_range = |range: std::ops::Range<usize>, least: u32, most: u32| {
        number(range).is_some_and(|value| (least..=most).contains(&value))
    };
    let has_numbers = number(0..4).is_some()
        && in_range(5..7, 1, 12)
        && in_range(8..10, 1, 31)
        && in_range(11..13, 0, 23)
        && in_range(14..16, 0, 59)
        && in_range(17..19, 0, 60);
    let rest = &value[19..];
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|sign: char| sign.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    let is_zone = |zone: &str| {
        let zone = zone.as_bytes();
        zone.len() == 6
            && matches!(zone[0], b'+' | b'-')
            && zone[3] == b':'
            && [1, 2, 4, 5].iter().all(|at| zone[*at].is_ascii_digit())
    };
    has_signs && has_numbers && (matches!(rest, "Z" | "z") || is_zone(rest))
}

fn is_hash(value: &str) -> bool {
    matches!(value.len(), 7 | 40)
        && value
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// An address without a name before it: signs of a dot-atom, one `@`, a domain.
fn is_address(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else {
        return false;
    };
    let is_atoms = |text: &str, more: &[u8]| {
        !text.is_empty()
            && text.split('.').all(|atom| {
                !atom.is_empty()
                    && atom
                        .bytes()
                        .all(|sign| sign.is_ascii_alphanumeric() || more.contains(&sign))
            })
    };
    is_atoms(local, b"!#$%&'*+-/=?^_`{|}~") && is_atoms(domain, b"-")
}
