//! Programs that unpack and pack.

use crate::facts::{Value, WriteKind, path};
use crate::finding::Place;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Says what one of them leaves behind.
pub fn run(call: &Call, effects: &mut Effects) {
    match call.program() {
        "tar" | "bsdtar" => tar(call, effects),
        "unzip" => unzip(call, effects),
        "7z" | "7za" => seven_zip(call, effects),
        "gunzip" | "bunzip2" | "unxz" => in_place(call, effects, true),
        "gzip" | "bzip2" | "xz" | "zstd" => {
            let unpacks = call.arguments().iter().any(|(word, _)| {
                let text = word.text();
                text == "--decompress"
                    || (text.starts_with('-') && !text.starts_with("--") && text.contains('d'))
            });
            in_place(call, effects, unpacks);
        }
        "cpio" | "unrar" => effects.write(call.word(), inside(call.folder), WriteKind::Tree, "cpio"),
        "zip" => {
            if let Some((target, place)) = call
                .arguments()
                .iter()
                .find(|(word, _)| !word.text().starts_with('-'))
            {
                effects.write(place, call.path(target), WriteKind::File, "zip");
            }
        }
        _ => {}
    }
}

const TAR: Grammar = Grammar {
    short: "fCTXbIgHVF",
    long: &[
        "file",
        "directory",
        "files-from",
        "exclude",
        "exclude-from",
        "use-compress-program",
        "transform",
        "owner",
        "group",
        "mode",
        "strip-components",
        "strip",
    ],
};

fn tar(call: &Call, effects: &mut Effects) {
    let arguments = old_style(call.arguments());
    let options = Options::of(&arguments, TAR);
    let folder = options.value(&["C", "directory"]);
    if options.has(&["c", "create"]) {
        if let Some((target, place)) = options.value(&["f", "file"]).filter(|(file, _)| !file.is("-")) {
            effects.write(place, call.path(target), WriteKind::File, "tar");
        }
        return;
    }
    if !options.has(&["x", "extract", "get"]) || options.has(&["O", "to-stdout"]) {
        return;
    }
    let target = folder.map_or_else(|| call.folder.clone(), |(folder, _)| call.path(folder));
    let place = match (folder, options.value(&["f", "file"])) {
        (Some((_, place)), _) => place,
        (None, Some((_, place))) => place,
        (None, None) => call.place,
    };
    let stripped = options.has(&["strip-components", "strip"]);
    if options.operands.is_empty() || stripped {
        effects.write(place, inside(&target), WriteKind::Tree, "tar");
        return;
    }
    for (member, _) in &options.operands {
        effects.write(place, path::join(&target, member), WriteKind::Tree, "tar");
    }
}

/// The archives that a command unpacks, each at its word.
pub(super) fn unpacked(call: &Call) -> Vec<(Value, Place)> {
    let of = |words: &[&(Value, Place)]| {
        let paths = words.iter().map(|(word, place)| (call.path(word), place.clone()));
        paths.collect()
    };
    match call.program() {
        "tar" | "bsdtar" => {
            let arguments = old_style(call.arguments());
            let options = Options::of(&arguments, TAR);
            let unpacks = options.has(&["x", "extract", "get"]);
            let file = options.value(&["f", "file"]).filter(|_| unpacks);
            file.map(|(file, place)| (call.path(file), place.clone()))
                .into_iter()
                .collect()
        }
        "unzip" => of(Options::of(
            call.arguments(),
            Grammar {
                short: "dxP",
                long: &[],
            },
        )
        .operands
        .get(..1)
        .unwrap_or_default()),
        "gunzip" | "bunzip2" | "unlzma" | "unxz" | "zgz" | "uncompress" | "zcat" | "gzcat" | "bzcat"
        | "xzcat" => {
            let grammar = Grammar {
                short: "SoT",
                long: &["suffix"],
            };
            of(&Options::of(call.arguments(), grammar).operands)
        }
        _ => Vec::new(),
    }
}

/// What an archive of unknown content leaves in a folder.
fn inside(folder: &Value) -> Value {
    path::join(folder, &Value::unknown(UNPACKED))
}

/// How the unknown content of an archive is told.
const UNPACKED: &str = "${unpacked}";

/// `tar xzf FILE` to `tar -x -z -f FILE`.
fn old_style(arguments: &[(Value, Place)]) -> Vec<(Value, Place)> {
    let mut all = arguments.to_vec();
    if let Some((first, _)) = all.first_mut()
        && let Some(text) = first.as_known()
        && !text.starts_with('-')
        && text.chars().all(|letter| letter.is_ascii_alphabetic())
    {
        *first = Value::known(format!("-{text}"));
    }
    all
}

fn unzip(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "dxP",
        long: &[],
    };
    let options = Options::of(call.arguments(), grammar);
    if options.has(&["l", "p", "t", "Z", "v"]) {
        return;
    }
    let Some((_, archive_place)) = options.operands.first() else {
        return;
    };
    let (target, place) = match options.value(&["d"]) {
        Some((folder, place)) => (call.path(folder), place),
        None => (call.folder.clone(), archive_place),
    };
    if options.operands.len() > 1 {
        for (member, _) in &options.operands[1..] {
            effects.write(place, path::join(&target, member), WriteKind::Tree, "unzip");
        }
    } else {
        effects.write(place, inside(&target), WriteKind::Tree, "unzip");
    }
}

fn seven_zip(call: &Call, effects: &mut Effects) {
    let mut arguments = call.arguments().iter();
    if !arguments
        .next()
        .is_some_and(|(verb, _)| verb.is("x") || verb.is("e"))
    {
        return;
    }
    let folder = call
        .arguments()
        .iter()
        .find_map(|(word, place)| Some((word.strip_prefix("-o")?, place)));
    let (target, place) = match folder {
        Some((folder, place)) => (call.path(&folder), place),
        None => (call.folder.clone(), call.place),
    };
    effects.write(place, inside(&target), WriteKind::Tree, "7z");
}

/// gzip and its like replace the file by one with or without their ending.
fn in_place(call: &Call, effects: &mut Effects, unpacks: bool) {
    let grammar = Grammar {
        short: "SoT",
        long: &["suffix", "stdout-name"],
    };
    let options = Options::of(call.arguments(), grammar);
    if options.has(&["c", "stdout", "t", "test", "l", "list"]) {
        return;
    }
    let keeps = options.has(&["k", "keep"]) || call.program() == "zstd";
    for (file, place) in &options.operands {
        let from = call.path(file);
        if !keeps {
            effects.remove(place, from.clone());
        }
        if unpacks && let Some(dot) = from.known_suffix().rfind('.') {
            let end = from.text().len() - from.known_suffix().len() + dot;
            effects.write(place, from.slice(0..end), WriteKind::File, "gunzip");
        }
    }
}
