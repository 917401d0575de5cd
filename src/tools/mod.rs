//! What programs do to an image, one file per family.
//!
//! A tool reads the words of one command and says its effects, each at the narrowest word. What is
//! not known here is opaque; what certainly leaves nothing behind is in [`inert`].

mod accounts;
mod apk;
mod apt;
mod archive;
mod brings;
mod coreutils;
mod download;
mod inert;
mod installers;
pub mod options;
mod pacman;
mod rights;
mod rpm;
mod systemd;
pub mod text;

pub use accounts::{named, named_owner};
pub use brings::of as package_brings;
pub use installers::from_url as installer_from_url;
pub use rights::needs_root;
pub use text::read as read_meaning;

use crate::context::Answer;
use crate::facts::{
    Change, Content, Effect, Facts, Manager, PackageAction, PackageChange, Reach, Value, Write, WriteKind,
    path,
};
use crate::finding::Place;

/// One command as it runs.
pub struct Call<'a> {
    /// Program and arguments.
    pub words: &'a [(Value, Place)],
    /// What is known of the image until then.
    pub facts: &'a Facts,
    /// Who runs it.
    pub user: &'a Value,
    /// The folder in which it runs.
    pub folder: &'a Value,
    /// The home of who runs it.
    pub home: &'a Value,
    /// What is known to come in on standard input.
    pub stdin: Option<&'a Value>,
    /// Where the output goes, if it is redirected to a file.
    pub stdout: Option<&'a Value>,
    /// The whole command.
    pub place: &'a Place,
    /// Variables as they are for the command.
    pub variable: &'a dyn Fn(&str) -> Answer<Value>,
}

impl Call<'_> {
    /// The program's base name.
    pub fn program(&self) -> &str {
        let text = self.words[0].0.text();
        text.rsplit('/').next().unwrap_or(text)
    }

    /// The arguments.
    pub fn arguments(&self) -> &[(Value, Place)] {
        &self.words[1..]
    }

    /// A path as this command means it.
    pub fn path(&self, word: &Value) -> Value {
        path::resolve(self.folder, self.home, word)
    }

    /// Whether the user is root, if known.
    pub fn is_root(&self) -> Answer {
        match self.user.as_known() {
            Some("root" | "0") => Answer::Known(()),
            Some(_) => Answer::Absent,
            None => Answer::Unknown,
        }
    }
}

/// Effects as a tool says them.
#[derive(Default)]
pub struct Effects(pub Vec<Effect>);

impl Effects {
    /// Anything.
    pub fn say(&mut self, place: &Place, change: Change) {
        self.0.push(Effect {
            place: place.clone(),
            change,
        });
    }

    /// A path of which only the place and the kind are known.
    pub fn write(&mut self, place: &Place, path: Value, kind: WriteKind, writer: &'static str) {
        self.write_text(place, path, kind, Content::Unknown, writer);
    }

    /// A path with text.
    pub fn write_text(
        &mut self,
        place: &Place,
        path: Value,
        kind: WriteKind,
        content: Content,
        writer: &'static str,
    ) {
        let write = Write {
            path,
            kind,
            content,
            owner: None,
            writer,
        };
        self.say(place, Change::Write(write));
    }

    /// A path that goes, with all below it.
    pub fn remove(&mut self, place: &Place, path: Value) {
        let change = Change::Remove {
            path,
            contents_only: false,
        };
        self.say(place, change);
    }

    /// Something unseen.
    pub fn opaque(&mut self, place: &Place, reach: Reach, why: impl Into<String>) {
        let why = why.into();
        self.say(place, Change::Opaque { reach, why });
    }

    /// A package.
    pub fn package(
        &mut self,
        place: &Place,
        manager: Manager,
        action: PackageAction,
        (name, version): (Value, Option<Value>),
        recommends: Answer,
    ) {
        let change = PackageChange {
            manager,
            action,
            name,
            version,
            recommends,
        };
        self.say(place, Change::Package(change));
    }
}

/// What a program does.
pub enum Known {
    /// It says its effects.
    Tool(fn(&Call, &mut Effects)),
    /// It leaves nothing behind that matters to an image.
    Inert,
    /// Nobody knows.
    Unknown,
}

/// What is known of a program, by its base name.
pub fn find(program: &str) -> Known {
    let tool: fn(&Call, &mut Effects) = match program {
        "apt-get" | "apt" | "aptitude" | "apt-mark" | "dpkg" | "gdebi" => apt::run,
        "apk" => apk::run,
        "dnf" | "dnf5" | "yum" | "microdnf" | "zypper" | "rpm" | "tdnf" => rpm::run,
        "pacman" | "yay" => pacman::run,
        "cp" | "mv" | "install" | "ln" | "rm" | "unlink" | "rmdir" | "mkdir" | "touch" | "tee" | "mktemp"
        | "chown" | "chmod" | "chgrp" | "find" | "truncate" | "sed" | "dd" | "rsync" | "shred" => {
            coreutils::run
        }
        "curl" | "wget" | "git" | "aria2c" | "axel" | "svn" | "hg" => download::run,
        "tar" | "bsdtar" | "unzip" | "gunzip" | "gzip" | "bunzip2" | "bzip2" | "xz" | "unxz" | "zip"
        | "7z" | "7za" | "cpio" | "zstd" | "unrar" => archive::run,
        "useradd" | "adduser" | "luseradd" | "usermod" | "userdel" | "deluser" | "groupadd" | "groupmod"
        | "groupdel" | "addgroup" | "delgroup" | "gpasswd" | "chpasswd" | "passwd" | "newusers" | "chsh"
        | "chfn" | "visudo" | "vipw" | "vigr" => accounts::run,
        "systemctl" | "service" | "rc-update" | "rc-service" | "update-rc.d" | "chkconfig"
        | "deb-systemd-helper" | "invoke-rc.d" | "systemd-sysusers" => systemd::run,
        _ if inert::is(program) => return Known::Inert,
        _ => return Known::Unknown,
    };
    Known::Tool(tool)
}
