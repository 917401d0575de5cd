//! A download is run as it comes, and nobody checks what it is.
//!
//! Whoever holds the address, or stands between it and the build, decides what runs here, as the user of
//! the step and with the secrets of the build. A download that breaks off in the middle runs up to there.
//! Many projects name this as the way to install them, so in a workspace it is only worth knowing, unless
//! the address is plain `http://`: then anybody on the way may answer.
//!
//! Load the script into a file, compare its checksum, and run the file; or install a package.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Step};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::workspaces(Severity::Info)
    },
    scope: Scope::Stage,
    ..Rule::facts("piped-into-shell", check, include_str!("piped_into_shell.rs"))
};

/// Programs that run what they read.
const INTERPRETERS: [&str; 14] = [
    "ash", "bash", "dash", "ksh", "node", "perl", "php", "python", "python2", "python3", "ruby", "sh", "zsh",
    "fish",
];

/// Says each download that is run.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (index, step) in facts.steps.iter().enumerate() {
        let Some((address, place)) = step.fetched.as_ref().filter(|_| step.is_here()) else {
            continue;
        };
        let Some(name) = runs(step) else { continue };
        let origin = facts.origin_within(index, place);
        let shown = address.text();
        let is_plain = address.known_prefix().starts_with("http://");
        let message = match is_plain {
            true => format!("`{name}` runs what `{shown}` sends, and anybody on the way may answer"),
            false => format!("`{name}` runs what `{shown}` sends, whatever that is"),
        };
        let said = report.say(&origin, message);
        let said = said.help("load it into a file, compare its checksum, and run the file");
        if is_plain {
            said.level(Severity::Warning);
        }
    }
}

/// The program that runs the download.
fn runs(step: &Step) -> Option<&str> {
    let Some(program) = &step.program else {
        return Some("sh");
    };
    let name = program.name().filter(|name| INTERPRETERS.contains(name))?;
    // With a program of its own on the command line, it reads data.
    let reads_data = program.words.iter().skip(1).any(|(word, _)| {
        let is_code = matches!(
            word.text(),
            "-c" | "-e" | "-m" | "-r" | "-ne" | "-pe" | "-n" | "-p" | "-lne"
        );
        is_code && !(matches!(word.text(), "-e" | "-n") && name.ends_with("sh"))
    });
    let runs_file = program.words.get(1).is_some_and(|(word, _)| {
        let text = word.text();
        !text.starts_with('-') && text != "/dev/stdin"
    });
    (!reads_data && !runs_file).then_some(name)
}
