//! useradd, adduser and their kin: who comes, goes, changes, joins and gets a password.
//!
//! `adduser` is three programs: Debian's own, BusyBox's, and on RPM systems another name for useradd.
//! The base's family tells which, and where it is not known, the package manager in use.

mod groups;
mod passwords;

use crate::context::Answer;
use crate::facts::{AccountChange, Change, Family, Manager, NameKind, NewUser, Value};
use crate::finding::Place;
use crate::source::Span;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Says what one of them does.
pub fn run(call: &Call, effects: &mut Effects) {
    match call.program() {
        "useradd" | "luseradd" => useradd(call, effects),
        "adduser" => match kind_of_adduser(call) {
            Adduser::Debian => adduser_of_debian(call, effects),
            Adduser::Busybox => adduser_of_busybox(call, effects),
            Adduser::Shadow => useradd(call, effects),
        },
        "usermod" => usermod(call, effects),
        "userdel" => userdel(call, effects),
        "deluser" => deluser(call, effects),
        "groupadd" => groups::groupadd(call, effects),
        "addgroup" => groups::addgroup(call, effects),
        "groupmod" => groups::groupmod(call, effects),
        "groupdel" | "delgroup" => groups::groupdel(call, effects),
        "gpasswd" => groups::gpasswd(call, effects),
        "chpasswd" => passwords::chpasswd(call, effects),
        "passwd" => passwords::passwd(call, effects),
        "newusers" => passwords::newusers(call, effects),
        "chsh" => chsh(call, effects),
        "visudo" => passwords::visudo(call, effects),
        "vipw" | "vigr" => say(effects, call.place, AccountChange::Unseen),
        _ => {}
    }
}

/// That a name must be there.
pub fn named(name: &Value, kind: NameKind) -> Vec<Change> {
    let is_name = name.as_known().is_some_and(|name| {
        !name.is_empty() && !name.starts_with(['#', '+']) && name.parse::<u64>().is_err()
    });
    if !is_name {
        return Vec::new();
    }
    vec![Change::Account(AccountChange::Named {
        name: name.clone(),
        kind,
    })]
}

/// What chown asks of `USER[:GROUP]`, or of `USER.GROUP` as it was written before.
pub fn named_by_chown(owner: &Value) -> Vec<Change> {
    match owner.split_once('.') {
        Some((user, group)) if !owner.text().contains(':') => {
            let mut owner = user;
            owner.push(":");
            owner.append(&group);
            named_owner(&owner)
        }
        _ => named_owner(owner),
    }
}

/// That the user and the group of `USER[:GROUP]` must be there.
pub fn named_owner(owner: &Value) -> Vec<Change> {
    let (user, group) = match owner.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (owner.clone(), None),
    };
    let mut changes = named(&user, NameKind::User);
    changes.extend(group.iter().flat_map(|group| named(group, NameKind::Group)));
    changes
}

fn say(effects: &mut Effects, place: &Place, change: AccountChange) {
    effects.say(place, Change::Account(change));
}

pub(super) const USERADD: Grammar = Grammar {
    short: "bcdefgGkKpPRsuZ",
    long: &[
        "base-dir",
        "comment",
        "home",
        "home-dir",
        "expiredate",
        "inactive",
        "gid",
        "groups",
        "skel",
        "key",
        "password",
        "prefix",
        "root",
        "shell",
        "uid",
        "selinux-user",
    ],
};

