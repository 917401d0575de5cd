//! Scripts from the net whose consequences are known.

use crate::context::Answer;
use crate::facts::{Manager, PackageAction, Value, WriteKind, path};
use crate::tools::{Call, Effects};

/// What a known script does.
struct Installer {
    /// How its URL goes on after the scheme; `*` stands for anything.
    url: &'static str,
    /// The name under which it is told.
    name: &'static str,
    /// What it leaves behind.
    does: fn(&Call, &'static str, &mut Effects),
}

/// By the scripts themselves, as they were on 2026-11-24.
const INSTALLERS: &[Installer] = &[
    Installer {
        url: "get.docker.com*",
        name: "docker",
        does: docker,
    },
    Installer {
        url: "test.docker.com*",
        name: "docker",
        does: docker,
    },
    Installer {
        url: "sh.rustup.rs*",
        name: "rustup",
        does: rustup,
    },
    Installer {
        url: "static.rust-lang.org/rustup*",
        name: "rustup",
        does: rustup,
    },
    Installer {
        url: "raw.githubusercontent.com/*/nvm/*install.sh",
        name: "nvm",
        does: nvm,
    },
    Installer {
        url: "deb.nodesource.com/*",
        name: "nodesource",
        does: nodesource,
    },
    Installer {
        url: "rpm.nodesource.com/*",
        name: "nodesource",
        does: nodesource,
    },
    Installer {
        url: "astral.sh/uv/*",
        name: "uv",
        does: uv,
    },
    Installer {
        url: "install.python-poetry.org*",
        name: "poetry",
        does: poetry,
    },
    Installer {
        url: "raw.githubusercontent.com/python-poetry/*",
        name: "poetry",
        does: poetry,
    },
    Installer {
        url: "pyenv.run*",
        name: "pyenv",
        does: |call, name, effects| folder(call, name, "PYENV_ROOT", ".pyenv", effects),
    },
    Installer {
        url: "raw.githubusercontent.com/pyenv/pyenv-installer/*",
        name: "pyenv",
        does: |call, name, effects| folder(call, name, "PYENV_ROOT", ".pyenv", effects),
    },
    Installer {
        url: "get.sdkman.io*",
        name: "sdkman",
        does: sdkman,
    },
    Installer {
        url: "raw.githubusercontent.com/*oh-my-zsh/*install.sh",
        name: "oh-my-zsh",
        does: oh_my_zsh,
    },
    Installer {
        url: "raw.github.com/*oh-my-zsh/*install.sh",
        name: "oh-my-zsh",
        does: oh_my_zsh,
    },
    Installer {
        url: "raw.githubusercontent.com/ohmyzsh/*",
        name: "oh-my-zsh",
        does: oh_my_zsh,
    },
    Installer {
        url: "install.ohmyz.sh*",
        name: "oh-my-zsh",
        does: oh_my_zsh,
    },
    Installer {
        url: "raw.githubusercontent.com/*oh-my-bash/*install.sh",
        name: "oh-my-bash",
        does: oh_my_bash,
    },
    Installer {
        url: "github.com/deluan/zsh-in-docker/*",
        name: "zsh-in-docker",
        does: oh_my_zsh,
    },
    Installer {
        url: "starship.rs/install.sh*",
        name: "starship",
        does: |call, name, effects| command(call, name, "starship", effects),
    },
    Installer {
        url: "raw.githubusercontent.com/helm/helm/*get-helm*",
        name: "helm",
        does: |call, name, effects| command(call, name, "helm", effects),
    },
    Installer {
        url: "get.helm.sh/get*",
        name: "helm",
        does: |call, name, effects| command(call, name, "helm", effects),
    },
    Installer {
        url: "bun.sh/install*",
        name: "bun",
        does: |call, name, effects| folder(call, name, "BUN_INSTALL", ".bun", effects),
    },
    Installer {
        url: "bun.com/install*",
        name: "bun",
        does: |call, name, effects| folder(call, name, "BUN_INSTALL", ".bun", effects),
    },
    Installer {
        url: "deno.land/*install.sh",
        name: "deno",
        does: |call, name, effects| folder(call, name, "DENO_INSTALL", ".deno", effects),
    },
    Installer {
        url: "get.pnpm.io/install.sh*",
        name: "pnpm",
        does: |call, name, effects| folder(call, name, "PNPM_HOME", ".local/share/pnpm", effects),
    },
    Installer {
        url: "get.volta.sh*",
        name: "volta",
        does: |call, name, effects| folder(call, name, "VOLTA_HOME", ".volta", effects),
    },
    Installer {
        url: "fnm.vercel.app/install*",
        name: "fnm",
        does: |call, name, effects| folder(call, name, "FNM_DIR", ".local/share/fnm", effects),
    },
    Installer {
        url: "mise.run*",
        name: "mise",
        does: |call, name, effects| folder(call, name, "MISE_INSTALL_PATH", ".local/bin/mise", effects),
    },
    Installer {
        url: "mise.jdx.dev/install.sh*",
        name: "mise",
        does: |call, name, effects| folder(call, name, "MISE_INSTALL_PATH", ".local/bin/mise", effects),
    },
    Installer {
        url: "pixi.sh/install.sh*",
        name: "pixi",
        does: |call, name, effects| folder(call, name, "PIXI_HOME", ".pixi", effects),
    },
    Installer {
        url: "rye.astral.sh/get*",
        name: "rye",
        does: |call, name, effects| folder(call, name, "RYE_HOME", ".rye", effects),
    },
    Installer {
        url: "foundry.paradigm.xyz*",
        name: "foundry",
        does: |call, name, effects| folder(call, name, "FOUNDRY_DIR", ".foundry", effects),
    },
    Installer {
        url: "get-ghcup.haskell.org*",
        name: "ghcup",
        does: |call, name, effects| folder(call, name, "GHCUP_INSTALL_BASE_PREFIX", ".ghcup", effects),
    },
    Installer {
        url: "claude.ai/install.sh*",
        name: "claude",
        does: |call, name, effects| folder(call, name, "", ".local/bin/claude", effects),
    },
    Installer {
        url: "opencode.ai/install*",
        name: "opencode",
        does: |call, name, effects| folder(call, name, "", ".opencode", effects),
    },
    Installer {
        url: "code-server.dev/install.sh*",
        name: "code-server",
        does: code_server,
    },
    Installer {
        url: "raw.githubusercontent.com/coder/code-server/*install.sh",
        name: "code-server",
        does: code_server,
    },
    Installer {
        url: "raw.githubusercontent.com/cdr/code-server/*install.sh",
        name: "code-server",
        does: code_server,
    },
    Installer {
        url: "raw.githubusercontent.com/Homebrew/install/*",
        name: "Homebrew",
        does: homebrew,
    },
];

/// Says what the script at a URL does when it is run, if that is known.
pub fn from_url(url: &str, call: &Call, effects: &mut Effects) -> bool {
    let bare = url.trim_start_matches("https://").trim_start_matches("http://");
    let installer = INSTALLERS
        .iter()
        .find(|installer| path::glob_matches(installer.url, bare));
    let Some(installer) = installer else {
        return false;
    };
    (installer.does)(call, installer.name, effects);
    true
}

/// Where a tool lives: what its variable says, or a folder in the home of who runs it.
pub fn home_of(call: &Call, variable: &str, default: &str) -> Value {
    match (call.variable)(variable) {
        Answer::Known(value) if !value.is_empty() => call.path(&value),
        Answer::Known(_) | Answer::Absent => path::join(call.home, &Value::known(default)),
        Answer::Unknown => Value::unknown(format!("${{{variable}}}")),
    }
}

/// Whether one of the words after the program is this.
fn is_asked(call: &Call, word: &str) -> bool {
    call.arguments().iter().any(|(value, _)| value.text() == word)
}

/// The word after one of these, or behind its equals sign.
fn value_of<'c>(call: &'c Call, names: &[&str]) -> Option<&'c str> {
    let words: Vec<&str> = call.arguments().iter().map(|(value, _)| value.text()).collect();
    let apart = words
        .windows(2)
        .find(|pair| names.contains(&pair[0]))
        .map(|pair| pair[1]);
    apart.or_else(|| {
        words.iter().find_map(|word| {
            let (name, value) = word.split_once('=')?;
            names.contains(&name).then_some(value)
        })
    })
}

