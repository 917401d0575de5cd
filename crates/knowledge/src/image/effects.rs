//! What a layer wrote and took away, as far as rules ask for it.
//!
//! Paths that a package owns are its package's and are told only where their text counts.

use std::collections::{BTreeSet, HashMap};

use super::accounts::People;
use super::inspected::{Content as Said, Entry, Inspected, Kind, Layer};
use super::keep::{Keep, lies_in};
use super::state::State;
use crate::facts::{Change, Content, Effect, PACKAGE, READ_AT_LOGIN, Value, Write, WriteKind, mark, path};
use crate::finding::Place;

/// The writer of what a layer has: nobody knows the program.
pub const WRITER: &str = "layer";

/// Folders that a running workspace covers.
const VOLATILE: [&str; 3] = ["/tmp", "/run", "/dev/shm"];
/// Folders in which engines keep images.
const STORES: [&str; 3] = ["/var/lib/docker", "/var/lib/containers", "/var/lib/containerd"];
/// Files and folders whose text is told, whoever owns them.
const TEXTS: [&str; 9] = [
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/apt/preferences",
    "/etc/apt/preferences.d",
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d",
    "/etc/docker/daemon.json",
    "/etc/skel",
    "/etc/locale.gen",
];
/// Files that the system reads when it starts, told where no package owns them, as those of a login are.
const START_UP: [&str; 7] = [
    "/etc/crontab",
    "/etc/cron.d",
    "/var/spool/cron",
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/coder",
    "/etc/supervisor",
];
/// What programs of distributions leave in `/run`: their locks and links, which every start makes anew.
const LEFT_BEHIND: [&str; 8] = [
    "/run/adduser",
    "/run/shm",
    "/run/utmp",
    "/run/initctl",
    "/run/motd.dynamic",
    "/run/xtables.lock",
    "/run/resolvconf",
    "/run/ldconfig",
];
/// The two spellings of the path of init.
const INITS: [&str; 2] = ["/sbin/init", "/usr/sbin/init"];

/// Which paths are told, and how.
pub struct Tell {
    /// Homes and volumes, without a slash at the end.
    watched: Vec<String>,
    /// Marks of paths that packages own, sorted.
    owned: Vec<u64>,
    people: People,
    /// Texts that files of `/etc/skel` had, by the path below it.
    skel: HashMap<String, Vec<String>>,
    /// What ENTRYPOINT and CMD name.
    started: BTreeSet<String>,
    /// Links to follow for `/sbin/init`.
    init: Option<String>,
}

impl Tell {
    /// For an image, whose last state is known.
    pub fn new(image: &Inspected, last: &State, keep: &Keep) -> Self {
        let people = People::read(
            last.text("/etc/passwd"),
            last.text("/etc/group"),
            last.text("/etc/shadow"),
        );
        let volumes = image.config.volumes.keys().map(String::as_str);
        let watched = people
            .homes()
            .chain(volumes)
            .chain(keep.watched.iter().map(String::as_str))
            .map(|folder| folder.trim_end_matches('/').to_owned())
            .filter(|folder| !folder.is_empty());
        let mut owned: Vec<u64> = image
            .layers
            .iter()
            .flat_map(|layer| layer.owned.0.iter().copied())
            .collect();
        owned.sort_unstable();
        owned.dedup();
        let mut skel: HashMap<String, Vec<String>> = HashMap::new();
        for entry in image.layers.iter().flat_map(|layer| &layer.entries) {
            if let (Some(name), Some(Said::Text(text))) =
                (entry.path.strip_prefix("/etc/skel/"), &entry.content)
            {
                skel.entry(name.to_owned()).or_default().push(text.clone());
            }
        }
        let words = image.config.entrypoint.iter().chain(&image.config.cmd);
        Self {
            watched: watched.collect(),
            owned,
            skel,
            started: words.filter(|word| word.starts_with('/')).cloned().collect(),
            init: init_target(image, last),
            people,
        }
    }

