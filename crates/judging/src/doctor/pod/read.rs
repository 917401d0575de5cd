//! Reads pods, workloads and containers, from YAML or JSON.

use serde_json::Value;

use super::super::cluster::quantity;
use super::super::{at, each, text, truth};
use super::{Container, Mounted, Pod, Told, Volume};

/// What a file holds.
#[derive(Debug, Default)]
pub struct Documents {
    /// The pods in it.
    pub pods: Vec<Pod>,
    /// Kinds of objects that are no workloads.
    pub others: Vec<String>,
}

/// Reads a file of manifests, or the output of `docker inspect`.
///
/// # Errors
/// What is wrong with its text, in words.
pub fn read(bytes: &[u8]) -> Result<Documents, String> {
    let source = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let source = source.trim_start_matches('\u{feff}');
    let values: Vec<Value> = match source.trim_start().starts_with(['{', '[']) {
        true => serde_json::Deserializer::from_str(source)
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(|error| format!("it is not JSON: {error}"))?,
        false => serde_saphyr::from_multiple_with_options(source, options())
            .map_err(|error| format!("it is not YAML: {error}"))?,
    };
    let mut documents = Documents::default();
    for value in &values {
        take(value, &mut documents, 0);
    }
    Ok(documents)
}

/// Limits far above what manifests need.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 500_000,
            max_nodes: 250_000,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_depth: 64,
            flow_nesting_limit: 64,
            max_documents: 1_000,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 100_000,
            max_replay_stack_depth: 32,
            max_alias_expansions_per_anchor: 1_000,
        },
        with_snippet: false,
    }
}

/// Lists hold lists only in made-up files.
const DEEPEST_LIST: usize = 8;

fn take(value: &Value, documents: &mut Documents, depth: usize) {
    if depth > DEEPEST_LIST {
        return;
    }
    match value {
        Value::Array(values) => values.iter().for_each(|value| take(value, documents, depth + 1)),
        Value::Object(_) if at(value, &["items"]).is_some_and(Value::is_array) => {
            each(value, &["items"]).for_each(|value| take(value, documents, depth + 1));
        }
        Value::Object(_) => match Pod::read(value) {
            Some(pod) => documents.pods.push(pod),
            None => documents.others.push(
                text(value, &["kind"])
                    .unwrap_or("an object without a kind")
                    .to_owned(),
            ),
        },
        _ => {}
    }
}

impl Pod {
    /// The pod that an object is or makes; none if it makes none.
    pub fn read(object: &Value) -> Option<Self> {
        if at(object, &["HostConfig"]).is_some() {
            return Some(inspected(object));
        }
        let kind = text(object, &["kind"])?;
        let template: &[&str] = match kind {
            "Pod" => &[],
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "ReplicationController" => {
                &["spec", "template"]
            }
            "CronJob" => &["spec", "jobTemplate", "spec", "template"],
            _ => return None,
        };
        let empty = Value::Null;
        let template = at(object, template).unwrap_or(&empty);
        let name =
            text(object, &["metadata", "name"]).or_else(|| text(object, &["metadata", "generateName"]));
        let spec = template.get("spec").unwrap_or(&empty);
        let spaces = [
            ("hostNetwork", "network"),
            ("hostPID", "processes"),
            ("hostIPC", "IPC"),
        ]
        .into_iter();
        let flags = spaces.filter(|(key, _)| truth(spec, &[key]) == Some(true));
        Some(Self {
            subject: format!("{kind} {}", name.unwrap_or("(without a name)")),
            namespace: text(object, &["metadata", "namespace"]).map(str::to_owned),
            annotations: annotations(template),
            runtime_class: text(spec, &["runtimeClassName"]).map(str::to_owned),
            host_users: truth(spec, &["hostUsers"]),
            host_namespaces: flags.map(|(_, name)| name).collect(),
            shares_processes: truth(spec, &["shareProcessNamespace"]) == Some(true),
            cgroup_namespace: None,
            of_docker: false,
            volumes: each(spec, &["volumes"]).map(volume).collect(),
            containers: each(spec, &["containers"]).map(container).collect(),
        })
    }
}

fn annotations(template: &Value) -> Vec<(String, String)> {
    let map = at(template, &["metadata", "annotations"]).and_then(Value::as_object);
    let pair = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    map.into_iter().flatten().filter_map(pair).collect()
}

fn word(value: &Value, path: &[&str]) -> String {
    text(value, path).unwrap_or_default().to_owned()
}

