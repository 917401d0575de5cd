//! What is asked of the system's package managers: apt, apk, dnf, yum, microdnf, zypper, pacman.

use super::{has_sign, is_path, open, plain, wanted};
use crate::context::Answer;
use crate::facts::{Content, Manager, Pin, Request, Value, Verb, path};
use crate::tools::options::Options;
use crate::tools::{Call, apk, apt, rpm};

/// apt-get, apt, aptitude.
pub(super) fn apt(call: &Call) -> Option<Request> {
    let options = Options::of(call.arguments(), apt::GET);
    let (verb_word, verb_place) = options.operands.first()?;
    let verb = match verb_word.as_known()? {
        "update" => Verb::Update,
        "install" | "reinstall" | "build-dep" | "satisfy" => Verb::Install,
        "upgrade" | "safe-upgrade" => Verb::Upgrade,
        "dist-upgrade" | "full-upgrade" => Verb::Upgrade,
        "remove" | "purge" | "autoremove" | "autopurge" => Verb::Remove,
        "clean" | "autoclean" | "distclean" => Verb::Clean,
        _ => return None,
    };
    let mut request = plain(Manager::Apt, verb, verb_place);
    let only_shows = options.has(&[
        "s",
        "simulate",
        "just-print",
        "dry-run",
        "recon",
        "no-act",
        "print-uris",
        "h",
        "help",
    ]);
    if verb == Verb::Install && !verb_word.is("build-dep") {
        request.wanted = wanted(&options.operands[1..], apt_pin);
        request.takes_recommended = !only_shows
            && apt::recommends(call, &options) != Answer::Absent
            && !options.has(&["download-only", "d"]);
    }
    let acts = matches!(verb, Verb::Install | Verb::Upgrade | Verb::Remove);
    request.asks = acts && !only_shows && !apt_answers(call, &options);
    if verb == Verb::Update && !only_shows {
        request.caches = known(&["/var/lib/apt/lists"]);
    }
    if verb_word.is("distclean") {
        request.caches = known(&["/var/lib/apt/lists"]);
    }
    Some(request)
}

fn known(paths: &[&str]) -> Vec<Value> {
    paths.iter().map(|path| Value::known(*path)).collect()
}

/// `NAME=VERSION`, `NAME/RELEASE`; files have no version to name, and `NAME-` takes a package away.
fn apt_pin(word: &Value) -> Pin {
    let text = word.text();
    if is_path(word) || word.known_suffix().ends_with(".deb") || text.ends_with('-') {
        return Pin::Meaningless;
    }
    if has_sign(word, &['=', '/', '>', '<']) {
        return Pin::Fixed;
    }
    open(word)
}

/// Whether apt is told to take yes for an answer: by an option, or by a file of its configuration.
fn apt_answers(call: &Call, options: &Options) -> bool {
    let quiets = options
        .names()
        .filter(|name| matches!(*name, "q" | "quiet"))
        .count();
    let level_two = call
        .arguments()
        .iter()
        .any(|(word, _)| matches!(word.text(), "-q=2" | "--quiet=2" | "-q2"));
    let told = options.has(&["y", "yes", "assume-yes", "force-yes", "trivial-only", "assume-no"])
        || quiets >= 2
        || level_two;
    let by_option = options
        .values(&["o", "option"])
        .iter()
        .any(|(value, _)| says_yes(value.text()));
    told || by_option || configured(call, "/etc/apt", says_yes)
}

/// `APT::Get::Assume-Yes "true";`
fn says_yes(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some(at) = lower.find("assume-yes") else {
        return lower
            .find("apt::get::quiet")
            .or_else(|| lower.strip_prefix("quiet=").map(|_| 0))
            .is_some_and(|at| lower[at..].contains('2'));
    };
    let rest = lower[at + "assume-yes".len()..].trim_start_matches([' ', '=', '"', '\'', '\t', ':']);
    rest.starts_with(['1', 't', 'y']) || rest.starts_with("on")
}

/// Whether a file below a folder, as far as this image wrote it, says something.
fn configured(call: &Call, folder: &str, says: fn(&str) -> bool) -> bool {
    let mut files = call.facts.files.staying();
    files.any(|file| {
        path::covers(folder, &file.path) && matches!(&file.content, Content::Text(text) if says(text.text()))
    })
}

