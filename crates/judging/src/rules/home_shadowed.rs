//! A file in the home is hidden once the workspace mounts its volume there.
//!
//! The platform keeps the home on a volume that outlives the image. A Kubernetes volume starts empty
//! and hides what the image has below it; Docker fills a new named volume from the image once, and
//! keeps the old files when the image brings newer ones. So tools that a build installs for the user,
//! below the home, are missing in the workspace or stay at the version of its first day.
//!
//! Install tools for everybody (`/opt`, `/usr/local`, each tool's own variable such as `CARGO_HOME`),
//! put defaults into `/etc/skel`, and leave the rest to the workspace's start-up script.

use std::collections::BTreeMap;

use super::{Levels, Report, Rule, mounted};
use crate::contract::Contract;
use crate::facts::{Facts, File, WriteKind, path};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbuilder: Some(Severity::Warning),
        devcontainer: Some(Severity::Info),
        ..Levels::virtual_machines(Severity::Warning)
    },
    ..Rule::facts("home-shadowed", check, include_str!("home_shadowed.rs"))
};

/// Programs that say by themselves where they write; all others are told by the path.
const PROGRAMS: &[&str] = &[
    "rustup",
    "cargo",
    "cargo build",
    "nvm",
    "pyenv",
    "sdkman",
    "pipx",
    "pipx ensurepath",
    "pip",
    "uv",
    "poetry",
    "npm",
    "npm config",
    "yarn",
    "pnpm",
    "pnpm setup",
    "bun",
    "deno",
    "volta",
    "fnm",
    "mise",
    "asdf",
    "rbenv",
    "go install",
    "go env",
    "gem",
    "conda",
    "conda init",
    "conda config",
    "git config",
    "git lfs",
    "oh-my-zsh",
    "oh-my-bash",
    "zsh-in-docker",
    "code-server --install-extension",
    "code --install-extension",
    "ssh-keygen",
    "gpg",
    "code-server",
    "pixi",
    "rye",
    "foundry",
    "ghcup",
    "claude",
    "opencode",
    "Homebrew",
];

/// Says each path that stays below a mounted folder, and each program that wrote there.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let owner = mounted::owner(facts, contract);
    let volumes = mounted::volumes(facts, contract);
    let mut programs: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    let mut told: Vec<&str> = Vec::new();
    let mut lost: Vec<(&File, &str)> = Vec::new();
    for file in facts.files.staying().filter(|file| facts.is_here(&file.written)) {
        let volume = volumes.iter().find(|volume| path::below(volume, &file.path));
        let Some(volume) = volume.filter(|_| counts(file, &owner.home)) else {
            continue;
        };
        if !PROGRAMS.contains(&file.writer) {
            lost.push((file, volume));
        } else if owner.is_there || contract.volumes.is_some() {
            programs.entry(file.writer).or_default().push(file);
        }
    }
    for (program, files) in programs {
        let mut paths: Vec<&str> = Vec::new();
        for file in &files {
            // Of names that nobody can tell, the folder.
            let known = file.path.known_prefix();
            let path = match file.path.as_known() {
                Some(path) => path,
                None => known.trim_end_matches(|sign| sign != '/').trim_end_matches('/'),
            };
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        let shown: Vec<String> = paths.iter().take(3).map(|path| format!("`{path}`")).collect();
        let volume = volumes.iter().find(|volume| path::below(volume, &files[0].path));
        let volume = volume.map_or(owner.home.as_str(), String::as_str);
        let first = first_of(facts, files[0]);
        report
            .say(
                &first.written,
                format!(
                    "{}, which {program} writes, {} hidden once {volume} is mounted",
                    shown.join(", "),
                    if paths.len() > 1 { "are" } else { "is" }
                ),
            )
            .help(advice(program));
    }
    for (file, volume) in &lost {
        let path = file.path.text();
        let is_in_told = told.iter().any(|folder| path::below(folder, &file.path));
        if told.contains(&path) || is_in_told {
            continue;
        }
        if file.kind == WriteKind::Tree && file.path.holes().is_empty() {
            told.push(path);
        }
        report
            .say(
                &first_of(facts, file).written,
                match mounted::shown(&file.path) {
                    shown if shown == *volume => format!("what is put into `{shown}` is hidden once it is mounted"),
                    shown => format!("`{shown}` is hidden once {volume} is mounted"),
                },
            )
            .help("put it into /etc/skel or a folder outside of the volume, or write it when the workspace starts");
        told.push(path);
    }
}

/// Whether a file that goes missing is a loss: empty folders are made again, caches are filled again.
fn counts(file: &File, home: &str) -> bool {
    let cache = format!("{home}/.cache");
    file.kind != WriteKind::Folder && !path::covers(&cache, &file.path)
}

/// The first writing of the same path in this file: what comes later repeats it.
fn first_of<'f>(facts: &'f Facts, file: &'f File) -> &'f File {
    let same = |other: &&File| {
        other.path == file.path && other.writer == file.writer && facts.is_here(&other.written) && {
            other.gone.as_ref().is_none_or(|gone| gone.replaced)
        }
    };
    facts.files.iter().find(same).unwrap_or(file)
}

/// Where a program can be told to put its files.
fn advice(program: &str) -> String {
    let advice = match program {
        "rustup" | "cargo" => {
            "set RUSTUP_HOME and CARGO_HOME to folders outside of the home, such as /opt/rust"
        }
        "nvm" => "set NVM_DIR to a folder outside of the home, such as /opt/nvm",
        "pyenv" => "set PYENV_ROOT to a folder outside of the home, such as /opt/pyenv",
        "sdkman" => "set SDKMAN_DIR to a folder outside of the home, such as /opt/sdkman",
        "pipx" => "set PIPX_HOME and PIPX_BIN_DIR, such as /opt/pipx and /usr/local/bin",
        "pipx ensurepath" => "put the folder on PATH in /etc/profile.d instead",
        "pip" => "install for everybody, or into an environment below /opt",
        "npm" | "npm config" | "yarn" | "pnpm" => "use a prefix outside of the home, such as /usr/local",
        "go install" => "set GOPATH or GOBIN to a folder outside of the home, such as /usr/local/bin",
        "git config" | "git lfs" => "use `--system`, which writes /etc/gitconfig",
        "code-server --install-extension" | "code --install-extension" => {
            "use --extensions-dir with a folder outside of the home"
        }
        "ssh-keygen" | "gpg" => "make keys when the workspace starts: in an image everybody has the same",
        _ => "install it outside of the home, or when the workspace starts",
    };
    advice.to_owned()
}
