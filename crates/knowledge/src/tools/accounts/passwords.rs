//! chpasswd, passwd, newusers, and the rules of sudo by visudo.

use super::{password, say};
use crate::facts::{AccountChange, Content, NewUser, Value, WriteKind};
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// `USER:PASSWORD` a line.
pub(super) fn chpasswd(call: &Call, effects: &mut Effects) {
    let Some(lines) = call.stdin else {
        password(&Value::unknown("${user}"), call.place, true, effects);
        return;
    };
    for line in lines.split(|character| character == '\n') {
        if line.text().trim().is_empty() {
            continue;
        }
        let user = line
            .split_once(':')
            .map_or_else(|| line.clone(), |(user, _)| user);
        password(&user, call.place, true, effects);
    }
}

pub(super) fn passwd(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "inwxqrR",
        long: &["inactive", "mindays", "warndays", "maxdays", "root", "repository"],
    };
    let options = Options::of(call.arguments(), grammar);
    let own = (call.user.clone(), call.place.clone());
    let (name, place) = options.operands.last().copied().unwrap_or(&own);
    if options.has(&["l", "lock"]) {
        password(name, place, false, effects);
    } else if !options.has(&["S", "status", "e", "expire", "u", "unlock"]) {
        // With `-d` there is the empty one, which sudo takes as well.
        password(name, place, true, effects);
    }
}

/// `name:password:uid:gid:gecos:home:shell` a line.
pub(super) fn newusers(call: &Call, effects: &mut Effects) {
    let Some(lines) = call.stdin else {
        say(effects, call.place, AccountChange::Unseen);
        return;
    };
    for line in lines.split(|character| character == '\n') {
        let fields = line.split(|character| character == ':');
        let [name, _, uid, gid, _, home, shell] = fields.as_slice() else {
            continue;
        };
        let some = |value: &Value| (!value.is_empty()).then(|| value.clone());
        let new = NewUser {
            name: name.clone(),
            uid: some(uid).map(|uid| (uid, None)),
            group: some(gid)
                .filter(|gid| gid.as_known().is_some_and(|gid| gid.parse::<u32>().is_ok()))
                .map(|gid| (gid, None)),
            home: some(home),
            home_made: Some(true),
            shell: some(shell),
            password: true,
            ..NewUser::default()
        };
        say(effects, call.place, AccountChange::AddUser(new));
    }
}

/// `echo RULE | EDITOR='tee -a' visudo` adds to the rules; `visudo -c` only looks.
pub(super) fn visudo(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "fx",
        long: &["file", "export"],
    };
    let options = Options::of(call.arguments(), grammar);
    if options.has(&["c", "check"]) {
        return;
    }
    let file = match options.value(&["f", "file"]) {
        Some((file, _)) => call.path(file),
        None => Value::known("/etc/sudoers"),
    };
    let content = call.stdin.cloned().map_or(Content::Unknown, Content::Text);
    effects.write_text(call.place, file, WriteKind::Append, content, "visudo");
}
