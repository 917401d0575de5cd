//! What `mounts` prints, read as those read it who take it: Kubernetes, Terraform, Docker.

#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::process::{Command, Output, Stdio};

use k8s_openapi::api::core::v1::PodSpec;
use serde_json::{Value, json};

const COMBINATIONS: [&[&str]; 4] = [
    &[],
    &["--caching"],
    &["--caching", "--auto-load-shiftfs"],
    &["--profile", "envbox", "--user", "ann"],
];

fn mounts(arguments: &[&str], format: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
    command
        .env_clear()
        .arg("mounts")
        .args(arguments)
        .args(["--format", format]);
    command.output().expect("it runs")
}

fn text(arguments: &[&str], format: &str) -> String {
    let output = mounts(arguments, format);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("it is text")
}

/// Path, kind and value of the source, and mode of each mount.
fn rows(arguments: &[&str]) -> Vec<(String, String, String, String)> {
    let document: Value = serde_json::from_str(&text(arguments, "json")).expect("it is JSON");
    assert_eq!(document["schema"], 1);
    let word = |value: &Value| value.as_str().expect("it is a text").to_owned();
    let row = |mount: &Value| {
        assert!(!word(&mount["why"]).is_empty());
        (
            word(&mount["path"]),
            word(&mount["source"]["kind"]),
            word(&mount["source"]["value"]),
            word(&mount["mode"]),
        )
    };
    document["mounts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(row)
        .collect()
}

#[test]
fn the_host_paths_are_those_of_the_documentation() {
    let modes = |arguments: &[&str]| -> Vec<(String, String)> {
        let rows = rows(arguments);
        rows.into_iter()
            .map(|(path, kind, value, mode)| {
                assert_eq!((kind.as_str(), &value), ("host", &path));
                (path, mode)
            })
            .collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(path, mode)| ((*path).to_owned(), (*mode).to_owned()))
            .collect()
    };
    assert_eq!(modes(&[]), pairs(&[("/usr/src", "ro"), ("/lib/modules", "ro")]));
    let cached = [
        ("/usr/src", "ro"),
        ("/lib/modules", "ro"),
        ("/var/run", "ro"),
        ("/var/lib", "rw"),
    ];
    assert_eq!(modes(&["--caching"]), pairs(&cached));
    let loaded = [
        ("/usr/src", "rw"),
        ("/lib/modules", "rw"),
        ("/var/run", "ro"),
        ("/var/lib", "rw"),
    ];
    assert_eq!(modes(&["--caching", "--auto-load-shiftfs"]), pairs(&loaded));
}

#[test]
fn shiftfs_without_caching_is_refused_with_the_reason() {
    let output = mounts(&["--auto-load-shiftfs"], "json");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("without caching"));
    assert_eq!(
        mounts(&["--profile", "envbox", "--caching"], "json")
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn a_user_that_is_no_name_is_refused() {
    for user in ["", "a b", "../x", "${x}", "a\"b", "1a"] {
        let output = mounts(&["--profile", "envbox", "--user", user], "terraform");
        assert_eq!(output.status.code(), Some(2), "{user}");
    }
}

#[test]
fn the_yaml_is_a_pods_spec_with_the_same_mounts() {
    for arguments in COMBINATIONS {
        let spec: PodSpec = serde_saphyr::from_str(&text(arguments, "yaml")).expect("it is a PodSpec");
        let container = &spec.containers[0];
        assert_eq!(
            container
                .security_context
                .as_ref()
                .and_then(|context| context.privileged),
            Some(true)
        );
        let volumes = spec.volumes.expect("it has volumes");
        let mounted = container.volume_mounts.as_ref().expect("it has mounts");
        let found: Vec<(String, String, String, String)> = mounted
            .iter()
            .map(|mount| {
                let volume = volumes
                    .iter()
                    .find(|volume| volume.name == mount.name)
                    .expect("its volume is there");
                let label = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
                assert!(volume.name.chars().all(label), "{}", volume.name);
                let (kind, value) = if let Some(host) = &volume.host_path {
                    ("host", host.path.clone())
                } else if volume.persistent_volume_claim.is_some() {
                    ("claim", mount.sub_path.clone().expect("a part of the claim"))
                } else {
                    assert!(volume.empty_dir.is_some());
                    ("empty", String::new())
                };
                let mode = if mount.read_only == Some(true) { "ro" } else { "rw" };
                (mount.mount_path.clone(), kind.to_owned(), value, mode.to_owned())
            })
            .collect();
        assert_eq!(found, rows(arguments));
    }
}

#[test]
fn the_terraform_parses_and_has_the_same_mounts() {
    for arguments in COMBINATIONS {
        let source = text(arguments, "terraform");
        let value: Value = hcl::from_str(&source).expect("it is HCL");
        let spec = &value["resource"]["kubernetes_pod_v1"]["workspace"]["spec"];
        let mounted = spec["container"]["volume_mount"].as_array().expect("several");
        let paths: Vec<&Value> = mounted.iter().map(|mount| &mount["mount_path"]).collect();
        let expected = rows(arguments);
        assert_eq!(paths, expected.iter().map(|row| &row.0).collect::<Vec<_>>());
        for (mount, row) in mounted.iter().zip(&expected) {
            assert_eq!(mount["read_only"] == json!(true), row.3 == "ro", "{}", row.0);
            let volumes = spec["volume"].as_array().expect("several");
            assert!(
                volumes.iter().any(|volume| volume["name"] == mount["name"]),
                "{}",
                row.0
            );
        }
    }
}

#[test]
fn terraform_itself_would_write_it_the_same() {
    for arguments in COMBINATIONS {
        let source = text(arguments, "terraform");
        let child = Command::new("terraform")
            .args(["fmt", "-check", "-diff", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = child else {
            println!("skipped: there is no terraform");
            return;
        };
        let mut input = child.stdin.take().expect("it is piped");
        std::io::Write::write_all(&mut input, source.as_bytes()).expect("it reads");
        drop(input);
        let output = child.wait_with_output().expect("it ends");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

#[test]
fn the_flags_of_docker_name_the_same_paths() {
    for arguments in COMBINATIONS {
        let flags = text(arguments, "docker");
        assert!(flags.contains("--privileged"));
        let lines: Vec<&str> = flags
            .lines()
            .filter_map(|line| line.trim_end_matches(" \\").strip_prefix("-v "))
            .collect();
        for (line, (path, _, _, mode)) in lines.iter().zip(rows(arguments)) {
            assert_eq!(line.ends_with(":ro"), mode == "ro", "{line}");
            assert!(line.trim_end_matches(":ro").ends_with(&path), "{line}");
        }
        assert_eq!(lines.len(), rows(arguments).len());
    }
}
