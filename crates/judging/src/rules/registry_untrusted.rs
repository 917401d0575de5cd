//! An image comes from a registry that the config does not name.
//!
//! `registries` in the config says from where images may come: FROM, `COPY --from` and mounts. Each entry
//! is a registry, with `*` for anything; an image without a registry comes from `docker.io`. Take the
//! image from one of them, or add its registry.
//!
//! Stages, named by index or in any case, and arguments are looked up, and the registry is read as Docker
//! reads it: `localhost/x` and `host:5000/x` name theirs.

use super::{Report, Rule, Text, images};
use crate::finding::{Certainty, Place, Severity};
use crate::source::Span;
use crate::stages::{FromFlag, mount_options};
use crate::syntax::Keyword;
use crate::syntax::reference::{ImageRef, glob};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3026"],
    ..Rule::form(
        "registry-untrusted",
        Severity::Error,
        check,
        include_str!("registry_untrusted.rs"),
    )
};

/// Says each image of another registry.
pub fn check(text: &Text, report: &mut Report) {
    let trusted = &text.invocation.contract.registries;
    if trusted.is_empty() {
        return;
    }
    let mut say = |reference: &ImageRef, span: Span, stage: usize| {
        if trusted.iter().any(|entry| is_of(&reference.domain, entry)) {
            return;
        }
        let message = format!("images of {} are not trusted", reference.domain);
        report
            .say_at(Place::here(span), Certainty::Certain, message)
            .stage(text.stage_name(stage))
            .help(format!("the config trusts {}", trusted.join(", ")));
    };
    for image in images::of(text) {
        say(&image.reference, image.span, image.stage);
    }
    for (index, instruction) in text.instructions() {
        let Some(stage) = text.stages.holding(index) else {
            continue;
        };
        for flag in &instruction.flags {
            let Some(value) = flag.value() else { continue };
            let from = match (instruction.keyword, flag.name()) {
                (Keyword::Copy, "from") => Some(value),
                (Keyword::Run, "mount") => mount_options(value)
                    .find(|(key, _)| key.eq_ignore_ascii_case("from"))
                    .map(|(_, from)| from),
                _ => None,
            };
            let Some(from) = from.filter(|from| !from.contains('$')) else {
                continue;
            };
            if let FromFlag::Image(image) = text.stages.copy_from(from, stage.index)
                && image.parse::<usize>().is_err()
                && let Ok(reference) = ImageRef::parse(&image)
            {
                say(&reference, instruction.text.span(flag.range.clone()), stage.index);
            }
        }
    }
}

/// Whether a registry is the one that an entry means.
fn is_of(domain: &str, entry: &str) -> bool {
    let entry = match entry {
        "hub.docker.com" | "index.docker.io" => "docker.io",
        entry => entry,
    };
    entry == domain || glob(entry, domain)
}
