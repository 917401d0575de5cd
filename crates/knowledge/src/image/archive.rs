//! Archives of images as `docker save`, BuildKit, podman and skopeo write them.
//!
//! The manifest comes after what it names: each member is told by its first bytes, read once, and all
//! are joined at the end.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read};

use serde::Deserialize;

use super::compressed::{self, Form};
use super::digest::{self, Hashed};
use super::error::ImageError;
use super::inspected::{Config, History, Inspected, Layer};
use super::keep::Keep;
use super::layer::{self, Budget};
use super::layout;
use super::tarball::{MemberKind, Members};
use crate::invocation::Platform;

/// The longest document that is read, and the most bytes of all.
const LONGEST_DOCUMENT: u64 = 4 << 20;
const MOST_DOCUMENTS: usize = 16 << 20;
/// The most members of an archive: an image has at most 127 layers, with three members each.
const MOST_MEMBERS: usize = 10_000;
/// The most layers of an image, many times what an engine takes.
const MOST_LAYERS: usize = 2_000;

/// What was read of an archive's members, by path.
#[derive(Default)]
pub struct Parts {
    layers: HashMap<String, Layer>,
    documents: HashMap<String, Vec<u8>>,
    /// What looks like nothing that an image has.
    others: HashSet<String>,
    links: HashMap<String, String>,
}

/// A configuration as a file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConfigFile {
    architecture: Option<String>,
    config: Option<Config>,
    history: Option<Vec<History>>,
    rootfs: RootFs,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RootFs {
    diff_ids: Vec<String>,
}

/// One image of `manifest.json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    layers: Vec<String>,
}

/// Reads an archive to its end; `name` tells it in errors.
///
/// `platform` chooses among the images of an index.
///
/// # Errors
/// Whatever is wrong with the archive, or the reader's.
pub fn read(
    input: &mut dyn Read,
    name: &str,
    platform: Option<&Platform>,
    keep: &Keep,
) -> Result<Inspected, ImageError> {
    let failed = |error| ImageError::read(name, error);
    let start = compressed::peek(input).map_err(failed)?;
    if start.is_empty() {
        return Err(ImageError::no_image(name, "it is empty"));
    }
    let form = compressed::form(&start);
    if matches!(form, Form::Json | Form::Other) {
        return Err(ImageError::no_image(name, "it is no tar archive"));
    }
    let whole = BufReader::with_capacity(256 * 1024, start.as_slice().chain(input));
    let plain = compressed::plain(whole, form).map_err(failed)?;
    let mut members = Members::new(plain);
    let mut parts = Parts::default();
    let mut budget = Budget::default();
    let (mut count, mut documents) = (0, 0);
    while let Some(member) = members.next().map_err(failed)? {
        count += 1;
        if count > MOST_MEMBERS {
            let (what, limit) = (name.to_owned(), format!("{MOST_MEMBERS} members"));
            return Err(ImageError::TooMuch { what, limit });
        }
        let path = member.path.trim_start_matches("./").trim_matches('/').to_owned();
        match member.kind {
            MemberKind::Link => {
                parts.links.insert(path.clone(), beside(&path, &member.target));
            }
            MemberKind::Hard => {
                parts
                    .links
                    .insert(path, member.target.trim_start_matches("./").to_owned());
            }
            MemberKind::File => {
                let what = format!("`{path}` in {name}");
                let read = blob(&mut members.content(), &what, digest_of(&path), keep, &mut budget)?;
                match read {
                    Blob::Layer(layer) => {
                        parts.layers.insert(path, *layer);
                    }
                    Blob::Document(text) => {
                        documents += text.len();
                        if documents > MOST_DOCUMENTS {
                            let limit = format!("{MOST_DOCUMENTS} bytes of documents");
                            return Err(ImageError::TooMuch {
                                what: name.to_owned(),
                                limit,
                            });
                        }
                        parts.documents.insert(path, text);
                    }
                    Blob::Other => {
                        parts.others.insert(path);
                    }
                }
            }
            MemberKind::Folder | MemberKind::Other => {}
        }
    }
    parts.join(name, platform)
}

/// The digest that a path promises, in hexadecimal digits: of a blob in an OCI layout.
fn digest_of(path: &str) -> Option<&str> {
    path.strip_prefix("blobs/sha256/")
        .filter(|digest| is_digest(digest))
}