    /// The effects of one layer.
    pub fn layer(&self, layer: &Layer, place: &dyn Fn(&str) -> Place, effects: &mut Vec<Effect>) {
        for removed in &layer.removed {
            self.remove(removed, false, place, effects);
        }
        for folder in &layer.opaque {
            self.remove(folder, true, place, effects);
        }
        let heaps: BTreeSet<&str> = layer
            .heaps
            .iter()
            .map(|heap| heap.path.as_str())
            .filter(|path| self.counts_as_tree(path))
            .collect();
        let folders_in_use: BTreeSet<&str> = layer
            .entries
            .iter()
            .filter(|entry| entry.kind != Kind::Folder)
            .filter_map(|entry| entry.path.rsplit_once('/'))
            .map(|(folder, _)| folder)
            .chain(heaps.iter().copied())
            .collect();
        for entry in &layer.entries {
            if heaps.contains(entry.path.as_str()) || !self.is_told(entry, &folders_in_use) {
                continue;
            }
            let kind = match &entry.kind {
                Kind::File | Kind::Hard(_) | Kind::Other => WriteKind::File,
                Kind::Folder => WriteKind::Folder,
                Kind::Link(target) => WriteKind::Link(self.target(&entry.path, target)),
            };
            let content = match &entry.content {
                Some(Said::Text(text)) => Content::Text(Value::known(text.clone())),
                _ => Content::Unknown,
            };
            effects.push(self.write(&entry.path, kind, content, entry.uid, place));
        }
        for heap in layer
            .heaps
            .iter()
            .filter(|heap| heaps.contains(heap.path.as_str()))
        {
            effects.push(self.write(&heap.path, WriteKind::Tree, Content::Unknown, heap.uid, place));
        }
    }

    fn write(
        &self,
        written: &str,
        kind: WriteKind,
        content: Content,
        uid: u32,
        place: &dyn Fn(&str) -> Place,
    ) -> Effect {
        Effect {
            place: place(written),
            change: Change::Write(Write {
                path: path::clean(&Value::known(written)),
                kind,
                content,
                owner: Some(Value::known(self.people.name_of(uid))),
                writer: match self.is_owned(written) && !INITS.contains(&written) {
                    true => PACKAGE,
                    false => WRITER,
                },
            }),
        }
    }

    /// A deletion, where it may meet something that is told.
    fn remove(
        &self,
        removed: &str,
        contents_only: bool,
        place: &dyn Fn(&str) -> Place,
        effects: &mut Vec<Effect>,
    ) {
        let told = self
            .watched
            .iter()
            .map(String::as_str)
            .chain(VOLATILE)
            .chain(STORES)
            .chain(TEXTS)
            .chain(START_UP)
            .chain(READ_AT_LOGIN)
            .chain(INITS)
            .chain([
                "/etc/systemd",
                "/lib/systemd/system",
                "/usr/lib/systemd/system",
                "/etc/runlevels",
            ])
            .chain(self.started.iter().map(String::as_str))
            .any(|folder| lies_in(removed, folder) || lies_in(folder, removed));
        let cleaned = path::clean(&Value::known(removed));
        let is_volatile = VOLATILE.iter().any(|folder| path::covers(folder, &cleaned));
        if told || is_volatile {
            let change = Change::Remove {
                path: cleaned,
                contents_only,
            };
            effects.push(Effect {
                place: place(removed),
                change,
            });
        }
    }

    fn target(&self, link: &str, target: &str) -> Value {
        if INITS.contains(&link)
            && let Some(init) = &self.init
        {
            return Value::known(init.clone());
        }
        absolute(link, target)
    }

    /// Whether a folder whose content was summed up is told as a whole.
    fn counts_as_tree(&self, heap: &str) -> bool {
        let cleaned = path::clean(&Value::known(heap));
        let is_volatile = VOLATILE.iter().any(|folder| path::covers(folder, &cleaned));
        is_volatile || self.is_watched(heap) || STORES.iter().any(|store| lies_in(heap, store))
    }

    fn is_watched(&self, path: &str) -> bool {
        lies_in(path, "/home") && path != "/home" || self.watched.iter().any(|folder| lies_in(path, folder))
    }

    /// Whether a package has it.
    pub fn is_owned(&self, path: &str) -> bool {
        let has = |path: &str| self.owned.binary_search(&mark(path)).is_ok();
        // Packages name paths as they were before `/usr` took them in.
        has(path) || path.strip_prefix("/usr").is_some_and(has) || has(&format!("/usr{path}"))
    }

