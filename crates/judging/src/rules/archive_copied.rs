//! An archive is copied into the image, and unpacked there.
//!
//! The archive stays in its layer beside what came out of it. `ADD` unpacks local tar archives itself and
//! leaves no copy; a mount (`RUN --mount=type=bind`) unpacks without one.
//!
//! Paths are followed: the archive that is unpacked is the one that was copied, in every stage and under
//! the name it was given, also by `tar xzf` and `--file=`.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Purpose, Source, Value, View, path};
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3010"],
    levels: Levels::everywhere(Severity::Info),
    scope: Scope::Every,
    ..Rule::facts("archive-copied", check, include_str!("archive_copied.rs"))
};

/// Endings of archives that ADD unpacks.
const ARCHIVES: [&str; 15] = [
    ".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz",
    ".txz", ".xz",
];

/// Says each COPY of an archive that a later step of the stage unpacks.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let unpacked: Vec<(usize, &Value)> = facts
        .own_commands()
        .filter_map(|(written, _)| match &written.purpose {
            Purpose::Unpack(archives) => Some((written.step, archives)),
            _ => None,
        })
        .flat_map(|(step, archives)| archives.iter().map(move |(path, _)| (step, path)))
        .collect();
    if unpacked.is_empty() {
        return;
    }
    let is_archive = |path: &Value| {
        ARCHIVES
            .iter()
            .any(|ending| path.known_suffix().ends_with(ending))
    };
    let mut told = Vec::new();
    for taken in &facts.taken {
        let step = facts.step(&taken.origin);
        let is_copied = step.keyword == "COPY" && taken.take.from == Source::Context && facts.is_own(step);
        if !is_copied || told.contains(&step.instruction) || facts.view == View::Triggers {
            continue;
        }
        let name = path::name(&taken.take.path);
        let targets: Vec<&Value> = facts
            .files
            .iter()
            .filter(|file| file.written.step == taken.origin.step)
            .map(|file| &file.path)
            .collect();
        let later = unpacked.iter().find(|(at, path)| {
            let is_it = |target: &&Value| is_same(target, &name, path);
            *at > taken.origin.step && is_archive(path) && targets.iter().any(is_it)
        });
        let Some((at, archive)) = later else { continue };
        told.push(step.instruction);
        let message = format!("the archive {archive} is copied, and unpacked by a later step");
        report
            .say_at(taken.origin.place.clone(), Certainty::Certain, message)
            .related(facts.steps[*at].place.clone(), "it is unpacked here")
            .help("let ADD unpack it");
    }
}

/// Whether what was copied to a target under a name is the archive. A target without a slash may be a
/// folder that is there; where a folder is not known the name decides.
fn is_same(target: &Value, name: &Value, archive: &Value) -> bool {
    let has_name = path::name(archive) == *name
        || name.is_glob() && path::removes(name, &path::name(archive)).is_known();
    if target == archive || has_name && path::parent(archive) == *target {
        return true;
    }
    let is_known = target.holes().is_empty() && archive.holes().is_empty();
    if is_known {
        return target.is_glob() && path::removes(target, archive).is_known();
    }
    let named = path::name(archive);
    named.as_known().is_some() && (has_name || path::name(target) == named)
}
