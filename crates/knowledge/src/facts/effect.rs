//! What a step does to the image, in few words.
//!
//! Both doors speak in these effects, and one fold reads them. A variant is here because at least two
//! rules want it; what a rule wants alone is read from a file's [`Meaning`].

use crate::context::Answer;
use crate::facts::Value;
use crate::facts::base::Base;
use crate::facts::meaning::Meaning;
use crate::facts::modes::ModeReach;
use crate::facts::packages::Package;
use crate::facts::written::Written;
use crate::finding::Place;

/// One consequence of a step, at the word that says so.
#[derive(Debug, Clone)]
pub struct Effect {
    /// The narrowest place that says so.
    pub place: Place,
    /// What happens.
    pub change: Change,
}

/// What happens.
#[derive(Debug, Clone)]
pub enum Change {
    /// A file, folder or link comes to be.
    Write(Write),
    /// A path goes, with all below it.
    Remove {
        /// The path or pattern, absolute.
        path: Value,
        /// Whether the folder itself stays and only what is in it goes.
        contents_only: bool,
    },
    /// Owner or mode of paths that are there.
    Own {
        /// The path or pattern, absolute.
        path: Value,
        /// The new owner as written, if it changes.
        owner: Option<Value>,
        /// Whether all below it changes too.
        recursive: bool,
    },
    /// A path is given a mode, at the word that is the mode.
    Mode {
        /// The path or pattern, absolute.
        path: Value,
        /// The mode as it is written.
        said: Value,
        /// To what it is given there.
        reach: ModeReach,
    },
    /// Something is asked of a package manager.
    Package(PackageChange),
    /// An account or a group changes.
    Account(AccountChange),
    /// A unit of systemd, or a service of another init.
    Unit {
        /// Its name, `.service` left out.
        name: Value,
        /// What becomes of it.
        state: UnitState,
    },
    /// The image's configuration changes.
    Config(ConfigChange),
    /// A locale is generated; one whose name is not known may be any.
    Locale(Value),
    /// A COPY or ADD takes something from the context or from another stage.
    Take(Take),
    /// The step does what only root may do.
    NeedsRoot,
    /// The step is a command that is written in the file.
    Command(Box<Written>),
    /// Something may have happened that cannot be seen.
    Opaque {
        /// What it could have changed.
        reach: Reach,
        /// Why it cannot be seen, as a noun phrase.
        why: String,
    },
}

/// A path that comes to be.
#[derive(Debug, Clone)]
pub struct Write {
    /// Absolute and clean, or beginning with a hole.
    pub path: Value,
    /// What it is.
    pub kind: WriteKind,
    /// Its text.
    pub content: Content,
    /// The owner as written (`user`, `user:group`, `1000`); none if it is who runs the step.
    pub owner: Option<Value>,
    /// Who writes: the program's name, or the instruction's.
    pub writer: &'static str,
}

/// What a COPY or ADD takes.
#[derive(Debug, Clone)]
pub struct Take {
    /// Its path there, absolute in a stage and relative in a context, as it is written.
    pub path: Value,
    /// From where.
    pub from: Source,
    /// Whether it is there.
    pub there: Answer,
    /// Whether it lies there and an ignore file keeps it out.
    pub ignored: bool,
}

/// From where a COPY or ADD takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The build context.
    Context,
    /// A stage, by name or index as it is told.
    Stage(String),
    /// Another image.
    Image,
}

/// What a written path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteKind {
    /// A file.
    File,
    /// An empty folder.
    Folder,
    /// A file, or a folder with files in it.
    Tree,
    /// A symbolic link, with its target made absolute.
    Link(Value),
    /// More text at the end of a file.
    Append,
}

/// The text of a written file.
#[derive(Debug, Clone, Default)]
pub enum Content {
    /// Not known.
    #[default]
    Unknown,
    /// Known, perhaps with holes.
    Text(Value),
    /// Not known, but fetched from this URL.
    Fetched(Value),
}

