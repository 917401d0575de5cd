//! https fails: the image has no certificates of authorities at this step.
//!
//! Small Debian and Ubuntu images come without ca-certificates. curl, wget and git merely recommend
//! it, so `--no-install-recommends` leaves it out, and then every download over https ends with
//! `unable to get local issuer certificate`.
//!
//! Install ca-certificates together with the program.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Meaning, Program, Value, path};
use crate::finding::{Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Error),
    scope: Scope::Stage,
    ..Rule::facts("https-without-ca", check, include_str!("https_without_ca.rs"))
};

/// Says the first step that needs them.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    // Nearly every base that matters here has them or is not known: then nothing is asked.
    if !facts.from.base.ca_certificates().is_absent() || is_unverified(facts) {
        return;
    }
    for (index, step) in facts.steps.iter().enumerate() {
        if !step.is_here() || step.tolerated || step.is_fallback {
            continue;
        }
        let Some(program) = &step.program else { continue };
        let Some((name, place, source)) = asks(facts, program, index) else {
            continue;
        };
        if facts.command(name, index).is_absent() || !facts.certificates(index).is_absent() {
            continue;
        }
        let origin = facts.origin_within(index, place);
        let said = report
            .say(
                &origin,
                format!("`{name}` cannot check the certificate: ca-certificates is not there"),
            )
            .help("install ca-certificates before");
        if let Some(source) = source {
            said.related(source, "this source of packages is read over https");
        }
        return;
    }
}

/// The program that goes over https, where that is said, and the source that makes it so.
fn asks<'p>(
    facts: &Facts,
    program: &'p Program,
    step: usize,
) -> Option<(&'static str, &'p Place, Option<Place>)> {
    let has = |options: &[&str]| {
        let mut words = program.words.iter().skip(1).map(|(word, _)| word.text());
        words.any(|word| {
            let is_cluster = |letter: &str| {
                word.starts_with('-') && !word.starts_with("--") && letter.len() == 1 && word.contains(letter)
            };
            options.iter().any(|option| {
                word == *option || word.starts_with(&format!("{option}=")) || is_cluster(option)
            })
        })
    };
    let url = || {
        let mut words = program.words.iter().skip(1);
        words
            .find(|(word, _)| word.known_prefix().starts_with("https://"))
            .map(|(_, place)| place)
    };
    match program.name()? {
        "curl"
            if !has(&[
                "k",
                "--insecure",
                "--cacert",
                "--capath",
                "--config",
                "--proxy-insecure",
            ]) =>
        {
            Some(("curl", url()?, None))
        }
        "wget" if !has(&["--no-check-certificate", "--ca-certificate", "--ca-directory"]) => {
            Some(("wget", url()?, None))
        }
        "git" => {
            let verbs = ["clone", "fetch", "pull", "ls-remote", "submodule"];
            let goes = program.words.iter().any(|(word, _)| verbs.contains(&word.text()));
            let unchecked = program
                .words
                .iter()
                .any(|(word, _)| word.text().contains("sslVerify"));
            (goes && !unchecked).then_some(("git", url()?, None))
        }
        name @ ("apt-get" | "apt") => {
            let (_, place) = program.words.iter().skip(1).find(|(word, _)| word.is("update"))?;
            let name = if name == "apt" { "apt" } else { "apt-get" };
            let unchecked = program
                .words
                .iter()
                .any(|(word, _)| word.text().contains("Verify-Peer"));
            Some((
                name,
                place,
                Some(https_source(facts, step).filter(|_| !unchecked)?),
            ))
        }
        _ => None,
    }
}

/// A source of apt's that is read over https when a step begins.
fn https_source(facts: &Facts, step: usize) -> Option<Place> {
    let is_https = |meaning: &Meaning| match meaning {
        Meaning::AptSource { uri, .. } => uri.known_prefix().starts_with("https://"),
        _ => false,
    };
    let written = facts
        .files
        .iter()
        .find(|file| file.present_at(step.saturating_sub(1)).is_known() && file.meaning.iter().any(is_https));
    let edited = || {
        facts.steps[..step].iter().find_map(|earlier| {
            let program = earlier
                .program
                .as_ref()
                .filter(|program| program.name() == Some("sed"))?;
            let edits = program.words.iter().any(|(word, _)| is_of_base(word));
            let certain = earlier.certainty == crate::finding::Certainty::Certain;
            let (_, place) = program.words.iter().find(|(word, _)| makes_https(word.text()))?;
            (edits && certain).then(|| place.clone())
        })
    };
    written.map(|file| file.written.place.clone()).or_else(edited)
}

/// The sources that the base brings.
fn is_of_base(path: &Value) -> bool {
    path.known_prefix().starts_with("/etc/apt/sources.list")
}

/// Whether a script of sed turns http into https.
fn makes_https(script: &str) -> bool {
    let Some(rest) = script.strip_prefix('s') else {
        return false;
    };
    let Some(sign) = rest.chars().next().filter(char::is_ascii_punctuation) else {
        return false;
    };
    let body = &rest[sign.len_utf8()..];
    let marked = body.replace(&format!("\\{sign}"), "\u{1}");
    let mut parts = marked.split(sign);
    let (pattern, replacement) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    replacement.contains("https") && !pattern.contains("https")
}

/// Whether some file or command tells programs not to check.
fn is_unverified(facts: &Facts) -> bool {
    let told = facts
        .steps
        .iter()
        .filter_map(|step| step.program.as_ref())
        .any(|program| {
            program.name() == Some("git")
                && program.words.iter().any(|(word, _)| word.is("config"))
                && program
                    .words
                    .iter()
                    .any(|(word, _)| word.text().contains("sslVerify"))
        });
    told || facts.files.iter().any(|file| {
        let name = path::name(&file.path);
        let text = file.content.text().map_or("", Value::text);
        matches!(
            name.text(),
            ".curlrc" | ".wgetrc" | "wgetrc" | ".gitconfig" | "gitconfig"
        ) && !text.is_empty()
            || path::covers("/etc/apt/apt.conf.d", &file.path) && (text.is_empty() || text.contains("Verify"))
    })
}
