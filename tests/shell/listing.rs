//! Scripts in a short form, for cases that are read by people.

use std::fmt::Write as _;

use seaworthy::shell::{Command, Failure, Part, Redirect, RedirectKind, Runs, Script, ShellWord};

/// A script in a short form: one line a command, with only what is not the usual.
pub fn listing(script: &Script) -> String {
    let mut out = String::new();
    if script.incomplete {
        out.push_str("incomplete\n");
    }
    if !script.functions.is_empty() {
        let _ = writeln!(out, "functions {}", script.functions.join(" "));
    }
    if script.scopes.len() > 1 {
        let parents: Vec<String> = script.scopes.iter().map(usize::to_string).collect();
        let _ = writeln!(out, "scopes {}", parents.join(" "));
    }
    for (index, each) in script.loops.iter().enumerate() {
        let _ = writeln!(out, "loop {index} {} over {}", each.variable, words(&each.words));
    }
    for (index, each) in script.block_redirects.iter().enumerate() {
        let _ = writeln!(out, "block {index} {}", redirect(each));
    }
    for (index, command) in script.commands.iter().enumerate() {
        let _ = writeln!(out, "#{index} {}{}", simple(command), around(command));
    }
    out
}

fn simple(command: &Command) -> String {
    let mut pieces = Vec::new();
    for each in &command.assignments {
        let sign = if each.append { "+=" } else { "=" };
        let value = each.value.as_ref().map_or("(array)".to_owned(), word);
        pieces.push(format!("{}{sign}{value}", each.name));
    }
    pieces.extend(command.words.iter().map(word));
    pieces.extend(command.redirects.iter().map(redirect));
    pieces.join(" ")
}

fn around(command: &Command) -> String {
    let mut notes = Vec::new();
    if command.runs == Runs::Maybe {
        notes.push("maybe".to_owned());
    }
    if command.failure == Failure::Tolerated {
        notes.push("tolerated".to_owned());
    }
    for guard in &command.guards {
        let when = if guard.succeeded { "if" } else { "unless" };
        let sure = if guard.certain { "" } else { "?" };
        notes.push(format!("{when} #{}{sure}", guard.command));
    }
    if command.scope != 0 {
        notes.push(format!("scope {}", command.scope));
    }
    notes.extend(command.loops.iter().map(|each| format!("loop {each}")));
    notes.extend(command.block_redirects.iter().map(|each| format!("block {each}")));
    notes.extend(command.function.iter().map(|name| format!("function {name}")));
    notes.extend(command.reads_from.iter().map(|from| format!("reads #{from}")));
    if command.piped {
        notes.push("piped".to_owned());
    }
    if notes.is_empty() {
        String::new()
    } else {
        format!("  -- {}", notes.join(", "))
    }
}

fn words(list: &[ShellWord]) -> String {
    list.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn word(word: &ShellWord) -> String {
    let mut out = String::new();
    for part in &word.parts {
        match part {
            Part::Bare(text) => out.push_str(text),
            Part::Quoted(text) => {
                let _ = write!(out, "'{text}'");
            }
            Part::Variable {
                name,
                operator,
                quoted,
            } => {
                let quote = if *quoted { "\"" } else { "" };
                let _ = write!(out, "{quote}${{{name}{operator}}}{quote}");
            }
            Part::Substitution { commands, quoted, .. } => {
                let quote = if *quoted { "\"" } else { "" };
                let _ = write!(out, "{quote}$(#{}..{}){quote}", commands.start, commands.end);
            }
            Part::Other(raw) => {
                let _ = write!(out, "«{raw}»");
            }
        }
    }
    if out.is_empty() {
        "∅".to_owned()
    } else {
        out.replace('\n', "⏎").replace('\t', "⇥")
    }
}

fn redirect(redirect: &Redirect) -> String {
    let target = word(&redirect.target);
    let descriptor = redirect.descriptor;
    match &redirect.kind {
        RedirectKind::Read => format!("{descriptor}<{target}"),
        RedirectKind::Write => format!("{descriptor}>{target}"),
        RedirectKind::Append => format!("{descriptor}>>{target}"),
        RedirectKind::Duplicate => format!("{descriptor}>&{target}"),
        RedirectKind::HereString => format!("{descriptor}<<<{target}"),
        RedirectKind::Heredoc { body } => {
            format!(
                "{descriptor}<<{target}[{}]",
                body.as_ref().map_or("".to_owned(), word)
            )
        }
    }
}
