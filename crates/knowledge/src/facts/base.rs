//! What a base image brings: the facts with which a stage starts.
//!
//! Where a base is known from a table, from a Dockerfile of one's own or not at all is the concern of
//! those who make this value.

use std::collections::BTreeMap;

use crate::context::Answer;
use crate::facts::Manager;

/// The distribution from which an image is made, or its nearest kin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Debian itself.
    Debian,
    /// Ubuntu.
    Ubuntu,
    /// Alpine.
    Alpine,
    /// Fedora.
    Fedora,
    /// Red Hat Enterprise Linux and what is built from it: CentOS, UBI, Rocky, Alma, Oracle.
    Rhel,
    /// Amazon Linux.
    Amazon,
    /// Arch Linux.
    Arch,
    /// openSUSE and SLE.
    Suse,
    /// BusyBox alone, without a distribution.
    Busybox,
    /// Any other, such as Kali or Windows.
    Other,
}

/// The C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Libc {
    /// The GNU one.
    Glibc,
    /// musl, as on Alpine.
    Musl,
}

/// What `/sbin/init` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Init {
    /// systemd, which starts the units that are enabled.
    Systemd,
    /// BusyBox's, which starts no service of its own accord.
    Busybox,
    /// Another: upstart, sysvinit, the init of phusion's images.
    Other,
}

/// An account of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its number, if known.
    pub uid: Option<u32>,
    /// The number of its own group, if known.
    pub gid: Option<u32>,
    /// Its home, if known; that the folder exists is meant for accounts from uid 1000 on.
    pub home: Option<String>,
    /// Its login shell, if known.
    pub shell: Option<String>,
    /// Further groups in which it certainly is.
    pub groups: Vec<String>,
}

/// A group of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its number, if known.
    pub gid: Option<u32>,
}

/// What is known of a base image.
///
/// `None`, [`Answer::Unknown`] and a name that no list has mean "not established".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The table's name for the entry, such as `debian-12`.
    pub entry: String,
    /// The day for which the entry holds, as `YYYY-MM-DD`.
    pub date: String,
    /// From where the facts come.
    pub source: String,
    /// The distribution.
    pub family: Option<Family>,
    /// The distribution's version, such as `24.04`, `12`, `3.20` or `9`.
    pub version: Option<String>,
    /// The release's name as apt sources spell it, such as `noble`.
    pub codename: Option<String>,
    /// The package managers, the usual one first; [`Answer::Absent`] when there is none.
    pub managers: Answer<Vec<Manager>>,
    /// The C library.
    pub libc: Option<Libc>,
    /// The user with which containers start, as the image's config has it; `root` where it has none.
    pub user: Option<String>,
    /// Accounts that certainly exist.
    pub accounts: Vec<Account>,
    /// From this uid on [`Base::accounts`] is complete, `nobody` left aside.
    pub accounts_complete_from: Option<u32>,
    /// Groups that certainly exist, those of [`Base::accounts`] included.
    pub groups: Vec<Group>,
    /// Groups that certainly do not exist.
    pub groups_absent: Vec<String>,
    /// The default shell of RUN in exec form; `["/bin/sh", "-c"]` where the image sets none.
    pub shell: Option<Vec<String>>,
    /// Variables that the image's config certainly sets, with values where they are known.
    pub env: BTreeMap<String, Option<String>>,
    /// Whether [`Base::env`] has all of them.
    pub env_complete: bool,
    /// The working folder of the image's config; `/` where it sets none.
    pub workdir: Option<String>,
    /// The image's ENTRYPOINT in exec form; [`Answer::Absent`] when it certainly has none.
    pub entrypoint: Answer<Vec<String>>,
    /// The image's CMD in exec form; [`Answer::Absent`] when it certainly has none.
    pub cmd: Answer<Vec<String>>,
    /// The signal that stops a container, if the image sets one.
    pub stop_signal: Option<String>,
    /// Folders that the image's config declares as volumes; none are known where it is `None`.
    pub volumes: Option<Vec<String>>,
    /// What `/sbin/init` is; [`Answer::Absent`] when it certainly is not there.
    pub init: Answer<Init>,
    /// Files that `/etc/skel` has; [`Answer::Absent`] when it certainly has none.
    pub skel: Answer<Vec<String>>,
    /// Generated locales besides C, POSIX and C.UTF-8; `None` where nobody looked.
    pub locales: Option<Vec<String>>,
    /// Whether apt takes recommended packages along; `None` where there is no apt.
    pub recommends: Option<bool>,
    /// Units that certainly are enabled, without `.service`.
    pub enabled: Vec<String>,
    /// Accounts that sudo certainly lets through without a password.
    pub sudo_without_password: Vec<String>,
    /// Commands by name: certainly there or certainly not.
    pub commands: BTreeMap<String, bool>,
    /// Whether a command that [`Base::commands`] leaves out is certainly not there.
    pub commands_complete: bool,
    /// Packages by name: certainly installed or certainly not.
    pub packages: BTreeMap<String, bool>,
    /// Whether a package that [`Base::packages`] leaves out is certainly not installed.
    pub packages_complete: bool,
}

