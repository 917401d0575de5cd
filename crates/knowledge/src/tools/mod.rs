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
mod keys;
mod locales;
mod modes;
mod node;
pub mod options;
mod pacman;
mod provides;
mod purpose;
mod python;
mod rights;
mod rpm;
mod systemd;
pub mod text;
mod toolchains;

pub use accounts::{named, named_owner};
pub use installers::from_url as installer_from_url;
pub use purpose::of as purpose;
pub use rights::needs_root;

use crate::context::Answer;
use crate::facts::{
    Change, Content, Effect, Facts, Knowledge, Manager, PackageAction, PackageChange, Reach, Value, Write,
    WriteKind, path,
};
use crate::finding::Place;

/// What the fold of facts asks.
pub const KNOWLEDGE: Knowledge = Knowledge {
    read: text::read,
    bring: brings::of,
    provide: provides::brings,
};

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
        if let Some(name) = path::user_of_tilde(word.text()).filter(|name| *name != "root")
            && let Answer::Known(user) = self.facts.user(name)
            && let Some(home) = user.home
        {
            let text = word.text();
            let mut whole = Value::known(home);
            whole.append(&word.slice(1 + name.len()..text.len()));
            return path::clean(&whole);
        }
        path::resolve(self.folder, self.home, word)
    }

    /// Where the program's name stands.
    pub fn word(&self) -> &Place {
        &self.words[0].1
    }

    /// A path in the home of who runs it.
    pub fn home_path(&self, name: &str) -> Value {
        path::join(self.home, &Value::known(name))
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

    /// Programs and scripts of the project run: nobody can tell what they do.
    pub fn unseen(&mut self, call: &Call) {
        let reach = match call.is_root() {
            Answer::Known(()) | Answer::Unknown => Reach::Files,
            Answer::Absent => Reach::Home,
        };
        self.opaque(call.word(), reach, format!("what `{}` does", call.program()));
    }

    /// Files are made in the project, by names that follow from its sources.
    pub fn compiled(&mut self, call: &Call) {
        self.opaque(
            call.word(),
            Reach::Home,
            format!("what `{}` makes", call.program()),
        );
    }

    /// A locale.
    pub fn locale(&mut self, call: &Call, name: Value) {
        self.say(call.word(), Change::Locale(name));
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
        if let Some(locale) = name.as_known().and_then(locales::of_package)
            && action == PackageAction::Install
        {
            self.say(place, locale);
        }
        let change = PackageChange {
            manager,
            action,
            name,
            version,
            recommends,
        };
        self.say(place, Change::Package(change));
    }

    /// Packages that come or go by themselves, each as a word asks for it.
    pub fn packages<'o>(
        &mut self,
        manager: Manager,
        action: PackageAction,
        words: impl IntoIterator<Item = &'o &'o (Value, Place)>,
        read: fn(&Value) -> (Value, Option<Value>),
    ) {
        for (word, place) in words {
            self.package(place, manager, action, read(word), Answer::Absent);
        }
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
    let tool: fn(&Call, &mut Effects) =
        match program {
            "apt-get" | "apt" | "aptitude" | "apt-mark" | "dpkg" | "gdebi" => apt::run,
            "apk" => apk::run,
            "dnf" | "dnf5" | "yum" | "microdnf" | "zypper" | "rpm" | "tdnf" => rpm::run,
            "pacman" | "yay" => pacman::run,
            "cp" | "mv" | "install" | "ln" | "rm" | "unlink" | "rmdir" | "mkdir" | "touch" | "tee"
            | "mktemp" | "chown" | "chmod" | "chgrp" | "find" | "truncate" | "sed" | "dd" | "rsync"
            | "shred" => coreutils::run,
            "pip" | "pip2" | "pip3" | "pipx" | "uv" | "poetry" | "pyenv" | "conda" | "mamba"
            | "micromamba" | "virtualenv" | "python" | "python2" | "python3" => python::run,
            "npm" | "npx" | "yarn" | "yarnpkg" | "pnpm" | "corepack" | "n" | "nvm" | "bun" | "volta"
            | "fnm" => node::run,
            "rustup" | "rustup-init" | "rustup-init.sh" | "cargo" | "cargo-binstall" | "go" | "gem"
            | "sdk" | "asdf" | "rbenv" | "mise" | "ghcup" => toolchains::run,
            "locale-gen" | "localedef" | "dpkg-reconfigure" | "debconf-set-selections" | "update-locale" => {
                locales::run
            }
            "openssl"
            | "gpg"
            | "gpg2"
            | "apt-key"
            | "add-apt-repository"
            | "apt-add-repository"
            | "update-ca-certificates"
            | "update-ca-trust"
            | "update-alternatives"
            | "alternatives"
            | "ssh-keygen"
            | "code-server"
            | "code"
            | "openvscode-server"
            | "code-insiders"
            | "git-lfs" => keys::run,
            "make" | "gmake" | "ninja" | "cmake" | "autoconf" | "automake" | "autoreconf" | "aclocal"
            | "autoheader" | "libtoolize" | "autopoint" | "composer" | "bundle" | "meson" | "bazel" => build,
            "gcc" | "g++" | "cc" | "c++" | "clang" | "clang++" | "javac" | "jar" | "mvn" | "mvnw"
            | "gradle" | "gradlew" | "ant" | "sbt" | "lein" | "tsc" | "protoc" | "ld" | "ar" | "cython"
            | "rustc" | "ghc" | "dotnet" => compile,
            "useradd" | "adduser" | "luseradd" | "usermod" | "userdel" | "deluser" | "groupadd"
            | "groupmod" | "groupdel" | "addgroup" | "delgroup" | "gpasswd" | "chpasswd" | "passwd"
            | "newusers" | "chsh" | "chfn" | "visudo" | "vipw" | "vigr" => accounts::run,
            "systemctl" | "service" | "rc-update" | "rc-service" | "update-rc.d" | "chkconfig"
            | "deb-systemd-helper" | "invoke-rc.d" | "systemd-sysusers" => systemd::run,
            "curl" | "wget" | "git" | "aria2c" | "axel" | "svn" | "hg" => download::run,
            "tar" | "bsdtar" | "unzip" | "gunzip" | "gzip" | "bunzip2" | "bzip2" | "xz" | "unxz" | "zip"
            | "7z" | "7za" | "cpio" | "zstd" | "unrar" => archive::run,
            _ if is_versioned(program, "python") || is_versioned(program, "pip") => python::run,
            _ if inert::is(program) => return Known::Inert,
            _ => return Known::Unknown,
        };
    Known::Tool(tool)
}

