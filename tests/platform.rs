//! The platform's tables: every boundary of the runtime matrix.

use seaworthy::context::Answer;
use seaworthy::contract::Runtime;
use seaworthy::platform::bases::Family;
use seaworthy::platform::runtime::{
    Bringer, Daemon, Fault, SysboxRange, Verdict, advice, available, compose_asks_old_api,
    daemon_stores_in_containerd, dind_tag, docker_needs, docker_range_for, judge_containerd, runc_of,
    sysbox_of,
};
use seaworthy::platform::versions::{Pattern, Point, Share, Spelling};

fn sysbox(text: &str) -> SysboxRange {
    sysbox_of(&Runtime::Sysbox(text.to_owned())).expect("versions of these tests are known")
}

fn deb(text: &str) -> Pattern {
    Pattern::read(Spelling::Deb, text)
}

fn rpm(text: &str) -> Pattern {
    Pattern::read(Spelling::Rpm, text)
}

/// `runs`, `breaks ID`, `possibly ID` or `unknown`, with the first Sysbox that runs it.
fn told(verdict: Verdict) -> String {
    let fault = |word: &str, fault: Fault| {
        let first = fault
            .first_sysbox
            .map_or("never".to_owned(), |version| version.to_string());
        format!("{word} {} {first}", fault.incident)
    };
    match verdict {
        Verdict::Runs => "runs".to_owned(),
        Verdict::Breaks(of) => fault("breaks", of),
        Verdict::Possibly(of) => fault("possibly", of),
        Verdict::Unknown => "unknown".to_owned(),
    }
}

fn judge(bringer: Bringer, pattern: &Pattern, sysbox_version: &str) -> String {
    let range = (!sysbox_version.is_empty()).then(|| sysbox(sysbox_version));
    told(judge_containerd(bringer, pattern, range.as_ref()))
}

#[test]
fn versions_of_the_platform_mean_ranges() {
    let range = |runtime| {
        sysbox_of(&runtime)
            .map(|range| range.to_string())
            .map_err(|error| error.to_string())
    };
    let of = |text: &str| range(Runtime::Sysbox(text.to_owned()));
    let coder = |text: &str| range(Runtime::Coder(text.to_owned()));
    let envbox = |text: &str| range(Runtime::Envbox(text.to_owned()));
    assert_eq!(of("0.6.6").unwrap(), "Sysbox 0.6.6");
    assert_eq!(of("v0.6.6").unwrap(), "Sysbox 0.6.6");
    assert_eq!(of("0.6").unwrap(), "Sysbox 0.6.1 to 0.6.7");
    assert_eq!(of("0.6.x").unwrap(), "Sysbox 0.6.1 to 0.6.7");
    assert_eq!(of("0").unwrap(), "Sysbox 0.3.0 to 0.7.1");
    assert_eq!(of("0.7.2").unwrap(), "Sysbox 0.7.2");
    for wrong in [
        "0.6.0",
        "0.5.9",
        "0.1",
        "latest",
        "",
        "0.6.6.1",
        "-1",
        "0..6",
        "99999999999999999999",
    ] {
        let error = of(wrong).unwrap_err();
        assert!(
            error.starts_with(&format!("no Sysbox {wrong} is known; known are 0.3.0, 0.4.0")),
            "{error}"
        );
    }
    assert_eq!(coder("1.44").unwrap(), "Sysbox 0.5.2");
    assert_eq!(coder("1.44.1").unwrap(), "Sysbox 0.5.2");
    assert_eq!(coder("1.34.0").unwrap(), "Sysbox 0.5.2");
    assert_eq!(coder("1.33.7").unwrap(), "Sysbox 0.5.0");
    assert_eq!(coder("1.30").unwrap(), "Sysbox 0.5.0");
    assert_eq!(coder("1.19.1").unwrap(), "Sysbox 0.4.0 to 0.5.0");
    assert_eq!(coder("1.19.0").unwrap(), "Sysbox up to 0.3.0");
    assert_eq!(coder("1").unwrap(), "Sysbox up to 0.5.2");
    assert!(coder("1.45").is_err());
    assert!(coder("1.44.2").is_err());
    assert!(coder("2.5").unwrap_err().ends_with("1.34.0 to 1.44.1"));
    assert_eq!(envbox("0.1").unwrap(), "Sysbox 0.5.2");
    assert_eq!(envbox("0.2.0").unwrap(), "Sysbox 0.6.3");
    assert_eq!(envbox("0.6.0").unwrap(), "Sysbox 0.6.3");
    assert_eq!(envbox("0.6.1").unwrap(), "Sysbox 0.6.5");
    assert_eq!(envbox("0.6.2").unwrap(), "Sysbox 0.6.6");
    assert_eq!(envbox("0.6.4").unwrap(), "Sysbox 0.6.6");
    assert_eq!(envbox("0.6.5").unwrap(), "Sysbox 0.6.7");
    assert_eq!(envbox("0.6.6").unwrap(), "Sysbox 0.7.0");
    assert_eq!(envbox("0.6.8").unwrap(), "Sysbox 0.7.0 to 0.7.1");
    assert_eq!(envbox("0.6").unwrap(), "Sysbox 0.6.3 to 0.7.1");
    assert!(envbox("0.1.3").is_err());
}

