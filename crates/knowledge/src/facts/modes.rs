//! Modes that steps give to paths.

use crate::facts::{Facts, File, Origin, Program, Value, WriteKind, path};

/// A mode that a step gives to a path.
#[derive(Debug, Clone)]
pub struct Mode {
    /// The path or pattern, absolute.
    pub path: Value,
    /// The mode as it is written: `755`, `u+s,go-w`.
    pub said: Value,
    /// To what it is given there.
    pub reach: ModeReach,
    /// Which step, at the word that is the mode.
    pub origin: Origin,
}

/// To what a mode is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModeReach {
    /// To what is at the path.
    Path,
    /// To a folder that is at the path or made there.
    Folder,
    /// To a file that is at the path or comes there.
    File,
    /// To everything below it too.
    Tree,
    /// To the folders below it.
    Folders,
    /// To the files below it.
    Files,
}

/// A right of a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Everybody may read.
    ReadByAll,
    /// Everybody may write.
    WrittenByAll,
    /// Only the owner of a file may remove it.
    Sticky,
    /// What runs becomes the owner of the file.
    SetsUser,
    /// What runs becomes one of the file's group.
    SetsGroup,
}

impl Right {
    /// Whether it is among the bits of a mode.
    pub const fn is_in(self, bits: u32) -> bool {
        bits & self.bit() != 0
    }

    const fn bit(self) -> u32 {
        match self {
            Self::ReadByAll => 0o4,
            Self::WrittenByAll => 0o2,
            Self::Sticky => 0o1000,
            Self::SetsUser => 0o4000,
            Self::SetsGroup => 0o2000,
        }
    }

    /// Whether a clause of this form is about it: whom it names, and the letter of the right.
    fn is_said(self, who: &str, rights: &str) -> bool {
        // With nobody named, the umask takes the right to write from others, and no other right.
        let names = |letter: char| who.contains([letter, 'a']);
        match self {
            Self::ReadByAll => (names('o') || who.is_empty()) && rights.contains('r'),
            Self::WrittenByAll => names('o') && rights.contains('w'),
            Self::Sticky => rights.contains('t'),
            Self::SetsUser => (names('u') || who.is_empty()) && rights.contains('s'),
            Self::SetsGroup => (names('g') || who.is_empty()) && rights.contains('s'),
        }
    }
}

/// Whether a mode gives a right, as chmod reads modes.
fn gives(mode: &str, right: Right) -> bool {
    if !mode.is_empty() && mode.bytes().all(|digit| digit.is_ascii_digit()) {
        return u32::from_str_radix(mode, 8).is_ok_and(|bits| right.is_in(bits));
    }
    mode.split(',').any(|clause| {
        let Some(at) = clause.find(['+', '=', '-']) else {
            return false;
        };
        let (who, rights) = clause.split_at(at);
        rights.starts_with(['+', '=']) && right.is_said(who, rights)
    })
}

/// Whether a file of this path holds a private key.
pub fn is_private_key(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = name.to_ascii_lowercase();
    let is_pem = lower.ends_with(".pem") || lower.ends_with(".key");
    let is_public = [
        "public", "pub", "cert", "chain", "csr", "ca.", "gpg", "archive", "apt", "repo",
    ]
    .iter()
    .any(|part| lower.contains(part));
    let says_private = [
        "private", "privkey", "priv-key", "priv_key", "-key.pem", "_key.pem",
    ]
    .iter()
    .any(|part| lower.contains(part));
    let in_private = folder.ends_with("/ssl/private") || folder.ends_with("/tls/private");
    match lower.as_str() {
        "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" | "key.pem" => true,
        _ if lower.starts_with("ssh_host_") && lower.ends_with("_key") => true,
        _ => is_pem && (says_private || in_private) && !is_public,
    }
}

impl Mode {
    /// Whether it certainly gives a right.
    pub fn gives(&self, right: Right) -> bool {
        self.said.as_known().is_some_and(|mode| gives(mode, right))
    }

    /// Whether it is certainly given to a path that another step wrote.
    pub fn reaches(&self, written: &Value) -> bool {
        match self.reach {
            ModeReach::Path | ModeReach::Folder | ModeReach::File => {
                self.path == *written || self.path.is_glob() && path::removes(&self.path, written).is_known()
            }
            ModeReach::Tree | ModeReach::Files => path::removes(&self.path, written).is_known(),
            ModeReach::Folders => false,
        }
    }