impl Base {
    /// A base of which nothing is known.
    pub fn unknown() -> Self {
        Self {
            entry: String::new(),
            date: String::new(),
            source: String::new(),
            family: None,
            version: None,
            codename: None,
            managers: Answer::Unknown,
            libc: None,
            user: None,
            accounts: Vec::new(),
            accounts_complete_from: None,
            groups: Vec::new(),
            groups_absent: Vec::new(),
            shell: None,
            env: BTreeMap::new(),
            env_complete: false,
            workdir: None,
            entrypoint: Answer::Unknown,
            cmd: Answer::Unknown,
            stop_signal: None,
            volumes: None,
            init: Answer::Unknown,
            skel: Answer::Unknown,
            locales: None,
            recommends: None,
            enabled: Vec::new(),
            sudo_without_password: Vec::new(),
            commands: BTreeMap::new(),
            commands_complete: false,
            packages: BTreeMap::new(),
            packages_complete: false,
        }
    }

    /// The empty image: nothing is there, and that is certain.
    pub fn scratch() -> Self {
        Self {
            entry: "scratch".into(),
            source: "BuildKit: the empty stage".into(),
            managers: Answer::Absent,
            user: Some("root".into()),
            accounts_complete_from: Some(0),
            shell: Some(vec!["/bin/sh".into(), "-c".into()]),
            env_complete: true,
            workdir: Some("/".into()),
            entrypoint: Answer::Absent,
            cmd: Answer::Absent,
            volumes: Some(Vec::new()),
            init: Answer::Absent,
            skel: Answer::Absent,
            locales: Some(Vec::new()),
            commands_complete: true,
            ..Self::unknown()
        }
    }

    /// Whether a program of this name stands in a folder of PATH (`/sbin/init` has [`Base::init`]).
    pub fn command(&self, name: &str) -> Answer {
        match self.commands.get(name) {
            Some(true) => Answer::Known(()),
            Some(false) => Answer::Absent,
            None if self.commands_complete => Answer::Absent,
            None => Answer::Unknown,
        }
    }

    /// Whether the package is installed.
    pub fn package(&self, name: &str) -> Answer {
        match self.packages.get(name) {
            Some(true) => Answer::Known(()),
            Some(false) => Answer::Absent,
            None if self.packages_complete => Answer::Absent,
            None => Answer::Unknown,
        }
    }

    /// Whether certificates of authorities are there, so that https works.
    pub fn ca_certificates(&self) -> Answer {
        match self.package("ca-certificates-bundle") {
            Answer::Known(()) => Answer::Known(()),
            Answer::Absent | Answer::Unknown => self.package("ca-certificates"),
        }
    }

