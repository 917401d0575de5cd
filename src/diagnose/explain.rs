//! From a failed build to what is known of it.
//!
//! The last line that says something is the one that ended the step, unless it is known to be a mere
//! consequence of what an earlier line says: a package that is not found where the lists could not be
//! fetched. What is not known is not guessed at.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::bytes::{Captures, Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use serde::Serialize;

use super::scene::{Line, Scene, cut};
use super::sign::{Kind, Place, Sign, Weight};
use super::{Failure, silent, tables};
use crate::report::printable::printable;

/// Whose fault a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The author's: the Dockerfile or its context has to change.
    Author,
    /// The network's, or that of a server or proxy in it: the same build may work elsewhere or later.
    Network,
    /// The builder's or its machine's.
    Platform,
}

impl Fault {
    /// Where to look, for a sentence that begins with "at fault:".
    pub fn name(self) -> &'static str {
        match self {
            Self::Author => "the Dockerfile or its context",
            Self::Network => "the network or a server, not the Dockerfile",
            Self::Platform => "the builder or its machine, not the Dockerfile",
        }
    }
}

/// What is known of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Its kind, kebab-case; the name stays from version to version.
    pub kind: &'static str,
    /// Whose fault it is.
    pub fault: Fault,
    /// What went wrong, one sentence with the user's values in it, fit to be printed.
    pub cause: String,
    /// What to do, fit to be printed.
    pub help: String,
    /// The rule that tells it before the build, if there is one.
    pub rule: Option<&'static str>,
    /// The lines of log or message that say so, oldest first, fit to be printed; empty where the exit
    /// code alone does.
    pub evidence: Vec<String>,
}

/// How many lines are given as evidence.
const EVIDENCE: usize = 3;

/// How many bytes of a user's value stand in a sentence.
const VALUE: usize = 120;

/// Within how many of the last lines a weak sign says something.
const NEAR: usize = 12;

/// What is known of a failed build, none where its kind is not known.
pub fn explain(failure: &Failure) -> Option<Explanation> {
    let scene = Scene::of(failure);
    let seen = look(&scene);
    let Some(kind) = choose(&scene, &seen) else {
        return silent::explain(&scene);
    };
    let of_kind = || seen.iter().filter(|one| one.kind.name == kind.name);
    // The more telling sign, and of the lines that bear it the first: others often follow from it.
    let told = of_kind().min_by_key(|one| (one.rank, one.line))?;
    let mut evidence: Vec<usize> = of_kind()
        .filter(|one| one.line >= told.line)
        .map(|one| one.line)
        .collect();
    evidence.dedup();
    evidence.truncate(EVIDENCE);
    let line = |index: usize| printable(cut(scene.lines[index].text.trim(), 2 * VALUE)).into_owned();
    Some(Explanation {
        kind: kind.name,
        fault: told.sign.fault.unwrap_or(kind.fault),
        cause: fill(told.sign.cause, &scene, &told.values),
        help: fill(told.sign.help.unwrap_or(kind.help), &scene, &told.values),
        rule: told.sign.rule.or(kind.rule),
        evidence: evidence.into_iter().map(line).collect(),
    })
}

/// A sign that a line bears.
struct Seen {
    kind: &'static Kind,
    sign: &'static Sign,
    /// The place of the sign in all tables.
    rank: usize,
    line: usize,
    values: HashMap<&'static str, String>,
}

/// All signs with their kinds, and their patterns as one.
struct Known {
    signs: Vec<(&'static Kind, &'static Sign)>,
    set: RegexSet,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let signs: Vec<(&Kind, &Sign)> = tables()
        .flat_map(|kind| kind.signs.iter().map(move |sign| (kind, sign)))
        .collect();
    let set = RegexSetBuilder::new(signs.iter().map(|(_, sign)| sign.pattern))
        .unicode(false)
        .build()
        .expect("a test reads every pattern");
    Known { signs, set }
});

/// All signs that the lines bear, by line.
fn look(scene: &Scene) -> Vec<Seen> {
    let mut regexes: HashMap<usize, Regex> = HashMap::new();
    let mut seen = Vec::new();
    for (index, line) in scene.lines.iter().enumerate() {
        for rank in KNOWN.set.matches(line.text.as_bytes()) {
            let (kind, sign) = KNOWN.signs[rank];
            if !stands(sign.place, line) {
                continue;
            }
            let regex = regexes.entry(rank).or_insert_with(|| compiled(sign.pattern));
            let captures = regex.captures(line.text.as_bytes());
            let Some(captures) = captures.filter(|captures| (sign.condition)(scene, captures)) else {
                continue;
            };
            seen.push(Seen {
                kind,
                sign,
                rank,
                line: index,
                values: values(sign, regex, &captures),
            });
        }
    }
    seen
}

fn stands(place: Place, line: &Line) -> bool {
    place == Place::Anywhere || place == line.place
}

fn compiled(pattern: &str) -> Regex {
    RegexBuilder::new(pattern)
        .unicode(false)
        .build()
        .expect("the set of all patterns was read")
}

/// What the groups that the sign's sentences name hold.
fn values(sign: &'static Sign, regex: &Regex, captures: &Captures) -> HashMap<&'static str, String> {
    let sentences = [Some(sign.cause), sign.help];
    let names = sentences.into_iter().flatten().flat_map(placeholders);
    names
        .filter(|name| regex.capture_names().flatten().any(|group| group == *name))
        .map(|name| {
            let bytes = captures.name(name).map(|group| group.as_bytes());
            let text = String::from_utf8_lossy(bytes.unwrap_or_default());
            (name, text.trim().to_owned())
        })
        .collect()
}

/// The kind of which the failure is.
fn choose(scene: &Scene, seen: &[Seen]) -> Option<&'static Kind> {
    let last = |fits: &dyn Fn(&Seen) -> bool| {
        let fitting = seen.iter().filter(|one| fits(one));
        // Of the signs of one line the first in the tables.
        fitting
            .max_by(|one, other| one.line.cmp(&other.line).then(other.rank.cmp(&one.rank)))
            .map(|one| one.kind)
    };
    let strong = |one: &Seen| one.sign.weight == Weight::Strong;
    let near = |one: &Seen| one.line + NEAR >= scene.lines.len();
    let by_exit = |one: &Seen| {
        scene
            .exit
            .is_some_and(|exit| one.kind.exits.contains(&exit) && (strong(one) || near(one)))
    };
    let mut kind = last(&by_exit).or_else(|| last(&strong)).or_else(|| last(&near))?;
    // A chain of consequences is short, and a circle in the tables would have no end.
    for _ in 0..4 {
        match last(&|one| strong(one) && kind.follows(one.kind.name)) {
            Some(cause) if cause.name != kind.name => kind = cause,
            _ => break,
        }
    }
    Some(kind)
}

/// The names in braces.
pub fn placeholders(sentence: &'static str) -> impl Iterator<Item = &'static str> {
    sentence
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// A sentence with its values.
fn fill(sentence: &str, scene: &Scene, values: &HashMap<&'static str, String>) -> String {
    let mut filled = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        filled.push_str(before);
        match name {
            "builder" => filled.push_str(scene.failure.builder.name()),
            _ => filled.push_str(&shown(values.get(name).map_or("", String::as_str))),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// A user's value, fit to stand in a sentence.
fn shown(value: &str) -> String {
    let short = cut(value, VALUE);
    let more = if short.len() < value.len() { "…" } else { "" };
    format!("{}{more}", printable(short))
}