/// A package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "they are the programs' own names")]
pub enum Manager {
    Apt,
    Apk,
    Dnf,
    Microdnf,
    Yum,
    Zypper,
    Pacman,
    Pip,
    Pipx,
    Npm,
    Yarn,
    Gem,
    Go,
    Cargo,
    Conda,
}

impl Manager {
    /// Whether its packages are the system's.
    pub fn is_system(self) -> bool {
        self.is_rpm() || matches!(self, Self::Apt | Self::Apk | Self::Pacman)
    }

    /// Whether its packages are RPM's.
    pub fn is_rpm(self) -> bool {
        matches!(self, Self::Dnf | Self::Microdnf | Self::Yum | Self::Zypper)
    }

    /// The program by which it is known.
    pub fn name(self) -> &'static str {
        match self {
            Self::Apt => "apt",
            Self::Apk => "apk",
            Self::Dnf => "dnf",
            Self::Microdnf => "microdnf",
            Self::Yum => "yum",
            Self::Zypper => "zypper",
            Self::Pacman => "pacman",
            Self::Pip => "pip",
            Self::Pipx => "pipx",
            Self::Npm => "npm",
            Self::Yarn => "yarn",
            Self::Gem => "gem",
            Self::Go => "go",
            Self::Cargo => "cargo",
            Self::Conda => "conda",
        }
    }
}

/// What is asked of a package manager.
#[derive(Debug, Clone)]
pub struct PackageChange {
    /// Whom.
    pub manager: Manager,
    /// What.
    pub action: PackageAction,
    /// The package without version and architecture; of a local file the path.
    pub name: Value,
    /// The version as asked, a pattern perhaps.
    pub version: Option<Value>,
    /// Whether packages that it merely recommends come along.
    pub recommends: Answer,
}

/// What becomes of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PackageAction {
    /// It comes, or is made newer.
    Install,
    /// It goes.
    Remove,
    /// Its version stays from here on.
    Hold,
    /// Its version may change again.
    Unhold,
}

/// What becomes of accounts and groups.
#[derive(Debug, Clone)]
pub enum AccountChange {
    /// A user comes to be.
    AddUser(NewUser),
    /// A user changes; what is none stays.
    ModifyUser {
        /// Who.
        name: Value,
        /// The new name.
        rename: Option<Value>,
        /// The new uid.
        uid: Option<Value>,
        /// Whether another may have the uid too.
        non_unique: bool,
        /// The new primary group.
        group: Option<Value>,
        /// The new home.
        home: Option<Value>,
        /// The new shell.
        shell: Option<Value>,
        /// Supplementary groups.
        groups: Vec<(Value, Place)>,
        /// Whether those are added to the old ones.
        append: bool,
    },
    /// A user goes.
    RemoveUser {
        /// Who.
        name: Value,
        /// Whether the home goes too.
        with_home: bool,
    },
    /// A group comes to be.
    AddGroup {
        /// Its name.
        name: Value,
        /// Its number.
        gid: Option<Value>,
    },
    /// A group changes its name or number.
    ModifyGroup {
        /// Which.
        name: Value,
        /// The new name.
        rename: Option<Value>,
        /// The new number.
        gid: Option<Value>,
    },
    /// A group goes.
    RemoveGroup {
        /// Which.
        name: Value,
    },
    /// A user joins a group.
    Join {
        /// Who.
        user: Value,
        /// Which.
        group: Value,
    },
    /// A user leaves a supplementary group.
    Leave {
        /// Who.
        user: Value,
        /// Which.
        group: Value,
    },
    /// A user gets a password, or is locked.
    Password {
        /// Who.
        user: Value,
        /// Whether sudo is content with it: one was set, or the empty one.
        set: bool,
    },
    /// A step names somebody who must be there, and changes nothing about them.
    Named {
        /// Whom.
        name: Value,
        /// Whether it is a user or a group.
        kind: NameKind,
    },
    /// Accounts and groups may come, go or change in a way that cannot be seen.
    Unseen,
}

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// A user.
    User,
    /// A group.
    Group,
}

