//! Accounts and groups as steps leave them, over those of the base.
//!
//! A change gives a new version of the account from that step on; the old one ends there. Those of
//! the base are copied only when something changes them. What a step that cannot be seen through
//! could have done to accounts makes absence unknown from there on, and what the base had in them.

mod change;
mod written;

use std::sync::Arc;

use crate::context::Answer;
use crate::facts::{Account, Base, From, NameKind, Origin, Value};
use crate::finding::{Certainty, Place};

/// A user from one step to another.
#[derive(Debug, Clone)]
pub struct User {
    /// The login name.
    pub name: String,
    /// The number, if known.
    pub uid: Option<u32>,
    /// The primary group, by name or number as written; none if it is not known.
    pub group: Option<String>,
    /// The home, if known.
    pub home: Option<String>,
    /// Whether the home was made with the account.
    pub home_made: Option<bool>,
    /// The login shell, if known.
    pub shell: Option<String>,
    /// Supplementary groups.
    pub groups: Vec<Membership>,
    /// Who else may have put it into groups.
    pub further: Further,
    /// Whether it has a password that sudo takes.
    pub password: Answer,
    /// Whether it is a system account.
    pub system: bool,
    /// Which step made the account, at its name; step 0 is the base.
    pub made: Origin,
    /// Which step made this version; step 0 is the base.
    pub origin: Origin,
    /// The step that ended it, if one did.
    pub until: Option<usize>,
}

/// Whether a user may be in groups that [`User::groups`] leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Further {
    /// In none.
    None,
    /// In some of those that the base has.
    OfBase,
    /// In any.
    Any,
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

/// A request for a number that somebody had already.
#[derive(Debug, Clone)]
pub struct Clash {
    /// The number that was asked for.
    pub uid: u32,
    /// Who asks.
    pub user: String,
    /// Who has it.
    pub holder: String,
    /// Which step made the holder; step 0 is the base.
    pub holder_made: Origin,
    /// Which step asks, at the number.
    pub origin: Origin,
}

/// A name of somebody who certainly was not there.
#[derive(Debug, Clone)]
pub struct Missing {
    /// The name.
    pub name: String,
    /// What it was taken for.
    pub kind: NameKind,
    /// Which step names it, at the name.
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
    /// Names that a step may have ended or renamed, with the step.
    perhaps: Vec<(String, usize)>,
    /// Steps at which anybody may have come, gone or changed.
    unseen: Vec<usize>,
    /// Steps at which somebody of unknown name joined a group.
    joins: Vec<(usize, Value)>,
    /// Whether somebody of unknown name got a password.
    password_open: bool,
    clashes: Vec<Clash>,
    missing: Vec<Missing>,
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
            perhaps: Vec::new(),
            unseen: Vec::new(),
            joins: Vec::new(),
            password_open: false,
            clashes: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// The user of this name after a step.
    pub fn user(&self, name: &str, step: usize) -> Answer<User> {
        let held = |user: &&User| {
            user.name == name && user.origin.step <= step && user.until.is_none_or(|until| until > step)
        };
        if let Some(user) = self.users.iter().rev().find(held) {
            let open =
                user.origin.certainty == Certainty::Possible || self.is_perhaps(name, user.origin.step, step);
            return if open {
                Answer::Unknown
            } else {
                Answer::Known(user.clone())
            };
        }
        let ended = ended_at(&self.ended_users, name, step);
        match self.base.account(name) {
            Answer::Known(account) if ended.is_none() => {
                if self.is_perhaps(name, 0, step) {
                    Answer::Unknown
                } else {
                    Answer::Known(self.of_base(account))
                }
            }
            Answer::Unknown if ended.is_none() && !self.is_empty_base() => Answer::Unknown,
            _ if self.is_unseen(ended.unwrap_or(0), step) => Answer::Unknown,
            _ if self.is_perhaps(name, ended.unwrap_or(0), step) => Answer::Unknown,
            _ => Answer::Absent,
        }
    }

