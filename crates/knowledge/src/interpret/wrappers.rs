//! Programs that run another: sudo, env, xargs and their like are taken off, and what they change
//! for the command is kept.

use crate::facts::Value;
use crate::finding::Place;
use crate::tools::options::{Grammar, Options};

/// What remains of a command when its wrappers are off.
#[derive(Debug, Default)]
pub struct Unwrapped {
    /// Program and arguments.
    pub words: Vec<(Value, Place)>,
    /// What was taken off, outermost first.
    pub wrappers: Vec<&'static str>,
    /// Where each of them stands.
    pub wrapper_places: Vec<Place>,
    /// Who runs it, if that changes.
    pub user: Option<Value>,
    /// Where that is said, if it is.
    pub user_place: Option<Place>,
    /// The folder in which it runs, if that changes.
    pub folder: Option<Value>,
    /// Variables that are set for it.
    pub variables: Vec<(Value, Value)>,
    /// A script that is run instead of words (`su -c`).
    pub script: Option<(Value, Place)>,
    /// Whether arguments come in unseen (`xargs`).
    pub more: bool,
}

struct Wrapper {
    name: &'static str,
    grammar: Grammar,
    /// Operands before the command.
    operands: usize,
}

const fn wrapper(name: &'static str, short: &'static str, long: &'static [&'static str]) -> Wrapper {
    Wrapper {
        name,
        grammar: Grammar { short, long },
        operands: 0,
    }
}

const fn after(name: &'static str, short: &'static str, operands: usize) -> Wrapper {
    Wrapper {
        name,
        grammar: Grammar { short, long: &[] },
        operands,
    }
}

const WRAPPERS: &[Wrapper] = &[
    wrapper(
        "sudo",
        "ughpCrtTUDR",
        &[
            "user",
            "group",
            "host",
            "prompt",
            "chdir",
            "chroot",
            "preserve-env-list",
        ],
    ),
    wrapper("doas", "uC", &[]),
    wrapper("env", "uCS", &["unset", "chdir", "split-string"]),
    wrapper("nice", "n", &["adjustment"]),
    wrapper("ionice", "cnp", &["class", "classdata"]),
    wrapper("time", "fo", &["format", "output"]),
    wrapper("nohup", "", &[]),
    wrapper("setsid", "", &[]),
    wrapper("stdbuf", "ioe", &["input", "output", "error"]),
    wrapper("exec", "a", &[]),
    wrapper("command", "", &[]),
    wrapper("builtin", "", &[]),
    wrapper("busybox", "", &[]),
    wrapper("eatmydata", "", &[]),
    wrapper("fakeroot", "", &[]),
    wrapper("chronic", "", &[]),
    wrapper("tini", "pg", &[]),
    wrapper("dumb-init", "", &["rewrite"]),
    wrapper(
        "xargs",
        "aEILnPsd",
        &[
            "arg-file",
            "eof",
            "replace",
            "max-lines",
            "max-args",
            "max-procs",
            "max-chars",
            "delimiter",
        ],
    ),
    after("timeout", "ks", 1),
    after("gosu", "", 1),
    after("su-exec", "", 1),
    after("chroot", "", 1),
    after("flock", "wEn", 1),
    after("setarch", "", 1),
];

/// Takes wrappers off.
pub fn unwrap(words: Vec<(Value, Place)>) -> Unwrapped {
    let mut unwrapped = Unwrapped {
        words,
        ..Unwrapped::default()
    };
    // A command is wrapped a few times at most; the bound keeps odd input cheap.
    for _ in 0..8 {
        let Some((first, _)) = unwrapped.words.first() else {
            break;
        };
        let Some(program) = first.as_known() else { break };
        let program = program
            .rsplit('/')
            .next()
            .unwrap_or(program)
            .trim_start_matches('\\');
        if matches!(program, "su" | "runuser") {
            switch_user(&mut unwrapped);
            break;
        }
        let Some(known) = WRAPPERS.iter().find(|wrapper| wrapper.name == program) else {
            break;
        };
        if !take_off(&mut unwrapped, known) {
            break;
        }
    }
    unwrapped
}