    /// The account of this name.
    ///
    /// Absence is certain only for names that are no system account of any kind: it needs a
    /// complete list of people's accounts, and the name must not be one that packages make.
    pub fn account(&self, name: &str) -> Answer<&Account> {
        match self.accounts.iter().find(|account| account.name == name) {
            Some(account) => Answer::Known(account),
            None if self.accounts_complete_from.is_some() && !is_system_name(name) => Answer::Absent,
            None => Answer::Unknown,
        }
    }

    /// The account with this uid.
    pub fn account_of(&self, uid: u32) -> Answer<&Account> {
        match self.accounts.iter().find(|account| account.uid == Some(uid)) {
            Some(account) => Answer::Known(account),
            None if self
                .accounts_complete_from
                .is_some_and(|from| uid >= from && uid != 65534) =>
            {
                Answer::Absent
            }
            None => Answer::Unknown,
        }
    }

    /// The group of this name.
    pub fn group(&self, name: &str) -> Answer<&Group> {
        match self.groups.iter().find(|group| group.name == name) {
            Some(group) => Answer::Known(group),
            None if self.groups_absent.iter().any(|absent| absent == name) => Answer::Absent,
            None if self.accounts_complete_from.is_some() && !is_system_name(name) => Answer::Absent,
            None => Answer::Unknown,
        }
    }

    /// The group with this gid.
    pub fn group_of(&self, gid: u32) -> Answer<&Group> {
        match self.groups.iter().find(|group| group.gid == Some(gid)) {
            Some(group) => Answer::Known(group),
            None if self
                .accounts_complete_from
                .is_some_and(|from| gid >= from && gid < 60000) =>
            {
                Answer::Absent
            }
            None => Answer::Unknown,
        }
    }
}

/// Whether programs make accounts or groups of this name, so that its absence is not told by a list
/// of people's accounts.
fn is_system_name(name: &str) -> bool {
    SYSTEM_NAMES.contains(&name) || name.starts_with('_') || name.starts_with("systemd-")
}

/// Names of accounts and groups that distributions and packages make, as their files of static and
/// dynamic ids list them (Debian's base-passwd, Fedora's setup, Alpine's baselayout, common daemons).
const SYSTEM_NAMES: &[&str] = &[
    "abuild",
    "adm",
    "adm",
    "apache",
    "apt",
    "at",
    "audio",
    "avahi",
    "backup",
    "bin",
    "cdrom",
    "cdrw",
    "chrony",
    "cron",
    "crontab",
    "cyrus",
    "daemon",
    "dbus",
    "dialout",
    "dip",
    "disk",
    "docker",
    "fax",
    "floppy",
    "ftp",
    "games",
    "gnats",
    "guest",
    "halt",
    "http",
    "input",
    "irc",
    "kmem",
    "kvm",
    "list",
    "lock",
    "lp",
    "lpadmin",
    "mail",
    "man",
    "mem",
    "messagebus",
    "munin",
    "mysql",
    "netdev",
    "news",
    "nginx",
    "nobody",
    "nofiles",
    "nogroup",
    "ntp",
    "nuucp",
    "operator",
    "ping",
    "pip",
    "plugdev",
    "polkitd",
    "postfix",
    "postgres",
    "postmaster",
    "proxy",
    "qmail",
    "readproc",
    "redis",
    "render",
    "root",
    "rpc",
    "sasl",
    "sgx",
    "shadow",
    "shutdown",
    "smmsp",
    "src",
    "squid",
    "ssh",
    "sshd",
    "ssl-cert",
    "staff",
    "sudo",
    "svn",
    "sync",
    "sys",
    "syslog",
    "tape",
    "tcpdump",
    "tss",
    "tty",
    "usb",
    "users",
    "utempter",
    "utmp",
    "uucp",
    "uuidd",
    "video",
    "voice",
    "vpopmail",
    "wheel",
    "www-data",
    "xfs",
    "adfs",
    "log",
    "power",
    "storage",
    "optical",
    "scanner",
    "network",
    "unbound",
    "git",
    "rtkit",
    "colord",
    "pulse",
    "cups",
    "lxd",
    "wireshark",
    "libvirt",
];
