//! The Docker engine inside, and the init that starts it.

use crate::context::Answer;
use crate::facts::{Facts, File, Init, Origin, Package, Reach, WriteKind, path};
use crate::finding::Certainty;

/// A Docker engine in the image.
#[derive(Debug, Clone)]
pub struct Engine<'f> {
    /// What it came as, in the words of the file: a package's name, `dockerd`.
    pub name: String,
    /// The package that is one; none for an archive and for a base.
    pub package: Option<&'f Package>,
    /// Where it comes from; step 0 is the base.
    pub origin: Origin,
}

/// Folders in which programs are found, without a slash at the end.
const PROGRAM_FOLDERS: [&str; 6] = [
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
];

/// The two spellings of one path on systems where `/sbin` leads to `/usr/sbin`.
const INIT_PATHS: [&str; 2] = ["/sbin/init", "/usr/sbin/init"];

impl Facts {
    /// The engine that is installed when the build ends, the first one.
    pub fn engine(&self) -> Option<Engine<'_>> {
        let of_package = self.packages.system().find_map(|package| {
            let name = package.name.as_known()?;
            self.brings(name, package.manager).is_engine.then(|| Engine {
                name: name.to_owned(),
                package: Some(package),
                origin: package.asked.clone(),
            })
        });
        of_package
            .or_else(|| self.engine_of_archive())
            .or_else(|| self.engine_file())
            .or_else(|| self.engine_of_base())
    }

    /// `dockerd` as a file of its own.
    fn engine_file(&self) -> Option<Engine<'_>> {
        let is_it = |file: &&File| {
            file.path.as_known().is_some_and(|path| {
                path.rsplit_once('/')
                    .is_some_and(|(folder, name)| name == "dockerd" && PROGRAM_FOLDERS.contains(&folder))
            }) && !matches!(file.kind, WriteKind::Folder)
        };
        let file = self.files.staying().find(is_it)?;
        Some(Engine {
            name: "dockerd".to_owned(),
            package: None,
            origin: file.written.clone(),
        })
    }

    /// Docker's static archive, where more than the client is taken out of it.
    fn engine_of_archive(&self) -> Option<Engine<'_>> {
        let names_archive = |text: &str| {
            (text.contains("download.docker.com/linux/static/")
                || text.contains("get.docker.com/builds/Linux"))
                && (text.ends_with(".tgz") || text.contains(".tgz"))
                && !text.contains("rootless")
        };
        let (index, place) = self.steps.iter().enumerate().find_map(|(index, step)| {
            let program = step.program.as_ref()?;
            let (_, place) = program
                .words
                .iter()
                .find(|(word, _)| names_archive(word.text()))?;
            Some((index, place.clone()))
        })?;
        let downloaded = &self.steps[index];
        let later = self.steps[index..]
            .iter()
            .filter(|step| step.stage == downloaded.stage)
            .filter_map(|step| step.program.as_ref());
        let mut takes_daemon = false;
        for program in later {
            let words: Vec<&str> = program.words.iter().map(|(word, _)| word.text()).collect();
            let arguments = words.get(1..).unwrap_or_default();
            let takes = match program.name() {
                Some("tar" | "bsdtar") => takes_all_into_path(arguments),
                Some("cp" | "mv" | "install" | "ln") => arguments.iter().any(|word| {
                    word.ends_with("/dockerd") || word.ends_with("docker/*") || *word == "dockerd"
                }),
                _ => false,
            };
            if takes {
                takes_daemon = true;
                break;
            }
        }
        takes_daemon.then(|| Engine {
            name: "dockerd".to_owned(),
            package: None,
            origin: Origin {
                step: index,
                place,
                certainty: downloaded.certainty,
            },
        })
    }

    fn engine_of_base(&self) -> Option<Engine<'_>> {
        let base = &self.from.base;
        let packaged = ["docker-ce", "docker.io", "moby-engine"]
            .into_iter()
            .find(|name| base.package(name).is_known());
        let name = packaged.or_else(|| base.command("dockerd").is_known().then_some("dockerd"))?;
        let removed = |package: &str| self.packages.removals().any(|removed| removed.is(package));
        if removed(name) {
            return None;
        }
        Some(Engine {
            name: name.to_owned(),
            package: None,
            origin: Origin {
                step: 0,
                place: self.from.place.clone(),
                certainty: Certainty::Certain,
            },
        })
    }

    /// What `/sbin/init` is when the build ends.
    pub fn init(&self) -> Answer<Init> {
        if let Some(file) = self.init_file() {
            return match file.present_at(self.steps.len()) {
                Answer::Known(()) => Answer::Known(self.kind_of_init(file)),
                Answer::Absent | Answer::Unknown => Answer::Unknown,
            };
        }
        let base = self.from.base.init;
        if self.is_observed() {
            return base;
        }
        if let Some(answer) = self.init_removed() {
            return answer;
        }
        if base.is_known() {
            return base;
        }
        let may_come = self
            .packages
            .system()
            .any(|package| match package.name.as_known() {
                Some(name) => {
                    let brings = self.brings(name, package.manager);
                    is_file(name) || brings.may_bring_init(package.recommends)
                }
                None => true,
            });
        let end = self.steps.len();
        if may_come || self.tree_over_init() || self.is_opaque(Reach::Files, 0, end) {
            return Answer::Unknown;
        }
        base
    }

    /// The last step that certainly removes `/sbin/init` by name.
    pub fn init_removal(&self) -> Option<&Origin> {
        let mut removals = self.files.removals().iter().rev();
        let removal = removals.find(|removal| {
            removal.origin.certainty == Certainty::Certain
                && INIT_PATHS.iter().any(|init| removal.path.is(init))
        });
        removal.map(|removal| &removal.origin)
    }

    /// What becomes of `/sbin/init` when a step removes it by name; none where none certainly does.
    fn init_removed(&self) -> Option<Answer<Init>> {
        let step = self.init_removal()?.step;
        let mut packages = self.packages.system();
        let comes_again = packages.any(|package| package.asked.step > step)
            || self.tree_over_init()
            || self.is_opaque(Reach::Files, step + 1, self.steps.len());
        Some(match comes_again {
            true => Answer::Unknown,
            false => Answer::Absent,
        })
    }

    /// Whether nothing but recommendations of an engine's package may have brought an init.
    pub fn init_only_recommended(&self) -> bool {
        if self.is_observed() {
            return false;
        }
        let others = self
            .packages
            .system()
            .any(|package| match package.name.as_known() {
                Some(name) => {
                    let brings = self.brings(name, package.manager);
                    is_file(name) || (!brings.is_engine && brings.may_bring_init(package.recommends))
                }
                None => true,
            });
        self.init_file().is_none()
            && self.from.base.init.is_absent()
            && !others
            && !self.tree_over_init()
            && !self.is_opaque(Reach::Files, 0, self.steps.len())
    }

    /// The last thing that a step put at `/sbin/init`.
    pub fn init_file(&self) -> Option<&File> {
        let files = INIT_PATHS.iter().filter_map(|path| self.files.at(path));
        files.max_by_key(|file| file.written.step)
    }

    /// Whether a path leads to something in the image, as far as this can be told.
    pub fn exists(&self, target: &str) -> Answer {
        if let Some(observed) = &self.observed {
            return observed.exists(target);
        }
        let bare = target
            .strip_prefix("/usr")
            .filter(|rest| rest.starts_with("/lib") || rest.starts_with("/bin") || rest.starts_with("/sbin"));
        let other = bare.map_or_else(|| format!("/usr{target}"), str::to_owned);
        let end = self.steps.len();
        let mut removed = false;
        for path in [target, &other] {
            match self.files.at(path).map(|file| file.present_at(end)) {
                Some(Answer::Known(())) => return Answer::Known(()),
                Some(Answer::Unknown) => return Answer::Unknown,
                Some(Answer::Absent) => removed = true,
                None => {}
            }
        }
        let below = |file: &File| {
            path::below(target, &file.path)
                || (file.kind == WriteKind::Tree && path::may_hold(&file.path, target))
                || (file.kind == WriteKind::Tree && path::may_hold(&file.path, &other))
                || file.path.as_known().is_none()
        };
        if !removed && self.files.staying().any(below) {
            return Answer::Unknown;
        }
        if self.is_opaque(Reach::Files, 0, end) {
            return Answer::Unknown;
        }
        Answer::Absent
    }

    fn kind_of_init(&self, file: &File) -> Init {
        let WriteKind::Link(target) = &file.kind else {
            return Init::Other;
        };
        match target.text().rsplit('/').next() {
            Some("systemd") => Init::Systemd,
            Some("busybox") => Init::Busybox,
            _ => Init::Other,
        }
    }

    /// Whether a tree whose files are not known was laid over the folder of `/sbin/init`.
    fn tree_over_init(&self) -> bool {
        self.files.staying().any(|file| {
            file.kind == WriteKind::Tree && INIT_PATHS.iter().any(|init| path::may_hold(&file.path, init))
        })
    }
}

/// Whether a package is a file, of whose needs nothing is known.
fn is_file(name: &str) -> bool {
    name.contains('/') || name.ends_with(".deb") || name.ends_with(".rpm")
}

/// `tar x … -C /usr/local/bin --strip-components=1` without a list of members.
fn takes_all_into_path(arguments: &[&str]) -> bool {
    let names_daemon = arguments.iter().any(|word| word.ends_with("/dockerd"));
    let names_client = arguments
        .iter()
        .any(|word| matches!(*word, "docker/docker" | "./docker/docker" | "--wildcards"));
    let strips = arguments.iter().any(|word| word.starts_with("--strip"));
    let into = arguments
        .iter()
        .any(|word| PROGRAM_FOLDERS.contains(&word.trim_end_matches('/').trim_start_matches("--directory=")));
    names_daemon || (strips && into && !names_client)
}
