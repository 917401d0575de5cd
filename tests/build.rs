//! `build` against a real engine, which `tests/engine/start` gives: without one these tests say that they
//! are skipped, and fail in CI.

#![cfg(feature = "engine")]
#![allow(clippy::print_stdout, reason = "a test tells what it skipped")]

mod engine;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use engine::{OwnEngine, docker, image_json, registry, skip_without_engine};

/// A context in a folder of its own, with an image name that is removed with it.
struct Case {
    folder: tempfile::TempDir,
    image: String,
}

impl Case {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        let image = format!("seaworthy-build-{name}-{}", std::process::id());
        Self { folder, image }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = seaworthy();
        command
            .args(["build", "--tag", &self.image])
            .args(arguments)
            .arg(self.folder.path());
        command
    }

    /// Builds without the linter, whose findings are no matter here.
    fn build(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .arg("--no-lint")
            .output()
            .expect("it runs")
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        docker(&["image", "rm", "--force", &self.image]);
    }
}

fn seaworthy() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
    for name in [
        "CI",
        "DOCKER_BUILDKIT",
        "SOURCE_DATE_EPOCH",
        "NO_COLOR",
        "FORCE_COLOR",
    ] {
        command.env_remove(name);
    }
    command
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn good(output: &Output) {
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        printed(output),
        told(output)
    );
}

#[track_caller]
fn exit(output: &Output, code: i32) {
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}{}",
        printed(output),
        told(output)
    );
}

/// A command that no build before this one ran, so that nothing of it is reused.
fn once() -> String {
    format!("echo {}-{:?}", std::process::id(), Instant::now())
}

#[test]
fn an_image_is_built_by_both_builders_with_all_that_is_said_of_it() {
    skip_without_engine!();
    for builder in ["1", "0"] {
        let case = Case::new(
            "said",
            &[
                (
                    "Dockerfile",
                    "FROM busybox AS one\nARG WHO=nobody\nRUN echo $WHO >/who\nFROM one\nRUN false\n",
                ),
                (
                    "seaworthy.yaml",
                    "workspace: {user: coder, uid: 1000}\nplatform: {coder: \"1.44\"}\n",
                ),
            ],
        );
        let other = format!("{}:other", case.image);
        let (iid, metadata) = (case.path("iid"), case.path("metadata"));
        let output = case
            .command(&[
                "--tag",
                &other,
                "--no-lint",
                "--target",
                "one",
                "--build-arg",
                "WHO=somebody",
                "--label",
                "mine=yes",
                "--iidfile",
                &iid,
                "--metadata-file",
                &metadata,
            ])
            .env("DOCKER_BUILDKIT", builder)
            .env("SOURCE_DATE_EPOCH", "951782400")
            .output()
            .expect("it runs");
        good(&output);
        let image = image_json(&case.image);
        assert_eq!(image, image_json(&other));
        let id = fs::read_to_string(iid).expect("it is written");
        assert_eq!(image["Id"], id.as_str());
        let labels = &image["Config"]["Labels"];
        assert_eq!(labels["mine"], "yes");
        assert_eq!(labels["org.opencontainers.image.created"], "2000-02-29T00:00:00Z");
        assert_eq!(
            labels["org.opencontainers.image.base.name"],
            "docker.io/library/busybox:latest"
        );
        assert_eq!(
            labels["seaworthy.contract"],
            r#"{"profile":"cvm","uid":1000,"user":"coder"}"#
        );
        assert_eq!(labels["seaworthy.platform.coder"], "1.44");
        let metadata = fs::read_to_string(metadata).expect("it is written");
        let metadata: serde_json::Value = serde_json::from_str(&metadata).expect("it is JSON");
        assert_eq!(metadata["containerimage.config.digest"], id.as_str());
        assert_eq!(metadata["image.name"], format!("{},{other}", case.image));
        let who = docker(&["run", "--rm", "--network", "none", &case.image, "cat", "/who"]);
        assert_eq!(printed(&who), "somebody\n");
        let noted = told(&output).contains("note: the classic builder builds: DOCKER_BUILDKIT=0 asks for it");
        assert_eq!(noted, builder == "0", "{}", told(&output));
        docker(&["image", "rm", &other]);
    }
}