    /// Whether it is certainly given to files: by its form, by what was written there, or by the folder of
    /// programs in which they lie.
    pub fn is_of_files(&self, facts: &Facts) -> bool {
        let in_programs = || {
            let path = self.path.known_prefix();
            let folder = path.rsplit_once('/').map(|(folder, _)| folder);
            folder.is_some_and(|folder| folder.ends_with("/bin") || folder.ends_with("/sbin"))
        };
        let is_file = || {
            let path = self.path.as_known();
            let file = path.and_then(|path| facts.files.at(path));
            file.is_some_and(|file: &File| file.kind == WriteKind::File)
        };
        match self.reach {
            ModeReach::File | ModeReach::Files => true,
            ModeReach::Path => is_file() || in_programs(),
            ModeReach::Folder | ModeReach::Folders | ModeReach::Tree => false,
        }
    }
}

impl Mode {
    /// Whether a folder may be at its path, so that what is said of programs does not hold: one that was made
    /// there, one with files in it, or a path of which nothing is known but that it has no folder above.
    pub fn may_be_folder(&self, facts: &Facts) -> bool {
        let Some(path) = self.path.as_known() else {
            return false;
        };
        let is_top = path.trim_end_matches('/').matches('/').count() < 2;
        is_top
            || facts.files.iter().any(|file| {
                let is_it = file.path.is(path) && matches!(file.kind, WriteKind::Folder | WriteKind::Tree);
                is_it || path::below(path, &file.path)
            })
    }
}

impl Facts {
    /// The modes that the file that is judged gives and that hold at the end: neither was the path taken
    /// away, nor given another mode.
    pub fn modes_kept(&self) -> impl Iterator<Item = &Mode> {
        self.modes.iter().enumerate().filter_map(|(index, mode)| {
            let is_gone = self.files.removals().iter().any(|removal| {
                // What is moved keeps its mode.
                let is_moved = || {
                    let program = self.step(&removal.origin).program.as_ref();
                    program.and_then(Program::name) == Some("mv")
                };
                removal.origin.step > mode.origin.step
                    && path::removes(&removal.path, &mode.path).is_known()
                    && !is_moved()
            });
            let is_changed = self.modes[index + 1..].iter().any(|later| {
                let is_it = later.path == mode.path && later.origin.step > mode.origin.step;
                is_it && !later.said.text().contains(['+', '-'])
            });
            (self.is_here(&mode.origin) && !is_gone && !is_changed).then_some(mode)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Right, gives, is_private_key};

    #[test]
    fn modes_are_read_as_chmod_reads_them() {
        let writable = [
            "777",
            "0777",
            "666",
            "2777",
            "a+w",
            "o+rw",
            "ugo+rwx",
            "u=rwx,o=w",
            "a=rwx",
        ];
        for mode in writable {
            assert!(gives(mode, Right::WrittenByAll), "{mode}");
        }
        for mode in ["755", "+w", "u+w", "g+rw", "o-w", "a+rx", "", "file", "9999"] {
            assert!(!gives(mode, Right::WrittenByAll), "{mode}");
        }
        for mode in ["4755", "04711", "6755", "u+s", "+s", "a+xs", "u=rwxs,g=rx"] {
            assert!(gives(mode, Right::SetsUser), "{mode}");
        }
        for mode in ["755", "2755", "u-s", "a-s", "g+s", "-s", "1777"] {
            assert!(!gives(mode, Right::SetsUser), "{mode}");
        }
        assert!(
            gives("2755", Right::SetsGroup)
                && gives("g+s", Right::SetsGroup)
                && gives("+s", Right::SetsGroup)
        );
        assert!(
            gives("644", Right::ReadByAll)
                && gives("a+r", Right::ReadByAll)
                && !gives("640", Right::ReadByAll)
        );
        assert!(gives("1777", Right::Sticky) && gives("a+rwt", Right::Sticky));
    }

    #[test]
    fn keys_are_told_from_what_everybody_may_read() {
        for key in [
            "/root/.ssh/id_rsa",
            "/etc/ssl/private/server.key",
            "/etc/nginx/privkey.pem",
            "/app/server-key.pem",
            "/etc/ssh/ssh_host_rsa_key",
        ] {
            assert!(is_private_key(key), "{key}");
        }
        for other in [
            "/root/.ssh/id_rsa.pub",
            "/etc/apt/keyrings/docker.key",
            "/etc/ssl/certs/ca.pem",
            "/etc/ssl/private/cert.pem",
            "/usr/share/public-key.pem",
            "/etc/ssh/ssh_host_rsa_key.pub",
        ] {
            assert!(!is_private_key(other), "{other}");
        }
    }
}
