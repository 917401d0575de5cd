//! Whether a command, a certificate or a path is there when a step runs.
//!
//! Presence is asked for leniently and absence strictly: whatever could have brought the thing makes
//! the answer unknown.

use crate::context::Answer;
use crate::facts::{Facts, File, Package, Reach, Value, WriteKind, path};
use crate::finding::Certainty;

/// PATH of every image that sets none: what BuildKit then sets.
pub const USUAL_PATH: &str = crate::conversion::DEFAULT_PATH;

/// Files and folders that a login reads for everybody.
pub const READ_AT_LOGIN: [&str; 10] = [
    "/etc/profile",
    "/etc/profile.d",
    "/etc/environment",
    "/etc/bash.bashrc",
    "/etc/bashrc",
    "/etc/login.defs",
    "/etc/security/pam_env.conf",
    "/etc/zsh",
    "/etc/zshenv",
    "/etc/zprofile",
];

/// Where the distributions keep the certificates of authorities in one file.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

impl Facts {
    /// Whether a program of this name is found when a step begins. `self.next_step()` asks for the end.
    pub fn command(&self, name: &str, step: usize) -> Answer {
        if let Some(observed) = &self.observed {
            let folders = self
                .search_folders(step)
                .unwrap_or_else(|| USUAL_PATH.split(':').collect());
            return match observed.program(name, &folders) {
                Some(_) => Answer::Known(()),
                // What was there before the end, nobody saw.
                None if step < self.next_step() => Answer::Unknown,
                None => Answer::Absent,
            };
        }
        let of_base = self.from.base.command(name);
        if of_base.is_known() && !self.is_removed(name, step) {
            return Answer::Known(());
        }
        let Some(folders) = self.search_folders(step) else {
            return Answer::Unknown;
        };
        let before = || self.files.iter().filter(|file| file.written.step < step);
        let named = |file: &&File| {
            let path = file.path.as_known().and_then(|path| path.rsplit_once('/'));
            path.is_some_and(|(folder, last)| {
                last == name && file.kind != WriteKind::Folder && folders.contains(&folder)
            })
        };
        if before()
            .filter(named)
            .any(|file| file.present_before(step).is_known())
        {
            return Answer::Known(());
        }
        if of_base == Answer::Unknown
            || self.is_opaque(Reach::Files, 0, step)
            || self.is_mounted(step, &folders)
        {
            return Answer::Unknown;
        }
        let since = self.removed_at(name, step);
        let mut answer = self.brought_since(name, since, step);
        if answer.is_absent() {
            let targets: Vec<String> = folders.iter().map(|folder| format!("{folder}/{name}")).collect();
            let may_be = |file: &File| {
                !file.present_before(step).is_absent() && targets.iter().any(|target| may_be(file, target))
            };
            if before().any(may_be) {
                answer = Answer::Unknown;
            }
        }
        answer
    }

    /// Whether a package that was asked for before a step brings a command.
    pub fn brought(&self, command: &str, step: usize) -> Answer {
        self.brought_since(command, 0, step)
    }

    /// The same of packages that were asked for after `since`.
    fn brought_since(&self, command: &str, since: usize, step: usize) -> Answer {
        let base = &self.from.base;
        let mut answer = Answer::Absent;
        let asked = |package: &&Package| (since..step).contains(&package.asked.step);
        for package in self.packages.iter().filter(asked) {
            let mut brings = (self.knowledge.provide)(package, base, command);
            if let Some(removed) = package.removed.as_ref().filter(|removed| removed.step < step) {
                // What came along may stay when the package goes; its own command goes.
                let own = package.name.is(command) && removed.certainty == Certainty::Certain;
                brings = match brings {
                    Answer::Known(()) if own => Answer::Absent,
                    Answer::Known(()) | Answer::Unknown => Answer::Unknown,
                    Answer::Absent => Answer::Absent,
                };
            }
            if package.asked.certainty == Certainty::Possible && brings.is_known() {
                brings = Answer::Unknown;
            }
            match brings {
                Answer::Known(()) => return Answer::Known(()),
                Answer::Unknown => answer = Answer::Unknown,
                Answer::Absent => {}
            }
        }
        answer
    }

