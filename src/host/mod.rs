//! Hosts as they are looked at: this machine, or one that was recorded into a folder.
//!
//! A recorded host is a folder that looks like the host's root: `etc/os-release`, `proc/mounts`,
//! `sys/fs/cgroup` and so on. What programs printed lies in `commands/`, each file named by its
//! command line (`commands/sysbox-runc --version`); the engine's answers to `GET /version` and
//! `GET /info` are `engine/version.json` and `engine/info.json`. Nothing outside of the folder is
//! read and no program is run.

mod engine;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::doctor::door::{Engine, Host, Seen};
use crate::program::{self, ProgramError};

/// How long a program or an engine may take to answer.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The longest file, and the most output of a program, that is read: 16 MiB holds any list of
/// modules or packages.
const LONGEST: u64 = 16 << 20;

/// How many names of a folder are read.
const MOST_NAMES: usize = 20_000;

/// The machine on which the program runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThisHost;

impl Host for ThisHost {
    fn name(&self) -> String {
        let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        match name.trim() {
            "" => "this host".to_owned(),
            name => name.to_owned(),
        }
    }

    fn read(&self, path: &str) -> Seen<Vec<u8>> {
        read_file(Path::new(path))
    }

    fn list(&self, path: &str) -> Seen<Vec<String>> {
        list_folder(Path::new(path))
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Seen<String> {
        match program::answer(Command::new(program).args(arguments), PATIENCE, LONGEST) {
            Ok(output) => Seen::Known(String::from_utf8_lossy(&output).into_owned()),
            Err(ProgramError::Missing(_)) => Seen::Absent,
            Err(error) => Seen::Hidden(error.to_string()),
        }
    }

    fn engine(&self) -> Seen<Engine> {
        engine::look()
    }
}

/// A host that was recorded into a folder.
#[derive(Debug, Clone)]
pub struct RecordedHost {
    /// With all links resolved.
    root: PathBuf,
    name: String,
}

impl RecordedHost {
    /// The host in a folder.
    ///
    /// # Errors
    /// The folder is not there, or is none.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let root = fs::canonicalize(folder)?;
        if !root.is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, "it is not a folder"));
        }
        let mut host = Self {
            root,
            name: String::new(),
        };
        let named = ["/etc/hostname", "/proc/sys/kernel/hostname"]
            .iter()
            .find_map(|path| host.read(path).known());
        let named = named.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        let folder = host
            .root
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        host.name = named
            .filter(|name| !name.is_empty())
            .or(folder)
            .unwrap_or_else(|| "recorded host".to_owned());
        Ok(host)
    }

    /// Where a path of the host lies; what leads out of the folder is hidden.
    fn inside(&self, path: &str) -> Seen<PathBuf> {
        let below: PathBuf = Path::new(path)
            .components()
            .filter(|part| matches!(part, Component::Normal(_)))
            .collect();
        match fs::canonicalize(self.root.join(below)) {
            Ok(real) if real.starts_with(&self.root) => Seen::Known(real),
            Ok(_) => Seen::Hidden(format!("{path} leads out of the recorded host")),
            Err(error) => failed(path, &error),
        }
    }
}

impl Host for RecordedHost {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn read(&self, path: &str) -> Seen<Vec<u8>> {
        match self.inside(path) {
            Seen::Known(path) => read_file(&path),
            Seen::Absent => Seen::Absent,
            Seen::Hidden(why) => Seen::Hidden(why),
        }
    }

    fn list(&self, path: &str) -> Seen<Vec<String>> {
        match self.inside(path) {
            Seen::Known(path) => list_folder(&path),
            Seen::Absent => Seen::Absent,
            Seen::Hidden(why) => Seen::Hidden(why),
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Seen<String> {
        let mut line = vec![program];
        line.extend(arguments);
        let name = line.join(" ").replace('/', "_");
        self.read(&format!("/commands/{name}"))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn engine(&self) -> Seen<Engine> {
        let mut answers = Vec::new();
        for name in ["version", "info"] {
            let path = format!("/engine/{name}.json");
            answers.push(match self.read(&path) {
                Seen::Known(bytes) => match serde_json::from_slice(&bytes) {
                    Ok(answer) => answer,
                    Err(error) => return Seen::Hidden(format!("{path} is not JSON: {error}")),
                },
                Seen::Absent => serde_json::Value::Null,
                Seen::Hidden(why) => return Seen::Hidden(why),
            });
        }
        match answers.as_slice() {
            [version, info] if !(version.is_null() && info.is_null()) => {
                Seen::Known(Engine::read(version, info))
            }
            _ => Seen::Absent,
        }
    }
}

fn failed<T>(path: &str, error: &io::Error) -> Seen<T> {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Seen::Absent,
        _ => Seen::Hidden(format!("{path}: {}", reason(error))),
    }
}

/// An error of the system in plain words, without its number.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error
            .to_string()
            .split(" (os error")
            .next()
            .unwrap_or_default()
            .to_lowercase(),
    }
}

fn read_file(path: &Path) -> Seen<Vec<u8>> {
    let shown = path.to_string_lossy();
    // What is no file is not opened: a pipe would wait for ever.
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Seen::Hidden(format!("{shown}: it is not a regular file")),
        Err(error) => return failed(&shown, &error),
    }
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes)) {
        Ok(_) => Seen::Known(bytes),
        Err(error) => failed(&shown, &error),
    }
}

fn list_folder(path: &Path) -> Seen<Vec<String>> {
    match fs::read_dir(path) {
        Ok(entries) => {
            let names = entries
                .flatten()
                .take(MOST_NAMES)
                .map(|entry| entry.file_name().to_string_lossy().into_owned());
            let mut names: Vec<String> = names.collect();
            names.sort();
            Seen::Known(names)
        }
        Err(error) => failed(&path.to_string_lossy(), &error),
    }
}
