//! What the text of known files says: apt preferences, daemon.json, sudoers, units, start-up files.

use crate::context::Answer;
use crate::facts::{Content, DaemonSetting, Meaning, Value};

/// Reads the text of a file by what its path makes of it.
pub fn read(path: &str, content: &Content) -> Vec<Meaning> {
    if let Some(name) = path.strip_prefix("/etc/apt/preferences.d/") {
        return if apt_reads(name, &["pref"]) {
            preferences(content)
        } else {
            vec![Meaning::Skipped]
        };
    }
    if let Some(name) = path.strip_prefix("/etc/apt/sources.list.d/") {
        return if apt_reads(name, &["list", "sources"]) && name.contains('.') {
            sources(content)
        } else {
            vec![Meaning::Skipped]
        };
    }
    if let Some(name) = path.strip_prefix("/etc/sudoers.d/") {
        return if name.contains('.') || name.ends_with('~') {
            vec![Meaning::Skipped]
        } else {
            sudoers(content)
        };
    }
    match path {
        "/etc/apt/preferences" => preferences(content),
        "/etc/apt/sources.list" => sources(content),
        "/etc/docker/daemon.json" => daemon(content),
        "/etc/sudoers" => sudoers(content),
        _ if is_start_up(path) => refers(content),
        _ => Vec::new(),
    }
}

/// apt skips a file in its folders whose name has another extension, or odd characters.
fn apt_reads(name: &str, extensions: &[&str]) -> bool {
    let usual = name
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | ':'));
    usual
        && match name.rsplit_once('.') {
            None => true,
            Some((_, extension)) => extensions.contains(&extension),
        }
}

/// The sources of apt, in lines (`deb [options] URI SUITE …`) or stanzas (`URIs:`, `Suites:`).
fn sources(content: &Content) -> Vec<Meaning> {
    let Content::Text(text) = content else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let (mut uris, mut suites) = (Vec::new(), Vec::new());
    for line in text
        .split(|character| character == '\n')
        .into_iter()
        .chain([Value::new()])
    {
        let words: Vec<Value> = line
            .split(char::is_whitespace)
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        let Some(first) = words.first() else {
            for uri in &uris {
                for suite in &suites {
                    found.push(source(uri, suite));
                }
            }
            uris.clear();
            suites.clear();
            continue;
        };
        match first.known_prefix().to_ascii_lowercase().as_str() {
            "deb" | "deb-src" => {
                let is_option = |word: &&Value| word.text().starts_with('[');
                let start = if words.get(1).as_ref().is_some_and(is_option) {
                    words
                        .iter()
                        .position(|word| word.text().ends_with(']'))
                        .map_or(words.len(), |at| at + 1)
                } else {
                    1
                };
                if let Some([uri, suite]) = words.get(start..start + 2) {
                    found.push(source(uri, suite));
                }
            }
            "uris:" => uris = words[1..].to_vec(),
            "suites:" => suites = words[1..].to_vec(),
            _ => {}
        }
    }
    found
}

fn source(uri: &Value, suite: &Value) -> Meaning {
    Meaning::AptSource {
        uri: uri.clone(),
        suite: suite.clone(),
    }
}

/// The stanzas of an apt preferences file (apt_preferences(5)).
fn preferences(content: &Content) -> Vec<Meaning> {
    let Content::Text(value) = content else {
        return vec![Meaning::UnknownPins];
    };
    let mut pins = Vec::new();
    let mut stanza = Stanza::default();
    for line in value.text().lines().chain([""]) {
        if line.trim_start().starts_with('#') {
            continue;
        }
        if line.trim().is_empty() {
            pins.extend(std::mem::take(&mut stanza).pin());
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "package" => stanza.packages = value.split_whitespace().map(str::to_owned).collect(),
            "pin" => stanza.pin = Some(value.to_owned()),
            "pin-priority" => stanza.priority = value.parse().ok(),
            _ => {}
        }
    }
    pins
}

#[derive(Default)]
struct Stanza {
    packages: Vec<String>,
    pin: Option<String>,
    priority: Option<i32>,
}

