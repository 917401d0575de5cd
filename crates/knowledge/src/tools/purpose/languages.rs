//! What is asked of the package managers of languages: pip, pipx, npm, yarn, gem, go.

use super::{has_sign, is_on, is_path, open, plain, wanted};
use crate::context::Answer;
use crate::facts::{Content, Manager, Pin, Request, Value, Verb, path};
use crate::finding::Place;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, node, python};

/// `python -m pip`.
pub(super) fn python(call: &Call) -> Option<Request> {
    let arguments = call.arguments();
    let at = arguments.iter().position(|(word, _)| word.is("-m"))?;
    let (module, _) = arguments.get(at + 1)?;
    match module.as_known()? {
        "pip" => pip(call, &arguments[at + 2..]),
        _ => None,
    }
}

/// pip.
pub(super) fn pip(call: &Call, arguments: &[(Value, Place)]) -> Option<Request> {
    let options = Options::of(arguments, python::PIP);
    let (verb_word, verb_place) = options.operands.first()?;
    let verb = match verb_word.as_known()? {
        "install" | "download" | "wheel" => Verb::Install,
        "uninstall" => Verb::Remove,
        "cache"
            if options
                .operands
                .get(1)
                .is_some_and(|(word, _)| word.is("purge") || word.is("remove")) =>
        {
            Verb::Clean
        }
        _ => return None,
    };
    let mut request = plain(Manager::Pip, verb, verb_place);
    if verb == Verb::Clean {
        return Some(request);
    }
    if !verb_word.is("install") {
        return None;
    }
    // What constraints fix, and what lies in a folder of wheels, has its version from there.
    let is_fixed_elsewhere =
        options.has(&["c", "constraint", "no-index"]) || is_set(&(call.variable)("PIP_CONSTRAINT"));
    request.wanted = wanted(&options.operands[1..], |word| match pip_pin(word) {
        Pin::Open | Pin::Unknown if is_fixed_elsewhere => Pin::Fixed,
        pin => pin,
    });
    // The values of PIP_NO_CACHE_DIR that pip took for their contrary before 19.0 mean the same today.
    let no_cache = options.has(&["no-cache-dir"])
        || is_set(&(call.variable)("PIP_NO_CACHE_DIR"))
        || configured(call)
        || options.has(&["no-index", "dry-run", "h", "help"]);
    if !no_cache {
        let told = options
            .value(&["cache-dir"])
            .map(|(folder, _)| call.path(folder))
            .or_else(|| {
                (call.variable)("PIP_CACHE_DIR")
                    .known()
                    .map(|folder| call.path(&folder))
            });
        request.caches = match told {
            Some(folder) => vec![folder],
            None => vec![call.home_path(".cache/pip"), Value::known("/root/.cache/pip")],
        };
    }
    Some(request)
}

/// Whether a variable is set to something that is not plainly the contrary.
fn is_set(value: &Answer<Value>) -> bool {
    match value {
        Answer::Known(value) => {
            is_on(&Answer::Known(value.clone()))
                || !matches!(
                    value.text().to_ascii_lowercase().as_str(),
                    "" | "0" | "off" | "no" | "false" | "n" | "f"
                )
        }
        Answer::Absent | Answer::Unknown => false,
    }
}

/// Whether a file of pip's configuration, as far as this image wrote it, keeps it from having a cache.
fn configured(call: &Call) -> bool {
    let mut files = call.facts.files.staying();
    let by_file = files.any(|file| {
        let name = path::name(&file.path);
        (name.is("pip.conf") || name.is("pip.ini"))
            && matches!(&file.content, Content::Text(text) if text.text().contains("no-cache-dir"))
    });
    let by_command = || {
        call.facts.steps.iter().any(|step| {
            step.program.as_ref().is_some_and(|program| {
                let words = &program.words;
                program.name().is_some_and(|name| name.starts_with("pip"))
                    && words.iter().any(|(word, _)| word.is("config"))
                    && words.iter().any(|(word, _)| {
                        matches!(word.text(), "global.no-cache-dir" | "install.no-cache-dir")
                    })
            })
        })
    };
    by_file || by_command()
}

