//! Which package brings which command.
//!
//! The tables are text beside this file; each says how it was made. Presence is told leniently and
//! absence strictly: a package that no table has may bring anything.

use std::sync::LazyLock;

use crate::context::Answer;
use crate::facts::{Base, Manager, Package};

static APT: LazyLock<Table> = LazyLock::new(|| table(include_str!("provides/apt.txt")));
static APK: LazyLock<Table> = LazyLock::new(|| table(include_str!("provides/apk.txt")));
static RPM: LazyLock<Table> = LazyLock::new(|| table(include_str!("provides/rpm.txt")));
static COMMANDS: LazyLock<Table> = LazyLock::new(|| table(include_str!("provides/commands.txt")));

/// Lines by their first word, sorted.
type Table = Vec<(&'static str, &'static str)>;

fn table(text: &'static str) -> Table {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split_once(' ').unwrap_or((line, "")))
        .collect()
}

fn find(table: &Table, name: &str) -> Option<&'static str> {
    let index = table.binary_search_by_key(&name, |(name, _)| name).ok()?;
    Some(table[index].1)
}

/// Whether a package brings a command, with all that comes along.
pub fn brings(package: &Package, base: &Base, command: &str) -> Answer {
    let Some(name) = package.name.as_known() else {
        return brings_unknown(package.manager, command);
    };
    if name == command && !is_rumour(package.manager, command) {
        return Answer::Known(());
    }
    let Some(holders) = find(&COMMANDS, command) else {
        return Answer::Unknown;
    };
    let mut holders = holders.split(' ');
    if !package.manager.is_system() {
        return of_language(package.manager, name, command);
    }
    if holders.clone().any(|holder| holder == name) {
        return Answer::Known(());
    }
    // Up to 3.11, Alpine's python3 had pip in it.
    if package.manager == Manager::Apk
        && name == "python3"
        && matches!(command, "pip" | "pip3")
        && is_old(base)
    {
        return Answer::Unknown;
    }
    let versioned = name.trim_end_matches(|sign: char| sign.is_ascii_digit() || matches!(sign, '.' | '-'));
    let may_hold = versioned.len() < name.len() && holders.clone().any(|holder| stem(holder) == versioned);
    if may_hold {
        return Answer::Unknown;
    }
    let table = match package.manager {
        Manager::Apt => &*APT,
        Manager::Apk => &*APK,
        manager if manager.is_rpm() => &*RPM,
        _ => return Answer::Unknown,
    };
    let Some(brought) = find(table, name).or_else(|| of_kin(table, name)) else {
        return brings_unlisted(package, name, command);
    };
    let (certain, recommended) = match brought.strip_prefix("+ ") {
        Some(recommended) => ("", recommended),
        None => brought.split_once(" + ").unwrap_or((brought, "")),
    };
    let has = |list: &str| {
        holders
            .clone()
            .any(|holder| list.split(' ').any(|one| one == holder))
    };
    if has(certain) {
        return Answer::Known(());
    }
    // By which road a weak dependency comes is in no table for RPM.
    let weak = package.manager.is_rpm() && !package.recommends.is_absent();
    if has(recommended) {
        return package.recommends;
    }
    let is_core = holders.any(|holder| matches!(holder, "git" | "wget" | "sudo" | "unzip" | "make"));
    if weak && !is_core {
        Answer::Unknown
    } else {
        Answer::Absent
    }
}

/// Whether an Alpine is older than 3.12, or may be.
fn is_old(base: &Base) -> bool {
    let Some(version) = &base.version else {
        return base.entry != "alpine-latest";
    };
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < (3, 12)
}

/// The entry of another version: `gcc-8` for `gcc-12`, `python3.4-dev` for `python3.11-dev`.
fn of_kin(table: &Table, name: &str) -> Option<&'static str> {
    let wanted = unversioned(name);
    if wanted == name {
        return None;
    }
    let start = name.find(|sign: char| sign.is_ascii_digit())?;
    let from = table.partition_point(|(other, _)| *other < &name[..start]);
    let near = table[from..]
        .iter()
        .take_while(|(other, _)| other.starts_with(&name[..start]));
    near.filter(|(other, _)| unversioned(other) == wanted)
        .map(|(_, brought)| *brought)
        .next()
}

