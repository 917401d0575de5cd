//! groupadd, addgroup, groupmod, groupdel, gpasswd.

use super::{ADDUSER, join, leave, say};
use crate::facts::AccountChange;
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

pub(super) fn groupadd(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "gKpRPU",
        long: &["gid", "key", "password", "root", "prefix", "users"],
    };
    let options = Options::of(call.arguments(), grammar);
    if let Some((name, place)) = options.operands.last() {
        let gid = options.value(&["g", "gid"]).map(|(gid, _)| gid.clone());
        let name = name.clone();
        say(effects, place, AccountChange::AddGroup { name, gid });
    }
}

pub(super) fn addgroup(call: &Call, effects: &mut Effects) {
    // Debian's is adduser under another name and takes its options.
    let options = Options::of(call.arguments(), ADDUSER);
    match options.operands.as_slice() {
        [(user, _), (group, place)] => join(user, group, place, effects),
        [(name, place)] => {
            let gid = options.value(&["g", "gid"]).map(|(gid, _)| gid.clone());
            let name = name.clone();
            say(effects, place, AccountChange::AddGroup { name, gid });
        }
        _ => {}
    }
}

pub(super) fn groupmod(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "gnpRPU",
        long: &["gid", "new-name", "password", "root", "prefix", "users"],
    };
    let options = Options::of(call.arguments(), grammar);
    if let Some((name, place)) = options.operands.last() {
        let value = |names: &[&str]| options.value(names).map(|(value, _)| value.clone());
        let change = AccountChange::ModifyGroup {
            name: name.clone(),
            rename: value(&["n", "new-name"]),
            gid: value(&["g", "gid"]),
        };
        say(effects, place, change);
    }
}

pub(super) fn groupdel(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "RP",
        long: &["root", "prefix"],
    };
    match Options::of(call.arguments(), grammar).operands.as_slice() {
        [(name, place)] => {
            let name = name.clone();
            say(effects, place, AccountChange::RemoveGroup { name });
        }
        [_, (_, place)] => say(effects, place, AccountChange::Unseen),
        _ => {}
    }
}

pub(super) fn gpasswd(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "adMAQ",
        long: &["add", "delete", "members", "administrators", "root"],
    };
    let options = Options::of(call.arguments(), grammar);
    let Some((group, place)) = options.operands.last() else {
        return;
    };
    if let Some((user, _)) = options.value(&["a", "add"]) {
        join(user, group, place, effects);
    }
    if let Some((users, _)) = options.value(&["M", "members"]) {
        for user in users.split(|character| character == ',') {
            join(&user, group, place, effects);
        }
    }
    if let Some((user, _)) = options.value(&["d", "delete"]) {
        leave(user, group, place, effects);
    }
}