/// Whether these are the hexadecimal digits of a sha256.
pub fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A blob.
pub enum Blob {
    /// A layer.
    Layer(Box<Layer>),
    /// A JSON document.
    Document(Vec<u8>),
    /// Anything else.
    Other,
}

/// Reads a blob to its end and holds it against the digest that is promised.
pub fn blob(
    input: &mut dyn Read,
    what: &str,
    promised: Option<&str>,
    keep: &Keep,
    budget: &mut Budget,
) -> Result<Blob, ImageError> {
    let failed = |error| ImageError::read(what, error);
    let start = compressed::peek(input).map_err(failed)?;
    let form = compressed::form(&start);
    let whole = start.as_slice().chain(input);
    let (blob, found) = match form {
        Form::Json => {
            let mut text = Vec::new();
            whole
                .take(LONGEST_DOCUMENT + 1)
                .read_to_end(&mut text)
                .map_err(failed)?;
            if text.len() as u64 > LONGEST_DOCUMENT {
                let (what, limit) = (
                    what.to_owned(),
                    format!("{LONGEST_DOCUMENT} bytes, for a document"),
                );
                return Err(ImageError::TooMuch { what, limit });
            }
            let found = digest::of(&text);
            (Blob::Document(text), found)
        }
        Form::Other => match promised {
            None => return Ok(Blob::Other),
            Some(_) => (Blob::Other, Hashed::new(whole).finish().map_err(failed)?),
        },
        Form::Tar => {
            let mut hashed = Hashed::new(whole);
            let mut layer = layer::read(&mut hashed, what, keep, budget)?;
            let found = hashed.finish().map_err(failed)?;
            layer.diff_id.clone_from(&found);
            (Blob::Layer(Box::new(layer)), found)
        }
        Form::Gzip | Form::Zstd => {
            let mut raw = Hashed::new(whole);
            let mut hashed = Hashed::new(compressed::plain(&mut raw, form).map_err(failed)?);
            let is_layer = compressed::form(hashed.fill_buf().map_err(failed)?) == Form::Tar;
            let layer = match is_layer {
                true => Some(layer::read(&mut hashed, what, keep, budget)?),
                false => None,
            };
            let diff_id = hashed.finish().map_err(failed)?;
            let found = raw.finish().map_err(failed)?;
            match layer {
                Some(layer) => (Blob::Layer(Box::new(Layer { diff_id, ..layer })), found),
                None => (Blob::Other, found),
            }
        }
    };
    match promised {
        Some(expected) if expected != found => Err(ImageError::Digest {
            what: what.to_owned(),
            expected: expected.to_owned(),
            found,
        }),
        _ => Ok(blob),
    }
}

