//! The contract's points, on an image that is written here: all that is asked for, then each point spoiled.

mod foresight;

use std::collections::BTreeMap;

use seaworthy::checklist::{Judged, POINTS, Shown, State, excuse, judge, settle};
use seaworthy::context::Nowhere;
use seaworthy::contract::{Contract, Profile, Runtime};
use seaworthy::image::{Inspected, Keep, observe};
use seaworthy::invocation::Invocation;
use serde_json::{Value, json};

/// An image of one layer.
#[derive(Clone)]
struct Sample {
    entries: BTreeMap<String, Value>,
    packages: Vec<(String, String)>,
    config: Value,
    contract: Contract,
}

const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\ncoder:x:1000:1000::/home/coder:/bin/bash\n";
const GROUP: &str = "root:x:0:\ndocker:x:990:coder\ncoder:x:1000:\n";

impl Sample {
    /// One that has everything.
    fn good() -> Self {
        let mut sample = Self {
            entries: BTreeMap::new(),
            packages: Vec::new(),
            config: json!({"User": "coder", "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=en_US.UTF-8"]}),
            contract: Contract {
                runtime: Some(Runtime::Sysbox("0.6.7".into())),
                platforms: vec!["linux/amd64".into()],
                ..Contract::default()
            },
        };
        for command in [
            "sh",
            "bash",
            "sleep",
            "stat",
            "getent",
            "cat",
            "mkdir",
            "mktemp",
            "chmod",
            "id",
            "curl",
            "git",
            "tar",
            "unzip",
            "jq",
            "vim",
            "man",
            "htop",
            "rsync",
            "python3",
            "pip3",
            "gcc",
            "make",
            "docker",
            "docker-compose",
            "dockerd",
        ] {
            sample.put(&format!("/usr/bin/{command}"), json!({"mode": 0o755}));
        }
        sample.put("/usr/bin/sudo", json!({"mode": 0o4755}));
        for plugin in ["docker-compose", "docker-buildx"] {
            let path = format!("/usr/libexec/docker/cli-plugins/{plugin}");
            sample.put(&path, json!({"mode": 0o755}));
        }
        for (path, target) in [
            ("/bin", "usr/bin"),
            ("/sbin", "usr/sbin"),
            ("/usr/sbin/init", "../lib/systemd/systemd"),
            (
                "/etc/systemd/system/multi-user.target.wants/docker.service",
                "/usr/lib/systemd/system/docker.service",
            ),
            (
                "/etc/systemd/system/sockets.target.wants/docker.socket",
                "/usr/lib/systemd/system/docker.socket",
            ),
        ] {
            sample.put(path, json!({"kind": {"link": target}}));
        }
        for path in [
            "/usr/lib/systemd/systemd",
            "/usr/lib/systemd/system/docker.service",
            "/usr/lib/systemd/system/docker.socket",
            "/usr/lib/x86_64-linux-gnu/libc.so.6",
            "/etc/ssl/certs/ca-certificates.crt",
        ] {
            sample.put(path, json!({}));
        }
        sample.put("/usr/lib/locale/en_US.utf8", json!({"kind": "folder"}));
        sample.put("/home/coder", json!({"kind": "folder", "uid": 1000, "gid": 1000}));
        sample.write("/etc/passwd", PASSWD);
        sample.write("/etc/group", GROUP);
        sample.write("/etc/shadow", "root:*:1::::::\ncoder:!:1::::::\n");
        sample.write("/etc/shells", "/bin/sh\n/bin/bash\n");
        sample.write(
            "/etc/os-release",
            "ID=debian\nVERSION_ID=\"13\"\nVERSION_CODENAME=trixie\n",
        );
        sample.write("/etc/skel/.profile", "# profile\n");
        sample.write("/etc/skel/.bashrc", "# bashrc\n");
        sample.write(
            "/etc/sudoers",
            "root ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
        );
        sample.write("/etc/sudoers.d/coder", "coder ALL=(ALL) NOPASSWD:ALL\n");
        sample.entry("/etc/sudoers.d/coder")["mode"] = json!(0o440);
        for (name, version) in [
            ("docker.io", "26.1.5+dfsg1-9"),
            ("runc", "1.1.15+ds1-2"),
            ("sudo", "1.9.16p2-3"),
        ] {
            sample.packages.push((name.into(), version.into()));
        }
        sample
    }

    fn put(&mut self, path: &str, mut entry: Value) {
        entry["path"] = json!(path);
        self.entries.insert(path.to_owned(), entry);
    }

    fn write(&mut self, path: &str, text: &str) {
        self.put(path, json!({"content": {"text": text}, "size": text.len()}));
    }

    fn entry(&mut self, path: &str) -> &mut Value {
        self.entries.get_mut(path).expect("it is there")
    }

    fn remove(&mut self, path: &str) {
        assert!(self.entries.remove(path).is_some(), "{path} was there");
    }

    fn judged(&self) -> Vec<Judged> {
        self.judged_below(json!([{"created_by": "RUN make everything"}]))
    }

    /// The same with the image's history; lines after the first made layers with nothing in them.
    fn judged_below(&self, history: Value) -> Vec<Judged> {
        let packages: Vec<Value> = self
            .packages
            .iter()
            .map(|(name, version)| json!({"name": name, "version": version}))
            .collect();
        let mut entries: Vec<Value> = self.entries.values().cloned().collect();
        entries.push(json!({"path": "/var/lib/dpkg/status", "content": {"packages": packages}}));
        let further = history.as_array().map_or(0, |lines| lines.len() - 1);
        let mut layers = vec![json!({"entries": entries})];
        layers.extend((0..further).map(|_| json!({"entries": []})));
        let image: Inspected = serde_json::from_value(json!({
            "name": "sample", "architecture": "amd64", "config": self.config,
            "history": history,
            "layers": layers,
        }))
        .expect("it is an image");
        let invocation = Invocation {
            contract: self.contract.clone(),
            ..Invocation::default()
        };
        judge(&observe(&image, None, &Keep::default()), None, &invocation)
    }

    #[track_caller]
    fn is(&self, number: u8, state: State, words: &str) {
        let judged = self.judged();
        let point = &judged[usize::from(number) - 1];
        assert_eq!(point.number, number);
        assert_eq!(point.state, state, "{point:#?}");
        assert!(
            point.evidence.contains(words),
            "{words:?} is not in {:?}",
            point.evidence
        );
    }
}

