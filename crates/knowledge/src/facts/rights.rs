//! What a step may do that is not root's.

use crate::context::Answer;
use crate::facts::{Facts, File, Origin, Value, Write, WriteKind, path};
use crate::finding::Certainty;

/// A path that a step gave to somebody, or whose mode it changed.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    path: Value,
    /// To whom; none for anybody.
    owner: Option<String>,
}

/// Folders that belong to root in every base, and in which only root may write.
const ROOTS: &[&str] = &[
    "/etc",
    "/etc/apt",
    "/etc/apt/apt.conf.d",
    "/etc/apt/preferences.d",
    "/etc/apt/sources.list.d",
    "/etc/apt/trusted.gpg.d",
    "/etc/apt/keyrings",
    "/etc/bash_completion.d",
    "/etc/cron.d",
    "/etc/default",
    "/etc/docker",
    "/etc/profile.d",
    "/etc/security",
    "/etc/skel",
    "/etc/ssh",
    "/etc/ssl",
    "/etc/ssl/certs",
    "/etc/sudoers.d",
    "/etc/systemd",
    "/etc/systemd/system",
    "/etc/yum.repos.d",
    "/opt",
    "/usr",
    "/usr/bin",
    "/usr/include",
    "/usr/lib",
    "/usr/libexec",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/etc",
    "/usr/local/lib",
    "/usr/local/sbin",
    "/usr/local/share",
    "/usr/local/share/ca-certificates",
    "/usr/local/src",
    "/usr/sbin",
    "/usr/share",
    "/usr/share/keyrings",
    "/usr/share/fonts",
    "/usr/src",
    "/var/lib",
];

impl Facts {
    /// Whether a step is run by somebody who certainly is not root.
    fn is_denied(&self, origin: &Origin) -> bool {
        let step = &self.steps[origin.step];
        let Some(user) = step.user.as_known() else {
            return false;
        };
        if matches!(user, "root" | "0" | "") || step.tolerated || origin.certainty == Certainty::Possible {
            return false;
        }
        // Another name for root is root.
        match self.accounts.user(user, origin.step) {
            Answer::Known(account) => account.uid != Some(0),
            Answer::Absent | Answer::Unknown => true,
        }
    }

    /// Notes a step that does what only root may do.
    pub(super) fn deny(&mut self, origin: Origin) {
        if self.is_denied(&origin) {
            self.denied.push(origin);
        }
    }

    /// Notes a write into a folder of root's that nobody gave away.
    pub(super) fn deny_write(&mut self, write: &Write, origin: &Origin) {
        if self.steps[origin.step].keyword != "RUN" || !write.path.text().starts_with('/') {
            return;
        }
        if !["/etc/", "/usr/", "/opt/", "/var/lib/"]
            .iter()
            .any(|root| write.path.known_prefix().starts_with(root))
        {
            return;
        }
        if !self.is_denied(origin) {
            return;
        }
        if self.lies_in_roots(&write.path, origin) {
            self.denied.push(origin.clone());
        }
    }

    /// Whether the nearest folder of a path that is known belongs to root for certain.
    fn lies_in_roots(&self, written: &Value, origin: &Origin) -> bool {
        let is_given = |grant: &Grant| {
            let covers = grant.path.holes().is_empty() && path::covers(grant.path.text(), written);
            let is_open = grant.path.as_known().is_none() || grant.path.is_glob();
            let may_cover = is_open && written.text().starts_with(grant.path.known_prefix());
            // To whom it was given matters little: a group and a mode give as well.
            covers && grant.owner.as_deref().is_none_or(|owner| owner != "root") || may_cover
        };
        if self.grants.iter().any(is_given) {
            return false;
        }
        // A home may lie anywhere.
        let user = self.steps[origin.step].user.text();
        if let Answer::Known(account) = self.accounts.user(user, origin.step)
            && account.home.is_none_or(|home| path::covers(&home, written))
        {
            return false;
        }
        let owned = written.as_known().and_then(|path| self.files.at(path));
        if owned.is_some_and(|file| self.owner_of(file).text() != "root") {
            return false;
        }
        let mut folder = path::parent(written);
        // Paths are short: each turn takes a component off.
        loop {
            let Some(known) = folder.as_known() else {
                return false;
            };
            if let Some(file) = self.files.at(known) {
                let made_here = file.gone.is_none() && file.written.certainty == Certainty::Certain;
                let is_root = matches!(self.owner_of(file).as_known(), Some("root" | "0"));
                return made_here && is_root && file.kind == WriteKind::Folder;
            }
            if ROOTS.contains(&known) {
                // An unknown base may have given some away.
                let is_often_given =
                    known == "/opt" || known == "/var/lib" || known.starts_with("/usr/local");
                return self.from.is_known || !is_often_given;
            }
            // Whose a folder is that nobody here made, only its base knows; a distribution has none in
            // `/opt`, and what COPY put there made it on its way.
            let is_new = known.starts_with("/opt/")
                && self.is_plain_distribution()
                && !self.files.iter().any(|file| path::below(known, &file.path));
            if !is_new {
                return false;
            }
            folder = path::parent(&folder);
        }
    }

    /// Whether the base is the image of a distribution and nothing more.
    fn is_plain_distribution(&self) -> bool {
        const NAMES: [&str; 8] = [
            "almalinux",
            "alpine",
            "amazonlinux",
            "debian",
            "fedora",
            "rockylinux",
            "ubi9",
            "ubuntu",
        ];
        let reference = self.from.reference.text();
        let repository = reference.split(['@', ':']).next().unwrap_or_default();
        let name = repository.rsplit('/').next().unwrap_or_default();
        self.from.is_known && NAMES.contains(&name)
    }

    /// Who owns a file: as it is said, else who wrote it.
    fn owner_of(&self, file: &File) -> Value {
        let owner = match &file.owner {
            Some(owner) => owner.clone(),
            None => self.steps[file.written.step].user.clone(),
        };
        owner.split_once(':').map_or(owner, |(owner, _)| owner)
    }

    /// A path changes its owner or mode.
    pub(super) fn grant(&mut self, path: &Value, owner: Option<&Value>, origin: &Origin) {
        let step = &self.steps[origin.step];
        // Who may not change it gives nothing away.
        if step.keyword != "RUN" {
            return;
        }
        let owner = owner.and_then(|owner| {
            let user = owner.split_once(':').map_or_else(
                || owner.clone(),
                |(user, group)| {
                    // A group that is given something may write there.
                    if group.is("root") || group.is_empty() {
                        user
                    } else {
                        group
                    }
                },
            );
            user.as_known().map(str::to_owned)
        });
        self.grants.push(Grant {
            path: path.clone(),
            owner,
        });
    }
}
