//! No verb lets a text that is not ours speak to the terminal or to the runner of a CI: not as the name of a
//! file, not in a file, not as an argument, and not in what is said when something goes wrong.
//!
//! `tests/formats.rs` holds the formats of findings to the same with every text in every field; here the
//! whole program is run.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use seaworthy::report::printable::printable_char;
use serde_json::{Value, json};

fn hostile() -> Vec<String> {
    let signs = [
        "a\r\n::error::x",
        "\n::stop-commands::token\n",
        "  ::error file=x::y",
        "::stop-commands::t",
        "%0A::error::x",
        "##[error]x",
        "##vso[task.complete]x",
        "\u{1b}[31mred\u{1b}]8;;http://evil\u{7}",
        "\u{202e}txt\u{2066}\u{200b}",
        "\u{9b}31m\u{7f}",
        "]]><x> a|b`c` <script> @user [x](y)",
        "-flag\n::error::x",
    ];
    let mut all: Vec<String> = signs.iter().map(|sign| (*sign).to_owned()).collect();
    all.push("n".repeat(10_000));
    all
}

/// The same in fewer texts, for what is run with each of them many times.
fn few() -> Vec<String> {
    let all = hostile();
    let joined = all[..all.len() - 1].join(" ");
    let starts = all.iter().filter(|words| words.trim_start().starts_with("::"));
    starts.cloned().chain([joined]).collect()
}

/// What a run says is harmless, and it ends as verbs do.
fn holds(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
    command
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", folder)
        .envs(environment.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null());
    let output = match command.output() {
        Ok(output) => output,
        // The system takes no argument with a NUL, and none that is too long.
        Err(_) => return,
    };
    assert!(
        matches!(output.status.code(), Some(0..=3)),
        "{arguments:?}: {output:?}"
    );
    let is_github = arguments.contains(&"github");
    for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let said = String::from_utf8(bytes.clone()).expect("it is UTF-8");
        for sign in said.chars() {
            let ends_a_document = sign == '\0' && arguments.contains(&"codeclimate");
            let harmless = sign == '\n' || ends_a_document || printable_char(sign) == sign;
            assert!(
                harmless,
                "{arguments:?} lets {sign:?} through to {stream}:\n{said}"
            );
        }
        assert!(
            !said.contains("##[") && !said.contains("##vso["),
            "{arguments:?}: {said}"
        );
        for line in said.lines().filter(|line| line.trim_start().starts_with("::")) {
            let own = ["::error ", "::warning ", "::notice "];
            let is_own = is_github && own.iter().any(|start| line.starts_with(start));
            assert!(is_own, "{arguments:?} on {stream}: {line}");
        }
    }
}

#[test]
fn names_of_files_and_values_of_flags() {
    for words in hostile() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let at = folder.path();
        let name: String = words.replace('/', "_").chars().take(100).collect();
        let file = format!("{name}.Dockerfile");
        fs::write(at.join(&file), "FROM debian:12\nNONSENSE\n").expect("it can be written");
        fs::create_dir(at.join(format!("{name}.d"))).expect("it can be made");
        fs::write(
            at.join(format!("{name}.d/Dockerfile")),
            "FROM debian:12\nRUN cd /x\n",
        )
        .expect("it can be");
        let (joined, set, pair) = (
            format!("json={name}/x/y"),
            format!("user={words}"),
            format!("{name}=1"),
        );
        let (secret, inside) = (format!("id=a,src={name}"), format!("{name}.d/gone"));
        let rules = format!("--rules={name}");
        let lines: &[&[&str]] = &[
            &["lint"],
            &["lint", "--format", "concise"],
            &["lint", "--format", "github"],
            &["lint", "--show-files"],
            &["lint", "-v", &file],
            &["lint", &inside],
            &["lint", "--output", &joined],
            &["lint", "--output", &pair],
            &["lint", "--profile", &name],
            &["lint", "--select", &name],
            &["lint", "--baseline", &name],
            &["lint", "--config", &name],
            &["lint", "--platform", &name],
            &["lint", "--context", &name],
            &["lint", "--stdin-filename", &name, "-"],
            &["lint", "--compat", "hadolint", &inside],
            &["tree", &file],
            &["tree", &inside],
            &["describe", &file],
            &["describe", &inside],
            &["explain", &name],
            &["config", "show", &inside],
            &["config", "show", &rules],
            &["config", "import", &inside],
            &["completions", &name],
            &["man", &name],
            &[&name],
            &["new", &name],
            &["new", "enterprise-base", &inside],
            &["new", "enterprise-base", "w1", "--set", &pair],
            &["new", "enterprise-base", "w2", "--set", &set],
            &["new", "enterprise-base", "w3", "--answers", &inside],
            &["new", "x", "w4", "--from", &inside],
            &["template", "check", &inside],
            &["verify", "--archive", &inside],
            &["verify", "--archive", &file],
            &["verify", "--oci", &inside],
            &["verify", "--archive", &inside, "--structure-test", &inside],
            &["doctor", "--root", &inside],
            &["doctor", "--cluster", &inside],
            &["doctor", "--pod", &inside],
            &["doctor", "--pod", &file],
            &["mounts", "--profile", "envbox", "--user", &name],
            &["build", &inside],
            &["build", "-f", &inside, "."],
            &["build", "--secret", &secret, "."],
            &["build", "--platform", &name, "."],
        ];
        for line in lines {
            holds(at, line, &[]);
        }
        for variable in ["DOCKER_HOST", "DOCKER_CONTEXT"] {
            if words.contains('\0') {
                continue;
            }
            holds(at, &["verify", &name], &[(variable, &words)]);
            holds(at, &["doctor"], &[(variable, &words)]);
        }
    }
}