/// What a requirement of pip's says of its version.
fn pip_pin(word: &Value) -> Pin {
    let text = word.text();
    // What stands behind a semicolon says where the requirement holds.
    let requirement = text.split(';').next().unwrap_or(text);
    if let Some((scheme, address)) = requirement.split_once("://") {
        let kind = scheme.rsplit([' ', '@']).next().unwrap_or(scheme);
        let kind = kind.split('+').next().unwrap_or(kind);
        if !matches!(kind, "git" | "hg" | "svn" | "bzr") {
            return Pin::Meaningless;
        }
        // The sign before the host parts it from a user; the one after the path, the revision.
        let path = address.split_once('/').map_or("", |(_, path)| path);
        return match path.contains('@') {
            true => Pin::Fixed,
            false => open(word),
        };
    }
    let is_file = is_path(word)
        || requirement.starts_with(".[")
        || [".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz"]
            .iter()
            .any(|ending| word.known_suffix().ends_with(ending));
    let has_folder = has_sign(word, &['/']);
    if is_file || has_folder {
        return Pin::Meaningless;
    }
    let head = word.slice(0..requirement.len());
    if has_sign(&head, &['=', '<', '>', '~', '!']) {
        return Pin::Fixed;
    }
    open(word)
}

/// pipx: it installs programs, each by itself.
pub(super) fn pipx(call: &Call) -> Option<Request> {
    let options = Options::of(call.arguments(), python::PIPX);
    let (verb_word, verb_place) = options.operands.first()?;
    let skipped = match verb_word.as_known()? {
        "install" => 1,
        "inject" => 2,
        _ => return None,
    };
    let mut request = plain(Manager::Pipx, Verb::Install, verb_place);
    request.wanted = wanted(options.operands.get(skipped..).unwrap_or_default(), pip_pin);
    Some(request)
}

/// npm and pnpm.
pub(super) fn npm(call: &Call) -> Option<Request> {
    let options = Options::of(call.arguments(), node::NPM);
    let (verb_word, verb_place) = options.operands.first()?;
    let verb = verb_word.as_known()?;
    let installs = match call.program() {
        "npm" => matches!(
            verb,
            "install"
                | "i"
                | "add"
                | "in"
                | "ins"
                | "inst"
                | "insta"
                | "instal"
                | "isnt"
                | "isnta"
                | "isntal"
        ),
        _ => matches!(verb, "install" | "i" | "add"),
    };
    if !installs {
        return None;
    }
    let mut request = plain(Manager::Npm, Verb::Install, verb_place);
    request.wanted = wanted(&options.operands[1..], npm_pin);
    Some(request)
}

/// `[@SCOPE/]NAME@VERSION`, an archive, a folder, or a repository with `#REVISION`.
///
/// A tag is none of its own: npm's default is the tag `latest`, and to write it changes nothing.
fn npm_pin(word: &Value) -> Pin {
    let text = word.text();
    let is_archive = [".tar", ".tar.gz", ".tgz"]
        .iter()
        .any(|ending| word.known_suffix().ends_with(ending));
    if is_path(word) || is_archive || text.starts_with("file:") || text.starts_with("link:") {
        return Pin::Meaningless;
    }
    // `name@npm:other@1.2.3`, `name@git+https://…`: what follows the first sign is read like the whole.
    let at = text
        .char_indices()
        .skip(1)
        .find(|(_, sign)| *sign == '@')
        .map(|(at, _)| at);
    let is_address = text.contains("://") || text.starts_with("git@") || text.contains(':') && at.is_none();
    let is_repository = is_address || at.is_none() && !text.starts_with('@') && has_sign(word, &['/']);
    if is_repository {
        let of_git = text.starts_with("git") || !text.starts_with("http");
        return match (text.contains('#'), of_git) {
            (true, _) => Pin::Fixed,
            (false, true) => open(word),
            (false, false) => Pin::Meaningless,
        };
    }
    match at {
        Some(at) if &text[at + 1..] != "latest" && at + 1 < text.len() => Pin::Fixed,
        Some(_) => Pin::Open,
        None => open(word),
    }
}

