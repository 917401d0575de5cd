//! The databases of dpkg, apt and apk.

use std::io::{self, BufRead};

use super::inspected::{Installed, Marks};
use super::keep::{MOST_TEXT, lies_in};
use super::known::each_line;
use crate::facts::mark;

/// The most packages of one database; Debian has 70,000.
const MOST_PACKAGES: usize = 100_000;
/// Folders whose owners nobody asks for.
const UNASKED: [&str; 8] = [
    "/usr/share",
    "/usr/include",
    "/usr/lib",
    "/lib",
    "/usr/src",
    "/var/cache",
    "/var/log",
    "/usr/lib64",
];

/// How much of one database is kept: more text than an image may have is not gathered to be refused
/// afterwards.
#[derive(Default)]
struct Room {
    text: usize,
}

impl Room {
    fn has(&mut self, count: usize, package: &Installed) -> bool {
        let provides: usize = package.provides.iter().map(|name| name.len() + 24).sum();
        self.has_text(count, package.name.len() + package.version.len() + provides)
    }

    /// Whether there is room for one more; what goes over the bound is the last.
    fn has_text(&mut self, count: usize, length: usize) -> bool {
        let has = count < MOST_PACKAGES && self.text <= MOST_TEXT;
        self.text += length;
        has
    }
}

/// What dpkg's `status` has installed (deb822, dpkg(1)).
pub fn dpkg(input: &mut dyn BufRead) -> io::Result<Vec<Installed>> {
    let mut all = Vec::new();
    let mut current = Installed::default();
    // A file of `status.d` has no line of the status: what lies there is installed.
    let mut status: Option<(bool, bool)> = None;
    let mut room = Room::default();
    let mut end = |current: &mut Installed, status: &mut Option<(bool, bool)>| {
        let (installed, held) = status.take().unwrap_or((true, false));
        let mut package = std::mem::take(current);
        if installed && !package.name.is_empty() && room.has(all.len(), &package) {
            package.held = held;
            all.push(package);
        }
    };
    each_line(input, |line| {
        if line.is_empty() {
            end(&mut current, &mut status);
        } else if let Some((key, value)) = field(line) {
            match key {
                b"Package" => current.name = value,
                b"Version" => current.version = value,
                b"Provides" => {
                    let names = value.split(',').filter_map(|name| name.split_whitespace().next());
                    current.provides = names.map(str::to_owned).collect();
                }
                b"Status" => {
                    let mut words = value.split_whitespace();
                    let held = words.next() == Some("hold");
                    let state = words.nth(1);
                    // Whatever has its files there counts, configured or not.
                    let there = matches!(
                        state,
                        Some(
                            "installed"
                                | "unpacked"
                                | "half-configured"
                                | "triggers-pending"
                                | "triggers-awaited"
                        )
                    );
                    status = Some((there, held));
                }
                _ => {}
            }
        }
    })?;
    end(&mut current, &mut status);
    Ok(all)
}

/// `Key: value`, of a line that does not go on another.
fn field(line: &[u8]) -> Option<(&[u8], String)> {
    let colon = memchr::memchr(b':', line)?;
    let key = &line[..colon];
    let wanted = matches!(
        key,
        b"Package" | b"Version" | b"Provides" | b"Status" | b"Auto-Installed"
    );
    let value = || String::from_utf8_lossy(&line[colon + 1..]).trim().to_owned();
    wanted.then(|| (key, value()))
}

/// Packages that merely came along, in apt's `extended_states`.
pub fn automatic(input: &mut dyn BufRead) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut name = String::new();
    let mut room = Room::default();
    each_line(input, |line| match field(line) {
        Some((b"Package", value)) => name = value,
        Some((b"Auto-Installed", value)) if value == "1" && room.has_text(names.len(), name.len()) => {
            names.push(std::mem::take(&mut name));
        }
        _ => {}
    })?;
    Ok(names)
}

/// The paths of a package, one a line.
pub fn owned(input: &mut dyn BufRead, owned: &mut Marks) -> io::Result<()> {
    each_line(input, |line| {
        if let Ok(path) = std::str::from_utf8(line) {
            own(path, owned);
        }
    })
}

/// Notes that a path belongs to a package, where somebody asks.
pub fn own(path: &str, owned: &mut Marks) {
    if !UNASKED.iter().any(|folder| lies_in(path, folder)) && owned.0.len() < 1_000_000 {
        owned.0.push(mark(path));
    }
}

/// What apk's `installed` has: paragraphs of `P:` name, `V:` version, `p:` what it provides, `F:` a
/// folder and `R:` a file in it.
pub fn apk(input: &mut dyn BufRead, owned: &mut Marks) -> io::Result<Vec<Installed>> {
    let mut all: Vec<Installed> = Vec::new();
    let mut current = Installed::default();
    let mut room = Room::default();
    let mut folder = String::new();
    each_line(input, |line| {
        if line.is_empty() {
            let package = std::mem::take(&mut current);
            if !package.name.is_empty() && room.has(all.len(), &package) {
                all.push(package);
            }
            return;
        }
        let Some((key, value)) = line.split_at_checked(2) else {
            return;
        };
        let value = String::from_utf8_lossy(value);
        match key {
            b"P:" => current.name = value.into_owned(),
            b"V:" => current.version = value.into_owned(),
            b"p:" => {
                let names = value
                    .split_whitespace()
                    .map(|name| name.split(['=', '<', '>', '~']).next());
                current.provides = names.flatten().map(str::to_owned).collect();
            }
            b"F:" => folder = value.into_owned(),
            b"R:" => own(&format!("/{folder}/{value}"), owned),
            _ => {}
        }
    })?;
    if !current.name.is_empty() {
        all.push(current);
    }
    Ok(all)
}

/// What apk was asked for: names with bounds, between blanks.
pub fn world(input: &mut dyn BufRead) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut room = Room::default();
    each_line(input, |line| {
        let line = String::from_utf8_lossy(line);
        let words = line
            .split_whitespace()
            .map(|word| word.split(['=', '<', '>', '~', '@']).next());
        for name in words.flatten() {
            if room.has_text(names.len(), name.len()) {
                names.push(name.to_owned());
            }
        }
    })?;
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dpkg_has_removed_is_not_installed() {
        let text = "Package: a\nStatus: install ok installed\nVersion: 1:2-3\nProvides: x (= 1), y\nDescription: d\n Package: no\n\n\
                    Package: b\nStatus: deinstall ok config-files\nVersion: 1\n\n\
                    Package: c\nStatus: hold ok installed\nVersion: 2\n";
        let found = dpkg(&mut text.as_bytes()).expect("it can be read");
        let names: Vec<(&str, bool)> = found.iter().map(|one| (one.name.as_str(), one.held)).collect();
        assert_eq!(names, [("a", false), ("c", true)]);
        assert_eq!(found[0].version, "1:2-3");
        assert_eq!(found[0].provides, ["x", "y"]);
    }

    #[test]
    fn apk_tells_names_versions_and_paths() {
        let text = "C:Q1\nP:busybox\nV:1.37.0-r12\np:/bin/sh cmd:sh=1\nF:etc\nR:securetty\n\n";
        let mut marks = Marks::default();
        let found = apk(&mut text.as_bytes(), &mut marks).expect("it can be read");
        assert_eq!(
            (found[0].name.as_str(), found[0].version.as_str()),
            ("busybox", "1.37.0-r12")
        );
        assert_eq!(marks.0, [mark("/etc/securetty")]);
    }
}
