//! LANG or LC_* names a locale that the image does not have.
//!
//! Programs then warn at every start (`cannot change locale`), sort and compare by bytes, and some
//! refuse to run. Small images have C, POSIX and C.UTF-8 alone; every other locale has to be made.
//! Debian's `locale-gen` makes what stands in `/etc/locale.gen` and takes no arguments; Ubuntu's does.
//!
//! Generate it, or set C.UTF-8, which is there.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Answer, Facts, Family, Libc, Reach, Value, path};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::workspaces(Severity::Warning),
    ..Rule::facts(
        "locale-not-generated",
        check,
        include_str!("locale_not_generated.rs"),
    )
};

/// Says each locale once.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let mut told: Vec<&str> = Vec::new();
    for variable in facts.config.environment() {
        let named = variable.name.text() == "LANG" || variable.name.text().starts_with("LC_");
        let value = variable.value.as_ref().and_then(Value::as_known);
        let Some(name) = value.filter(|_| named && facts.is_here(&variable.origin)) else {
            continue;
        };
        if told.contains(&name) || !is_there(facts, name).is_absent() {
            continue;
        }
        told.push(name);
        let help = match facts.from.base.family {
            Some(Family::Debian) => {
                "add it to /etc/locale.gen and run locale-gen, which takes no names here; or set C.UTF-8"
            }
            Some(Family::Ubuntu) => "install locales and run `locale-gen` with its name; or set C.UTF-8",
            _ => "install its language pack; or set C.UTF-8",
        };
        report
            .say(
                &variable.origin,
                format!(
                    "{} names the locale `{name}`, which nothing generates",
                    variable.name
                ),
            )
            .help(help);
    }
}

/// Whether a locale is there when the build ends.
pub fn is_there(facts: &Facts, name: &str) -> Answer {
    let base = &facts.from.base;
    if is_plain(name) {
        return Answer::Known(());
    }
    // musl takes any name, and has no locales.
    let Some(there) = base.locales.as_ref().filter(|_| base.libc != Some(Libc::Musl)) else {
        return Answer::Unknown;
    };
    let generated = |locale: &crate::facts::Locale| may_be(&locale.name, name);
    if there.iter().any(|locale| same(locale, name)) || facts.locales.iter().any(generated) {
        return Answer::Known(());
    }
    if facts.is_opaque(Reach::Files, 0, facts.next_step()) {
        return Answer::Unknown;
    }
    Answer::Absent
}

/// C, POSIX and C.UTF-8 in any spelling, which every C library has.
fn is_plain(name: &str) -> bool {
    matches!(plain(name).as_str(), "" | "c" | "posix" | "cutf8")
}

/// As the C library compares names: case and dashes of the character set do not count.
fn plain(name: &str) -> String {
    let kept = name
        .chars()
        .filter(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '@'));
    kept.collect::<String>().to_ascii_lowercase()
}

/// Whether two names mean one locale; one without a character set is taken for any.
fn same(one: &str, other: &str) -> bool {
    let bare = |name: &str| !name.contains('.');
    let stem = |name: &str| plain(name.split('.').next().unwrap_or(name));
    plain(one) == plain(other) || (bare(one) || bare(other)) && stem(one) == stem(other)
}

/// Whether what was generated is, or may be, the locale.
fn may_be(generated: &Value, name: &str) -> bool {
    match generated.as_known() {
        Some("*") => true,
        Some(pattern) if pattern.ends_with('*') => {
            path::glob_matches(&format!("{}_*", pattern.trim_end_matches('*')), name)
        }
        Some(known) => same(known, name),
        None => {
            let (start, end) = (generated.known_prefix(), generated.known_suffix());
            name.starts_with(start) && plain(name).ends_with(&plain(end))
        }
    }
}
