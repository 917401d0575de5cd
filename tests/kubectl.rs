//! A real kubectl before a small server that answers as a cluster does: what `doctor --kubectl` makes of it,
//! and that it only reads.
//!
//! The server stands for a cluster; what it answers is recorded in `fixtures/clusters`. Where there is no
//! kubectl the tests say so and pass.

#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How the server answers a path, without what is behind `?`: a status and a body; none where it never does.
type Answers = fn(&str) -> Option<(u16, String)>;

struct Server {
    port: u16,
    /// The first line of each request.
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&requests);
        std::thread::spawn(move || {
            // What is never answered stays open.
            let mut open = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let first = lines.next().unwrap_or_default();
                for _ in lines.by_ref().take_while(|line| !line.is_empty()) {}
                let path = first.split(' ').nth(1).unwrap_or_default();
                let path = path.split('?').next().unwrap_or_default().to_owned();
                noted.lock().expect("no test panicked in it").push(first);
                match answers(&path) {
                    Some((status, body)) => respond(stream, status, &body),
                    None => open.push(stream),
                }
            }
        });
        Self { port, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no test panicked in it").clone()
    }
}

fn respond(mut stream: TcpStream, status: u16, body: &str) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    // Whoever asked may be gone.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body.as_bytes());
}

fn recorded() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clusters/workspace-pods.json");
    let text = fs::read_to_string(path).expect("it is recorded");
    serde_json::from_str(&text).expect("it is JSON")
}

fn list(kind: &str, version: &str) -> String {
    let all = recorded();
    let items = all["items"].as_array().into_iter().flatten();
    let mut items: Vec<Value> = items.filter(|item| item["kind"] == *kind).cloned().collect();
    for item in &mut items {
        item["apiVersion"] = json!(version);
    }
    json!({"kind": format!("{kind}List"), "apiVersion": version, "metadata": {}, "items": items}).to_string()
}

/// What every server tells of itself: what is there to ask for.
fn discovery(path: &str) -> Option<String> {
    let resource = |name: &str, kind: &str, namespaced: bool| json!({"name": name, "singularName": kind.to_lowercase(), "namespaced": namespaced, "kind": kind, "verbs": ["get", "list"]});
    let answer = match path {
        "/version" => {
            json!({"major": "1", "minor": "33", "gitVersion": "v1.33.2", "platform": "linux/amd64"})
        }
        "/api" => json!({"kind": "APIVersions", "versions": ["v1"]}),
        "/apis" => {
            let version = json!({"groupVersion": "node.k8s.io/v1", "version": "v1"});
            json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": [
                {"name": "node.k8s.io", "versions": [version], "preferredVersion": version}]})
        }
        "/api/v1" => json!({"kind": "APIResourceList", "groupVersion": "v1", "resources": [
            resource("nodes", "Node", false), resource("namespaces", "Namespace", false), resource("pods", "Pod", true)]}),
        "/apis/node.k8s.io/v1" => json!({"kind": "APIResourceList", "groupVersion": "node.k8s.io/v1",
            "resources": [resource("runtimeclasses", "RuntimeClass", false)]}),
        _ => return None,
    };
    Some(answer.to_string())
}

fn good(path: &str) -> Option<(u16, String)> {
    let answer = discovery(path).or_else(|| match path {
        "/api/v1/nodes" => Some(list("Node", "v1")),
        "/api/v1/namespaces" => Some(list("Namespace", "v1")),
        "/api/v1/pods" => Some(list("Pod", "v1")),
        "/apis/node.k8s.io/v1/runtimeclasses" => Some(list("RuntimeClass", "node.k8s.io/v1")),
        _ => None,
    });
    Some(match answer {
        Some(body) => (200, body),
        None => status(
            404,
            "NotFound",
            "the server could not find the requested resource",
        ),
    })
}

fn status(code: u16, reason: &str, message: &str) -> (u16, String) {
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code});
    (code, body.to_string())
}