impl Stanza {
    fn pin(self) -> Option<Meaning> {
        let pin = self.pin?;
        let (kind, rest) = pin.split_once(char::is_whitespace).unwrap_or((&pin, ""));
        Some(Meaning::Pin {
            packages: self.packages,
            version: kind
                .eq_ignore_ascii_case("version")
                .then(|| rest.trim().trim_matches('"').to_owned()),
            priority: self.priority?,
        })
    }
}

fn daemon(content: &Content) -> Vec<Meaning> {
    let Content::Text(value) = content else {
        return vec![Meaning::Daemon(DaemonSetting::Unreadable(Answer::Unknown))];
    };
    let text = value.text();
    let Ok(serde_json::Value::Object(settings)) = serde_json::from_str(text) else {
        return vec![Meaning::Daemon(DaemonSetting::Unreadable(Answer::Absent))];
    };
    let mut found = Vec::new();
    if let Some(serde_json::Value::String(path)) = settings.get("data-root").or_else(|| settings.get("graph"))
    {
        // Sysbox reads line by line: the key alone on its line, with one colon in it.
        let own_line = text.lines().any(|line| {
            line.contains("\"data-root\"")
                && line.matches(':').count() == 1
                && !line.trim_start().starts_with('{')
        });
        found.push(Meaning::Daemon(DaemonSetting::DataRoot {
            path: path.clone(),
            own_line,
        }));
    }
    let snapshotter = settings
        .get("features")
        .and_then(|features| features.get("containerd-snapshotter"));
    if let Some(on) = snapshotter.and_then(serde_json::Value::as_bool) {
        found.push(Meaning::Daemon(DaemonSetting::ContainerdSnapshotter(on)));
    }
    let options = settings.get("exec-opts").and_then(serde_json::Value::as_array);
    if options.is_some_and(|options| {
        options
            .iter()
            .any(|option| option == "native.cgroupdriver=systemd")
    }) {
        found.push(Meaning::Daemon(DaemonSetting::SystemdCgroups));
    }
    found
}

/// Rules of sudo without a password (sudoers(5)): `WHO HOST=(AS) NOPASSWD: COMMANDS`.
fn sudoers(content: &Content) -> Vec<Meaning> {
    let Content::Text(value) = content else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for line in value.split(|character| character == '\n') {
        let text = line.text();
        let trimmed = text.trim_start();
        // `#1000 ALL=…` is a rule for a uid, any other hash begins a comment.
        let is_uid = |rest: &str| rest.starts_with(|first: char| first.is_ascii_digit());
        if trimmed.strip_prefix('#').is_some_and(|rest| !is_uid(rest)) {
            continue;
        }
        let start = text.len() - trimmed.len();
        let rest = line.slice(start..text.len());
        if let Some(defaults) = rest.strip_prefix("Defaults")
            && text.contains("!authenticate")
        {
            let who = defaults.strip_prefix(":").map_or_else(
                || Value::known("ALL"),
                |who| {
                    who.split(char::is_whitespace)
                        .into_iter()
                        .next()
                        .unwrap_or_default()
                },
            );
            found.push(Meaning::NoPassword(who));
            continue;
        }
        if !text.contains("NOPASSWD") {
            continue;
        }
        let who = rest
            .split(char::is_whitespace)
            .into_iter()
            .next()
            .unwrap_or_default();
        for one in who.split(|character| character == ',') {
            found.push(Meaning::NoPassword(one));
        }
    }
    found
}

/// Whether something reads the file when a workspace starts or somebody logs in.
fn is_start_up(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "/etc/profile.d/",
        "/etc/systemd/",
        "/lib/systemd/",
        "/usr/lib/systemd/",
        "/etc/cron.d/",
        "/etc/cron.daily/",
        "/etc/cron.hourly/",
        "/etc/cron.weekly/",
        "/etc/init.d/",
        "/etc/zsh/",
        "/etc/skel/",
        "/var/spool/cron/",
        "/etc/supervisor/",
        "/etc/service/",
        "/etc/my_init.d/",
        "/etc/update-motd.d/",
    ];
    const NAMES: &[&str] = &[
        "/etc/profile",
        "/etc/bash.bashrc",
        "/etc/bashrc",
        "/etc/environment",
        "/etc/crontab",
        "/etc/zprofile",
        "/etc/zshenv",
        "/etc/zshrc",
        "/etc/rc.local",
    ];
    const IN_HOMES: &[&str] = &[
        ".bashrc",
        ".bash_profile",
        ".bash_login",
        ".profile",
        ".zshrc",
        ".zprofile",
        ".zshenv",
        ".xsessionrc",
        ".xprofile",
        "config.fish",
    ];
    FOLDERS.iter().any(|folder| path.starts_with(folder))
        || NAMES.contains(&path)
        || path
            .rsplit('/')
            .next()
            .is_some_and(|name| IN_HOMES.contains(&name))
}

