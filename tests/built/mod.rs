//! Images that templates make, built by a real engine, and containers of them.
//!
//! Only Debian's packages are taken for reachable: what else an image copies comes from images that are
//! made here, under a registry's name that nobody has. Everything is removed afterwards.

pub mod spoiled;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use seaworthy::probes::capabilities::{bits_in, of_bits};
use serde_json::Value;

/// Where the images of these tests lie; the `mirror` of the templates.
pub const REGISTRY: &str = "seaworthy-templates";
/// Where the bases of the small images lie.
pub const SMALL: &str = "seaworthy-templates/small";

pub fn docker(arguments: &[&str]) -> Output {
    let output = Command::new("docker")
        .args(arguments)
        // The classic builder: the other needs a part of the program that is not everywhere.
        .env("DOCKER_BUILDKIT", "0")
        .stdin(Stdio::null())
        .output();
    output.expect("docker runs")
}

pub fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// This program, as a user starts it.
pub fn seaworthy(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
    for name in ["CI", "DOCKER_BUILDKIT", "SOURCE_DATE_EPOCH", "FORCE_COLOR"] {
        command.env_remove(name);
    }
    let output = command
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    output.expect("the program runs")
}

/// What it printed as JSON.
#[track_caller]
pub fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{}", text(output)))
}

fn base_dockerfile(from: &str) -> String {
    format!("FROM {from}\nRUN echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/docker-apt-speedup\n")
}

/// An image that is removed at the end, and the folder that it was built from.
pub struct Image {
    /// Its name.
    pub name: String,
    folder: tempfile::TempDir,
}

impl Drop for Image {
    fn drop(&mut self) {
        // By its name alone: what has the same content under another name belongs to others.
        docker(&["image", "rm", &self.name]);
    }
}

impl Image {
    /// A base under the name by which templates ask for it, with Docker Hub's own setting for dpkg,
    /// without which each file is written through to the disk.
    pub fn base(from: &str, name: &str) -> Self {
        Self::of_text(name, &base_dockerfile(from))
    }

    /// An image that stands for one with a toolchain: scripts that say their own names.
    pub fn toolchain(name: &str, programs: &[&str]) -> Self {
        let mut dockerfile = "FROM busybox\n".to_owned();
        for program in programs {
            let (folder, file) = program.rsplit_once('/').expect("it is absolute");
            dockerfile += &format!(
                "RUN mkdir -p {folder} && printf '#!/bin/sh\\necho {file}\\n' > {program} && chmod 0755 {program}\n"
            );
        }
        Self::of_text(name, &dockerfile)
    }

    fn of_text(name: &str, dockerfile: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        fs::write(folder.path().join("Dockerfile"), dockerfile).expect("it can be written");
        let image = Self {
            name: format!("{REGISTRY}/{name}"),
            folder,
        };
        image.build(image.folder.path(), &["--no-lint"]);
        image
    }

    /// What a template makes, built.
    pub fn of_template(template: &str, tag: &str, answers: &[&str]) -> Self {
        Self::of_template_in(REGISTRY, template, tag, answers)
    }

    /// The same with bases below a name of their own, which no other test removes.
    pub fn of_template_in(mirror: &str, template: &str, tag: &str, answers: &[&str]) -> Self {
        let image = Self {
            name: format!("{REGISTRY}/{tag}"),
            folder: tempfile::tempdir().expect("a folder can be made"),
        };
        let mirror_name = mirror;
        let mirror = format!("mirror={mirror}");
        let mut arguments = vec!["new", template, "ws", "--set", &mirror];
        arguments.extend(answers.iter().flat_map(|answer| ["--set", answer]));
        let made = seaworthy(image.folder.path(), &arguments);
        assert!(made.status.success(), "{template}: {}", text(&made));
        image.tell_base(mirror_name);
        let begun = Instant::now();
        image.build(&image.workspace(), &[]);
        println!("{tag} was built in {:.0} s", begun.elapsed().as_secs_f32());
        image
    }

