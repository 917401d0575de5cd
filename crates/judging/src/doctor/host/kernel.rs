//! The kernel, its modules and headers, and shiftfs.

use semver::Version;

use super::{Look, look_help, unseen};
use crate::doctor::door::{Seen, text};
use crate::doctor::{Sheet, State, Wish};
use crate::platform::hosts::{HOSTS, Mapping, Weight};

pub(super) fn kernel(look: &Look, sheet: &mut Sheet) {
    const WHY: &str = "user namespaces and the owners of mounts depend on it";
    let (Seen::Known(release), Some(version)) = (&look.kernel, look.kernel_version()) else {
        let seen = unseen("/proc/sys/kernel/osrelease", &look.kernel);
        return sheet.say("kernel", State::Unknown, seen, WHY, look_help(&look.kernel));
    };
    let distribution = match &look.release {
        Seen::Known(release) => HOSTS.distribution(&release.id, &release.version),
        _ => None,
    };
    judge(release, &version, distribution, look.wish, sheet);
}

/// Judges a kernel, be it a host's or a node's.
pub(in crate::doctor) fn judge(
    release: &str,
    version: &Version,
    distribution: Option<&crate::platform::hosts::Distribution>,
    wish: &Wish,
    sheet: &mut Sheet,
) {
    const ID: &str = "kernel";
    let own = distribution.and_then(|row| Some((row, row.kernel.as_ref()?)));
    if let Some((row, range)) = own
        && !range.matches(version)
    {
        let help = format!("take a kernel {range}");
        let why = format!("Sysbox asks for {range} on {}", row.name);
        return sheet.say(ID, State::Bad, release, why, help);
    }
    let oldest = HOSTS.oldest_kernel();
    if *version < oldest {
        let why = format!("no distribution of Sysbox's list has a kernel below {oldest}");
        return sheet.say(ID, State::Bad, release, why, "take a kernel of 5.19 or later");
    }
    let Some(row) = HOSTS.mapping(version) else {
        return sheet.say(
            ID,
            State::Unknown,
            release,
            "its version is in no range of the table",
            "",
        );
    };
    if wish.is_cached() && !HOSTS.shiftfs.cached.matches(version) {
        let why = format!(
            "cached virtual machines are known to run on {}",
            HOSTS.shiftfs.cached
        );
        return sheet.say(
            ID,
            State::Warning,
            release,
            why,
            "take Ubuntu 20.04 with kernel 5.4, or turn caching off",
        );
    }
    if wish.is_cached() && (version.major, version.minor) == (5, 15) && release.contains("aws") {
        let why = "cached virtual machines fail on Amazon's 5.15 kernels (changelog 1.36.0)";
        return sheet.say(
            ID,
            State::Bad,
            release,
            why,
            "take another kernel, or turn caching off",
        );
    }
    match row.state {
        Mapping::Slow => sheet.say(
            ID,
            State::Warning,
            release,
            row.why.clone(),
            "take a kernel of 5.19 or later",
        ),
        Mapping::Good | Mapping::NeedsShiftfs => sheet.good(ID, release, row.why.clone()),
    }
}

/// Whether a module can be used.
enum Module {
    Loaded,
    Available,
    Absent,
    Hidden(String),
}

fn module(look: &Look, name: &str) -> Module {
    let plain = name.replace('-', "_");
    let names_it = |line: &str| {
        line.split([' ', '\t'])
            .next()
            .is_some_and(|word| word.replace('-', "_") == plain)
    };
    let loaded = text(look.host, "/proc/modules");
    if let Seen::Known(lines) = &loaded
        && lines.lines().any(names_it)
    {
        return Module::Loaded;
    }
    if look.there(&format!("/sys/module/{plain}")) {
        return Module::Loaded;
    }
    if let Seen::Known(systems) = text(look.host, "/proc/filesystems")
        && systems
            .lines()
            .any(|line| line.split('\t').next_back() == Some(plain.as_str()))
    {
        return Module::Loaded;
    }
    let Seen::Known(release) = &look.kernel else {
        return Module::Hidden("the running kernel is not known".to_owned());
    };
    let folder = format!("/lib/modules/{release}");
    let names_file = |line: &str| {
        let path = line.split(':').next().unwrap_or_default();
        let file = path.rsplit('/').next().unwrap_or_default();
        file.split(".ko")
            .next()
            .is_some_and(|stem| stem.replace('-', "_") == plain)
    };
    let builtin = text(look.host, &format!("{folder}/modules.builtin"));
    if let Seen::Known(lines) = &builtin
        && lines.lines().any(names_file)
    {
        return Module::Loaded;
    }
    match text(look.host, &format!("{folder}/modules.dep")) {
        Seen::Known(lines) if lines.lines().any(names_file) => Module::Available,
        Seen::Known(_) => Module::Absent,
        Seen::Absent if loaded.is_absent() => Module::Hidden("no list of modules is there".to_owned()),
        Seen::Absent => Module::Absent,
        Seen::Hidden(why) => Module::Hidden(why),
    }
}

/// Whether shiftfs is there or can be loaded.
pub(super) fn shiftfs_is_at_hand(look: &Look) -> bool {
    matches!(module(look, "shiftfs"), Module::Loaded | Module::Available)
}

