//! Images that are started as a workspace would be, good ones and spoiled ones, where an engine answers.

mod engine;

use std::collections::BTreeMap;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use engine::{docker, skip_without_engine};

/// A workspace with Docker inside, whose packages come from Debian's mirror.
const WORKSPACE: &str = "FROM debian:bookworm\n\
    RUN apt-get update && apt-get install -y --no-install-recommends sudo curl ca-certificates systemd-sysv docker.io locales && rm -rf /var/lib/apt/lists/*\n\
    RUN sed -i 's/^# *en_US.UTF-8/en_US.UTF-8/' /etc/locale.gen && locale-gen\n\
    RUN useradd -m -s /bin/bash -u 1000 -G docker,sudo coder\n\
    RUN echo 'coder ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/coder && chmod 440 /etc/sudoers.d/coder\n\
    ENV LANG=en_US.UTF-8\n\
    USER coder\n";

fn build(name: &str, text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("Dockerfile"), text).expect("it can be written");
    let tag = format!("seaworthy-probes-{name}");
    let output = Command::new("docker")
        .env("DOCKER_BUILDKIT", "0")
        .args(["build", "-q", "-t", &tag])
        .arg(folder.path())
        .output()
        .expect("docker can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    tag
}

/// The good image; it stays for the next run, since its packages take their time.
fn workspace() -> &'static str {
    static BUILT: OnceLock<String> = OnceLock::new();
    BUILT.get_or_init(|| build("workspace", WORKSPACE))
}

/// An image that is removed at the end.
struct Built(String);

impl Built {
    fn new(name: &str, text: &str) -> Self {
        Self(build(name, text))
    }
}

impl Drop for Built {
    fn drop(&mut self) {
        docker(&["rmi", "-f", &self.0]);
    }
}

/// A run of `verify --run` under a config.
struct Run {
    folder: tempfile::TempDir,
    command: Command,
}

impl Run {
    fn new(image: &str, config: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        std::fs::write(folder.path().join("seaworthy.yaml"), config).expect("it can be written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
        command
            .current_dir(folder.path())
            .args(["verify", image, "--run"])
            .args(arguments);
        Self { folder, command }
    }

    fn output(mut self) -> Output {
        let output = self.command.output().expect("it can be started");
        drop(self.folder);
        output
    }
}

/// What became of each probe, with what was seen, and the exit code.
struct Seen {
    probes: BTreeMap<String, (String, String)>,
    code: Option<i32>,
}

impl Seen {
    fn of(image: &str, config: &str) -> Self {
        let output = Run::new(image, config, &["--format", "json"]).output();
        let text = String::from_utf8_lossy(&output.stdout);
        let report: serde_json::Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{error}\n{text}\n{}", String::from_utf8_lossy(&output.stderr)));
        let probes = report["probes"].as_array().expect("there are probes");
        let probes = probes.iter().map(|probe| {
            assert!(probe["seconds"].as_f64().is_some_and(|seconds| seconds >= 0.0));
            let text = |key: &str| probe[key].as_str().expect("it is text").to_owned();
            (text("name"), (text("state"), text("output")))
        });
        Self {
            probes: probes.collect(),
            code: output.status.code(),
        }
    }