    /// The user with this number after a step.
    pub fn user_of(&self, uid: u32, step: usize) -> Answer<User> {
        let mut unknown = self.is_unseen(0, step);
        for user in self.users.iter().rev() {
            if user.origin.step <= step && user.until.is_none_or(|until| until > step) {
                let sure = user.origin.certainty == Certainty::Certain
                    && !self.is_unseen(user.origin.step, step)
                    && !self.is_perhaps(&user.name, user.origin.step, step);
                match user.uid {
                    Some(has) if has == uid && sure => return Answer::Known(user.clone()),
                    Some(has) if has != uid => {}
                    _ => unknown = true,
                }
            }
        }
        match self.base.account_of(uid) {
            Answer::Known(account) if ended_at(&self.ended_users, &account.name, step).is_none() => {
                if unknown || self.is_perhaps(&account.name, 0, step) {
                    Answer::Unknown
                } else {
                    Answer::Known(self.of_base(account))
                }
            }
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
        let ended = ended_at(&self.ended_groups, name, step);
        match self.base.group(name) {
            Answer::Known(group) if ended.is_none() => Answer::Known(Group {
                name: group.name.clone(),
                gid: group.gid,
                origin: self.start.clone(),
                until: None,
            }),
            Answer::Unknown if ended.is_none() && !self.is_empty_base() => Answer::Unknown,
            _ if self.is_unseen(ended.unwrap_or(0), step) => Answer::Unknown,
            _ if self.is_perhaps(name, ended.unwrap_or(0), step) => Answer::Unknown,
            _ => Answer::Absent,
        }
    }

    /// Whether a user is in a group after a step.
    pub fn is_member(&self, user: &User, group: &str, step: usize) -> Answer {
        let names = user.groups.iter().map(|membership| &membership.group);
        let mut open = false;
        for name in names {
            match name.as_known() {
                Some(name) if name == group => return Answer::Known(()),
                Some(_) => {}
                None => open = true,
            }
        }
        match user.group.as_deref() {
            Some(primary) if primary == group => return Answer::Known(()),
            // The numbers of system groups are given as they come.
            Some(primary) => open |= primary.parse::<u32>().is_ok_and(|gid| gid < 1000),
            None => open = true,
        }
        open |= match user.further {
            Further::None => false,
            Further::OfBase => !self.base.group(group).is_absent(),
            Further::Any => true,
        };
        let since = user.made.step;
        open |= self.is_unseen(since, step);
        open |= self.joins.iter().any(|(at, joined)| {
            (since..=step).contains(at) && joined.as_known().is_none_or(|joined| joined == group)
        });
        if open { Answer::Unknown } else { Answer::Absent }
    }

    /// Whether a user has a password that sudo takes.
    pub fn password(&self, user: &User) -> Answer {
        let open = self.password_open || self.unseen.iter().any(|step| *step > user.made.step);
        match user.password {
            Answer::Absent if open => Answer::Unknown,
            answer => answer,
        }
    }

    /// The users that steps made or changed and that are there at the end.
    pub fn made(&self) -> impl Iterator<Item = &User> {
        self.users.iter().filter(|user| user.until.is_none())
    }

    /// The groups that steps made and that are there at the end.
    pub fn made_groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| group.until.is_none())
    }

    /// Requests for a number that another account certainly had.
    pub fn clashes(&self) -> &[Clash] {
        &self.clashes
    }

    /// Names of users and groups that certainly were not there when a step named them.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    pub(super) fn missing_mut(&mut self) -> &mut Vec<Missing> {
        &mut self.missing
    }

    fn is_unseen(&self, after: usize, until: usize) -> bool {
        self.unseen.iter().any(|step| *step > after && *step <= until)
    }

    fn is_perhaps(&self, name: &str, since: usize, until: usize) -> bool {
        self.perhaps
            .iter()
            .any(|(named, step)| named == name && *step >= since && *step <= until)
    }

    /// Whether the base certainly has no account of any kind.
    fn is_empty_base(&self) -> bool {
        self.base.accounts_complete_from == Some(0)
    }

    fn of_base(&self, account: &Account) -> User {
        User {
            name: account.name.clone(),
            uid: account.uid,
            group: account.gid.map(|gid| gid.to_string()),
            home: account.home.clone(),
            home_made: account
                .uid
                .and_then(|uid| (uid >= 1000 || uid == 0).then_some(true)),
            shell: account.shell.clone(),
            groups: account
                .groups
                .iter()
                .map(|group| Membership {
                    group: Value::known(group.clone()),
                    place: None,
                })
                .collect(),
            further: Further::OfBase,
            password: Answer::Absent,
            system: account.uid.is_some_and(|uid| uid < 1000),
            made: self.start.clone(),
            origin: self.start.clone(),
            until: None,
        }
    }
}

/// The last step until `step` at which a name ended.
fn ended_at(ended: &[(String, usize)], name: &str, step: usize) -> Option<usize> {
    let mut last = None;
    for (named, at) in ended {
        if named == name && *at <= step {
            last = last.max(Some(*at));
        }
    }
    last
}
