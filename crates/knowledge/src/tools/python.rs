//! Python's installers: pip, pipx, uv, poetry, pyenv, conda, virtual environments.

use crate::context::Answer;
use crate::facts::{Manager, PackageAction, Value, WriteKind, path};
use crate::finding::Place;
use crate::tools::installers::home_of;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Says what one of them does.
pub fn run(call: &Call, effects: &mut Effects) {
    match call.program() {
        "pipx" => pipx(call, effects),
        "uv" => uv(call, effects),
        "poetry" => poetry(call, effects),
        "pyenv" => pyenv(call, effects),
        "conda" | "mamba" | "micromamba" => conda(call, effects),
        "virtualenv" => environment(call, call.arguments(), effects),
        name if name.starts_with("pip") => pip(call, call.arguments(), effects),
        _ => python(call, effects),
    }
}

/// `python -m pip`, `python -m venv`; anything else runs unseen.
fn python(call: &Call, effects: &mut Effects) {
    let arguments = call.arguments();
    let module = arguments.iter().position(|(word, _)| word.is("-m"));
    let rest = |at: usize| &arguments[(at + 2).min(arguments.len())..];
    let name = module
        .and_then(|at| arguments.get(at + 1))
        .and_then(|(name, _)| name.as_known());
    match (module, name) {
        (Some(at), Some("pip")) => pip(call, rest(at), effects),
        (Some(at), Some("venv" | "virtualenv")) => environment(call, rest(at), effects),
        (Some(_), Some("ensurepip")) => bring_pip(call, effects),
        _ => match arguments {
            [(flag, _)] if matches!(flag.text(), "--version" | "-V" | "-VV" | "--help") => {}
            [(script, _), ..]
                if script.text().ends_with("get-pip.py") || script.is("-") && is_get_pip(call) =>
            {
                bring_pip(call, effects);
            }
            _ => effects.unseen(call),
        },
    }
}

fn is_get_pip(call: &Call) -> bool {
    call.stdin.is_some_and(|text| text.text().contains("get-pip"))
}

fn bring_pip(call: &Call, effects: &mut Effects) {
    for name in ["pip", "pip3"] {
        let path = Value::known(format!("/usr/local/bin/{name}"));
        effects.write(call.place, path, WriteKind::File, "pip");
    }
}

pub(super) const PIP: Grammar = Grammar {
    short: "rcetidfbw",
    long: &[
        "requirement",
        "constraint",
        "editable",
        "target",
        "index-url",
        "extra-index-url",
        "find-links",
        "prefix",
        "root",
        "src",
        "timeout",
        "retries",
        "proxy",
        "trusted-host",
        "cert",
        "cache-dir",
        "platform",
        "python-version",
        "upgrade-strategy",
        "no-binary",
        "only-binary",
        "config-settings",
        "global-option",
        "install-option",
        "python",
        "log",
        "report",
        "dest",
        "wheel-dir",
        "progress-bar",
        "root-user-action",
        "group",
        "abi",
        "implementation",
        "default-timeout",
        "client-cert",
        "exists-action",
        "use-feature",
        "use-deprecated",
        "keyring-provider",
        "build",
        "build-constraint",
        "resume-retries",
    ],
};

fn pip(call: &Call, arguments: &[(Value, Place)], effects: &mut Effects) {
    let options = Options::of(arguments, PIP);
    let mut operands = options.operands.iter();
    let action = match operands.next().and_then(|(verb, _)| verb.as_known()) {
        Some("install") => PackageAction::Install,
        Some("uninstall") => PackageAction::Remove,
        Some("download" | "wheel") => {
            if let Some((folder, place)) = options.value(&["d", "dest", "w", "wheel-dir"]) {
                effects.write(place, call.path(folder), WriteKind::Tree, "pip");
            }
            return;
        }
        Some("config") => {
            if options.has(&["user"]) || !options.has(&["global", "site"]) {
                effects.write(
                    call.word(),
                    call.home_path(".config/pip/pip.conf"),
                    WriteKind::File,
                    "pip",
                );
            }
            return;
        }
        _ => return,
    };
    effects.packages(Manager::Pip, action, operands, requirement);
    for (file, place) in options.values(&["r", "requirement", "e", "editable"]) {
        let name = (Value::unknown(file.text()), None);
        effects.package(place, Manager::Pip, action, name, Answer::Absent);
    }
    if action == PackageAction::Remove {
        return;
    }
    if let Some((folder, place)) = options.value(&["t", "target", "prefix", "root"]) {
        effects.write(place, call.path(folder), WriteKind::Tree, "pip");
    } else if options.has(&["user"])
        || matches!((call.variable)("PIP_USER"), Answer::Known(on) if !on.is("0"))
    {
        effects.write(
            call.word(),
            home_of(call, "PYTHONUSERBASE", ".local"),
            WriteKind::Tree,
            "pip",
        );
    }
}

