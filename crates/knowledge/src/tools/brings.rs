//! What packages of the system bring that rules ask for, by package manager: groups, accounts, units
//! and whether they are enabled at installation, `/sbin/init`.
//!
//! Debian's and Ubuntu's maintainer scripts enable a package's units; those of RPM systems, Arch and
//! Alpine do not (docker.io was installed on Debian 12 to see it). Which packages lead to systemd-sysv was
//! read from the dependencies of Debian 12.

use crate::facts::{Base, Brings, Family, Init, InitBrought, Manager};

/// Groups, accounts and units of a package, for the managers that have it.
struct Entry {
    name: &'static str,
    managers: Managers,
    brings: Brings,
}

/// Whose package it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Managers {
    Deb,
    Rpm,
    Apk,
    Arch,
    All,
}

const N: Brings = Brings::NOTHING;
const DOCKER: &[&str] = &["docker"];
const DOCKER_UNITS: &[&str] = &["docker", "docker.socket"];
const ENGINE: Brings = Brings {
    groups: DOCKER,
    units: DOCKER_UNITS,
    is_engine: true,
    ..N
};

/// An engine of Debian's or Ubuntu's: enabled by its scripts, an init by recommendations.
const DEB_ENGINE: Brings = Brings {
    enables: true,
    init: InitBrought::Recommended,
    ..ENGINE
};

/// An engine of an RPM system: it needs systemd.
const RPM_ENGINE: Brings = Brings {
    init: InitBrought::Always(Init::Systemd),
    ..ENGINE
};

const fn init(init: Init) -> Brings {
    Brings {
        init: InitBrought::Always(init),
        ..N
    }
}

const fn entry(managers: Managers, name: &'static str, brings: Brings) -> Entry {
    Entry {
        name,
        managers,
        brings,
    }
}