fn useradd(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), USERADD);
    if options.has(&["D", "defaults"]) {
        return;
    }
    let system = options.has(&["r", "system"]);
    let home_made = if options.has(&["m", "create-home"]) {
        Some(true)
    } else if options.has(&["M", "no-create-home"]) {
        Some(false)
    } else if ["/etc/login.defs", "/etc/default/useradd"]
        .iter()
        .any(|path| call.facts.files.at(path).is_some())
    {
        // Other defaults may have been written there.
        None
    } else {
        // CREATE_HOME in /etc/login.defs: yes on RPM systems, not set on Debian, Arch and Alpine.
        match family(call) {
            Some(Family::Fedora | Family::Rhel | Family::Amazon) => Some(!system),
            Some(Family::Debian | Family::Ubuntu | Family::Arch | Family::Alpine) => Some(false),
            _ => None,
        }
    };
    let home = match (
        options.value(&["d", "home", "home-dir"]),
        options.value(&["b", "base-dir"]),
    ) {
        (Some((home, _)), _) => Some(home.clone()),
        (None, Some((folder, _))) => options.operands.last().map(|(name, _)| {
            let mut home = folder.clone();
            home.push("/");
            home.append(name);
            home
        }),
        (None, None) => None,
    };
    let group = options.value(&["g", "gid"]);
    let no_own_group = options.has(&["N", "no-user-group"]) || (options.has(&["n"]) && !has_apt(call));
    let Some((name, place)) = options.operands.last() else {
        return;
    };
    let new = NewUser {
        name: name.clone(),
        uid: placed(options.value(&["u", "uid"])),
        non_unique: options.has(&["o", "non-unique"]),
        group: placed(group).or_else(|| no_own_group.then(|| (Value::known("users"), None))),
        home,
        home_made,
        shell: options.value(&["s", "shell"]).map(|(shell, _)| shell.clone()),
        groups: members(options.value(&["G", "groups"])),
        system,
        password: options.has(&["p", "password"]),
    };
    say(effects, place, AccountChange::AddUser(new));
}

/// Which program `adduser` is.
enum Adduser {
    Debian,
    Busybox,
    Shadow,
}

fn kind_of_adduser(call: &Call) -> Adduser {
    match family(call) {
        Some(Family::Debian | Family::Ubuntu) => Adduser::Debian,
        Some(Family::Alpine | Family::Busybox) => Adduser::Busybox,
        Some(Family::Fedora | Family::Rhel | Family::Amazon | Family::Arch | Family::Suse) => Adduser::Shadow,
        Some(Family::Other) | None => {
            let first = |letters: &str| {
                call.arguments().iter().any(|(word, _)| {
                    let text = word.text();
                    text.len() == 2 && text.starts_with('-') && letters.contains(&text[1..])
                })
            };
            if first("DSHhG") {
                Adduser::Busybox
            } else if first("mrd") {
                Adduser::Shadow
            } else {
                Adduser::Debian
            }
        }
    }
}

const ADDUSER: Grammar = Grammar {
    short: "hgsGuk",
    long: &[
        "conf", "home", "shell", "uid", "firstuid", "lastuid", "gid", "firstgid", "lastgid", "ingroup",
        "gecos", "comment",
    ],
};

/// adduser(8) of Debian: it makes the home, and with two names lets a user join a group.
fn adduser_of_debian(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), ADDUSER);
    let system = options.has(&["system"]);
    match options.operands.as_slice() {
        [(user, _), (group, place)] => join(user, group, place, effects),
        [(name, place)] if options.has(&["group"]) && !system => {
            let gid = options.value(&["gid"]).map(|(gid, _)| gid.clone());
            let name = name.clone();
            say(effects, place, AccountChange::AddGroup { name, gid });
        }
        [(name, place)] => {
            let group = placed(options.value(&["ingroup", "gid", "G"]));
            let home_made = if options.has(&["no-create-home"]) {
                Some(false)
            } else if system {
                None
            } else {
                Some(true)
            };
            let own_group = !system || options.has(&["group"]);
            let asked = options.value(&["home", "h"]).map(|(home, _)| home.clone());
            // Since 3.122 an account of the system that names no home has none.
            let is_homeless = system && asked.is_none() && gives_no_home(call);
            let new = NewUser {
                name: name.clone(),
                uid: placed(options.value(&["uid", "u"])),
                non_unique: false,
                group: group.or_else(|| (!own_group).then(|| (Value::known("nogroup"), None))),
                home: asked.or_else(|| is_homeless.then(|| Value::known("/nonexistent"))),
                home_made: if is_homeless { Some(false) } else { home_made },
                shell: options.value(&["shell", "s"]).map(|(shell, _)| shell.clone()),
                groups: Vec::new(),
                system,
                password: false,
            };
            say(effects, place, AccountChange::AddUser(new));
            // Without `--disabled-password` it asks for one, and takes what comes in.
            if call.stdin.is_some() && !options.has(&["disabled-password", "disabled-login"]) && !system {
                password(name, place, true, effects);
            }
        }
        _ => {}
    }
}

