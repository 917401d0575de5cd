//! Reads what kubectl printed, object by object: a list of a hundred megabytes is never held whole.

use std::fmt;
use std::io::{BufReader, Read};

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::super::pod::Pod;
use super::super::{at, each, text, truth};
use super::{Cluster, Namespace, Node, RuntimeClass, pairs};

/// What was wrong with a text; what stood before it was read all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong(pub String);

/// Reads one text, which may hold several objects and lists, into the cluster.
///
/// # Errors
/// It is no JSON from some place on, or holds nothing of a cluster.
pub fn read(input: impl Read, cluster: &mut Cluster) -> Result<(), Wrong> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut found = 0;
    let mut documents = 0;
    // The reader takes a byte at a time and holds none back after an object, so a new one can go on.
    while skip_space(&mut input)? {
        documents += 1;
        let mut reader = serde_json::Deserializer::from_reader(&mut input);
        Document {
            cluster,
            found: &mut found,
        }
        .deserialize(&mut reader)
        .map_err(|error| Wrong(words(&error)))?;
    }
    match (documents, found) {
        (0, _) => Err(Wrong("it is empty".to_owned())),
        (_, 0) => Err(Wrong(
            "it holds no node, RuntimeClass, namespace, pod or version".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn words(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Io => format!("it cannot be read: {error}"),
        serde_json::error::Category::Eof => format!("it is cut short: {error}"),
        _ => format!("it is not JSON: {error}"),
    }
}

/// Skips white space; whether something follows.
fn skip_space(input: &mut impl std::io::BufRead) -> Result<bool, Wrong> {
    loop {
        let buffer = input
            .fill_buf()
            .map_err(|error| Wrong(format!("it cannot be read: {error}")))?;
        if buffer.is_empty() {
            return Ok(false);
        }
        let blank = buffer
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        let whole = blank == buffer.len();
        input.consume(blank);
        if !whole {
            return Ok(true);
        }
    }
}

/// Which part of a value is kept. Nodes list their images and pods their conditions: what is judged is a
/// tenth of what is printed.
enum Part {
    /// All of it.
    Whole,
    /// Of an object these keys; of anything else nothing.
    Keys(&'static [(&'static str, Part)]),
}

/// What is judged of an object.
const OBJECT: Part = Part::Keys(&[
    ("kind", Part::Whole),
    (
        "metadata",
        Part::Keys(&[
            ("name", Part::Whole),
            ("generateName", Part::Whole),
            ("namespace", Part::Whole),
            ("labels", Part::Whole),
            ("annotations", Part::Whole),
        ]),
    ),
    ("spec", Part::Whole),
    (
        "status",
        Part::Keys(&[("capacity", Part::Whole), ("nodeInfo", Part::Whole)]),
    ),
    ("handler", Part::Whole),
    ("scheduling", Part::Whole),
    ("serverVersion", Part::Whole),
    ("clientVersion", Part::Whole),
    // A list within a list.
    ("items", Part::Whole),
]);

impl Part {
    /// What is kept of the value of a key, if anything.
    fn part(&self, key: &str) -> Option<&'static Part> {
        match self {
            Self::Whole => Some(&Part::Whole),
            Self::Keys(keys) => keys.iter().find(|(one, _)| *one == key).map(|(_, part)| part),
        }
    }
}

impl<'de> DeserializeSeed<'de> for &Part {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self {
            Part::Whole => Value::deserialize(deserializer),
            Part::Keys(_) => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for &Part {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            match self.part(&key) {
                Some(part) => drop(kept.insert(key, map.next_value_seed(part)?)),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Value::Object(kept))
    }

