//! Reads `bases.yaml` and answers which entry means an image.
//!
//! A start of the program reads the head of the file and each entry's name and images; what an
//! entry says is read when an image first needs it, since few of many do. A test holds the short
//! reading against the whole one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use serde::Deserialize;

use super::{Account, Base, Family, Group, Init, Libc, Manager};
use crate::context::Answer;
use crate::syntax::reference::{ImageRef, glob, split_tag};

/// The table as it is written.
const TEXT: &str = include_str!("../bases.yaml");

static TABLE: LazyLock<Table> = LazyLock::new(|| read(TEXT).expect("bases.yaml reads, as a test holds"));

/// What the file has above its entries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    mirrors: BTreeMap<String, String>,
    releases: BTreeMap<String, String>,
}

/// An entry or a part of entries; each key is explained at the head of the file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum InitWord {
    Systemd,
    Busybox,
    Other,
    Absent,
}

/// An entry that is read when it is needed.
struct Source {
    /// Its lines, as a mapping.
    text: String,
    entry: OnceLock<Entry>,
}

impl Source {
    /// What the entry says.
    fn entry(&self) -> &Entry {
        let read =
            || serde_saphyr::from_str(&self.text).expect("entries of bases.yaml read, as a test holds");
        self.entry.get_or_init(read)
    }
}

/// An entry and the release that the tag names.
type Key = (usize, Option<usize>);