/// Whether the base's adduser is 3.122 or later: that of Debian 12 and of Ubuntu 23.04.
fn gives_no_home(call: &Call) -> bool {
    let base = &call.facts.from.base;
    let major = base
        .version
        .as_deref()
        .and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    match (base.family, major) {
        (Some(Family::Debian), Some(major)) => major >= 12,
        (Some(Family::Ubuntu), Some(major)) => major >= 23,
        _ => false,
    }
}

/// BusyBox's adduser: it makes the home unless `-H`, and with two names lets a user join a group.
fn adduser_of_busybox(call: &Call, effects: &mut Effects) {
    let options = Options::of(call.arguments(), ADDUSER);
    match options.operands.as_slice() {
        [(user, _), (group, place)] => join(user, group, place, effects),
        [(name, place)] => {
            let system = options.has(&["S", "system"]);
            let group = placed(options.value(&["G", "ingroup"]));
            let new = NewUser {
                name: name.clone(),
                uid: placed(options.value(&["u", "uid"])),
                non_unique: false,
                group: group.or_else(|| system.then(|| (Value::known("nogroup"), None))),
                home: options.value(&["h", "home"]).map(|(home, _)| home.clone()),
                home_made: Some(!options.has(&["H", "no-create-home"])),
                shell: options.value(&["s", "shell"]).map(|(shell, _)| shell.clone()),
                groups: Vec::new(),
                system,
                password: false,
            };
            say(effects, place, AccountChange::AddUser(new));
        }
        _ => {}
    }
}

fn usermod(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "cdefgGlpRPsuZvVwW",
        long: &[
            "comment",
            "home",
            "expiredate",
            "inactive",
            "gid",
            "groups",
            "login",
            "password",
            "root",
            "prefix",
            "shell",
            "uid",
            "selinux-user",
        ],
    };
    let options = Options::of(call.arguments(), grammar);
    let Some((name, place)) = options.operands.last() else {
        return;
    };
    let value = |names: &[&str]| options.value(names).map(|(value, _)| value.clone());
    let uid = options.value(&["u", "uid"]);
    let groups = members(options.value(&["G", "groups"]));
    if options.has(&["p", "password"]) {
        password(name, place, true, effects);
    }
    if options.has(&["L", "lock"]) {
        password(name, place, false, effects);
    }
    let change = AccountChange::ModifyUser {
        name: name.clone(),
        rename: value(&["l", "login"]),
        uid: uid.map(|(uid, _)| uid.clone()),
        non_unique: options.has(&["o", "non-unique"]),
        group: value(&["g", "gid"]),
        home: value(&["d", "home"]),
        shell: value(&["s", "shell"]),
        groups: groups
            .into_iter()
            .map(|(group, at)| (group, at.unwrap_or_else(|| place.clone())))
            .collect(),
        append: options.has(&["a", "append"]),
    };
    let at = uid.map_or(place, |(_, place)| place);
    say(effects, at, change);
}

fn userdel(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "RP",
        long: &["root", "prefix"],
    };
    let options = Options::of(call.arguments(), grammar);
    if let Some((name, place)) = options.operands.last() {
        let change = AccountChange::RemoveUser {
            name: name.clone(),
            with_home: options.has(&["r", "remove"]),
        };
        say(effects, place, change);
        if options.has(&["r", "remove"]) {
            remove_home(call, name, place, effects);
        }
    }
}