#[test]
fn what_stands_in_a_dockerfile() {
    let formats = [
        "text",
        "concise",
        "json",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "checkstyle",
        "codeclimate",
        "sonarqube",
        "gnu",
        "markdown",
    ];
    for words in hostile() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let quoted = json!(words);
        let flat = words.replace(['\n', '\r'], " ");
        let text = format!(
            "FROM debian:12 AS {flat}\nARG A={flat}\nARG PASSWORD=\"{flat}\"\nLABEL \"{flat}\"=\"{flat}\"\n\
             LABEL org.opencontainers.image.source=\"{flat}\"\nENV X=1 API_TOKEN={flat}\nRUN cd {flat} && curl {flat}\n\
             COPY --from={flat} a b\nWORKDIR {flat}\nEXPOSE {flat}\nSHELL [{quoted}]\nRUN apt-get install {flat}\n\
             USER {flat}\nENTRYPOINT [{quoted}]\nFROM {flat}\n"
        );
        fs::write(folder.path().join("Dockerfile"), text).expect("it can be written");
        for format in formats {
            holds(folder.path(), &["lint", "--format", format], &[]);
        }
        for line in [
            &["tree", "Dockerfile"] as &[&str],
            &["describe", "Dockerfile"],
            &["describe", "--format", "json", "Dockerfile"],
            &["config", "init"],
            &["config", "show"],
            &["build", "."],
        ] {
            holds(folder.path(), line, &[("DOCKER_HOST", "unix:///nowhere")]);
        }
    }
}

#[test]
fn what_stands_in_a_config() {
    for words in few() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        fs::write(folder.path().join("Dockerfile"), "FROM debian:12\n").expect("it can be written");
        let q = json!(words);
        let path = json!(format!("/{words}"));
        for config in [
            format!("{words}: 1\n"),
            format!("profile: {q}"),
            format!("rules: {{{q}: off}}"),
            format!("ignore: [{{rule: DL3059, reason: {q}, paths: [{q}]}}]"),
            format!("ignore: [{{rule: DL3059, reason: {q}}}]"),
            format!("extends: {q}"),
            format!("workspace: {{user: {q}, home: {path}, volumes: [{path}]}}"),
            format!("bases: {{{q}: {q}}}"),
            format!("bases: {{{q}: Dockerfile}}"),
            format!("labels: {{{q}: text}}"),
            format!("registries: [{q}]"),
            format!("requires: {q}"),
            format!("platform: {{sysbox: {q}}}"),
            format!("overrides: [{{paths: [{q}], profile: service}}]"),
            format!("probes: [{{name: {q}, command: [{q}]}}]"),
            format!("exclude: [{q}]"),
            format!("baseline: {q}"),
        ] {
            fs::write(folder.path().join("seaworthy.yaml"), config).expect("it can be written");
            for line in [
                &["lint"] as &[&str],
                &["lint", "--format", "github"],
                &["config", "show", "Dockerfile"],
                &["doctor", "--cluster", "nowhere"],
            ] {
                holds(folder.path(), line, &[]);
            }
        }
    }
}