const fn users(managers: Managers, name: &'static str, users: &'static [&'static str]) -> Entry {
    entry(managers, name, Brings { users, ..N })
}

const fn groups(managers: Managers, name: &'static str, groups: &'static [&'static str]) -> Entry {
    entry(managers, name, Brings { groups, ..N })
}

use Managers::{All, Apk, Arch, Deb, Rpm};

/// Packages whose accounts and groups are not called as they are, engines, and inits.
const TABLE: &[Entry] = &[
    entry(Deb, "docker-ce", DEB_ENGINE),
    entry(Deb, "docker.io", DEB_ENGINE),
    entry(Deb, "docker-engine", DEB_ENGINE),
    entry(Deb, "moby-engine", DEB_ENGINE),
    entry(Rpm, "docker-ce", RPM_ENGINE),
    entry(Rpm, "docker-engine", RPM_ENGINE),
    entry(Rpm, "moby-engine", RPM_ENGINE),
    entry(Rpm, "docker", RPM_ENGINE),
    entry(Apk, "docker", ENGINE),
    entry(Apk, "docker-engine", ENGINE),
    entry(Arch, "docker", RPM_ENGINE),
    entry(
        Deb,
        "containerd.io",
        Brings {
            units: &["containerd"],
            enables: true,
            ..N
        },
    ),
    entry(
        Deb,
        "containerd",
        Brings {
            units: &["containerd"],
            enables: true,
            ..N
        },
    ),
    entry(Deb, "systemd-sysv", init(Init::Systemd)),
    entry(Deb, "init", init(Init::Systemd)),
    entry(Deb, "libpam-systemd", init(Init::Systemd)),
    entry(Deb, "dbus-user-session", init(Init::Systemd)),
    entry(Deb, "sysvinit-core", init(Init::Other)),
    entry(Deb, "runit-init", init(Init::Other)),
    entry(Deb, "upstart", init(Init::Other)),
    entry(Deb, "upstart-sysv", init(Init::Other)),
    entry(Rpm, "systemd", init(Init::Systemd)),
    entry(Rpm, "systemd-sysvinit", init(Init::Systemd)),
    entry(Arch, "base", init(Init::Systemd)),
    entry(Arch, "systemd-sysvcompat", init(Init::Systemd)),
    users(All, "openssh-server", &["sshd"]),
    users(Apk, "openssh", &["sshd"]),
    users(Deb, "tor", &["debian-tor"]),
    users(All, "memcached", &["memcache", "memcached"]),
    users(Deb, "slapd", &["openldap"]),
    users(Deb, "bind9", &["bind"]),
    users(Rpm, "bind", &["named"]),
    entry(
        Deb,
        "pulseaudio",
        Brings {
            users: &["pulse"],
            groups: &["pulse-access"],
            ..N
        },
    ),
    users(Deb, "exim4-daemon-light", &["Debian-exim"]),
    users(Deb, "apache2", &["www-data"]),
    users(Apk, "apache2", &["apache"]),
    users(Rpm, "httpd", &["apache"]),
    users(Arch, "apache", &["http"]),
    users(Deb, "vsftpd", &["ftp"]),
    users(Deb, "varnish", &["varnish", "vcache"]),
    users(All, "postgresql", &["postgres"]),
    users(Rpm, "postgresql-server", &["postgres"]),
    users(All, "mysql-server", &["mysql"]),
    users(All, "mariadb-server", &["mysql"]),
    users(Arch, "mariadb", &["mysql"]),
    users(Apk, "mariadb", &["mysql"]),
    users(Deb, "dbus", &["messagebus"]),
    users(Apk, "dbus", &["messagebus"]),
    users(Rpm, "dbus", &["dbus"]),
    groups(Deb, "wireshark-common", &["wireshark"]),
    groups(All, "wireshark", &["wireshark"]),
    groups(Deb, "libvirt-daemon-system", &["libvirt", "kvm"]),
    groups(Deb, "qemu-system-x86", &["kvm"]),
    groups(Deb, "qemu-kvm", &["kvm"]),
    groups(Deb, "udev", &["kvm", "input", "render"]),
    groups(Deb, "openssh-client", &["ssh", "_ssh"]),
    groups(Deb, "ssl-cert", &["ssl-cert"]),
    groups(Deb, "fuse", &["fuse"]),
    groups(Deb, "lxd", &["lxd"]),
    groups(Deb, "cron", &["crontab"]),
    groups(Deb, "systemd", &["systemd-journal", "systemd-network"]),
];

/// Packages that depend on something that may lead to systemd-sysv.
const MAY_DEPEND_ON_INIT: &[&str] = &[
    "software-properties-common",
    "packagekit*",
    "policykit-1*",
    "polkitd*",
    "pkexec",
    "network-manager*",
    "udisks2",
    "upower",
    "snapd",
    "xfce4*",
    "lxde*",
    "lxqt*",
    "lxterminal",
    "mate-*",
    "kde-*",
    "plasma-*",
    "gnome-*",
    "gdm3",
    "lightdm",
    "sddm",
    "cinnamon*",
    "*-desktop*",
    "libgtk-3-0*",
    "libgtk-4*",
    "emacs*",
    "gedit",
    "chromium*",
    "google-chrome*",
    "firefox*",
    "thunderbird*",
    "inkscape",
    "gimp",
    "meld",
    "terminator",
    "tilix",
    "zenity",
    "gparted",
    "virt-manager",
    "virtinst",
    "virt-viewer",
    "libvirt-*",
    "gstreamer1.0-plugins-*",
    "lighttpd",
    "ibus*",
    "erlang",
    "needrestart",
    "*rootless-extras",
    "live-*",
    "ubuntu-standard",
    "ubuntu-server",
    "ubuntu-minimal",
    "landscape-*",
    "cloud-init",
    "at-spi2-core",
    "gconf2",
    "code",
    "rtkit",
    "bluez*",
    "accountsservice",
    "cockpit*",
];

/// Packages that do so by what they recommend.
const MAY_RECOMMEND_INIT: &[&str] = &[
    "openssh-server",
    "ssh",
    "default-jdk*",
    "default-jre*",
    "openjdk-*-jdk",
    "openjdk-*-jre",
    "podman*",
    "lxc*",
    "xorg*",
    "xserver-*",
    "openbox",
    "unattended-upgrades",
    "libqt5*",
    "qtbase5*",
    "qtdeclarative5*",
    "qml-*",
    "libreoffice*",
    "texlive*",
    "wine*",
    "libwine",
    "cups*",
    "vlc*",
    "pulseaudio*",
    "wireshark",
    "azure-cli",
    "docker-compose",
    "libatk-bridge*",
    "libatspi*",
    "libopencv-dev",
    "rails",
    "bzr",
    "asciidoc",
    "twine",
    "zookeeper*",
    "tasksel",
];

/// Says what a package brings.
pub fn of(name: &str, manager: Manager, base: &Base) -> Brings {
    let managers = match manager {
        // get.docker.com asks whatever manager the system has.
        Manager::Apt if matches!(base.family, Some(Family::Fedora | Family::Rhel | Family::Amazon)) => Rpm,
        Manager::Apt => Deb,
        Manager::Apk => Apk,
        Manager::Pacman => Arch,
        manager if manager.is_rpm() => Rpm,
        _ => return N,
    };
    if managers == Rpm && name == "docker" && !is_engine_by_that_name(base) {
        return N;
    }
    let mut brings = N;
    let first = name.as_bytes().first();
    for entry in TABLE {
        // Told before the whole name is: this is asked about every package.
        if entry.name.as_bytes().first() != first {
            continue;
        }
        if entry.name == name && (entry.managers == managers || entry.managers == All) {
            brings = entry.brings;
            break;
        }
    }
    if managers == Deb && brings.init == InitBrought::Nothing {
        let any = |patterns: &[&str]| patterns.iter().any(|pattern| is_like(name, pattern));
        if any(MAY_DEPEND_ON_INIT) {
            brings.init = InitBrought::Perhaps;
        } else if any(MAY_RECOMMEND_INIT) {
            brings.init = InitBrought::Recommended;
        }
    }
    brings
}

/// Whether a name is as a pattern of this file: a name, `head*`, `*tail`, `head*tail` or `*middle*`.
fn is_like(name: &str, pattern: &str) -> bool {
    let (first, of_name) = (pattern.as_bytes().first(), name.as_bytes().first());
    if first != of_name && first != Some(&b'*') {
        return false;
    }
    let Some((head, rest)) = pattern.split_once('*') else {
        return name == pattern;
    };
    let Some(after) = name.strip_prefix(head) else {
        return false;
    };
    match rest.split_once('*') {
        None => after.ends_with(rest),
        Some((middle, _)) => after.contains(middle),
    }
}

/// Enterprise Linux 8 and later give podman to those who ask for `docker`.
fn is_engine_by_that_name(base: &Base) -> bool {
    match base.family {
        Some(Family::Fedora | Family::Amazon | Family::Suse) => true,
        Some(Family::Rhel) => base
            .version
            .as_deref()
            .is_some_and(|version| version.starts_with(['6', '7'])),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(family: Family, version: &str) -> Base {
        Base {
            family: Some(family),
            version: Some(version.to_owned()),
            ..Base::unknown()
        }
    }

    #[test]
    fn an_engine_is_enabled_by_debian_alone() {
        let debian = of("docker-ce", Manager::Apt, &base(Family::Debian, "12"));
        assert!(debian.is_engine && debian.enables && debian.groups == ["docker"]);
        let fedora = of("docker-ce", Manager::Dnf, &base(Family::Fedora, "41"));
        assert!(fedora.is_engine && !fedora.enables);
        assert_eq!(fedora.init, InitBrought::Always(Init::Systemd));
        assert!(!of("docker-ce-cli", Manager::Apt, &base(Family::Debian, "12")).is_engine);
    }

    #[test]
    fn docker_is_podman_on_enterprise_linux() {
        let is_engine = |family, version| of("docker", Manager::Yum, &base(family, version)).is_engine;
        assert!(is_engine(Family::Rhel, "7"));
        assert!(!is_engine(Family::Rhel, "9"));
        assert!(is_engine(Family::Amazon, "2023"));
        assert!(!of("docker", Manager::Apt, &base(Family::Debian, "12")).is_engine);
    }

    #[test]
    fn an_init_comes_by_its_package_or_perhaps() {
        let debian = base(Family::Debian, "12");
        let init = |name| of(name, Manager::Apt, &debian).init;
        assert_eq!(init("systemd-sysv"), InitBrought::Always(Init::Systemd));
        assert_eq!(init("systemd"), InitBrought::Nothing);
        assert_eq!(init("openssh-server"), InitBrought::Recommended);
        assert_eq!(init("curl"), InitBrought::Nothing);
        assert_eq!(init("gnome-terminal"), InitBrought::Perhaps);
    }
}
