//! GNU coreutils and their like: copy, move, link, remove, make, own.

use crate::facts::{Change, Content, ModeReach, NameKind, Value, WriteKind, path};
use crate::finding::Place;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects, accounts, inert, modes};

/// Says what one of them does.
pub fn run(call: &Call, effects: &mut Effects) {
    match call.program() {
        "cp" => copy(call, effects, "cp"),
        "mv" => relocate(call, effects),
        "install" => install(call, effects),
        "ln" => link(call, effects),
        "rsync" => copy(call, effects, "rsync"),
        "rm" | "unlink" | "shred" | "rmdir" => remove(call, effects),
        "mkdir" => make_folder(call, effects),
        "touch" | "truncate" => touch(call, effects),
        "tee" => tee(call, effects),
        "mktemp" => make_temporary(call, effects),
        "chmod" => modes::chmod(call, effects),
        "chown" | "chgrp" => own(call, effects),
        "find" => find(call, effects),
        "dd" => convert(call, effects),
        "sed" => edit(call, effects),
        _ => {}
    }
}

/// The target and the sources of `cp`, `mv`, `ln` and `install`.
struct Transfer<'a> {
    sources: Vec<&'a (Value, Place)>,
    target: Value,
    place: &'a Place,
    into_folder: bool,
    /// Whether the folders of the source come along.
    with_parents: bool,
}

fn transfer<'a>(call: &Call, options: &Options<'a>) -> Option<Transfer<'a>> {
    if let Some((folder, place)) = options.value(&["t", "target-directory"]) {
        return Some(Transfer {
            sources: options.operands.clone(),
            target: call.path(folder),
            place,
            into_folder: true,
            with_parents: options.has(&["parents"]),
        });
    }
    let ((target, place), sources) = options.operands.split_last()?;
    if sources.is_empty() {
        return None;
    }
    let resolved = call.path(target);
    let whole = options.has(&["T", "no-target-directory"]);
    let several = sources.len() > 1 || sources[0].0.is_glob();
    let into_folder = !whole && (several || is_folder(call, target, &resolved));
    Some(Transfer {
        sources: sources.to_vec(),
        target: resolved,
        place,
        into_folder,
        with_parents: options.has(&["parents"]),
    })
}

/// Whether a path is meant as a folder: by a closing slash, or because it is one.
fn is_folder(call: &Call, written: &Value, resolved: &Value) -> bool {
    let text = written.text();
    if text.ends_with('/') || text == "." || text == ".." || text.ends_with("/.") {
        return true;
    }
    let Some(path) = resolved.as_known() else {
        return false;
    };
    WELL_KNOWN_FOLDERS.contains(&path)
        || call.facts.files.iter().any(|file| {
            let is_it = file.path.is(path) && matches!(file.kind, WriteKind::Folder | WriteKind::Tree);
            is_it || path::below(path, &file.path)
        })
}

/// Folders that every base has.
const WELL_KNOWN_FOLDERS: &[&str] = &[
    "/",
    "/bin",
    "/dev",
    "/dev/shm",
    "/etc",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/sbin",
    "/usr/local/share",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/lib",
    "/var/tmp",
    "/etc/apt",
    "/etc/apt/preferences.d",
    "/etc/apt/sources.list.d",
    "/etc/profile.d",
    "/etc/skel",
];

impl Transfer<'_> {
    /// Where a source arrives.
    fn arrival(&self, source: &Value) -> Value {
        // `cp -r folder/. target` copies what is in the folder.
        if !self.into_folder || source.text().ends_with("/.") {
            return self.target.clone();
        }
        let mut name = match self.with_parents {
            true => path::clean(source),
            false => path::name(&path::clean(source)),
        };
        if name.is_glob() {
            name = Value::unknown(name.text());
        }
        if name.is(".") || name.is("/") {
            return self.target.clone();
        }
        path::join(&self.target, &name)
    }
}

const COPY: Grammar = Grammar {
    short: "tSe",
    long: &[
        "target-directory",
        "suffix",
        "exclude",
        "include",
        "rsh",
        "chown",
        "chmod",
    ],
};

fn copy(call: &Call, effects: &mut Effects, writer: &'static str) {
    let options = Options::of(call.arguments(), COPY);
    let Some(transfer) = transfer(call, &options) else {
        return;
    };
    let deep = options.has(&["r", "R", "a", "recursive", "archive"]);
    for (source, place) in &transfer.sources {
        let (mut kind, content) = taken(call, source, deep);
        let is_skel = path::clean(&call.path(source)).is("/etc/skel");
        if is_skel && deep {
            // A home as useradd makes one: nothing of anybody's lies in it.
            kind = WriteKind::Folder;
        }
        let at = if transfer.into_folder && transfer.sources.len() > 1 {
            place
        } else {
            transfer.place
        };
        effects.write_text(at, transfer.arrival(source), kind, content, writer);
    }
}

