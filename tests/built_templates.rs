//! What templates make is built by a real engine, and the images have what a workspace needs.
//!
//! Only Debian's packages are taken for reachable: what else an image copies comes from images that are
//! made here, under a registry's name that nobody has. Skipped with a note where no engine answers, except
//! in CI, where that is a failure. Everything is removed afterwards.

#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Where the images of these tests lie; the `mirror` of the templates.
const REGISTRY: &str = "seaworthy-templates";
/// Where the bases of the small images lie.
const SMALL: &str = "seaworthy-templates/small";

fn docker(arguments: &[&str]) -> Output {
    let output = Command::new("docker")
        .args(arguments)
        // The classic builder: the other needs a part of the program that is not everywhere.
        .env("DOCKER_BUILDKIT", "0")
        .stdin(Stdio::null())
        .output();
    output.expect("docker runs")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Whether an engine answers that has Debian's bases.
fn engine() -> bool {
    let answers = Command::new("docker")
        .args(["image", "inspect", "debian:bookworm", "debian:trixie", "busybox"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !answers {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI has an engine with debian:bookworm, debian:trixie and busybox"
        );
        println!("skipped: no engine with debian:bookworm, debian:trixie and busybox answers");
    }
    answers
}

/// An image that is removed at the end.
struct Image(String);

impl Drop for Image {
    fn drop(&mut self) {
        // By its name alone: what has the same content under another name belongs to others.
        docker(&["image", "rm", &self.0]);
    }
}

impl Image {
    /// A base under the name by which templates ask for it, with Docker Hub's own setting for dpkg,
    /// without which each file is written through to the disk.
    fn base(from: &str, name: &str) -> Self {
        let run = "RUN echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/docker-apt-speedup";
        Self::of_text(name, &format!("FROM {from}\n{run}\n"))
    }

    /// An image that stands for one with a toolchain: scripts that say their own names.
    fn toolchain(name: &str, programs: &[&str]) -> Self {
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
        let name = format!("{REGISTRY}/{name}");
        let mut build = Command::new("docker")
            .args(["build", "--quiet", "--tag", &name, "-"])
            .env("DOCKER_BUILDKIT", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("docker runs");
        let mut input = build.stdin.take().expect("it is piped");
        input.write_all(dockerfile.as_bytes()).expect("it is read");
        drop(input);
        let output = build.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", text(&output));
        Self(name)
    }

    /// What a template makes, built.
    fn of_template(template: &str, tag: &str, answers: &[&str]) -> Self {
        Self::of_template_in(REGISTRY, template, tag, answers)
    }

    /// The same with bases below a name of their own, which no other test removes.
    fn of_template_in(mirror: &str, template: &str, tag: &str, answers: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let ws = folder.path().join("ws");
        let mirror = format!("mirror={mirror}");
        let made = Command::new(env!("CARGO_BIN_EXE_seaworthy"))
            .args(["new", template])
            .arg(&ws)
            .args(["--set", &mirror])
            .args(answers.iter().flat_map(|answer| ["--set", answer]))
            .stdin(Stdio::null())
            .output()
            .expect("the program runs");
        assert!(made.status.success(), "{template}: {}", text(&made));
        let name = format!("{REGISTRY}/{tag}");
        let begun = Instant::now();
        let built = docker(&["build", "--tag", &name, ws.to_str().expect("text")]);
        assert!(built.status.success(), "{template}:\n{}", text(&built));
        println!("{tag} was built in {:.0} s", begun.elapsed().as_secs_f32());
        fs::remove_dir_all(&ws).expect("it can be removed");
        Self(name)
    }

    /// What a script says in a container of it, as the image's own user.
    fn says(&self, script: &str) -> String {
        let output = docker(&["run", "--rm", &self.0, "sh", "-c", script]);
        text(&output)
    }

    fn says_exactly(&self, script: &str, expected: &str) {
        assert_eq!(self.says(script).trim(), expected, "{}: {script}", self.0);
    }

    /// What holds of every workspace image for the user coder.
    fn is_a_workspace(&self, user: &str) {
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
            &self.0,
        ]);
        assert_eq!(text(&config).trim(), format!("{user} null null"));
    }

    fn has(&self, commands: &str) {
        let script = format!("for c in {commands}; do command -v $c >/dev/null || echo $c; done");
        self.says_exactly(&script, "");
    }

    /// What enterprise-base has beyond that.
    fn is_an_enterprise_base(&self) {
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
    fn runs_an_engine(&self) {
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

/// Capabilities by their bits, from linux/capability.h.
const CAPABILITIES: [&str; 38] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
];

impl Container {
    fn start(image: &Image) -> Self {
        // What the host itself lacks cannot be given.
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let bounding = status.lines().find_map(|line| line.strip_prefix("CapBnd:"));
        let bounding = bounding
            .and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok())
            .unwrap_or(0);
        let given = (0..)
            .zip(CAPABILITIES)
            .filter(|(bit, _)| bounding >> bit & 1 == 1);
        let capabilities: Vec<String> = given.map(|(_, name)| format!("--cap-add={name}")).collect();
        let name = image.0.replace(['/', ':'], "-");
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
        arguments.extend(["--entrypoint", "/bin/sh", &image.0, "-c", start]);
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

#[test]
fn enterprise_base_on_debian_12_and_its_children() {
    if !engine() {
        return;
    }
    let on = ["distribution=debian-12", "engine=distribution"];
    let _base = Image::base("debian:bookworm", "debian:12");
    let image = Image::of_template("enterprise-base", "enterprise-base-12", &on);
    image.is_an_enterprise_base();
    image.runs_an_engine();
    // Compose 2 and buildx are not among Debian 12's packages.

    let _go = Image::toolchain("golang:1.25-bookworm", &["/usr/local/go/bin/go"]);
    let golang = Image::of_template("golang", "golang-12", &on);
    golang.says_exactly("go; bash --login -c go", "go\ngo");

    let node = [
        "/usr/local/bin/node",
        "/usr/local/lib/node_modules/npm/bin/npm-cli.js",
        "/usr/local/lib/node_modules/npm/bin/npx-cli.js",
        "/usr/local/lib/node_modules/corepack/dist/corepack.js",
    ];
    let _node = Image::toolchain("node:22-bookworm", &node);
    let node = Image::of_template("node", "node-12", &on);
    node.says_exactly(
        "node; npm; npx; corepack",
        "node\nnpm-cli.js\nnpx-cli.js\ncorepack.js",
    );

    let _jdk = Image::toolchain(
        "eclipse-temurin:21-jdk",
        &["/opt/java/openjdk/bin/java", "/opt/java/openjdk/bin/javac"],
    );
    let _maven = Image::toolchain("maven:3.9-eclipse-temurin-21", &["/usr/share/maven/bin/mvn"]);
    let java = Image::of_template("java", "java-12", &on);
    java.says_exactly(
        "java; mvn; bash --login -c 'mvn; echo $JAVA_HOME'",
        "java\nmvn\nmvn\n/opt/java/openjdk",
    );
}

#[test]
fn enterprise_base_on_debian_13_and_python() {
    if !engine() {
        return;
    }
    let on = ["distribution=debian-13", "engine=distribution"];
    let _base = Image::base("debian:trixie", "debian:13");
    let image = Image::of_template("enterprise-base", "enterprise-base-13", &on);
    image.is_an_enterprise_base();
    image.runs_an_engine();
    for command in [
        "docker compose version",
        "docker-compose version",
        "docker buildx version",
    ] {
        let script = format!("{command} >/dev/null && echo answers");
        image.says_exactly(&script, "answers");
    }
    let python = Image::of_template("python", "python-13", &on);
    python.is_a_workspace("coder");
    python.says_exactly(
        "python -m venv /tmp/v && /tmp/v/bin/python -c 'print(6 * 7)'",
        "42",
    );
}

#[test]
fn small_images_on_debian() {
    if !engine() {
        return;
    }
    let _base = Image::base("debian:trixie", "small/debian:13");
    let on = "distribution=debian-13";
    let minimal = Image::of_template_in(SMALL, "minimal", "minimal-13", &[on]);
    minimal.is_a_workspace("coder");
    let container = Image::of_template_in(SMALL, "devcontainer", "devcontainer-13", &[on]);
    container.is_a_workspace("vscode");
    let service = Image::of_template_in(SMALL, "service", "service-13", &[on, "certificates=yes"]);
    service.says_exactly("id --user --name; id --user", "app\n10001");
    let script = "python3 serve.py 2>/dev/null & sleep 1; python3 -c \"import urllib.request as r; print(r.urlopen('http://127.0.0.1:8080').read().decode())\"";
    service.says_exactly(script, "ready");
}
