//! Reads `bases.yaml` and answers which entry means an image.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::{Account, Base, Family, Group, Init, Libc, Manager};
use crate::context::Answer;
use crate::syntax::reference::{ImageRef, glob, split_tag};

/// The table as it is written.
const TEXT: &str = include_str!("../bases.yaml");

static TABLE: LazyLock<Table> = LazyLock::new(|| read(TEXT).expect("bases.yaml reads, as a test holds"));

/// What the file holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mirrors: BTreeMap<String, String>,
    releases: BTreeMap<String, String>,
    bases: Vec<Entry>,
}

/// An entry or a part of entries; each key is explained at the head of the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Entry {
    name: String,
    images: String,
    release: String,
    like: String,
    date: Option<String>,
    source: Option<String>,
    family: Option<Family>,
    version: Option<String>,
    codename: Option<String>,
    managers: Option<Vec<Manager>>,
    libc: Option<Libc>,
    user: Option<String>,
    accounts: BTreeMap<String, String>,
    accounts_complete_from: Option<u32>,
    groups: BTreeMap<String, Option<u32>>,
    groups_absent: String,
    without_accounts: String,
    shell: Option<Vec<String>>,
    env: BTreeMap<String, Option<String>>,
    env_complete: Option<bool>,
    workdir: Option<String>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    stop_signal: Option<String>,
    volumes: Option<Vec<String>>,
    init: Option<InitWord>,
    skel: Option<Vec<String>>,
    locales: Option<Vec<String>>,
    recommends: Option<bool>,
    enabled: String,
    sudo_without_password: String,
    has: String,
    lacks: String,
    commands_complete: Option<bool>,
    installed: String,
    not_installed: String,
    unknown: String,
}

/// What `/sbin/init` is, as the file says it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum InitWord {
    Systemd,
    Busybox,
    Other,
    Absent,
}

/// The table, ready to be asked.
struct Table {
    mirrors: Vec<(String, String)>,
    entries: Vec<Entry>,
    /// Positions of entries by name.
    names: BTreeMap<String, usize>,
    /// Positions of the entries of releases, by the word of a tag that names them.
    releases: BTreeMap<String, usize>,
    /// Tag patterns and positions of their entries, in the file's order, by repository.
    repositories: BTreeMap<String, Vec<(String, usize)>>,
    /// The same for repositories with a `*`, which are asked after the others.
    patterns: Vec<(String, String, usize)>,
}