    #[track_caller]
    fn is(&self, name: &str, state: &str, words: &str) {
        let Some((seen, output)) = self.probes.get(name) else {
            panic!("there is no probe {name}: {:?}", self.probes);
        };
        assert!(
            seen == state && output.contains(words),
            "{name} is {seen}, not {state} with `{words}`: {output}"
        );
    }
}

/// Containers and volumes of ours that a test's process made.
fn left(process: u32) -> Vec<String> {
    let mut all = Vec::new();
    for (what, format) in [
        ("container", "{{.Names}}"),
        ("volume", "{{.Label \"seaworthy.probe\"}}"),
    ] {
        let mut arguments = vec![
            what,
            "ls",
            "--filter",
            "label=seaworthy.probe",
            "--format",
            format,
        ];
        if what == "container" {
            arguments.push("--all");
        }
        let output = docker(&arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let prefix = format!("seaworthy-probe-{process}-");
        all.extend(
            text.lines()
                .filter(|line| line.starts_with(&prefix))
                .map(str::to_owned),
        );
    }
    all
}

#[test]
fn a_good_workspace_passes_every_probe_with_docker_inside() {
    skip_without_engine!();
    let config = "workspace:\n  uid: 1000\n  docker: true\n  commands: [curl, docker]\n  volumes: [/home/coder, /data]\n\
                  probes:\n  - {name: own, command: [sh, -c, 'id -un; exit 3'], exit: 3, output: coder}\n  \
                  - {name: by root, command: [id, -u], user: root, output: '0'}\n";
    let seen = Seen::of(workspace(), config);
    for (name, (state, output)) in &seen.probes {
        let is_good = match name.as_str() {
            "content below mounts" | "content of /tmp and /run" => state == "skipped",
            _ => state == "passed",
        };
        assert!(is_good, "{name} is {state}: {output}");
    }
    for name in [
        "start",
        "init",
        "system",
        "units",
        "user",
        "login",
        "home",
        "sudo",
        "sudoers",
        "command curl",
        "command docker",
        "locale",
        "docker",
        "inner container",
        "own",
        "by root",
    ] {
        assert!(seen.probes.contains_key(name), "there is no probe {name}");
    }
    seen.is("inner container", "passed", "an inner container runs");
    // What the contract asks besides, such as Compose, is not in this image: its exit code says so.
    for (name, (state, output)) in &seen.probes {
        assert!(
            state == "passed" || state == "skipped",
            "{name} is {state}: {output}"
        );
    }
}

#[test]
fn a_spoiled_workspace_fails_the_probe_of_each_fault() {
    skip_without_engine!();
    let text = format!(
        "FROM {}\n\
         USER root\n\
         RUN rm /etc/sudoers.d/coder && echo 'coder ALL=(ALL NOPASSWD:ALL' > /etc/sudoers.d/broken && systemctl disable docker docker.socket\n\
         RUN printf '[Service]\\nType=oneshot\\nExecStart=/bin/sh -c \"echo it is broken; exit 1\"\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/agent.service && systemctl enable agent\n\
         RUN mkdir -p /home/coder/.nvm && echo x > /home/coder/.nvm/nvm.sh && echo x > /tmp/left && rm /usr/bin/curl\n\
         ENV LANG=de_DE.UTF-8\n\
         USER coder\n",
        workspace()
    );
    let image = Built::new("spoiled", &text);
    let config = "workspace: {uid: 1001, commands: [curl]}\n\
                  probes:\n  - {name: hangs, command: [sleep, '100'], seconds: 1}\n  \
                  - {name: wrong code, command: ['false']}\n  \
                  - {name: wrong output, command: [echo, this], output: that}\n  \
                  - {name: no program, command: [nowhere]}\n  \
                  - {name: nobody, command: [id], user: nobody-knows}\n  \
                  - {name: endless, command: [sh, -c, 'yes | head -c 100000000'], seconds: 60}\n";
    let seen = Seen::of(&image.0, config);
    seen.is("init", "passed", "systemd");
    seen.is("system", "passed", "degraded");
    seen.is("units", "failed", "agent.service failed");
    seen.is("units", "failed", "it is broken");
    seen.is("user", "failed", "the contract says 1001");
    seen.is("login", "passed", "");
    seen.is("sudo", "failed", "password");
    seen.is("sudoers", "failed", "/etc/sudoers.d/broken:1:16");
    seen.is("command curl", "failed", "there is no curl on PATH");
    seen.is("locale", "failed", "LANG=de_DE.UTF-8");
    seen.is("docker", "failed", "Cannot connect");
    seen.is("inner container", "failed", "");
    seen.is("content below mounts", "failed", "/home/coder/.nvm");
    seen.is("content of /tmp and /run", "failed", "/tmp/left");
    seen.is("hangs", "timeout", "");
    seen.is("wrong code", "failed", "it ends with 1, not 0");
    seen.is("wrong output", "failed", "`that` is not in what it says");
    seen.is("no program", "failed", "nowhere");
    seen.is("nobody", "failed", "nobody-knows");
    seen.is("endless", "timeout", "");
    assert_eq!(seen.code, Some(1));
}

#[test]
fn without_an_init_the_profile_sleeps_and_nothing_is_lost_from_tmp() {
    skip_without_engine!();
    let text = "FROM debian:bookworm\n\
                RUN useradd -M -d /opt/work -u 1000 -s /bin/bash coder && mkdir /opt/work && echo x > /tmp/left\n";
    let image = Built::new("bare", text);
    let seen = Seen::of(
        &image.0,
        "profile: envbox\nworkspace: {user: coder, home: /home/coder}\n",
    );
    seen.is("start", "passed", "sleep infinity");
    assert!(!seen.probes.contains_key("init"));
    seen.is("user", "passed", "/opt/work");
    seen.is("home", "failed", "Permission denied");
    seen.is("sudo", "skipped", "not installed");
    seen.is("docker", "skipped", "no engine in the image");
    seen.is("content of /tmp and /run", "passed", "all 1 files");
    let nobody = Seen::of(&image.0, "profile: devcontainer\nworkspace: {user: dev}\n");
    nobody.is("start", "passed", "a shell that waits");
    nobody.is("user", "failed", "no user dev");
    nobody.is("login", "skipped", "no user");
    assert_eq!(nobody.code, Some(1));
}

#[test]
fn what_lies_at_sbin_init_is_started_whatever_it_is() {
    skip_without_engine!();
    let text = "FROM debian:bookworm\nRUN ln -s /nowhere /sbin/init && useradd -m coder\n";
    let dangling = Built::new("dangling", text);
    let seen = Seen::of(&dangling.0, "");
    let (state, output) = match seen.probes.get("init") {
        Some(init) => init,
        None => &seen.probes["start"],
    };
    assert_eq!(state, "failed");
    assert!(output.contains("the container ended with 127"), "{output}");
    assert!(!seen.probes.values().any(|(state, _)| state == "timeout"));

    let text = "FROM debian:bookworm\nRUN printf '#!/bin/sh\\nexec sleep infinity\\n' > /sbin/init && chmod +x /sbin/init && useradd -m coder\n";
    let other = Built::new("other-init", text);
    let seen = Seen::of(&other.0, "");
    seen.is("init", "failed", "the first process is sleep, not systemd");
    seen.is("system", "skipped", "the system is not up");
    seen.is("home", "passed", "");
}

#[test]
fn a_service_runs_or_ends() {
    skip_without_engine!();
    let runs = Built::new("service", "FROM busybox\nCMD [\"sleep\", \"1000\"]\n");
    let config = "profile: service\nprobes: [{name: own, command: [echo, here], output: here}]\n";
    let seen = Seen::of(&runs.0, config);
    seen.is("start", "passed", "the image's own command");
    seen.is("own", "passed", "here");
    assert_eq!(seen.probes.len(), 2, "{:?}", seen.probes);
    let ends = Built::new(
        "service-ends",
        "FROM busybox\nCMD [\"sh\", \"-c\", \"echo no config; exit 4\"]\n",
    );
    let seen = Seen::of(&ends.0, config);
    seen.is("start", "failed", "the container ended with 4");
    seen.is("start", "failed", "no config");
    assert_eq!(seen.code, Some(1));
}

#[test]
fn losses_that_are_accepted_do_not_fail_the_run() {
    skip_without_engine!();
    let text = "FROM debian:bookworm\nRUN useradd -m -u 1000 coder && echo x > /home/coder/tool\n";
    let image = Built::new("accepted", text);
    let config =
        "workspace: {user: coder}\nignore: [{rule: home-shadowed, reason: the start-up script brings it}]\n";
    let seen = Seen::of(&image.0, config);
    seen.is(
        "content below mounts",
        "passed",
        "as accepted: the start-up script brings it",
    );
    seen.is("content below mounts", "passed", "/home/coder/tool");
    let output = Run::new(&image.0, "workspace: {user: coder}\n", &[]).output();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("✘ content below mounts"), "{text}");
    assert_eq!(output.status.code(), Some(1));
    let output = Run::new(&image.0, "workspace: {user: coder}\n", &["--format", "concise"]).output();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("image: error[probe-failed] the probe `content below mounts` failed"),
        "{text}"
    );
}

