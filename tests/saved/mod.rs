//! Archives of images, as `docker save` writes them, made in memory for tests.

#![allow(dead_code, reason = "each test takes a part")]

use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What lies in a layer.
pub enum Lies<'a> {
    /// A folder.
    Folder,
    /// A file.
    File(&'a [u8]),
    /// A symbolic link.
    Link(&'a str),
    /// Another name of a file.
    Hard(&'a str),
}

/// A layer with these paths, each with its mode and its owner, user and group alike.
pub fn layer(entries: &[(&str, u32, u64, Lies)]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for (path, mode, owner, lies) in entries {
        let mut header = Header::new_gnu();
        header.set_mode(*mode);
        header.set_uid(*owner);
        header.set_gid(*owner);
        let content: &[u8] = match lies {
            Lies::File(content) => content,
            _ => &[],
        };
        header.set_size(content.len() as u64);
        header.set_entry_type(match lies {
            Lies::Folder => EntryType::Directory,
            Lies::File(_) => EntryType::Regular,
            Lies::Link(_) => EntryType::Symlink,
            Lies::Hard(_) => EntryType::Link,
        });
        let added = match lies {
            Lies::Link(target) | Lies::Hard(target) => tar.append_link(&mut header, path, target),
            _ => tar.append_data(&mut header, path, content),
        };
        added.expect("it is written into memory");
    }
    tar.into_inner().expect("it is written into memory")
}

/// An image of layers, each with the instruction that made it, and a configuration.
pub fn image(layers: &[(&str, Vec<u8>)], config: &serde_json::Value) -> Vec<u8> {
    let ids: Vec<String> = layers
        .iter()
        .map(|(_, layer)| format!("sha256:{}", digest(layer)))
        .collect();
    let history: Vec<_> = layers
        .iter()
        .map(|(made, _)| serde_json::json!({"created_by": made}))
        .collect();
    let config = serde_json::json!({
        "architecture": "amd64", "os": "linux", "config": config, "history": history,
        "rootfs": {"type": "layers", "diff_ids": ids},
    })
    .to_string();
    let name = format!("{}.json", digest(config.as_bytes()));
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (index, (_, layer)) in layers.iter().enumerate() {
        files.push((format!("{index}/layer.tar"), layer.clone()));
    }
    let paths: Vec<&String> = files.iter().map(|(path, _)| path).collect();
    let manifest = serde_json::json!([{"Config": name, "RepoTags": ["example:latest"], "Layers": paths}]);
    let manifest = manifest.to_string().into_bytes();
    files.push((name, config.into_bytes()));
    files.push(("manifest.json".to_owned(), manifest));
    let mut tar = Builder::new(Vec::new());
    for (path, content) in &files {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, path, content.as_slice())
            .expect("it is written into memory");
    }
    tar.into_inner().expect("it is written into memory")
}