/// What arrives when a path is copied or moved, as far as this file wrote it.
fn taken(call: &Call, source: &Value, deep: bool) -> (WriteKind, Content) {
    let from = call.path(source);
    match from.as_known().and_then(|path| call.facts.files.at(path)) {
        Some(file) => {
            let kind = match &file.kind {
                WriteKind::Link(_) if !deep => WriteKind::File,
                kind => kind.clone(),
            };
            (kind, file.content.clone())
        }
        None if deep => (WriteKind::Tree, Content::Unknown),
        None => (WriteKind::File, Content::Unknown),
    }
}

fn relocate(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), COPY);
    let Some(transfer) = transfer(call, &options) else {
        return;
    };
    for (source, place) in &transfer.sources {
        let (kind, content) = taken(call, source, true);
        effects.remove(place, call.path(source));
        effects.write_text(transfer.place, transfer.arrival(source), kind, content, "mv");
    }
}

fn install(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "tmogS",
        long: &["target-directory", "mode", "owner", "group", "suffix"],
    };
    let options = Options::of(call.arguments(), grammar);
    for (names, kind) in [
        (["o", "owner"], NameKind::User),
        (["g", "group"], NameKind::Group),
    ] {
        if let Some((name, place)) = options.value(&names) {
            for change in accounts::named(name, kind) {
                effects.say(place, change);
            }
        }
    }
    let mode = options.value(&["m", "mode"]);
    if options.has(&["d", "directory"]) {
        for (folder, place) in &options.operands {
            effects.write(place, call.path(folder), WriteKind::Folder, "install");
            modes::say(mode, call.path(folder), ModeReach::Folder, effects);
        }
        return;
    }
    let Some(transfer) = transfer(call, &options) else {
        return;
    };
    for (source, _) in &transfer.sources {
        let (_, content) = if matches!(source.text(), "/dev/stdin" | "-") {
            let content = call.stdin.cloned().map_or(Content::Unknown, Content::Text);
            (WriteKind::File, content)
        } else {
            taken(call, source, false)
        };
        let arrival = transfer.arrival(source);
        modes::say(mode, arrival.clone(), ModeReach::File, effects);
        effects.write_text(transfer.place, arrival, WriteKind::File, content, "install");
    }
}

fn link(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "tS",
        long: &["target-directory", "suffix"],
    };
    let options = Options::of(call.arguments(), grammar);
    let symbolic = options.has(&["s", "symbolic"]);
    if let [(target, place)] = options.operands.as_slice() {
        let target = call.path(target);
        let arrival = path::join(call.folder, &path::name(&target));
        effects.write(place, arrival, WriteKind::Link(target), "ln");
        return;
    }
    let Some(transfer) = transfer(call, &options) else {
        return;
    };
    for (source, _) in &transfer.sources {
        let arrival = transfer.arrival(source);
        let kind = if symbolic {
            // A relative target is meant from the folder of the link.
            let folder = path::parent(&arrival);
            WriteKind::Link(path::resolve(&folder, call.home, source))
        } else {
            WriteKind::File
        };
        effects.write(transfer.place, arrival, kind, "ln");
    }
}

fn remove(call: &Call, effects: &mut Effects) {
    let grammar = Grammar { short: "", long: &[] };
    for (target, place) in Options::of(call.arguments(), grammar).operands {
        effects.remove(place, call.path(target));
    }
}

fn make_folder(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "m",
        long: &["mode"],
    };
    let options = Options::of(call.arguments(), grammar);
    let mode = options.value(&["m", "mode"]);
    for (target, place) in &options.operands {
        effects.write(place, call.path(target), WriteKind::Folder, "mkdir");
        modes::say(mode, call.path(target), ModeReach::Folder, effects);
    }
}

fn touch(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "dtrs",
        long: &["date", "reference", "time", "size"],
    };
    let options = Options::of(call.arguments(), grammar);
    if options.has(&["c", "h", "no-create", "no-dereference"]) {
        // Only the times of what is there change.
        return;
    }
    for (target, place) in options.operands {
        let empty = Content::Text(Value::new());
        effects.write_text(place, call.path(target), WriteKind::Append, empty, "touch");
    }
}

fn tee(call: &Call, effects: &mut Effects) {
    let grammar = Grammar { short: "", long: &[] };
    let options = Options::of(call.arguments(), grammar);
    let kind = if options.has(&["a", "append"]) {
        WriteKind::Append
    } else {
        WriteKind::File
    };
    for (target, place) in &options.operands {
        let content = call.stdin.cloned().map_or(Content::Unknown, Content::Text);
        effects.write_text(place, call.path(target), kind.clone(), content, "tee");
    }
}

