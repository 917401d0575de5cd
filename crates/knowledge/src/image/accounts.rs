//! passwd, group and shadow: who is there, and what a layer changes about it.

use std::collections::BTreeMap;

use crate::facts::{AccountChange, NewUser, Value};
use crate::finding::Place;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct User {
    uid: Option<u32>,
    group: String,
    home: String,
    shell: String,
    groups: Vec<String>,
    password: bool,
}

/// All accounts and groups of an image at one of its layers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People {
    users: BTreeMap<String, User>,
    groups: BTreeMap<String, Option<u32>>,
}

/// The most lines of a file that are read.
const MOST_LINES: usize = 20_000;

impl People {
    /// Reads the three files, those that are there.
    pub fn read(passwd: Option<&str>, group: Option<&str>, shadow: Option<&str>) -> Self {
        let mut people = Self::default();
        let mut numbers: BTreeMap<u32, &str> = BTreeMap::new();
        let mut members: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for fields in rows(group) {
            let [name, _, gid, listed, ..] = fields.as_slice() else {
                continue;
            };
            let gid: Option<u32> = gid.parse().ok();
            people.groups.insert((*name).to_owned(), gid);
            if let Some(gid) = gid {
                numbers.entry(gid).or_insert(name);
            }
            for member in listed
                .split(',')
                .map(str::trim)
                .filter(|member| !member.is_empty())
            {
                members.entry(member).or_default().push(name);
            }
        }
        let passwords: BTreeMap<&str, &str> = rows(shadow)
            .filter_map(|fields| Some((*fields.first()?, *fields.get(1)?)))
            .collect();
        for fields in rows(passwd) {
            let [name, password, uid, gid, _, home, shell, ..] = fields.as_slice() else {
                continue;
            };
            let hash = match *password {
                "x" => passwords.get(name).copied().unwrap_or("*"),
                own => own,
            };
            let group = match gid.parse().ok().and_then(|gid: u32| numbers.get(&gid)) {
                Some(group) => (*group).to_owned(),
                None => (*gid).to_owned(),
            };
            people.users.insert(
                (*name).to_owned(),
                User {
                    uid: uid.parse().ok(),
                    group,
                    home: (*home).to_owned(),
                    shell: (*shell).to_owned(),
                    groups: members
                        .get(name)
                        .map(|groups| groups.iter().map(|&group| group.to_owned()).collect())
                        .unwrap_or_default(),
                    password: !hash.starts_with(['!', '*']),
                },
            );
        }
        people
    }

    /// Homes of people: of accounts with a number from 1000 on, `nobody` left aside.
    pub fn homes(&self) -> impl Iterator<Item = &str> {
        let people = self
            .users
            .values()
            .filter(|user| user.uid.is_some_and(|uid| (1000..60_000).contains(&uid)));
        people
            .map(|user| user.home.as_str())
            .filter(|home| home.len() > 1)
    }

    /// The name of a number, or the number.
    pub fn name_of(&self, uid: u32) -> String {
        let named = self.users.iter().find(|(_, user)| user.uid == Some(uid));
        named.map_or_else(|| uid.to_string(), |(name, _)| name.clone())
    }

