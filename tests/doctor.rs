//! Recorded hosts, clusters and pods, and this machine, as `doctor` judges them.
//!
//! A case is a folder or a file in `fixtures/{hosts,clusters,pods}`. Beside it `NAME.expected.json`
//! holds its arguments (`args`), its exit code (`exit`), what must be told (`must`: id to state, of
//! at least one check), and all checks. `SEAWORTHY_BLESS=1` rewrites the checks, never `must`.

#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use seaworthy::doctor::HOST_IDS;
use serde_json::{Value, json};

/// A test that is no case.
type Test = fn() -> Result<(), Failed>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for (folder, flag) in [("hosts", "--root"), ("clusters", "--cluster"), ("pods", "--pod")] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures")
            .join(folder);
        let paths = fs::read_dir(&folder).expect("the folder is there");
        let paths = paths.map(|entry| entry.expect("it can be listed").path());
        let cases: Vec<PathBuf> = paths
            .filter(|path| path.to_string_lossy().ends_with(".expected.json"))
            .collect();
        assert!(!cases.is_empty(), "there are cases in {}", folder.display());
        for case in cases {
            let name = case
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .replace(".expected.json", "");
            let title = format!(
                "{}/{name}",
                folder.file_name().unwrap_or_default().to_string_lossy()
            );
            trials.push(Trial::test(title, move || check(&case, &name, flag)));
        }
    }
    let own: [(&str, Test); 12] = [
        ("this-machine-has-an-answer-for-every-id", this_machine),
        (
            "an-engine-that-is-silent-is-unknown-after-five-seconds",
            silent_engine,
        ),
        (
            "an-engine-that-falls-silent-is-unknown-after-five-seconds",
            falls_silent,
        ),
        ("no-engine-leaves-the-other-checks", no_engine),
        ("an-engine-out-of-reach-is-unknown-with-the-reason", out_of_reach),
        ("a-docker-context-names-the-engine", docker_context),
        ("kubectl-is-asked-for-whole-lists", kubectl),
        ("links-out-of-a-recorded-host-are-not-followed", links),
        ("a-list-of-a-hundred-megabytes-is-read", large_list),
        ("standard-input-is-a-cluster", standard_input),
        (
            "a-missing-file-is-exit-2-and-the-others-are-checked",
            missing_file,
        ),
        ("the-table-is-printed", table),
    ];
    trials.extend(own.map(|(name, test)| Trial::test(name, test)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn seaworthy() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .current_dir(std::env::temp_dir());
    command
}

fn answer(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn texts(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn check(case: &Path, name: &str, flag: &str) -> Result<(), Failed> {
    let text = fs::read_to_string(case)?;
    let mut expected: Value = serde_json::from_str(&text)?;
    let folder = case.parent().expect("it lies in a folder");
    let mut command = seaworthy();
    command
        .current_dir(folder)
        .args(["doctor", "--format", "json"])
        .args(texts(&expected["args"]));
    let files = texts(&expected["files"]);
    if files.is_empty() {
        command.arg(flag).arg(name);
    }
    for file in files {
        command.arg(flag).arg(file);
    }
    let output = command.output()?;
    let found = answer(&output);
    let checks = found["checks"].as_array().ok_or("there are checks")?;
    for (id, state) in expected["must"]
        .as_object()
        .ok_or("`must` says what has to be told")?
    {
        let states: Vec<&str> = checks
            .iter()
            .filter(|check| check["id"] == **id)
            .filter_map(|check| check["state"].as_str())
            .collect();
        let wanted = state.as_str().unwrap_or_default();
        if !states.contains(&wanted) {
            return Err(format!("{id} is not {wanted}, but {states:?}").into());
        }
    }
    if output.status.code() != expected["exit"].as_i64().map(|code| code as i32) {
        return Err(format!(
            "exit {:?}: {}",
            output.status.code(),
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    if expected["checks"] == found["checks"] {
        return Ok(());
    }
    if std::env::var_os("SEAWORTHY_BLESS").is_some() {
        expected["checks"] = found["checks"].clone();
        fs::write(case, serde_json::to_string_pretty(&expected)? + "\n")?;
        return Ok(());
    }
    Err(format!("it says:\n{}", serde_json::to_string_pretty(&found["checks"])?).into())
}

fn states(found: &Value) -> BTreeMap<String, String> {
    let checks = found["checks"].as_array().into_iter().flatten();
    let word = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    checks
        .map(|check| (word(check, "id"), word(check, "state")))
        .collect()
}

fn this_machine() -> Result<(), Failed> {
    let mut command = seaworthy();
    let engine = std::env::var("DOCKER_HOST");
    if let Ok(engine) = &engine {
        command.env("DOCKER_HOST", engine);
    }
    for profile in ["cvm", "sysbox", "envbox"] {
        let output = command
            .args(["doctor", "--format", "json", "--profile", profile])
            .output()?;
        let found = states(&answer(&output));
        for id in HOST_IDS {
            assert!(found.contains_key(*id), "{id} is missing for {profile}");
        }
        if engine.is_ok() && profile == "sysbox" && cfg!(feature = "engine") {
            assert_ne!(found["engine"], "unknown", "an engine answers");
            assert_ne!(found["runtime"], "unknown", "its runtimes are known");
        }
        command = seaworthy();
        if let Ok(engine) = &engine {
            command.env("DOCKER_HOST", engine);
        }
    }
    if engine.is_err() {
        println!("note: DOCKER_HOST names no engine; this machine was looked at without one");
    }
    Ok(())
}

fn silent_engine() -> Result<(), Failed> {
    if !cfg!(feature = "engine") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let socket = folder.path().join("docker.sock");
    let _listener = UnixListener::bind(&socket)?;
    let start = Instant::now();
    let output = seaworthy()
        .env("DOCKER_HOST", format!("unix://{}", socket.display()))
        .args(["doctor", "--format", "json"])
        .output()?;
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "it took {:?}",
        start.elapsed()
    );
    let found = answer(&output);
    let checks = found["checks"].as_array().ok_or("there are checks")?;
    let engine = checks
        .iter()
        .find(|check| check["id"] == "engine")
        .ok_or("there is one")?;
    assert_eq!(engine["state"], "unknown");
    assert!(
        engine["seen"].as_str().is_some_and(
            |seen| seen.starts_with("no engine answers at unix:///") && seen.ends_with(" within 5 s")
        ),
        "{engine}"
    );
    assert_ne!(states(&found)["kernel"], "unknown", "the others are checked");
    Ok(())
}

/// How an engine of a test answers a path; none where it never answers.
type Answers = fn(&str) -> Option<String>;

/// An engine at a socket, for as long as the test runs.
fn engine_at(socket: &Path, answers: Answers) -> Result<(), Failed> {
    let listener = UnixListener::bind(socket)?;
    std::thread::spawn(move || {
        // What is never answered stays open.
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            for _ in lines.by_ref().take_while(|line| !line.is_empty()) {}
            let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
            match answers(&path) {
                // Whoever asked may be gone.
                Some(answer) => drop(stream.write_all(answer.as_bytes())),
                None => open.push(stream),
            }
        }
    });
    Ok(())
}

fn http(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// What is said of the engine with these variables: its state and what was seen.
fn engine_seen(variables: &[(&str, &str)]) -> (String, String) {
    let output = seaworthy()
        .envs(variables.iter().copied())
        .args(["doctor", "--format", "json", "--profile", "sysbox"])
        .output()
        .expect("it runs");
    let found = answer(&output);
    let checks = found["checks"].as_array().expect("there are checks");
    let engine = checks.iter().find(|check| check["id"] == "engine");
    let engine = engine.expect("there is one for the engine");
    let word = |key: &str| engine[key].as_str().unwrap_or_default().to_owned();
    (word("state"), word("seen"))
}

fn falls_silent() -> Result<(), Failed> {
    if !cfg!(feature = "engine") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let socket = folder.path().join("docker.sock");
    engine_at(&socket, |path| (path == "/_ping").then(|| http("200 OK", "OK")))?;
    let host = format!("unix://{}", socket.display());
    let start = Instant::now();
    let (state, seen) = engine_seen(&[("DOCKER_HOST", &host)]);
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "it took {:?}",
        start.elapsed()
    );
    assert_eq!(state, "unknown");
    assert_eq!(seen, format!("the engine at {host} does not answer"));
    Ok(())
}

fn out_of_reach() -> Result<(), Failed> {
    if !cfg!(feature = "engine") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let place = |name: &str| format!("unix://{}", folder.path().join(name).display());
    // The socket outlives the one that listened.
    drop(UnixListener::bind(folder.path().join("left"))?);
    engine_at(&folder.path().join("other"), |_| {
        Some("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_owned())
    })?;
    engine_at(&folder.path().join("refuses"), |path| match path {
        "/_ping" => Some(http("200 OK", "OK")),
        _ => Some(http("403 Forbidden", r#"{"message":"not for you"}"#)),
    })?;
    engine_at(&folder.path().join("broken"), |path| match path {
        "/_ping" => Some(http("200 OK", "OK")),
        _ => Some(http("200 OK", "{")),
    })?;
    let hosts = [
        (place("left"), "connection refused"),
        ("tcp://127.0.0.1:1".to_owned(), "connection refused"),
        ("nonsense://x".to_owned(), "is no engine's address"),
        (place("other"), "is no Docker engine"),
        (place("refuses"), "not for you"),
        (place("broken"), "its version is not JSON"),
    ];
    for (host, words) in hosts {
        let (state, seen) = engine_seen(&[("DOCKER_HOST", &host)]);
        assert_eq!(state, "unknown", "{host}");
        assert!(seen.contains(words), "{host}: {seen}");
    }
    let (state, seen) = engine_seen(&[("DOCKER_CONTEXT", "nowhere")]);
    assert_eq!(state, "unknown");
    assert!(seen.contains("there is no Docker context `nowhere`"), "{seen}");
    Ok(())
}

fn docker_context() -> Result<(), Failed> {
    if !cfg!(feature = "engine") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let socket = folder.path().join("engine.sock");
    engine_at(&socket, |path| {
        let body = match path {
            "/_ping" => "OK",
            "/v1.41/version" => r#"{"Version":"20.10.24","ApiVersion":"1.41"}"#,
            "/v1.41/info" => {
                r#"{"Driver":"overlay2","DockerRootDir":"/var/lib/docker","CgroupVersion":"new"}"#
            }
            _ => return Some(http("404 Not Found", "{}")),
        };
        Some(http("200 OK", body))
    })?;
    // Docker names the folder of a context by the SHA-256 of its name: this is `far`.
    let id = "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868";
    let meta = folder.path().join("contexts/meta").join(id);
    fs::create_dir_all(&meta)?;
    let endpoint =
        json!({"Name": "far", "Endpoints": {"docker": {"Host": format!("unix://{}", socket.display())}}});
    fs::write(meta.join("meta.json"), endpoint.to_string())?;
    let config = folder.path().display().to_string();
    let (state, seen) = engine_seen(&[("DOCKER_CONFIG", &config), ("DOCKER_CONTEXT", "far")]);
    assert_eq!(
        (state.as_str(), seen.as_str()),
        ("good", "20.10.24 with overlay2")
    );
    Ok(())
}

fn kubectl() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("kubectl");
    // Longer than what is kept of any other program.
    let script = r#"#!/bin/sh
case "$1 $2" in
"version -o") echo '{"serverVersion":{"gitVersion":"v1.30.1"}}' ;;
"get nodes")
    head -c 40000000 /dev/zero | tr '\0' ' '
    echo '{"kind":"Node","metadata":{"name":"far"},"status":{"nodeInfo":{"osImage":"Ubuntu 22.04.3 LTS"}}}' ;;
*) echo 'a warning' >&2; echo "no $2 for you" >&2; exit 1 ;;
esac
"#;
    fs::write(&program, script)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let output = seaworthy()
        .env("PATH", path)
        .args(["doctor", "--kubectl", "--format", "json"])
        .output()?;
    let found = answer(&output);
    let checks = found["checks"].as_array().ok_or("there are checks")?;
    let seen = |id: &str, subject: &str| {
        let of = |check: &&Value| check["id"] == *id && check["subject"] == *subject;
        checks.iter().find(of).map(|check| check["seen"].clone())
    };
    assert_eq!(seen("node-image", "far"), Some(json!("Ubuntu 22.04.3 LTS")));
    assert_eq!(seen("kubernetes-version", "cluster"), Some(json!("v1.30.1")));
    let refused = json!("no namespaces for you");
    assert_eq!(seen("pod-security", "kubectl get namespaces"), Some(refused));
    Ok(())
}

fn no_engine() -> Result<(), Failed> {
    let output = seaworthy()
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .args(["doctor", "--format", "json"])
        .output()?;
    let found = states(&answer(&output));
    assert_eq!(found["engine"], "unknown");
    assert_ne!(found["kernel"], "unknown");
    Ok(())
}

fn links() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("secret"), "ID=ubuntu\nVERSION_ID=24.04\n")?;
    let root = folder.path().join("root");
    fs::create_dir_all(root.join("etc"))?;
    std::os::unix::fs::symlink("../../secret", root.join("etc/os-release"))?;
    std::os::unix::fs::symlink("/proc", root.join("proc"))?;
    let output = seaworthy()
        .args(["doctor", "--format", "json", "--root"])
        .arg(&root)
        .output()?;
    let found = states(&answer(&output));
    assert_eq!(found["distribution"], "unknown");
    assert_eq!(found["kernel"], "unknown");
    assert_eq!(found["sysctls"], "unknown");
    Ok(())
}

fn large_list() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("nodes.json");
    let images: Vec<Value> = (0..50).map(|index| json!({"names": [format!("registry.example.com/image-{index}@sha256:{}", "0".repeat(64))], "sizeBytes": 1})).collect();
    let mut node = json!({
        "kind": "Node", "metadata": {"name": "n", "annotations": {"x": "y".repeat(3000)}},
        "status": {"capacity": {"cpu": "8", "memory": "32Gi"}, "images": images, "nodeInfo": {
            "osImage": "Ubuntu 22.04.3 LTS", "kernelVersion": "6.2.0-1-generic", "containerRuntimeVersion": "containerd://1.7.2",
            "kubeletVersion": "v1.30.1", "architecture": "amd64", "operatingSystem": "linux"}},
    });
    let mut file = std::io::BufWriter::new(fs::File::create(&path)?);
    write!(file, "{{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[")?;
    let (mut bytes, mut count) = (0, 0);
    while bytes < 100 << 20 {
        node["metadata"]["name"] = json!(format!("node-{count}"));
        let text = serde_json::to_string(&node)?;
        bytes += text.len();
        write!(file, "{}{text}", if count == 0 { "" } else { "," })?;
        count += 1;
    }
    write!(file, "]}}")?;
    file.flush()?;
    let start = Instant::now();
    let output = seaworthy()
        .args(["doctor", "--format", "json", "--cluster"])
        .arg(&path)
        .output()?;
    println!("{count} nodes in {:?}", start.elapsed());
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "it took {:?}",
        start.elapsed()
    );
    let found = answer(&output);
    let checks = found["checks"].as_array().ok_or("there are checks")?;
    assert_eq!(
        checks.iter().filter(|check| check["id"] == "kernel").count(),
        count
    );
    Ok(())
}

