//! Keys, certificates, sources of packages, alternatives and extensions of editors.

use crate::facts::{Content, Value, WriteKind, path};
use crate::tools::installers::home_of;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Says what one of them does.
pub fn run(call: &Call, effects: &mut Effects) {
    match call.program() {
        "gpg" | "gpg2" => gpg(call, effects),
        "apt-key" => {
            let file = Value::known("/etc/apt/trusted.gpg");
            effects.write(call.word(), file, WriteKind::File, "apt-key");
        }
        "add-apt-repository" | "apt-add-repository" => repository(call, effects),
        "update-ca-certificates" | "update-ca-trust" => {
            let bundle = Value::known("/etc/ssl/certs/ca-certificates.crt");
            effects.write(call.word(), bundle, WriteKind::File, "update-ca-certificates");
        }
        "update-alternatives" | "alternatives" => alternatives(call, effects),
        "ssh-keygen" => ssh_key(call, effects),
        "code-server" | "code" | "openvscode-server" | "code-insiders" => extension(call, effects),
        "git-lfs" => {
            if !call
                .arguments()
                .iter()
                .any(|(word, _)| word.is("--system") || word.is("--local"))
            {
                effects.write(
                    call.word(),
                    call.home_path(".gitconfig"),
                    WriteKind::File,
                    "git lfs",
                );
            }
        }
        "openssl" => {
            let words = call.arguments();
            for pair in words.windows(2) {
                if matches!(
                    pair[0].0.as_known(),
                    Some("-out" | "-keyout" | "-writerand" | "-CAserial")
                ) {
                    effects.write(&pair[1].1, call.path(&pair[1].0), WriteKind::File, "openssl");
                }
            }
        }
        _ => effects.unseen(call),
    }
}

fn gpg(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "oru",
        long: &[
            "output",
            "keyserver",
            "keyring",
            "recipient",
            "homedir",
            "primary-keyring",
            "batch-file",
            "status-fd",
            "logger-fd",
            "passphrase",
            "pinentry-mode",
            "keyserver-options",
            "trust-model",
            "default-key",
        ],
    };
    let options = Options::of(call.arguments(), grammar);
    if let Some((target, place)) = options.value(&["o", "output"])
        && !target.is("-")
    {
        effects.write(place, call.path(target), WriteKind::File, "gpg");
    }
    let takes_in = options.has(&[
        "import",
        "recv-keys",
        "recv-key",
        "receive-keys",
        "gen-key",
        "generate-key",
        "full-generate-key",
        "quick-gen-key",
    ]);
    if let Some((ring, place)) = options.value(&["keyring", "primary-keyring"]) {
        let file = ring.strip_prefix("gnupg-ring:").unwrap_or_else(|| ring.clone());
        if takes_in && file.text().contains('/') {
            effects.write(place, call.path(&file), WriteKind::File, "gpg");
        }
    } else if takes_in {
        let folder = match options.value(&["homedir"]) {
            Some((folder, _)) => call.path(folder),
            None => home_of(call, "GNUPGHOME", ".gnupg"),
        };
        effects.write(call.word(), folder, WriteKind::Tree, "gpg");
    }
}

/// `add-apt-repository ppa:…` or a whole line; its file's name follows from it and does not matter here.
fn repository(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "pkcUsS",
        long: &[
            "pocket",
            "keyserver",
            "component",
            "uri",
            "sourceslist",
            "ppa",
            "cloud",
        ],
    };
    let options = Options::of(call.arguments(), grammar);
    let asked = options.operands.first().copied();
    let Some((source, place)) = asked else {
        if let Some((line, place)) = options.value(&["S", "sourceslist"]) {
            write_source(line, place, effects);
        }
        return;
    };
    if source.known_prefix().starts_with("deb") {
        write_source(source, place, effects);
    } else {
        let folder = Value::known("/etc/apt/sources.list.d");
        let file = path::join(&folder, &Value::unknown("${source}.list"));
        effects.write(place, file, WriteKind::File, "add-apt-repository");
    }
}

fn write_source(line: &Value, place: &crate::finding::Place, effects: &mut Effects) {
    let file = Value::known("/etc/apt/sources.list.d/archive_uri.list");
    let mut text = line.clone();
    text.push("\n");
    effects.write_text(
        place,
        file,
        WriteKind::Append,
        Content::Text(text),
        "add-apt-repository",
    );
}

/// `--install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]`.
fn alternatives(call: &Call, effects: &mut Effects) {
    let words = call.arguments();
    for (at, (word, _)) in words.iter().enumerate() {
        let is_link = matches!(word.as_known(), Some("--install" | "--slave"));
        if let Some([(link, place), _, (target, _)]) = words.get(at + 1..at + 4).filter(|_| is_link) {
            let kind = WriteKind::Link(call.path(target));
            effects.write(place, call.path(link), kind, "update-alternatives");
        }
    }
}

fn ssh_key(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "tbfNCPmaDVIsnzORFirSwZ",
        long: &[],
    };
    let options = Options::of(call.arguments(), grammar);
    if options.has(&["l", "F", "R", "y", "i", "e", "H", "L", "B", "p", "K"]) {
        return;
    }
    if options.has(&["A"]) {
        let file = Value::known("/etc/ssh/ssh_host_ed25519_key");
        effects.write(call.word(), file, WriteKind::File, "ssh-keygen");
        return;
    }
    let (file, place) = match options.value(&["f"]) {
        Some((file, place)) => (call.path(file), place),
        None => {
            let kind = options.value(&["t"]).map_or("ed25519", |(kind, _)| kind.text());
            (call.home_path(&format!(".ssh/id_{kind}")), call.word())
        }
    };
    effects.write(place, file, WriteKind::File, "ssh-keygen");
}

fn extension(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "",
        long: &["install-extension", "extensions-dir", "user-data-dir"],
    };
    let options = Options::of(call.arguments(), grammar);
    let Some((_, place)) = options.values(&["install-extension"]).into_iter().next() else {
        if !options.has(&["version", "help", "list-extensions"]) {
            effects.unseen(call);
        }
        return;
    };
    let folder = match (
        options.value(&["extensions-dir"]),
        options.value(&["user-data-dir"]),
    ) {
        (Some((folder, _)), _) => call.path(folder),
        (None, Some((folder, _))) => path::join(&call.path(folder), &Value::known("extensions")),
        (None, None) => match call.program() {
            "code-server" => {
                let data = home_of(call, "XDG_DATA_HOME", ".local/share");
                path::join(&data, &Value::known("code-server/extensions"))
            }
            "openvscode-server" => call.home_path(".openvscode-server/extensions"),
            _ => call.home_path(".vscode/extensions"),
        },
    };
    let writer = match call.program() {
        "code-server" => "code-server --install-extension",
        _ => "code --install-extension",
    };
    effects.write(place, folder, WriteKind::Tree, writer);
}

/// What the installer of an archive does: AWS's `install`.
pub fn install_aws(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "ib",
        long: &["install-dir", "bin-dir"],
    };
    let options = Options::of(call.arguments(), grammar);
    let folder = |names: &[&str], default: &str| match options.value(names) {
        Some((folder, _)) => call.path(folder),
        None => Value::known(default),
    };
    let files = folder(&["i", "install-dir"], "/usr/local/aws-cli");
    effects.write(call.word(), files, WriteKind::Tree, "aws");
    let programs = folder(&["b", "bin-dir"], "/usr/local/bin");
    effects.write(
        call.word(),
        path::join(&programs, &Value::known("aws")),
        WriteKind::File,
        "aws",
    );
}
