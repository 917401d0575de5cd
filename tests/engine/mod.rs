//! The engine that tests run against, one of a test's own, and a registry.

#![allow(
    dead_code,
    unused_macros,
    unused_imports,
    clippy::print_stdout,
    reason = "each test takes a part, and tells what it skipped"
)]

use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The images that `tests/engine/start` makes and tests start from.
const BASES: [&str; 3] = ["busybox", "debian:bookworm", "debian:trixie"];

/// Whether an engine answers that has the base images. In CI one must, unless `SEAWORTHY_ENGINE_TESTS` is
/// `skip`: these tests are then skipped whether or not an engine answers.
pub fn answers() -> bool {
    static ANSWERS: OnceLock<bool> = OnceLock::new();
    if std::env::var_os("SEAWORTHY_ENGINE_TESTS").is_some_and(|asked| asked == "skip") {
        return false;
    }
    let look = || {
        docker(&[&["image", "inspect"], BASES.as_slice()].concat())
            .status
            .success()
    };
    let answers = *ANSWERS.get_or_init(look);
    assert!(
        answers || std::env::var_os("CI").is_none(),
        "no engine with {BASES:?} answers: eval \"$(tests/engine/start)\" gives one"
    );
    answers
}

/// Ends a test with a note where no engine answers.
macro_rules! skip_without_engine {
    () => {
        if !$crate::engine::answers() {
            println!("skipped: no engine is asked for or answers; eval \"$(tests/engine/start)\" gives one");
            return;
        }
    };
}
pub(crate) use skip_without_engine;

/// Runs docker, which `tests/engine/start` needs as well.
pub fn docker(arguments: &[&str]) -> Output {
    let run = Command::new("docker").args(arguments).output();
    run.unwrap_or_else(|_| {
        let mut failed = Command::new("false");
        failed.output().expect("false runs")
    })
}

/// What the engine says of an image.
#[track_caller]
pub fn image_json(name: &str) -> serde_json::Value {
    let output = docker(&["image", "inspect", name]);
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let mut image = all[0].clone();
    assert!(image.is_object(), "there is no image {name}");
    // What changes with every name that it gets.
    for key in ["RepoTags", "RepoDigests", "Metadata"] {
        image.as_object_mut().expect("it is one").remove(key);
    }
    image
}

/// The registry that `tests/engine/start` began; in CI there must be one.
pub fn registry() -> Option<String> {
    let named = std::env::var("SEAWORTHY_REGISTRY").ok();
    let home = std::env::var("SEAWORTHY_ENGINE").unwrap_or_else(|_| "/tmp/seaworthy-engine".to_owned());
    let began = || std::fs::read_to_string(format!("{home}/registry")).ok();
    let registry = named.or_else(began).map(|text| text.trim().to_owned());
    let answers = |address: &String| std::net::TcpStream::connect(address).is_ok();
    let registry = registry.filter(answers);
    assert!(
        registry.is_some() || std::env::var_os("CI").is_none(),
        "no registry answers"
    );
    if registry.is_none() {
        println!("skipped: no registry answers");
    }
    registry
}

/// An engine of a test's own, with a bridge of its own, that may be killed.
pub struct OwnEngine {
    folder: tempfile::TempDir,
    engine: std::cell::RefCell<Child>,
    bridge: String,
}

impl OwnEngine {
    /// Starts one, with busybox in it. None, with a note, where that cannot be done.
    pub fn start() -> Option<Self> {
        let is_root = Command::new("id")
            .arg("-u")
            .output()
            .is_ok_and(|id| id.stdout == b"0\n");
        let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
        if !is_root || !has("dockerd") || !has("ip") {
            println!("skipped: an engine of its own needs root, dockerd and ip");
            return None;
        }
        let folder = tempfile::Builder::new()
            .prefix("sw")
            .tempdir_in("/tmp")
            .expect("it can be made");
        // The name of an interface has at most 15 characters.
        let bridge = format!("swb{}", std::process::id());
        let ip = |arguments: &[&str]| {
            Command::new("ip")
                .args(arguments)
                .status()
                .expect("it runs")
                .success()
        };
        assert!(ip(&["link", "add", &bridge, "type", "bridge"]));
        assert!(ip(&["address", "add", "172.30.98.1/24", "dev", &bridge]));
        assert!(ip(&["link", "set", &bridge, "up"]));
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let log = std::fs::File::create(at("log")).expect("it can be made");
        let engine = Command::new("dockerd")
            .args([
                "--data-root",
                &at("data"),
                "--exec-root",
                &at("exec"),
                "--pidfile",
                &at("pid"),
            ])
            .args(["--host", &format!("unix://{}", at("sock")), "--bridge", &bridge])
            .args(["--iptables=false", "--storage-driver=vfs"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("dockerd runs");
        let own = Self {
            folder,
            engine: std::cell::RefCell::new(engine),
            bridge,
        };
        let started = Instant::now();
        while !docker(&["--host", &own.host(), "version"]).status.success() {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "dockerd does not start"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        let image = own
            .folder
            .path()
            .join("busybox.tar")
            .to_string_lossy()
            .into_owned();
        assert!(docker(&["save", "--output", &image, "busybox"]).status.success());
        assert!(
            docker(&["--host", &own.host(), "load", "--input", &image])
                .status
                .success()
        );
        Some(own)
    }

    /// Its address.
    pub fn host(&self) -> String {
        format!("unix://{}", self.folder.path().join("sock").display())
    }

    /// Kills it, as a machine that fails would.
    pub fn kill(&self) {
        let mut engine = self.engine.borrow_mut();
        let _ = engine.kill();
        let _ = engine.wait();
    }
}

impl Drop for OwnEngine {
    fn drop(&mut self) {
        self.kill();
        // What it started: its containerd, by its pid.
        let pid = self.folder.path().join("exec/containerd/containerd.pid");
        if let Ok(pid) = std::fs::read_to_string(pid) {
            let _ = Command::new("kill").args(["-KILL", pid.trim()]).status();
        }
        let _ = Command::new("ip").args(["link", "delete", &self.bridge]).status();
    }
}