    /// Whether certificates of authorities are there when a step begins, so that https works.
    pub fn certificates(&self, step: usize) -> Answer {
        const FOLDERS: [&str; 5] = [
            "/etc/ssl",
            "/etc/pki",
            "/etc/ca-certificates",
            "/usr/local/share/ca-certificates",
            "/usr/share/ca-certificates",
        ];
        const VARIABLES: [&str; 5] = [
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "CURL_CA_BUNDLE",
            "GIT_SSL_CAINFO",
            "GIT_SSL_NO_VERIFY",
        ];
        if let Some(observed) = &self.observed {
            let is_there = BUNDLES.iter().any(|bundle| observed.exists(bundle).is_known());
            return match (is_there, step < self.next_step()) {
                (true, _) => Answer::Known(()),
                (false, true) => Answer::Unknown,
                (false, false) => Answer::Absent,
            };
        }
        let of_base = self.from.base.ca_certificates();
        if of_base.is_known() {
            return of_base;
        }
        let brought = self.brought("update-ca-certificates", step);
        if brought.is_known() {
            return brought;
        }
        let is_theirs = |file: &File| {
            file.written.step < step
                && file.kind != WriteKind::Folder
                && FOLDERS.iter().any(|folder| {
                    path::covers(folder, &file.path)
                        || (file.kind == WriteKind::Tree && may_hold(&file.path, folder))
                })
        };
        let is_set = |name: &&str| {
            let mut variables = self.config.variables.iter();
            variables.any(|variable| variable.name.is(name) && variable.origin.step < step)
        };
        let unsure = !of_base.is_absent()
            || !brought.is_absent()
            || self.is_opaque(Reach::Files, 0, step)
            || self.files.iter().any(is_theirs)
            || VARIABLES.iter().any(is_set)
            || self.is_mounted(step, &["/etc/ssl", "/etc/pki"]);
        if unsure { Answer::Unknown } else { Answer::Absent }
    }

    /// Whether something is at a path, or below it, after the last step.
    ///
    /// A pattern asks for anything that it matches.
    pub fn has_path(&self, wanted: &Value) -> Answer {
        if !wanted.holes().is_empty() {
            return Answer::Unknown;
        }
        if let Some(observed) = self.observed.as_ref().filter(|_| !wanted.is_glob()) {
            return observed.exists(wanted.text());
        }
        // What was there before it was certainly taken away does not matter.
        let emptied = self
            .files
            .removals()
            .iter()
            .filter(|removal| {
                removal.origin.certainty == Certainty::Certain
                    && path::removes(&removal.path, wanted).is_known()
                    && !(removal.contents_only && removal.path == *wanted)
            })
            .map(|removal| removal.origin.step)
            .max();
        let since = emptied.unwrap_or(0);
        let of_base = match emptied {
            Some(_) => Answer::Absent,
            None => self.base_has(wanted),
        };
        let mut answer = self.written(wanted, since);
        if answer.is_known() {
            return answer;
        }
        if !of_base.is_absent() {
            answer = Answer::Unknown;
        }
        let unseen = self
            .opaque
            .iter()
            .any(|opaque| opaque.origin.step > since && !self.is_below_mount(opaque.origin.step, wanted));
        if unseen { Answer::Unknown } else { answer }
    }

    /// Whether something was written at a path, or below it, after a step, and stays.
    pub fn written(&self, wanted: &Value, since: usize) -> Answer {
        let mut answer = Answer::Absent;
        for file in self.files.iter().filter(|file| file.written.step > since) {
            let sure = file.written.certainty == Certainty::Certain;
            let is_gone = file
                .gone
                .as_ref()
                .is_some_and(|gone| gone.certainty == Certainty::Certain && !gone.replaced);
            if is_gone {
                // The folders that were made for it stay when it goes.
                if sure && !wanted.is_glob() && path::below(wanted.text(), &file.path) {
                    return Answer::Known(());
                }
                continue;
            }
            match lies_at(file, wanted) {
                Answer::Known(()) if file.stays() && sure => return Answer::Known(()),
                Answer::Known(()) | Answer::Unknown => answer = Answer::Unknown,
                Answer::Absent => {}
            }
        }
        answer
    }