    fn is_told(&self, entry: &Entry, in_use: &BTreeSet<&str>) -> bool {
        let at = entry.path.as_str();
        let cleaned = path::clean(&Value::known(at));
        let is_folder = entry.kind == Kind::Folder;
        if let Some(root) = VOLATILE.iter().find(|folder| path::covers(folder, &cleaned)) {
            let is_root = cleaned.is(root) || cleaned.is("/run/lock");
            // Packages and the builder leave folders in `/run` that every start makes anew.
            let is_made_anew = is_folder && *root != "/tmp" && !in_use.contains(at);
            return !is_root && !is_made_anew && !LEFT_BEHIND.contains(&cleaned.text()) && !self.is_owned(at);
        }
        if INITS.contains(&at) || self.started.contains(at) {
            return true;
        }
        if let Kind::Link(target) = &entry.kind {
            let meant = absolute(at, target);
            let is_volatile = VOLATILE.iter().any(|folder| path::below(folder, &meant));
            if is_unit_link(at, target) || (is_volatile && !self.is_owned(at) && !is_usual(at)) {
                return true;
            }
        }
        if TEXTS.iter().any(|text| lies_in(at, text)) {
            return !is_folder;
        }
        if START_UP
            .iter()
            .chain(&READ_AT_LOGIN)
            .any(|text| lies_in(at, text))
        {
            // A script of a package's may link its file there.
            let leads_to_package = match &entry.kind {
                Kind::Link(target) => self.is_owned(absolute(at, target).text()),
                _ => false,
            };
            return !is_folder && !self.is_owned(at) && !leads_to_package;
        }
        if STORES.iter().any(|store| lies_in(at, store)) {
            return !is_folder;
        }
        if self.is_watched(at) {
            // sudo notes so that it told its user of itself.
            let is_note = at.ends_with("/.sudo_as_admin_successful") && entry.size == 0;
            return !is_note && !self.is_of_skel(entry);
        }
        let name = at.rsplit('/').next().unwrap_or(at);
        name == "dockerd" && !is_folder && !self.is_owned(at)
    }

    /// Whether it is what useradd copied.
    fn is_of_skel(&self, entry: &Entry) -> bool {
        let Some(Said::Text(text)) = &entry.content else {
            return false;
        };
        let homes = self
            .people
            .homes()
            .filter_map(|home| entry.path.strip_prefix(home));
        let mut names = homes.filter_map(|rest| rest.strip_prefix('/'));
        names.any(|name| self.skel.get(name).is_some_and(|texts| texts.contains(text)))
    }
}

/// Links into `/run` that every image has, made by its builder or its base.
fn is_usual(path: &str) -> bool {
    matches!(
        path,
        "/var/run" | "/var/lock" | "/etc/mtab" | "/etc/resolv.conf" | "/etc/motd"
    )
}

/// Whether a link enables or masks a unit.
fn is_unit_link(path: &str, target: &str) -> bool {
    const FOLDERS: [&str; 4] = [
        "/etc/systemd/system",
        "/lib/systemd/system",
        "/usr/lib/systemd/system",
        "/etc/runlevels",
    ];
    let Some(folder) = FOLDERS.iter().find(|folder| lies_in(path, folder)) else {
        return false;
    };
    let rest = &path[folder.len()..];
    // What systemd itself brings in its own folders nobody enabled.
    let is_own = folder.ends_with("lib/systemd/system");
    let enables = [".wants/", ".requires/"].iter().any(|kind| rest.contains(kind));
    let is_runlevel = *folder == "/etc/runlevels";
    let masks = target == "/dev/null" && *folder == "/etc/systemd/system";
    enables && !is_own || is_runlevel || masks
}

/// A target as an absolute path, the link itself not followed.
fn absolute(link: &str, target: &str) -> Value {
    let folder = link.rsplit_once('/').map_or("", |(folder, _)| folder);
    let whole = if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("{folder}/{target}")
    };
    path::clean(&Value::known(whole))
}

/// Where `/sbin/init` leads at the end, all links followed as far as they lead.
fn init_target(image: &Inspected, last: &State) -> Option<String> {
    let observed = crate::facts::Observed {
        layers: image.layers.iter().map(super::state::paths).collect(),
        entries: last.entries.clone(),
        ..crate::facts::Observed::default()
    };
    INITS.iter().find_map(|init| observed.resolve(init))
}
