//! The table of base images: what is asked most, and how much of real FROM lines it covers.

mod shared;

use std::collections::BTreeMap;
use std::sync::Arc;

use seaworthy::context::Answer;
use seaworthy::platform::bases::{Base, Family, Init, Libc, Manager, base_facts};
use seaworthy::syntax::reference::ImageRef;

fn base(reference: &str) -> Arc<Base> {
    let parsed = ImageRef::parse(reference).expect("references of these tests read");
    base_facts(&parsed, None).unwrap_or_else(|| panic!("{reference} is not in the table"))
}

/// References of the FROM lines of a file that name an image, with defaults of ARG put in.
fn images_of(text: &str) -> Vec<String> {
    let mut stages: Vec<String> = Vec::new();
    let mut defaults: BTreeMap<String, String> = BTreeMap::new();
    let mut images = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match words.next().map(str::to_ascii_uppercase).as_deref() {
            Some("ARG") if stages.is_empty() => {
                for word in words {
                    if let Some((name, value)) = word.split_once('=') {
                        defaults.insert(name.to_owned(), value.trim_matches(['"', '\'']).to_owned());
                    }
                }
            }
            Some("FROM") => {
                let words: Vec<&str> = words.filter(|word| !word.starts_with("--")).collect();
                let Some(&first) = words.first() else { continue };
                let mut image = first.to_owned();
                for (name, value) in &defaults {
                    image = image
                        .replace(&format!("${{{name}}}"), value)
                        .replace(&format!("${name}"), value);
                }
                if image != "scratch" && !stages.contains(&image.to_lowercase()) {
                    images.push(image);
                }
                stages.push(words.get(2).map_or(String::new(), |name| name.to_lowercase()));
            }
            _ => {}
        }
    }
    images
}

/// Names without a registry that are no image of Docker Hub's own: builds of the files' authors.
const LOCAL: &[&str] = &[
    "ubuntu-base",
    "coder-base",
    "baseimage",
    "runc_test",
    "alpine_base",
    "my-registry",
    "dev",
];

/// How many of the FROM lines of files name a public image, and how many of these are covered:
/// package manager, final user, accounts from uid 1000 on and libc are known.
fn coverage<'a>(files: impl Iterator<Item = &'a Vec<u8>>) -> (usize, usize, Vec<(usize, String)>) {
    let (mut all, mut covered) = (0, 0);
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    for bytes in files {
        for image in images_of(&String::from_utf8_lossy(bytes)) {
            let Ok(reference) = ImageRef::parse(&image) else {
                continue;
            };
            if LOCAL.contains(&reference.familiar().as_str()) {
                continue;
            }
            all += 1;
            let known = base_facts(&reference, None).is_some_and(|base| {
                base.managers != Answer::Unknown
                    && base.user.is_some()
                    && base.accounts_complete_from == Some(1000)
                    && base.libc.is_some()
            });
            if known {
                covered += 1;
            } else {
                *missing.entry(image).or_default() += 1;
            }
        }
    }
    let mut missing: Vec<(usize, String)> =
        missing.into_iter().map(|(image, count)| (count, image)).collect();
    missing.sort_by(|left, right| right.cmp(left));
    (all, covered, missing)
}

#[test]
fn real_files_start_from_known_bases() {
    let sets = ["workspaces", "enterprise", "general"].map(shared::corpus);
    let [Some(workspaces), Some(enterprise), Some(general)] = sets else {
        return;
    };
    let (all, covered, missing) = coverage(workspaces.values().chain(enterprise.values()));
    let general = coverage(general.values());
    eprintln!("workspaces and enterprise: {covered} of {all} covered; missing {missing:?}");
    eprintln!(
        "general: {} of {} covered; missing {:?}",
        general.1,
        general.0,
        &general.2[..general.2.len().min(40)]
    );
    assert!(covered * 10 >= all * 9, "{covered} of {all}");
    assert!(general.1 * 10 >= general.0 * 7, "{} of {}", general.1, general.0);
}

