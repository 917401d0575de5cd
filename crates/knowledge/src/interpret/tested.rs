//! Which commands a script tests for before it runs another.

use crate::shell::{Command, Part, Script};

/// Deepest nesting of substitutions in which a test is looked for.
const DEEPEST: usize = 3;

/// Adds the names that were tested on the way to a command, and whether it runs because one failed.
pub(super) fn note(script: &Script, command: &Command, tested: &mut Vec<String>, is_fallback: &mut bool) {
    for guard in &command.guards {
        *is_fallback |= !guard.succeeded;
        if let Some(test) = script.commands.get(guard.command) {
            names(script, test, tested, DEEPEST);
        }
    }
}

/// The commands for which a command asks: what `command -v` and its like look up, what a test holds a
/// path to, and the program itself, which fails where it is missing.
fn names(script: &Script, test: &Command, tested: &mut Vec<String>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let mut words = Vec::new();
    for word in &test.words {
        for part in &word.parts {
            if let Part::Substitution { commands, .. } = part {
                for inner in script.commands.get(commands.clone()).into_iter().flatten() {
                    names(script, inner, tested, depth);
                }
            }
        }
        words.push(word.constant().unwrap_or_default());
    }
    let mut words = words.iter().map(String::as_str);
    let Some(program) = words.next() else { return };
    let mut add = |name: &str| {
        let name = name.rsplit('/').next().unwrap_or(name);
        if !name.is_empty() && !name.starts_with('-') {
            tested.push(name.to_owned());
        }
    };
    match program {
        "command" | "which" | "type" | "hash" | "whereis" | "dpkg" | "dpkg-query" | "rpm" | "apk" => {
            words.for_each(add);
        }
        "[" | "[[" | "test" => words.filter(|word| word.starts_with('/')).for_each(add),
        program => add(program),
    }
}
