//! What is known of the people in an image: who is there, where they live, what sudo lets them do.

use crate::context::Answer;
use crate::facts::{Facts, Group, Meaning, Origin, Package, Reach, User, Value, WriteKind, path};
use crate::finding::Certainty;

impl Facts {
    /// The user of this name after a step.
    pub fn user_at(&self, name: &str, step: usize) -> Answer<User> {
        match self.accounts.user(name, step) {
            Answer::Absent if self.package_may_make(name, step) => Answer::Unknown,
            answer => answer,
        }
    }

    /// The group of this name after a step.
    pub fn group_at(&self, name: &str, step: usize) -> Answer<Group> {
        match self.accounts.group(name, step) {
            Answer::Absent if self.package_may_make(name, step) => Answer::Unknown,
            answer => answer,
        }
    }

    /// The user of this name when the build ends.
    pub fn user(&self, name: &str) -> Answer<User> {
        self.user_at(name, self.steps.len())
    }

    /// Whether a package that was asked for by then may have made an account or group of this name.
    ///
    /// Packages call their accounts as they are called themselves, or by a part of that.
    pub(super) fn package_may_make(&self, name: &str, step: usize) -> bool {
        if self.is_observed() {
            return false;
        }
        if SERVICES.binary_search(&name).is_ok() {
            return true;
        }
        // An image of a service has the account of that service.
        let reference = self.from.reference.text();
        let repository = reference.split(['@', ':']).next().unwrap_or_default();
        let image = repository.rsplit('/').next().unwrap_or_default();
        let is_its_own = name.len() >= 3 && image.starts_with(name) && !NO_ACCOUNT.contains(&name);
        if is_its_own && !self.from.base.account(name).is_known() {
            return true;
        }
        let asked = self
            .packages
            .iter()
            .filter(|package| package.manager.is_system() && package.asked.step <= step);
        asked.into_iter().any(|package| may_make(package, name))
    }

    /// Whether a user's home is there when the build ends.
    pub fn home_exists(&self, user: &User) -> Answer {
        let Some(home) = &user.home else {
            return Answer::Unknown;
        };
        if let Some(observed) = &self.observed {
            return observed.exists(home);
        }
        let end = self.steps.len();
        let removed = self.home_removed(user);
        if user.home_made == Some(true) {
            match removed {
                None => return Answer::Known(()),
                Some(Origin {
                    step,
                    certainty: Certainty::Certain,
                    ..
                }) => return self.written_again(home, step),
                Some(_) => {}
            }
        }
        let mut unknown = user.home_made.is_none() || self.is_opaque(Reach::Files, 0, end);
        for file in self.files.iter() {
            let prefix = file.path.known_prefix();
            if file.path.as_known().is_none() && prefix.len() <= home.len() {
                unknown |= home.starts_with(prefix) && (!prefix.is_empty() || file.kind == WriteKind::Folder);
                continue;
            }
            let is_below = path::covers(home, &file.path);
            let is_above = file.kind == WriteKind::Tree
                && file
                    .path
                    .as_known()
                    .is_some_and(|tree| path::below(tree, &Value::known(home.clone())));
            if is_above {
                unknown = true;
            }
            if is_below {
                // What lay in a folder may be gone while the folder stays.
                match file.present_at(end) {
                    Answer::Known(()) => return Answer::Known(()),
                    Answer::Absent | Answer::Unknown => unknown = true,
                }
            }
        }
        let is_volume = |volume: &Value| volume.as_known().is_none_or(|volume| volume == home);
        if self.config.volumes.iter().any(|volume| is_volume(&volume.value)) {
            return Answer::Known(());
        }
        if unknown { Answer::Unknown } else { Answer::Absent }
    }

    /// The last step after the account was made that takes its home away, and how sure that is.
    pub fn home_removed(&self, user: &User) -> Option<Origin> {
        let home = user.home.as_deref()?;
        let home = Value::known(home);
        let later = self.files.removals().iter().rev();
        let mut later = later.filter(|removal| removal.origin.step > user.made.step);
        later.find_map(|removal| {
            if removal.contents_only && removal.path == home {
                return None;
            }
            match path::removes(&removal.path, &home) {
                Answer::Known(()) => Some(removal.origin.clone()),
                Answer::Unknown => Some(Origin {
                    certainty: Certainty::Possible,
                    ..removal.origin.clone()
                }),
                Answer::Absent => None,
            }
        })
    }

    /// Whether a folder that a step took away is there again at the end.
    fn written_again(&self, folder: &str, step: usize) -> Answer {
        let volumes = self.config.volumes.iter();
        let workdirs = self.config.workdirs.iter();
        let mut said = volumes
            .chain(workdirs)
            .filter(|setting| setting.origin.step > step);
        let is_said = said.any(|setting| setting.value.as_known().is_none_or(|path| path == folder));
        if is_said || self.is_opaque(Reach::Files, step + 1, self.steps.len()) {
            return Answer::Unknown;
        }
        self.written(&Value::known(folder), step)
    }

    /// Whether sudo is there when the build ends.
    pub fn sudo(&self) -> Answer {
        if self.packages.named("sudo").next().is_some() {
            return Answer::Known(());
        }
        if self.is_observed() {
            return self.command("sudo", self.next_step());
        }
        self.from.base.command("sudo")
    }