fn make_temporary(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "p",
        long: &["suffix"],
    };
    let options = Options::of(call.arguments(), grammar);
    if options.has(&["u", "dry-run"]) {
        return;
    }
    let folder = match options.value(&["p", "tmpdir"]) {
        Some((folder, _)) => call.path(folder),
        None => Value::known("/tmp"),
    };
    let kind = if options.has(&["d", "directory"]) {
        WriteKind::Folder
    } else {
        WriteKind::File
    };
    let path = match options.operands.first() {
        Some((template, _)) => {
            let in_folder = options.has(&["t", "p", "tmpdir"]);
            let base = if in_folder { folder } else { call.folder.clone() };
            let mut named = template.slice(0..template.text().trim_end_matches('X').len());
            named.push_hole("${random}");
            path::resolve(&base, call.home, &named)
        }
        None => path::join(&folder, &Value::unknown(MADE_BY_MKTEMP)),
    };
    effects.write(call.place, path, kind, "mktemp");
}

/// How the name of a file that mktemp made is told; also what its output is taken for.
pub const MADE_BY_MKTEMP: &str = "${mktemp}";

fn own(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "",
        long: &["from", "reference"],
    };
    let options = Options::of(call.arguments(), grammar);
    let recursive = options.has(&["R", "recursive"]);
    let mut operands = options.operands.iter();
    let first = if options.has(&["reference"]) {
        None
    } else {
        operands.next()
    };
    if let Some((owner, place)) = first {
        let named = match call.program() {
            "chown" => accounts::named_by_chown(owner),
            _ => accounts::named(owner, NameKind::Group),
        };
        for change in named {
            effects.say(place, change);
        }
    }
    let owner = first
        .map(|(owner, _)| owner.clone())
        .filter(|_| call.program() == "chown");
    for (target, place) in operands {
        let change = Change::Own {
            path: call.path(target),
            owner: owner.clone(),
            recursive,
        };
        effects.say(place, change);
    }
}

/// `find FOLDER … -delete` and `find FOLDER … -exec rm`: what it names goes.
fn find(call: &Call, effects: &mut Effects) {
    let arguments = call.arguments();
    let texts: Vec<&str> = arguments.iter().map(|(value, _)| value.text()).collect();
    let removes = texts.contains(&"-delete")
        || texts.windows(2).any(|pair| {
            matches!(pair[0], "-exec" | "-execdir" | "-ok") && matches!(pair[1], "rm" | "/bin/rm")
        });
    if !removes {
        modes::found(call, effects);
        // What another program does with the names that it finds cannot be told.
        let runs = texts
            .windows(2)
            .find(|pair| pair[0].starts_with("-exec"))
            .map(|pair| pair[1]);
        let is_inert = |program: &str| {
            matches!(program, "chmod" | "chown" | "chgrp" | "strip" | "sed" | "touch") || inert::is(program)
        };
        if runs.is_some_and(|program| !is_inert(program)) {
            effects.compiled(call);
        }
        return;
    }
    let name = texts
        .windows(2)
        .position(|pair| matches!(pair[0], "-name" | "-iname" | "-path" | "-wholename"))
        .map(|index| &arguments[index + 1].0);
    for (folder, place) in arguments
        .iter()
        .take_while(|(value, _)| !value.text().starts_with(['-', '(', '!']))
    {
        let folder = call.path(folder);
        let mut pattern = folder.clone();
        pattern.push("/");
        match name {
            // A name may lie at any depth; what lies at the first is what can be told.
            Some(name) if !name.text().contains('/') => {
                pattern.append(name);
                if name.text().contains(['*', '?', '[']) {
                    pattern.set_glob();
                }
            }
            _ => {
                pattern.push("*");
                pattern.set_glob();
            }
        }
        effects.remove(place, path::clean(&pattern));
    }
}

fn convert(call: &Call, effects: &mut Effects) {
    for (argument, place) in call.arguments() {
        if let Some(target) = argument.strip_prefix("of=") {
            effects.write(place, call.path(&target), WriteKind::File, "dd");
        }
    }
}

/// Files of a base whose text matters even if nothing but `sed -i` touched it.
const EDITED: [&str; 5] = [
    "/etc/passwd",
    "/etc/group",
    "/etc/sudoers",
    "/etc/login.defs",
    "/etc/default/useradd",
];

/// `sed -i` makes the text of a file unknown, and leaves the file where it is.
fn edit(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "efl",
        long: &["expression", "file", "line-length"],
    };
    let options = Options::of(call.arguments(), grammar);
    if !options.has(&["i", "in-place"]) {
        return;
    }
    let scripted = options.has(&["e", "f", "expression", "file"]);
    for (target, place) in options.operands.iter().skip(usize::from(!scripted)) {
        let target = call.path(target);
        // A file that the base brought is edited where it is: nothing new lies there, and only of few
        // does it matter that their text is not known any more.
        let is_ours = target
            .as_known()
            .is_some_and(|path| EDITED.contains(&path) || call.facts.files.at(path).is_some());
        if is_ours {
            effects.write(place, target, WriteKind::File, "sed");
        }
    }
}
