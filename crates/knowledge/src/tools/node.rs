//! JavaScript's package managers: npm, yarn, pnpm, corepack, n, nvm, bun.

use crate::context::Answer;
use crate::facts::{Content, Manager, PackageAction, Value, WriteKind, path};
use crate::tools::installers::home_of;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Says what one of them does.
pub fn run(call: &Call, effects: &mut Effects) {
    match call.program() {
        "npm" => npm(call, effects),
        "yarn" | "yarnpkg" => yarn(call, effects),
        "pnpm" => pnpm(call, effects),
        "corepack" => corepack(call, effects),
        "n" => {
            let prefix = home_or(call, "N_PREFIX", "/usr/local");
            programs(call, &prefix, &["node", "npm", "npx"], "n", effects);
        }
        "nvm" => nvm(call, effects),
        "bun" => bun(call, effects),
        "volta" => effects.write(
            call.word(),
            home_of(call, "VOLTA_HOME", ".volta"),
            WriteKind::Tree,
            "volta",
        ),
        "fnm" => {
            let folder = home_of(call, "FNM_DIR", ".local/share/fnm");
            effects.write(call.word(), folder, WriteKind::Tree, "fnm");
        }
        _ => effects.unseen(call),
    }
}

pub(super) const NPM: Grammar = Grammar {
    short: "CLw",
    long: &[
        "prefix",
        "registry",
        "loglevel",
        "cache",
        "userconfig",
        "workspace",
        "omit",
        "tag",
        "location",
        "cwd",
        "dir",
        "modules-folder",
        "network-timeout",
        "mutex",
        "cache-folder",
        "global-folder",
        "global-dir",
        "filter",
    ],
};

fn npm(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), NPM);
    let mut operands = options.operands.iter();
    let verb = operands.next().map_or("", |(verb, _)| verb.text());
    let is_global = options.has(&["g", "global"])
        || options
            .value(&["location"])
            .is_some_and(|(place, _)| place.is("global"));
    match verb {
        "install" | "i" | "add" | "ci" | "update" | "up" | "link" if is_global => {
            effects.packages(Manager::Npm, PackageAction::Install, operands, package);
            global(
                call,
                options.value(&["prefix"]).map(|(prefix, _)| prefix),
                effects,
            );
        }
        "install" | "i" | "add" | "ci" | "clean-install" | "update" | "install-clean" => {
            let folder = options
                .value(&["prefix", "C"])
                .map_or_else(|| call.folder.clone(), |(folder, _)| call.path(folder));
            modules(call, &folder, "npm", effects);
        }
        "uninstall" | "rm" | "remove" | "un" if is_global => {
            effects.packages(Manager::Npm, PackageAction::Remove, operands, package);
        }
        "config" | "c" | "set" => {
            let words: Vec<&Value> = options.operands.iter().map(|(word, _)| word).collect();
            let words = if verb == "set" {
                &words[1..]
            } else {
                words.get(2..).unwrap_or(&[])
            };
            if is_global || options.has(&["L"]) {
                return;
            }
            let pair = match words {
                [key, value, ..] => {
                    let mut pair = (*key).clone();
                    pair.push("=");
                    // The shell puts the home in place of a tilde in front.
                    match value.strip_prefix("~/") {
                        Some(rest) => {
                            pair.append(call.home);
                            pair.push("/");
                            pair.append(&rest);
                        }
                        None => pair.append(value),
                    }
                    pair
                }
                [pair] => (*pair).clone(),
                [] => return,
            };
            let mut line = pair;
            line.push("\n");
            effects.write_text(
                call.word(),
                call.home_path(".npmrc"),
                WriteKind::Append,
                Content::Text(line),
                "npm config",
            );
        }
        "cache" | "version" | "ping" | "audit" | "ls" | "list" | "view" | "info" | "prune" | "dedupe"
        | "get" | "root" | "prefix" | "bin" | "login" | "uninstall" | "rm" | "remove" | "un" | "fund"
        | "outdated" | "" => {}
        _ => effects.unseen(call),
    }
}

/// Where npm puts what is for everybody: what the command, its variable or `.npmrc` says, else `/usr/local`.
fn global(call: &Call, asked: Option<&Value>, effects: &mut Effects) {
    let variables = ["NPM_CONFIG_PREFIX", "npm_config_prefix"];
    let told = variables
        .iter()
        .find_map(|variable| match (call.variable)(variable) {
            Answer::Known(prefix) => Some(prefix),
            Answer::Absent | Answer::Unknown => None,
        });
    let prefix = asked.cloned().or(told).or_else(|| configured(call));
    let prefix = prefix.map_or_else(|| Value::known("/usr/local"), |prefix| call.path(&prefix));
    let inside = path::join(&prefix, &Value::known("lib/node_modules"));
    effects.write(call.word(), inside, WriteKind::Tree, "npm");
}