    /// Whether sudo lets a user do everything without asking for a password.
    pub fn sudo_without_password(&self, user: &User) -> Answer {
        let end = self.steps.len();
        let base = &self.from.base;
        if base.sudo_without_password.contains(&user.name) {
            return Answer::Known(());
        }
        let had_sudo = !base.command("sudo").is_absent() && !base.package("sudo").is_absent();
        let mut unknown = had_sudo || self.is_opaque(Reach::Files, 0, end);
        for file in self.files.staying() {
            unknown |= file.kind == WriteKind::Tree && path::may_hold(&file.path, "/etc/sudoers.d/x");
            if file.path.as_known().is_none() {
                unknown |= file.path.known_prefix().starts_with("/etc/sudoers");
                continue;
            }
            let is_rules = file.path.is("/etc/sudoers") || path::below("/etc/sudoers.d", &file.path);
            if !is_rules || file.meaning.contains(&Meaning::Skipped) {
                continue;
            }
            unknown |= file.content.text().is_none();
            for meaning in &file.meaning {
                let Meaning::NoPassword(who) = meaning else {
                    continue;
                };
                match self.is_meant(who, user, end) {
                    Answer::Known(()) => return Answer::Known(()),
                    Answer::Unknown => unknown = true,
                    Answer::Absent => {}
                }
            }
        }
        if unknown { Answer::Unknown } else { Answer::Absent }
    }

    /// Whether `coder`, `%group`, `#1000`, `ALL` or an alias means a user.
    fn is_meant(&self, who: &Value, user: &User, step: usize) -> Answer {
        let Some(who) = who.as_known() else {
            return Answer::Unknown;
        };
        let says = |is_so: bool| if is_so { Answer::Known(()) } else { Answer::Absent };
        if who == "ALL" || who == user.name {
            return Answer::Known(());
        }
        if let Some(uid) = who.strip_prefix('#') {
            return match user.uid {
                Some(has) => says(uid.parse() == Ok(has)),
                None => Answer::Unknown,
            };
        }
        match who.strip_prefix('%') {
            Some(group) if group.starts_with('#') => Answer::Unknown,
            Some(group) => self.accounts.is_member(user, group.trim_start_matches(':'), step),
            None if who.starts_with(|first: char| first.is_ascii_uppercase()) => Answer::Unknown,
            None => Answer::Absent,
        }
    }
}

/// Accounts and groups of services that are not called as their packages are: any package may lead to
/// one of them (from the lists of static ids of Fedora and Debian). Sorted.
const SERVICES: &[&str] = &[
    "abrt",
    "activemq",
    "alpm",
    "amanda",
    "amandabackup",
    "amavis",
    "apache",
    "avahi",
    "avahi-autoipd",
    "backuppc",
    "bacula",
    "bind",
    "ceph",
    "cinder",
    "clam",
    "clamav",
    "clamscan",
    "clamupdate",
    "colord",
    "couchdb",
    "cyrus",
    "daemon",
    "dbus",
    "debian-spamd",
    "debian-tor",
    "debian-transmission",
    "dhcpd",
    "dnsmasq",
    "dockremap",
    "dovecot",
    "dovenull",
    "ecryptfs",
    "exim",
    "fuse",
    "gdm",
    "geoclue",
    "git",
    "glance",
    "gopher",
    "haclient",
    "hacluster",
    "hdfs",
    "http",
    "httpd",
    "icecast",
    "ident",
    "irc",
    "kvm",
    "ldap",
    "libvirt",
    "libvirt-qemu",
    "lightdm",
    "lighttpd",
    "lpadmin",
    "mailman",
    "mailnull",
    "mapred",
    "memcache",
    "messagebus",
    "mock",
    "mongod",
    "mongodb",
    "munge",
    "mysql",
    "nagios",
    "named",
    "netdump",
    "nginx",
    "nobody",
    "nova",
    "nscd",
    "nslcd",
    "ntp",
    "nut",
    "opendkim",
    "openldap",
    "operator",
    "oprofile",
    "pcap",
    "pegasus",
    "polkituser",
    "postdrop",
    "postfix",
    "postgres",
    "privoxy",
    "pulse",
    "pulse-access",
    "qemu",
    "quagga",
    "rabbitmq",
    "radius",
    "radiusd",
    "radvd",
    "redis",
    "render",
    "rpc",
    "rpcuser",
    "rtkit",
    "saned",
    "sasl",
    "saslauth",
    "screen",
    "sddm",
    "slurm",
    "smmsp",
    "smmta",
    "sphinx",
    "squid",
    "sshd",
    "sssd",
    "stapdev",
    "stapusr",
    "statd",
    "stunnel4",
    "systemd-journal",
    "systemd-network",
    "systemd-resolve",
    "tcpdump",
    "tomcat",
    "tor",
    "tss",
    "unbound",
    "usbmux",
    "usbmuxd",
    "utempter",
    "utmp",
    "uuidd",
    "vboxsf",
    "vcache",
    "vcsa",
    "vdsm",
    "webalizer",
    "wireshark",
    "www",
    "www-data",
    "yarn",
    "znc",
    "zookeeper",
];

/// Names of programs whose packages make no account.
const NO_ACCOUNT: [&str; 8] = ["node", "python", "ruby", "golang", "java", "git", "vim", "code"];

fn may_make(package: &Package, name: &str) -> bool {
    let Some(package) = package.name.as_known() else {
        return true;
    };
    if package.contains('/') || package.ends_with(".deb") || package.ends_with(".rpm") {
        return true;
    }
    // Which packages make group docker is known.
    if name == "docker" || NO_ACCOUNT.contains(&name) {
        return false;
    }
    let bare = name.trim_start_matches('_');
    let ends = name.strip_suffix(package).is_some_and(|rest| rest.ends_with('-'));
    bare.len() >= 3 && (package.starts_with(bare) || ends)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_services_are_sorted() {
        assert!(super::SERVICES.is_sorted());
    }
}
