//! Ways of spoiling a workspace image by one line, and who sees each by which name.

use std::fs;

use serde_json::Value;

use super::{Image, json, seaworthy};

/// One way.
pub struct Spoiling {
    /// The line, put before the last one; `USER …` takes the place of the last line.
    pub line: &'static str,
    /// The rule by which `lint` names it; none where the text cannot tell.
    pub before: Option<&'static str>,
    /// The rule by which `verify` names it in the built image; none where only the contract does.
    pub after: Option<&'static str>,
    /// The contract's point that it breaks.
    pub point: Option<u64>,
}

const fn both(line: &'static str, rule: &'static str, point: Option<u64>) -> Spoiling {
    Spoiling {
        line,
        before: Some(rule),
        after: Some(rule),
        point,
    }
}

const fn built(line: &'static str, after: Option<&'static str>, point: u64) -> Spoiling {
    Spoiling {
        line,
        before: None,
        after,
        point: Some(point),
    }
}

/// All of them. Those that go together are built as one image: each takes time.
pub const SPOILINGS: &[&[Spoiling]] = &[
    &[
        both(
            "RUN gpasswd --delete coder docker",
            "docker-group-missing",
            Some(3),
        ),
        both(
            "RUN mv /etc/sudoers.d/coder /etc/sudoers.d/coder.conf",
            "sudoers-ignored",
            Some(4),
        ),
        both("RUN rm /sbin/init", "init-missing", Some(6)),
        both("ENV LANG=de_DE.UTF-8", "locale-not-generated", Some(12)),
        both("VOLUME /home/coder", "volume-on-home", Some(14)),
        both("ENV SYSBOX_MODE=TRUE", "sysbox-env", None),
        both("ENV PATH=/opt/tool/bin:$PATH", "path-lost-in-login", Some(22)),
        both(
            "RUN rm /usr/bin/curl /usr/bin/wget",
            "contract-command-missing",
            Some(10),
        ),
        both(
            "RUN printf 'Package: runc\\nPin: version 1.1.*\\nPin-Priority: 999\\n' > /etc/apt/preferences.d/runc.preferences",
            "apt-file-ignored",
            None,
        ),
        both("USER root", "user-root", Some(5)),
    ],
    &[
        built(
            "RUN useradd --non-unique --uid 1000 --no-create-home ubuntu",
            None,
            2,
        ),
        both(
            "RUN echo 'coder ALL=(ALL) ALL' > /etc/sudoers.d/coder",
            "sudo-asks-password",
            Some(4),
        ),
        // What lies in the base's /lib/systemd the text does not tell.
        Spoiling {
            line: "RUN ln -sf /lib/systemd/upstart /sbin/init",
            before: None,
            after: Some("init-dangling"),
            point: Some(6),
        },
        both(
            "RUN echo '{\"data-root\": \"/data/docker\", \"debug\": true}' > /etc/docker/daemon.json",
            "data-root-unseen",
            None,
        ),
        both("VOLUME /var/lib/docker", "docker-data-volume", Some(14)),
        both(
            "RUN mkdir /home/coder/.nvm && echo true > /home/coder/.nvm/nvm.sh",
            "home-shadowed",
            Some(15),
        ),
        both(
            "RUN rm /etc/skel/.profile /etc/skel/.bashrc",
            "skel-missing",
            Some(16),
        ),
        both(
            "RUN echo 'deb https://download.docker.com/linux/debian bookworm stable' > /etc/apt/sources.list.d/docker.list",
            "apt-codename",
            Some(18),
        ),
        built("RUN usermod --shell /bin/sh coder", None, 1),
        built(
            "RUN mkdir /coder && printf 'echo\\r\\n' > /coder/configure",
            None,
            17,
        ),
        built("RUN rm /etc/ssl/certs/ca-certificates.crt", None, 11),
        both("USER 1000", "user-numeric", Some(5)),
    ],
    &[
        both(
            "RUN systemctl disable docker.service docker.socket",
            "docker-not-enabled",
            Some(7),
        ),
        both("RUN echo 'exec bash' > /tmp/start.sh", "tmp-content", Some(15)),
        both("ENTRYPOINT [\"sh\", \"/tmp/start.sh\"]", "tmp-content", Some(15)),
        both("RUN chmod 0666 /etc/sudoers.d/coder", "world-writable", Some(4)),
        both("VOLUME /run", "run-dir-volume", Some(14)),
        built(
            "RUN rm /usr/lib/locale/locale-archive",
            Some("locale-not-generated"),
            12,
        ),
        built("RUN rm /usr/libexec/docker/cli-plugins/docker-buildx", None, 9),
        both("RUN rm -r /home/coder", "home-missing", Some(1)),
    ],
    &[both(
        "RUN systemctl mask docker.service",
        "docker-not-enabled",
        Some(7),
    )],
];

/// A Dockerfile with these lines before its last.
fn spoiled(dockerfile: &str, lines: &[&str]) -> String {
    let (start, end) = dockerfile.trim_end().rsplit_once('\n').expect("it has lines");
    let mut text = format!("{start}\n");
    let mut last = end;
    for line in lines {
        match line.starts_with("USER ") {
            true => last = line,
            false => text += &format!("{line}\n"),
        }
    }
    format!("{text}{last}\n")
}

fn names(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("a list");
    findings
        .iter()
        .filter_map(|finding| finding["rule"].as_str())
        .collect()
}

/// What nobody saw by its name, of all of them: before the build, each line by itself; after it, in the
/// image and without its Dockerfile.
pub fn unseen(good: &Image) -> Vec<String> {
    let mut unseen = Vec::new();
    let dockerfile = good.dockerfile();
    for (number, group) in SPOILINGS.iter().enumerate() {
        for spoiling in *group {
            let folder = good.with_dockerfile("never-built", &spoiled(&dockerfile, &[spoiling.line]));
            let report = json(&seaworthy(
                &folder.workspace(),
                &["lint", "--format", "json", "Dockerfile"],
            ));
            match spoiling.before {
                Some(rule) if rule == "tmp-content" && spoiling.line.starts_with("ENTRYPOINT") => {}
                Some(rule) if names(&report).contains(&rule) => {}
                Some(rule) => unseen.push(format!(
                    "lint does not name {rule} for `{}`, but {:?}",
                    spoiling.line,
                    names(&report)
                )),
                None => {}
            }
        }
        let lines: Vec<&str> = group.iter().map(|spoiling| spoiling.line).collect();
        let image = good.with_dockerfile(&format!("spoiled-{number}"), &spoiled(&dockerfile, &lines));
        image.build(&image.workspace(), &["--no-lint"]);
        fs::remove_file(image.workspace().join("Dockerfile")).expect("it was there");
        let (report, code) = image.verified(&[]);
        if code != Some(1) {
            unseen.push(format!("verify ends with {code:?} for {lines:?}"));
        }
        for spoiling in *group {
            if let Some(rule) = spoiling.after.filter(|rule| !names(&report).contains(rule)) {
                unseen.push(format!(
                    "verify does not name {rule} for `{}`, but {:?}",
                    spoiling.line,
                    names(&report)
                ));
            }
            let points = report["contract"].as_array().expect("a list");
            let is_unmet = |point: &u64| {
                let mut points = points.iter();
                points.any(|one| one["point"] == *point && one["state"] == "unmet")
            };
            if let Some(point) = spoiling.point.filter(|point| !is_unmet(point)) {
                unseen.push(format!(
                    "point {point} is not unmet for `{}`, but {}",
                    spoiling.line,
                    points[point as usize - 1]
                ));
            }
        }
    }
    unseen
}