    /// Whether the base has a path: certain for what no distribution has, and for scratch.
    fn base_has(&self, wanted: &Value) -> Answer {
        // The hierarchy of hier(7), and what images of languages add to it.
        const KNOWN_ROOTS: &[&str] = &[
            "bin",
            "boot",
            "dev",
            "etc",
            "home",
            "lib",
            "lib32",
            "lib64",
            "libx32",
            "media",
            "mnt",
            "opt",
            "proc",
            "root",
            "run",
            "sbin",
            "srv",
            "sys",
            "tmp",
            "usr",
            "var",
            "go",
            "nix",
            "data",
            "docker-entrypoint-initdb.d",
            "entrypoint.sh",
            "docker-entrypoint.sh",
            "docker-entrypoint.d",
        ];
        if self.from.reference.is("scratch") {
            return Answer::Absent;
        }
        let is_official = !self
            .from
            .reference
            .text()
            .trim_start_matches("docker.io/library/")
            .contains('/');
        if !self.from.is_known || !is_official || wanted.is_glob() && wanted.text().matches('/').count() < 2 {
            return Answer::Unknown;
        }
        let root = wanted
            .text()
            .trim_start_matches('/')
            .split('/')
            .next()
            .unwrap_or_default();
        let is_mount_point = self.steps.iter().any(|step| {
            step.around
                .mounts
                .iter()
                .any(|mount| covers(mount.target.as_ref(), wanted))
        });
        if root == "tmp" && wanted.text().len() > "/tmp".len() || is_mount_point {
            return Answer::Absent;
        }
        if root.is_empty() || KNOWN_ROOTS.contains(&root) {
            Answer::Unknown
        } else {
            Answer::Absent
        }
    }

    /// Whether a path lies below a mount of a step, so that what the step writes there is not kept.
    fn is_below_mount(&self, step: usize, wanted: &Value) -> bool {
        let mounts = &self.steps[step].around.mounts;
        mounts.iter().any(|mount| covers(mount.target.as_ref(), wanted))
    }

    /// Whether a mount of a step lies in or above one of the folders.
    fn is_mounted(&self, step: usize, folders: &[&str]) -> bool {
        let Some(step) = self.steps.get(step) else {
            return false;
        };
        step.around.mounts.iter().any(|mount| {
            let brings = !matches!(mount.kind.as_str(), "cache" | "secret" | "ssh" | "tmpfs");
            brings
                && mount.target.as_ref().is_none_or(|target| {
                    target.as_known().is_none_or(|target| {
                        folders
                            .iter()
                            .any(|folder| lies_in(target, folder) || lies_in(folder, target))
                    })
                })
        })
    }

    /// The folders in which a command is looked for at a step; none if they are not known.
    fn search_folders(&self, step: usize) -> Option<Vec<&str>> {
        let own = self.steps.get(step).and_then(|step| step.search.as_ref());
        let image = || {
            let set = self.config.variables.iter().rev();
            let mut named = set.filter(|variable| variable.name.is("PATH") && variable.origin.step < step);
            named.next().and_then(|variable| variable.value.as_ref())
        };
        match own.or_else(image) {
            Some(search) => {
                let folders = search.as_known()?.split(':');
                Some(folders.map(|folder| folder.trim_end_matches('/')).collect())
            }
            None => Some(USUAL_PATH.split(':').collect()),
        }
    }

    /// The last step before that certainly took a command away from where packages put it; 0 if none did.
    fn removed_at(&self, name: &str, step: usize) -> usize {
        const OF_PACKAGES: [&str; 4] = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];
        let removals = self.files.removals().iter().filter(|removal| {
            removal.origin.step < step
                && removal.origin.certainty == Certainty::Certain
                && OF_PACKAGES
                    .iter()
                    .any(|folder| removal.path.is(&format!("{folder}/{name}")))
        });
        removals.map(|removal| removal.origin.step).max().unwrap_or(0)
    }

    /// Whether a step before took a command of the base away.
    fn is_removed(&self, name: &str, step: usize) -> bool {
        self.files.removals().iter().any(|removal| {
            removal.origin.step < step
                && removal.origin.certainty == Certainty::Certain
                && USUAL_PATH
                    .split(':')
                    .any(|folder| removal.path.is(&format!("{folder}/{name}")))
        })
    }
}

