//! dnf, yum, microdnf, zypper, rpm.

use crate::context::Answer;
use crate::facts::{Manager, PackageAction, Value, WriteKind};
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Says what one of them does.
pub fn run(call: &Call, effects: &mut Effects) {
    match call.program() {
        "rpm" => rpm(call, effects),
        "zypper" => zypper(call, effects),
        "microdnf" => dnf(call, Manager::Microdnf, effects),
        "yum" => dnf(call, Manager::Yum, effects),
        _ => dnf(call, Manager::Dnf, effects),
    }
}

pub(super) const DNF: Grammar = Grammar {
    short: "cxde",
    long: &[
        "enablerepo",
        "disablerepo",
        "releasever",
        "setopt",
        "installroot",
        "exclude",
        "excludepkgs",
        "repo",
        "repoid",
        "forcearch",
        "config",
        "repofrompath",
        "rpmverbosity",
        "comment",
        "downloaddir",
        "destdir",
        "disableexcludes",
        "disableplugin",
        "enableplugin",
        "advisory",
        "debuglevel",
        "errorlevel",
    ],
};

fn dnf(call: &Call, manager: Manager, effects: &mut Effects) {
    let options = Options::of(call.arguments(), DNF);
    if let Some((root, place)) = options.value(&["installroot"])
        && !root.is("/")
    {
        effects.write(place, call.path(root), WriteKind::Tree, manager.name());
        return;
    }
    let mut operands = options.operands.iter().peekable();
    let verb = operands.next().and_then(|(verb, _)| verb.as_known());
    let action = match verb {
        Some("install" | "localinstall" | "reinstall" | "in" | "downgrade" | "groupinstall" | "swap") => {
            PackageAction::Install
        }
        Some("remove" | "erase" | "rm" | "groupremove") => PackageAction::Remove,
        Some("versionlock") => {
            let deletes = operands
                .next_if(|(word, _)| word.is("delete") || word.is("clear"))
                .is_some();
            operands.next_if(|(word, _)| word.is("add") || word.is("exclude"));
            if deletes {
                PackageAction::Unhold
            } else {
                PackageAction::Hold
            }
        }
        _ => return,
    };
    let recommends = match options
        .values(&["setopt"])
        .iter()
        .find_map(|(value, _)| weak(value.text()))
    {
        Some(true) => Answer::Known(()),
        Some(false) => Answer::Absent,
        None if options.has(&["nodocs"]) && manager == Manager::Microdnf => Answer::Unknown,
        // yum up to EL 7 knows none; later it is a name for dnf, whose default takes them.
        None if manager == Manager::Yum => Answer::Unknown,
        None => Answer::Known(()),
    };
    for (word, place) in operands {
        effects.package(place, manager, action, package_name(word), recommends);
    }
}

/// The value of `install_weak_deps` in `--setopt`.
fn weak(option: &str) -> Option<bool> {
    let value = option
        .strip_prefix("install_weak_deps=")
        .or_else(|| option.strip_prefix("main.install_weak_deps="))?;
    match value.to_ascii_lowercase().as_str() {
        "0" | "false" | "no" => Some(false),
        "1" | "true" | "yes" => Some(true),
        _ => None,
    }
}

pub(super) const ZYPPER: Grammar = Grammar {
    short: "RDtr",
    long: &[
        "root",
        "reposd-dir",
        "cache-dir",
        "type",
        "repo",
        "from",
        "name",
        "plus-repo",
    ],
};

fn zypper(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), ZYPPER);
    let mut operands = options.operands.iter();
    let action = match operands.next().and_then(|(verb, _)| verb.as_known()) {
        Some("install" | "in") => PackageAction::Install,
        Some("remove" | "rm") => PackageAction::Remove,
        Some("addlock" | "al") => PackageAction::Hold,
        Some("removelock" | "rl") => PackageAction::Unhold,
        _ => return,
    };
    let recommends = if options.has(&["no-recommends"]) {
        Answer::Absent
    } else {
        Answer::Known(())
    };
    for (word, place) in operands {
        let package = match word.split_once('=') {
            Some((name, version)) => (name, Some(version)),
            None => package_name(word),
        };
        effects.package(place, Manager::Zypper, action, package, recommends);
    }
}

fn rpm(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "Dr",
        long: &["define", "root", "prefix", "relocate", "dbpath"],
    };
    let options = Options::of(call.arguments(), grammar);
    if options.has(&["q", "query", "V", "verify", "import", "K", "checksig"]) {
        return;
    }
    let action = if options.has(&["i", "install", "U", "upgrade", "F", "freshen"]) {
        PackageAction::Install
    } else if options.has(&["e", "erase"]) {
        PackageAction::Remove
    } else {
        return;
    };
    for (word, place) in &options.operands {
        effects.package(place, Manager::Dnf, action, package_name(word), Answer::Absent);
    }
}

/// `NAME[-[EPOCH:]VERSION[-RELEASE]][.ARCH]` to name and version.
///
/// A number after a dash may belong to the name (`gcc-toolset-12`, `java-11-openjdk`), so a version
/// must have a dot, a colon or a star in it.
fn package_name(word: &Value) -> (Value, Option<Value>) {
    let text = word.text();
    let is_file = text.contains('/') || text.ends_with(".rpm") || text.starts_with('@');
    if is_file {
        return (word.clone(), None);
    }
    let mut end = text.len();
    for architecture in [".x86_64", ".aarch64", ".noarch", ".i686"] {
        end = text[..end].strip_suffix(architecture).map_or(end, str::len);
    }
    let in_hole = |at: usize| word.holes().iter().any(|hole| hole.contains(&at));
    for (dash, _) in text[..end].match_indices('-') {
        let after = &text[dash + 1..end];
        let at_hole = word.holes().iter().any(|hole| hole.start == dash + 1);
        let looks = after.starts_with(|first: char| first.is_ascii_digit())
            && after
                .split('-')
                .next()
                .is_some_and(|version| version.contains(['.', ':', '*']))
            && after.matches('-').count() <= 1;
        if dash > 0 && !in_hole(dash) && (looks || at_hole) {
            return (word.slice(0..dash), Some(word.slice(dash + 1..end)));
        }
    }
    (word.slice(0..end), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (String, Option<String>) {
        let (name, version) = package_name(&Value::known(text));
        (
            name.text().to_owned(),
            version.map(|version| version.text().to_owned()),
        )
    }

    #[test]
    fn versions_are_told_from_names() {
        let version = |text: &str| Some(text.to_owned());
        assert_eq!(
            split("containerd.io-1.5.11-3.1.el8"),
            ("containerd.io".into(), version("1.5.11-3.1.el8"))
        );
        assert_eq!(
            split("docker-ce-3:20.10.14-3.el8.x86_64"),
            ("docker-ce".into(), version("3:20.10.14-3.el8"))
        );
        assert_eq!(
            split("docker-ce-20.10.*"),
            ("docker-ce".into(), version("20.10.*"))
        );
        assert_eq!(
            split("java-11-openjdk-devel"),
            ("java-11-openjdk-devel".into(), None)
        );
        assert_eq!(split("gcc-toolset-12"), ("gcc-toolset-12".into(), None));
        assert_eq!(split("python3.11"), ("python3.11".into(), None));
    }
}