/// The image with one thing changed.
fn with(change: impl FnOnce(&mut Sample)) -> Sample {
    let mut sample = Sample::good();
    change(&mut sample);
    sample
}

#[test]
fn points_stand_in_order_and_have_names_of_their_own() {
    let mut names: Vec<&str> = POINTS.iter().map(|point| point.name).collect();
    assert!(
        POINTS
            .iter()
            .zip(1..)
            .all(|(point, number)| point.number == number)
    );
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 22);
}

#[test]
fn a_good_image_meets_all_that_no_run_is_needed_for() {
    let judged = Sample::good().judged();
    for point in &judged {
        let expected = match point.number {
            8 | 9 => State::Unknown,
            17 | 20 => State::NotApplicable,
            _ => State::Met,
        };
        assert_eq!(point.state, expected, "{point:#?}");
        assert!(!point.evidence.is_empty(), "{point:#?}");
    }
    assert_eq!(judged[7].evidence, "needs --run");
}

#[test]
fn each_point_can_be_broken() {
    use State::Unmet;
    let passwd = |text: &str| with(|sample| sample.write("/etc/passwd", text));
    passwd(&PASSWD.replace("coder:x:1000", "coder:x:1001")).is(1, Unmet, "1001");
    passwd(&PASSWD.replace(":1000::", ":100::")).is(1, Unmet, "group");
    passwd(&PASSWD.replace("coder:/bin/bash", "coder:/bin/sh")).is(1, Unmet, "/bin/sh");
    passwd("root:x:0:0::/root:/bin/bash\n").is(1, Unmet, "no user `coder`");
    with(|sample| sample.remove("/home/coder")).is(1, Unmet, "not there");
    with(|sample| sample.entry("/home/coder")["uid"] = json!(0)).is(1, Unmet, "belongs to uid 0");
    with(|sample| sample.write("/etc/shells", "/bin/sh\n")).is(1, Unmet, "/etc/shells");
    passwd(&format!("{PASSWD}ubuntu:x:1000:1000::/home/ubuntu:/bin/sh\n")).is(2, Unmet, "`ubuntu`");
    with(|sample| {
        sample.write(
            "/etc/group",
            &GROUP.replace("docker:x:990:coder", "docker:x:990:"),
        )
    })
    .is(3, Unmet, "not in group docker");
    with(|sample| sample.write("/etc/sudoers.d/coder", "coder ALL=(ALL) ALL\n")).is(4, Unmet, "password");
    with(|sample| {
        sample.remove("/etc/sudoers.d/coder");
        sample.write("/etc/sudoers.d/coder.conf", "coder ALL=(ALL) NOPASSWD:ALL\n");
    })
    .is(4, Unmet, "does not read /etc/sudoers.d/coder.conf");
    with(|sample| sample.entry("/etc/sudoers.d/coder")["mode"] = json!(0o666)).is(4, Unmet, "may write");
    with(|sample| sample.entry("/etc/sudoers.d/coder")["uid"] = json!(1000)).is(4, Unmet, "not to root");
    with(|sample| sample.entry("/usr/bin/sudo")["mode"] = json!(0o755)).is(4, Unmet, "set-uid");
    for (text, words) in [
        (
            "coder ALL=(ALL NOPASSWD:ALL\n",
            "line 1 of /etc/sudoers.d/broken: a parenthesis",
        ),
        (
            "# mine\n-e coder ALL=(ALL) NOPASSWD:ALL\n",
            "line 2 of /etc/sudoers.d/broken",
        ),
        ("other ALL=(ALL) NOPASSWD: apt-get\n", "`apt-get` is no full path"),
    ] {
        with(|sample| {
            sample.write("/etc/sudoers.d/broken", text);
            sample.entry("/etc/sudoers.d/broken")["mode"] = json!(0o440);
        })
        .is(4, Unmet, words);
    }
    for (user, words) in [
        ("", "root"),
        ("root", "root"),
        ("0", "root"),
        ("1000", "number"),
        ("other", "`other`"),
    ] {
        with(|sample| sample.config["User"] = json!(user)).is(5, Unmet, words);
    }
    with(|sample| sample.remove("/usr/lib/systemd/systemd")).is(6, Unmet, "leads to nothing");
    with(|sample| sample.remove("/usr/sbin/init")).is(6, Unmet, "no /sbin/init");
    with(|sample| sample.entry("/usr/sbin/init")["kind"] = json!({"link": "/bin/bash"})).is(
        6,
        Unmet,
        "not systemd",
    );
    with(|sample| sample.remove("/etc/systemd/system/multi-user.target.wants/docker.service")).is(
        7,
        Unmet,
        "docker.service is not enabled",
    );
    for unit in ["docker.service", "docker.socket", "containerd.service"] {
        let link = json!({"kind": {"link": "/dev/null"}});
        with(|sample| sample.put(&format!("/etc/systemd/system/{unit}"), link)).is(7, Unmet, "masked");
    }
    with(|sample| sample.remove("/usr/libexec/docker/cli-plugins/docker-buildx")).is(
        9,
        Unmet,
        "docker buildx",
    );
    with(|sample| sample.remove("/usr/bin/curl")).is(10, Unmet, "neither `curl` nor `wget`");
    with(|sample| sample.remove("/usr/bin/git")).is(10, Unmet, "`git`");
    with(|sample| sample.entry("/usr/bin/jq")["mode"] = json!(0o644)).is(10, Unmet, "`jq`");
    with(|sample| sample.contract.commands = vec!["cargo".into()]).is(10, Unmet, "`cargo`");
    with(|sample| sample.remove("/etc/ssl/certs/ca-certificates.crt")).is(11, Unmet, "no certificates");
    let own = json!(["NODE_EXTRA_CA_CERTS=/opt/own.pem"]);
    with(|sample| sample.config["Env"] = own).is(11, Unmet, "Node alone");
    with(|sample| sample.remove("/usr/lib/locale/en_US.utf8")).is(12, Unmet, "en_US.UTF-8");
    with(|sample| {
        sample.remove("/usr/lib/x86_64-linux-gnu/libc.so.6");
        sample.put("/lib/ld-musl-x86_64.so.1", json!({}));
    })
    .is(13, Unmet, "musl");
    for volume in ["/home/coder", "/home", "/var/lib/docker", "/tmp", "/run"] {
        with(|sample| sample.config["Volumes"] = json!({volume: {}})).is(14, Unmet, volume);
    }
    // `/var/run` is a link to `/run`, and told by what it leads to.
    with(|sample| sample.config["Volumes"] = json!({"/var/run": {}})).is(14, Unmet, "`/run`");
    let entrypoint = json!(["/usr/local/bin/start.sh"]);
    with(|sample| sample.config["Entrypoint"] = entrypoint).is(14, Unmet, "ENTRYPOINT");
    for path in [
        "/run/left",
        "/dev/shm/left",
        "/var/lib/containers/left",
        "/run/lock/left",
    ] {
        with(|sample| sample.put(path, json!({"size": 9}))).is(15, Unmet, path);
    }
    with(|sample| sample.put("/tmp/start.sh", json!({"size": 9}))).is(15, Unmet, "/tmp/start.sh");
    with(|sample| sample.put("/home/coder/.nvm", json!({"size": 9, "uid": 1000}))).is(15, Unmet, ".nvm");
    with(|sample| sample.put("/var/lib/docker/image", json!({"size": 9}))).is(15, Unmet, "/var/lib/docker");
    with(|sample| sample.remove("/etc/skel/.bashrc")).is(16, Unmet, ".bashrc");
    for (text, mode, words) in [
        ("#!/bin/sh\n", 0o644, "cannot be run"),
        ("echo\n", 0o755, "`#!`"),
        ("#!/bin/sh\r\n", 0o755, "CR LF"),
    ] {
        with(|sample| {
            sample.write("/coder/configure", text);
            sample.entry("/coder/configure")["mode"] = json!(mode);
        })
        .is(17, Unmet, words);
    }
    let source = "deb https://download.docker.com/linux/debian bookworm stable\n";
    with(|sample| sample.write("/etc/apt/sources.list.d/docker.list", source)).is(18, Unmet, "bookworm");
    with(|sample| sample.packages.push(("containerd.io".into(), "2.2.0-1".into()))).is(19, Unmet, "2.2.0");
    with(|sample| {
        sample.packages = vec![("docker-ce".into(), "5:29.0.0-1~debian.13~trixie".into())];
        sample.write("/etc/sudoers.d/coder", "coder ALL=(ALL) NOPASSWD:ALL\n");
    })
    .is(19, State::Unknown, "which runc and containerd");
    with(|sample| {
        let link = json!({"kind": {"link": "/usr/lib/systemd/system/ssh.service"}});
        sample.put("/etc/systemd/system/multi-user.target.wants/ssh.service", link);
        sample.put("/usr/sbin/sshd", json!({"mode": 0o755}));
    })
    .is(21, Unmet, "port 22");
    for (text, state, words) in [
        ("#Port 22\nPort 2222\n", State::Met, "2222"),
        ("Port 2222\nport 22\n", Unmet, "port 22"),
        ("#Port 2222\n", Unmet, "port 22"),
    ] {
        with(|sample| {
            let link = json!({"kind": {"link": "/usr/lib/systemd/system/ssh.service"}});
            sample.put("/etc/systemd/system/multi-user.target.wants/ssh.service", link);
            sample.put("/usr/sbin/sshd", json!({"mode": 0o755}));
            sample.write("/etc/ssh/sshd_config", text);
        })
        .is(21, state, words);
    }
    let path = json!(["PATH=/opt/tool/bin:/usr/local/bin:/usr/bin:/bin"]);
    with(|sample| sample.config["Env"] = path).is(22, Unmet, "/opt/tool/bin");
}

