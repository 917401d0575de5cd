//! Accounts and groups as steps leave them, over those of the base.
//!
//! A change gives a new version of the account from that step on; the old one ends there. Those of
//! the base are copied only when something changes them.

use std::sync::Arc;

use crate::context::Answer;
use crate::facts::{Account, AccountChange, Base, From, NewUser, Origin, Value};
use crate::finding::{Certainty, Place};

/// A user from one step to another.
#[derive(Debug, Clone)]
pub struct User {
    /// The login name.
    pub name: String,
    /// The number, if known.
    pub uid: Option<u32>,
    /// The primary group, by name or number as written, if known.
    pub group: Option<String>,
    /// The home, if known.
    pub home: Option<String>,
    /// Whether the home was made with the account.
    pub home_made: Option<bool>,
    /// The login shell, if known.
    pub shell: Option<String>,
    /// Supplementary groups.
    pub groups: Vec<Membership>,
    /// Whether a password is set.
    pub password: bool,
    /// Whether it is a system account.
    pub system: bool,
    /// Which step made this version; step 0 is the base.
    pub origin: Origin,
    /// The step that ended it, if one did.
    pub until: Option<usize>,
}

/// A group that a user is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The group as written.
    pub group: Value,
    /// Where that is said, if it is in the text.
    pub place: Option<Place>,
}

/// A group from one step to another.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its number, if known.
    pub gid: Option<u32>,
    /// Which step made it; step 0 is the base.
    pub origin: Origin,
    /// The step that ended it, if one did.
    pub until: Option<usize>,
}

/// A request for a number or a name that somebody had already.
#[derive(Debug, Clone)]
pub struct Clash {
    /// The number that was asked for.
    pub uid: u32,
    /// Who asks.
    pub user: String,
    /// Who has it.
    pub holder: String,
    /// Which step, at the number.
    pub origin: Origin,
}

/// All of them.
#[derive(Debug, Clone)]
pub struct Accounts {
    base: Arc<Base>,
    start: Origin,
    users: Vec<User>,
    groups: Vec<Group>,
    /// Names of the base's accounts that ended, with the step.
    ended_users: Vec<(String, usize)>,
    ended_groups: Vec<(String, usize)>,
    /// The first step at which somebody of unknown name came or went.
    open: Option<usize>,
    clashes: Vec<Clash>,
}

impl Accounts {
    pub(super) fn of(from: &From) -> Self {
        Self {
            base: Arc::clone(&from.base),
            start: Origin {
                step: 0,
                place: from.place.clone(),
                certainty: Certainty::Certain,
            },
            users: Vec::new(),
            groups: Vec::new(),
            ended_users: Vec::new(),
            ended_groups: Vec::new(),
            open: None,
            clashes: Vec::new(),
        }
    }

    /// The user of this name after a step.
    pub fn user(&self, name: &str, step: usize) -> Answer<User> {
        let held = |user: &&User| {
            user.name == name && user.origin.step <= step && user.until.is_none_or(|until| until > step)
        };
        match self.users.iter().rev().find(held) {
            Some(user) if user.origin.certainty == Certainty::Possible => return Answer::Unknown,
            Some(user) => return Answer::Known(user.clone()),
            None => {}
        }
        let ended = self
            .ended_users
            .iter()
            .any(|(ended, at)| ended == name && *at <= step);
        match self.base.account(name) {
            Answer::Known(account) if !ended => Answer::Known(self.of_base(account)),
            Answer::Unknown if !ended => Answer::Unknown,
            _ if self.open.is_some_and(|open| open <= step) => Answer::Unknown,
            _ => Answer::Absent,
        }
    }

    /// The user with this number after a step.
    pub fn user_of(&self, uid: u32, step: usize) -> Answer<User> {
        let mut unknown = self.open.is_some_and(|open| open <= step);
        for user in self.users.iter().rev() {
            if user.origin.step <= step && user.until.is_none_or(|until| until > step) {
                match user.uid {
                    Some(has) if has == uid && user.origin.certainty == Certainty::Certain => {
                        return Answer::Known(user.clone());
                    }
                    Some(has) if has != uid => {}
                    _ => unknown = true,
                }
            }
        }
        let ended = |name: &str| {
            self.ended_users
                .iter()
                .any(|(ended, at)| ended == name && *at <= step)
        };
        match self.base.account_of(uid) {
            Answer::Known(account) if !ended(&account.name) => Answer::Known(self.of_base(account)),
            Answer::Unknown => Answer::Unknown,
            _ if unknown => Answer::Unknown,
            _ => Answer::Absent,
        }
    }

