//! What a command asks for, as it is put: packages with their versions, answers, caches.
//!
//! Effects say what a program does to the image; this says how it was told to.

mod languages;
mod system;

use crate::context::Answer;
use crate::facts::{Manager, Pin, Purpose, Request, UNSEEN_WORDS, Value, Verb, Wanted};
use crate::finding::Place;
use crate::tools::accounts::USERADD;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, archive, is_versioned};

/// What a command is for.
pub fn of(call: &Call) -> Purpose {
    let program = call.program();
    let request = match program {
        "apt-get" | "apt" | "aptitude" => system::apt(call),
        "apk" => system::apk(call),
        "dnf" | "dnf5" => system::dnf(call, Manager::Dnf),
        "microdnf" => system::dnf(call, Manager::Microdnf),
        "yum" => system::dnf(call, Manager::Yum),
        "zypper" => system::zypper(call),
        "pacman" => system::pacman(call),
        "pipx" => languages::pipx(call),
        "npm" | "pnpm" => languages::npm(call),
        "yarn" | "yarnpkg" => languages::yarn(call),
        "gem" => languages::gem(call),
        "go" => languages::go(call),
        "wget" => return wget(call),
        "useradd" => return user(call),
        _ if program.strip_prefix("pip").is_some_and(is_version) => languages::pip(call, call.arguments()),
        _ if program == "python" || is_versioned(program, "python") => languages::python(call),
        _ => {
            let archives = archive::unpacked(call);
            return match archives.is_empty() {
                true => Purpose::Other,
                false => Purpose::Unpack(archives),
            };
        }
    };
    request.map_or(Purpose::Other, |request| Purpose::Packages(Box::new(request)))
}

/// What stands behind `pip` in `pip3.11` and `pip-3.2`.
fn is_version(rest: &str) -> bool {
    rest.bytes()
        .all(|sign| sign.is_ascii_digit() || b".-".contains(&sign))
}

/// A request of which only the verb is known; it neither asks nor keeps anything.
fn plain(manager: Manager, verb: Verb, verb_place: &Place) -> Request {
    Request {
        manager,
        verb,
        verb_place: verb_place.clone(),
        wanted: Vec::new(),
        asks: false,
        takes_recommended: false,
        caches: Vec::new(),
    }
}

/// The words that name packages, each with how its version is fixed.
fn wanted<'o>(
    words: impl IntoIterator<Item = &'o &'o (Value, Place)>,
    pin: impl Fn(&Value) -> Pin,
) -> Vec<Wanted> {
    let one = |(name, place): &&(Value, Place)| Wanted {
        name: name.clone(),
        place: place.clone(),
        pin: pin(name),
    };
    // Of names that come in unseen nothing can be said, not even that no version stands there.
    let seen = words.into_iter().filter(|(name, _)| name.text() != UNSEEN_WORDS);
    seen.map(one).collect()
}

/// Open, unless something in the name is not known: a version may be in that.
fn open(name: &Value) -> Pin {
    match name.holes() {
        [] => Pin::Open,
        _ => Pin::Unknown,
    }
}

/// Whether a word certainly has one of these signs outside of what is not known.
fn has_sign(word: &Value, signs: &[char]) -> bool {
    let text = word.text();
    text.char_indices()
        .any(|(at, sign)| signs.contains(&sign) && !word.holes().iter().any(|hole| hole.contains(&at)))
}

/// Whether a word is the path of a file or a folder.
fn is_path(word: &Value) -> bool {
    let known = word.known_prefix();
    matches!(word.text(), "." | "..")
        || ["/", "./", "../", "~/"]
            .iter()
            .any(|start| known.starts_with(start))
}

/// Whether a variable is set to something that switches on.
fn is_on(value: &Answer<Value>) -> bool {
    match value {
        Answer::Known(value) => matches!(
            value.text().to_ascii_lowercase().as_str(),
            "1" | "true" | "on" | "yes" | "y" | "t"
        ),
        Answer::Absent | Answer::Unknown => false,
    }
}

const WGET: Grammar = Grammar {
    short: "oaeiBtTwQPAR",
    long: &[
        "output-file",
        "append-output",
        "execute",
        "input-file",
        "base",
        "config",
        "tries",
        "output-document",
        "timeout",
        "wait",
        "quota",
        "directory-prefix",
        "header",
        "user-agent",
        "user",
        "password",
        "post-data",
        "progress",
    ],
};

fn wget(call: &Call) -> Purpose {
    let grammar = Grammar {
        short: "oaeiBtTwQPAROU",
        ..WGET
    };
    let options = Options::of(call.arguments(), grammar);
    let is_quiet = options.has(&[
        "q",
        "quiet",
        "o",
        "output-file",
        "a",
        "append-output",
        "progress",
        "no-verbose",
        "nv",
        "b",
        "background",
        "spider",
        "version",
        "V",
        "help",
        "h",
    ]) || call
        .arguments()
        .iter()
        .any(|(word, _)| word.text().starts_with("-nv"));
    match is_quiet || options.operands.is_empty() && !options.has(&["i", "input-file"]) {
        true => Purpose::Other,
        false => Purpose::Progress,
    }
}

/// The highest number of a user with which the files of logins stay small: five digits, as the largest
/// that images use for people and services.
const HIGHEST_SMALL_UID: u64 = 99_999;

fn user(call: &Call) -> Purpose {
    let options = Options::of(call.arguments(), USERADD);
    let number = options
        .value(&["u", "uid"])
        .and_then(|(uid, place)| Some((uid.as_known()?.parse::<u64>().ok()?, uid, place)));
    match number {
        Some((number, uid, place)) if number > HIGHEST_SMALL_UID && !options.has(&["l", "no-log-init"]) => {
            Purpose::LoginRecords(uid.clone(), place.clone())
        }
        _ => Purpose::Other,
    }
}