    /// Says in the config from which Dockerfile the base was built that these tests call Debian's.
    fn tell_base(&self, mirror: &str) {
        let workspace = self.workspace();
        let config = workspace.join("seaworthy.yaml");
        let mut told = fs::read_to_string(&config).expect("it can be read") + "\nbases:\n";
        fs::create_dir(workspace.join("bases")).expect("it can be made");
        for (number, release) in [("12", "bookworm"), ("13", "trixie")] {
            told += &format!("  \"{mirror}/debian:{number}\": bases/{release}.Dockerfile\n");
            let file = workspace.join(format!("bases/{release}.Dockerfile"));
            fs::write(file, base_dockerfile(&format!("debian:{release}"))).expect("it can be written");
        }
        fs::write(config, told).expect("it can be written");
    }

    /// The same image with another Dockerfile, in a folder of its own that has the same config.
    pub fn with_dockerfile(&self, tag: &str, dockerfile: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let copied = Command::new("cp")
            .arg("-r")
            .arg(self.workspace())
            .arg(folder.path().join("ws"))
            .status();
        assert!(copied.is_ok_and(|status| status.success()));
        let image = Self {
            name: format!("{REGISTRY}/{tag}"),
            folder,
        };
        fs::write(image.workspace().join("Dockerfile"), dockerfile).expect("it can be written");
        image
    }

    /// The folder that the template made.
    pub fn workspace(&self) -> PathBuf {
        self.folder.path().join("ws")
    }

    /// The Dockerfile that the template made.
    pub fn dockerfile(&self) -> String {
        fs::read_to_string(self.workspace().join("Dockerfile")).expect("it can be read")
    }

    /// Builds it from a folder, as a user would.
    #[track_caller]
    pub fn build(&self, folder: &Path, arguments: &[&str]) {
        let all = [&["build", "--tag", &self.name, "--progress", "plain"], arguments].concat();
        let built = seaworthy(folder, &all);
        assert!(built.status.success(), "{}:\n{}", self.name, text(&built));
    }

    /// What `verify` says of it, in the folder of the workspace, and with which code it ends.
    #[track_caller]
    pub fn verified(&self, arguments: &[&str]) -> (Value, Option<i32>) {
        let all = [&["verify", &self.name, "--format", "json"], arguments].concat();
        let output = seaworthy(&self.workspace(), &all);
        (json(&output), output.status.code())
    }

    /// What a script says in a container of it, as the image's own user.
    pub fn says(&self, script: &str) -> String {
        let output = docker(&["run", "--rm", &self.name, "sh", "-c", script]);
        text(&output)
    }

    pub fn says_exactly(&self, script: &str, expected: &str) {
        assert_eq!(self.says(script).trim(), expected, "{}: {script}", self.name);
    }

    /// What holds of every workspace image for the user coder.
    pub fn is_a_workspace(&self, user: &str) {
        self.says_exactly("id --user --name", user);
        self.says_exactly(
            "id --user; id --group; id --group --name",
            &format!("1000\n1000\n{user}"),
        );
        self.says_exactly(
            "getent passwd 1000 | cut -d: -f6-",
            &format!("/home/{user}:/bin/bash"),
        );
        self.says_exactly("cut -d: -f3 /etc/passwd | grep -cx 1000", "1");
        self.says_exactly("grep -cx /bin/bash /etc/shells", "1");
        self.says_exactly("stat --format '%U %a' \"$HOME\" | cut -d' ' -f1", user);
        self.says_exactly("touch \"$HOME/x\" && echo writable", "writable");
        self.says_exactly("sudo --non-interactive id --user", "0");
        self.says_exactly(
            &format!("sudo stat --format '%U %a' /etc/sudoers.d/{user}"),
            "root 440",
        );
        self.says_exactly("sudo visudo -c >/dev/null && echo clean", "clean");
        self.says_exactly("echo $LANG; locale -a | grep -c '^en_US.utf8$'", "en_US.UTF-8\n1");
        self.says_exactly("sudo cat /etc/default/locale", "LANG=en_US.UTF-8");
        self.says_exactly("locale 2>&1 >/dev/null", "");
        self.says_exactly("ls -A /tmp", "");
        self.says_exactly(
            "test -s /etc/ssl/certs/ca-certificates.crt && echo there",
            "there",
        );
        self.says_exactly(
            "test -f /etc/skel/.profile && test -f /etc/skel/.bashrc && echo there",
            "there",
        );
        self.says_exactly("ls /var/lib/apt/lists", "");
        self.has("sh bash sleep stat getent cat mkdir mktemp chmod id curl git tar jq sudo ssh");
        let config = docker(&[
            "inspect",
            "--format",
            "{{.Config.User}} {{json .Config.Volumes}} {{json .Config.Entrypoint}}",
            &self.name,
        ]);
        assert_eq!(text(&config).trim(), format!("{user} null null"));
    }

