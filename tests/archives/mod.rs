//! Archives of images, made here: of every form, and with whatever names and bytes a test wants.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::collections::BTreeMap;
use std::io::Write as _;

use sha2::{Digest as _, Sha256};
use tar::{EntryType, Header};

pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A tar archive; names are written as they are given, whatever they are.
#[derive(Default)]
pub struct Tar(pub Vec<u8>);

impl Tar {
    pub fn header(name: &str, kind: EntryType, size: u64) -> Header {
        let mut header = Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o755);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header
    }

    pub fn put(mut self, mut header: Header, content: &[u8]) -> Self {
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let content = content.as_ref();
        let header = Self::header(name, EntryType::Regular, content.len() as u64);
        self.put(header, content)
    }

    /// A file or folder of a mode.
    pub fn with_mode(self, name: &str, kind: EntryType, mode: u32) -> Self {
        let mut header = Self::header(name, kind, 0);
        header.set_mode(mode);
        self.put(header, &[])
    }

    pub fn of(self, name: &str, kind: EntryType) -> Self {
        self.put(Self::header(name, kind, 0), &[])
    }

    pub fn link(self, name: &str, target: &str) -> Self {
        let mut header = Self::header(name, EntryType::Symlink, 0);
        header.set_link_name(target).expect("a short target");
        self.put(header, &[])
    }

    pub fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

pub fn config(layers: &[Vec<u8>], user: &str) -> String {
    let ids: Vec<String> = layers
        .iter()
        .map(|layer| format!("sha256:{}", digest(layer)))
        .collect();
    let history: Vec<serde_json::Value> = (0..layers.len())
        .map(|index| serde_json::json!({"created_by": format!("RUN /bin/sh -c step {index} # buildkit")}))
        .collect();
    serde_json::json!({
        "architecture": "amd64", "os": "linux",
        "config": {"User": user, "Env": ["PATH=/usr/bin:/bin"], "Cmd": null},
        "history": history,
        "rootfs": {"type": "layers", "diff_ids": ids},
    })
    .to_string()
}

/// As `docker save` writes it: layers first, the manifest last.
pub fn saved(layers: &[Vec<u8>]) -> Vec<u8> {
    let config = config(layers, "");
    let name = format!("{}.json", digest(config.as_bytes()));
    let mut tar = Tar::default();
    let mut paths = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        tar = tar
            .file(&format!("{index}/VERSION"), "1.0")
            .file(&format!("{index}/layer.tar"), layer);
        paths.push(format!("{index}/layer.tar"));
    }
    let manifest = serde_json::json!([{"Config": name, "RepoTags": ["example:latest"], "Layers": paths}]);
    tar.file(&name, config)
        .file("manifest.json", manifest.to_string())
        .end()
}

/// The files of an OCI layout, with layers in some form.
pub fn layout(layers: &[Vec<u8>], press: fn(&[u8]) -> Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut put = |bytes: Vec<u8>| {
        let name = format!("sha256:{}", digest(&bytes));
        files.insert(format!("blobs/{}", name.replace(':', "/")), bytes);
        serde_json::json!({"mediaType": "x", "digest": name})
    };
    let descriptors: Vec<_> = layers.iter().map(|layer| put(press(layer))).collect();
    let config = put(config(layers, "").into_bytes());
    let manifest = put(serde_json::json!({"config": config, "layers": descriptors})
        .to_string()
        .into_bytes());
    let attestation = serde_json::json!({"digest": manifest["digest"], "platform": {"os": "unknown", "architecture": "unknown"}});
    let index = serde_json::json!({"schemaVersion": 2, "manifests": [manifest, attestation]});
    files.insert("index.json".into(), index.to_string().into_bytes());
    files.insert(
        "oci-layout".into(),
        b"{\"imageLayoutVersion\": \"1.0.0\"}".to_vec(),
    );
    files
}

pub fn as_tar(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    files
        .iter()
        .fold(Tar::default(), |tar, (name, bytes)| tar.file(name, bytes))
        .end()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("it is written into memory");
    encoder.finish().expect("it is written into memory")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("it is written into memory")
}