/// A user that comes to be.
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    /// The login name.
    pub name: Value,
    /// The uid as asked.
    pub uid: Option<(Value, Option<Place>)>,
    /// Whether another may have the uid too.
    pub non_unique: bool,
    /// The primary group as asked; none if one of the same name comes along, or the default.
    pub group: Option<(Value, Option<Place>)>,
    /// The home as asked.
    pub home: Option<Value>,
    /// Whether the home is made.
    pub home_made: Option<bool>,
    /// The shell as asked.
    pub shell: Option<Value>,
    /// Supplementary groups.
    pub groups: Vec<(Value, Option<Place>)>,
    /// Whether it is a system account.
    pub system: bool,
    /// Whether it gets a password at once.
    pub password: bool,
}

/// What becomes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitState {
    /// It starts with the system.
    Enabled,
    /// It does not.
    Disabled,
    /// It cannot.
    Masked,
    /// It can again.
    Unmasked,
}

/// What becomes of the image's configuration.
#[derive(Debug, Clone)]
pub enum ConfigChange {
    /// A variable of the image.
    Env {
        /// Its name.
        name: Value,
        /// Its value.
        value: Value,
    },
    /// A variable of the build.
    Arg {
        /// Its name.
        name: String,
        /// Its value, if it has one.
        value: Option<Value>,
    },
    /// Who runs from here on.
    User(Value),
    /// The folder from here on.
    Workdir(Value),
    /// The shell of RUN, CMD and ENTRYPOINT from here on.
    Shell(Vec<String>),
    /// What a container starts.
    Entrypoint(StartCommand),
    /// The arguments of it, or what a container starts.
    Cmd(StartCommand),
    /// A volume.
    Volume(Value),
    /// A port, as written.
    Expose(Value),
    /// A label.
    Label {
        /// Its name.
        name: Value,
        /// Its value.
        value: Value,
    },
    /// The signal that stops a container.
    StopSignal(Value),
    /// The check of health; none for `NONE`.
    Healthcheck(Option<StartCommand>),
}

/// A command in the image's configuration.
#[derive(Debug, Clone)]
pub struct StartCommand {
    /// Program and arguments; of the shell form one text.
    pub words: Vec<(Value, Place)>,
    /// Whether it is the JSON form.
    pub exec: bool,
}

/// What an opaque step could have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reach {
    /// The home of who runs it.
    Home,
    /// Files and commands, but no account, group, unit or package of the system.
    Files,
    /// Anything.
    Anything,
}

/// A command that ran: its words as they are when it runs.
#[derive(Debug, Clone)]
pub struct Program {
    /// Program and arguments, wrappers such as sudo taken off.
    pub words: Vec<(Value, Place)>,
    /// What was taken off (`sudo`, `env`, `gosu` …), outermost first.
    pub wrappers: Vec<&'static str>,
    /// Where each of them stands.
    pub wrapper_places: Vec<Place>,
}

impl Program {
    /// The program's base name, if it is known.
    pub fn name(&self) -> Option<&str> {
        let (word, _) = self.words.first()?;
        let text = word.as_known()?;
        Some(text.rsplit('/').next().unwrap_or(text))
    }
}

impl Content {
    /// The text, holes raw.
    pub fn text(&self) -> Option<&Value> {
        match self {
            Self::Text(text) => Some(text),
            Self::Unknown | Self::Fetched(_) => None,
        }
    }
}

/// Whether a package brings a command, told by whoever knows packages.
///
/// Known also where only some releases of a distribution do: absence is what has to be certain.
pub type Provider = fn(package: &Package, base: &Base, command: &str) -> Answer;

/// What a file's text means to the fold, found by whoever knows the format.
pub type Reader = fn(path: &str, content: &Content) -> Vec<Meaning>;