pub(super) fn shiftfs(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "shiftfs";
    let Some(version) = look.kernel_version() else {
        return sheet.say(
            ID,
            State::Unknown,
            "the kernel is not known",
            "old kernels map owners by it",
            "",
        );
    };
    let mapping = HOSTS.mapping(&version).map(|row| row.state);
    let needed = look.wish.is_cached() || mapping == Some(Mapping::NeedsShiftfs);
    let why = if look.wish.is_cached() {
        "cached virtual machines share the node's images by it".to_owned()
    } else {
        HOSTS
            .mapping(&version)
            .map(|row| row.why.clone())
            .unwrap_or_default()
    };
    match module(look, "shiftfs") {
        Module::Loaded => sheet.good(ID, "loaded", why),
        _ if !needed && mapping == Some(Mapping::Good) => {
            sheet.good(ID, format!("not needed on {version}"), why);
        }
        Module::Available => sheet.say(
            ID,
            State::Warning,
            "there, but not loaded",
            why,
            "modprobe shiftfs",
        ),
        Module::Hidden(reason) => sheet.say(
            ID,
            State::Unknown,
            reason,
            why,
            "modinfo shiftfs on the host tells",
        ),
        Module::Absent if needed => {
            let help = if HOSTS.shiftfs.installer.matches(&version) {
                "build it (github.com/toby63/shiftfs-dkms), with headers there and Secure Boot off, or take a kernel of 5.19 or later"
            } else {
                "take a kernel for which there is shiftfs, or turn caching off"
            };
            sheet.say(ID, State::Bad, "not there", why, help);
        }
        Module::Absent => {
            sheet.say(
                ID,
                State::Warning,
                "not there",
                why,
                "take a kernel of 5.19 or later",
            );
        }
    }
}

pub(super) fn headers(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "headers";
    const WHY: &str = "Sysbox shows them to workspaces, and shiftfs is built by them";
    let Seen::Known(release) = &look.kernel else {
        return sheet.say(ID, State::Unknown, "the kernel is not known", WHY, "");
    };
    let places = [
        format!("/usr/src/linux-headers-{release}"),
        format!("/usr/src/kernels/{release}"),
        format!("/lib/modules/{release}/build"),
    ];
    for place in &places {
        if look.there(place) {
            return sheet.good(ID, place, WHY);
        }
    }
    if let Some(Seen::Hidden(why)) = places
        .iter()
        .map(|place| look.has(place))
        .find(|seen| !seen.is_absent())
    {
        return sheet.say(ID, State::Unknown, why, WHY, "run as root to see");
    }
    let help = match &look.release {
        Seen::Known(os) if matches!(os.id.as_str(), "ubuntu" | "debian") => {
            format!("apt-get install linux-headers-{release}")
        }
        Seen::Known(os)
            if matches!(
                os.id.as_str(),
                "fedora" | "rocky" | "almalinux" | "centos" | "amzn" | "rhel"
            ) =>
        {
            format!("dnf install kernel-devel-{release}")
        }
        _ => format!("install the headers of {release}"),
    };
    let must_build = look.wish.is_cached() && !shiftfs_is_at_hand(look);
    let state = if must_build { State::Bad } else { State::Warning };
    sheet.say(ID, state, format!("none for {release}"), WHY, help);
}

pub(super) fn modules(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "modules";
    let mut seen = Vec::new();
    let mut whys = Vec::new();
    let mut names = Vec::new();
    let mut state = State::Good;
    let mut hidden = None;
    for row in &HOSTS.modules {
        let (word, own) = match module(look, &row.name) {
            Module::Loaded => continue,
            Module::Hidden(why) => {
                hidden = Some(why);
                continue;
            }
            Module::Available => ("not loaded", State::Warning),
            Module::Absent => match row.state {
                Weight::Bad if look.wish.is_sysbox() => ("missing", State::Bad),
                _ => ("missing", State::Warning),
            },
        };
        state = state.max(own);
        seen.push(format!("{} {word}", row.name));
        whys.push(format!("{}: {}", row.name, row.why));
        names.push(row.name.as_str());
    }
    let why = "a container loads no modules: the host must have them loaded";
    if let (Some(hidden), true) = (hidden, seen.is_empty()) {
        return sheet.say(ID, State::Unknown, hidden, why, "");
    }
    let Seen::Known(release) = &look.kernel else {
        return sheet.say(ID, State::Unknown, "the kernel is not known", why, "");
    };
    let folder = format!("/lib/modules/{release}");
    if !matches!(look.host.list(&folder), Seen::Known(_)) {
        seen.push(format!("{folder} is not there"));
        whys.push("Sysbox shows it to workspaces, where Docker and Kubernetes look into it".to_owned());
        state = state.max(State::Warning);
    }
    if state == State::Good {
        return sheet.good(
            ID,
            format!(
                "{} are loaded",
                HOSTS
                    .modules
                    .iter()
                    .map(|row| row.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            why,
        );
    }
    let help = match names.is_empty() {
        true => "install the modules of the running kernel, or start the one that is installed".to_owned(),
        false => format!(
            "modprobe -a {} (and name them in /etc/modules-load.d)",
            names.join(" ")
        ),
    };
    sheet.say(ID, state, seen.join(", "), whys.join("; "), help);
}