/// The table, ready to be asked.
struct Table {
    mirrors: Vec<(String, String)>,
    entries: Vec<Source>,
    /// Positions of entries by name.
    names: HashMap<&'static str, usize>,
    /// Positions of the entries of releases, by the word of a tag that names them.
    releases: HashMap<String, usize>,
    /// Tag patterns and positions of their entries, in the file's order, by repository.
    repositories: HashMap<String, Vec<(&'static str, usize)>>,
    /// The same for repositories with a `*`, which are asked after the others.
    patterns: Vec<(String, &'static str, usize)>,
    /// What was put together before.
    known: Mutex<HashMap<Key, Arc<Base>>>,
}

/// Why the file is refused; only a test ever sees it.
#[derive(Debug, thiserror::Error)]
enum TableError {
    #[error("{0}")]
    Yaml(#[from] Box<serde_saphyr::Error>),
    #[error("{0}: {1}")]
    Entry(String, &'static str),
}

/// Docker Hub's own images whose tags are all of one distribution.
const OF_ONE_FAMILY: [&str; 12] = [
    "almalinux",
    "alpine",
    "amazonlinux",
    "archlinux",
    "busybox",
    "centos",
    "debian",
    "fedora",
    "oraclelinux",
    "photon",
    "rockylinux",
    "ubuntu",
];

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
    let library = reference.path.strip_prefix("library/");
    if tag.is_none() && library.is_some_and(|name| !OF_ONE_FAMILY.contains(&name)) {
        // By its digest alone it may be any of the variants, Debian's as well as Alpine's.
        return None;
    }
    let fits = |pattern: &str| tag.map_or(pattern == "*", |tag| glob(pattern, tag));
    let mut exact = table.repositories.get(&repository).into_iter().flatten();
    let position = exact
        .find(|(pattern, _)| fits(pattern))
        .map(|found| found.1)
        .or_else(|| {
            let mut patterns = table.patterns.iter();
            patterns
                .find(|(name, pattern, _)| glob(name, &repository) && fits(pattern))
                .map(|found| found.2)
        })?;
    let mut words = tag.unwrap_or_default().split(['-', '_']);
    let release = words.find_map(|word| table.releases.get(word).copied());
    let mut known = table.known.lock().unwrap_or_else(PoisonError::into_inner);
    let base = known.entry((position, release)).or_insert_with(|| {
        let mut base = Base::unknown();
        apply(table, position, release, &mut base, 0);
        Arc::new(base)
    });
    Some(Arc::clone(base))
}

/// Reads the head, and names and images of the entries.
fn read(text: &'static str) -> Result<Table, TableError> {
    let (head, bases) = text.split_once("\nbases:\n").unwrap_or((text, ""));
    let head: Head = serde_saphyr::from_str(head).map_err(Box::new)?;
    let mut table = Table {
        mirrors: head.mirrors.into_iter().collect(),
        entries: Vec::new(),
        names: HashMap::new(),
        releases: HashMap::new(),
        repositories: HashMap::new(),
        patterns: Vec::new(),
        known: Mutex::default(),
    };
    for (position, part) in bases.split("\n- ").skip(1).enumerate() {
        let name = part
            .strip_prefix("name: ")
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default();
        if name.is_empty() || table.names.insert(name, position).is_some() {
            return Err(TableError::Entry(name.to_owned(), "needs a name of its own"));
        }
        for image in images(part) {
            let (repository, tags) = split_tag(image);
            let tags = tags.unwrap_or("*").split('|');
            if repository.contains('*') {
                let has_domain = repository
                    .split('/')
                    .next()
                    .is_some_and(|first| first.contains('.'));
                let domain = if has_domain { "" } else { "docker.io/" };
                table
                    .patterns
                    .extend(tags.map(|tag| (format!("{domain}{repository}"), tag, position)));
                continue;
            }
            let repository = ImageRef::parse(repository)
                .map_err(|_| TableError::Entry(name.to_owned(), "names no repository"))?
                .repository();
            table
                .repositories
                .entry(repository)
                .or_default()
                .extend(tags.map(|tag| (tag, position)));
        }
        table.entries.push(Source {
            text: format!("  {part}"),
            entry: OnceLock::new(),
        });
    }
    for (word, name) in head.releases {
        let Some(&position) = table.names.get(name.as_str()) else {
            return Err(TableError::Entry(
                name,
                "is no entry, but a release is said to have it",
            ));
        };
        table.releases.insert(word, position);
    }
    Ok(table)
}

/// The images of an entry, from its lines: on the line of the key, or folded below it.
fn images(part: &'static str) -> impl Iterator<Item = &'static str> {
    let mut lines = part.lines().skip_while(|line| !line.starts_with("  images: "));
    let first = lines
        .next()
        .and_then(|line| line.strip_prefix("  images: "))
        .unwrap_or_default();
    let folded = lines.take_while(|line| line.starts_with("    "));
    first
        .split_whitespace()
        .filter(|word| *word != ">-")
        .chain(folded.flat_map(str::split_whitespace))
}

/// The longest chain of likeness; a test holds that only earlier entries are named, so none is a ring.
const DEPTH: usize = 12;

/// Lays an entry over what is known, its parts first.
fn apply(table: &Table, position: usize, release: Option<usize>, base: &mut Base, depth: usize) {
    let Some(source) = table.entries.get(position).filter(|_| depth < DEPTH) else {
        return;
    };
    let entry = source.entry();
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

    /// The file, read whole.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(rename = "mirrors")]
        _mirrors: BTreeMap<String, String>,
        #[serde(rename = "releases")]
        _releases: BTreeMap<String, String>,
        bases: Vec<Entry>,
    }

    #[test]
    fn the_short_reading_is_the_whole_one() {
        let file: File = serde_saphyr::from_str(TEXT).unwrap_or_else(|error| panic!("bases.yaml: {error}"));
        let table = read(TEXT).unwrap_or_else(|error| panic!("bases.yaml: {error}"));
        assert_eq!(table.entries.len(), file.bases.len());
        for (source, entry) in table.entries.iter().zip(&file.bases) {
            assert_eq!(source.entry(), entry);
            let short: Vec<&str> = images(
                TEXT.split("\n- ")
                    .nth(table.names[entry.name.as_str()] + 1)
                    .unwrap(),
            )
            .collect();
            let whole: Vec<&str> = entry.images.split_whitespace().collect();
            assert_eq!(short, whole, "{}", entry.name);
        }
    }

    #[test]
    fn likeness_names_earlier_entries() {
        let table = read(TEXT).unwrap();
        for (position, source) in table.entries.iter().enumerate() {
            let entry = source.entry();
            for name in entry
                .like
                .split_whitespace()
                .chain(entry.release.split_whitespace())
            {
                let named = table.names.get(name);
                assert!(
                    named.is_some_and(|&named| named < position),
                    "{} is like {name}",
                    source.entry().name
                );
            }
        }
    }

    #[test]
    fn every_image_has_a_date_and_a_source() {
        let table = read(TEXT).unwrap();
        for (position, source) in table.entries.iter().enumerate() {
            if source.entry().images.is_empty() {
                continue;
            }
            let mut base = Base::unknown();
            apply(&table, position, None, &mut base, 0);
            assert!(
                base.date.len() == 10 && !base.source.is_empty(),
                "{}",
                source.entry().name
            );
            let contradicted = base
                .groups
                .iter()
                .find(|group| base.groups_absent.contains(&group.name));
            assert_eq!(contradicted, None, "{}", source.entry().name);
        }
    }
}