fn standard_input() -> Result<(), Failed> {
    let mut child = seaworthy()
        .args(["doctor", "--format", "json", "--cluster", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let text = r#"{"kind":"Node","metadata":{"name":"a"},"status":{"nodeInfo":{"osImage":"Container-Optimized OS from Google"}}} {"serverVersion":{"gitVersion":"v1.30.1"}}"#;
    child
        .stdin
        .take()
        .ok_or("it is piped")?
        .write_all(text.as_bytes())?;
    let output = child.wait_with_output()?;
    assert_eq!(states(&answer(&output))["node-image"], "bad");
    assert_eq!(output.status.code(), Some(1));
    Ok(())
}

fn missing_file() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("version.json");
    fs::write(&path, r#"{"serverVersion":{"gitVersion":"v1.30.1"}}"#)?;
    let output = seaworthy()
        .args([
            "doctor",
            "--format",
            "json",
            "--cluster",
            "nowhere.json",
            "--cluster",
        ])
        .arg(&path)
        .output()?;
    assert_eq!(states(&answer(&output))["kubernetes-version"], "good");
    assert_eq!(output.status.code(), Some(2));
    Ok(())
}

fn table() -> Result<(), Failed> {
    let output = seaworthy().args(["doctor", "--table"]).output()?;
    let text = String::from_utf8(output.stdout)?;
    let tables: Vec<Value> = serde_saphyr::from_multiple(&text)?;
    assert_eq!(tables.len(), 2);
    assert!(text.contains("Ubuntu 24.04") && text.contains("1.36"));
    Ok(())
}
