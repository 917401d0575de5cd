//! Tool chains of compiled languages and their installers: rustup, cargo, go, gem, SDKMAN, asdf.

use crate::context::Answer;
use crate::facts::{Manager, PackageAction, Value, WriteKind, path};
use crate::tools::installers::home_of;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Says what one of them does.
pub fn run(call: &Call, effects: &mut Effects) {
    match call.program() {
        "rustup" => rustup(call, effects),
        "rustup-init" | "rustup-init.sh" => {
            crate::tools::installer_from_url("https://sh.rustup.rs", call, effects);
        }
        "cargo" | "cargo-binstall" => cargo(call, effects),
        "go" => go(call, effects),
        "gem" => gem(call, effects),
        "sdk" => {
            let verb = call.arguments().first().map_or("", |(verb, _)| verb.text());
            if matches!(verb, "install" | "i" | "default") {
                effects.write(
                    call.word(),
                    home_of(call, "SDKMAN_DIR", ".sdkman"),
                    WriteKind::Tree,
                    "sdkman",
                );
            }
        }
        "asdf" => effects.write(
            call.word(),
            home_of(call, "ASDF_DATA_DIR", ".asdf"),
            WriteKind::Tree,
            "asdf",
        ),
        "rbenv" => effects.write(
            call.word(),
            home_of(call, "RBENV_ROOT", ".rbenv"),
            WriteKind::Tree,
            "rbenv",
        ),
        "mise" => {
            let verb = call.arguments().first().map_or("", |(verb, _)| verb.text());
            if matches!(verb, "install" | "i" | "use" | "u") {
                let folder = home_of(call, "MISE_DATA_DIR", ".local/share/mise");
                effects.write(call.word(), folder, WriteKind::Tree, "mise");
            }
        }
        "ghcup" => effects.write(call.word(), call.home_path(".ghcup"), WriteKind::Tree, "ghcup"),
        _ => effects.unseen(call),
    }
}

fn rustup(call: &Call, effects: &mut Effects) {
    let words: Vec<&str> = call.arguments().iter().map(|(word, _)| word.text()).collect();
    let words: Vec<&str> = words
        .into_iter()
        .filter(|word| !word.starts_with(['-', '+']))
        .collect();
    let changes = matches!(
        words.as_slice(),
        ["install" | "default" | "update" | "override", ..]
            | ["toolchain", "install" | "add" | "link", ..]
            | ["component" | "target", "add" | "install", ..]
    );
    if changes {
        effects.write(
            call.word(),
            home_of(call, "RUSTUP_HOME", ".rustup"),
            WriteKind::Tree,
            "rustup",
        );
    }
    if let ["run", ..] = words.as_slice() {
        effects.unseen(call);
    }
}

fn cargo(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "Fpj",
        long: &[
            "root",
            "version",
            "vers",
            "git",
            "branch",
            "tag",
            "rev",
            "path",
            "features",
            "target",
            "target-dir",
            "profile",
            "package",
            "bin",
            "example",
            "registry",
            "index",
            "jobs",
            "manifest-path",
            "config",
            "color",
        ],
    };
    let options = Options::of(call.arguments(), grammar);
    let operands = options
        .operands
        .iter()
        .filter(|(word, _)| !word.text().starts_with('+'));
    let mut operands: Vec<_> = operands.collect();
    if call.program() == "cargo" {
        match operands.first().map(|(verb, _)| verb.text()) {
            Some("install" | "binstall") => {}
            Some("build" | "b" | "check" | "test" | "bench" | "doc" | "clippy" | "rustc" | "run" | "r") => {
                let target = options
                    .value(&["target-dir"])
                    .map(|(folder, _)| folder.clone())
                    .or_else(|| (call.variable)("CARGO_TARGET_DIR").known())
                    .unwrap_or_else(|| Value::known("target"));
                effects.write(call.word(), call.path(&target), WriteKind::Tree, "cargo build");
                effects.compiled(call);
                return;
            }
            Some("new" | "init") => {
                if let Some((folder, place)) = operands.get(1) {
                    effects.write(place, call.path(folder), WriteKind::Tree, "cargo");
                }
                return;
            }
            None
            | Some(
                "fetch" | "vendor" | "clean" | "login" | "search" | "update" | "--version"
                | "generate-lockfile",
            ) => return,
            Some(_) => {
                effects.unseen(call);
                return;
            }
        }
        operands.remove(0);
    }
    let root = match options.value(&["root"]) {
        Some((root, _)) => call.path(root),
        None => match (call.variable)("CARGO_INSTALL_ROOT") {
            Answer::Known(root) => call.path(&root),
            Answer::Absent | Answer::Unknown => home_of(call, "CARGO_HOME", ".cargo"),
        },
    };
    effects.packages(Manager::Cargo, PackageAction::Install, operands, |word| {
        (unversioned(word), None)
    });
    effects.write(call.word(), root, WriteKind::Tree, "cargo");
}

