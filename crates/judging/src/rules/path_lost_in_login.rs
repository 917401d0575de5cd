//! A folder that ENV puts on PATH is missing in a login shell.
//!
//! A login shell sets PATH anew: `/etc/profile`, `/etc/environment` and the login defaults decide, not
//! the image's ENV. Terminals of editors, `su -` and ssh start such shells, and there the tools in
//! that folder are not found.
//!
//! Repeat the folder in a file of `/etc/profile.d`, or link the programs into `/usr/local/bin`.

use super::{Levels, Report, Rule, mounted};
use crate::contract::Contract;
use crate::facts::{Content, Facts, READ_AT_LOGIN, Reach, USUAL_PATH, Value, path};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::workspaces(Severity::Info),
    ..Rule::facts("path-lost-in-login", check, include_str!("path_lost_in_login.rs"))
};

/// What `/etc/profile`, `login` and PAM put on PATH by themselves, besides what is usual.
const ADDED_AT_LOGIN: [&str; 3] = ["/usr/games", "/usr/local/games", "/snap/bin"];

/// Says the folders of each ENV once.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if !facts.from.is_known || facts.is_opaque(Reach::Files, 0, facts.next_step()) || is_edited(facts) {
        return;
    }
    let mut texts = Vec::new();
    for file in facts.files.staying().filter(|file| is_read(&file.path)) {
        match &file.content {
            Content::Text(text) => texts.push(text.text()),
            Content::Unknown | Content::Fetched(_)
                if matches!(file.kind, crate::facts::WriteKind::Folder) => {}
            Content::Unknown | Content::Fetched(_) => return,
        }
    }
    let owner = mounted::owner(facts, contract);
    let mut seen: Vec<String> = Vec::new();
    let last = facts.config.variable("PATH").known();
    let last: Vec<Value> = last
        .map(|path| path.split(|sign| sign == ':'))
        .unwrap_or_default();
    for variable in facts
        .config
        .variables
        .iter()
        .filter(|variable| variable.name.is("PATH"))
    {
        let Some(value) = variable.value.as_ref().filter(|_| !variable.is_argument) else {
            continue;
        };
        let mut lost = Vec::new();
        for part in value.split(|sign| sign == ':') {
            let Some(folder) = part.as_known().map(|folder| folder.trim_end_matches('/')) else {
                continue;
            };
            if seen.iter().any(|known| known == folder) {
                continue;
            }
            seen.push(folder.to_owned());
            let is_kept = last
                .iter()
                .any(|kept| kept.text().trim_end_matches('/') == folder);
            if folder.starts_with('/') && is_kept && !is_set_at_login(folder, &owner.home, &texts) {
                lost.push(format!("`{folder}`"));
            }
        }
        if !lost.is_empty() && facts.is_here(&variable.origin) {
            report
                .say(
                    &variable.origin,
                    match lost.as_slice() {
                        [folder] => {
                            format!("{folder} is on PATH by ENV alone: a login shell does not have it")
                        }
                        _ => format!(
                            "{} are on PATH by ENV alone: a login shell does not have them",
                            lost.join(", ")
                        ),
                    },
                )
                .help("add it to PATH in a file of /etc/profile.d too");
        }
    }
}

/// Whether a login reads it, now or once it is copied into a home.
fn is_read(path: &Value) -> bool {
    let mut read = READ_AT_LOGIN.iter().chain(&["/etc/skel"]);
    read.any(|known| path::covers(known, path))
}

/// Whether a program edits a file that a login shell reads.
fn is_edited(facts: &Facts) -> bool {
    facts.steps.iter().any(|step| {
        let program = step.program.as_ref();
        program.is_some_and(|program| {
            matches!(program.name(), Some("sed" | "perl" | "awk"))
                && program.words.iter().any(|(word, _)| is_read(word))
        })
    })
}

/// Whether a login shell has the folder: by default, in the user's own folders, or by a known text.
fn is_set_at_login(folder: &str, home: &str, texts: &[&str]) -> bool {
    let of_user = folder
        .strip_prefix(home)
        .is_some_and(|rest| matches!(rest, "/bin" | "/.local/bin"));
    // A variable in a line that sets PATH may mean the folder.
    let may_mean = |text: &&&str| {
        text.contains(folder)
            || text.lines().filter(|line| line.contains("PATH")).any(|line| {
                let mut others = line.replace("${PATH}", "").replace("$PATH", "");
                // The user's own folders are no others.
                if !folder.starts_with(home) {
                    others = others.replace("${HOME}", "").replace("$HOME", "");
                }
                others.contains('$')
            })
    };
    let by_default = USUAL_PATH
        .split(':')
        .chain(ADDED_AT_LOGIN)
        .any(|usual| usual == folder);
    by_default || of_user || texts.iter().any(|text| may_mean(&text))
}