/// A requirement to a package: `name[extra]==1.0`, a path or an address.
fn requirement(word: &Value) -> (Value, Option<Value>) {
    let text = word.text();
    if text.contains("://") || text.starts_with(['.', '/']) || text.ends_with(".whl") {
        return (Value::unknown(text), None);
    }
    let end = text
        .find(['=', '<', '>', '~', '!', '[', ';', '@', ' '])
        .unwrap_or(text.len());
    let version = text.find("==").map(|at| word.slice(at + 2..text.len()));
    (word.slice(0..end), version)
}

fn environment(call: &Call, arguments: &[(Value, Place)], effects: &mut Effects) {
    let grammar = Grammar {
        short: "p",
        long: &[
            "python",
            "prompt",
            "app-data",
            "pip",
            "setuptools",
            "wheel",
            "seeder",
        ],
    };
    for (folder, place) in Options::of(arguments, grammar).operands {
        effects.write(place, call.path(folder), WriteKind::Tree, "venv");
    }
}

/// Options of pipx with a value.
pub const PIPX: Grammar = Grammar {
    short: "i",
    long: &[
        "python",
        "pip-args",
        "index-url",
        "suffix",
        "spec",
        "preinstall",
        "fetch-missing-python",
        "backend",
    ],
};

fn pipx(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), PIPX);
    let mut operands = options.operands.iter();
    match operands.next().and_then(|(verb, _)| verb.as_known()) {
        Some("install" | "inject" | "install-all") => {
            effects.packages(Manager::Pipx, PackageAction::Install, operands, requirement);
            let place = call.word();
            if options.has(&["global"]) {
                effects.write(place, Value::known("/opt/pipx"), WriteKind::Tree, "pipx");
                return;
            }
            effects.write(
                place,
                home_of(call, "PIPX_HOME", ".local/share/pipx"),
                WriteKind::Tree,
                "pipx",
            );
            let scripts = path::join(
                &home_of(call, "PIPX_BIN_DIR", ".local/bin"),
                &Value::unknown("${pipx}"),
            );
            effects.write(place, scripts, WriteKind::File, "pipx");
        }
        Some("ensurepath") if !options.has(&["global"]) => {
            effects.write(
                call.word(),
                call.home_path(".bashrc"),
                WriteKind::Append,
                "pipx ensurepath",
            );
            effects.write(
                call.word(),
                call.home_path(".profile"),
                WriteKind::Append,
                "pipx ensurepath",
            );
        }
        _ => {}
    }
}