    /// The group of this name after a step.
    pub fn group(&self, name: &str, step: usize) -> Answer<Group> {
        let held = |group: &&Group| {
            group.name == name && group.origin.step <= step && group.until.is_none_or(|until| until > step)
        };
        match self.groups.iter().rev().find(held) {
            Some(group) if group.origin.certainty == Certainty::Possible => return Answer::Unknown,
            Some(group) => return Answer::Known(group.clone()),
            None => {}
        }
        let ended = self
            .ended_groups
            .iter()
            .any(|(ended, at)| ended == name && *at <= step);
        match self.base.group(name) {
            Answer::Known(group) if !ended => Answer::Known(Group {
                name: group.name.clone(),
                gid: group.gid,
                origin: self.start.clone(),
                until: None,
            }),
            Answer::Unknown if !ended => Answer::Unknown,
            _ if self.open.is_some_and(|open| open <= step) => Answer::Unknown,
            _ => Answer::Absent,
        }
    }

    /// The users that steps made or changed and that are there at the end.
    pub fn made(&self) -> impl Iterator<Item = &User> {
        self.users.iter().filter(|user| user.until.is_none())
    }

    /// Every version of every user that steps made or changed.
    pub fn versions(&self) -> impl Iterator<Item = &User> {
        self.users.iter()
    }