/// What is known of a program that is named by its path and lies in no folder of programs.
pub fn find_at(path: &str) -> Known {
    let mut parts = path.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some("install"), Some("aws" | "aws-cli")) => Known::Tool(keys::install_aws),
        (Some("mvnw" | "gradlew" | "configure" | "autogen.sh"), _) => Known::Tool(compile),
        (Some(name @ ("rustup-init" | "rustup-init.sh")), _) => find(name),
        _ => Known::Unknown,
    }
}

/// Makes things in the project, or installs them into the system if it is asked to.
fn build(call: &Call, effects: &mut Effects) {
    let installs = call.arguments().iter().any(|(word, _)| {
        word.text().contains("install") || word.text().contains("deb-pkg") || word.as_known().is_none()
    });
    let has_own_targets = matches!(call.program(), "make" | "gmake" | "ninja")
        && call.arguments().iter().any(|(word, _)| {
            let text = word.text();
            let is_usual = matches!(
                text,
                "all" | "build" | "check" | "test" | "clean" | "distclean" | "release"
            );
            !is_usual && !text.starts_with('-') && !text.contains(['=', '/']) && text.parse::<u32>().is_err()
        });
    let project_only = matches!(call.program(), "composer" | "bundle");
    if !project_only && (installs || has_own_targets) {
        effects.unseen(call);
    } else {
        effects.compiled(call);
    }
}

fn compile(call: &Call, effects: &mut Effects) {
    effects.compiled(call);
}

/// `python3.11`, `pip2.7`.
fn is_versioned(program: &str, name: &str) -> bool {
    program.strip_prefix(name).is_some_and(|rest| {
        rest.starts_with(['2', '3']) && rest.chars().all(|sign| sign.is_ascii_digit() || sign == '.')
    })
}
