//! How steps change accounts and groups.

use super::{Accounts, Clash, Further, Group, Membership, Missing, User};
use crate::context::Answer;
use crate::facts::{AccountChange, Brings, NameKind, NewUser, Origin, Value};
use crate::finding::{Certainty, Place};

/// What `usermod` and its kin change; what is none stays.
#[derive(Default)]
struct Modification {
    rename: Option<Value>,
    uid: Option<Value>,
    non_unique: bool,
    group: Option<Value>,
    home: Option<Value>,
    shell: Option<Value>,
    groups: Vec<(Value, Option<Place>)>,
    append: bool,
    password: Option<bool>,
    leaves: Option<Value>,
}

impl Accounts {
    /// Folds one change; `tolerated` when the step may fail and the build goes on.
    pub(in crate::facts) fn take(&mut self, change: AccountChange, origin: Origin, tolerated: bool) {
        match change {
            AccountChange::AddUser(new) => self.add_user(new, &origin, tolerated),
            AccountChange::ModifyUser {
                name,
                rename,
                uid,
                non_unique,
                group,
                home,
                shell,
                groups,
                append,
            } => {
                let groups = groups
                    .into_iter()
                    .map(|(group, place)| (group, Some(place)))
                    .collect();
                let modification = Modification {
                    rename,
                    uid,
                    non_unique,
                    group,
                    home,
                    shell,
                    groups,
                    append,
                    password: None,
                    leaves: None,
                };
                self.modify_user(&name, modification, &origin, tolerated);
            }
            AccountChange::RemoveUser { name, .. } => self.remove_user(&name, &origin, tolerated),
            AccountChange::AddGroup { name, gid } => match name.as_known() {
                Some(name) => self.add_group(name, gid.as_ref().and_then(number), &origin),
                None => self.unseen.push(origin.step),
            },
            AccountChange::ModifyGroup { name, rename, gid } => {
                self.modify_group(&name, rename.as_ref(), gid.as_ref(), &origin, tolerated);
            }
            AccountChange::RemoveGroup { name } => match name.as_known() {
                Some(name) => {
                    self.name(name, NameKind::Group, &origin, tolerated);
                    self.end_group(name, &origin);
                }
                None => self.unseen.push(origin.step),
            },
            AccountChange::Join { user, group } => {
                let modification = Modification {
                    groups: vec![(group, Some(origin.place.clone()))],
                    append: true,
                    ..Modification::default()
                };
                self.modify_user(&user, modification, &origin, tolerated);
            }
            AccountChange::Leave { user, group } => {
                let is_sure = origin.certainty == Certainty::Certain && !tolerated;
                if !is_sure || user.as_known().is_none() || group.as_known().is_none() {
                    // Who is in the group from here on, nobody can tell.
                    self.unseen.push(origin.step);
                    return;
                }
                let modification = Modification {
                    leaves: Some(group),
                    append: true,
                    ..Modification::default()
                };
                self.modify_user(&user, modification, &origin, tolerated);
            }
            AccountChange::Password { user, set } => {
                let modification = Modification {
                    password: Some(set),
                    append: true,
                    ..Modification::default()
                };
                self.modify_user(&user, modification, &origin, tolerated);
            }
            AccountChange::Named { name, kind } => {
                if let Some(name) = name.as_known() {
                    self.name(name, kind, &origin, tolerated);
                }
            }
            AccountChange::Unseen => self.unseen.push(origin.step),
        }
    }

    /// Makes what a package brings, where it is not there yet.
    pub(in crate::facts) fn bring(&mut self, brings: &Brings, origin: &Origin) {
        for name in brings.groups {
            if !self.group(name, origin.step).is_known() {
                self.add_group(name, None, origin);
            }
        }
        for name in brings.users {
            if !self.user(name, origin.step).is_known() {
                let new = NewUser {
                    name: Value::known(*name),
                    system: true,
                    ..NewUser::default()
                };
                self.add_user(new, origin, true);
            }
        }
    }

