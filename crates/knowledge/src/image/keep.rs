//! Which entries of a layer are kept, and of which files the content.
//!
//! What rules ask for is kept one by one; all else is summed up at a folder near the root, so that
//! memory follows the questions and not the image.

use std::collections::BTreeMap;

/// The most paths of an image, and the most deletions; a mark has eight bytes.
pub const MOST_PATHS: usize = 4_000_000;
/// The most entries that are kept.
pub const MOST_ENTRIES: usize = 200_000;
/// The most bytes of names and texts that are kept.
pub const MOST_TEXT: usize = 24 << 20;
/// The most entries of one folder that are kept one by one, those of programs left aside.
pub const MOST_IN_FOLDER: u32 = 2_000;
/// The longest text that is kept.
pub const LONGEST_TEXT: u64 = 64 << 10;
/// The longest text that is kept where it is asked for by name.
pub const LONGEST_ASKED: u64 = 4 << 20;

/// What is kept of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Nothing but its mark, and its size in a sum.
    Sum,
    /// The entry.
    Entry,
    /// The entry with what its file says.
    Content(Known),
}

/// A file whose format is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Text.
    Text,
    /// Text if it is a script.
    Script,
    /// dpkg's database.
    Dpkg,
    /// A list of the paths of a package of dpkg.
    DpkgList,
    /// apt's list of packages that merely came along.
    ExtendedStates,
    /// apk's database.
    Apk,
    /// apk's list of packages that were asked for.
    World,
    /// rpm's database as an SQLite file.
    RpmSqlite,
    /// What was not yet taken over into that file.
    RpmLog,
    /// rpm's database in its own form, `Packages.db`.
    RpmNdb,
    /// rpm's database as a Berkeley file, `Packages`.
    RpmBerkeley,
    /// The C library's archive of locales.
    Locales,
    /// A path that is asked for, whose content does not matter.
    Asked,
    /// A file that is asked for.
    AskedText,
    /// A copyright file of a package, of which certain words are asked for.
    Licence,
}

/// What is asked for of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// What lies there.
    Entry,
    /// Its text as well.
    Text,
}

/// What is kept, besides what is always kept.
#[derive(Debug, Clone, Default)]
pub struct Keep {
    /// Folders of which every entry matters: volumes and homes of the contract.
    pub watched: Vec<String>,
    /// Paths that are asked for by name.
    pub paths: BTreeMap<String, Wanted>,
    /// Words that are looked for in the copyright files of packages, upper case; none where nobody asks.
    pub licences: Vec<String>,
}

/// Folders of which everything is kept, whatever the depth.
const WHOLE: [&str; 6] = [
    "/etc",
    "/usr/local/share/ca-certificates",
    "/usr/lib/systemd",
    "/lib/systemd",
    "/usr/local/lib/systemd",
    "/var/spool/cron",
];

/// Folders of which nothing but the sum is kept.
const SUMMED: [&str; 12] = [
    "/usr/share",
    "/usr/include",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libx32",
    "/usr/src",
    "/lib",
    "/lib64",
    "/var/cache",
    "/var/log",
    "/proc",
];

impl Keep {
    /// What is kept of an entry.
    pub fn of(&self, path: &str) -> Kept {
        let wanted = self.paths.get(path);
        match known(path) {
            // Whoever asks for a text gets more of it; a database stays one.
            None | Some(Known::Text | Known::Script) if wanted == Some(&Wanted::Text) => {
                return Kept::Content(Known::AskedText);
            }
            Some(known) => return Kept::Content(known),
            None => {}
        }
        let is_document = !self.licences.is_empty() && is_document(path);
        if is_document && path.ends_with("/copyright") {
            return Kept::Content(Known::Licence);
        }
        if is_document || wanted.is_some() {
            return Kept::Content(Known::Asked);
        }
        if self.is_kept(path) {
            Kept::Entry
        } else {
            Kept::Sum
        }
    }

    fn is_kept(&self, path: &str) -> bool {
        let depth = path.matches('/').count();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_program = matches!(folder.rsplit('/').next(), Some("bin" | "sbin"));
        if depth <= 2 || is_program || WHOLE.iter().any(|whole| lies_in(path, whole)) {
            return true;
        }
        if self
            .watched
            .iter()
            .any(|watched| folder == watched || path == watched)
        {
            return true;
        }
        // Keys.
        if folder.ends_with("/.ssh") {
            return true;
        }
        // The C libraries by their loaders, and locales.
        if name.starts_with("ld-musl-") || name == "libc.so.6" || folder == "/usr/lib/locale" {
            return true;
        }
        let deepest = if lies_in(path, "/var/lib") { 4 } else { 3 };
        depth <= deepest && !SUMMED.iter().any(|summed| lies_in(path, summed))
    }

    /// The folder at which an entry is summed up that is not kept.
    pub fn heap<'p>(&self, path: &'p str) -> &'p str {
        let of_watched = self
            .watched
            .iter()
            .filter(|watched| lies_in(path, watched))
            .map(|watched| watched.matches('/').count() + 1)
            .max();
        let summed = SUMMED.iter().any(|summed| lies_in(path, summed));
        let usual = match () {
            () if lies_in(path, "/var/lib") => 4,
            () if summed => 2,
            () => 3,
        };
        let depth = of_watched.map_or(usual, |watched| watched.max(usual));
        let mut slashes = path.match_indices('/').map(|(at, _)| at);
        let end = slashes.nth(depth).or_else(|| path.rfind('/'));
        match end {
            Some(end) if end > 0 => &path[..end],
            _ => "/",
        }
    }
}

