//! Programs that fetch files: curl, wget, git and their like.

use crate::facts::{Content, Value, WriteKind, path};
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Says what one of them leaves behind.
pub fn run(call: &Call, effects: &mut Effects) {
    match call.program() {
        "curl" => curl(call, effects),
        "wget" => wget(call, effects),
        "git" | "hg" => clone(call, effects),
        "svn" => checkout(call, effects),
        "aria2c" => {
            let grammar = Grammar {
                short: "doxsjk",
                long: &["dir", "out"],
            };
            let options = Options::of(call.arguments(), grammar);
            into_folder(call, effects, &options, &["d", "dir"], &["o", "out"], "aria2c");
        }
        "axel" => {
            let grammar = Grammar {
                short: "onsH",
                long: &["output"],
            };
            let options = Options::of(call.arguments(), grammar);
            into_folder(call, effects, &options, &[], &["o", "output"], "axel");
        }
        _ => {}
    }
}

const CURL: Grammar = Grammar {
    short: "oXHdFuAebcCDEhjKmPQrTtUwxyYz",
    long: &[
        "output",
        "output-dir",
        "request",
        "header",
        "data",
        "data-raw",
        "data-binary",
        "form",
        "user",
        "user-agent",
        "referer",
        "cookie",
        "cookie-jar",
        "cacert",
        "capath",
        "cert",
        "key",
        "config",
        "connect-timeout",
        "max-time",
        "retry",
        "retry-delay",
        "retry-max-time",
        "proxy",
        "resolve",
        "url",
        "range",
        "write-out",
        "proto",
        "proto-redir",
        "tlsv1",
        "limit-rate",
        "max-redirs",
        "ciphers",
        "interface",
        "dns-servers",
        "oauth2-bearer",
        "aws-sigv4",
        "noproxy",
        "upload-file",
        "speed-limit",
        "speed-time",
        "stderr",
        "dump-header",
        "post301",
        "max-filesize",
        "unix-socket",
        "tls-max",
        "pinnedpubkey",
        "netrc-file",
    ],
};

fn curl(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), CURL);
    let folder = match options.value(&["output-dir"]) {
        Some((folder, _)) => call.path(folder),
        None => call.folder.clone(),
    };
    for (target, place) in options.values(&["o", "output"]) {
        if !matches!(target.text(), "-" | "/dev/null" | "/dev/stdout") {
            let file = path::resolve(&folder, call.home, target);
            let mut urls = options.operands.iter().map(|(url, _)| url);
            let content = match (urls.next(), urls.next()) {
                (Some(url), None) => Content::Fetched(url.clone()),
                _ => Content::Unknown,
            };
            effects.write_text(place, file, WriteKind::File, content, "curl");
        }
    }
    if options.has(&["O", "remote-name", "remote-name-all"]) {
        let urls = options.operands.iter().map(|(url, place)| (url, place));
        for (url, place) in urls.chain(options.values(&["url"])) {
            let name = if options.has(&["J", "remote-header-name"]) {
                Value::unknown(url.text())
            } else {
                name_of_url(url)
            };
            let content = Content::Fetched(url.clone());
            effects.write_text(
                place,
                path::join(&folder, &name),
                WriteKind::File,
                content,
                "curl",
            );
        }
    }
}

const WGET: Grammar = Grammar {
    short: "OPoaeiBtTwQUADRXIl",
    long: &[
        "output-document",
        "directory-prefix",
        "output-file",
        "append-output",
        "execute",
        "input-file",
        "base",
        "tries",
        "timeout",
        "wait",
        "quota",
        "user-agent",
        "header",
        "post-data",
        "post-file",
        "user",
        "password",
        "referer",
        "load-cookies",
        "save-cookies",
        "ca-certificate",
        "certificate",
        "accept",
        "reject",
        "domains",
        "level",
        "waitretry",
        "limit-rate",
        "method",
        "body-data",
        "http-user",
        "http-password",
        "secure-protocol",
        "dns-timeout",
        "connect-timeout",
        "read-timeout",
        "progress",
    ],
};

fn wget(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), WGET);
    if options.has(&["spider", "version", "help"]) {
        return;
    }
    if options.has(&[
        "i",
        "input-file",
        "r",
        "recursive",
        "m",
        "mirror",
        "p",
        "page-requisites",
    ]) {
        let folder = options.value(&["P", "directory-prefix"]);
        let folder = folder.map_or_else(|| call.folder.clone(), |(folder, _)| call.path(folder));
        let inside = path::join(&folder, &Value::unknown("${fetched}"));
        effects.write(call.word(), inside, WriteKind::Tree, "wget");
        return;
    }
    into_folder(
        call,
        effects,
        &options,
        &["P", "directory-prefix"],
        &["O", "output-document"],
        "wget",
    );
}