#[test]
fn what_the_layer_of_a_base_brings_counts_as_much_as_what_was_added() {
    let history = json!([{"created_by": "ADD rootfs.tar.xz / # buildkit"}, {"created_by": "RUN true"}]);
    let mut started = Sample::good();
    started.config["Cmd"] = json!(["python3"]);
    let point = &started.judged_below(history.clone())[13];
    assert_eq!(
        point.state,
        State::Met,
        "a base's command is nobody's: {point:#?}"
    );
    let good = &Sample::good().judged_below(history.clone())[14];
    assert_eq!(good.state, State::Met, "{good:#?}");
    for (path, uid) in [
        ("/tmp/start.sh", 0),
        ("/home/coder/.nvm", 1000),
        ("/var/lib/docker/image", 0),
        ("/var/lib/containers/storage", 0),
    ] {
        for profile in [Profile::Cvm, Profile::Sysbox, Profile::Envbox] {
            let sample = with(|sample| {
                sample.put(path, json!({"size": 9, "uid": uid}));
                sample.contract.profile = profile;
            });
            let point = &sample.judged_below(history.clone())[14];
            assert_eq!(point.state, State::Unmet, "{path} under {profile:?}: {point:#?}");
            assert!(point.evidence.contains(path), "{point:#?}");
        }
    }
    let without_engine = with(|sample| {
        sample.put("/var/lib/docker/image", json!({"size": 9}));
        sample.contract.docker = Some(false);
    });
    without_engine.is(15, State::Met, "nothing");
}