/// Whether a path is a folder or lies below it.
pub fn lies_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether it is the folder of a package's documents, or the copyright file in it.
fn is_document(path: &str) -> bool {
    let rest = path.strip_prefix("/usr/share/doc/");
    rest.is_some_and(|rest| match rest.split_once('/') {
        Some((_, name)) => name == "copyright",
        None => true,
    })
}

/// The format of a file, by its path.
fn known(path: &str) -> Option<Known> {
    const TEXTS: [&str; 25] = [
        "/etc/passwd",
        "/etc/group",
        "/etc/shadow",
        "/etc/shells",
        "/etc/sudoers",
        "/etc/os-release",
        "/usr/lib/os-release",
        "/etc/environment",
        "/etc/profile",
        "/etc/bash.bashrc",
        "/etc/bashrc",
        "/etc/login.defs",
        "/etc/zshenv",
        "/etc/zprofile",
        "/etc/locale.gen",
        "/etc/locale.conf",
        "/etc/default/locale",
        "/etc/docker/daemon.json",
        "/etc/apt/preferences",
        "/etc/apt/sources.list",
        "/etc/crontab",
        "/etc/ssh/sshd_config",
        "/etc/security/pam_env.conf",
        "/etc/rancher/k3s/config.yaml",
        "/coder/configure",
    ];
    const FOLDERS: [&str; 12] = [
        "/etc/sudoers.d",
        "/etc/apt/preferences.d",
        "/etc/apt/sources.list.d",
        "/etc/profile.d",
        "/etc/skel",
        "/etc/cron.d",
        "/etc/systemd/system",
        "/usr/local/lib/systemd/system",
        "/etc/zsh",
        "/etc/yum.repos.d",
        "/var/spool/cron",
        "/etc/ssh/sshd_config.d",
    ];
    match path {
        "/var/lib/dpkg/status" => return Some(Known::Dpkg),
        "/var/lib/apt/extended_states" => return Some(Known::ExtendedStates),
        "/lib/apk/db/installed" | "/usr/lib/apk/db/installed" => return Some(Known::Apk),
        "/etc/apk/world" => return Some(Known::World),
        "/usr/lib/locale/locale-archive" => return Some(Known::Locales),
        _ => {}
    }
    let (folder, name) = path.rsplit_once('/')?;
    match (folder, name) {
        ("/var/lib/dpkg/status.d", name) if !name.ends_with(".md5sums") => return Some(Known::Dpkg),
        ("/var/lib/dpkg/info", name) if name.ends_with(".list") => return Some(Known::DpkgList),
        ("/var/lib/rpm" | "/usr/lib/sysimage/rpm", "rpmdb.sqlite") => return Some(Known::RpmSqlite),
        ("/var/lib/rpm" | "/usr/lib/sysimage/rpm", "rpmdb.sqlite-wal") => return Some(Known::RpmLog),
        ("/var/lib/rpm" | "/usr/lib/sysimage/rpm", "Packages.db") => return Some(Known::RpmNdb),
        ("/var/lib/rpm" | "/usr/lib/sysimage/rpm", "Packages") => return Some(Known::RpmBerkeley),
        _ => {}
    }
    if TEXTS.contains(&path) || FOLDERS.iter().any(|known| lies_in(folder, known)) {
        return Some(Known::Text);
    }
    // A file that useradd copied from /etc/skel is known by its text.
    let is_of_home = (folder.starts_with("/home/") && folder.matches('/').count() == 2) || folder == "/root";
    if is_of_home && name.starts_with('.') {
        return Some(Known::Text);
    }
    let may_start = matches!(
        folder,
        "" | "/usr/local/bin" | "/usr/local/sbin" | "/usr/bin" | "/opt"
    ) && (name.ends_with(".sh") || name.contains("entrypoint") || name.contains("start"));
    may_start.then_some(Known::Script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rules_ask_for_is_kept_and_all_else_summed_near_the_root() {
        let keep = Keep {
            watched: vec!["/srv/a/b/c".into()],
            ..Keep::default()
        };
        assert_eq!(keep.of("/etc/passwd"), Kept::Content(Known::Text));
        assert_eq!(keep.of("/usr/bin/git"), Kept::Entry);
        assert_eq!(keep.of("/home/coder/.nvm"), Kept::Content(Known::Text));
        assert_eq!(keep.of("/home/coder/.nvm/x/y"), Kept::Sum);
        assert_eq!(keep.heap("/home/coder/.nvm/x/y"), "/home/coder/.nvm");
        assert_eq!(keep.heap("/usr/share/doc/x/y"), "/usr/share");
        assert_eq!(keep.of("/srv/a/b/c/d"), Kept::Entry);
        assert_eq!(keep.heap("/srv/a/b/c/d/e/f"), "/srv/a/b/c/d");
        assert_eq!(keep.of("/usr/share/doc/x"), Kept::Sum);
    }
}