fn in_home(call: &Call, name: &str) -> Value {
    path::join(call.home, &Value::known(name))
}

/// A tool that puts all of itself into one folder.
fn folder(call: &Call, name: &'static str, variable: &str, default: &str, effects: &mut Effects) {
    effects.write(
        call.place,
        home_of(call, variable, default),
        WriteKind::Tree,
        name,
    );
}

/// A tool that is one program in `/usr/local/bin`.
fn command(call: &Call, name: &'static str, program: &str, effects: &mut Effects) {
    let folder = match value_of(call, &["-b", "--bin-dir"]) {
        Some(folder) => call.path(&Value::known(folder)),
        None => match (call.variable)("HELM_INSTALL_DIR") {
            Answer::Known(folder) if program == "helm" => call.path(&folder),
            _ => Value::known("/usr/local/bin"),
        },
    };
    effects.write(
        call.place,
        path::join(&folder, &Value::known(program)),
        WriteKind::File,
        name,
    );
}

/// The engine in the newest version, or in the one that `--version` tells; containerd.io is always the
/// newest.
fn docker(call: &Call, _name: &'static str, effects: &mut Effects) {
    let told = call
        .words
        .iter()
        .skip_while(|(word, _)| !word.is("--version"))
        .nth(1);
    let version = told.map(|(version, _)| match version.as_known() {
        Some(known) => Value::known(format!("5:{known}*")),
        None => version.clone(),
    });
    for (name, version) in [
        ("docker-ce", version.clone()),
        ("docker-ce-cli", version),
        ("containerd.io", None),
        ("docker-compose-plugin", None),
        ("docker-buildx-plugin", None),
    ] {
        effects.package(
            call.place,
            Manager::Apt,
            PackageAction::Install,
            (Value::known(name), version),
            Answer::Known(()),
        );
    }
}