#[test]
fn distributions_are_told_by_tag() {
    for (reference, family, version, codename) in [
        ("ubuntu", Family::Ubuntu, Some("26.04"), Some("resolute")),
        ("ubuntu:24.04", Family::Ubuntu, Some("24.04"), Some("noble")),
        (
            "ubuntu:noble-20260810",
            Family::Ubuntu,
            Some("24.04"),
            Some("noble"),
        ),
        (
            "ubuntu:22.04@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d",
            Family::Ubuntu,
            Some("22.04"),
            Some("jammy"),
        ),
        (
            "arm64v8/ubuntu:focal",
            Family::Ubuntu,
            Some("20.04"),
            Some("focal"),
        ),
        (
            "public.ecr.aws/docker/library/debian:12-slim",
            Family::Debian,
            Some("12"),
            Some("bookworm"),
        ),
        (
            "mirror.gcr.io/library/debian:bookworm-20250101-slim",
            Family::Debian,
            Some("12"),
            Some("bookworm"),
        ),
        ("debian", Family::Debian, Some("13"), Some("trixie")),
        ("alpine:3.20.3", Family::Alpine, Some("3.20"), None),
        ("alpine", Family::Alpine, None, None),
        (
            "python:3.12-slim-bookworm",
            Family::Debian,
            Some("12"),
            Some("bookworm"),
        ),
        ("node:20-alpine3.20", Family::Alpine, Some("3.20"), None),
        ("golang:1.22.5", Family::Debian, None, None),
        (
            "eclipse-temurin:21-jdk-jammy",
            Family::Ubuntu,
            Some("22.04"),
            Some("jammy"),
        ),
        (
            "nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04",
            Family::Ubuntu,
            Some("22.04"),
            Some("jammy"),
        ),
        ("centos:7", Family::Rhel, Some("7"), None),
        ("redhat/ubi9:9.6", Family::Rhel, Some("9"), None),
        (
            "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",
            Family::Ubuntu,
            None,
            None,
        ),
    ] {
        let base = base(reference);
        assert_eq!(base.family, Some(family), "{reference}");
        assert_eq!(base.version.as_deref(), version, "{reference}");
        assert_eq!(base.codename.as_deref(), codename, "{reference}");
    }
}

#[test]
fn accounts_of_people_are_complete() {
    assert_eq!(base("ubuntu:22.04").account_of(1000), Answer::Absent);
    assert_eq!(
        base("ubuntu:24.04")
            .account_of(1000)
            .known()
            .map(|account| account.name.clone()),
        Some("ubuntu".to_owned())
    );
    assert_eq!(base("ubuntu:24.04").account_of(1001), Answer::Absent);
    assert_eq!(base("ubuntu:24.04").account_of(999), Answer::Unknown);
    assert_eq!(
        base("node:20")
            .account_of(1000)
            .known()
            .map(|account| account.name.clone()),
        Some("node".to_owned())
    );
    assert_eq!(base("node:0.10").account_of(1000), Answer::Unknown);
    assert_eq!(base("debian:12").account("coder"), Answer::Absent);
    assert!(base("debian:12").account("www-data").is_known());
    assert_eq!(base("debian:12").account("postgres"), Answer::Unknown);
    assert_eq!(base("debian:12").group("docker"), Answer::Absent);
    assert!(base("debian:12").group("sudo").is_known());
    assert_eq!(base("debian:12").group("wheel"), Answer::Absent);
    assert_eq!(base("fedora").group("sudo"), Answer::Absent);
    assert!(base("alpine").group("wheel").is_known());
    assert_eq!(base("jupyter/scipy-notebook").user.as_deref(), Some("1000"));
    assert_eq!(
        base("quay.io/podman/stable:v5")
            .account_of(1000)
            .known()
            .map(|account| account.name.clone()),
        Some("podman".to_owned())
    );
}

