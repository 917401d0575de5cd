//! Points 10 to 13 and 22: what programs in a workspace find.

use super::{Asked, Clauses, Point, State, Subject};
use crate::facts::{Answer, Libc, Reach, Value, path};
use crate::rules::locale_not_generated;

/// Point 10.
pub const COMMANDS: Point = Point {
    number: 10,
    name: "commands",
    rule: "contract-commands",
    asks: "the commands are there that the platform and the contract ask for",
    of: Asked::Workspaces,
    check: commands,
};

/// Point 11.
pub const CERTIFICATES: Point = Point {
    number: 11,
    name: "certificates",
    rule: "contract-certificates",
    asks: "certificates of authorities are there, those of one's own for every program",
    of: Asked::Workspaces,
    check: certificates,
};

/// Point 12.
pub const LOCALES: Point = Point {
    number: 12,
    name: "locales",
    rule: "contract-locales",
    asks: "every locale is there that LANG or LC_* names",
    of: Asked::Workspaces,
    check: locales,
};

/// Point 13.
pub const LIBC: Point = Point {
    number: 13,
    name: "libc",
    rule: "contract-libc",
    asks: "the C library is GNU's",
    of: Asked::Workspaces,
    check: libc,
};

/// Point 22.
pub const LOGIN_PATH: Point = Point {
    number: 22,
    name: "login-path",
    rule: "contract-login-path",
    asks: "login shells have the PATH that ENV sets",
    of: Asked::Workspaces,
    check: login_path,
};

/// What the platform runs itself, and what every workspace is used with.
const ALWAYS: [&str; 12] = [
    "sh", "bash", "sleep", "stat", "getent", "cat", "mkdir", "mktemp", "chmod", "id", "git", "tar",
];

/// What enterprise-base has besides; counted where an engine runs inside and the contract does not name
/// the commands that it wants.
const PARITY: [&str; 10] = [
    "unzip", "jq", "vim", "man", "htop", "rsync", "python3", "pip3", "gcc", "make",
];

fn commands(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    let end = subject.end();
    let asked: Vec<&str> = subject.contract.commands.iter().map(String::as_str).collect();
    let parity: &[&str] = match asked.is_empty() && subject.wants_engine() {
        true => &PARITY,
        false => &[],
    };
    let mut names: Vec<&str> = Vec::new();
    for name in ALWAYS.iter().chain(&asked).chain(parity) {
        let name = name.rsplit('/').next().unwrap_or(name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let answers: Vec<(&str, Answer)> = names
        .into_iter()
        .map(|name| (name, subject.facts.command(name, end)))
        .collect();
    let those = |wanted: Answer| {
        let names = answers.iter().filter(|(_, answer)| *answer == wanted);
        names.map(|(name, _)| *name).collect::<Vec<_>>()
    };
    let missing = those(Answer::Absent);
    if !missing.is_empty() {
        let verb = if missing.len() == 1 { "is" } else { "are" };
        clauses.say(
            State::Unmet,
            format!("`{}` {verb} not there", missing.join("`, `")),
        );
    }
    let unsure = those(Answer::Unknown);
    if !unsure.is_empty() {
        clauses.say(
            State::Unknown,
            format!("whether `{}` is there is not known", unsure.join("`, `")),
        );
    }
    let downloaders = ["curl", "wget"].map(|name| subject.facts.command(name, end));
    let one = match downloaders {
        [Answer::Absent, Answer::Absent] => Answer::Absent,
        all if all.contains(&Answer::Known(())) => Answer::Known(()),
        _ => Answer::Unknown,
    };
    clauses.part(
        &one,
        format!("all {} are there", answers.len() + 1),
        "neither `curl` nor `wget` is there",
        "whether `curl` or `wget` is there is not known",
    );
    clauses
}

/// Where certificates of one's own are taken into the system's store from, and the store.
const STORES: [&str; 5] = [
    "/usr/local/share/ca-certificates",
    "/etc/pki/ca-trust/source/anchors",
    "/usr/share/ca-certificates",
    "/etc/ssl/certs",
    "/etc/pki",
];

fn certificates(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    clauses.part(
        &subject.facts.certificates(subject.end()),
        "the bundle of authorities is there",
        "there are no certificates of authorities",
        "whether there are certificates of authorities is not known",
    );
    let own = subject.facts.config.variable("NODE_EXTRA_CA_CERTS").known();
    if let Some(file) = own.and_then(Value::as_known).filter(|file| !file.is_empty()) {
        let in_store = STORES
            .iter()
            .any(|store| path::covers(store, &Value::known(file)));
        let anchors = &STORES[..2];
        let has_own = match subject.observed() {
            Some(observed) => anchors.iter().any(|anchor| {
                let prefix = format!("{anchor}/");
                let next = observed.entries.range(prefix.clone()..).next();
                next.is_some_and(|(path, _)| path.starts_with(&prefix))
            }),
            None => subject
                .facts
                .files
                .staying()
                .any(|file| anchors.iter().any(|anchor| path::covers(anchor, &file.path))),
        };
        match in_store || has_own {
            true => clauses.say(State::Met, "certificates of one's own are in the system's store"),
            false => clauses.say(
                State::Unmet,
                format!("`{file}` is known to Node alone, by NODE_EXTRA_CA_CERTS"),
            ),
        }
    }
    clauses
}

fn locales(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    let mut named = Vec::new();
    for variable in subject.facts.config.environment() {
        let name = variable.name.text();
        if name != "LANG" && !name.starts_with("LC_") {
            continue;
        }
        let Some(value) = variable.value.as_ref().and_then(Value::as_known) else {
            clauses.say(State::Unknown, format!("what {name} names is not known"));
            continue;
        };
        match locale_not_generated::is_there(subject.facts, value) {
            Answer::Known(()) => named.push(format!("{name} is `{value}`, which is there")),
            Answer::Absent => clauses.say_by(
                "locale-not-generated",
                State::Unmet,
                format!("{name} names `{value}`, which is not there"),
            ),
            Answer::Unknown => clauses.say(
                State::Unknown,
                format!("whether the locale `{value}` of {name} is there is not known"),
            ),
        }
    }
    match named.is_empty() {
        true => clauses.say(State::Met, "neither LANG nor LC_* is set"),
        false => clauses.say(State::Met, named.join("; ")),
    }
    clauses
}

fn libc(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    match subject.facts.from.base.libc {
        Some(Libc::Glibc) => clauses.say(State::Met, "it is the GNU C library"),
        Some(Libc::Musl) => clauses.say_by("libc-musl", State::Unmet, "it is musl"),
        None => clauses.say(State::Unknown, "which C library there is, is not known"),
    }
    clauses
}

fn login_path(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    let facts = subject.facts;
    if !facts.from.is_known || facts.is_opaque(Reach::Files, 0, facts.next_step()) {
        clauses.say(State::Unknown, "what login shells read is not known");
    }
    subject.found(
        &["path-lost-in-login"],
        "login shells have every folder that ENV puts on PATH",
        &mut clauses,
    );
    clauses
}
