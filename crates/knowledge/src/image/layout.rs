//! The OCI image layout: an index, manifests, configurations and layers, by their digests.

use std::io::{self, Read};

use serde::Deserialize;

use super::archive::{self, Blob, ConfigFile, is_digest};
use super::error::ImageError;
use super::inspected::Inspected;
use super::keep::Keep;
use super::layer::Budget;
use crate::invocation::Platform;

/// How deep an index may name an index.
const DEEPEST: usize = 4;
/// The longest document.
const LONGEST_DOCUMENT: u64 = 4 << 20;

/// A manifest, as far as it is asked for: paths in the layout.
#[derive(Debug)]
pub struct Manifest {
    /// The configuration.
    pub config: String,
    /// The layers, the lowest first.
    pub layers: Vec<String>,
}

/// An index or a manifest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    manifests: Vec<Descriptor>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Debug, Deserialize)]
struct Descriptor {
    digest: String,
    platform: Option<Described>,
    #[serde(default)]
    annotations: std::collections::BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Described {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
}

impl Descriptor {
    /// Whether it is the image for a platform, or may be where it says nothing.
    fn is_for(&self, wanted: &Platform) -> bool {
        self.platform
            .as_ref()
            .is_none_or(|own| own.os == wanted.os && own.architecture == wanted.architecture)
    }

    /// Whether it is an image at all, and no attestation of one.
    fn is_image(&self) -> bool {
        let is_unknown = |own: &Described| own.os == "unknown" || own.architecture == "unknown";
        !self.annotations.contains_key("vnd.docker.reference.type")
            && !self.platform.as_ref().is_some_and(is_unknown)
    }

    fn path(&self, what: &str) -> Result<String, ImageError> {
        match self
            .digest
            .strip_prefix("sha256:")
            .filter(|digits| is_digest(digits))
        {
            Some(digits) => Ok(format!("blobs/sha256/{digits}")),
            None => {
                let why = format!("the digest `{}` is no sha256", self.digest);
                Err(ImageError::damaged(what, why))
            }
        }
    }
}

/// Finds the manifest of the image that is meant; `document` gives the bytes at a path.
pub fn manifest(
    name: &str,
    platform: Option<&Platform>,
    document: &mut dyn FnMut(&str) -> Result<Vec<u8>, ImageError>,
) -> Result<Manifest, ImageError> {
    let usual = Platform {
        architecture: match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        }
        .to_owned(),
        ..Platform::default()
    };
    let mut path = "index.json".to_owned();
    for _ in 0..DEEPEST {
        let what = format!("`{path}` in {name}");
        let text = document(&path)?;
        let read: Document = archive::parse(&text, &what)?;
        if let Some(config) = read.config {
            let layers = read.layers.iter().map(|layer| layer.path(&what));
            return Ok(Manifest {
                config: config.path(&what)?,
                layers: layers.collect::<Result<_, _>>()?,
            });
        }
        let images: Vec<&Descriptor> = read.manifests.iter().filter(|one| one.is_image()).collect();
        let chosen = match (images.as_slice(), platform) {
            ([one], None) => Some(*one),
            (several, wanted) => {
                let wanted = wanted.unwrap_or(&usual);
                let mut fitting = several.iter().filter(|one| one.is_for(wanted));
                match (fitting.next(), fitting.next()) {
                    (Some(one), None) => Some(*one),
                    (Some(_), Some(_)) => {
                        let why = format!(
                            "`{path}` names several images for {}/{}",
                            wanted.os, wanted.architecture
                        );
                        return Err(ImageError::no_image(name, why));
                    }
                    (None, _) => None,
                }
            }
        };
        let Some(chosen) = chosen else {
            let why = format!("`{path}` names no image for this platform");
            return Err(ImageError::no_image(name, why));
        };
        path = chosen.path(&what)?;
    }
    Err(ImageError::no_image(name, "indexes name indexes without an end"))
}

/// Reads a layout; `open` gives the file at a path in it, `name` tells it in errors.
///
/// # Errors
/// Whatever is wrong with the layout, or the reader's.
pub fn read(
    open: &mut dyn FnMut(&str) -> io::Result<Box<dyn Read>>,
    name: &str,
    platform: Option<&Platform>,
    keep: &Keep,
) -> Result<Inspected, ImageError> {
    let mut document = |path: &str| {
        let what = format!("`{path}` in {name}");
        let failed = |error| ImageError::read(&what, error);
        let mut text = Vec::new();
        let file = open(path).map_err(failed)?;
        file.take(LONGEST_DOCUMENT + 1)
            .read_to_end(&mut text)
            .map_err(failed)?;
        if text.len() as u64 > LONGEST_DOCUMENT {
            let limit = format!("{LONGEST_DOCUMENT} bytes, for a document");
            return Err(ImageError::TooMuch { what, limit });
        }
        if let Some(promised) = path.strip_prefix("blobs/sha256/") {
            archive::check(&what, promised, &super::digest::of(&text))?;
        }
        Ok(text)
    };
    let manifest = manifest(name, platform, &mut document)?;
    let text = document(&manifest.config)?;
    let config: ConfigFile = archive::parse(&text, &format!("`{}` in {name}", manifest.config))?;
    let mut budget = Budget::default();
    let mut layers = Vec::new();
    archive::bound(name, manifest.layers.len())?;
    for path in &manifest.layers {
        let what = format!("`{path}` in {name}");
        let mut file = open(path).map_err(|error| ImageError::read(&what, error))?;
        let promised = path.strip_prefix("blobs/sha256/");
        match archive::blob(&mut file, &what, promised, keep, &mut budget)? {
            Blob::Layer(layer) => layers.push(*layer),
            Blob::Document(_) | Blob::Other => return Err(ImageError::damaged(&what, "it is no layer")),
        }
    }
    archive::assemble(name, None, config, layers)
}
