//! SELinux, AppArmor and Secure Boot.

use super::kernel::shiftfs_is_at_hand;
use super::{Look, unseen};
use crate::doctor::door::{Seen, text};
use crate::doctor::{Sheet, State};
use crate::platform::hosts::{HOSTS, Mapping};

pub(super) fn selinux(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "selinux";
    const WHY: &str = "Sysbox does not work with SELinux: mounts fail at random, with AVC denials in the log (nestybox/sysbox#675)";
    const HELP: &str =
        "set SELINUX=disabled in /etc/selinux/config and start the host anew, or take one without it";
    let judge = |word: &str, sheet: &mut Sheet| match word {
        "enforcing" => sheet.say(ID, State::Bad, "enforcing", WHY, HELP),
        "permissive" => sheet.say(
            ID,
            State::Warning,
            "permissive: it denies nothing, and is on",
            WHY,
            HELP,
        ),
        _ => sheet.good(ID, "off", WHY),
    };
    match text(look.host, "/sys/fs/selinux/enforce") {
        Seen::Known(value) => return judge(if value == "1" { "enforcing" } else { "permissive" }, sheet),
        Seen::Hidden(why) => return sheet.say(ID, State::Unknown, why, WHY, "run as root to see"),
        Seen::Absent => {}
    }
    if matches!(look.host.list("/sys/fs"), Seen::Known(_)) {
        return sheet.good(ID, "off", WHY);
    }
    // Without /sys the file that decides at the next start is what is left.
    match text(look.host, "/etc/selinux/config") {
        Seen::Known(config) => {
            let mut lines = config.lines().map(str::trim);
            let word = lines
                .find_map(|line| line.strip_prefix("SELINUX="))
                .unwrap_or("unset")
                .trim();
            judge(word, sheet);
        }
        other => sheet.say(
            ID,
            State::Unknown,
            unseen("/sys/fs", &look.host.list("/sys/fs")),
            WHY,
            match other {
                Seen::Hidden(_) => "run as root to see",
                _ => "",
            },
        ),
    }
}

pub(super) fn apparmor(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "apparmor";
    const WHY: &str =
        "a profile for fusermount3 that is enforced keeps sysbox-fs from mounting (nestybox/sysbox#1005)";
    const HELP: &str = "aa-complain fusermount3";
    let enabled = text(look.host, "/sys/module/apparmor/parameters/enabled");
    match &enabled {
        Seen::Known(value) if value == "Y" => {}
        Seen::Known(_) => return sheet.good(ID, "off", WHY),
        Seen::Absent if matches!(look.host.list("/sys"), Seen::Known(_)) => {
            return sheet.good(ID, "off", WHY);
        }
        other => return sheet.say(ID, State::Unknown, unseen("/sys/module/apparmor", other), WHY, ""),
    }
    let is_known_to_fail = match &look.release {
        Seen::Known(release) => HOSTS
            .distribution(&release.id, &release.version)
            .is_some_and(|row| row.mended.is_some()),
        _ => false,
    };
    let enforced = if is_known_to_fail {
        State::Bad
    } else {
        State::Warning
    };
    if let Seen::Known(profiles) = text(look.host, "/sys/kernel/security/apparmor/profiles")
        && !profiles.is_empty()
    {
        let mut lines = profiles.lines();
        return match lines.find(|line| {
            line.split_once(" (")
                .is_some_and(|(name, _)| name.rsplit('/').next() == Some("fusermount3"))
        }) {
            Some(line) if line.ends_with("(enforce)") || line.ends_with("(kill)") => {
                sheet.say(ID, enforced, format!("on, {line}"), WHY, HELP);
            }
            Some(line) => sheet.good(ID, format!("on, {line}"), WHY),
            None => sheet.good(ID, "on, with no profile for fusermount3", WHY),
        };
    }
    // Only root may read what is loaded; the files tell what is loaded at a start.
    if look.there("/etc/apparmor.d/disable/fusermount3") {
        return sheet.good(ID, "on, the profile for fusermount3 is disabled", WHY);
    }
    match text(look.host, "/etc/apparmor.d/fusermount3") {
        Seen::Known(profile) => {
            let complains = look.there("/etc/apparmor.d/force-complain/fusermount3")
                || profile
                    .lines()
                    .any(|line| line.contains("flags") && line.contains("complain"));
            match complains {
                true => sheet.good(ID, "on, the profile for fusermount3 complains", WHY),
                false => sheet.say(ID, enforced, "on, with a profile for fusermount3", WHY, HELP),
            }
        }
        Seen::Absent if is_known_to_fail => {
            let seen = "on, and which profiles are loaded only root can see";
            sheet.say(ID, State::Unknown, seen, WHY, "run as root to see");
        }
        Seen::Absent => sheet.good(ID, "on, with no profile for fusermount3", WHY),
        Seen::Hidden(why) => sheet.say(ID, State::Unknown, why, WHY, "run as root to see"),
    }
}

pub(super) fn secure_boot(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "secure-boot";
    const WHY: &str = "with Secure Boot the kernel refuses a shiftfs that was built on the host";
    const VARIABLE: &str = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    let mapping = look
        .kernel_version()
        .and_then(|version| HOSTS.mapping(&version))
        .map(|row| row.state);
    let must_build =
        (look.wish.is_cached() || mapping == Some(Mapping::NeedsShiftfs)) && !shiftfs_is_at_hand(look);
    let on = |sheet: &mut Sheet| match must_build {
        true => sheet.say(
            ID,
            State::Bad,
            "on, and shiftfs has to be built",
            WHY,
            "turn Secure Boot off in the firmware",
        ),
        false => sheet.good(ID, "on, and shiftfs has not to be built", WHY),
    };
    match look.host.read(VARIABLE) {
        // Four bytes of attributes, then the value.
        Seen::Known(bytes) => match bytes.get(4) {
            Some(1) => on(sheet),
            Some(_) => sheet.good(ID, "off", WHY),
            None => sheet.say(
                ID,
                State::Unknown,
                "the firmware's variable is cut short",
                WHY,
                "",
            ),
        },
        Seen::Hidden(why) => sheet.say(ID, State::Unknown, why, WHY, "run as root to see"),
        Seen::Absent => match look.host.run("mokutil", &["--sb-state"]) {
            Seen::Known(said) if said.contains("SecureBoot enabled") => on(sheet),
            Seen::Known(said) if said.contains("SecureBoot disabled") => sheet.good(ID, "off", WHY),
            _ if matches!(look.host.list("/sys/firmware"), Seen::Known(names) if !names.contains(&"efi".to_owned())) =>
            {
                sheet.good(ID, "not started by EFI", WHY);
            }
            _ => sheet.say(
                ID,
                State::Unknown,
                "the firmware's variable is not there",
                WHY,
                "mokutil --sb-state tells",
            ),
        },
    }
}