#[test]
fn what_is_meant_is_not_held_against_an_image() {
    use State::{Met, NotApplicable, Unknown};
    with(|sample| {
        sample.write("/coder/configure", "#!/bin/sh\ntrue\n");
        sample.entry("/coder/configure")["mode"] = json!(0o755);
    })
    .is(17, Met, "script");
    with(|sample| {
        let link = json!({"kind": {"link": "/usr/lib/systemd/system/ssh.service"}});
        sample.put("/etc/systemd/system/multi-user.target.wants/ssh.service", link);
        sample.config["ExposedPorts"] = json!({"22/tcp": {}});
    })
    .is(21, Met, "EXPOSE 22");
    with(|sample| {
        sample.config["Env"] = json!(["NODE_EXTRA_CA_CERTS=/opt/own.pem"]);
        sample.put("/usr/local/share/ca-certificates/own.crt", json!({}));
    })
    .is(11, Met, "store");
    with(|sample| sample.contract.platforms.push("linux/arm64".into())).is(20, Unknown, "--dockerfile");
    // What the config asks for takes the place of what enterprise-base has.
    with(|sample| {
        sample.remove("/usr/bin/htop");
        sample.contract.commands = vec!["jq".into()];
    })
    .is(10, Met, "all");
    with(|sample| sample.contract.docker = Some(false)).is(9, NotApplicable, "no engine");
    with(|sample| {
        sample.contract.user = Some("dev".into());
        sample.write("/etc/passwd", &PASSWD.replace("coder", "dev"));
        sample.write("/etc/group", &GROUP.replace("coder", "dev"));
        sample.put("/home/dev", json!({"kind": "folder", "uid": 1000}));
        sample.config["User"] = json!("dev");
    })
    .is(1, Met, "`dev`");
}

