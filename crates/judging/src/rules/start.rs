//! What a container of the image starts, as far as ENTRYPOINT and CMD tell it.

use crate::facts::{Answer, Facts, Origin, Setting, StartCommand, Value};
use crate::finding::Place;

/// One word of what is started.
pub struct StartWord {
    /// The word: of the shell form all of the text.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
    /// Which instruction says it.
    pub origin: Origin,
    /// Whether a shell takes it apart.
    pub is_script: bool,
}

/// All words of ENTRYPOINT and CMD in order, and whether words of an unknown base come before them.
pub struct StartWords {
    /// The words; a shell form begins with `/bin/sh`, `-c`.
    pub words: Vec<StartWord>,
    /// Whether the base may have an ENTRYPOINT that is not known.
    pub is_open: bool,
}

/// Paths and names of systemd and the inits that stand for it.
const INITS: [&str; 10] = [
    "/sbin/init",
    "/usr/sbin/init",
    "/bin/init",
    "/usr/bin/init",
    "/lib/systemd/systemd",
    "/usr/lib/systemd/systemd",
    "/bin/systemd",
    "/usr/bin/systemd",
    "/lib/systemd/systemd-executor",
    "/usr/sbin/systemd",
];

/// Programs that start what follows them.
const STARTERS: [&str; 10] = [
    "exec",
    "tini",
    "dumb-init",
    "docker-init",
    "sudo",
    "env",
    "gosu",
    "catatonit",
    "nohup",
    "unshare",
];

/// What is started.
pub fn of(facts: &Facts) -> StartWords {
    let config = &facts.config;
    let mut words = Vec::new();
    let entrypoint = config.entrypoints.last();
    let is_open = entrypoint.is_none() && matches!(facts.from.base.entrypoint, Answer::Unknown);
    let is_script =
        entrypoint.is_some_and(|entrypoint| !entrypoint.value.exec && !entrypoint.value.words.is_empty());
    words.extend(entrypoint.iter().flat_map(|setting| said(setting)));
    // A shell-form ENTRYPOINT takes no arguments.
    if !is_script {
        words.extend(config.cmds.last().iter().flat_map(|setting| said(setting)));
    }
    StartWords { words, is_open }
}

fn said(setting: &Setting<StartCommand>) -> impl Iterator<Item = StartWord> {
    let is_script = !setting.value.exec;
    setting.value.words.iter().map(move |(value, place)| StartWord {
        value: value.clone(),
        place: place.clone(),
        origin: setting.origin.clone(),
        is_script,
    })
}

/// Whether a word is the path of an init.
pub fn is_init(word: &str) -> bool {
    INITS.contains(&word)
}

/// The init that a script or the word of one starts: its path anywhere, or its bare name where a
/// program stands.
pub fn init_in(script: &str) -> Option<&str> {
    let ends = |character: char| character.is_whitespace() || "\"';&|()<>".contains(character);
    let mut starts = true;
    for word in script.split(ends) {
        if word.is_empty() {
            continue;
        }
        let bare = word.rsplit('/').next().unwrap_or(word);
        if is_init(word) || (starts && matches!(word, "init" | "systemd")) {
            return Some(word);
        }
        starts = STARTERS.contains(&bare) || word == "--" || (starts && word.contains('='));
    }
    None
}
