//! A COPY names a file that the ignore file keeps out of the build.
//!
//! The file is not sent along, so the build fails with "not found" though it lies there. Where the
//! ignore file has exceptions (`!`), nothing is said: a part of the folder may be let in. Take the
//! pattern out of the ignore file, or the source out of the COPY.

use super::text::told;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::syntax::Keyword;
use crate::syntax::ignorefile::IgnoreFile;
use crate::syntax::path::clean;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["CopyIgnoredFile"],
    ..Rule::form(
        "copy-ignored-file",
        Severity::Warning,
        check,
        include_str!("copy_ignored_file.rs"),
    )
};

/// Patterns that leave nothing of the context.
const EVERYTHING: [&str; 3] = ["*", "**", "**/*"];

/// Says each source that the ignore file keeps out.
pub fn check(text: &Text, report: &mut Report) {
    let copies = |keyword| matches!(keyword, Keyword::Copy | Keyword::Add);
    if !text
        .walk()
        .steps
        .iter()
        .any(|step| copies(step.instruction.keyword))
    {
        return;
    }
    let Some(ignores) = ignore_file(text).filter(|file| !file.has_exceptions()) else {
        return;
    };
    let leaves_nothing = ignores
        .patterns()
        .any(|pattern| EVERYTHING.contains(&pattern.as_str()));
    for step in &text.walk().steps {
        let instruction = step.instruction;
        let comes_from = instruction.flag("from").and_then(|flag| flag.value());
        if !copies(instruction.keyword) || comes_from.is_some_and(|from| !from.is_empty()) {
            continue;
        }
        let command = match instruction.keyword {
            Keyword::Add => "Add",
            _ => "Copy",
        };
        for source in step.values.iter().filter(|source| source.is_known) {
            if is_remote(&source.text) {
                continue;
            }
            let path = clean(&source.text);
            let is_ignored = match path.as_str() {
                "." | "/" => leaves_nothing,
                path => ignores.ignored(path),
            };
            if is_ignored {
                let quoted = crate::syntax::quoted(&path);
                let message =
                    format!("Attempting to {command} file {quoted} that is excluded by .dockerignore");
                let place = Place::here(step.span(source.range.clone()));
                told(text, report, step, place, Certainty::Certain, message);
            }
        }
    }
}

/// The ignore file of the build: the one beside the Dockerfile that is named after it, else that of
/// the context.
fn ignore_file(text: &Text) -> Option<IgnoreFile> {
    let name = text.source.name().rsplit('/').next().unwrap_or_default();
    let own = text.context.read(&format!("{name}.dockerignore")).known();
    let bytes = own.or_else(|| text.context.read(".dockerignore").known())?;
    IgnoreFile::parse(&bytes).ok()
}

/// Whether a source lies outside of the context: a web address or a git repository.
fn is_remote(source: &str) -> bool {
    source.contains("://") || source.starts_with("git@")
}
