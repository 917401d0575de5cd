//! A program is told not to check certificates.
//!
//! https without the check protects from nobody: whoever stands on the way can answer in the place of the
//! server, and what is loaded runs in the image or is built into it. In ENV it holds for whatever is run in
//! the image later.
//!
//! Install ca-certificates, or add the certificate of your own authority, and leave the check on.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Program, Value};
use crate::finding::{Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Warning),
    scope: Scope::Stage,
    ..Rule::facts(
        "certificate-check-off",
        check,
        include_str!("certificate_check_off.rs"),
    )
};

/// Variables that turn the check off, with the values that do so; none where any does.
const VARIABLES: &[(&str, &[&str])] = &[
    ("GIT_SSL_NO_VERIFY", &["1", "true", "yes", "on"]),
    ("NODE_TLS_REJECT_UNAUTHORIZED", &["0"]),
    ("PYTHONHTTPSVERIFY", &["0"]),
    ("NPM_CONFIG_STRICT_SSL", &["false", "0"]),
    ("npm_config_strict_ssl", &["false", "0"]),
    ("YARN_ENABLE_STRICT_SSL", &["false", "0"]),
    ("CONDA_SSL_VERIFY", &["false", "0"]),
];

/// Says each place that turns the check off.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (step, program) in facts.programs_here() {
        if let Some((place, how)) = turns_off(program) {
            let origin = facts.origin_within(step, place);
            report
                .say(&origin, format!("{how} leaves certificates unchecked"))
                .help("install ca-certificates, or the certificate of your own authority");
        }
    }
    for variable in facts.config.variables.iter() {
        let (Some(name), Some(value)) = (variable.name.as_known(), &variable.value) else {
            continue;
        };
        let known = VARIABLES.iter().find(|(known, _)| *known == name);
        let turns_off = known.is_some_and(|(_, values)| {
            value
                .as_known()
                .is_some_and(|value| values.contains(&value.to_ascii_lowercase().as_str()))
        });
        if turns_off && facts.is_here(&variable.origin) {
            report
                .say(
                    &variable.origin,
                    format!("`{name}={value}` leaves certificates unchecked"),
                )
                .help("install ca-certificates, or the certificate of your own authority");
        }
    }
}

/// The word that turns the check off, and how it is told.
fn turns_off(program: &Program) -> Option<(&Place, String)> {
    let name = program.name()?;
    let words = || program.words.iter().skip(1);
    let one_of = |options: &[&str]| {
        let found = words().find(|(word, _)| options.contains(&word.text()))?;
        Some((&found.1, format!("`{}`", found.0.text())))
    };
    let contains = |parts: &[&str]| {
        let found = words().find(|(word, _)| {
            let text = word.text().to_ascii_lowercase();
            parts.iter().any(|part| text.contains(part))
        })?;
        Some((&found.1, format!("`{}`", found.0.text())))
    };
    match name {
        "curl" => one_of(&["--insecure"]).or_else(|| cluster(program, 'k', "HXdouAebcCDEFhKmPQrtTUwxyYz")),
        "wget" | "wget2" => one_of(&["--no-check-certificate"]),
        "git" => contains(&["http.sslverify=false", "http.sslverify=0"])
            .or_else(|| setting(program, "http.sslverify")),
        "npm" | "yarn" | "pnpm" => contains(&["strict-ssl=false", "--no-strict-ssl"])
            .or_else(|| setting(program, "strict-ssl"))
            .or_else(|| setting(program, "enableStrictSsl")),
        // For an index on this machine, or one that is named by its own address, there is nothing to check.
        "pip" | "pip3" | "pipx" | "python" | "python3" => {
            let mut words = words();
            let found = words.find(|(word, _)| word.known_prefix().starts_with("--trusted-host"))?;
            let host = found.0.split_once('=').map(|(_, host)| host);
            let host = host.or_else(|| words.next().map(|(word, _)| word.clone()))?;
            (!is_local(&host)).then(|| (&found.1, format!("`--trusted-host {host}`")))
        }
        "conda" | "mamba" | "micromamba" => {
            setting(program, "ssl_verify").or_else(|| one_of(&["--insecure", "-k"]))
        }
        "apt-get" | "apt" => contains(&["verify-peer=false", "verify-peer=0", "verify-host=false"]),
        "gem" => contains(&[":ssl_verify_mode: 0"]),
        "dnf" | "yum" | "microdnf" => contains(&["sslverify=false", "sslverify=0"]),
        _ => None,
    }
}

/// A letter among the short options of a word; letters after one that takes a value are its value.
fn cluster<'p>(program: &'p Program, letter: char, takes_value: &str) -> Option<(&'p Place, String)> {
    let found = program.words.iter().skip(1).find(|(word, _)| {
        let Some(letters) = word
            .known_prefix()
            .strip_prefix('-')
            .filter(|rest| !rest.starts_with('-'))
        else {
            return false;
        };
        let mut letters = letters
            .chars()
            .take_while(|sign| sign.is_ascii_alphanumeric() || *sign == '#');
        letters
            .by_ref()
            .take_while(|sign| !takes_value.contains(*sign))
            .any(|sign| sign == letter)
    })?;
    Some((&found.1, format!("`{}`", found.0.text())))
}

/// `config set NAME false`, `config NAME false`.
fn setting<'p>(program: &'p Program, name: &str) -> Option<(&'p Place, String)> {
    let at = program.words.iter().position(|(word, _)| {
        word.as_known()
            .is_some_and(|word| word.eq_ignore_ascii_case(name))
    })?;
    let (value, _) = program.words.get(at + 1)?;
    let is_off = ["false", "0", "no"].iter().any(|off| value.is(off));
    is_off.then(|| (&program.words[at].1, format!("`{name} {value}`")))
}

fn is_local(host: &Value) -> bool {
    host.text().starts_with("localhost") || host.text().starts_with("127.")
}