#[test]
fn a_signal_ends_the_probes_and_removes_the_container_with_its_volumes() {
    skip_without_engine!();
    let image = Built::new("ended", "FROM debian:bookworm\nRUN useradd -m -u 1000 coder\n");
    let config = "workspace: {user: coder}\nprobes: [{name: long, command: [sleep, '300'], seconds: 300}]\n";
    for signal in ["-INT", "-TERM"] {
        let mut run = Run::new(&image.0, config, &[]);
        let mut child = run
            .command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it can be started");
        let begun = Instant::now();
        // One container that asks the host may come before; only the second has volumes.
        while left(child.id()).len() < 2 {
            assert!(begun.elapsed() < Duration::from_secs(60), "no container comes");
            std::thread::sleep(Duration::from_millis(100));
        }
        std::thread::sleep(Duration::from_millis(500));
        let sent = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()));
        let process = child.id();
        let ended = Instant::now();
        let status = child.wait().expect("it ends");
        assert!(ended.elapsed() < Duration::from_secs(60));
        assert_eq!(status.code(), Some(130), "{signal}");
        assert_eq!(left(process), Vec::<String>::new(), "{signal}");
    }
}

#[test]
fn what_is_not_in_an_engine_cannot_be_started() {
    let run = |arguments: &[&str], host: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
        if let Some(host) = host {
            command.env("DOCKER_HOST", host);
        }
        let output = command
            .arg("verify")
            .args(arguments)
            .output()
            .expect("it can be started");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), errors)
    };
    let (code, errors) = run(&["--archive", "x.tar", "--run"], None);
    assert_eq!(code, Some(2));
    assert!(errors.contains("docker load"), "{errors}");
    let (code, errors) = run(&["x", "--run"], Some("unix:///nonexistent/docker.sock"));
    assert_eq!(code, Some(2));
    assert!(errors.contains("no engine is running"), "{errors}");
}