/// yarn. Without a verb it installs what the project names.
pub(super) fn yarn(call: &Call) -> Option<Request> {
    let options = Options::of(call.arguments(), node::NPM);
    let mut operands = options.operands.as_slice();
    let mut verb_word = "install";
    let mut verb_place = call.word();
    if let Some((word, place)) = operands.first() {
        verb_word = word.as_known()?;
        verb_place = place;
        operands = &operands[1..];
    } else if options
        .names()
        .any(|name| matches!(name, "version" | "v" | "help" | "h"))
    {
        return None;
    }
    if verb_word == "global" {
        let (word, place) = operands.first()?;
        verb_word = word.as_known()?;
        verb_place = place;
        operands = &operands[1..];
    }
    let verb = match verb_word {
        "install" | "add" => Verb::Install,
        "cache" => match operands.first().map(|(word, _)| word.text()) {
            Some("clean" | "clear") => Verb::Clean,
            _ => return None,
        },
        _ => return None,
    };
    let mut request = plain(Manager::Yarn, verb, verb_place);
    if verb == Verb::Install {
        if verb_word == "add" {
            request.wanted = wanted(operands, npm_pin);
        }
        let told = options
            .value(&["cache-folder"])
            .map(|(folder, _)| call.path(folder))
            .or_else(|| {
                (call.variable)("YARN_CACHE_FOLDER")
                    .known()
                    .map(|folder| call.path(&folder))
            });
        request.caches = match told {
            Some(folder) => vec![folder],
            // For root yarn keeps it below the folder where it is installed itself.
            None => vec![
                call.home_path(".cache/yarn"),
                Value::known("/root/.cache/yarn"),
                Value::known("/usr/local/share/.cache/yarn"),
                call.home_path(".yarn/berry/cache"),
            ],
        };
    }
    Some(request)
}

/// gem.
pub(super) fn gem(call: &Call) -> Option<Request> {
    let grammar = Grammar {
        short: "vinPsBg",
        long: &[
            "version",
            "install-dir",
            "bindir",
            "source",
            "platform",
            "trust-policy",
            "build-root",
            "without",
            "file",
            "use-system-libraries",
        ],
    };
    // What stands behind `--` goes to the build of native extensions.
    let arguments = call.arguments();
    let end = arguments
        .iter()
        .position(|(word, _)| word.is("--"))
        .unwrap_or(arguments.len());
    let options = Options::of(&arguments[..end], grammar);
    let (verb_word, verb_place) = options.operands.first()?;
    if !matches!(verb_word.as_known()?, "install" | "i") {
        return None;
    }
    let mut request = plain(Manager::Gem, Verb::Install, verb_place);
    let has_version = options.has(&["v", "version"]);
    request.wanted = wanted(&options.operands[1..], |word| {
        if is_path(word) || word.known_suffix().ends_with(".gem") {
            Pin::Meaningless
        } else if has_version || has_sign(word, &[':']) {
            Pin::Fixed
        } else {
            open(word)
        }
    });
    Some(request)
}

/// Options of go whose value is the next word.
const GO_VALUES: [&str; 20] = [
    "C",
    "asmflags",
    "buildmode",
    "buildvcs",
    "compiler",
    "covermode",
    "coverpkg",
    "exec",
    "gccgoflags",
    "gcflags",
    "installsuffix",
    "ldflags",
    "mod",
    "modfile",
    "o",
    "overlay",
    "p",
    "pgo",
    "pkgdir",
    "tags",
];

/// go: `install`, `get` and `run` take modules.
pub(super) fn go(call: &Call) -> Option<Request> {
    let mut words = Vec::new();
    let mut rest = call.arguments().iter();
    while let Some(word) = rest.next() {
        let text = word.0.text();
        match text.strip_prefix('-') {
            Some(option) => {
                let option = option.trim_start_matches('-');
                if GO_VALUES.contains(&option) || option == "toolexec" {
                    rest.next();
                }
            }
            None => words.push(word),
        }
    }
    let (verb_word, verb_place) = words.first()?;
    let named = match verb_word.as_known()? {
        "install" | "get" => &words[1..],
        // What follows the program are its own arguments.
        "run" => &words[1..words.len().min(2)],
        _ => return None,
    };
    let mut request = plain(Manager::Go, Verb::Install, verb_place);
    request.wanted = wanted(named, go_pin);
    Some(request)
}

/// `MODULE@VERSION`; the standard library, files and packages of the project have none.
fn go_pin(word: &Value) -> Pin {
    let text = word.text();
    if let Some((_, version)) = text.rsplit_once('@') {
        return match version {
            "latest" | "upgrade" | "patch" | "" => Pin::Open,
            "none" => Pin::Meaningless,
            _ => Pin::Fixed,
        };
    }
    let first = text.split('/').next().unwrap_or(text);
    let is_local = is_path(word) || text.ends_with(".go") || text == "tool" || text == "all" || text == "std";
    if is_local || word.holes().is_empty() && !first.contains('.') {
        return Pin::Meaningless;
    }
    open(word)
}