    // Anything but an object is nothing that is judged.

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E>(self, _: &str) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

/// A document: an object, a list of objects, or a version.
struct Document<'a> {
    cluster: &'a mut Cluster,
    found: &'a mut usize,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object as kubectl prints it")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut rest = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == "items" {
                map.next_value_seed(Items {
                    cluster: self.cluster,
                    found: self.found,
                })?;
            } else {
                match OBJECT.part(&key) {
                    Some(part) => drop(rest.insert(key, map.next_value_seed(part)?)),
                    None => drop(map.next_value::<IgnoredAny>()?),
                }
            }
        }
        let whole = Value::Object(rest);
        match text(&whole, &["kind"]) {
            Some(kind) if kind.ends_with("List") => {
                *self.found += 1;
                let all = [
                    ("RuntimeClassList", "RuntimeClass"),
                    ("NodeList", "Node"),
                    ("NamespaceList", "Namespace"),
                ];
                self.cluster
                    .complete
                    .extend(all.iter().filter(|(list, _)| *list == kind).map(|(_, one)| *one));
            }
            _ => *self.found += take(&whole, self.cluster),
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<(), A::Error> {
        Items {
            cluster: self.cluster,
            found: self.found,
        }
        .visit_seq(sequence)
    }
}

/// The items of a list, each reduced as soon as it is read.
struct Items<'a> {
    cluster: &'a mut Cluster,
    found: &'a mut usize,
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while let Some(item) = sequence.next_element_seed(&OBJECT)? {
            if text(&item, &["kind"]).is_some_and(|kind| kind.ends_with("List")) {
                for inner in each(&item, &["items"]) {
                    *self.found += take(inner, self.cluster);
                }
            }
            *self.found += take(&item, self.cluster);
        }
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Takes an object into the cluster; how many things of a cluster it was.
fn take(object: &Value, cluster: &mut Cluster) -> usize {
    let name = || {
        text(object, &["metadata", "name"])
            .unwrap_or("(without a name)")
            .to_owned()
    };
    match text(object, &["kind"]) {
        Some("Node") => cluster.nodes.push(node(object, name())),
        Some("RuntimeClass") => cluster.runtime_classes.push(RuntimeClass {
            name: name(),
            handler: text(object, &["handler"]).map(str::to_owned),
            selector: pairs(object, &["scheduling", "nodeSelector"]),
        }),
        Some("Namespace") => cluster.namespaces.push(Namespace {
            name: name(),
            enforce: text(
                object,
                &["metadata", "labels", "pod-security.kubernetes.io/enforce"],
            )
            .map(str::to_owned),
        }),
        Some("Pod") => {
            cluster.pods_seen += 1;
            if let Some(pod) = Pod::read(object)
                && pod.looks_like_workspace()
            {
                cluster.pods.push(pod);
            }
        }
        _ => {
            let Some(version) = text(object, &["serverVersion", "gitVersion"]) else {
                return usize::from(at(object, &["clientVersion"]).is_some());
            };
            cluster.version = Some(version.to_owned());
        }
    }
    1
}

fn node(object: &Value, name: String) -> Node {
    let system = |key: &str| {
        text(object, &["status", "nodeInfo", key])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
    };
    // A number is as good as a text for a quantity.
    let capacity = |key: &str| match at(object, &["status", "capacity", key])? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let gpus = ["nvidia.com/gpu", "amd.com/gpu"].into_iter();
    let taint = |taint: &Value| {
        let word = |key: &str| text(taint, &[key]).unwrap_or_default().to_owned();
        (word("key"), word("value"), word("effect"))
    };
    Node {
        name,
        image: system("osImage"),
        kernel: system("kernelVersion"),
        runtime: system("containerRuntimeVersion"),
        kubelet: system("kubeletVersion"),
        architecture: system("architecture"),
        system: system("operatingSystem"),
        cpu: capacity("cpu"),
        memory: capacity("memory"),
        gpus: gpus
            .filter_map(|key| Some((key.to_owned(), capacity(key).filter(|count| count != "0")?)))
            .collect(),
        labels: pairs(object, &["metadata", "labels"]),
        taints: each(object, &["spec", "taints"]).map(taint).collect(),
        unschedulable: truth(object, &["spec", "unschedulable"]) == Some(true),
        provider: text(object, &["spec", "providerID"]).map(str::to_owned),
    }
}
