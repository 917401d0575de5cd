//! apt-get, apt, aptitude, apt-mark, dpkg.

use crate::context::Answer;
use crate::facts::{Content, Manager, PackageAction, Value, WriteKind, path};
use crate::finding::Place;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Says what one of them does.
pub fn run(call: &Call, effects: &mut Effects) {
    match call.program() {
        "apt-mark" => mark(call, effects),
        "dpkg" | "gdebi" => dpkg(call, effects),
        _ => get(call, effects),
    }
}

pub(super) const GET: Grammar = Grammar {
    short: "otca",
    long: &[
        "option",
        "target-release",
        "default-release",
        "config-file",
        "host-architecture",
    ],
};

fn get(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), GET);
    let mut operands = options.operands.iter();
    let Some((verb, _)) = operands.next() else {
        return;
    };
    let action = match verb.as_known() {
        Some("install" | "reinstall" | "build-dep" | "satisfy") => PackageAction::Install,
        Some("remove" | "purge") => PackageAction::Remove,
        Some("download" | "source") => {
            for (name, place) in operands {
                let mut file = package_name(name).0;
                file.push_hole("${version}.deb");
                effects.write(place, path::join(call.folder, &file), WriteKind::File, "apt");
            }
            return;
        }
        _ => return,
    };
    let recommends = recommends(call, &options);
    for (word, place) in operands {
        one(word, place, action, recommends, effects);
    }
}

fn one(word: &Value, place: &Place, action: PackageAction, recommends: Answer, effects: &mut Effects) {
    let (mut name, version) = package_name(word);
    let mut action = action;
    // `name-` removes in an install, `name+` installs in a removal.
    if let Some(text) = name.as_known() {
        let turned = match action {
            PackageAction::Install => text.strip_suffix('-').map(|name| (name, PackageAction::Remove)),
            _ => text.strip_suffix('+').map(|name| (name, PackageAction::Install)),
        };
        // `g++` ends in a plus of its own.
        if let Some((turned_name, turned_action)) = turned.filter(|(name, _)| !name.ends_with('+')) {
            (name, action) = (Value::known(turned_name), turned_action);
        }
    }
    effects.package(place, Manager::Apt, action, (name, version), recommends);
}

/// `NAME[:ARCH][=VERSION][/RELEASE]` to name and version; the path of a file stays whole.
fn package_name(word: &Value) -> (Value, Option<Value>) {
    if word.text().starts_with(['/', '.']) || word.text().ends_with(".deb") {
        return (word.clone(), None);
    }
    let (name, version) = match word.split_once('=') {
        Some((name, version)) => (name, Some(version)),
        None => (word.clone(), None),
    };
    let name = name.split_once('/').map_or(name, |(name, _)| name);
    let name = name.split_once(':').map_or(name, |(name, _)| name);
    (name, version)
}

/// Whether recommended packages come along: by the command, by a configuration file of this image,
/// else by the base.
pub(super) fn recommends(call: &Call, options: &Options) -> Answer {
    let says = |on: bool| if on { Answer::Known(()) } else { Answer::Absent };
    if options.has(&["no-install-recommends", "without-recommends", "R"]) {
        return Answer::Absent;
    }
    if options.has(&["install-recommends", "with-recommends"]) {
        return Answer::Known(());
    }
    let setting = options
        .values(&["o", "option"])
        .into_iter()
        .filter_map(|(value, _)| recommends_in(value.text()))
        .next_back();
    if let Some(on) = setting {
        return says(on);
    }
    let files = call
        .facts
        .files
        .staying()
        .filter(|file| path::covers("/etc/apt", &file.path));
    let configured = files.filter_map(|file| match &file.content {
        Content::Text(text) => recommends_in(text.text()),
        Content::Unknown | Content::Fetched(_) => None,
    });
    match configured.last().or(call.facts.from.base.recommends) {
        Some(on) => says(on),
        None => Answer::Unknown,
    }
}

/// The value of `APT::Install-Recommends` in apt's configuration language or an option.
fn recommends_in(text: &str) -> Option<bool> {
    let lower = text.to_ascii_lowercase();
    let at = lower.rfind("install-recommends")?;
    let rest = lower[at + "install-recommends".len()..].trim_start_matches([' ', '=', '"', '\'', '\t', ':']);
    let word: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    match word.as_str() {
        "0" | "false" | "no" | "off" => Some(false),
        "1" | "true" | "yes" | "on" => Some(true),
        _ => None,
    }
}

fn mark(call: &Call, effects: &mut Effects) {
    let mut arguments = call
        .arguments()
        .iter()
        .filter(|(word, _)| !word.text().starts_with('-'));
    let action = match arguments.next().and_then(|(verb, _)| verb.as_known()) {
        Some("hold") => PackageAction::Hold,
        Some("unhold") => PackageAction::Unhold,
        _ => return,
    };
    for (word, place) in arguments {
        effects.package(place, Manager::Apt, action, package_name(word), Answer::Unknown);
    }
}

fn dpkg(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "",
        long: &["root", "admindir", "instdir"],
    };
    let options = Options::of(call.arguments(), grammar);
    let action = if options.has(&["i", "install", "unpack"]) || call.program() == "gdebi" {
        PackageAction::Install
    } else if options.has(&["r", "remove", "P", "purge"]) {
        PackageAction::Remove
    } else if options.has(&["x", "extract"]) {
        if let Some((folder, place)) = options.operands.get(1) {
            let inside = path::join(&call.path(folder), &Value::unknown("${unpacked}"));
            effects.write(place, inside, WriteKind::Tree, "dpkg");
        }
        return;
    } else if options.has(&["set-selections"]) {
        selections(call, effects);
        return;
    } else {
        return;
    };
    // dpkg takes what it is given and nothing besides.
    effects.packages(Manager::Apt, action, &options.operands, package_name);
}

/// `echo "containerd.io hold" | dpkg --set-selections`.
fn selections(call: &Call, effects: &mut Effects) {
    let Some(lines) = call.stdin else { return };
    for line in lines.split(|character| character == '\n') {
        let words: Vec<Value> = line
            .split(char::is_whitespace)
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        if let [name, state] = words.as_slice()
            && state.is("hold")
        {
            let package = (name.clone(), None);
            effects.package(
                call.place,
                Manager::Apt,
                PackageAction::Hold,
                package,
                Answer::Unknown,
            );
        }
    }
}