/// Why the file is refused; only a test ever sees it.
#[derive(Debug, thiserror::Error)]
enum TableError {
    #[error("{0}")]
    Yaml(#[from] Box<serde_saphyr::Error>),
    #[error("{0}: {1}")]
    Entry(String, &'static str),
}

/// The entry that means the image, with all that it is like.
pub(super) fn find(reference: &ImageRef) -> Option<Arc<Base>> {
    let table = &*TABLE;
    let mut repository = reference.repository();
    for (mirror, original) in &table.mirrors {
        if let Some(rest) = repository.strip_prefix(mirror.as_str()) {
            repository = format!("{original}{rest}");
            break;
        }
    }
    let tag = reference.effective_tag();
    let fits = |pattern: &str| tag.map_or(pattern == "*", |tag| glob(pattern, tag));
    let exact = table.repositories.get(&repository).into_iter().flatten();
    let position = exact
        .filter(|(pattern, _)| fits(pattern))
        .map(|(_, position)| *position)
        .next()
        .or_else(|| {
            let mut patterns = table.patterns.iter();
            patterns
                .find(|(name, pattern, _)| glob(name, &repository) && fits(pattern))
                .map(|found| found.2)
        })?;
    let mut words = tag.unwrap_or_default().split(['-', '_']);
    let release = words.find_map(|word| table.releases.get(word).copied());
    let mut base = Base::nothing();
    apply(table, position, release, &mut base, 0);
    Some(Arc::new(base))
}

/// Reads the file and checks what later reading relies on.
fn read(text: &str) -> Result<Table, TableError> {
    let file: File = serde_saphyr::from_str(text).map_err(Box::new)?;
    let mut names = BTreeMap::new();
    let mut patterns = Vec::new();
    let mut repositories: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
    for (position, entry) in file.bases.iter().enumerate() {
        for part in entry
            .like
            .split_whitespace()
            .chain(entry.release.split_whitespace())
        {
            if !names.contains_key(part) {
                return Err(TableError::Entry(
                    entry.name.clone(),
                    "is like an entry that stands nowhere above it",
                ));
            }
        }
        if names.insert(entry.name.clone(), position).is_some() {
            return Err(TableError::Entry(entry.name.clone(), "is there twice"));
        }
        for image in entry.images.split_whitespace() {
            let (name, tags) = split_tag(image);
            let tags = tags.unwrap_or("*").split('|').map(str::to_owned);
            if name.contains('*') {
                let has_domain = name.split('/').next().is_some_and(|first| first.contains('.'));
                let domain = if has_domain { "" } else { "docker.io/" };
                patterns.extend(tags.map(|tag| (format!("{domain}{name}"), tag, position)));
                continue;
            }
            let repository = ImageRef::parse(name)
                .map_err(|_| TableError::Entry(entry.name.clone(), "names no repository"))?
                .repository();
            repositories
                .entry(repository)
                .or_default()
                .extend(tags.map(|tag| (tag, position)));
        }
    }
    let mut releases = BTreeMap::new();
    for (word, name) in file.releases {
        match names.get(&name) {
            Some(&position) => releases.insert(word, position),
            None => {
                return Err(TableError::Entry(
                    name,
                    "is no entry, but a release is said to have it",
                ));
            }
        };
    }
    let mirrors = file.mirrors.into_iter().collect();
    Ok(Table {
        mirrors,
        entries: file.bases,
        names,
        releases,
        repositories,
        patterns,
    })
}

/// The longest chain of likeness; `read` lets only earlier entries be named, so none is a ring.
const DEPTH: usize = 12;

/// Lays an entry over what is known, its parts first.
fn apply(table: &Table, position: usize, release: Option<usize>, base: &mut Base, depth: usize) {
    let Some(entry) = table.entries.get(position).filter(|_| depth < DEPTH) else {
        return;
    };
    let named = |name: &str| table.names.get(name).copied();
    let usual = named(&entry.release);
    if let Some(own) = usual.and(release).or(usual) {
        apply(table, own, release, base, depth + 1);
    }
    for part in entry.like.split_whitespace().filter_map(named) {
        apply(table, part, release, base, depth + 1);
    }
    entry.overlay(base);
}

impl Base {
    /// A base of which nothing is known.
    fn nothing() -> Self {
        Self {
            entry: String::new(),
            date: String::new(),
            source: String::new(),
            family: None,
            version: None,
            codename: None,
            managers: Answer::Unknown,
            libc: None,
            user: None,
            accounts: Vec::new(),
            accounts_complete_from: None,
            groups: Vec::new(),
            groups_absent: Vec::new(),
            shell: None,
            env: BTreeMap::new(),
            env_complete: false,
            workdir: None,
            entrypoint: Answer::Unknown,
            cmd: Answer::Unknown,
            stop_signal: None,
            volumes: None,
            init: Answer::Unknown,
            skel: Answer::Unknown,
            locales: None,
            recommends: None,
            enabled: Vec::new(),
            sudo_without_password: Vec::new(),
            commands: BTreeMap::new(),
            commands_complete: false,
            packages: BTreeMap::new(),
        }
    }
}

impl Entry {
    /// Lays what this entry itself says over what its parts said.
    fn overlay(&self, base: &mut Base) {
        for key in self.unknown.split_whitespace() {
            forget(base, key);
        }
        base.entry.clone_from(&self.name);
        set(&mut base.date, self.date.clone());
        set(&mut base.source, self.source.clone());
        or(&mut base.family, &self.family);
        or(&mut base.version, &self.version);
        or(&mut base.codename, &self.codename);
        or(&mut base.libc, &self.libc);
        or(&mut base.user, &self.user);
        or(&mut base.accounts_complete_from, &self.accounts_complete_from);
        or(&mut base.shell, &self.shell);
        or(&mut base.workdir, &self.workdir);
        or(&mut base.stop_signal, &self.stop_signal);
        or(&mut base.volumes, &self.volumes);
        or(&mut base.locales, &self.locales);
        or(&mut base.recommends, &self.recommends);
        list(&mut base.managers, &self.managers);
        list(&mut base.entrypoint, &self.entrypoint);
        list(&mut base.cmd, &self.cmd);
        list(&mut base.skel, &self.skel);
        set(&mut base.env_complete, self.env_complete);
        set(&mut base.commands_complete, self.commands_complete);
        set(
            &mut base.init,
            self.init.map(|word| match word {
                InitWord::Systemd => Answer::Known(Init::Systemd),
                InitWord::Busybox => Answer::Known(Init::Busybox),
                InitWord::Other => Answer::Known(Init::Other),
                InitWord::Absent => Answer::Absent,
            }),
        );
        for (name, value) in &self.env {
            base.env.insert(name.clone(), value.clone());
        }
        words(&mut base.enabled, &self.enabled);
        words(&mut base.sudo_without_password, &self.sudo_without_password);
        mark(&mut base.commands, &self.has, true);
        mark(&mut base.commands, &self.lacks, false);
        mark(&mut base.packages, &self.installed, true);
        mark(&mut base.packages, &self.not_installed, false);
        self.overlay_accounts(base);
    }

    /// Lays accounts and groups over.
    fn overlay_accounts(&self, base: &mut Base) {
        for gone in self.without_accounts.split_whitespace() {
            base.accounts.retain(|account| account.name != gone);
            base.groups.retain(|group| group.name != gone);
        }
        words(&mut base.groups_absent, &self.groups_absent);
        for (name, line) in &self.accounts {
            let account = account(name, line);
            base.accounts.retain(|other| other.name != *name);
            base.accounts.push(account);
        }
        for (name, gid) in &self.groups {
            base.groups.retain(|other| other.name != *name);
            base.groups_absent.retain(|other| other != name);
            base.groups.push(Group {
                name: name.clone(),
                gid: *gid,
            });
        }
    }
}

/// Reads `uid:gid:home:shell:group,group`, where what is not known is left empty.
fn account(name: &str, line: &str) -> Account {
    let mut fields = line.split(':');
    let mut field = || fields.next().filter(|text| !text.is_empty());
    Account {
        name: name.to_owned(),
        uid: field().and_then(|text| text.parse().ok()),
        gid: field().and_then(|text| text.parse().ok()),
        home: field().map(str::to_owned),
        shell: field().map(str::to_owned),
        groups: field()
            .map(|text| text.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
    }
}

/// Makes a key of an entry's parts unknown again.
fn forget(base: &mut Base, key: &str) {
    match key {
        "family" => base.family = None,
        "version" => base.version = None,
        "codename" => base.codename = None,
        "user" => base.user = None,
        "shell" => base.shell = None,
        "workdir" => base.workdir = None,
        "entrypoint" => base.entrypoint = Answer::Unknown,
        "cmd" => base.cmd = Answer::Unknown,
        "volumes" => base.volumes = None,
        "init" => base.init = Answer::Unknown,
        "skel" => base.skel = Answer::Unknown,
        "locales" => base.locales = None,
        "accounts" => base.accounts_complete_from = None,
        "groups_absent" => base.groups_absent.clear(),
        "env" => base.env_complete = false,
        "commands" => base.commands_complete = false,
        "lacks" => base.commands.retain(|_, there| *there),
        "not_installed" => base.packages.retain(|_, there| *there),
        name => {
            base.commands.remove(name);
            base.packages.remove(name);
        }
    }
}

/// Replaces a value if there is a new one.
fn set<T>(value: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *value = new;
    }
}

/// Replaces an optional value if there is a new one.
fn or<T: Clone>(value: &mut Option<T>, new: &Option<T>) {
    if new.is_some() {
        value.clone_from(new);
    }
}

/// Replaces a list if there is a new one; an empty one says that there certainly is none.
fn list<T: Clone>(value: &mut Answer<Vec<T>>, new: &Option<Vec<T>>) {
    match new {
        Some(new) if new.is_empty() => *value = Answer::Absent,
        Some(new) => *value = Answer::Known(new.clone()),
        None => {}
    }
}

/// Adds words that are not there yet.
fn words(list: &mut Vec<String>, text: &str) {
    for word in text.split_whitespace() {
        if !list.iter().any(|other| other == word) {
            list.push(word.to_owned());
        }
    }
}

/// Notes for each word whether it is there.
fn mark(answers: &mut BTreeMap<String, bool>, text: &str, there: bool) {
    for word in text.split_whitespace() {
        answers.insert(word.to_owned(), there);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_reads() {
        read(TEXT).unwrap_or_else(|error| panic!("bases.yaml: {error}"));
    }

    #[test]
    fn every_image_has_a_date_a_source_and_a_family() {
        let table = read(TEXT).unwrap();
        for (position, entry) in table.entries.iter().enumerate() {
            if entry.images.is_empty() {
                continue;
            }
            let mut base = Base::nothing();
            apply(&table, position, None, &mut base, 0);
            assert!(!base.date.is_empty() && !base.source.is_empty(), "{}", entry.name);
        }
    }
}