#[test]
fn what_stands_in_a_cluster_a_pod_and_a_recorded_host() {
    for words in hostile() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let at = folder.path();
        let write = |name: &str, value: &Value| {
            fs::write(at.join(name), value.to_string()).expect("it can be written");
        };
        write(
            "cluster.json",
            &json!({"kind": "List", "items": [
            {"kind": "Node", "metadata": {"name": words, "labels": {"sysbox-runtime": words}},
             "spec": {"taints": [{"key": words, "value": words, "effect": words}], "providerID": words},
             "status": {"capacity": {"cpu": words, "memory": words, "nvidia.com/gpu": words}, "nodeInfo": {
                "osImage": words, "kernelVersion": format!("5.4{words}"), "architecture": words,
                "containerRuntimeVersion": format!("x://1{words}"), "kubeletVersion": format!("v1.1{words}")}}},
            {"kind": "Namespace", "metadata": {"name": words, "labels": {"pod-security.kubernetes.io/enforce": words}}},
            {"kind": "RuntimeClass", "metadata": {"name": "sysbox-runc"}, "handler": words},
            {"serverVersion": {"gitVersion": words}}]}),
        );
        let read = [
            "CODER_INNER_IMAGE",
            "CODER_MEMORY",
            "CODER_CPUS",
            "CODER_MOUNTS",
            "CODER_INNER_ENVS",
            "CODER_ADD_TUN",
            "CODER_DOCKER_BRIDGE_CIDR",
            "CODER_USR_LIB_DIR",
            "CODER_IMAGE_PULL_SECRET",
        ];
        let mut variables: Vec<Value> = read
            .iter()
            .map(|name| json!({"name": name, "value": words}))
            .collect();
        variables.push(json!({"name": format!("CODER_{words}"), "value": words}));
        variables.push(json!({"name": format!("SYSBOX_{words}"), "value": words}));
        write(
            "pod.json",
            &json!({"kind": "Pod", "metadata": {"name": words, "namespace": words,
            "annotations": {"io.kubernetes.cri-o.userns-mode": words}},
            "spec": {"runtimeClassName": words,
                "volumes": [{"name": words, "hostPath": {"path": words}}, {"name": "x", "nfs": {"server": words}}],
                "containers": [{"name": words, "image": words, "command": ["/envbox", words], "env": variables,
                    "volumeMounts": [{"name": words, "mountPath": words}, {"name": "x", "mountPath": "/var/lib/docker"}]}]}}),
        );
        write("other.json", &json!({"kind": words}));
        fs::write(at.join("broken.yaml"), format!("kind: {words}\n x: [\n")).expect("it can be written");
        let root = at.join("root");
        for (path, text) in [
            ("etc/os-release", format!("ID={words}\nPRETTY_NAME={words}\n")),
            ("etc/hostname", words.clone()),
            ("etc/docker/daemon.json", words.clone()),
            ("proc/sys/kernel/osrelease", format!("5.4{words}")),
            ("proc/sys/user/max_user_namespaces", words.clone()),
            ("proc/self/mounts", format!("x / {words} rw 0 0\n")),
            ("sys/fs/selinux/enforce", words.clone()),
            ("commands/sysbox-runc --version", format!("version: 1{words}")),
            (
                "engine/info.json",
                json!({"ServerVersion": words, "Driver": words, "DefaultRuntime": words,
                "Runtimes": {words.as_str(): {"path": words}}, "SecurityOptions": [words]})
                .to_string(),
            ),
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        for profile in ["cvm", "sysbox", "envbox"] {
            for format in ["text", "json"] {
                for (flag, file) in [
                    ("--cluster", "cluster.json"),
                    ("--pod", "pod.json"),
                    ("--root", "root"),
                ] {
                    holds(
                        at,
                        &["doctor", flag, file, "--profile", profile, "--format", format],
                        &[],
                    );
                }
            }
        }
        holds(
            at,
            &[
                "doctor",
                "--pod",
                "other.json",
                "--cluster",
                "other.json",
                "--pod",
                "broken.yaml",
            ],
            &[],
        );
    }
}