/// Programs that write each URL into a folder, by its own name or by one that is given.
fn into_folder(
    call: &Call,
    effects: &mut Effects,
    options: &Options,
    folder_option: &[&str],
    name_option: &[&str],
    writer: &'static str,
) {
    if let Some((target, place)) = options.value(name_option) {
        if !matches!(target.text(), "-" | "/dev/null" | "/dev/stdout") {
            let folder = match options.value(folder_option) {
                Some((folder, _)) if writer != "wget" => call.path(folder),
                _ => call.folder.clone(),
            };
            let file = path::resolve(&folder, call.home, target);
            let content = match options.operands.as_slice() {
                [(url, _)] => Content::Fetched(url.clone()),
                _ => Content::Unknown,
            };
            effects.write_text(place, file, WriteKind::File, content, writer);
        }
        return;
    }
    let prefix = options.value(folder_option);
    let folder = prefix.map_or_else(|| call.folder.clone(), |(folder, _)| call.path(folder));
    for (url, place) in &options.operands {
        let at = prefix.map_or(place, |(_, place)| place);
        let file = path::join(&folder, &name_of_url(url));
        effects.write_text(at, file, WriteKind::File, Content::Fetched(url.clone()), writer);
    }
}

/// The file name that a URL gives: its last part without query; a hole where it has none.
fn name_of_url(url: &Value) -> Value {
    let (without_query, _) = url
        .split_once('?')
        .or_else(|| url.split_once('#'))
        .unwrap_or_else(|| (url.clone(), Value::new()));
    let after_scheme = match without_query.text().find("://") {
        Some(at) => without_query.slice(at + 3..without_query.text().len()),
        None => without_query,
    };
    match after_scheme.text().contains('/') {
        true if !after_scheme.text().ends_with('/') => path::name(&after_scheme),
        _ => Value::unknown("index.html"),
    }
}

const GIT: Grammar = Grammar {
    short: "bcCoujX",
    long: &[
        "branch",
        "depth",
        "origin",
        "config",
        "reference",
        "separate-git-dir",
        "template",
        "jobs",
        "filter",
        "shallow-since",
        "upload-pack",
        "git-dir",
        "work-tree",
    ],
};

fn clone(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), GIT);
    let mut operands = options.operands.iter();
    let Some((verb, _)) = operands.next() else {
        return;
    };
    let folder = match options.value(&["C"]) {
        Some((folder, _)) => call.path(folder),
        None => call.folder.clone(),
    };
    match verb.as_known() {
        Some("clone") => {
            let Some((url, place)) = operands.next() else {
                return;
            };
            let (name, place) = match operands.next() {
                Some((folder, place)) => (folder.clone(), place),
                None => (repository_name(url), place),
            };
            let target = path::resolve(&folder, call.home, &name);
            effects.write(place, target, WriteKind::Tree, "git");
        }
        Some("init") => {
            if let Some((target, place)) = operands.next() {
                effects.write(
                    place,
                    path::resolve(&folder, call.home, target),
                    WriteKind::Tree,
                    "git",
                );
            }
        }
        Some("archive" | "bundle" | "worktree" | "format-patch") => effects.compiled(call),
        Some("config") if options.has(&["global"]) && !options.has(&["get", "unset", "list", "l"]) => {
            let file = path::join(call.home, &Value::known(".gitconfig"));
            effects.write(call.word(), file, WriteKind::File, "git config");
        }
        _ => {}
    }
}

/// The folder that `git clone` makes: the URL's last part without `.git`.
fn repository_name(url: &Value) -> Value {
    let text = url.text().trim_end_matches('/');
    let whole = url.slice(0..text.len());
    let mut name = path::name(&whole);
    if let Some((_, after)) = name.split_once(':') {
        name = after;
    }
    match name.known_suffix().strip_suffix(".git") {
        Some(_) => name.slice(0..name.text().len() - 4),
        None => name,
    }
}

/// `svn checkout URL [FOLDER]`, `svn export`.
fn checkout(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "r",
        long: &["revision", "username", "password", "depth"],
    };
    let options = Options::of(call.arguments(), grammar);
    if let [(verb, _), (url, place), rest @ ..] = options.operands.as_slice()
        && matches!(verb.as_known(), Some("checkout" | "co" | "export"))
    {
        let (name, place) = match rest.first() {
            Some((folder, place)) => (folder.clone(), place),
            None => (repository_name(url), place),
        };
        effects.write(place, call.path(&name), WriteKind::Tree, "svn");
    }
}