/// A name with one sign for each number in it.
fn unversioned(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for sign in name.chars() {
        let is_number = sign.is_ascii_digit() || sign == '.' && text.ends_with('#');
        match is_number {
            true if text.ends_with('#') => {}
            true => text.push('#'),
            false => text.push(sign),
        }
    }
    text
}

/// A name without the version at its end.
fn stem(name: &str) -> &str {
    name.trim_end_matches(|sign: char| sign.is_ascii_digit() || matches!(sign, '.' | '-'))
}

/// Whether a package of this name holds another thing than the command of the same name.
fn is_rumour(manager: Manager, command: &str) -> bool {
    match manager {
        // The libraries of these names on PyPI and npm bring no program.
        Manager::Pip | Manager::Npm | Manager::Yarn => {
            matches!(
                command,
                "git" | "curl" | "wget" | "docker" | "make" | "sudo" | "jq" | "file"
            )
        }
        _ => false,
    }
}

/// Packages that no table has: their names may tell all the same.
fn brings_unlisted(package: &Package, name: &str, command: &str) -> Answer {
    // Hardly anything depends on these but what is named after them.
    const OF_PEOPLE: &[&str] = &["curl", "wget", "git", "sudo"];
    const OF_TOOLS: &[&str] = &[
        "unzip", "zip", "gpg", "node", "npm", "npx", "yarn", "jq", "vim", "nano", "ssh", "docker", "dockerd",
        "rsync", "tmux", "htop", "useradd", "usermod", "groupadd",
    ];
    // Headers and libraries alone: much of what is written in a language takes certificates along.
    let is_plain = name.starts_with("lib") || name.ends_with("-dev") || name.starts_with("gcc-");
    let is_bare = package.manager == Manager::Apk || package.recommends.is_absent();
    let concerns = OF_PEOPLE.contains(&command)
        || is_bare && (OF_TOOLS.contains(&command) || is_plain && command == "update-ca-certificates");
    if concerns && is_library(package.manager, name) {
        Answer::Absent
    } else {
        Answer::Unknown
    }
}

/// Whether a name is that of a library, of headers, of data, or of an old version of what is listed.
fn is_library(manager: Manager, name: &str) -> bool {
    const ENDINGS: [&str; 10] = [
        "-dev", "-devel", "-libs", "-doc", "-dbg", "-common", "-data", "-lang", "-locale", "-headers",
    ];
    const BEGINNINGS: &[&str] = &[
        "lib",
        "fonts-",
        "font-",
        "ttf-",
        "xfonts-",
        "gir1.2-",
        "python-",
        "python3-",
        "py-",
        "py3-",
        "perl-",
        "php",
        "ruby-",
        "lua-",
        "texlive-",
        "gstreamer",
        "gst-",
        "qt5-",
        "qt6-",
        "qtbase5",
        "xserver-",
        "linux-",
        "mesa-",
        "pcre",
        "icu",
        "ncurses",
        "zlib",
        "readline",
        "freetype",
        "fontconfig",
        "cairo",
        "pango",
        "gtk",
        "glib",
        "alsa",
        "musl",
        "binutils",
        "nginx-mod-",
        "postgresql",
        "openssl",
        "gcc-",
        "g++-",
        "cpp-",
        "clang-",
        "llvm",
    ];
    const NOT: [&str; 6] = [
        "office",
        "python3-full",
        "php-pear",
        "pip",
        "virtualenv",
        "libguestfs-tools",
    ];
    if NOT.iter().any(|word| name.contains(word)) {
        return false;
    }
    let fits = ENDINGS.iter().any(|ending| name.ends_with(ending))
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning));
    // The name of a bundle that `apk add --virtual` makes.
    let is_bundle =
        manager == Manager::Apk && ["build", "dep", "virtual"].iter().any(|word| name.contains(word));
    let is_php = name.starts_with("php") && manager == Manager::Apk;
    fits && !is_php && (manager == Manager::Apk || manager == Manager::Apt)
        || name.starts_with('.')
        || is_bundle
}