    fn has(&self, commands: &str) {
        let script = format!("for c in {commands}; do command -v $c >/dev/null || echo $c; done");
        self.says_exactly(&script, "");
    }

    /// What enterprise-base has beyond that.
    pub fn is_an_enterprise_base(&self) {
        self.is_a_workspace("coder");
        self.has(
            "docker dockerd containerd runc wget unzip vim man htop rsync python3 pip3 pipx gcc make ps ip",
        );
        self.says_exactly("id --groups --name", "coder docker");
        self.says_exactly(
            "readlink --canonicalize-existing /sbin/init",
            "/usr/lib/systemd/systemd",
        );
        let enabled =
            "systemctl is-enabled docker.service docker.socket containerd.service systemd-udevd.service";
        self.says_exactly(enabled, "enabled\nenabled\nenabled\nmasked");
        self.says_exactly("ls -A /var/lib/docker 2>/dev/null", "");
        self.says_exactly(
            "python3 -m json.tool /etc/docker/daemon.json | grep -c snapshotter",
            "1",
        );
        self.says_exactly("command -v sshd", "");
    }

    /// systemd as the first process brings the engine up, and the user may talk to it.
    pub fn runs_an_engine(&self) {
        let container = Container::start(self);
        let begun = Instant::now();
        let mut state = String::new();
        while begun.elapsed() < Duration::from_secs(60) {
            state = container.says(&["systemctl", "is-system-running"]);
            if matches!(state.trim(), "running" | "degraded") {
                break;
            }
            sleep(Duration::from_millis(500));
        }
        assert_eq!(
            state.trim(),
            "running",
            "{}",
            container.says(&["systemctl", "--failed"])
        );
        let info = container.says(&["su", "-", "coder", "-c", "docker info --format {{.Driver}}"]);
        assert!(!info.trim().is_empty() && !info.contains("annot"), "{info}");
        let names = container.says(&["su", "-", "coder", "-c", "echo $LANG"]);
        assert_eq!(names.trim(), "en_US.UTF-8", "a login shell has the locale");
    }
}

/// A container with systemd as its first process, as Sysbox would run it, and without its rights.
struct Container(String);

impl Drop for Container {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", &self.0]);
    }
}

impl Container {
    fn start(image: &Image) -> Self {
        // What the host itself lacks cannot be given.
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let given = bits_in(&status).map(of_bits).unwrap_or_default();
        let capabilities: Vec<String> = given.iter().map(|name| format!("--cap-add={name}")).collect();
        let name = image.name.replace(['/', ':'], "-");
        docker(&["rm", "--force", "--volumes", &name]);
        let mut arguments = vec![
            "run",
            "--detach",
            "--name",
            &name,
            "--user",
            "root",
            "--cgroupns",
            "private",
            "--security-opt",
            "seccomp=unconfined",
            "--device-cgroup-rule",
            "a *:* rwm",
            "--tmpfs",
            "/run",
            "--tmpfs",
            "/run/lock",
            "--tmpfs",
            "/tmp",
            "--volume",
            "/var/lib/docker",
            "--env",
            "container=docker",
        ];
        arguments.extend(capabilities.iter().map(String::as_str));
        // Its own control groups, which the engine mounts read-only.
        let start = "for folder in /sys/fs/cgroup /sys/fs/cgroup/*/; do \
                     mount -o remount,rw $folder 2>/dev/null; done; exec /sbin/init";
        arguments.extend(["--entrypoint", "/bin/sh", &image.name, "-c", start]);
        let output = docker(&arguments);
        let container = Self(name.clone());
        assert!(output.status.success(), "{}", text(&output));
        container
    }

    fn says(&self, command: &[&str]) -> String {
        let arguments = [&["exec", self.0.as_str()], command].concat();
        text(&docker(&arguments))
    }
}