fn rustup(call: &Call, name: &'static str, effects: &mut Effects) {
    folder(call, name, "RUSTUP_HOME", ".rustup", effects);
    folder(call, name, "CARGO_HOME", ".cargo", effects);
    if !is_asked(call, "--no-modify-path") {
        effects.write(call.place, in_home(call, ".profile"), WriteKind::Append, name);
    }
}

fn nvm(call: &Call, name: &'static str, effects: &mut Effects) {
    let target = match ((call.variable)("NVM_DIR"), (call.variable)("XDG_CONFIG_HOME")) {
        (Answer::Absent, Answer::Known(config)) => path::join(&call.path(&config), &Value::known("nvm")),
        _ => home_of(call, "NVM_DIR", ".nvm"),
    };
    effects.write(call.place, target, WriteKind::Tree, name);
    let profile = (call.variable)("PROFILE").known();
    if !profile.is_some_and(|profile| profile.is("/dev/null")) {
        effects.write(call.place, in_home(call, ".bashrc"), WriteKind::Append, name);
    }
}

/// The source of packages, and what the script itself installs to set it up.
fn nodesource(call: &Call, name: &'static str, effects: &mut Effects) {
    let list = Value::known("/etc/apt/sources.list.d/nodesource.list");
    effects.write(call.place, list, WriteKind::File, name);
    for package in ["ca-certificates", "curl", "gnupg"] {
        let package = (Value::known(package), None);
        effects.package(
            call.place,
            Manager::Apt,
            PackageAction::Install,
            package,
            Answer::Unknown,
        );
    }
}

fn uv(call: &Call, name: &'static str, effects: &mut Effects) {
    let variables = ["UV_UNMANAGED_INSTALL", "UV_INSTALL_DIR", "XDG_BIN_HOME"];
    let told = variables
        .iter()
        .find_map(|variable| (call.variable)(variable).known());
    let folder = told.map_or_else(|| in_home(call, ".local/bin"), |folder| call.path(&folder));
    for program in ["uv", "uvx"] {
        effects.write(
            call.place,
            path::join(&folder, &Value::known(program)),
            WriteKind::File,
            name,
        );
    }
}

fn poetry(call: &Call, name: &'static str, effects: &mut Effects) {
    let told = (call.variable)("POETRY_HOME").known();
    folder(call, name, "POETRY_HOME", ".local/share/pypoetry", effects);
    if told.is_none() {
        effects.write(
            call.place,
            in_home(call, ".local/bin/poetry"),
            WriteKind::File,
            name,
        );
    }
}

fn sdkman(call: &Call, name: &'static str, effects: &mut Effects) {
    folder(call, name, "SDKMAN_DIR", ".sdkman", effects);
    effects.write(call.place, in_home(call, ".bashrc"), WriteKind::Append, name);
}

fn oh_my_zsh(call: &Call, name: &'static str, effects: &mut Effects) {
    folder(call, name, "ZSH", ".oh-my-zsh", effects);
    if !is_asked(call, "--keep-zshrc") {
        effects.write(call.place, in_home(call, ".zshrc"), WriteKind::File, name);
    }
}

fn oh_my_bash(call: &Call, name: &'static str, effects: &mut Effects) {
    folder(call, name, "OSH", ".oh-my-bash", effects);
    effects.write(call.place, in_home(call, ".bashrc"), WriteKind::File, name);
}

fn code_server(call: &Call, name: &'static str, effects: &mut Effects) {
    let standalone =
        is_asked(call, "--method=standalone") || value_of(call, &["--method"]) == Some("standalone");
    if let Some(prefix) = value_of(call, &["--prefix"]) {
        let inside = path::join(
            &call.path(&Value::known(prefix)),
            &Value::unknown("${code-server}"),
        );
        effects.write(call.place, inside, WriteKind::Tree, name);
    } else if standalone {
        effects.write(
            call.place,
            in_home(call, ".local/lib/code-server"),
            WriteKind::Tree,
            name,
        );
        effects.write(
            call.place,
            in_home(call, ".local/bin/code-server"),
            WriteKind::File,
            name,
        );
    } else {
        let package = (Value::known("code-server"), None);
        effects.package(
            call.place,
            Manager::Apt,
            PackageAction::Install,
            package,
            Answer::Absent,
        );
    }
}

fn homebrew(call: &Call, name: &'static str, effects: &mut Effects) {
    let prefix = Value::known("/home/linuxbrew/.linuxbrew");
    effects.write(call.place, prefix, WriteKind::Tree, name);
}