/// A relative target, seen from the folder of a path.
fn beside(path: &str, target: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl Parts {
    /// The path of a member once links in the archive are followed.
    fn real<'p>(&'p self, path: &'p str) -> &'p str {
        let mut path = path.trim_start_matches("./");
        for _ in 0..8 {
            match self.links.get(path) {
                Some(target) => path = target,
                None => break,
            }
        }
        path
    }

    fn document(&self, name: &str, path: &str) -> Result<&[u8], ImageError> {
        let real = self.real(path);
        match self.documents.get(real) {
            Some(text) => Ok(text),
            None if self.others.contains(real) || self.layers.contains_key(real) => Err(ImageError::damaged(
                &format!("`{path}` in {name}"),
                "it is no JSON",
            )),
            None => Err(ImageError::no_image(name, format!("`{path}` is not in it"))),
        }
    }

    fn join(mut self, name: &str, platform: Option<&Platform>) -> Result<Inspected, ImageError> {
        if self.documents.contains_key("manifest.json") || self.others.contains("manifest.json") {
            return self.join_saved(name);
        }
        if !self.documents.contains_key("index.json") {
            let why = "it has neither manifest.json nor index.json";
            return Err(ImageError::no_image(name, why));
        }
        let manifest = layout::manifest(name, platform, &mut |path| {
            self.document(name, path).map(<[u8]>::to_vec)
        })?;
        let config = self.document(name, &manifest.config)?.to_vec();
        self.image(name, None, &manifest.config, &config, &manifest.layers)
    }

    fn join_saved(&mut self, name: &str) -> Result<Inspected, ImageError> {
        let what = format!("`manifest.json` in {name}");
        let saved: Vec<Saved> = parse(self.document(name, "manifest.json")?, &what)?;
        let [saved] = saved.as_slice() else {
            let tags: Vec<&str> = saved
                .iter()
                .flat_map(|saved| saved.repo_tags.iter().flatten())
                .map(String::as_str)
                .collect();
            let why = format!(
                "it has {} images, and one is looked at: {}",
                saved.len(),
                tags.join(", ")
            );
            return Err(ImageError::no_image(name, why));
        };
        let config = self.document(name, &saved.config)?.to_vec();
        let tag = saved.repo_tags.as_ref().and_then(|tags| tags.first()).cloned();
        self.image(name, tag, &saved.config, &config, &saved.layers)
    }

    fn image(
        &mut self,
        name: &str,
        tag: Option<String>,
        path: &str,
        config: &[u8],
        layers: &[String],
    ) -> Result<Inspected, ImageError> {
        // Docker names the file by its digest.
        let promised = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".json");
        if is_digest(promised) {
            check(&format!("`{path}` in {name}"), promised, &digest::of(config))?;
        }
        let config: ConfigFile = parse(config, &format!("`{path}` in {name}"))?;
        let mut found = Vec::new();
        let mut copies = Budget::default();
        bound(name, layers.len())?;
        for (index, layer) in layers.iter().enumerate() {
            let real = self.real(layer).to_owned();
            let Some(read) = self.layers.get(&real) else {
                let what = format!("`{layer}` in {name}");
                return Err(
                    match self.others.contains(&real) || self.documents.contains_key(&real) {
                        true => ImageError::damaged(&what, "it is no layer"),
                        false => ImageError::no_image(name, format!("the layer `{layer}` is not in it")),
                    },
                );
            };
            // The same layer may stand twice in an image; a copy is taken only then.
            let again = layers[index + 1..].iter().any(|other| self.real(other) == real);
            let layer = if again {
                copies.again(name, read)?;
                read.clone()
            } else {
                self.layers.remove(&real).unwrap_or_default()
            };
            found.push(layer);
        }
        assemble(name, tag, config, found)
    }
}

/// Refuses an image with more layers than are looked at.
pub fn bound(name: &str, layers: usize) -> Result<(), ImageError> {
    match layers > MOST_LAYERS {
        true => Err(ImageError::TooMuch {
            what: name.to_owned(),
            limit: format!("{MOST_LAYERS} layers"),
        }),
        false => Ok(()),
    }
}

/// Puts an image together, and holds its layers against its configuration.
pub fn assemble(
    name: &str,
    tag: Option<String>,
    config: ConfigFile,
    layers: Vec<Layer>,
) -> Result<Inspected, ImageError> {
    let promised = &config.rootfs.diff_ids;
    if promised.len() != layers.len() {
        let why = format!(
            "its configuration names {} layers, and its manifest {}",
            promised.len(),
            layers.len()
        );
        return Err(ImageError::damaged(name, why));
    }
    for (index, (promised, layer)) in promised.iter().zip(&layers).enumerate() {
        let expected = promised.strip_prefix("sha256:").unwrap_or(promised);
        check(&format!("layer {index} of {name}"), expected, &layer.diff_id)?;
    }
    Ok(Inspected {
        name: tag.unwrap_or_else(|| name.to_owned()),
        architecture: config.architecture.unwrap_or_default(),
        config: config.config.unwrap_or_default(),
        history: config.history.unwrap_or_default(),
        layers,
    })
}

/// Holds a digest against the one that was promised.
pub fn check(what: &str, expected: &str, found: &str) -> Result<(), ImageError> {
    if expected == found {
        return Ok(());
    }
    Err(ImageError::Digest {
        what: what.to_owned(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    })
}

/// Reads a document; `what` tells it in errors.
pub fn parse<'d, T: Deserialize<'d>>(text: &'d [u8], what: &str) -> Result<T, ImageError> {
    serde_json::from_slice(text).map_err(|error| {
        let kind = match error.classify() {
            serde_json::error::Category::Data => "it does not say what it should",
            _ => "it is no JSON",
        };
        ImageError::damaged(what, format!("{kind}: {error}"))
    })
}