#[test]
fn what_was_built_before_is_reused_and_gives_the_same_image() {
    skip_without_engine!();
    let dockerfile = format!("FROM busybox\nCOPY . /src\nRUN {}\n", once());
    let case = Case::new("cache", &[("Dockerfile", &dockerfile), ("a/b", "1")]);
    let first = case.build(&["--progress", "quiet"]);
    good(&first);
    // Another checkout: later, with another umask.
    fs::remove_file(case.path("a/b")).expect("it is there");
    fs::write(case.path("a/b"), "1").expect("it can be written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o664);
    fs::set_permissions(case.path("a/b"), mode).expect("it is ours");
    let second = case.build(&["--progress", "json"]);
    good(&second);
    let cached = printed(&second).matches(r#"{"event":"cached""#).count();
    assert!(cached >= 2, "{}", printed(&second));
    assert_eq!(image_json(&case.image)["Id"], printed(&first).trim());
    let third = case.build(&["--no-cache", "--progress", "plain"]);
    good(&third);
    let text = told(&third);
    let ran = |line: &str| line.starts_with('#') && line.ends_with('}') && !line.contains("RUN");
    assert!(text.lines().any(ran), "{text}");
}

#[test]
fn a_failed_step_is_told_by_its_line_with_the_end_of_its_log() {
    skip_without_engine!();
    let dockerfile = "ARG V=1\nFROM busybox\nENV A=b\n\nRUN echo first; \\\n  echo \"oops $A\"; exit 7\n";
    let case = Case::new("fails", &[("sub/Dockerfile", dockerfile)]);
    let file = case.path("sub/Dockerfile");
    for builder in ["1", "0"] {
        let output = case
            .command(&["--no-lint", "--no-cache", "--progress", "json", "--file", &file])
            .env("DOCKER_BUILDKIT", builder)
            .output()
            .expect("it runs");
        exit(&output, 1);
        let told = told(&output);
        assert!(told.contains("sub/Dockerfile:5: RUN echo first;"), "{told}");
        assert!(told.contains("  | oops b"), "{told}");
        let last = printed(&output).lines().last().expect("there is one").to_owned();
        let last: serde_json::Value = serde_json::from_str(&last).expect("it is JSON");
        assert_eq!(
            (&last["event"], &last["line"]),
            (&"failure".into(), &5.into()),
            "{last}"
        );
    }
}

#[test]
fn a_file_that_the_builder_refuses_is_a_failure_too() {
    skip_without_engine!();
    let case = Case::new("parse", &[("Dockerfile", "FROM busybox\nRUNN x\n")]);
    for builder in ["1", "0"] {
        let output = case
            .command(&["--no-lint"])
            .env("DOCKER_BUILDKIT", builder)
            .output()
            .expect("it runs");
        exit(&output, 1);
        assert!(told(&output).contains("Dockerfile:2"), "{}", told(&output));
        assert!(
            told(&output).to_lowercase().contains("unknown instruction: runn"),
            "{}",
            told(&output)
        );
    }
}

#[test]
fn secrets_are_seen_by_their_step_and_by_nobody_later() {
    skip_without_engine!();
    let secret = format!("hunter2-{}", std::process::id());
    let dockerfile = format!(
        "FROM busybox\nRUN --mount=type=secret,id=file --mount=type=secret,id=env {} && \
         grep -q hunter2 /run/secrets/file && grep -q hunter2 /run/secrets/env && \
         sha256sum </run/secrets/file >/sum\n",
        once()
    );
    let case = Case::new(
        "secret",
        &[
            ("Dockerfile", &dockerfile),
            (".dockerignore", "key\n"),
            ("key", &secret),
        ],
    );
    let file = format!("id=file,src={}", case.path("key"));
    let output = case
        .command(&[
            "--no-lint",
            "--progress",
            "plain",
            "--secret",
            &file,
            "--secret",
            "id=env,env=MY_SECRET",
        ])
        .env("MY_SECRET", &secret)
        .output()
        .expect("it runs");
    good(&output);
    assert!(!told(&output).contains(&secret) && !printed(&output).contains(&secret));
    let history = docker(&["history", "--no-trunc", &case.image]);
    assert!(!printed(&history).contains(&secret));
    let saved = docker(&["save", &case.image]);
    assert!(saved.stdout.len() > 1 << 20, "the image is not that small");
    let found = memchr::memmem::find(&saved.stdout, secret.as_bytes());
    assert!(found.is_none(), "the secret is in the image");
    // The look would have found it: what was made of it is there.
    assert!(memchr::memmem::find(&saved.stdout, b"sum").is_some());
    let missing = case.build(&["--no-cache"]);
    exit(&missing, 1);
}

#[test]
fn the_classic_builder_is_not_given_what_it_cannot_take() {
    skip_without_engine!();
    let case = Case::new(
        "classic",
        &[(
            "Dockerfile",
            "FROM busybox\nRUN --mount=type=cache,target=/x true\n",
        )],
    );
    let output = case
        .command(&["--no-lint", "--secret", "id=a,env=PATH"])
        .env("DOCKER_BUILDKIT", "0")
        .output()
        .expect("it runs");
    exit(&output, 1);
    let told = told(&output);
    assert!(
        told.contains("Dockerfile:2: the classic builder of Docker Engine"),
        "{told}"
    );
    assert!(told.contains("cannot read RUN --mount"), "{told}");
    assert!(told.contains("no way to be given what --secret names"), "{told}");
}

#[test]
fn a_large_context_arrives_whole_and_what_is_ignored_stays() {
    skip_without_engine!();
    let case = Case::new(
        "large",
        &[
            (
                "Dockerfile",
                "FROM busybox\nCOPY . /src\nRUN find /src -type f | wc -l >/count; ls /src >/names\n",
            ),
            (".dockerignore", "**/*.skip\nbig\n!f/0/7.skip\n"),
        ],
    );
    for number in 0..20_000 {
        let folder = case.folder.path().join("f").join((number / 500).to_string());
        if number % 500 == 0 {
            fs::create_dir_all(&folder).expect("it can be made");
        }
        let ending = if number % 4 == 3 { "skip" } else { "kept" };
        fs::write(folder.join(format!("{number}.{ending}")), number.to_string()).expect("it can be written");
    }
    // Sparse: what is sent of it would be seen in time and memory.
    let big = fs::File::create(case.path("big")).expect("it can be made");
    big.set_len(4 << 30).expect("it can be sparse");
    let started = Instant::now();
    good(&case.build(&[]));
    let took = started.elapsed();
    let output = docker(&[
        "run",
        "--rm",
        "--network",
        "none",
        &case.image,
        "cat",
        "/count",
        "/names",
    ]);
    let text = printed(&output);
    let count: usize = text
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok())
        .expect("it is a number");
    // 15,000 kept ones, one let in again, the two files of the case.
    assert_eq!(count, 15_003, "{text}");
    assert!(!text.contains("big"), "{text}");
    println!("a context of 20,000 files: {took:?}");
}

#[test]
fn an_ignored_dockerfile_is_not_copied_into_the_image() {
    skip_without_engine!();
    let file = "# syntax errors would be told\nFROM busybox\nRUN --mount=type=secret,id=s cp /run/secrets/s /secret\nCOPY . /src/\nRUN cd /src && find . -type f -o -type l | sort >/names; wc -c </src/large >/count; stat -c %a large >>/count\n";
    let plain = file.replace("RUN --mount=type=secret,id=s cp /run/secrets/s /secret\n", "");
    for (builder, name, file) in [
        ("1", "Dockerfile", file),
        ("1", "images/Dockerfile.dev", file),
        ("0", "Dockerfile", plain.as_str()),
    ] {
        let ignored = format!("{name}\n**/*.skip\nempty\ndeep\n!deep/a/kept\n");
        let own = format!("{name}.dockerignore");
        let case = Case::new(
            "hidden",
            &[
                (name, file),
                (&own, "images\n**/*.skip\nempty\ndeep\n!deep/a/kept\n"),
            ],
        );
        if name == "Dockerfile" {
            fs::remove_file(case.path(&own)).expect("it is there");
            fs::write(case.path(".dockerignore"), ignored).expect("it can be written");
        }
        for (path, text) in [
            ("one.skip", "x"),
            ("empty/one", "x"),
            ("deep/a/kept", "x"),
            ("deep/a/gone", "x"),
            ("nothing", ""),
        ] {
            let path = case.folder.path().join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        fs::write(case.path("large"), vec![b'x'; 1_000_001]).expect("it can be written");
        fs::set_permissions(
            case.path("large"),
            std::os::unix::fs::PermissionsExt::from_mode(0o4750),
        )
        .expect("it is ours");
        symlink("large", case.path("link")).expect("it can be made");
        fs::write(case.path("secret.skip"), "hush").expect("it can be written");
        let secret = format!("id=s,src={}", case.path("secret.skip"));
        let file = case.path(name);
        let mut arguments = vec!["--no-lint", "--no-cache", "--file", &file];
        if builder == "1" {
            arguments.extend(["--secret", &secret]);
        }
        let mut command = case.command(&arguments);
        let output = command.env("DOCKER_BUILDKIT", builder).output().expect("it runs");
        good(&output);
        let output = docker(&[
            "run",
            "--rm",
            "--network",
            "none",
            &case.image,
            "cat",
            "/count",
            "/names",
        ]);
        let ignore_file = if name == "Dockerfile" {
            "./.dockerignore\n"
        } else {
            ""
        };
        let seen = printed(&output);
        let mode = if builder == "1" { "4750" } else { "750" };
        let expected = format!("1000001\n{mode}\n{ignore_file}./deep/a/kept\n./large\n./link\n./nothing\n");
        assert_eq!(seen, expected, "{builder} {name}");
        if builder == "1" {
            let output = docker(&["run", "--rm", "--network", "none", &case.image, "cat", "/secret"]);
            assert_eq!(printed(&output), "hush");
        }
        symlink("/etc/passwd", case.path("out")).expect("it can be made");
        let output = case
            .command(&["--no-lint", "--file", &case.path(name)])
            .env("DOCKER_BUILDKIT", builder)
            .output()
            .expect("it runs");
        assert!(!output.status.success());
        let told = told(&output);
        assert!(
            told.contains("out in the context leads out of it, to /etc/passwd"),
            "{told}"
        );
        fs::remove_file(case.path("out")).expect("it is there");
        fs::write(case.path(name), "FROM busybox\nRUNN a\n").expect("it can be written");
        let output = case
            .command(&["--no-lint", "--file", &case.path(name)])
            .env("DOCKER_BUILDKIT", builder)
            .output()
            .expect("it runs");
        assert!(!output.status.success());
        assert!(
            self::told(&output).contains("unknown instruction: RUNN"),
            "{}",
            self::told(&output)
        );
    }
}

#[test]
fn a_build_that_is_ended_ends_on_the_engine() {
    skip_without_engine!();
    for builder in ["1", "0"] {
        let mark = format!("echo waiting-{}-{builder}", std::process::id());
        let dockerfile = format!(
            "FROM busybox\nRUN {mark} && sleep 1234{}\n",
            std::process::id() % 1000
        );
        let case = Case::new("ended", &[("Dockerfile", &dockerfile)]);
        let mut child = case
            .command(&["--no-lint", "--no-cache", "--progress", "plain"])
            .env("DOCKER_BUILDKIT", builder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let sleeps = format!("sleep 1234{}", std::process::id() % 1000);
        wait_for("the step runs", || runs(&sleeps));
        interrupt(&child);
        let output = child.wait_with_output_in(Duration::from_secs(10));
        assert_eq!(output.status.code(), Some(130), "{}", told(&output));
        wait_for("the step is gone", || !runs(&sleeps));
        let images = docker(&["image", "ls", "--quiet", &case.image]);
        assert_eq!(printed(&images), "");
    }
}

/// Waits for a child, and kills it when that takes too long.
trait WaitIn {
    fn wait_with_output_in(&mut self, limit: Duration) -> Output;
}

impl WaitIn for Child {
    fn wait_with_output_in(&mut self, limit: Duration) -> Output {
        use std::io::Read;
        let started = Instant::now();
        let status = loop {
            match self.try_wait().expect("it can be waited for") {
                Some(status) => break status,
                None if started.elapsed() > limit => {
                    self.kill().expect("it can be killed");
                    panic!("it did not end within {limit:?}");
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let mut stderr = Vec::new();
        if let Some(mut pipe) = self.stderr.take() {
            pipe.read_to_end(&mut stderr).expect("it can be read");
        }
        Output {
            status,
            stdout: Vec::new(),
            stderr,
        }
    }
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
}

/// Whether a process with these words runs on this machine, where the engine's containers run, too.
fn runs(words: &str) -> bool {
    !pids(words).is_empty()
}

/// The processes of this machine that run these words.
fn pids(words: &str) -> Vec<String> {
    let wanted: Vec<u8> = words
        .bytes()
        .map(|byte| if byte == b' ' { 0 } else { byte })
        .chain([0])
        .collect();
    let entries = fs::read_dir("/proc").expect("there is one");
    let running = entries.flatten().filter(|entry| {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        line == wanted
    });
    running
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[track_caller]
fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "it is not so that {what}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_engine_that_dies_is_told() {
    skip_without_engine!();
    let Some(own) = OwnEngine::start() else { return };
    let seconds = 2000 + std::process::id() % 1000;
    let case = Case::new(
        "dies",
        &[("Dockerfile", &format!("FROM busybox\nRUN sleep {seconds}\n"))],
    );
    let mut child = case
        .command(&["--no-lint", "--network", "none", "--progress", "plain"])
        .env("DOCKER_HOST", own.host())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    wait_for("the step runs", || runs(&format!("sleep {seconds}")));
    own.kill();
    let output = child.wait_with_output_in(Duration::from_secs(20));
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("broke off"), "{}", told(&output));
    // The step outlives its engine; its number is this test's own.
    for pid in pids(&format!("sleep {seconds}")) {
        let _ = Command::new("kill").args(["-KILL", &pid]).status();
    }
}

#[test]
fn what_is_pushed_can_be_built_from_by_its_digest() {
    skip_without_engine!();
    let Some(registry) = registry() else { return };
    let mut base = Case::new(
        "base",
        &[("Dockerfile", &format!("FROM busybox\nRUN {} >/mark\n", once()))],
    );
    base.image = format!("{registry}/{}", base.image);
    let metadata = base.path("metadata");
    let output = base.build(&["--push", "--metadata-file", &metadata]);
    good(&output);
    let metadata = fs::read_to_string(metadata).expect("it is written");
    let metadata: serde_json::Value = serde_json::from_str(&metadata).expect("it is JSON");
    let digest = metadata["containerimage.digest"]
        .as_str()
        .expect("it was pushed")
        .to_owned();
    for builder in ["1", "0"] {
        let dockerfile = format!("FROM {}@{digest}\nRUN cat /mark\n", base.image);
        let child = Case::new("child", &[("Dockerfile", &dockerfile)]);
        let output = child
            .command(&["--no-lint"])
            .env("DOCKER_BUILDKIT", builder)
            .output()
            .expect("it runs");
        good(&output);
        let labels = image_json(&child.image)["Config"]["Labels"].clone();
        assert_eq!(labels["org.opencontainers.image.base.digest"], digest.as_str());
        // By its name the engine knows the digest, since it pushed it.
        let named = Case::new(
            "named",
            &[("Dockerfile", &format!("FROM {}\nRUN cat /mark\n", base.image))],
        );
        good(&named.build(&[]));
        let labels = image_json(&named.image)["Config"]["Labels"].clone();
        assert_eq!(labels["org.opencontainers.image.base.digest"], digest.as_str());
    }
}

#[test]
fn a_registry_that_is_not_there_is_told() {
    skip_without_engine!();
    // Nothing listens on the discard port of this machine.
    let mut case = Case::new("noregistry", &[("Dockerfile", "FROM busybox\nLABEL a=b\n")]);
    case.image = format!("127.0.0.1:9/{}", case.image);
    let output = case.build(&["--push"]);
    exit(&output, 2);
    let told = told(&output);
    assert!(
        told.contains(&format!("error: {} is not pushed", case.image)),
        "{told}"
    );
    assert!(told.contains("connection refused"), "{told}");
    let base = Case::new("nobase", &[("Dockerfile", "FROM 127.0.0.1:9/none\nRUN true\n")]);
    let output = base.build(&[]);
    exit(&output, 1);
    assert!(
        self::told(&output).contains("connection refused"),
        "{}",
        self::told(&output)
    );
}

#[test]
fn progress_is_as_it_is_asked_for() {
    skip_without_engine!();
    let dockerfile = format!(
        "FROM busybox\nRUN {} && printf '\\033[31m::error::x\\n##[error]y\\n'\n",
        once()
    );
    let case = Case::new("progress", &[("Dockerfile", &dockerfile)]);
    let plain = case.build(&["--progress", "plain"]);
    good(&plain);
    assert_eq!(printed(&plain), "");
    let text = told(&plain);
    assert!(
        text.lines()
            .any(|line| line.starts_with('#') && line.contains("RUN echo ")),
        "{text}"
    );
    assert!(
        text.lines()
            .any(|line| line.ends_with("::error::x") && line.starts_with('#')),
        "{text}"
    );
    assert!(!text.contains('\x1b') && !text.contains("##[error]"), "{text}");
    let quiet = case.build(&["--progress", "quiet"]);
    good(&quiet);
    let id = printed(&quiet);
    assert!(
        id.starts_with("sha256:") && id.trim().len() == 71 && id.lines().count() == 1,
        "{id}"
    );
    assert_eq!(told(&quiet).lines().count(), 1, "{}", told(&quiet));
    let json = case.build(&["--progress", "json", "--no-cache"]);
    good(&json);
    let events: Vec<String> = printed(&json)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("it is JSON"))
        .filter_map(|line| line["event"].as_str().map(str::to_owned))
        .collect();
    for event in ["step", "started", "log", "done", "image"] {
        assert!(events.iter().any(|one| one == event), "{event}: {events:?}");
    }
}

#[test]
fn a_finding_stops_the_build_and_no_lint_says_so() {
    skip_without_engine!();
    let case = Case::new("lint", &[("Dockerfile", "FROM busybox\nCOPY nothere /\n")]);
    let output = case.command(&[]).output().expect("it runs");
    exit(&output, 1);
    assert!(
        printed(&output).contains("source-missing"),
        "{}",
        printed(&output)
    );
    assert!(told(&output).contains("nothing is built"), "{}", told(&output));
    assert!(!told(&output).contains("#1 "), "{}", told(&output));
    let fine = Case::new(
        "fine",
        &[
            ("Dockerfile", "FROM busybox\nCOPY nothere /\nUSER 1000\n"),
            ("nothere", ""),
        ],
    );
    let output = fine
        .command(&["--fail-on", "never", "--profile", "service"])
        .output()
        .expect("it runs");
    good(&output);
    let output = fine.build(&[]);
    good(&output);
    assert!(told(&output).contains("warning: --no-lint:"), "{}", told(&output));
}

/// What needs no engine, and must be refused before one is looked for.
fn refused(case: &Case, arguments: &[&str], code: i32, words: &str) {
    let output = case
        .command(arguments)
        .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
        .output()
        .expect("it runs");
    exit(&output, code);
    assert!(told(&output).contains(words), "{words}: {}", told(&output));
}

#[test]
fn a_missing_engine_is_told_by_what_is_missing() {
    let case = Case::new("noengine", &[("Dockerfile", "FROM busybox\n")]);
    let output = |host: &str| {
        let started = Instant::now();
        let output = case
            .command(&["--no-lint"])
            .env("DOCKER_HOST", host)
            .output()
            .expect("it runs");
        assert!(started.elapsed() < Duration::from_secs(30), "{host} hangs");
        exit(&output, 2);
        told(&output)
    };
    let none = output("unix:///nonexistent/docker.sock");
    assert!(
        none.contains("there is no socket /nonexistent/docker.sock"),
        "{none}"
    );
    let refused = output("tcp://127.0.0.1:9");
    assert!(
        refused.contains("no engine answers at tcp://127.0.0.1:9: connection refused"),
        "{refused}"
    );
    let scheme = output("gopher://x");
    assert!(
        scheme.contains("DOCKER_HOST: `gopher://x` is no engine's address"),
        "{scheme}"
    );
    let name = output("tcp://no-such-host.invalid:2375");
    assert!(
        name.contains("the name no-such-host.invalid leads nowhere"),
        "{name}"
    );
    let socket = case.path("silent.sock");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("it can be made");
    let silent = output(&format!("unix://{socket}"));
    assert!(silent.contains("within 5 s"), "{silent}");
}

#[test]
fn what_answers_and_is_no_engine_is_told() {
    use std::io::{Read, Write};
    let case = Case::new("noapi", &[("Dockerfile", "FROM busybox\n")]);
    for (answer, words) in [
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            "is no Docker engine: it says 404",
        ),
        ("SSH-2.0-OpenSSH_9.2\r\n", "is no Docker engine"),
        (
            "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
            "wants TLS",
        ),
    ] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has one").port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody comes");
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            stream.write_all(answer.as_bytes()).expect("it is taken");
        });
        let output = case
            .command(&["--no-lint"])
            .env("DOCKER_HOST", format!("tcp://127.0.0.1:{port}"))
            .output()
            .expect("it runs");
        exit(&output, 2);
        assert!(told(&output).contains(words), "{}", told(&output));
    }
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let case = Case::new("bad", &[("Dockerfile", "FROM busybox\n")]);
    let elsewhere = Case::new("elsewhere", &[("Dockerfile", "FROM busybox\n")]);
    refused(
        &case,
        &["--file", &elsewhere.path("Dockerfile")],
        2,
        "lies outside of the context",
    );
    refused(
        &case,
        &["--secret", "id=x,src=/nonexistent"],
        2,
        "cannot read /nonexistent",
    );
    refused(
        &case,
        &["--ssh", "x=/nonexistent"],
        2,
        "is not the socket of an agent",
    );
    refused(&case, &["--tag", "UPPER"], 2, "--tag UPPER");
    fs::remove_file(case.path("Dockerfile")).expect("it is there");
    refused(&case, &[], 3, "there is no Dockerfile in");
    let nowhere = seaworthy()
        .args(["build", "/nonexistent/context"])
        .output()
        .expect("it runs");
    exit(&nowhere, 2);
    assert!(
        told(&nowhere).contains("there is no context /nonexistent/context"),
        "{}",
        told(&nowhere)
    );
}

#[test]
fn what_no_builder_takes_ends_the_build() {
    skip_without_engine!();
    /// Puts something into a context.
    type Make = fn(&Path);
    let make: [(&str, Make); 3] = [
        ("is a socket", |at| {
            drop(std::os::unix::net::UnixListener::bind(at.join("s")).expect("it can be made"));
        }),
        ("leads out of it", |at| {
            symlink("../../etc/passwd", at.join("l")).expect("it can be made")
        }),
        ("is not UTF-8", |at| {
            use std::os::unix::ffi::OsStrExt;
            fs::write(at.join(std::ffi::OsStr::from_bytes(b"a\xff")), "").expect("it can be written");
        }),
    ];
    for (words, make) in make {
        for builder in ["1", "0"] {
            let case = Case::new("special", &[("Dockerfile", "FROM busybox\nCOPY . /\n")]);
            make(case.folder.path());
            let output = case
                .command(&["--no-lint"])
                .env("DOCKER_BUILDKIT", builder)
                .output()
                .expect("it runs");
            exit(&output, 2);
            assert!(told(&output).contains(words), "{words}: {}", told(&output));
            let images = docker(&["image", "ls", "--quiet", &case.image]);
            assert_eq!(printed(&images), "");
        }
    }
}