    /// Notes a name whose owner certainly is not there. Root always is, and a number needs nobody.
    fn name(&mut self, name: &str, kind: NameKind, origin: &Origin, tolerated: bool) {
        let is_number = name.parse::<u32>().is_ok();
        if tolerated || origin.certainty == Certainty::Possible || is_number || matches!(name, "root" | "") {
            return;
        }
        let absent = match kind {
            NameKind::User => self.user(name, origin.step).is_absent(),
            NameKind::Group => self.group(name, origin.step).is_absent(),
        };
        if absent {
            self.missing.push(Missing {
                name: name.to_owned(),
                kind,
                origin: origin.clone(),
            });
        }
    }

    fn name_groups<'v>(
        &mut self,
        groups: impl Iterator<Item = (&'v Value, Option<&'v Place>)>,
        origin: &Origin,
        tolerated: bool,
    ) {
        for (group, place) in groups {
            if let Some(name) = group.as_known() {
                let at = Origin {
                    place: place.unwrap_or(&origin.place).clone(),
                    ..origin.clone()
                };
                self.name(name, NameKind::Group, &at, tolerated);
            }
        }
    }

    /// The user as a step finds it: one that nobody knows is there once a step that changes it has
    /// succeeded.
    fn found(&self, name: &str, origin: &Origin) -> User {
        let current = self
            .users
            .iter()
            .rev()
            .find(|user| user.name == name && user.until.is_none());
        match (current, self.user(name, origin.step)) {
            (_, Answer::Known(user)) => user,
            (Some(user), _) => user.clone(),
            (None, _) => User {
                name: name.to_owned(),
                uid: None,
                group: None,
                home: None,
                home_made: None,
                shell: None,
                groups: Vec::new(),
                further: Further::Any,
                password: Answer::Unknown,
                system: false,
                made: origin.clone(),
                origin: origin.clone(),
                until: None,
            },
        }
    }

    /// Ends the current version of a user.
    fn end_user(&mut self, name: &str, step: usize) {
        let current = |user: &&mut User| user.name == name && user.until.is_none();
        for user in self.users.iter_mut().filter(current) {
            user.until = Some(step);
        }
        self.ended_users.push((name.to_owned(), step));
    }

    fn end_group(&mut self, name: &str, origin: &Origin) {
        if origin.certainty == Certainty::Possible {
            self.perhaps.push((name.to_owned(), origin.step));
            return;
        }
        let current = |group: &&mut Group| group.name == name && group.until.is_none();
        for group in self.groups.iter_mut().filter(current) {
            group.until = Some(origin.step);
        }
        self.ended_groups.push((name.to_owned(), origin.step));
    }

    pub(super) fn add_group(&mut self, name: &str, gid: Option<u32>, origin: &Origin) {
        // What is made only if it is missing, and is not, stays as it was.
        if origin.certainty == Certainty::Possible && self.group(name, origin.step).is_known() {
            return;
        }
        self.groups.push(Group {
            name: name.to_owned(),
            gid,
            origin: origin.clone(),
            until: None,
        });
    }

    fn remove_user(&mut self, name: &Value, origin: &Origin, tolerated: bool) {
        let Some(name) = name.as_known() else {
            self.unseen.push(origin.step);
            return;
        };
        self.name(name, NameKind::User, origin, tolerated);
        if origin.certainty == Certainty::Possible {
            self.perhaps.push((name.to_owned(), origin.step));
            return;
        }
        self.end_user(name, origin.step);
        // The group of the same name goes along when it is the user's own and nobody else is in it.
        let others = |user: &User| {
            user.until.is_none() && user.groups.iter().any(|membership| membership.group.is(name))
        };
        if !self.users.iter().any(others) {
            self.end_group(name, origin);
        }
    }

    fn modify_user(&mut self, name: &Value, change: Modification, origin: &Origin, tolerated: bool) {
        let groups = change.groups.iter();
        let groups = groups.map(|(group, place)| (group, place.as_ref()));
        self.name_groups(
            groups.chain(change.group.as_ref().map(|group| (group, None))),
            origin,
            tolerated,
        );
        let changes_name = change.rename.is_some() || change.uid.is_some();
        let Some(name) = name.as_known() else {
            if changes_name {
                self.unseen.push(origin.step);
            }
            let joined = change.groups.into_iter().map(|(group, _)| (origin.step, group));
            self.joins.extend(joined);
            self.password_open |= change.password == Some(true);
            return;
        };
        self.name(name, NameKind::User, origin, tolerated);
        if origin.certainty == Certainty::Possible && (changes_name || change.home.is_some()) {
            self.perhaps.push((name.to_owned(), origin.step));
            if let Some(new) = change.rename.as_ref().and_then(Value::as_known) {
                self.perhaps.push((new.to_owned(), origin.step));
            }
            return;
        }
        // Whether somebody who may be there is changed says nothing of whether it is there.
        let is_open = tolerated || origin.certainty == Certainty::Possible;
        if is_open && !self.user(name, origin.step).is_known() {
            let joined = change.groups.into_iter().map(|(group, _)| (origin.step, group));
            self.joins.extend(joined);
            if changes_name {
                self.perhaps.push((name.to_owned(), origin.step));
                if let Some(new) = change.rename.as_ref().and_then(Value::as_known) {
                    self.perhaps.push((new.to_owned(), origin.step));
                }
            }
            return;
        }
        let uid = change.uid.as_ref().map(number);
        if let Some(Some(uid)) = uid.filter(|_| !change.non_unique && !tolerated) {
            self.note_clash(uid, name, origin);
        }
        let mut user = self.found(name, origin);
        self.end_user(name, origin.step);
        if let Some(uid) = uid {
            user.uid = uid;
        }
        if let Some(rename) = &change.rename {
            match rename.as_known() {
                Some(rename) => user.name = rename.to_owned(),
                None => {
                    self.unseen.push(origin.step);
                    return;
                }
            }
        }
        let text = |value: Option<Value>, old: Option<String>| match value {
            Some(value) => value.as_known().map(str::to_owned),
            None => old,
        };
        user.group = text(change.group, user.group);
        user.shell = text(change.shell, user.shell);
        if change.home.is_some() {
            user.home = text(change.home, None);
            // A home that is moved is there at its new place; a mere change of the entry makes none.
            user.home_made = None;
        }
        let possible = origin.certainty == Certainty::Possible;
        if possible && !change.groups.is_empty() {
            user.further = Further::Any;
        } else if !change.groups.is_empty() {
            if !change.append {
                user.groups.clear();
                user.further = Further::None;
            }
            let groups = change.groups.into_iter();
            user.groups
                .extend(groups.map(|(group, place)| Membership { group, place }));
        }
        if let Some(left) = change.leaves.as_ref().and_then(Value::as_known) {
            user.groups.retain(|membership| !membership.group.is(left));
        }
        if let Some(set) = change.password {
            user.password = match (possible, set) {
                (true, _) => Answer::Unknown,
                (false, true) => Answer::Known(()),
                (false, false) => Answer::Absent,
            };
        }
        user.origin = Origin {
            certainty: Certainty::Certain,
            ..origin.clone()
        };
        user.until = None;
        self.users.push(user);
    }

    fn modify_group(
        &mut self,
        name: &Value,
        rename: Option<&Value>,
        gid: Option<&Value>,
        origin: &Origin,
        tolerated: bool,
    ) {
        let names = (name.as_known(), rename.map(Value::as_known));
        let (Some(name), None | Some(Some(_))) = names else {
            self.unseen.push(origin.step);
            return;
        };
        self.name(name, NameKind::Group, origin, tolerated);
        let old = self.group(name, origin.step).known();
        let new = names.1.flatten().unwrap_or(name);
        if origin.certainty == Certainty::Possible {
            self.perhaps.push((name.to_owned(), origin.step));
            self.perhaps.push((new.to_owned(), origin.step));
            return;
        }
        self.end_group(name, origin);
        let gid = match gid {
            Some(gid) => number(gid),
            None => old.and_then(|old| old.gid),
        };
        self.add_group(new, gid, origin);
    }

    fn add_user(&mut self, new: NewUser, origin: &Origin, tolerated: bool) {
        let groups = new.groups.iter().chain(&new.group);
        self.name_groups(
            groups.map(|(group, place)| (group, place.as_ref())),
            origin,
            tolerated,
        );
        let Some(name) = new.name.as_known().map(str::to_owned) else {
            self.unseen.push(origin.step);
            return;
        };
        let before = self.user(&name, origin.step);
        let is_open = tolerated || origin.certainty == Certainty::Possible;
        if is_open && before.is_known() {
            return;
        }
        let mut origin = origin.clone();
        let uid = match &new.uid {
            Some((uid, place)) => {
                let uid = number(uid);
                if let Some(uid) = uid.filter(|_| !new.non_unique) {
                    let place = place.clone().unwrap_or_else(|| origin.place.clone());
                    let at = Origin {
                        place,
                        ..origin.clone()
                    };
                    match self.user_of(uid, origin.step) {
                        // With somebody at the number it fails, and with nobody it does not.
                        Answer::Known(holder) if tolerated && holder.name != name => return,
                        Answer::Unknown if tolerated => origin.certainty = Certainty::Possible,
                        _ if !tolerated => self.note_clash(uid, &name, &at),
                        _ => {}
                    }
                }
                uid
            }
            None if new.system => None,
            None => self.next_uid(origin.step),
        };
        let text = |value: &Option<Value>| value.as_ref().map(|value| value.as_known().map(str::to_owned));
        let home = match text(&new.home) {
            Some(home) => home,
            None => Some(format!("/home/{name}")),
        };
        let has_group = new.group.is_some();
        if !has_group && !self.group(&name, origin.step).is_known() {
            self.add_group(&name, None, &origin);
        }
        // One that may have been there before may have been made otherwise.
        let is_certain = !is_open || before.is_absent();
        self.users.push(User {
            uid: uid.filter(|_| is_certain),
            group: match new.group {
                Some((group, _)) => group.as_known().map(str::to_owned),
                None => Some(name.clone()),
            },
            home: home.filter(|_| is_certain),
            home_made: new.home_made.filter(|_| is_certain),
            shell: text(&new.shell).flatten(),
            groups: new
                .groups
                .into_iter()
                .map(|(group, place)| Membership { group, place })
                .collect(),
            further: if is_certain { Further::None } else { Further::Any },
            password: match (is_certain, new.password) {
                (_, true) => Answer::Known(()),
                (true, false) => Answer::Absent,
                (false, false) => Answer::Unknown,
            },
            system: new.system,
            made: origin.clone(),
            origin,
            until: None,
            name,
        });
    }

    /// The number that useradd and adduser give next: one past the highest of the people's accounts.
    fn next_uid(&self, step: usize) -> Option<u32> {
        self.base.accounts_complete_from?;
        if !self.unseen.is_empty() || !self.perhaps.is_empty() {
            return None;
        }
        let ended = |name: &str| super::ended_at(&self.ended_users, name, step).is_some();
        let people = |uid: &u32| (1000..60000).contains(uid);
        let base = self.base.accounts.iter().filter(|account| !ended(&account.name));
        let mut highest = base.filter_map(|account| account.uid).filter(people).max();
        for user in self
            .users
            .iter()
            .filter(|user| user.until.is_none() && !user.system)
        {
            highest = highest.max(Some(user.uid?).filter(people));
        }
        Some(highest.map_or(1000, |uid| uid + 1))
    }

    fn note_clash(&mut self, uid: u32, name: &str, origin: &Origin) {
        if origin.certainty == Certainty::Certain
            && let Answer::Known(holder) = self.user_of(uid, origin.step)
            && holder.name != name
        {
            self.clashes.push(Clash {
                uid,
                user: name.to_owned(),
                holder: holder.name,
                holder_made: holder.made,
                origin: origin.clone(),
            });
        }
    }
}

pub(super) fn number(value: &Value) -> Option<u32> {
    value.as_known()?.parse().ok()
}