fn deluser(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "",
        long: &["conf", "backup-to"],
    };
    let options = Options::of(call.arguments(), grammar);
    match options.operands.as_slice() {
        [(name, place)] => {
            let with_home = options.has(&["remove-home", "remove-all-files"]);
            let name = name.clone();
            if with_home {
                remove_home(call, &name, place, effects);
            }
            say(effects, place, AccountChange::RemoveUser { name, with_home });
        }
        [(user, _), (group, place)] => leave(user, group, place, effects),
        _ => {}
    }
}

/// The home goes with the account.
fn remove_home(call: &Call, name: &Value, place: &Place, effects: &mut Effects) {
    let Some(known) = name.as_known() else { return };
    let user = call.facts.accounts.user(known, call.facts.next_step());
    if let Answer::Known(user) = user
        && let Some(home) = user.home
        && home != "/"
    {
        effects.remove(place, Value::known(home));
    }
}

fn chsh(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "sR",
        long: &["shell", "root"],
    };
    let options = Options::of(call.arguments(), grammar);
    if let (Some((shell, _)), Some((name, place))) = (options.value(&["s", "shell"]), options.operands.last())
    {
        let change = AccountChange::ModifyUser {
            name: name.clone(),
            rename: None,
            uid: None,
            non_unique: false,
            group: None,
            home: None,
            shell: Some(shell.clone()),
            groups: Vec::new(),
            append: true,
        };
        say(effects, place, change);
    }
}

fn join(user: &Value, group: &Value, place: &Place, effects: &mut Effects) {
    let change = AccountChange::Join {
        user: user.clone(),
        group: group.clone(),
    };
    say(effects, place, change);
}

fn leave(user: &Value, group: &Value, place: &Place, effects: &mut Effects) {
    let change = AccountChange::Leave {
        user: user.clone(),
        group: group.clone(),
    };
    say(effects, place, change);
}

fn password(user: &Value, place: &Place, set: bool, effects: &mut Effects) {
    let user = user.clone();
    say(effects, place, AccountChange::Password { user, set });
}

fn placed(given: Option<(&Value, &Place)>) -> Option<(Value, Option<Place>)> {
    given.map(|(value, place)| (value.clone(), Some(place.clone())))
}

/// The groups of `-G a,b`, each at its own letters where the word stands as it is written.
fn members(given: Option<(&Value, &Place)>) -> Vec<(Value, Option<Place>)> {
    let Some((list, place)) = given else {
        return Vec::new();
    };
    let mut at = 0;
    let mut groups = Vec::new();
    for group in list.split(|character| character == ',') {
        let length = group.text().len();
        if length > 0 {
            let own = part(place, list.text().len(), at, length);
            groups.push((group, Some(own)));
        }
        at += length + 1;
    }
    groups
}

/// A part of a word's place, if the word is written without quotes and continuation.
fn part(place: &Place, whole: usize, start: usize, length: usize) -> Place {
    match place {
        Place::Text { path, span } if (span.end - span.start) as usize == whole => Place::Text {
            path: path.clone(),
            span: Span {
                start: span.start + start as u32,
                end: span.start + (start + length) as u32,
            },
        },
        place => place.clone(),
    }
}

/// The distribution: as the base has it, else by who installs packages.
fn family(call: &Call) -> Option<Family> {
    if let Some(family) = call.facts.from.base.family {
        return Some(family);
    }
    let package = call
        .facts
        .packages
        .iter()
        .find(|package| package.manager.is_system())?;
    match package.manager {
        Manager::Apt => Some(Family::Debian),
        Manager::Apk => Some(Family::Alpine),
        Manager::Pacman => Some(Family::Arch),
        Manager::Zypper => Some(Family::Suse),
        manager if manager.is_rpm() => Some(Family::Rhel),
        _ => None,
    }
}

fn has_apt(call: &Call) -> bool {
    matches!(family(call), Some(Family::Debian | Family::Ubuntu))
}