#[test]
fn the_advice_follows_the_oldest_sysbox() {
    let told = |range: Option<&SysboxRange>| {
        let advice = advice(range);
        (
            advice.containerd_apt,
            advice.containerd_rpm,
            advice.docker_apt(),
            advice.runs_all,
        )
    };
    assert_eq!(
        told(None),
        ("1.5.11-1", "1.5.11-3.1.*", "5:20.10.*".to_owned(), false)
    );
    assert!(advice(None).is_default);
    assert_eq!(told(Some(&sysbox("0.3.0"))).0, "1.4.4-1");
    assert_eq!(told(Some(&sysbox("0.4.0"))).0, "1.5.11-1");
    assert_eq!(told(Some(&sysbox("0.5.1"))).0, "1.5.11-1");
    assert_eq!(
        told(Some(&sysbox("0.5.2"))),
        ("1.7.23-1", "1.7.23-3.1.*", "5:27.*".to_owned(), false)
    );
    assert_eq!(told(Some(&sysbox("0.6.5"))).0, "1.7.23-1");
    assert_eq!(
        told(Some(&sysbox("0.6.6"))),
        ("1.7.28-1*", "1.7.28-1.*", "5:28.*".to_owned(), false)
    );
    assert_eq!(told(Some(&sysbox("0.6.7"))).0, "1.7.28-1*");
    assert_eq!(told(Some(&sysbox("0.6"))).0, "1.7.23-1");
    assert!(advice(Some(&sysbox("0.7.0"))).runs_all);
    assert!(!advice(Some(&sysbox("0.6.7"))).runs_all);
}

#[test]
fn what_is_advised_runs_and_docker_is_content_with_it() {
    for version in [
        "0.3.0", "0.4.0", "0.5.0", "0.5.1", "0.5.2", "0.6.1", "0.6.5", "0.6.6", "0.6.7", "0.7.0",
    ] {
        let advice = advice(Some(&sysbox(version)));
        for pattern in [deb(advice.containerd_apt), rpm(advice.containerd_rpm)] {
            assert_eq!(
                judge(Bringer::ContainerdIo, &pattern, version),
                "runs",
                "{version} {}",
                pattern.text
            );
            let need = docker_needs(Daemon::Version(&deb(&advice.docker_apt()))).unwrap();
            assert_eq!(need.share_too_old(&pattern), Share::None, "{version}");
            assert_eq!(docker_range_for(&pattern).unwrap().0, advice.docker, "{version}");
        }
    }
}

