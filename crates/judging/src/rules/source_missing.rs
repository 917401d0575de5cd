//! COPY or ADD takes a path that the build context does not have.
//!
//! The build stops with `not found`, whether the file is missing or `.dockerignore` keeps it out. The
//! context is known where somebody names it; the folder in which a Dockerfile merely lies is not asked.
//!
//! Mend the path, which is meant from the context and not from the Dockerfile, or let it in again with
//! `!` in the ignore file.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Source};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["CopyIgnoredFile"],
    levels: Levels::everywhere(Severity::Error),
    scope: Scope::Stage,
    ..Rule::facts("source-missing", check, include_str!("source_missing.rs"))
};

/// Says each source that is not there or kept out.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for taken in facts.taken.iter().filter(|taken| facts.is_here(&taken.origin)) {
        let take = &taken.take;
        if take.from != Source::Context {
            continue;
        }
        if take.ignored {
            report
                .say(
                    &taken.origin,
                    format!(
                        "`{}` is kept out of the build context by the ignore file",
                        take.path
                    ),
                )
                .aliases(RULE.aliases)
                .help("let it in again with a `!` line, or do not copy it");
        } else if take.there.is_absent() {
            report
                .say(
                    &taken.origin,
                    format!("`{}` is not in the build context", take.path),
                )
                .aliases(&[])
                .help("paths are meant from the context, not from the Dockerfile");
        }
    }
}