    /// The groups that steps made and that are there at the end.
    pub fn made_groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| group.until.is_none())
    }

    /// Requests for a number that another account certainly had.
    pub fn clashes(&self) -> &[Clash] {
        &self.clashes
    }

    fn of_base(&self, account: &Account) -> User {
        User {
            name: account.name.clone(),
            uid: account.uid,
            group: account.gid.map(|gid| gid.to_string()),
            home: account.home.clone(),
            home_made: account.uid.map(|uid| uid >= 1000 || uid == 0),
            shell: account.shell.clone(),
            groups: account
                .groups
                .iter()
                .map(|group| Membership {
                    group: Value::known(group.clone()),
                    place: None,
                })
                .collect(),
            password: false,
            system: account.uid.is_some_and(|uid| uid < 1000),
            origin: self.start.clone(),
            until: None,
        }
    }

    /// Ends the current version of a user, of whom a copy is given back.
    fn end_user(&mut self, name: &str, origin: &Origin) -> Option<User> {
        let before = origin.step.saturating_sub(1);
        let current = match self
            .users
            .iter()
            .rev()
            .find(|user| user.name == name && user.until.is_none())
        {
            Some(user) => Some(user.clone()),
            None => self.user(name, before).known(),
        };
        if origin.certainty == Certainty::Possible {
            // Whether it ends is open: whatever was known of the name is not any more.
            self.open.get_or_insert(origin.step);
            return current;
        }
        for user in self
            .users
            .iter_mut()
            .filter(|user| user.name == name && user.until.is_none())
        {
            user.until = Some(origin.step);
        }
        self.ended_users.push((name.to_owned(), origin.step));
        current
    }

    fn end_group(&mut self, name: &str, origin: &Origin) {
        if origin.certainty == Certainty::Possible {
            self.open.get_or_insert(origin.step);
            return;
        }
        for group in self
            .groups
            .iter_mut()
            .filter(|group| group.name == name && group.until.is_none())
        {
            group.until = Some(origin.step);
        }
        self.ended_groups.push((name.to_owned(), origin.step));
    }

    fn add_group(&mut self, name: &str, gid: Option<u32>, origin: &Origin) {
        self.groups.push(Group {
            name: name.to_owned(),
            gid,
            origin: origin.clone(),
            until: None,
        });
    }

    pub(super) fn take(&mut self, change: AccountChange, origin: Origin) {
        match change {
            AccountChange::AddUser(new) => self.add_user(new, &origin),
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
                let Some(name) = name.as_known() else {
                    self.open.get_or_insert(origin.step);
                    return;
                };
                let uid = uid.map(|uid| number(&uid));
                if let Some(Some(uid)) = uid.filter(|_| !non_unique) {
                    self.note_clash(uid, name, &origin);
                }
                let Some(mut user) = self.end_user(name, &origin) else {
                    self.open.get_or_insert(origin.step);
                    return;
                };
                if let Some(uid) = uid {
                    user.uid = uid;
                }
                if let Some(rename) = rename {
                    match rename.as_known() {
                        Some(rename) => user.name = rename.to_owned(),
                        None => {
                            self.open.get_or_insert(origin.step);
                            return;
                        }
                    }
                }
                let text = |value: Option<Value>, old: Option<String>| match value {
                    Some(value) => value.as_known().map(str::to_owned),
                    None => old,
                };
                user.group = text(group, user.group);
                user.home = text(home, user.home);
                user.shell = text(shell, user.shell);
                let groups = groups.into_iter().map(|(group, place)| Membership {
                    group,
                    place: Some(place),
                });
                if append {
                    user.groups.extend(groups);
                } else {
                    let groups: Vec<Membership> = groups.collect();
                    if !groups.is_empty() {
                        user.groups = groups;
                    }
                }
                user.origin = origin;
                user.until = None;
                self.users.push(user);
            }
            AccountChange::RemoveUser { name, .. } => match name.as_known() {
                Some(name) => {
                    let user = self.end_user(name, &origin);
                    // The group of the same name goes along when nobody else is in it.
                    if user.is_some() {
                        self.end_group(name, &origin);
                    }
                }
                None => {
                    self.open.get_or_insert(origin.step);
                }
            },
            AccountChange::AddGroup { name, gid } => match name.as_known() {
                Some(name) => self.add_group(name, gid.as_ref().and_then(number), &origin),
                None => {
                    self.open.get_or_insert(origin.step);
                }
            },
            AccountChange::ModifyGroup { name, rename, gid } => {
                let names = (name.as_known(), rename.as_ref().map(Value::as_known));
                let (Some(name), None | Some(Some(_))) = names else {
                    self.open.get_or_insert(origin.step);
                    return;
                };
                let old = self.group(name, origin.step).known();
                self.end_group(name, &origin);
                let new = names.1.flatten().unwrap_or(name);
                let gid = match gid {
                    Some(gid) => number(&gid),
                    None => old.and_then(|old| old.gid),
                };
                self.add_group(new, gid, &origin);
            }
            AccountChange::RemoveGroup { name } => match name.as_known() {
                Some(name) => self.end_group(name, &origin),
                None => {
                    self.open.get_or_insert(origin.step);
                }
            },
            AccountChange::Join { user, group } => {
                let Some(name) = user.as_known() else {
                    return;
                };
                if let Some(mut user) = self.end_user(name, &origin) {
                    user.groups.push(Membership {
                        group,
                        place: Some(origin.place.clone()),
                    });
                    user.origin = origin;
                    user.until = None;
                    self.users.push(user);
                }
            }
            AccountChange::Password { user, set } => {
                let Some(name) = user.as_known() else {
                    return;
                };
                if let Some(mut user) = self.end_user(name, &origin) {
                    user.password = set;
                    user.origin = origin;
                    user.until = None;
                    self.users.push(user);
                }
            }
        }
    }

    fn add_user(&mut self, new: NewUser, origin: &Origin) {
        let Some(name) = new.name.as_known().map(str::to_owned) else {
            self.open.get_or_insert(origin.step);
            return;
        };
        let uid = match &new.uid {
            Some((uid, place)) => {
                let uid = number(uid);
                if let Some(uid) = uid.filter(|_| !new.non_unique) {
                    let place = place.clone().unwrap_or_else(|| origin.place.clone());
                    self.note_clash(
                        uid,
                        &name,
                        &Origin {
                            place,
                            ..origin.clone()
                        },
                    );
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
        if new.group.is_none() {
            self.add_group(&name, None, origin);
        }
        self.users.push(User {
            uid,
            group: new
                .group
                .and_then(|(group, _)| group.as_known().map(str::to_owned)),
            home,
            home_made: new.home_made,
            shell: text(&new.shell).flatten(),
            groups: new
                .groups
                .into_iter()
                .map(|(group, place)| Membership { group, place })
                .collect(),
            password: false,
            system: new.system,
            origin: origin.clone(),
            until: None,
            name,
        });
    }

    /// The number that useradd and adduser give next: one past the highest of the people's accounts.
    fn next_uid(&self, step: usize) -> Option<u32> {
        self.base.accounts_complete_from?;
        if self.open.is_some() {
            return None;
        }
        let ended = |name: &str| {
            self.ended_users
                .iter()
                .any(|(ended, at)| ended == name && *at <= step)
        };
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
        if let Answer::Known(holder) = self.user_of(uid, origin.step)
            && holder.name != name
        {
            self.clashes.push(Clash {
                uid,
                user: name.to_owned(),
                holder: holder.name,
                origin: origin.clone(),
            });
        }
    }
}

fn number(value: &Value) -> Option<u32> {
    value.as_known()?.parse().ok()
}