fn volume(value: &Value) -> (String, Volume) {
    let kind = if let Some(path) = text(value, &["hostPath", "path"]) {
        Volume::Host(path.to_owned())
    } else if let Some(claim) = text(value, &["persistentVolumeClaim", "claimName"]) {
        Volume::Claim(claim.to_owned())
    } else if at(value, &["nfs"]).is_some() {
        Volume::Nfs(word(value, &["nfs", "server"]))
    } else if text(value, &["csi", "driver"]).is_some_and(|driver| driver.contains("nfs")) {
        Volume::Nfs(word(value, &["csi", "driver"]))
    } else if text(value, &["emptyDir", "medium"]) == Some("Memory") {
        Volume::Memory
    } else if let Some(empty) = value.get("emptyDir") {
        Volume::Empty(text(empty, &["sizeLimit"]).and_then(quantity))
    } else if at(value, &["rbd"]).is_some()
        || text(value, &["csi", "driver"]).is_some_and(|driver| driver.contains("rbd"))
    {
        Volume::Rbd
    } else {
        Volume::Other
    };
    (word(value, &["name"]), kind)
}

/// A value that a variable may be written as: YAML takes `4` for a number.
fn plain(value: &Value) -> Told {
    match value {
        Value::String(text) => Told::Text(text.clone()),
        Value::Number(number) => Told::Text(number.to_string()),
        Value::Bool(truth) => Told::Text(truth.to_string()),
        _ => Told::Text(String::new()),
    }
}

fn container(value: &Value) -> Container {
    let words = |key| each(value, &[key]).filter_map(Value::as_str).map(str::to_owned);
    let variable = |entry: &Value| {
        let told = if let Some(resource) = at(entry, &["valueFrom", "resourceFieldRef"]) {
            let divisor = match at(resource, &["divisor"]) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                _ => String::new(),
            };
            Told::Resource(word(resource, &["resource"]), divisor)
        } else if at(entry, &["valueFrom"]).is_some() {
            Told::Elsewhere
        } else {
            plain(entry.get("value").unwrap_or(&Value::Null))
        };
        (word(entry, &["name"]), told)
    };
    let mounted = |mount: &Value| Mounted {
        volume: word(mount, &["name"]),
        path: word(mount, &["mountPath"]),
        part: word(mount, &["subPath"]),
        read_only: truth(mount, &["readOnly"]) == Some(true),
    };
    let asks = |section: &str| {
        at(value, &["resources", section])
            .and_then(Value::as_object)
            .is_some_and(|map| map.keys().any(|key| key.ends_with("/gpu")))
    };
    Container {
        name: word(value, &["name"]),
        image: word(value, &["image"]),
        command: words("command").chain(words("args")).collect(),
        privileged: truth(value, &["securityContext", "privileged"]) == Some(true),
        variables: each(value, &["env"]).map(variable).collect(),
        mounts: each(value, &["volumeMounts"]).map(mounted).collect(),
        asks_gpu: asks("limits") || asks("requests"),
    }
}

/// A container of Docker.
fn inspected(object: &Value) -> Pod {
    let host = &object["HostConfig"];
    let name = word(object, &["Name"]);
    let name = name.trim_start_matches('/');
    let is_host = |key: &&(&str, &'static str)| text(host, &[key.0]) == Some("host");
    let spaces = [
        ("NetworkMode", "network"),
        ("PidMode", "processes"),
        ("IpcMode", "IPC"),
        ("UTSMode", "host name"),
    ];
    let mut volumes = Vec::new();
    let mut mounts = Vec::new();
    for (index, mount) in each(object, &["Mounts"]).enumerate() {
        let name = format!("mount-{index}");
        let kind = match text(mount, &["Type"]) {
            Some("bind") => Volume::Host(word(mount, &["Source"])),
            Some("volume") => Volume::Claim(word(mount, &["Name"])),
            Some("tmpfs") => Volume::Memory,
            _ => Volume::Other,
        };
        mounts.push(Mounted {
            volume: name.clone(),
            path: word(mount, &["Destination"]),
            part: String::new(),
            read_only: truth(mount, &["RW"]) == Some(false),
        });
        volumes.push((name, kind));
    }
    let words = |key| {
        each(object, &["Config", key])
            .filter_map(Value::as_str)
            .map(str::to_owned)
    };
    let variable = |line: String| {
        let (name, value) = line.split_once('=').unwrap_or((&line, ""));
        (name.to_owned(), Told::Text(value.to_owned()))
    };
    Pod {
        subject: format!(
            "container {}",
            if name.is_empty() { "(without a name)" } else { name }
        ),
        runtime_class: text(host, &["Runtime"]).map(str::to_owned),
        host_namespaces: spaces.iter().filter(is_host).map(|space| space.1).collect(),
        host_users: (text(host, &["UsernsMode"]) == Some("host")).then_some(true),
        cgroup_namespace: text(host, &["CgroupnsMode"])
            .filter(|mode| !mode.is_empty())
            .map(str::to_owned),
        of_docker: true,
        volumes,
        containers: vec![Container {
            name: name.to_owned(),
            image: word(object, &["Config", "Image"]),
            command: words("Entrypoint").chain(words("Cmd")).collect(),
            privileged: truth(host, &["Privileged"]) == Some(true),
            variables: words("Env").map(variable).collect(),
            mounts,
            asks_gpu: each(host, &["DeviceRequests"]).next().is_some(),
        }],
        ..Pod::default()
    }
}