fn has_kubectl() -> bool {
    let there = Command::new("kubectl")
        .args(["version", "--client"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !there {
        println!("skipped: there is no kubectl");
    }
    there
}

fn doctor(port: u16, arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().expect("a folder can be made");
    let config = home.path().join("config");
    let text = json!({"apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": format!("http://127.0.0.1:{port}")}}],
        "users": [{"name": "u", "user": {"token": "not-a-secret"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]});
    fs::write(&config, text.to_string()).expect("it can be written");
    Command::new(env!("CARGO_BIN_EXE_seaworthy"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .env("KUBECONFIG", &config)
        .current_dir(home.path())
        .args(["doctor", "--kubectl"])
        .args(arguments)
        .output()
        .expect("it runs")
}

fn checks(output: &Output) -> Vec<Value> {
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    document["checks"].as_array().expect("a list").clone()
}

/// The state of each id, of one subject.
fn states(checks: &[Value], subject: &str) -> BTreeMap<String, String> {
    let word = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    checks
        .iter()
        .filter(|check| check["subject"] == *subject)
        .map(|check| (word(check, "id"), word(check, "state")))
        .collect()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_cluster_is_judged_as_its_recorded_lists_are_and_nothing_is_changed() {
    if !has_kubectl() {
        return;
    }
    let server = Server::start(good);
    let arguments = ["--profile", "sysbox", "--format", "json"];
    let output = doctor(server.port, &arguments);
    assert_eq!(errors(&output), "");
    let found = checks(&output);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clusters/workspace-pods.json");
    let by_file = Command::new(env!("CARGO_BIN_EXE_seaworthy"))
        .env_clear()
        .current_dir(std::env::temp_dir())
        .args(["doctor", "--cluster"])
        .arg(file)
        .args(arguments)
        .output()
        .expect("it runs");
    let mut compared = 0;
    for check in checks(&by_file) {
        if check["subject"] != "cluster" {
            assert!(found.contains(&check), "{check} is missing");
            compared += 1;
        }
    }
    assert!(compared > 10, "{compared} checks are the same");
    let whole = states(&found, "cluster");
    assert_eq!(whole["kubernetes-version"], "good");
    assert_eq!(whole["runtime-class"], "good");
    let requests = server.requests();
    assert!(
        requests.iter().all(|line| line.starts_with("GET ")),
        "{requests:#?}"
    );
    for path in ["/version", "/api/v1/nodes", "/api/v1/pods", "/api/v1/namespaces"] {
        let asked = requests.iter().any(|line| line[4..].starts_with(path));
        assert!(asked, "{path} is not asked for");
    }
}

#[test]
fn what_an_account_may_not_list_is_unknown_and_the_right_is_named() {
    if !has_kubectl() {
        return;
    }
    let server = Server::start(|path| match path {
        "/api/v1/nodes" => Some(status(
            403,
            "Forbidden",
            "nodes is forbidden: User \"dev\" cannot list resource \"nodes\" in API group \"\" at the cluster scope",
        )),
        "/api/v1/pods" => Some(status(
            403,
            "Forbidden",
            "pods is forbidden\n::error::x \u{1b}[31m",
        )),
        path => good(path),
    });
    let output = doctor(server.port, &["--profile", "sysbox", "--format", "json"]);
    let found = checks(&output);
    let nodes = &states(&found, "kubectl get nodes");
    assert_eq!(nodes["node-image"], "unknown");
    let refusal = found
        .iter()
        .find(|check| check["subject"] == "kubectl get nodes")
        .expect("it is told");
    let seen = refusal["seen"].as_str().unwrap_or_default();
    assert!(
        seen.starts_with("Error from server (Forbidden): nodes is forbidden"),
        "{seen}"
    );
    assert_eq!(refusal["help"], "the account needs the right to list nodes");
    let whole = states(&found, "cluster");
    assert_eq!(whole["kubernetes-version"], "good", "the others are asked");
    assert_eq!(whole["runtime-class"], "good");
    assert!(!whole.contains_key("node-image"), "it is said once: {whole:?}");
    let told = errors(&output);
    assert!(!told.contains('\u{1b}'), "{told}");
    assert!(
        told.lines().all(|line| line.starts_with("error: kubectl ")),
        "{told}"
    );
    assert!(server.requests().iter().all(|line| line.starts_with("GET ")));
}

#[test]
fn a_stranger_is_told_to_log_in_and_asks_once() {
    if !has_kubectl() {
        return;
    }
    let server = Server::start(|_| Some(status(401, "Unauthorized", "Unauthorized")));
    let output = doctor(server.port, &["--format", "json"]);
    let found = checks(&output);
    assert_eq!(output.status.code(), Some(2));
    let told = errors(&output);
    assert_eq!(told.matches("error: kubectl ").count(), 1, "{told}");
    assert!(told.contains("You must be logged in"), "{told}");
    for id in [
        "kubernetes-version",
        "node-image",
        "runtime-class",
        "pod-security",
        "privileged",
    ] {
        let of = |check: &&Value| check["id"] == *id && check["state"] == "unknown";
        let check = found.iter().find(of).unwrap_or_else(|| panic!("{id} is told"));
        assert_eq!(check["help"], "log in to the cluster again");
    }
}

#[test]
fn a_server_that_is_not_there_is_told_once() {
    if !has_kubectl() {
        return;
    }
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        listener.local_addr().expect("it has an address").port()
    };
    let start = Instant::now();
    let output = doctor(port, &["--format", "json"]);
    assert!(
        start.elapsed() < Duration::from_secs(15),
        "it took {:?}",
        start.elapsed()
    );
    assert_eq!(output.status.code(), Some(2));
    let told = errors(&output);
    assert_eq!(told.matches("error: kubectl ").count(), 1, "{told}");
    assert!(
        told.contains("was refused") && told.contains("nothing could be looked at"),
        "{told}"
    );
    assert_eq!(
        states(&checks(&output), "kubectl get nodes")["node-image"],
        "unknown"
    );
}

#[test]
fn a_server_that_hangs_is_given_up_after_ten_seconds() {
    if !has_kubectl() {
        return;
    }
    let server = Server::start(|_| None);
    let start = Instant::now();
    let output = doctor(server.port, &["--format", "json"]);
    assert!(
        start.elapsed() < Duration::from_secs(25),
        "it took {:?}",
        start.elapsed()
    );
    assert_eq!(output.status.code(), Some(2));
    let told = errors(&output);
    assert_eq!(told.matches("error: kubectl ").count(), 1, "{told}");
    assert_eq!(
        states(&checks(&output), "kubectl get pods --all-namespaces")["privileged"],
        "unknown"
    );
}

#[test]
fn what_is_no_cluster_is_told_in_words() {
    if !has_kubectl() {
        return;
    }
    let server = Server::start(|_| Some((200, "<html>log in</html>".to_owned())));
    let output = doctor(server.port, &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("? node-image"), "{said}");
}
