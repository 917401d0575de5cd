//! A page that tells an error is taken for the file.
//!
//! Without `--fail` curl is content with whatever a server sends: when the address is gone, the file holds
//! `404: Not Found`, the step succeeds, and the image is built with it. What notices it by itself is not
//! told: a file that is unpacked or installed, compared with a checksum, or run and removed again.
//!
//! Add `--fail` (`-f`), as in `curl -fsSL`.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, File, Program, path};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Info),
    scope: Scope::Stage,
    ..Rule::facts("http-error-kept", check, include_str!("http_error_kept.rs"))
};

/// Programs that notice that a file is not what it should be, without the numbers of their versions.
const NOTICE: [&str; 40] = [
    "7z", "apk", "apt", "apt-get", "bash", "bsdtar", "bunzip", "bzip", "composer", "cosign", "cpio", "dnf",
    "dpkg", "gpg", "gpgv", "gunzip", "gzip", "jar", "java", "jq", "minisign", "mysql", "node", "openssl",
    "patch", "perl", "php", "pip", "psql", "pypy", "python", "rpm", "ruby", "sh", "shasum", "tar", "unxz",
    "unzip", "xz", "yum",
];

/// Says each file that stays and that nobody looks into.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for file in facts.files.staying().filter(|file| facts.is_here(&file.written)) {
        let Some(program) = downloader(facts, file) else {
            continue;
        };
        if fails(program) || is_local(program) || is_noticed(facts, file) {
            continue;
        }
        report
            .say(
                &file.written,
                format!(
                    "when the server answers with an error, {} holds that answer",
                    file.path
                ),
            )
            .help("give curl the option `--fail`");
    }
}

/// The curl that writes a file: by its option, or through a redirect, which the shell opens before.
fn downloader<'f>(facts: &'f Facts, file: &File) -> Option<&'f Program> {
    let step = match file.writer {
        "curl" => file.written.step,
        "shell" => file.written.step + 1,
        _ => return None,
    };
    let writes = facts.step(&file.written);
    let step = facts.steps.get(step).filter(|step| {
        step.instruction == writes.instruction && step.stage == writes.stage && step.place == writes.place
    })?;
    let program = step.program.as_ref()?;
    (program.name() == Some("curl")).then_some(program)
}

/// Whether curl ends with an error then.
fn fails(program: &Program) -> bool {
    const TAKES_VALUE: &str = "oXHdFuAebcCDEhKmPQrtTUwxyYz";
    program.words.iter().skip(1).any(|(word, _)| {
        let text = word.text();
        if let Some(long) = text.strip_prefix("--") {
            return long.starts_with("fail") || long == "head" || long == "config" || long == "write-out";
        }
        let letters = text.strip_prefix('-').unwrap_or_default();
        let end = letters
            .find(|letter| TAKES_VALUE.contains(letter))
            .unwrap_or(letters.len());
        let tells = letters[end..].starts_with(['K', 'w']);
        letters[..end].contains(['f', 'I']) || tells
    }) || program
        .words
        .iter()
        .any(|(word, _)| word.known_prefix().starts_with('$') || word.text().starts_with("${"))
}

/// Whether it asks this machine, or reads a file.
fn is_local(program: &Program) -> bool {
    program.words.iter().any(|(word, _)| {
        ["file://", "http://localhost", "http://127.", "localhost:"]
            .iter()
            .any(|start| word.text().starts_with(start))
    })
}

/// Whether a later step looks into the file, or unpacks or runs it so that an error page stops the build.
fn is_noticed(facts: &Facts, file: &File) -> bool {
    let name = path::name(&file.path);
    let name = name.text();
    facts.steps.iter().skip(file.written.step + 1).any(|step| {
        let Some(program) = &step.program else {
            return false;
        };
        let Some(own) = program.name() else {
            // `./install.sh`, or a name in a variable.
            return true;
        };
        let names_it = program.words.iter().any(|(word, _)| word.text().contains(name));
        let same = step.instruction == facts.step(&file.written).instruction;
        let sums = own.ends_with("sum") || own == "gpg" || own == "gpgv";
        let runs_it = program
            .words
            .first()
            .is_some_and(|(word, _)| word.text().ends_with(name));
        let plain = own.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == '.');
        NOTICE.contains(&plain) && names_it || sums && same || runs_it
    })
}