/// The prefix in the `.npmrc` of who runs it.
fn configured(call: &Call) -> Option<Value> {
    let file = call.facts.files.at(call.home_path(".npmrc").as_known()?)?;
    let text = file.content.text()?;
    let lines = text.split(|character| character == '\n');
    let mut prefixes = lines.iter().rev().filter_map(|line| line.strip_prefix("prefix="));
    let prefix = prefixes.next()?;
    Some(match prefix.strip_prefix("${HOME}") {
        Some(rest) => {
            let mut path = call.home.clone();
            path.append(&rest);
            path
        }
        None => prefix,
    })
}

/// `name@version`, or `@scope/name@version`.
fn package(word: &Value) -> (Value, Option<Value>) {
    let text = word.text();
    // A scope begins with the sign that else parts the version.
    let at = text
        .char_indices()
        .skip(1)
        .find(|(_, sign)| *sign == '@')
        .map(|(at, _)| at);
    match at {
        Some(at) => (word.slice(0..at), Some(word.slice(at + 1..text.len()))),
        None => (word.clone(), None),
    }
}

fn modules(call: &Call, folder: &Value, writer: &'static str, effects: &mut Effects) {
    let target = path::join(folder, &Value::known("node_modules"));
    effects.write(call.word(), target, WriteKind::Tree, writer);
}

fn programs(call: &Call, prefix: &Value, names: &[&str], writer: &'static str, effects: &mut Effects) {
    for name in names {
        let file = path::join(prefix, &Value::known(format!("bin/{name}")));
        effects.write(call.word(), file, WriteKind::File, writer);
    }
}

fn home_or(call: &Call, variable: &str, default: &str) -> Value {
    match (call.variable)(variable) {
        Answer::Known(value) => call.path(&value),
        Answer::Absent | Answer::Unknown => Value::known(default),
    }
}

fn yarn(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), NPM);
    let mut operands = options.operands.iter();
    let verb = operands.next().map_or("install", |(verb, _)| verb.text());
    match verb {
        "global" => {
            if operands.next().is_some_and(|(verb, _)| verb.is("add")) {
                effects.packages(Manager::Yarn, PackageAction::Install, operands, package);
                if !options.has(&["global-folder"]) {
                    let folder = call.home_path(".config/yarn/global");
                    effects.write(call.word(), folder, WriteKind::Tree, "yarn");
                }
                if let Some((prefix, _)) = options.value(&["prefix"]) {
                    let folder = path::join(&call.path(prefix), &Value::unknown("bin/${yarn}"));
                    effects.write(call.word(), folder, WriteKind::File, "yarn");
                }
            }
        }
        "install" | "add" | "upgrade" => {
            let folder = options
                .value(&["cwd"])
                .map_or_else(|| call.folder.clone(), |(folder, _)| call.path(folder));
            modules(call, &folder, "yarn", effects);
        }
        "config" | "cache" | "set" | "--version" | "policies" | "autoclean" => {}
        _ => effects.unseen(call),
    }
}

fn pnpm(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), NPM);
    let mut operands = options.operands.iter();
    let verb = operands.next().map_or("", |(verb, _)| verb.text());
    let is_global = options.has(&["g", "global"]);
    match verb {
        "add" | "install" | "i" if is_global => {
            effects.packages(Manager::Npm, PackageAction::Install, operands, package);
            let folder = home_of(call, "PNPM_HOME", ".local/share/pnpm");
            effects.write(call.word(), folder, WriteKind::Tree, "pnpm");
        }
        "install" | "i" | "add" | "ci" | "fetch" => modules(call, call.folder, "pnpm", effects),
        "config" | "store" | "prune" | "" => {}
        "env" => {
            let folder = home_of(call, "PNPM_HOME", ".local/share/pnpm");
            effects.write(call.word(), folder, WriteKind::Tree, "pnpm");
        }
        "setup" => effects.write(
            call.word(),
            call.home_path(".bashrc"),
            WriteKind::Append,
            "pnpm setup",
        ),
        _ => effects.unseen(call),
    }
}

fn corepack(call: &Call, effects: &mut Effects) {
    let is_on = call
        .arguments()
        .first()
        .is_some_and(|(verb, _)| verb.is("enable") || verb.is("prepare"));
    if is_on {
        let prefix = Value::known("/usr/local");
        programs(
            call,
            &prefix,
            &["yarn", "yarnpkg", "pnpm", "pnpx"],
            "corepack",
            effects,
        );
    }
}

fn nvm(call: &Call, effects: &mut Effects) {
    let verb = call.arguments().first().map_or("", |(verb, _)| verb.text());
    if matches!(verb, "install" | "i" | "alias") {
        effects.write(
            call.word(),
            home_of(call, "NVM_DIR", ".nvm"),
            WriteKind::Tree,
            "nvm",
        );
    }
}

fn bun(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), NPM);
    let mut operands = options.operands.iter();
    match operands.next().map_or("", |(verb, _)| verb.text()) {
        "install" | "add" | "i" | "a" if options.has(&["g", "global"]) => {
            effects.packages(Manager::Npm, PackageAction::Install, operands, package);
            effects.write(
                call.word(),
                home_of(call, "BUN_INSTALL", ".bun"),
                WriteKind::Tree,
                "bun",
            );
        }
        "install" | "add" | "i" | "a" | "ci" => modules(call, call.folder, "bun", effects),
        "" => {}
        _ => effects.unseen(call),
    }
}
