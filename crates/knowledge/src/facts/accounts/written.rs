//! Accounts and groups that are written straight into their files.

use super::change::number;
use super::{Accounts, Further, User};
use crate::context::Answer;
use crate::facts::{Origin, Value, Write, WriteKind};

impl Accounts {
    /// Reads what is written straight into the files of accounts.
    pub(in crate::facts) fn note_write(&mut self, write: &Write, origin: &Origin) {
        match write.path.as_known() {
            Some("/etc/passwd") => self.read_lines(write, origin, Self::read_user),
            Some("/etc/group") => self.read_lines(write, origin, Self::read_group),
            Some("/" | "/etc") if write.kind == WriteKind::Tree => self.unseen.push(origin.step),
            Some(_) => {}
            None => {
                let is_folder = matches!(write.path.known_prefix(), "/" | "/etc/");
                if is_folder && write.kind == WriteKind::Tree {
                    self.unseen.push(origin.step);
                }
            }
        }
    }

    fn read_lines(&mut self, write: &Write, origin: &Origin, read: fn(&mut Self, &[Value], &Origin) -> bool) {
        let Some(text) = write.content.text() else {
            self.unseen.push(origin.step);
            return;
        };
        let mut all_read = write.kind == WriteKind::Append;
        for line in text.split(|character| character == '\n') {
            if !line.text().trim().is_empty() {
                let fields = line.split(|character| character == ':');
                all_read &= read(self, &fields, origin);
            }
        }
        if !all_read {
            self.unseen.push(origin.step);
        }
    }

    /// `name:x:uid:gid:gecos:home:shell`; false if it is nothing of the kind.
    fn read_user(&mut self, fields: &[Value], origin: &Origin) -> bool {
        let [name, _, uid, gid, _, home, shell] = fields else {
            return false;
        };
        let Some(name) = name.as_known() else {
            return false;
        };
        self.users.push(User {
            name: name.to_owned(),
            uid: number(uid),
            group: gid.as_known().map(str::to_owned),
            home: home.as_known().map(str::to_owned),
            home_made: Some(false),
            shell: shell.as_known().map(str::to_owned),
            groups: Vec::new(),
            further: Further::Any,
            password: Answer::Unknown,
            system: false,
            made: origin.clone(),
            origin: origin.clone(),
            until: None,
        });
        true
    }

    /// `name:x:gid:members`.
    fn read_group(&mut self, fields: &[Value], origin: &Origin) -> bool {
        let [name, _, gid, members] = fields else {
            return false;
        };
        let Some(known) = name.as_known() else {
            return false;
        };
        self.add_group(known, number(gid), origin);
        if !members.is_empty() {
            self.joins.push((origin.step, name.clone()));
        }
        true
    }
}
