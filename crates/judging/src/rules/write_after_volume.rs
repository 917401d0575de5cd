//! A step writes below a folder that an earlier VOLUME declares.
//!
//! BuildKit keeps such files. The classic builder and kaniko, which envbuilder uses, treat the folder
//! as mounted from there on and drop what later steps write into it, without a word: the image then
//! depends on who builds it.
//!
//! Move VOLUME to the end of the file, or leave it out.

use super::{Levels, Report, Rule, mounted};
use crate::contract::Contract;
use crate::facts::{Facts, path};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbuilder: Some(Severity::Error),
        ..Levels::everywhere(Severity::Info)
    },
    ..Rule::facts("write-after-volume", check, include_str!("write_after_volume.rs"))
};

/// Says each path once.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let mut told: Vec<&str> = Vec::new();
    for file in facts.files.staying().filter(|file| facts.is_here(&file.written)) {
        let volume = facts.config.volumes.iter().find(|volume| {
            volume.origin.step < file.written.step
                && facts.is_here(&volume.origin)
                && volume
                    .value
                    .as_known()
                    .is_some_and(|folder| path::below(folder, &file.path))
        });
        let Some(volume) = volume.filter(|_| !told.contains(&file.path.text())) else {
            continue;
        };
        told.push(file.path.text());
        report
            .say(
                &file.written,
                format!(
                    "`{}` is written below VOLUME `{}`: BuildKit keeps it, the classic builder and kaniko drop it",
                    mounted::shown(&file.path),
                    volume.value
                ),
            )
            .help("declare the volume after the last step that writes there")
            .related(volume.origin.place.clone(), "the volume is declared here");
    }
}