/// The absolute paths that a text names, comments left out.
fn refers(content: &Content) -> Vec<Meaning> {
    let Content::Text(value) = content else {
        return Vec::new();
    };
    let is_path = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '/' | '.' | '_' | '-' | '+' | '@')
    };
    let lines = value
        .text()
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let paths: Vec<String> = lines
        .flat_map(|line| line.split(|character: char| !is_path(character)))
        .filter(|word| word.starts_with('/') && word.len() > 1)
        .map(|word| word.trim_end_matches(['.', '/']).to_owned())
        .collect();
    if paths.is_empty() {
        Vec::new()
    } else {
        vec![Meaning::Refers(paths)]
    }
}

/// Text with nothing but what a shell's `printf` and `echo -e` make of backslashes.
pub fn unescape(value: &Value) -> Value {
    if !value.text().contains('\\') {
        return value.clone();
    }
    let mut cooked = Value::new();
    let text = value.text();
    let mut at = 0;
    while at < text.len() {
        if let Some(hole) = value.holes().iter().find(|hole| hole.start == at) {
            cooked.push_hole(&text[hole.clone()]);
            at = hole.end;
            continue;
        }
        let mut rest = text[at..].chars();
        let Some(first) = rest.next() else { break };
        let second = rest.next();
        let (made, length) = match (first, second) {
            ('\\', Some('n')) => ("\n", 2),
            ('\\', Some('t')) => ("\t", 2),
            ('\\', Some('\\')) => ("\\", 2),
            ('\\', Some('"')) => ("\"", 2),
            _ => (&text[at..at + first.len_utf8()], first.len_utf8()),
        };
        cooked.push(made);
        at += length;
    }
    cooked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, text: &str) -> Vec<Meaning> {
        read(path, &Content::Text(Value::known(text)))
    }

    #[test]
    fn a_preference_bounds_by_version_alone() {
        let text = "# why\nPackage: containerd.io\nPin: version 1.5.11-1\nPin-Priority: 999\n\n\
                    Package: *\nPin: origin download.docker.com\nPin-Priority: 1\n";
        let pins = of("/etc/apt/preferences.d/containerd-pin", text);
        let pin = |package: &str, version: Option<&str>, priority| Meaning::Pin {
            packages: vec![package.to_owned()],
            version: version.map(str::to_owned),
            priority,
        };
        assert_eq!(
            pins,
            [pin("containerd.io", Some("1.5.11-1"), 999), pin("*", None, 1)]
        );
        assert_eq!(of("/etc/apt/preferences.d/pin.conf", text), [Meaning::Skipped]);
    }

    #[test]
    fn a_minified_daemon_json_hides_its_data_root_from_sysbox() {
        let root = |own_line| {
            [Meaning::Daemon(DaemonSetting::DataRoot {
                path: "/x".into(),
                own_line,
            })]
        };
        assert_eq!(
            of("/etc/docker/daemon.json", r#"{"data-root": "/x"}"#),
            root(false)
        );
        assert_eq!(
            of("/etc/docker/daemon.json", "{\n  \"data-root\": \"/x\"\n}"),
            root(true)
        );
    }

    #[test]
    fn sudo_without_password() {
        let found = of(
            "/etc/sudoers.d/coder",
            "coder,dev ALL=(ALL) NOPASSWD:ALL\n%sudo ALL=(ALL) ALL\n",
        );
        let who = |name: &str| Meaning::NoPassword(Value::known(name));
        assert_eq!(found, [who("coder"), who("dev")]);
        assert_eq!(
            of("/etc/sudoers.d/coder.conf", "coder ALL=(ALL) NOPASSWD:ALL"),
            [Meaning::Skipped]
        );
    }
}
