//! Control groups, limits of the kernel, and programs.

use super::{Look, unseen};
use crate::doctor::door::{Seen, text};
use crate::doctor::{Sheet, State};
use crate::facts::USUAL_PATH;
use crate::platform::hosts::{HOSTS, Package, Weight};

pub(super) fn cgroup(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "cgroup";
    let mounts = text(look.host, "/proc/self/mounts")
        .known()
        .or_else(|| text(look.host, "/proc/mounts").known());
    let kind_of = |line: &str| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    };
    let kinds: Vec<(String, String)> = mounts
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(kind_of)
        .collect();
    let is_second = look.there("/sys/fs/cgroup/cgroup.controllers")
        || kinds
            .iter()
            .any(|(path, kind)| path == "/sys/fs/cgroup" && kind == "cgroup2");
    let is_first = kinds.iter().any(|(_, kind)| kind == "cgroup") || look.there("/sys/fs/cgroup/memory");
    if is_second {
        return sheet.good(
            ID,
            "version 2",
            "Sysbox knows version 2 since 0.4.0, envbox since May 2023",
        );
    }
    if is_first {
        let why = "Sysbox runs on version 1; an engine inside that is set to the systemd driver does not, from runc 1.1.6 on (nestybox/sysbox#743)";
        return sheet.good(ID, "version 1", why);
    }
    let said = match &look.engine {
        Seen::Known(engine) if !engine.cgroup_version.is_empty() => engine.cgroup_version.clone(),
        _ => {
            return sheet.say(
                ID,
                State::Unknown,
                "no control groups are mounted at /sys/fs/cgroup",
                "containers are bounded by them",
                "",
            );
        }
    };
    sheet.good(
        ID,
        format!("version {said}, as the engine says"),
        "Sysbox runs on both",
    );
}

pub(super) fn sysctls(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "sysctls";
    let mut low = Vec::new();
    let mut sets = Vec::new();
    let mut whys: Vec<&str> = Vec::new();
    let mut state = State::Good;
    let mut read = 0;
    let mut hidden = None;
    for row in &HOSTS.sysctls {
        let path = format!("/proc/sys/{}", row.name.replace('.', "/"));
        let value = match text(look.host, &path) {
            Seen::Known(value) => value,
            Seen::Absent => continue,
            Seen::Hidden(why) => {
                hidden = Some(format!("{}: {why}", row.name));
                continue;
            }
        };
        let Ok(number) = value.parse::<u64>() else {
            hidden = Some(format!("{} is `{value}`, which is no number", row.name));
            continue;
        };
        read += 1;
        if number < row.minimum {
            state = state.max(if row.state == Weight::Bad {
                State::Bad
            } else {
                State::Warning
            });
            low.push(format!("{} = {number}", row.name));
            sets.push(format!("{}={}", row.name, row.minimum));
            if !whys.contains(&row.why.as_str()) {
                whys.push(&row.why);
            }
        }
    }
    let why = "limits that a few workspaces already meet stop the next one";
    match (read, hidden) {
        (0, Some(hidden)) => sheet.say(ID, State::Unknown, hidden, why, "run as root to see"),
        (0, None) => sheet.say(
            ID,
            State::Unknown,
            unseen::<()>("/proc/sys", &Seen::Absent),
            why,
            "",
        ),
        _ if low.is_empty() => sheet.good(ID, format!("{read} limits are high enough"), why),
        _ => sheet.say(
            ID,
            state,
            low.join(", "),
            whys.join("; "),
            format!("sysctl -w {}", sets.join(" ")),
        ),
    }
}

pub(super) fn programs(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "programs";
    const WHY: &str = "Sysbox calls them on its host";
    if !look.wish.is_sysbox() {
        return sheet.good(ID, "none are needed: the outer container brings them", WHY);
    }
    let folders: Vec<Vec<String>> = USUAL_PATH
        .split(':')
        .filter_map(|folder| look.host.list(folder).known())
        .collect();
    if folders.is_empty() {
        return sheet.say(ID, State::Unknown, "no folder of programs can be listed", WHY, "");
    }
    let package = match &look.release {
        Seen::Known(release) => HOSTS
            .distribution(&release.id, &release.version)
            .map(|row| row.package),
        _ => None,
    };
    let mut missing = Vec::new();
    let mut packages = Vec::new();
    let mut whys = Vec::new();
    let mut state = State::Good;
    for row in &HOSTS.programs {
        let concerns = row.only.is_none_or(|only: Package| package == Some(only));
        let there = folders.iter().any(|names| names.contains(&row.name));
        // A kernel's tools may be one program with many names.
        if !concerns || there {
            continue;
        }
        state = state.max(if row.state == Weight::Bad {
            State::Bad
        } else {
            State::Warning
        });
        missing.push(row.name.as_str());
        packages.push(row.package.as_deref().unwrap_or(if row.name == "modprobe" {
            "kmod"
        } else {
            &row.name
        }));
        whys.push(format!("{}: {}", row.name, row.why));
    }
    match missing.is_empty() {
        true => sheet.good(ID, "all are there", WHY),
        false => sheet.say(
            ID,
            state,
            format!("missing: {}", missing.join(", ")),
            whys.join("; "),
            format!("install {}", packages.join(", ")),
        ),
    }
}