/// apk.
pub(super) fn apk(call: &Call) -> Option<Request> {
    let options = Options::of(call.arguments(), apk::APK);
    let (verb_word, verb_place) = options.operands.first()?;
    let verb = match verb_word.as_known()? {
        "add" => Verb::Install,
        "upgrade" => Verb::Upgrade,
        "update" => Verb::Update,
        "del" => Verb::Remove,
        "cache"
            if options
                .operands
                .get(1)
                .is_some_and(|(word, _)| word.is("clean") || word.is("purge")) =>
        {
            Verb::Clean
        }
        _ => return None,
    };
    let mut request = plain(Manager::Apk, verb, verb_place);
    let elsewhere = options
        .value(&["p", "root"])
        .is_some_and(|(root, _)| !root.is("/"));
    if verb == Verb::Install {
        request.wanted = wanted(&options.operands[1..], apk_pin);
        let keeps = !options.has(&["no-cache", "s", "simulate"]) && !elsewhere;
        if keeps {
            request.caches = known(&["/var/cache/apk", "/etc/apk/cache"]);
        }
    }
    Some(request)
}

/// `NAME=VERSION`, also with `~`, `<` and `>`.
fn apk_pin(word: &Value) -> Pin {
    if word.text().starts_with('!') || is_path(word) || word.known_suffix().ends_with(".apk") {
        return Pin::Meaningless;
    }
    if has_sign(word, &['=', '~', '<', '>']) {
        return Pin::Fixed;
    }
    open(word)
}

/// dnf, microdnf and yum.
pub(super) fn dnf(call: &Call, manager: Manager) -> Option<Request> {
    let options = Options::of(call.arguments(), rpm::DNF);
    let mut operands = options.operands.as_slice();
    let ((first, first_place), rest) = operands.split_first()?;
    operands = rest;
    let mut verb_word = first.as_known()?;
    let mut verb_place = first_place;
    // `group install`, `module enable`: the second word says what is done.
    let of_what = match verb_word {
        "group" | "groups" | "module" => {
            let ((second, second_place), rest) = operands.split_first()?;
            let of_what = verb_word;
            verb_word = second.as_known()?;
            verb_place = second_place;
            operands = rest;
            of_what
        }
        _ => "",
    };
    let verb = match verb_word {
        "install" | "in" | "localinstall" | "groupinstall" | "reinstall" | "rei" | "builddep"
        | "build-dep" => Verb::Install,
        "enable" | "switch-to" | "reset" if of_what == "module" => Verb::Install,
        "update" | "upgrade" | "up" | "upgrade-minimal" | "up-min" | "update-minimal" | "downgrade"
        | "distro-sync" | "groupupdate" => Verb::Upgrade,
        "remove" | "erase" | "rm" | "autoremove" | "groupremove" | "swap" => Verb::Remove,
        "makecache" | "check-update" => Verb::Update,
        "clean" => Verb::Clean,
        _ => return None,
    };
    let mut request = plain(manager, verb, verb_place);
    let elsewhere = options
        .value(&["installroot"])
        .is_some_and(|(root, _)| !root.is("/"));
    let answers = options.has(&["y", "assumeyes", "assumeno"])
        || options
            .values(&["setopt"])
            .iter()
            .any(|(value, _)| says_assume_yes(value.text()))
        || configured(call, "/etc/dnf", says_assume_yes)
        || configured(call, "/etc/yum.conf", says_assume_yes);
    request.asks = matches!(verb, Verb::Install | Verb::Upgrade | Verb::Remove) && !answers;
    if matches!(verb_word, "install" | "in") {
        request.wanted = match of_what {
            "" => wanted(operands, |word| match rpm_pin(word) {
                // A variable that nobody sets is empty, and no version.
                Pin::Fixed if !is_set(call, word) => Pin::Unknown,
                pin => pin,
            }),
            "module" => wanted(operands, module_pin),
            _ => Vec::new(),
        };
    }
    let fetches = matches!(verb, Verb::Install | Verb::Upgrade) && of_what != "module"
        || of_what == "module" && matches!(verb_word, "install");
    if fetches && !elsewhere && !options.has(&["downloadonly", "assumeno"]) {
        request.caches = known(match manager {
            Manager::Microdnf => &["/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5"],
            _ => &["/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5"],
        });
    }
    Some(request)
}

/// Whether every variable of which a word does not know the value is set somewhere: by the file or by the
/// script.
fn is_set(call: &Call, word: &Value) -> bool {
    word.holes().iter().all(|hole| {
        let name = word.text()[hole.clone()]
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'));
        let is_name = |name: &str| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        name.filter(|name| is_name(name)).is_none_or(|name| {
            let declared = call.facts.config.variables.iter().any(|one| one.name.is(name));
            declared || (call.variable)(name).is_known()
        })
    })
}

fn says_assume_yes(text: &str) -> bool {
    text.split_once("assumeyes").is_some_and(|(_, rest)| {
        let value = rest.trim_start_matches([' ', '=', '\t']).to_ascii_lowercase();
        value.starts_with(['1', 't', 'y']) || value.starts_with("on")
    })
}