fn uv(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "pr",
        long: &[
            "python",
            "with",
            "index-url",
            "extra-index-url",
            "from",
            "directory",
            "project",
            "cache-dir",
            "target",
            "prefix",
            "requirement",
            "group",
            "extra",
        ],
    };
    let options = Options::of(call.arguments(), grammar);
    let operands: Vec<&str> = options.operands.iter().map(|(word, _)| word.text()).collect();
    let place = call.word();
    match operands.as_slice() {
        ["tool", "install", ..] => {
            effects.packages(
                Manager::Pipx,
                PackageAction::Install,
                options.operands.iter().skip(2),
                requirement,
            );
            effects.write(
                place,
                home_of(call, "UV_TOOL_DIR", ".local/share/uv/tools"),
                WriteKind::Tree,
                "uv",
            );
            let folder = home_of(call, "UV_TOOL_BIN_DIR", ".local/bin");
            effects.write(
                place,
                path::join(&folder, &Value::unknown("${uv}")),
                WriteKind::File,
                "uv",
            );
        }
        ["tool", "update-shell"] => {
            effects.write(place, call.home_path(".bashrc"), WriteKind::Append, "uv");
        }
        ["python", "install", ..] => {
            let folder = home_of(call, "UV_PYTHON_INSTALL_DIR", ".local/share/uv/python");
            effects.write(place, folder, WriteKind::Tree, "uv");
        }
        ["venv", ..] => {
            let folder = options
                .operands
                .get(1)
                .map_or_else(|| Value::known(".venv"), |(folder, _)| folder.clone());
            effects.write(place, call.path(&folder), WriteKind::Tree, "uv");
        }
        ["sync" | "add", ..] => {
            let folder = match (call.variable)("UV_PROJECT_ENVIRONMENT") {
                Answer::Known(folder) => call.path(&folder),
                Answer::Absent | Answer::Unknown => path::join(call.folder, &Value::known(".venv")),
            };
            effects.write(place, folder, WriteKind::Tree, "uv");
        }
        ["pip", "install", ..] => {
            effects.packages(
                Manager::Pip,
                PackageAction::Install,
                options.operands.iter().skip(2),
                requirement,
            );
            if let Some((folder, place)) = options.value(&["target", "prefix"]) {
                effects.write(place, call.path(folder), WriteKind::Tree, "uv");
            }
        }
        []
        | [
            "cache" | "self" | "lock" | "tool" | "python" | "version" | "tree",
            ..,
        ] => {}
        ["pip", "uninstall" | "list" | "freeze" | "check" | "show", ..] => {}
        _ => effects.unseen(call),
    }
}

fn poetry(call: &Call, effects: &mut Effects) {
    let operands: Vec<&str> = call
        .arguments()
        .iter()
        .map(|(word, _)| word.text())
        .filter(|word| !word.starts_with('-'))
        .collect();
    match operands.first().copied() {
        Some("config") if !call.arguments().iter().any(|(word, _)| word.is("--local")) => {
            let file = call.home_path(".config/pypoetry/config.toml");
            effects.write(call.word(), file, WriteKind::File, "poetry");
        }
        Some("install" | "sync" | "add" | "update") => {
            let folder = path::join(call.folder, &Value::known(".venv"));
            effects.write(call.word(), folder, WriteKind::Folder, "poetry");
        }
        None | Some("check" | "show" | "env" | "self" | "cache" | "config") => {}
        Some(_) => effects.unseen(call),
    }
}

fn pyenv(call: &Call, effects: &mut Effects) {
    let verb = call.arguments().first().map_or("", |(verb, _)| verb.text());
    if matches!(verb, "install" | "global" | "virtualenv") {
        effects.write(
            call.word(),
            home_of(call, "PYENV_ROOT", ".pyenv"),
            WriteKind::Tree,
            "pyenv",
        );
    }
}

fn conda(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "ncpfr",
        long: &[
            "name",
            "channel",
            "prefix",
            "file",
            "root-prefix",
            "solver",
            "set",
            "add",
            "append",
            "prepend",
        ],
    };
    let options = Options::of(call.arguments(), grammar);
    let mut operands = options.operands.iter();
    match operands.next().and_then(|(verb, _)| verb.as_known()) {
        Some("install" | "create" | "update" | "upgrade" | "env") => {
            effects.packages(Manager::Conda, PackageAction::Install, operands, requirement);
            if options.has(&["f", "file"]) {
                let name = (Value::unknown("${environment}"), None);
                effects.package(
                    call.word(),
                    Manager::Conda,
                    PackageAction::Install,
                    name,
                    Answer::Absent,
                );
            }
            if let Some((folder, place)) = options.value(&["p", "prefix"]) {
                effects.write(place, call.path(folder), WriteKind::Tree, "conda");
            }
        }
        Some("remove" | "uninstall") => {
            effects.packages(Manager::Conda, PackageAction::Remove, operands, requirement)
        }
        Some("init") if !options.has(&["system"]) => {
            effects.write(
                call.word(),
                call.home_path(".bashrc"),
                WriteKind::Append,
                "conda init",
            );
        }
        Some("config") if !options.has(&["system", "env"]) => {
            effects.write(
                call.word(),
                call.home_path(".condarc"),
                WriteKind::File,
                "conda config",
            );
        }
        Some("run") => effects.unseen(call),
        _ => {}
    }
}