#[test]
fn containerd_on_each_side_of_each_boundary() {
    use Bringer::ContainerdIo as Package;
    for (sysbox, version, expected) in [
        ("0.3.0", "1.4.5-1", "runs"),
        ("0.3.0", "1.4.6-1", "breaks SBX-PROCFD-2021 0.4.0"),
        ("0.4.0", "1.4.6-1", "runs"),
        ("0.5.1", "1.5.11-1", "runs"),
        ("0.5.1", "1.6.2-1", "breaks SBX-RDMA-2022 0.5.2"),
        ("0.5.2", "1.6.2-1", "runs"),
        ("0.5.2", "1.7.23-1", "runs"),
        ("0.6.5", "1.7.24-1", "breaks SBX-THREADSELF-2024 0.6.6"),
        ("0.6.6", "1.7.24-1", "runs"),
        ("0.6.7", "1.7.28-1~ubuntu.24.04~noble", "runs"),
        (
            "0.6.7",
            "1.7.28-2~ubuntu.24.04~noble",
            "breaks SBX-OPENAT2-2025 0.7.0",
        ),
        ("0.6.7", "1.7.29-1", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.6.7", "2.0.6-1", "runs"),
        ("0.6.7", "2.0.7-1", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.6.7", "2.1.4-1", "runs"),
        ("0.6.7", "2.1.5-1", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.6.7", "2.2.0-2", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.7.0", "2.3.3-1", "runs"),
        ("0.7.0", "1.7.29-1", "runs"),
        ("0.6.5", "2.0.0-1", "breaks SBX-THREADSELF-2024 0.6.6"),
        ("0.6.3", "1.6.33-1", "runs"),
        // Globs: what straddles is possible, what was never packaged does not count.
        ("0.6.7", "1.7.28-1*", "runs"),
        ("0.6.7", "1.7.28*", "possibly SBX-OPENAT2-2025 0.7.0"),
        ("0.6.7", "2.*", "possibly SBX-OPENAT2-2025 0.7.0"),
        ("0.6.7", "2.2.*", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.5.0", "1.5.*", "runs"),
        ("0.5.0", "1.6.*", "breaks SBX-RDMA-2022 0.5.2"),
        ("0.5.0", "1.*", "possibly SBX-OPENAT2-2025 0.7.0"),
        ("0.5.0", "3.*", "breaks SBX-RDMA-2022 0.7.0"),
        // Ranges of the platform.
        ("0.6", "1.7.27-1", "possibly SBX-THREADSELF-2024 0.6.6"),
        ("0.5", "1.6.2-1", "possibly SBX-RDMA-2022 0.5.2"),
        ("0.6", "1.7.23-1", "runs"),
        // No platform stated.
        ("", "1.4.4-1", "runs"),
        ("", "1.5.11-1", "runs"),
        ("", "1.6.2-1", "possibly SBX-RDMA-2022 0.5.2"),
        ("", "1.7.23-1", "possibly SBX-RDMA-2022 0.5.2"),
        ("", "1.7.24-1", "possibly SBX-THREADSELF-2024 0.6.6"),
        ("", "1.7.28-1*", "possibly SBX-THREADSELF-2024 0.6.6"),
        ("", "1.7.28-2", "possibly SBX-OPENAT2-2025 0.7.0"),
        (
            "",
            "2.1.5-1~debian.12~bookworm",
            "possibly SBX-OPENAT2-2025 0.7.0",
        ),
        ("", "$VERSION", "unknown"),
        ("0.5.0", "", "unknown"),
    ] {
        assert_eq!(
            judge(Package, &deb(version), sysbox),
            expected,
            "{version} on {sysbox:?}"
        );
    }
    for (sysbox, version, expected) in [
        ("0.5.1", "1.5.11-3.1.el8", "runs"),
        ("0.5.1", "1.6.2-3.1.el8", "breaks SBX-RDMA-2022 0.5.2"),
        ("0.5.1", "1.5.11", "runs"),
        ("0.6.7", "1.7.28-1.el9", "runs"),
        ("0.6.7", "1.7.28-2.el9", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.6.7", "1.7.28", "possibly SBX-OPENAT2-2025 0.7.0"),
        ("0.6.5", "1.7.23-3.1.el9", "runs"),
    ] {
        assert_eq!(
            judge(Package, &rpm(version), sysbox),
            expected,
            "{version} on {sysbox:?}"
        );
    }
}

#[test]
fn other_bringers() {
    let plain = |text: &str| Pattern::read(Spelling::Plain, text);
    for (sysbox, version, expected) in [
        ("0.3.0", "1.0.0-rc94", "runs"),
        ("0.3.0", "1.0.0-rc95", "breaks SBX-PROCFD-2021 0.4.0"),
        ("0.5.1", "1.0.3", "runs"),
        ("0.5.1", "1.1.0-rc.1", "breaks SBX-RDMA-2022 0.5.2"),
        ("0.6.5", "1.1.14", "runs"),
        ("0.6.5", "1.2.0", "breaks SBX-THREADSELF-2024 0.6.6"),
        ("0.6.7", "1.2.7", "runs"),
        ("0.6.7", "1.2.8", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.6.7", "1.3.2", "runs"),
        ("0.6.7", "1.3.3", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.6.7", "1.4.0-rc.2", "runs"),
        ("0.6.7", "1.4.0-rc.3", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.7.0", "1.4.0", "runs"),
    ] {
        assert_eq!(
            judge(Bringer::Runc, &plain(version), sysbox),
            expected,
            "{version} on {sysbox}"
        );
    }
    let ubuntu = deb("1.3.3-0ubuntu1~22.04.2");
    assert_eq!(
        judge(Bringer::Runc, &ubuntu, "0.6.7"),
        "breaks SBX-OPENAT2-2025 0.7.0"
    );
    for (sysbox, tag, expected) in [
        ("0.3.0", "20.10.2-dind", "runs"),
        ("0.3.0", "20.10.7-dind", "breaks SBX-PROCFD-2021 0.4.0"),
        ("0.6.5", "27.3.1-dind", "runs"),
        ("0.6.5", "27.4.0-dind", "breaks SBX-THREADSELF-2024 0.6.6"),
        ("0.6.5", "27-dind", "possibly SBX-THREADSELF-2024 0.6.6"),
        ("0.6.7", "28.5.1-dind", "runs"),
        ("0.6.7", "28.5.2-dind", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.6.7", "dind", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.6.7", "dind-rootless", "breaks SBX-OPENAT2-2025 0.7.0"),
        ("0.7.0", "dind", "runs"),
        ("", "dind", "possibly SBX-OPENAT2-2025 0.7.0"),
        ("0.6.3", "20.10.8-dind", "breaks SBX-XATTR-LOWER never"),
        ("0.6.3", "20.10.9-dind", "runs"),
        ("0.6.3", "20.10-dind", "runs"),
        ("0.6.2", "20.10.8-dind", "runs"),
        ("", "20.10.8-dind", "runs"),
    ] {
        assert_eq!(
            judge(Bringer::Dind, &dind_tag(tag), sysbox),
            expected,
            "{tag} on {sysbox:?}"
        );
    }
    for (sysbox, version, expected) in [
        ("0.5.1", "5:20.10.*", "runs"),
        (
            "0.5.1",
            "5:23.0.0-1~ubuntu.22.04~jammy",
            "breaks SBX-RDMA-2022 0.5.2",
        ),
        ("0.6.5", "5:27.*", "runs"),
        ("0.6.5", "5:28.4.0-1", "breaks SBX-THREADSELF-2024 0.6.6"),
        ("0.6.7", "5:29.5.0-1", "runs"),
        ("0.6.7", "5:29.6.0-1", "breaks SBX-OPENAT2-2025 0.7.0"),
        (
            "0.6.3",
            "5:20.10.8~3-0~ubuntu-focal",
            "breaks SBX-XATTR-LOWER never",
        ),
        ("0.6.3", "5:20.10.*", "runs"),
    ] {
        assert_eq!(
            judge(Bringer::DockerCe, &deb(version), sysbox),
            expected,
            "{version} on {sysbox:?}"
        );
    }
    assert_eq!(
        judge(Bringer::DockerIo, &deb("24.0.5-0ubuntu1~22.04.1"), "0.5.0"),
        "unknown"
    );
    assert_eq!(
        judge(Bringer::DockerIo, &deb("20.10.7-0ubuntu5"), "0.6.3"),
        "breaks SBX-XATTR-LOWER never"
    );
}

#[test]
fn docker_and_containerd_ask_of_each_other() {
    let least = |text: &str| docker_needs(Daemon::Version(&deb(text))).map(|need| need.minimum.to_string());
    assert_eq!(least("5:20.10.0-1").as_deref(), Some("1.4.1"));
    assert_eq!(least("5:20.10.*").as_deref(), Some("1.4.1"));
    assert_eq!(least("5:23.0.0-1").as_deref(), Some("1.6.4"));
    assert_eq!(least("5:24.0.9-1").as_deref(), Some("1.6.4"));
    assert_eq!(least("5:25.0.0-1").as_deref(), Some("1.6.24"));
    assert_eq!(least("5:28.3.3-1").as_deref(), Some("1.6.24"));
    assert_eq!(least("5:28.4.0-1").as_deref(), Some("1.7.27"));
    assert_eq!(least("5:28.*").as_deref(), Some("1.7.27"));
    assert_eq!(least("5:29.5.9-1").as_deref(), Some("1.7.27"));
    assert_eq!(least("5:29.6.0-1").as_deref(), Some("2.1.5"));
    assert_eq!(least("5:19.03.15-1"), None);
    assert_eq!(docker_needs(Daemon::Newest).unwrap().minimum.to_string(), "2.1.5");
    assert!(!docker_needs(Daemon::Version(&deb("5:28.*"))).unwrap().certain);
    assert!(docker_needs(Daemon::Version(&deb("5:27.*"))).unwrap().certain);
    let newest = docker_needs(Daemon::Newest).unwrap();
    assert_eq!(newest.share_too_old(&deb("1.5.11-1")), Share::All);
    assert_eq!(newest.share_too_old(&deb("2.1.5-1")), Share::None);
    let line =
        |text: &str| docker_range_for(&deb(text)).map(|(line, end)| (line, end.map(|end| end.to_string())));
    assert_eq!(line("1.4.0-1").unwrap().0, "19.03");
    assert_eq!(line("1.4.1-1").unwrap().0, "20.10");
    assert_eq!(line("1.5.11-1").unwrap().0, "20.10");
    assert_eq!(line("1.6.4-1").unwrap().0, "24");
    assert_eq!(line("1.6.23-1").unwrap().0, "24");
    assert_eq!(line("1.6.24-1").unwrap().0, "27");
    assert_eq!(line("1.7.26-1").unwrap().0, "27");
    assert_eq!(line("1.7.27-1").unwrap().0, "28");
    assert_eq!(line("2.1.4-1").unwrap().0, "28");
    assert_eq!(line("2.1.5-1").unwrap(), ("29", None));
    assert_eq!(runc_of(&deb("1.5.11-1")), Some("1.0.3"));
    assert_eq!(runc_of(&deb("1.7.28-1*")), Some("1.3.0"));
    assert_eq!(runc_of(&deb("1.7.28*")), None);
}

#[test]
fn docker_29() {
    let share = |text: &str| daemon_stores_in_containerd(Daemon::Version(&deb(text)));
    assert_eq!(share("5:28.5.2-1~ubuntu.24.04~noble"), Share::None);
    assert_eq!(share("5:29.0.0-1~ubuntu.24.04~noble"), Share::All);
    assert_eq!(share("5:2*"), Share::Some);
    assert_eq!(share("$DOCKER"), Share::Unknown);
    assert_eq!(daemon_stores_in_containerd(Daemon::Newest), Share::All);
    let compose = |text: &str| compose_asks_old_api(&Pattern::read(Spelling::Plain, text));
    assert_eq!(compose("1.29.2"), Share::All);
    assert_eq!(compose("v2.5.0"), Share::All);
    assert_eq!(compose("v2.20.3"), Share::All);
    assert_eq!(compose("v2.21.0"), Share::None);
    assert_eq!(compose("5.0.0"), Share::None);
}

#[test]
fn where_a_containerd_is_to_be_had() {
    let documented = deb("1.5.11-1");
    for (family, release, expected) in [
        (Family::Ubuntu, "focal", Answer::Known(())),
        (Family::Ubuntu, "20.04", Answer::Known(())),
        (Family::Ubuntu, "jammy", Answer::Known(())),
        (Family::Ubuntu, "noble", Answer::Absent),
        (Family::Ubuntu, "24.04", Answer::Absent),
        (Family::Ubuntu, "resolute", Answer::Absent),
        (Family::Ubuntu, "trusty", Answer::Unknown),
        (Family::Debian, "bullseye", Answer::Known(())),
        (Family::Debian, "bookworm", Answer::Absent),
        (Family::Debian, "12", Answer::Absent),
        (Family::Debian, "trixie", Answer::Absent),
        (Family::Debian, "sid", Answer::Unknown),
        (Family::Debian, "", Answer::Unknown),
        (Family::Rhel, "8", Answer::Known(())),
        (Family::Rhel, "8.9", Answer::Known(())),
        (Family::Rhel, "9", Answer::Absent),
        (Family::Rhel, "9.6", Answer::Absent),
        (Family::Amazon, "2023", Answer::Unknown),
    ] {
        assert_eq!(
            available(family, release, &documented),
            expected,
            "{family:?} {release}"
        );
    }
    assert_eq!(
        available(Family::Ubuntu, "noble", &deb("1.7.23-1")),
        Answer::Known(())
    );
    assert_eq!(
        available(Family::Ubuntu, "noble", &deb("1.7.28-1*")),
        Answer::Known(())
    );
    assert_eq!(
        available(Family::Rhel, "9", &rpm("1.7.23-3.1.*")),
        Answer::Known(())
    );
    assert_eq!(
        available(Family::Ubuntu, "bionic", &deb("1.7.23-1")),
        Answer::Unknown
    );
    assert_eq!(
        available(Family::Ubuntu, "noble", &deb("1.5.12-1")),
        Answer::Unknown
    );
    assert_eq!(available(Family::Ubuntu, "noble", &deb("x")), Answer::Unknown);
}

#[test]
fn points_are_told_as_versions() {
    assert_eq!(Point::package(1, 7, 28, 2).to_string(), "1.7.28-2");
    assert_eq!(Point::candidate(1, 0, 0, 95).to_string(), "1.0.0-rc.95");
}