/// The part of `NAME@VERSION` before the version.
fn unversioned(word: &Value) -> Value {
    word.split_once('@')
        .map_or_else(|| word.clone(), |(name, _)| name)
}

fn go(call: &Call, effects: &mut Effects) {
    let words: Vec<&str> = call.arguments().iter().map(|(word, _)| word.text()).collect();
    match words.first().copied() {
        Some("install" | "get") => {
            let folder = match (call.variable)("GOBIN") {
                Answer::Known(folder) => call.path(&folder),
                Answer::Absent | Answer::Unknown => {
                    path::join(&home_of(call, "GOPATH", "go"), &Value::known("bin"))
                }
            };
            for (name, place) in call
                .arguments()
                .iter()
                .skip(1)
                .filter(|(word, _)| !word.text().starts_with('-'))
            {
                let module = unversioned(name);
                let text = module.text();
                // `go get ./...` builds what is here; a module has a domain.
                if text.starts_with('.') || !text.contains('.') {
                    continue;
                }
                let last = path::name(&module);
                let program = if last.is("...") {
                    Value::unknown("${program}")
                } else {
                    last
                };
                effects.package(
                    place,
                    Manager::Go,
                    PackageAction::Install,
                    (module, None),
                    Answer::Absent,
                );
                effects.write(
                    place,
                    path::join(&folder, &program),
                    WriteKind::File,
                    "go install",
                );
            }
            if words.iter().skip(1).all(|word| word.starts_with(['-', '.'])) {
                let inside = path::join(&folder, &Value::unknown("${program}"));
                effects.write(call.word(), inside, WriteKind::File, "go install");
            }
        }
        Some("build" | "test") => {
            let rest = &call.arguments()[1..];
            // Go's options have one dash and a word: only `-o` matters here.
            let output = rest
                .windows(2)
                .find(|pair| pair[0].0.is("-o"))
                .map(|pair| &pair[1]);
            match output {
                Some((target, place)) => effects.write(place, call.path(target), WriteKind::Tree, "go build"),
                None => {
                    let file = path::join(call.folder, &Value::unknown("${program}"));
                    effects.write(call.word(), file, WriteKind::File, "go build");
                }
            }
            effects.compiled(call);
        }
        Some("env") if words.contains(&"-w") => {
            effects.write(
                call.word(),
                call.home_path(".config/go/env"),
                WriteKind::File,
                "go env",
            );
        }
        Some(
            "mod" | "env" | "version" | "vet" | "fmt" | "clean" | "list" | "work" | "tool" | "help" | "doc",
        )
        | None => {
            if words.first() == Some(&"mod") && words.contains(&"vendor") {
                let folder = path::join(call.folder, &Value::known("vendor"));
                effects.write(call.word(), folder, WriteKind::Tree, "go mod");
            }
        }
        Some(_) => effects.unseen(call),
    }
}

fn gem(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "vinPsg",
        long: &[
            "version",
            "install-dir",
            "bindir",
            "source",
            "platform",
            "document",
            "trust-policy",
            "file",
        ],
    };
    let options = Options::of(call.arguments(), grammar);
    let mut operands = options.operands.iter();
    if !operands
        .next()
        .is_some_and(|(verb, _)| verb.is("install") || verb.is("i"))
    {
        return;
    }
    effects.packages(Manager::Gem, PackageAction::Install, operands, |word| {
        (word.clone(), None)
    });
    if let Some((folder, place)) = options.value(&["i", "install-dir"]) {
        effects.write(place, call.path(folder), WriteKind::Tree, "gem");
    } else if options.has(&["user-install"]) {
        effects.write(
            call.word(),
            call.home_path(".local/share/gem"),
            WriteKind::Tree,
            "gem",
        );
    } else if let Answer::Known(folder) = (call.variable)("GEM_HOME") {
        effects.write(call.word(), call.path(&folder), WriteKind::Tree, "gem");
    }
}
