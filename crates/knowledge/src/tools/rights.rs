//! What only root may do.

use crate::facts::Value;
use crate::tools::Call;

/// Whether a command fails for everybody but root, by what it is asked to do.
pub fn needs_root(call: &Call) -> bool {
    let mut operands = call
        .arguments()
        .iter()
        .map(|(word, _)| word)
        .filter(|word| !word.text().starts_with('-'));
    let has = |options: &[&str]| {
        call.arguments()
            .iter()
            .any(|(word, _)| options.contains(&word.text()))
    };
    if has(&["--help", "--version"]) {
        return false;
    }
    let verb = operands.next().and_then(Value::as_known).unwrap_or_default();
    match call.program() {
        "apt-get" | "apt" | "aptitude" => {
            !has(&["--simulate", "--dry-run", "-s", "--print-uris"])
                && matches!(
                    verb,
                    "install"
                        | "reinstall"
                        | "remove"
                        | "purge"
                        | "update"
                        | "upgrade"
                        | "dist-upgrade"
                        | "full-upgrade"
                        | "autoremove"
                        | "build-dep"
                        | "clean"
                        | "autoclean"
                )
        }
        "apt-key" => matches!(verb, "add" | "adv" | "del"),
        "add-apt-repository"
        | "apt-add-repository"
        | "dpkg-reconfigure"
        | "locale-gen"
        | "update-locale"
        | "update-ca-certificates"
        | "ldconfig" => true,
        "dpkg" => has(&[
            "-i",
            "--install",
            "-r",
            "--remove",
            "-P",
            "--purge",
            "--configure",
            "--add-architecture",
        ]),
        "apk" => matches!(verb, "add" | "del" | "update" | "upgrade" | "fix") && !has(&["--root", "-p"]),
        "dnf" | "dnf5" | "yum" | "microdnf" | "tdnf" => {
            matches!(
                verb,
                "install"
                    | "reinstall"
                    | "remove"
                    | "erase"
                    | "update"
                    | "upgrade"
                    | "groupinstall"
                    | "localinstall"
                    | "module"
                    | "config-manager"
            ) && !call
                .arguments()
                .iter()
                .any(|(word, _)| word.text().starts_with("--installroot"))
        }
        "zypper" => matches!(
            verb,
            "install"
                | "in"
                | "remove"
                | "rm"
                | "update"
                | "up"
                | "refresh"
                | "ref"
                | "addrepo"
                | "ar"
                | "dup"
        ),
        "pacman" => call.arguments().first().is_some_and(|(word, _)| {
            let text = word.text();
            (text.starts_with("-S") && !text.contains(['s', 'i', 'p', 'l']))
                || text.starts_with("-R")
                || text.starts_with("-U")
        }),
        "useradd" | "usermod" | "userdel" | "groupadd" | "groupmod" | "groupdel" | "adduser" | "addgroup"
        | "deluser" | "delgroup" | "chpasswd" | "newusers" => {
            !call.arguments().is_empty() || call.stdin.is_some()
        }
        "gpasswd" => has(&["-a", "-d", "-M", "--add"]),
        "systemctl" => {
            matches!(
                verb,
                "enable" | "disable" | "mask" | "unmask" | "set-default" | "preset"
            ) && !has(&["--user", "--global"])
        }
        "update-rc.d" | "chkconfig" => !verb.is_empty(),
        "rc-update" => matches!(verb, "add" | "del"),
        _ => false,
    }
}