/// Takes one wrapper off; false if no command follows it.
fn take_off(unwrapped: &mut Unwrapped, wrapper: &Wrapper) -> bool {
    let words = &unwrapped.words;
    // Options end at the first operand: what follows belongs to the command.
    let mut end = 1;
    while let Some((word, _)) = words.get(end) {
        let text = word.text();
        if !text.starts_with('-') || text == "-" {
            break;
        }
        end += 1;
        if text == "--" {
            break;
        }
        let takes_next = match text.strip_prefix("--") {
            Some(long) => wrapper.grammar.long.contains(&long),
            None => text[1..]
                .char_indices()
                .find(|(_, letter)| wrapper.grammar.short.contains(*letter))
                .is_some_and(|(at, letter)| 1 + at + letter.len_utf8() == text.len()),
        };
        end += usize::from(takes_next);
    }
    let end = end.min(words.len());
    let options = Options::of(&words[1..end], wrapper.grammar);
    if wrapper.name == "command" && options.has(&["v", "V"]) {
        return false;
    }
    let mut user = None;
    let mut user_place = None;
    let mut folder = None;
    match wrapper.name {
        "sudo" | "doas" => {
            let asked = options.value(&["u", "user"]);
            user_place = asked.map(|(_, place)| place.clone());
            let asked = asked.map(|(user, _)| user.clone());
            user = Some(asked.unwrap_or_else(|| Value::known("root")));
            folder = options.value(&["D", "chdir"]).map(|(folder, _)| folder.clone());
        }
        "env" => folder = options.value(&["C", "chdir"]).map(|(folder, _)| folder.clone()),
        "gosu" | "su-exec" => {
            user_place = words.get(end).map(|(_, place)| place.clone());
            user = words.get(end).map(|(user, _)| {
                user.split_once(':')
                    .map_or_else(|| user.clone(), |(user, _)| user)
            });
        }
        _ => {}
    }
    let mut start = end + wrapper.operands;
    let mut variables = Vec::new();
    if matches!(wrapper.name, "sudo" | "env" | "doas") {
        while let Some((name, value)) = words.get(start).and_then(|(word, _)| assignment(word)) {
            variables.push((name, value));
            start += 1;
        }
    }
    if start >= words.len() {
        return false;
    }
    unwrapped.wrappers.push(wrapper.name);
    let place = unwrapped.words[0].1.clone();
    unwrapped.wrapper_places.push(place);
    if user.is_some() {
        unwrapped.user = user;
        unwrapped.user_place = user_place;
    }
    unwrapped.folder = folder.or(unwrapped.folder.take());
    unwrapped.variables.extend(variables);
    unwrapped.more |= wrapper.name == "xargs";
    unwrapped.words.drain(..start);
    true
}

/// `NAME=value`, if the word is one.
fn assignment(word: &Value) -> Option<(Value, Value)> {
    let (name, value) = word.split_once('=')?;
    let text = name.as_known()?;
    let is_name = text.chars().enumerate().all(|(index, character)| {
        character == '_' || character.is_ascii_alphabetic() || (index > 0 && character.is_ascii_digit())
    });
    (is_name && !text.is_empty()).then_some((name, value))
}

/// `su [-] [USER] [-c SCRIPT]`, `runuser -u USER -- COMMAND`.
fn switch_user(unwrapped: &mut Unwrapped) {
    let grammar = Grammar {
        short: "cgGsuw",
        long: &[
            "command",
            "session-command",
            "group",
            "supp-group",
            "shell",
            "user",
        ],
    };
    let words = unwrapped.words.clone();
    let options = Options::of(&words[1..], grammar);
    unwrapped.wrappers.push("su");
    unwrapped.wrapper_places.push(words[0].1.clone());
    let mut operands = options.operands.iter().filter(|(word, _)| !word.is("-"));
    if let Some((user, place)) = options.value(&["u", "user"]) {
        unwrapped.user = Some(user.clone());
        unwrapped.user_place = Some(place.clone());
        unwrapped.words = operands.map(|word| (*word).clone()).collect();
        return;
    }
    let user = operands.next();
    unwrapped.user_place = user.map(|(_, place)| place.clone());
    unwrapped.user = Some(user.map_or_else(|| Value::known("root"), |(user, _)| user.clone()));
    let script = options.value(&["c", "command", "session-command"]);
    unwrapped.script = script.map(|(script, place)| (script.clone(), place.clone()));
    unwrapped.words.clear();
}