/// `NAME-[EPOCH:]VERSION[-RELEASE][.ARCH]`.
///
/// A number after a dash may belong to the name (`gcc-toolset-12`, `java-1.8.0-openjdk`): a version has a
/// dot, a colon or a star in it, and nothing but a release behind it, which begins with a number too.
fn rpm_pin(word: &Value) -> Pin {
    let text = word.text();
    if is_path(word) || text.starts_with('@') || text.contains("://") || word.known_suffix().ends_with(".rpm")
    {
        return Pin::Meaningless;
    }
    if has_sign(word, &['=', '<', '>']) {
        return Pin::Fixed;
    }
    let in_hole = |at: usize| word.holes().iter().any(|hole| hole.contains(&at));
    let is_number =
        |at: usize| in_hole(at) || text[at..].starts_with(|sign: char| sign.is_ascii_digit() || sign == '*');
    for (dash, _) in text
        .match_indices('-')
        .filter(|(dash, _)| *dash > 0 && !in_hole(*dash))
    {
        let version = dash + 1;
        if version >= text.len() || !is_number(version) {
            continue;
        }
        let release = text[version..]
            .match_indices('-')
            .map(|(at, _)| version + at)
            .find(|at| !in_hole(*at));
        let end = release.unwrap_or(text.len());
        let looks = in_hole(version) || text[version..end].contains(['.', ':', '*', '~', '^']);
        let releases = release.is_none_or(|at| at + 1 < text.len() && is_number(at + 1));
        if (looks || release.is_some()) && releases {
            return Pin::Fixed;
        }
    }
    open(word)
}

/// `NAME:STREAM`.
fn module_pin(word: &Value) -> Pin {
    match has_sign(word, &[':']) {
        true => Pin::Fixed,
        false => open(word),
    }
}

/// zypper.
pub(super) fn zypper(call: &Call) -> Option<Request> {
    let options = Options::of(call.arguments(), rpm::ZYPPER);
    let (verb_word, verb_place) = options.operands.first()?;
    let verb = match verb_word.as_known()? {
        "install" | "in" | "source-install" | "si" => Verb::Install,
        "patch" | "update" | "up" => Verb::Upgrade,
        "dist-upgrade" | "dup" => Verb::DistributionUpgrade,
        "remove" | "rm" => Verb::Remove,
        "refresh" | "ref" => Verb::Update,
        "clean" | "cc" => Verb::Clean,
        _ => return None,
    };
    let mut request = plain(Manager::Zypper, verb, verb_place);
    let answers = options.has(&["non-interactive", "n", "no-confirm", "y", "dry-run", "D"]);
    let acts = matches!(
        verb,
        Verb::Install | Verb::Remove | Verb::Upgrade | Verb::DistributionUpgrade
    );
    request.asks = acts && !answers;
    if matches!(verb_word.text(), "install" | "in") {
        let of_packages = options
            .value(&["t", "type"])
            .is_none_or(|(kind, _)| kind.is("package"));
        if of_packages {
            request.wanted = wanted(&options.operands[1..], zypper_pin);
        }
        request.caches = known(&["/var/cache/zypp"]);
    }
    Some(request)
}

fn zypper_pin(word: &Value) -> Pin {
    let text = word.text();
    let is_pattern = ["pattern:", "patch:", "product:", "srcpackage:"]
        .iter()
        .any(|kind| text.starts_with(kind));
    if is_path(word)
        || is_pattern
        || text.contains("://")
        || text.starts_with(['!', '-', '@'])
        || word.known_suffix().ends_with(".rpm")
    {
        return Pin::Meaningless;
    }
    match has_sign(word, &['=', '<', '>']) {
        true => Pin::Fixed,
        false => open(word),
    }
}

/// pacman: it cannot be asked for a version, since its repositories have one of each package.
pub(super) fn pacman(call: &Call) -> Option<Request> {
    let (word, place) = call
        .arguments()
        .iter()
        .find(|(word, _)| word.text().starts_with("-S") || word.is("--sync"))?;
    let letters = word.text();
    let asks_something = letters == "--sync" || !letters[2..].contains(['s', 'i', 'l', 'g', 'p', 'w']);
    let answers = call
        .arguments()
        .iter()
        .any(|(word, _)| word.is("--noconfirm") || word.is("--help"));
    let has_names = call
        .arguments()
        .iter()
        .any(|(word, _)| !word.text().starts_with('-'));
    let upgrades = letters.contains('u');
    let clean = letters.starts_with("-Sc");
    let verb = match (clean, upgrades && !has_names) {
        (true, _) => Verb::Clean,
        (_, true) => Verb::Upgrade,
        _ => Verb::Install,
    };
    let mut request = plain(Manager::Pacman, verb, place);
    request.asks = asks_something && !answers && (has_names || upgrades) && !clean;
    Some(request)
}
