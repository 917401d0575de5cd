//! A private key may be read by everybody.
//!
//! ssh refuses such a key (`UNPROTECTED PRIVATE KEY FILE`), and for every other program whoever gets to run
//! anything in the container has it. A file that the shell writes is readable by everybody unless `umask`
//! says otherwise.
//!
//! Give it `600`, in the same step that writes it. Better still, mount it where it is needed, with
//! `RUN --mount=type=secret` or `--mount=type=ssh`, so that it is in no layer.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, File, Right, is_private_key, path};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::everywhere(Severity::Warning),
    scope: Scope::Stage,
    ..Rule::facts(
        "private-key-readable",
        check,
        include_str!("private_key_readable.rs"),
    )
};

/// Says each key that is given such a mode, or that is written and given none.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for mode in facts.modes_kept().filter(|mode| mode.gives(Right::ReadByAll)) {
        let named = mode.path.as_known().filter(|path| is_private_key(path));
        let written = || {
            let mut files = facts
                .files
                .iter()
                .filter(|file| file.written.step <= mode.origin.step);
            files.find(|file| {
                let is_key = file.path.as_known().is_some_and(is_private_key);
                is_key && mode.reaches(&file.path)
            })
        };
        let path = match named {
            Some(path) => Some(path.to_owned()),
            None => written().map(|file| file.path.text().to_owned()),
        };
        if let Some(path) = path {
            report
                .say(
                    &mode.origin,
                    format!("with `{}` everybody may read the key {path}", mode.said),
                )
                .help("give it 600");
        }
    }
    for file in facts.files.staying().filter(|file| facts.is_here(&file.written)) {
        let is_key = file.path.as_known().is_some_and(is_private_key);
        if is_key && is_written_openly(facts, file) {
            report
                .say(
                    &file.written,
                    format!("everybody may read the key {}: the shell writes it so", file.path),
                )
                .help("give it 600, or set `umask 077` before");
        }
    }
}

/// Whether the shell writes a file under the usual umask, and no later step gives it another mode.
fn is_written_openly(facts: &Facts, file: &File) -> bool {
    if !matches!(file.writer, "shell" | "tee") {
        return false;
    }
    let step = facts.step(&file.written);
    let has_umask = facts.steps.iter().take(file.written.step + 1).any(|earlier| {
        let is_same = earlier.instruction == step.instruction && earlier.stage == step.stage;
        is_same && earlier.program.as_ref().and_then(|program| program.name()) == Some("umask")
    });
    let is_closed = |folder: &str| folder.ends_with("/.ssh") || folder.ends_with("/private");
    // A folder that only its owner may enter keeps what is in it.
    let gets_mode = facts.modes.iter().any(|mode| {
        let is_it = mode.path == file.path || mode.reaches(&file.path);
        let is_around = mode.path.as_known().is_some_and(|folder| {
            path::below(folder, &file.path) && is_closed(folder) && !mode.gives(Right::ReadByAll)
        });
        is_it && mode.origin.step >= file.written.step || is_around && file.path.text().contains("/private/")
    });
    !has_umask && !gets_mode
}