impl File {
    /// Whether it is there when a step begins.
    fn present_before(&self, step: usize) -> Answer {
        match step.checked_sub(1) {
            Some(before) => self.present_at(before),
            None => Answer::Absent,
        }
    }
}

fn begins_with_hole(path: &Value) -> bool {
    path.holes().first().is_some_and(|hole| hole.start == 0)
}

/// Whether a path that begins with a hole may end in a name.
fn may_end_in(path: &Value, name: &str) -> bool {
    let last = path::name(path);
    !last.holes().is_empty() || last.is(name)
}

/// Whether a path is the folder or lies below it; both are known.
fn lies_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a file of which not all is known may be the command at a path, or have it in it.
fn may_be(file: &File, target: &str) -> bool {
    let is_known = file.path.holes().is_empty();
    let holds = match file.kind {
        WriteKind::Folder => return false,
        WriteKind::Tree | WriteKind::Link(_) => may_hold(&file.path, target) || file.path.text() == target,
        WriteKind::File | WriteKind::Append => false,
    };
    if holds || is_known {
        return holds;
    }
    let name = target.rsplit('/').next().unwrap_or(target);
    if begins_with_hole(&file.path) {
        return may_end_in(&file.path, name);
    }
    !path::removes(&Value::known(target), &file.path).is_absent()
}

/// Whether a tree of which not all is known may have a path in it.
fn may_hold(tree: &Value, wanted: &str) -> bool {
    match tree.as_known() {
        Some(tree) => wanted.len() > tree.len() && lies_in(wanted, tree),
        None => {
            let prefix = tree.known_prefix();
            if prefix.is_empty() {
                // A folder in an unknown one: what follows must stand in the path all the same.
                let suffix = tree.known_suffix();
                return suffix.is_empty() || wanted.contains(&format!("{}/", suffix.trim_end_matches('/')));
            }
            lies_in(wanted, &prefix[..prefix.rfind('/').unwrap_or(0)])
        }
    }
}

/// Whether a written path is the wanted one, in it, or may be either.
fn lies_at(file: &File, wanted: &Value) -> Answer {
    if !wanted.is_glob() && path::covers(wanted.text(), &file.path) {
        return Answer::Known(());
    }
    // A pattern takes what it names and all below it, as a removal does.
    let named = path::removes(wanted, &file.path);
    if !named.is_absent() {
        return named;
    }
    let until = wanted.text().find(['*', '?', '[']).unwrap_or(wanted.text().len());
    let fixed = if wanted.is_glob() {
        wanted.text()[..until]
            .rfind('/')
            .map_or("/", |slash| &wanted.text()[..slash])
    } else {
        wanted.text()
    };
    let in_tree = match file.kind {
        WriteKind::Tree | WriteKind::Link(_) => {
            may_hold(&file.path, fixed) || wanted.is_glob() && reaches_into(wanted, &file.path)
        }
        WriteKind::File | WriteKind::Folder | WriteKind::Append => false,
    };
    let hidden = begins_with_hole(&file.path)
        || !file.path.holes().is_empty() && may_hold(&file.path, fixed) && file.kind != WriteKind::Folder;
    if in_tree || hidden {
        Answer::Unknown
    } else {
        Answer::Absent
    }
}

/// Whether a pattern goes on below a tree.
fn reaches_into(pattern: &Value, tree: &Value) -> bool {
    let depth = tree.text().matches('/').count();
    let end = pattern
        .text()
        .match_indices('/')
        .nth(depth)
        .map(|(slash, _)| slash);
    end.is_some_and(|end| !path::removes(&pattern.slice(0..end), tree).is_absent())
        || tree.text().len() < pattern.text().len() && pattern.text().starts_with(tree.text())
}

fn covers(target: Option<&Value>, wanted: &Value) -> bool {
    target
        .and_then(Value::as_known)
        .is_some_and(|target| path::covers(target, wanted))
}
