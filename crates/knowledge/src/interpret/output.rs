//! What a command is known to print.

use crate::facts::{Change, Value};
use crate::shell::Dialect;
use crate::tools::text::unescape;
use crate::tools::{Call, Effects};

/// The output of a command whose output follows from its words; `effects` are what its tool said.
pub fn of(call: &Call, dialect: Dialect, effects: &Effects) -> Option<Value> {
    match call.program() {
        "echo" => Some(echo(call, dialect)),
        "printf" => printf(call),
        "cat" => cat(call),
        "tee" => call.stdin.cloned(),
        "pwd" => Some(call.folder.clone()),
        "whoami" => Some(call.user.clone()),
        "mktemp" => effects.0.iter().find_map(|effect| match &effect.change {
            Change::Write(write) => Some(write.path.clone()),
            _ => None,
        }),
        "lsb_release" => codename(call),
        _ => None,
    }
}

fn echo(call: &Call, dialect: Dialect) -> Value {
    let mut arguments = call.arguments();
    let mut newline = true;
    // dash and BusyBox cook escapes always, bash only when told.
    let mut cooks = dialect == Dialect::Posix;
    while let Some((first, _)) = arguments.first() {
        match first.as_known() {
            Some("-n") => newline = false,
            Some("-e") => cooks = true,
            Some("-E") => cooks = false,
            Some("-ne" | "-en") => (newline, cooks) = (false, true),
            _ => break,
        }
        arguments = &arguments[1..];
    }
    let mut text = Value::new();
    for (index, (word, _)) in arguments.iter().enumerate() {
        if index > 0 {
            text.push(" ");
        }
        text.append(word);
    }
    let mut text = if cooks { unescape(&text) } else { text };
    if newline {
        text.push("\n");
    }
    text
}

/// `printf FORMAT WORD…` with `%s`, `%b` and `%%` alone.
fn printf(call: &Call) -> Option<Value> {
    let mut arguments = call.arguments().iter().map(|(word, _)| word);
    let mut format = arguments.next()?;
    if format.is("--") {
        format = arguments.next()?;
    }
    let format = unescape(format);
    let pieces = format.split(|character| character == '%');
    let mut text = pieces.first()?.clone();
    let mut escaped = false;
    for piece in &pieces[1..] {
        if escaped {
            escaped = false;
            text.append(piece);
            continue;
        }
        let rest = match piece.known_prefix().chars().next() {
            None if piece.is_empty() => {
                text.push("%");
                escaped = true;
                continue;
            }
            Some('s') => piece.slice(1..piece.text().len()),
            Some('b') => piece.slice(1..piece.text().len()),
            _ => return None,
        };
        if let Some(word) = arguments.next() {
            text.append(word);
        }
        text.append(&rest);
    }
    // With more words than the format takes, printf begins it anew.
    match arguments.next() {
        None => Some(text),
        Some(_) => None,
    }
}

fn cat(call: &Call) -> Option<Value> {
    let files: Vec<&Value> = call
        .arguments()
        .iter()
        .map(|(word, _)| word)
        .filter(|word| !word.text().starts_with('-') || word.is("-"))
        .collect();
    if files.is_empty() {
        return call.stdin.cloned();
    }
    let mut text = Value::new();
    for file in files {
        let known = if file.is("-") {
            call.stdin.cloned()
        } else {
            let path = call.path(file);
            call.facts.files.at(path.as_known()?)?.content.text().cloned()
        };
        text.append(&known?);
    }
    Some(text)
}

/// `lsb_release -cs`.
fn codename(call: &Call) -> Option<Value> {
    let letters: String = call.arguments().iter().map(|(word, _)| word.text()).collect();
    let asks = letters.contains('c') && letters.contains('s');
    let codename = call.facts.from.base.codename.clone().filter(|_| asks)?;
    Some(Value::known(codename))
}
