//! Mounts as a table, JSON, part of a pod, Terraform, and flags of `docker run`.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::json;
use crate::platform::mounts::{Mode, Mount, Source};

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    mounts: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    path: &'a str,
    source: Place<'a>,
    mode: &'static str,
    why: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    kind: &'static str,
    value: &'a str,
}

/// The claim of a workspace, in what is printed to be filled in.
const CLAIM: &str = "workspace-home";

fn mode(mount: &Mount) -> &'static str {
    match mount.mode {
        Mode::ReadOnly => "ro",
        Mode::ReadWrite => "rw",
    }
}

fn place(source: &Source) -> Place<'_> {
    match source {
        Source::Host(path) => Place {
            kind: "host",
            value: path,
        },
        Source::Claim(part) => Place {
            kind: "claim",
            value: part,
        },
        Source::Empty => Place {
            kind: "empty",
            value: "",
        },
    }
}

/// Writes the mounts as JSON.
///
/// # Errors
/// The writer's.
pub fn write_json(mounts: &[Mount], out: &mut dyn Write) -> io::Result<()> {
    let row = |mount| -> Row<'_> {
        let mount: &Mount = mount;
        Row {
            path: &mount.path,
            source: place(&mount.source),
            mode: mode(mount),
            why: mount.why,
        }
    };
    json::write_value(
        &Document {
            schema: 1,
            mounts: mounts.iter().map(row).collect(),
        },
        out,
    )
}

/// The mounts as a table for people.
pub fn table(mounts: &[Mount]) -> String {
    let shown = |mount: &Mount| match place(&mount.source) {
        Place { kind: "empty", .. } => "empty".to_owned(),
        Place { kind, value } => format!("{kind} {value}"),
    };
    let paths = mounts
        .iter()
        .map(|mount| mount.path.chars().count())
        .max()
        .unwrap_or(0)
        .max(4);
    let sources = mounts
        .iter()
        .map(|mount| shown(mount).chars().count())
        .max()
        .unwrap_or(0)
        .max(6);
    let mut text = format!("{:paths$}  {:sources$}  mode  why\n", "path", "source");
    for mount in mounts {
        let _ = writeln!(
            text,
            "{:paths$}  {:sources$}  {:4}  {}",
            mount.path,
            shown(mount),
            mode(mount),
            mount.why
        );
    }
    text
}

/// The volume's name in a pod, out of what it is: a DNS label.
fn volume(mount: &Mount) -> String {
    match &mount.source {
        Source::Host(path) => path.trim_matches('/').replace('/', "-"),
        Source::Claim(_) => "workspace".to_owned(),
        Source::Empty => mount.path.trim_matches('/').replace('/', "-"),
    }
}

/// Each volume once, with a mount that it serves.
fn volumes(mounts: &[Mount]) -> Vec<(String, &Source)> {
    let mut found: Vec<(String, &Source)> = Vec::new();
    for mount in mounts {
        let name = volume(mount);
        if !found.iter().any(|(known, _)| *known == name) {
            found.push((name, &mount.source));
        }
    }
    found
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// The mounts as part of a pod, in YAML.
pub fn yaml(mounts: &[Mount]) -> String {
    let mut text = String::from(
        "containers:\n  - name: workspace\n    securityContext:\n      privileged: true\n    volumeMounts:\n",
    );
    for mount in mounts {
        let _ = writeln!(
            text,
            "      - name: {}\n        mountPath: {}",
            volume(mount),
            quoted(&mount.path)
        );
        if let Source::Claim(part) = &mount.source {
            let _ = writeln!(text, "        subPath: {}", quoted(part));
        }
        if mount.mode == Mode::ReadOnly {
            text.push_str("        readOnly: true\n");
        }
    }
    text.push_str("volumes:\n");
    for (name, source) in volumes(mounts) {
        let _ = writeln!(text, "  - name: {name}");
        match source {
            Source::Host(path) => {
                let _ = writeln!(text, "    hostPath:\n      path: {}", quoted(path));
            }
            Source::Claim(_) => {
                let _ = writeln!(text, "    persistentVolumeClaim:\n      claimName: {CLAIM}");
            }
            Source::Empty => text.push_str("    emptyDir: {}\n"),
        }
    }
    text
}

/// The mounts as a pod for Terraform's Kubernetes provider.
pub fn terraform(mounts: &[Mount]) -> String {
    let mut text = String::from(
        "resource \"kubernetes_pod_v1\" \"workspace\" {\n  metadata {\n    name = \"workspace\"\n  }\n  spec {\n    container {\n      name = \"workspace\"\n      security_context {\n        privileged = true\n      }\n",
    );
    for mount in mounts {
        let mut rows = vec![
            ("name", quoted(&volume(mount))),
            (
                "mount_path",
                quoted(&mount.path).replace("${", "$${").replace("%{", "%%{"),
            ),
        ];
        if let Source::Claim(part) = &mount.source {
            rows.push(("sub_path", quoted(part)));
        }
        if mount.mode == Mode::ReadOnly {
            rows.push(("read_only", "true".to_owned()));
        }
        text.push_str("      volume_mount {\n");
        for (key, value) in rows {
            let _ = writeln!(text, "        {key:<10} = {value}");
        }
        text.push_str("      }\n");
    }
    text.push_str("    }\n");
    for (name, source) in volumes(mounts) {
        let _ = writeln!(text, "    volume {{\n      name = {}", quoted(&name));
        match source {
            Source::Host(path) => {
                let _ = writeln!(
                    text,
                    "      host_path {{\n        path = {}\n      }}",
                    quoted(path)
                );
            }
            Source::Claim(_) => {
                let _ = writeln!(
                    text,
                    "      persistent_volume_claim {{\n        claim_name = \"{CLAIM}\"\n      }}"
                );
            }
            Source::Empty => text.push_str("      empty_dir {}\n"),
        }
        text.push_str("    }\n");
    }
    text.push_str("  }\n}\n");
    text
}

/// The mounts as flags of `docker run`, one a line.
pub fn docker(mounts: &[Mount]) -> String {
    let mut lines = vec!["--privileged".to_owned()];
    if mounts
        .iter()
        .any(|mount| matches!(mount.source, Source::Claim(_)))
    {
        // envbox in Docker needs the host's control groups (its README, "Troubleshooting").
        lines.push("--cgroupns=host".to_owned());
    }
    for mount in mounts {
        let end = if mount.mode == Mode::ReadOnly { ":ro" } else { "" };
        lines.push(match &mount.source {
            Source::Host(path) => format!("-v {path}:{}{end}", mount.path),
            Source::Claim(part) => format!("-v workspace-{}:{}{end}", part.replace('/', "-"), mount.path),
            Source::Empty => format!("-v {}", mount.path),
        });
    }
    lines.join(" \\\n") + "\n"
}