#[test]
fn profiles_ask_for_what_they_start() {
    let of = |profile: Profile| {
        let sample = with(|sample| sample.contract.profile = profile);
        let judged = sample.judged();
        judged
            .iter()
            .filter(|point| point.state == State::NotApplicable)
            .count()
    };
    assert_eq!(of(Profile::Service), 22);
    assert_eq!(of(Profile::Cvm), 2);
    assert_eq!(of(Profile::Envbox), 2);
    for profile in [Profile::Envbuilder, Profile::Devcontainer] {
        assert!((11..22).contains(&of(profile)), "{profile:?}");
        let sample = with(|sample| sample.contract.profile = profile);
        sample.is(6, State::NotApplicable, "init");
        sample.is(13, State::Met, "GNU");
    }
}

#[test]
fn probes_settle_what_waits_for_them_and_contradict_what_looked_well() {
    let mut points = Sample::good().judged();
    let shown = |point, held, told| Shown { point, held, told };
    settle(
        &mut points,
        &[
            shown(8, Some(true), "docker info answers"),
            shown(8, Some(true), "an inner container ran"),
            shown(9, None, "the time was up"),
            shown(12, Some(false), "locale: cannot set LC_ALL"),
            shown(17, Some(false), "nobody asks"),
        ],
    );
    assert_eq!(points[7].state, State::Met);
    assert_eq!(points[7].evidence, "docker info answers; an inner container ran");
    assert_eq!(
        (points[8].state, points[8].evidence.as_str()),
        (State::Unknown, "the time was up")
    );
    assert_eq!(
        (points[11].state, points[11].evidence.as_str()),
        (State::Unmet, "locale: cannot set LC_ALL")
    );
    assert_eq!(points[16].state, State::NotApplicable);
}