    /// What makes these people of earlier ones; `place` finds the word of a name.
    pub fn changes(&self, before: &Self, place: &dyn Fn(&str) -> Place) -> Vec<(Place, AccountChange)> {
        let mut changes = Vec::new();
        let known = |text: &str| Value::known(text);
        // A group goes before its user: what takes a user away may take the group of the same name along.
        for name in before
            .groups
            .keys()
            .filter(|name| !self.groups.contains_key(*name))
        {
            changes.push((place(name), AccountChange::RemoveGroup { name: known(name) }));
        }
        for name in before.users.keys().filter(|name| !self.users.contains_key(*name)) {
            let with_home = false;
            changes.push((
                place(name),
                AccountChange::RemoveUser {
                    name: known(name),
                    with_home,
                },
            ));
            if let Some(gid) = self.groups.get(name).filter(|_| before.groups.contains_key(name)) {
                let gid = gid.map(|gid| Value::known(gid.to_string()));
                let name = known(name);
                changes.push((place(name.text()), AccountChange::AddGroup { name, gid }));
            }
        }
        for (name, gid) in &self.groups {
            let gid_value = gid.map(|gid| Value::known(gid.to_string()));
            match before.groups.get(name) {
                None => changes.push((
                    place(name),
                    AccountChange::AddGroup {
                        name: known(name),
                        gid: gid_value,
                    },
                )),
                Some(old) if old != gid => changes.push((
                    place(name),
                    AccountChange::ModifyGroup {
                        name: known(name),
                        rename: None,
                        gid: gid_value,
                    },
                )),
                Some(_) => {}
            }
        }
        for (name, user) in &self.users {
            let place = place(name);
            let uid = user.uid.map(|uid| Value::known(uid.to_string()));
            let mut old = before.users.get(name);
            // A change of groups to none is told as a user that goes and comes: `usermod` has no word for it.
            if old.is_some_and(|old| !old.groups.is_empty()) && user.groups.is_empty() {
                let with_home = false;
                changes.push((
                    place.clone(),
                    AccountChange::RemoveUser {
                        name: known(name),
                        with_home,
                    },
                ));
                if let Some(gid) = self.groups.get(name) {
                    let gid = gid.map(|gid| Value::known(gid.to_string()));
                    changes.push((
                        place.clone(),
                        AccountChange::AddGroup {
                            name: known(name),
                            gid,
                        },
                    ));
                }
                old = None;
            }
            match old {
                None => changes.push((
                    place.clone(),
                    AccountChange::AddUser(NewUser {
                        name: known(name),
                        uid: uid.map(|uid| (uid, None)),
                        // That two have one number is said of the image, and not of who made it so.
                        non_unique: true,
                        group: Some((known(&user.group), None)),
                        home: Some(known(&user.home)),
                        home_made: None,
                        shell: Some(known(&user.shell)),
                        groups: user.groups.iter().map(|group| (known(group), None)).collect(),
                        system: user.uid.is_some_and(|uid| uid < 1000),
                        password: user.password,
                    }),
                )),
                Some(old)
                    if old.uid == user.uid
                        && (&old.group, &old.home, &old.shell, &old.groups)
                            == (&user.group, &user.home, &user.shell, &user.groups) => {}
                Some(_) => changes.push((
                    place.clone(),
                    AccountChange::ModifyUser {
                        name: known(name),
                        rename: None,
                        uid,
                        non_unique: true,
                        group: Some(known(&user.group)),
                        home: Some(known(&user.home)),
                        shell: Some(known(&user.shell)),
                        groups: user
                            .groups
                            .iter()
                            .map(|group| (known(group), place.clone()))
                            .collect(),
                        append: false,
                    },
                )),
            }
            let had = old.map_or(user.password, |old| old.password);
            if had != user.password {
                let change = AccountChange::Password {
                    user: known(name),
                    set: user.password,
                };
                changes.push((place, change));
            }
        }
        changes
    }
}

fn rows(text: Option<&str>) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.unwrap_or_default().lines().take(MOST_LINES);
    let lines = lines.filter(|line| !line.starts_with(['#', '+', '-']) && !line.trim().is_empty());
    lines.map(|line| line.split(':').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_that_comes_is_told_with_groups_and_password() {
        let before = People::read(Some("root:x:0:0::/root:/bin/sh"), Some("root:x:0:"), None);
        let after = People::read(
            Some("root:x:0:0::/root:/bin/sh\ncoder:x:1000:1000::/home/coder:/bin/bash"),
            Some("root:x:0:\ndocker:x:99:coder\ncoder:x:1000:"),
            Some("coder:!:1::::::"),
        );
        let place = |_: &str| Place::here(crate::source::Span::default());
        let changes: Vec<AccountChange> = after
            .changes(&before, &place)
            .into_iter()
            .map(|(_, change)| change)
            .collect();
        let [
            AccountChange::AddGroup { .. },
            AccountChange::AddGroup { .. },
            AccountChange::AddUser(user),
        ] = changes.as_slice()
        else {
            panic!("{changes:?}");
        };
        assert!(user.group.as_ref().is_some_and(|(group, _)| group.is("coder")));
        assert!(user.groups.iter().any(|(group, _)| group.is("docker")));
        assert!(!user.password);
        assert_eq!(after.homes().collect::<Vec<_>>(), ["/home/coder"]);
    }
}
