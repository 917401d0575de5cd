//! What rules about requests share: the commands of a stage that ask a package manager for something,
//! and edits behind a word.

use super::Span;
use crate::facts::{Facts, Manager, Purpose, Request, Step, Value, Verb, Written, path};
use crate::finding::{Edit, Place};

/// The commands that are written in a stage and ask something of a package manager.
pub fn requests(facts: &Facts) -> impl Iterator<Item = (&Written, &Step, &Request)> {
    facts
        .own_commands()
        .filter_map(|(written, step)| match &written.purpose {
            Purpose::Packages(request) => Some((written, step, request.as_ref())),
            _ => None,
        })
}

/// Puts text behind a word; none where the word is no text of the file that is judged, or stands in JSON.
pub fn behind(written: &Written, place: &Place, text: &str) -> Option<Edit> {
    match place {
        Place::Text { path, span } if path.is_empty() && written.is_text => Some(Edit {
            span: Span {
                start: span.end,
                end: span.end,
            },
            text: text.to_owned(),
        }),
        _ => None,
    }
}

/// How the request is told: the program as it is called, and the verb as it is written.
pub fn told(step: &Step, request: &Request) -> String {
    let program = step.program.as_ref().and_then(|program| program.name());
    // `python3 -m pip` is pip, too.
    let program = match program {
        Some(program) if request.manager == Manager::Pip && program.starts_with("python") => "pip",
        Some(program) => program,
        None => request.manager.name(),
    };
    let verb = match request.verb {
        Verb::Update => "update",
        Verb::Install => "install",
        Verb::Upgrade => "upgrade",
        Verb::DistributionUpgrade => "dist-upgrade",
        Verb::Remove => "remove",
        Verb::Clean => "clean",
    };
    let verb = match (request.manager, request.verb) {
        (Manager::Apk, Verb::Install) => "add",
        (Manager::Pacman, _) => "-S",
        _ => verb,
    };
    let verb = written(step, request).unwrap_or_else(|| verb.to_owned());
    format!("{program} {verb}")
}

/// The verb as it is written, with the word before it that says of what it is: `module enable`.
fn written(step: &Step, request: &Request) -> Option<String> {
    let words = &step.program.as_ref()?.words;
    let at = words.iter().position(|(_, place)| *place == request.verb_place)?;
    let verb = words[at].0.as_known()?;
    let is_verb = verb.bytes().all(|sign| sign.is_ascii_lowercase() || sign == b'-');
    if at == 0 || !is_verb || verb.starts_with('-') {
        return None;
    }
    let of_what = words[at - 1].0.as_known();
    Some(
        match of_what.filter(|word| matches!(*word, "module" | "group" | "groups")) {
            Some(of_what) => format!("{of_what} {verb}"),
            None => verb.to_owned(),
        },
    )
}

/// Whether what one of these folders holds at the end of an instruction is not in the image: a mount lies
/// over it, or a later command of the instruction empties it.
pub fn is_emptied(facts: &Facts, step: &Step, written: &Written, folders: &[Value]) -> bool {
    let is_mounted = folders.iter().any(|folder| {
        let mut mounts = step
            .around
            .mounts
            .iter()
            .filter(|mount| mount.kind != "secret" && mount.kind != "ssh");
        mounts.any(|mount| {
            mount
                .target
                .as_ref()
                .and_then(Value::as_known)
                .is_some_and(|target| path::covers(target.trim_end_matches('/'), folder))
        })
    });
    is_mounted
        || facts.files.removals().iter().any(|removal| {
            let later = &facts.steps[removal.origin.step];
            let same = later.instruction == step.instruction && later.stage == step.stage;
            same && removal.origin.step > written.step
                && folders.iter().any(|folder| {
                    let inside = path::join(folder, &Value::known("archive"));
                    // A folder in it that is emptied holds most of what is there.
                    path::removes(&removal.path, &inside).is_known()
                        || path::below(folder.text(), &removal.path)
                })
        })
}

/// The names of a list of packages, the first few of them.
pub fn names(packages: &[&Value]) -> String {
    const TOLD: usize = 4;
    let mut told: Vec<String> = packages
        .iter()
        .take(TOLD)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = packages.len().saturating_sub(TOLD);
    if more > 0 {
        told.push(format!("{more} more"));
    }
    match told.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