#[test]
fn a_point_is_excused_where_all_its_faults_were_accepted() {
    let sample = with(|sample| {
        sample.put("/tmp/start.sh", json!({"size": 9, "mode": 0o100644}));
        sample.put("/home/coder/.nvm", json!({"size": 9, "uid": 1000}));
        sample.write("/etc/passwd", &PASSWD.replace("coder:x:1000", "coder:x:1001"));
    });
    let mut points = sample.judged();
    excuse(&mut points, |rule| {
        (rule == "tmp-content").then_some("it is meant")
    });
    assert_eq!(points[14].state, State::Unmet, "one of two faults is left");
    excuse(&mut points, |_| Some("it is meant"));
    assert_eq!(points[14].state, State::NotApplicable);
    assert!(points[14].evidence.contains("it is meant"));
    assert_eq!(
        points[0].state,
        State::Unmet,
        "no rule speaks of it, so nobody can accept it"
    );
}

/// The points as they are foreseen from a Dockerfile.
fn foreseen(dockerfile: &str) -> Vec<Judged> {
    judge(
        &foresight::target(dockerfile, &Nowhere),
        None,
        &Invocation::default(),
    )
}

const DOCKERFILE: &str = "FROM debian:13\n\
    RUN apt-get update && apt-get install -y --no-install-recommends bash ca-certificates curl docker.io git sudo systemd-sysv\n\
    RUN useradd --create-home --shell /bin/bash --groups docker --uid 1000 --user-group coder \\\n \
    && echo 'coder ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/coder\n";

#[test]
fn a_dockerfile_foretells_what_it_can_and_nothing_that_it_cannot() {
    let good = foreseen(&format!("{DOCKERFILE}USER coder\n"));
    for point in &good {
        // The tools of enterprise-base are not asked for in it.
        let is_unmet = point.state == State::Unmet;
        assert_eq!(is_unmet, matches!(point.number, 9 | 10), "{point:#?}");
    }
    for number in [1, 2, 3, 4, 5, 6, 7, 14, 15, 16, 18, 22] {
        assert_eq!(good[number - 1].state, State::Met, "{:#?}", good[number - 1]);
    }
    assert_eq!(good[7].state, State::Unknown);
    for (line, number) in [
        ("RUN rm -r /home/coder\nUSER coder", 1),
        ("RUN gpasswd -d coder docker\nUSER coder", 3),
        (
            "RUN mv /etc/sudoers.d/coder /etc/sudoers.d/coder.conf\nUSER coder",
            4,
        ),
        ("USER 1000", 5),
        ("RUN rm /sbin/init\nUSER coder", 6),
        ("RUN systemctl mask docker\nUSER coder", 7),
        ("RUN rm /usr/bin/git\nUSER coder", 10),
        ("ENV LANG=de_DE.UTF-8\nUSER coder", 12),
        ("VOLUME /var/lib/docker\nUSER coder", 14),
        ("ENTRYPOINT [\"/usr/local/bin/start\"]\nUSER coder", 14),
        (
            "RUN echo '-e coder ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/more\nUSER coder",
            4,
        ),
        ("RUN echo x > /tmp/start.sh\nUSER coder", 15),
        ("RUN rm /etc/skel/.bashrc\nUSER coder", 16),
        (
            "RUN echo 'deb https://download.docker.com/linux/debian bookworm stable' > /etc/apt/sources.list.d/d.list\nUSER coder",
            18,
        ),
        ("ENV PATH=/opt/tool/bin:$PATH\nUSER coder", 22),
    ] {
        let bad = foreseen(&format!("{DOCKERFILE}{line}\n"));
        assert_eq!(
            bad[number - 1].state,
            State::Unmet,
            "{line}: {:#?}",
            bad[number - 1]
        );
    }
    let unknown = foreseen("FROM registry.example.com/own/base:1\nUSER coder\n");
    let decided: Vec<u8> = unknown
        .iter()
        .filter(|point| point.state == State::Unmet)
        .map(|point| point.number)
        .collect();
    assert!(
        decided.is_empty(),
        "of an unknown base nothing is missing for certain: {decided:?}"
    );
}
