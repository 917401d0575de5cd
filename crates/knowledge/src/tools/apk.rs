//! Alpine's apk.

use crate::context::Answer;
use crate::facts::{Manager, PackageAction, Value, WriteKind};
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

pub(super) const APK: Grammar = Grammar {
    short: "tpX",
    long: &[
        "virtual",
        "root",
        "repository",
        "repositories-file",
        "cache-dir",
        "keys-dir",
        "arch",
        "wait",
        "cache-max-age",
        "progress-fd",
        "timeout",
    ],
};

/// Says what it does.
pub fn run(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), APK);
    let mut operands = options.operands.iter();
    let adds = match operands.next().and_then(|(verb, _)| verb.as_known()) {
        Some("add") => true,
        Some("del") => false,
        _ => return,
    };
    if let Some((root, place)) = options.value(&["p", "root"])
        && !root.is("/")
    {
        effects.write(place, call.path(root), WriteKind::Tree, "apk");
        return;
    }
    // apk knows no recommendations; `install_if` rules do not matter here.
    let recommends = Answer::Absent;
    if adds {
        if let Some((name, place)) = options.value(&["t", "virtual"]) {
            let bundle = (name.clone(), None);
            effects.package(place, Manager::Apk, PackageAction::Install, bundle, recommends);
        }
        for (word, place) in operands {
            let action = if word.text().starts_with('!') {
                PackageAction::Remove
            } else {
                PackageAction::Install
            };
            effects.package(place, Manager::Apk, action, package_name(word), recommends);
        }
        return;
    }
    for (word, place) in operands {
        let name = package_name(word);
        for member in members(call, &name.0) {
            effects.package(
                place,
                Manager::Apk,
                PackageAction::Remove,
                (member, None),
                recommends,
            );
        }
        effects.package(place, Manager::Apk, PackageAction::Remove, name, recommends);
    }
}

/// What was added under a `--virtual` name: it goes when the name goes.
fn members(call: &Call, bundle: &Value) -> Vec<Value> {
    let packages = &call.facts.packages;
    let is_bundle = |name: &Value| name.text().starts_with('.') || name == bundle;
    let asked = packages
        .iter()
        .find(|package| package.name == *bundle && is_bundle(&package.name));
    let Some(asked) = asked.filter(|_| bundle.text().starts_with('.')) else {
        return Vec::new();
    };
    packages
        .iter()
        .filter(|package| package.asked.step == asked.asked.step && package.name != *bundle)
        .map(|package| package.name.clone())
        .collect()
}

/// `NAME[@REPOSITORY][=VERSION]`, where `~`, `<` and `>` bound too.
fn package_name(word: &Value) -> (Value, Option<Value>) {
    let text = word.text();
    let end = text.find(['=', '<', '>', '~']).unwrap_or(text.len());
    let name = word.slice(0..end);
    let name = name.strip_prefix("!").unwrap_or(name);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let version = (end < text.len()).then(|| {
        let start = end + text[end..].chars().take_while(|c| "=<>~".contains(*c)).count();
        word.slice(start..text.len())
    });
    (name, version)
}