/// A package whose name is not known.
fn brings_unknown(manager: Manager, command: &str) -> Answer {
    if manager.is_system() {
        Answer::Unknown
    } else {
        of_language(manager, "", command)
    }
}

/// Packages of a language bring programs written for it, and hardly ever those of a system.
fn of_language(manager: Manager, name: &str, command: &str) -> Answer {
    const OF_SYSTEMS: &[&str] = &[
        "curl",
        "wget",
        "git",
        "sudo",
        "unzip",
        "zip",
        "gpg",
        "ssh",
        "ssh-keygen",
        "ssh-keyscan",
        "sshd",
        "locale-gen",
        "add-apt-repository",
        "apt-add-repository",
        "lsb_release",
        "make",
        "gcc",
        "g++",
        "cc",
        "docker",
        "dockerd",
        "xz",
        "bzip2",
        "vim",
        "nano",
        "rsync",
        "systemctl",
        "useradd",
        "usermod",
        "groupadd",
        "gosu",
        "update-ca-certificates",
        "openssl",
        "java",
        "javac",
        "mvn",
        "php",
        "psql",
        "mysql",
        "nginx",
        "tmux",
        "zsh",
        "file",
        "less",
        "ps",
        "ip",
        "ping",
        "patch",
        "bash",
        "busybox",
        "perl",
    ];
    let _ = name;
    if manager != Manager::Conda && OF_SYSTEMS.contains(&command) {
        Answer::Absent
    } else {
        Answer::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Origin, Value};
    use crate::finding::{Certainty, Place};
    use crate::source::Span;

    fn package(manager: Manager, name: &str, recommends: Answer) -> Package {
        Package {
            manager,
            name: Value::known(name),
            version: None,
            recommends,
            asked: Origin {
                step: 1,
                place: Place::here(Span::default()),
                certainty: Certainty::Certain,
            },
            removed: None,
            held: None,
        }
    }

    fn apt(name: &str, recommends: Answer, command: &str) -> Answer {
        brings(
            &package(Manager::Apt, name, recommends),
            &Base::unknown(),
            command,
        )
    }

    #[test]
    fn the_tables_are_sorted() {
        for table in [&*APT, &*APK, &*RPM, &*COMMANDS] {
            assert!(table.is_sorted_by_key(|(name, _)| *name));
        }
    }

    #[test]
    fn certificates_come_with_curl_if_recommended_packages_do() {
        let with = Answer::Known(());
        assert_eq!(apt("curl", with, "update-ca-certificates"), Answer::Known(()));
        assert_eq!(
            apt("curl", Answer::Absent, "update-ca-certificates"),
            Answer::Absent
        );
        assert_eq!(
            apt("curl", Answer::Unknown, "update-ca-certificates"),
            Answer::Unknown
        );
        assert_eq!(apt("git", with, "update-ca-certificates"), Answer::Known(()));
    }

    #[test]
    fn what_comes_along_is_there() {
        assert_eq!(apt("build-essential", Answer::Absent, "make"), Answer::Known(()));
        assert_eq!(apt("build-essential", Answer::Absent, "curl"), Answer::Absent);
        assert_eq!(apt("gnupg", Answer::Absent, "gpg"), Answer::Known(()));
        assert_eq!(
            apt("software-properties-common", Answer::Absent, "add-apt-repository"),
            Answer::Known(())
        );
        assert_eq!(apt("openjdk-17-jdk", Answer::Absent, "java"), Answer::Known(()));
    }

    #[test]
    fn an_unknown_package_may_bring_anything() {
        assert_eq!(apt("acme-workspace", Answer::Absent, "curl"), Answer::Unknown);
        let node = package(Manager::Npm, "typescript", Answer::Absent);
        assert_eq!(brings(&node, &Base::unknown(), "curl"), Answer::Absent);
    }
}