#[test]
fn commands_and_packages_are_there_or_not() {
    for (reference, command, expected) in [
        ("debian:12", "bash", Answer::Known(())),
        ("debian:12", "curl", Answer::Absent),
        ("debian:12", "adduser", Answer::Known(())),
        ("debian:13", "adduser", Answer::Absent),
        ("debian:13", "useradd", Answer::Known(())),
        ("debian:12", "ps", Answer::Absent),
        ("ubuntu:22.04", "ps", Answer::Known(())),
        ("debian:buster", "ps", Answer::Unknown),
        ("ubuntu:14.04", "sudo", Answer::Known(())),
        ("ubuntu:16.04", "gpg", Answer::Known(())),
        ("ubuntu:24.04", "locale-gen", Answer::Absent),
        ("alpine:3.20", "bash", Answer::Absent),
        ("alpine:3.20", "wget", Answer::Known(())),
        ("alpine:3.20", "useradd", Answer::Absent),
        ("golang:1.22", "git", Answer::Known(())),
        ("golang:1.22", "python3", Answer::Unknown),
        ("python:3.12", "pip", Answer::Known(())),
        ("python:3.12-slim", "git", Answer::Absent),
        ("node:20-slim", "curl", Answer::Absent),
        ("node:8-slim", "curl", Answer::Unknown),
        ("centos:7", "curl", Answer::Known(())),
        ("centos:7", "wget", Answer::Absent),
        ("gcr.io/distroless/static-debian12:nonroot", "sh", Answer::Absent),
        ("gcr.io/distroless/static-debian12", "sh", Answer::Absent),
        ("codercom/enterprise-base:ubuntu", "docker", Answer::Known(())),
        ("codercom/enterprise-base:ubuntu", "node", Answer::Absent),
        ("ubuntu:24.04", "some-program", Answer::Unknown),
    ] {
        assert_eq!(
            base(reference).command(command),
            expected,
            "{command} in {reference}"
        );
    }
    assert_eq!(base("debian:12").ca_certificates(), Answer::Absent);
    assert_eq!(base("python:3.12").ca_certificates(), Answer::Known(()));
    assert_eq!(base("golang:1.22").ca_certificates(), Answer::Known(()));
    assert_eq!(base("alpine:3.20").ca_certificates(), Answer::Known(()));
    assert_eq!(base("alpine:3.8").ca_certificates(), Answer::Unknown);
    assert_eq!(base("ubuntu:24.04").package("systemd-sysv"), Answer::Absent);
    assert_eq!(base("ubuntu:16.04").package("systemd-sysv"), Answer::Known(()));
}

#[test]
fn coders_own_base() {
    let base = base("codercom/enterprise-base:ubuntu");
    assert_eq!(base.user.as_deref(), Some("coder"));
    let coder = base.account("coder").known().unwrap();
    assert_eq!(
        (coder.uid, coder.home.as_deref()),
        (Some(1000), Some("/home/coder"))
    );
    assert_eq!(coder.groups, ["docker"]);
    assert_eq!(base.account("ubuntu"), Answer::Absent);
    assert_eq!(base.account_of(1001), Answer::Absent);
    assert_eq!(base.init, Answer::Known(Init::Systemd));
    assert!(base.group("docker").is_known());
    assert!(base.enabled.iter().any(|unit| unit == "docker"));
    assert_eq!(base.sudo_without_password, ["coder"]);
    assert_eq!(base.shell.as_deref().unwrap(), ["/bin/bash", "-c"]);
    assert_eq!(base.managers, Answer::Known(vec![Manager::Apt]));
    assert_eq!(base.libc, Some(Libc::Glibc));
    assert_eq!(base.locales.as_deref().unwrap(), ["en_US.UTF-8"]);
    assert!(base.env_complete);
    assert_eq!(base.env.get("LC_ALL"), Some(&Some("en_US.UTF-8".to_owned())));
}

#[test]
fn what_is_not_in_the_table_is_not_there() {
    let facts = |reference: &str, platform| base_facts(&ImageRef::parse(reference).unwrap(), platform);
    assert!(facts("example.com/ubuntu:24.04", None).is_none());
    assert!(facts("someone/debian", None).is_none());
    assert!(facts("ubuntu:24.04", Some("windows/amd64")).is_none());
    assert!(facts("ubuntu:24.04", Some("linux/arm64")).is_some());
    let unknown_tag = facts("ubuntu:99.04", None).unwrap();
    assert_eq!(unknown_tag.family, Some(Family::Ubuntu));
    assert_eq!(unknown_tag.account_of(1000), Answer::Unknown);
    assert_eq!(unknown_tag.command("curl"), Answer::Unknown);
    let digest_alone = facts(
        "debian@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d",
        None,
    )
    .unwrap();
    assert_eq!(digest_alone.codename, None);
}
