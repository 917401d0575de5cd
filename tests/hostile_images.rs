//! Images that are large or meant to do harm: each has a clear outcome, in bounded time and memory.
//!
//! `SEAWORTHY_MUTATIONS=5000` sets how many archives are mutated.

#![allow(clippy::print_stdout, reason = "a test tells what it skipped")]

mod archives;
mod engine;

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write as _};
use std::time::{Duration, Instant};

use archives::{Tar, as_tar, config, digest, gzip, layout, saved, zstd};
use engine::skip_without_engine;
use seaworthy::image::{ImageError, Inspected, Keep, observe, read_archive, read_layout};
use seaworthy::invocation::{Invocation, Platform};
use seaworthy::rules::judge_image;
use serde_json::{Value, json};
use tar::EntryType;

fn read(archive: &mut dyn Read) -> Result<Inspected, ImageError> {
    read_archive(archive, "test.tar", None, &Keep::default())
}

#[track_caller]
fn failure(archive: &mut dyn Read) -> String {
    match read(archive) {
        Ok(_) => panic!("it was read"),
        Err(error) => error.to_string(),
    }
}

/// All that is done with an image that was read.
fn judge(image: &Inspected) -> usize {
    let observed = observe(image, None, &Keep::default());
    let invocation = Invocation::default();
    let points = seaworthy::checklist::judge(&observed, None, &invocation);
    judge_image(&observed, &invocation).len() + points.len()
}

#[test]
fn an_image_with_thirty_thousand_files_is_judged() {
    let layer = (0..30_000).fold(Tar::default(), |tar, number| {
        tar.file(&format!("usr/share/doc/p{}/f{number}", number % 500), "text")
    });
    let begun = Instant::now();
    let image = read(&mut saved(&[layer.end(), Tar::default().end()]).as_slice()).expect("it can be read");
    assert_eq!(image.layers[0].count, 30_000);
    // What nobody asks for is a sum.
    assert!(
        image.layers[0].entries.len() < 100,
        "{}",
        image.layers[0].entries.len()
    );
    assert!(judge(&image) > 0);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

/// A layer of entries that are made while it is read.
struct Endless<F> {
    name: F,
    left: u64,
    number: u64,
    block: Vec<u8>,
}

fn endless(count: u64, name: impl Fn(u64) -> String) -> impl Read {
    Endless {
        name,
        left: count,
        number: 0,
        block: Vec::new(),
    }
}

impl<F: Fn(u64) -> String> Read for Endless<F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.block.is_empty() && self.left > 0 {
            self.left -= 1;
            self.number += 1;
            let mut header = Tar::header(&(self.name)(self.number), EntryType::Regular, 0);
            header.set_cksum();
            self.block = header.as_bytes().to_vec();
        }
        let length = self.block.len().min(into.len());
        into[..length].copy_from_slice(&self.block[..length]);
        self.block.drain(..length);
        Ok(length)
    }
}

/// An archive with one layer of so many bytes, which is never in memory as a whole.
fn of_layer(layer: impl Read, size: u64) -> impl Read {
    let mut header = Tar::header("0/layer.tar", EntryType::Regular, size);
    header.set_cksum();
    Cursor::new(header.as_bytes().to_vec())
        .chain(layer)
        .chain(io::repeat(0).take(1024))
}

#[test]
fn a_layer_with_a_million_entries_takes_memory_for_what_is_kept_alone() {
    let count = 1_000_000;
    let layer = endless(count, |number| format!("opt/data/{}/f{number}", number / 1000));
    // The manifest is missing, and that is told once everything was read.
    let error = failure(&mut of_layer(layer, count * 512));
    assert!(error.contains("neither manifest.json nor index.json"), "{error}");
    // A folder of its own for each would have to be told one by one.
    for name in [
        |number: u64| format!("srv/{number}/f"),
        |number: u64| format!("srv/a/{number}/b/c/d/{}", "x".repeat(40)),
        |number: u64| format!("usr/lib/{number}/x/.wh.gone{number}"),
    ] {
        let error = failure(&mut of_layer(endless(count, name), count * 512));
        assert!(error.contains("and is not looked at"), "{error}");
        assert!(
            error.contains("`0/layer.tar` in test.tar has more than"),
            "{error}"
        );
    }
}

#[test]
fn a_bomb_is_told_before_it_is_unpacked() {
    /// A layer with one file of zeros.
    fn zeros(size: u64) -> impl Read {
        let mut header = Tar::header("opt/zeros", EntryType::Regular, 0);
        header.set_size(size);
        header.set_cksum();
        Cursor::new(header.as_bytes().to_vec()).chain(io::repeat(0).take(size + 1024))
    }
    // Three gigabytes in a tenth of a megabyte.
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).expect("it is one");
    let chunk = vec![0; 1 << 20];
    let mut start = Vec::new();
    zeros(3 << 30)
        .take(512)
        .read_to_end(&mut start)
        .expect("it is in memory");
    encoder.write_all(&start).expect("it is in memory");
    for _ in 0..3 << 10 {
        encoder.write_all(&chunk).expect("it is in memory");
    }
    let bomb = encoder.finish().expect("it is in memory");
    let begun = Instant::now();
    let tar = Tar::default().file("blobs/sha256/x", &bomb).end();
    let error = failure(&mut tar.as_slice());
    assert!(
        error.contains("`blobs/sha256/x` in test.tar has more than")
            && error.contains("bytes unpacked, over 200 times"),
        "{error}"
    );
    // And around the whole archive.
    let error = failure(&mut bomb.as_slice());
    assert!(error.contains("bytes unpacked, over 200 times"), "{error}");
    assert!(
        begun.elapsed() < Duration::from_secs(120),
        "{:?}",
        begun.elapsed()
    );
    // A swap file is none.
    let mut plain = Vec::new();
    zeros(64 << 20).read_to_end(&mut plain).expect("it is in memory");
    let files = layout(&[plain], gzip);
    assert_eq!(
        read(&mut as_tar(&files).as_slice()).expect("it is read").layers[0].bytes,
        64 << 20
    );
}

#[test]
fn a_window_of_gigabytes_is_refused() {
    // RFC 8878: magic number, a frame without the size of its content, and the largest window of all.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 0x01, 0x00, 0x00];
    for archive in [Tar::default().file("blobs/sha256/x", frame).end(), frame.to_vec()] {
        let error = failure(&mut archive.as_slice());
        assert!(error.contains("too much memory"), "{error}");
    }
}

/// A layout, by the documents of its index, its manifest and its layers.
#[derive(Default)]
struct Layout(BTreeMap<String, Vec<u8>>);

impl Layout {
    /// Puts a blob in, and gives its descriptor.
    fn put(&mut self, media: &str, bytes: impl Into<Vec<u8>>) -> Value {
        let bytes = bytes.into();
        let name = digest(&bytes);
        let descriptor = json!({"mediaType": media, "digest": format!("sha256:{name}"), "size": bytes.len()});
        self.0.insert(format!("blobs/sha256/{name}"), bytes);
        descriptor
    }

    fn image(&mut self, layers: &[Vec<u8>], user: &str) -> Value {
        let all: Vec<Value> = layers
            .iter()
            .map(|layer| self.put("application/vnd.oci.image.layer.v1.tar", layer.clone()))
            .collect();
        let config = self.put("application/vnd.oci.image.config.v1+json", config(layers, user));
        let text = json!({"schemaVersion": 2, "config": config, "layers": all}).to_string();
        self.put("application/vnd.oci.image.manifest.v1+json", text)
    }

    fn index(&mut self, manifests: &[Value]) -> Value {
        let text = json!({"schemaVersion": 2, "manifests": manifests}).to_string();
        self.put("application/vnd.oci.image.index.v1+json", text)
    }

    fn read(mut self, manifests: &[Value], platform: Option<&str>) -> Result<Inspected, String> {
        let index = json!({"schemaVersion": 2, "manifests": manifests});
        self.0.insert("index.json".into(), index.to_string().into_bytes());
        let platform = platform.map(|architecture| Platform {
            architecture: architecture.to_owned(),
            ..Platform::default()
        });
        let archive = read_archive(
            &mut as_tar(&self.0).as_slice(),
            "test",
            platform.as_ref(),
            &Keep::default(),
        );
        let mut open = |path: &str| -> io::Result<Box<dyn Read>> {
            let bytes = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
            Ok(Box::new(Cursor::new(bytes.clone())))
        };
        let folder = read_layout(&mut open, "test", platform.as_ref(), &Keep::default());
        let text = |image: &Inspected| serde_json::to_string(image).expect("it is plain data");
        match (archive, folder) {
            (Ok(archive), Ok(folder)) => {
                assert_eq!(text(&archive), text(&folder));
                Ok(folder)
            }
            (Err(archive), Err(folder)) => {
                assert!(!archive.to_string().is_empty());
                Err(folder.to_string())
            }
            (archive, folder) => panic!("{:?} and {:?}", archive.is_ok(), folder.is_ok()),
        }
    }
}

fn for_platform(mut descriptor: Value, os: &str, architecture: &str) -> Value {
    descriptor["platform"] = json!({"os": os, "architecture": architecture});
    descriptor
}

#[test]
fn of_an_index_the_platform_that_is_asked_for_is_read() {
    let layer = |name: &str| Tar::default().file(name, "x").end();
    let several = |layout: &mut Layout| {
        let one = layout.image(&[layer("opt/one")], "one");
        let two = layout.image(&[layer("opt/two")], "two");
        let attestation = layout.image(&[Tar::default().end()], "attestation");
        let mut attestation = for_platform(attestation, "unknown", "unknown");
        attestation["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
        vec![
            for_platform(one, "linux", "amd64"),
            for_platform(two, "linux", "s390x"),
            attestation,
        ]
    };
    let user = |image: Result<Inspected, String>| image.map(|image| image.config.user);
    // The index of an index, as the containerd store writes it.
    for depth in [0, 1, 2] {
        for (platform, expected) in [("amd64", Ok("one")), ("s390x", Ok("two")), ("riscv64", Err(()))] {
            let mut layout = Layout::default();
            let mut manifests = several(&mut layout);
            for _ in 0..depth {
                manifests = vec![layout.index(&manifests)];
            }
            match (user(layout.read(&manifests, Some(platform))), expected) {
                (Ok(user), Ok(expected)) => assert_eq!(user, expected, "{platform}, {depth}"),
                (Err(error), Err(())) => {
                    assert!(error.contains("names no image for this platform"), "{error}");
                }
                (found, _) => panic!("{platform}, {depth}: {found:?}"),
            }
        }
    }
    // An index that names itself cannot be made; a long chain ends.
    let mut layout = Layout::default();
    let mut manifests = several(&mut layout);
    for _ in 0..20 {
        manifests = vec![layout.index(&manifests)];
    }
    let error = layout
        .read(&manifests, Some("amd64"))
        .expect_err("it is too deep");
    assert!(error.contains("without an end"), "{error}");
    // Nothing but attestations is no image.
    let mut layout = Layout::default();
    let manifests = several(&mut layout).split_off(2);
    assert!(layout.read(&manifests, None).is_err());
}

#[test]
fn a_layer_that_nobody_can_read_is_named_with_what_it_is() {
    for (media, bytes) in [
        (
            "application/vnd.oci.image.layer.v1.tar+encrypted",
            b"\x01\x02secret".to_vec(),
        ),
        (
            "application/vnd.cncf.helm.chart.content.v1",
            b"BZh91AY&SY".to_vec(),
        ),
        ("application/vnd.in-toto+json", b"{\"predicate\": 1}".to_vec()),
        ("application/vnd.oci.empty.v1+json", b"{}".to_vec()),
    ] {
        let mut layout = Layout::default();
        let layer = layout.put(media, bytes.clone());
        let config = layout.put("x", config(&[bytes], ""));
        let manifest = json!({"config": config, "layers": [layer]}).to_string();
        let manifest = layout.put("x", manifest);
        let error = layout.read(&[manifest], None).expect_err(media);
        assert!(
            error.contains("it is no layer") && error.contains("blobs/sha256/"),
            "{error}"
        );
    }
    // A layer that is fetched from elsewhere is not in the layout.
    let mut layout = Layout::default();
    let config = layout.put("x", config(&[b"x".to_vec()], ""));
    let manifest = json!({"config": config, "layers": [{"digest": format!("sha256:{}", digest(b"x"))}]});
    let manifest = layout.put("x", manifest.to_string());
    assert!(layout.read(&[manifest], None).is_err());
}

/// An archive with this configuration and these layers, the same one as often as it is named.
fn with_config(config: &Value, layer: &[u8], times: usize) -> Vec<u8> {
    let manifest = json!([{"Config": "config.json", "Layers": vec!["0/layer.tar"; times]}]);
    Tar::default()
        .file("0/layer.tar", layer)
        .file("config.json", config.to_string())
        .file("manifest.json", manifest.to_string())
        .end()
}

#[test]
fn a_history_and_a_configuration_of_ten_thousand_parts_are_read_at_once() {
    let layer = (0..2_000).fold(Tar::default(), |tar, number| {
        tar.file(&format!("tmp/f{number}"), "x")
    });
    let layer = layer.end();
    let long = "x".repeat(100_000);
    let mut history: Vec<Value> = (0..10_000)
        .map(|number| json!({"created_by": format!("ENV V{number}=1 W{number}=2"), "empty_layer": true}))
        .collect();
    history.push(json!({"created_by": format!("RUN /bin/sh -c {long} # buildkit")}));
    let env: Vec<String> = (0..10_000).map(|number| format!("V{number}={number}")).collect();
    let map = |prefix: &str| {
        let pairs = (0..5_000).map(|number| (format!("{prefix}{number}"), json!({})));
        pairs.collect::<serde_json::Map<_, _>>()
    };
    let labels: serde_json::Map<String, Value> = (0..5_000)
        .map(|number| (format!("l{number}"), json!("x")))
        .collect();
    let config = json!({
        "architecture": "amd64",
        "config": {"Env": env, "Volumes": map("/v/"), "ExposedPorts": map("8"), "Labels": labels},
        "history": history,
        "rootfs": {"diff_ids": [format!("sha256:{}", digest(&layer))]},
    });
    let begun = Instant::now();
    let image = read(&mut with_config(&config, &layer, 1).as_slice()).expect("it can be read");
    assert_eq!(image.history.len(), 10_001);
    assert!(judge(&image) > 0);
    let observed = observe(&image, None, &Keep::default());
    let findings = judge_image(&observed, &Invocation::default());
    let told: usize = findings
        .iter()
        .map(|finding| match &finding.place {
            seaworthy::finding::Place::Layer { created_by, .. } => created_by.len(),
            seaworthy::finding::Place::Text { .. } => 0,
        })
        .max()
        .unwrap_or_default();
    assert!(told > 1_000 && told < 10_000, "{told}");
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn a_layer_that_is_named_a_thousand_times_is_not_copied_without_end() {
    let layer = (0..1_900).fold(Tar::default(), |tar, number| {
        tar.file(&format!("opt/{number}"), "x")
    });
    let layer = layer.end();
    let config =
        |times: usize| json!({"rootfs": {"diff_ids": vec![format!("sha256:{}", digest(&layer)); times]}});
    let some = read(&mut with_config(&config(20), &layer, 20).as_slice()).expect("it can be read");
    assert_eq!(some.layers.len(), 20);
    let error = failure(&mut with_config(&config(1_000), &layer, 1_000).as_slice());
    assert!(error.contains("entries that would have to be kept"), "{error}");
    let error = failure(&mut with_config(&config(20_000), &layer, 20_000).as_slice());
    assert!(error.contains("has more than 2000 layers"), "{error}");
}

#[test]
fn databases_of_packages_with_endless_names_are_not_gathered() {
    let name = "n".repeat(60_000);
    let status = (0..2_000).fold(String::new(), |text, number| {
        text + &format!("Package: {number}{name}\nStatus: install ok installed\nVersion: {name}\n\n")
    });
    let installed = (0..2_000).fold(String::new(), |text, number| {
        text + &format!("P:{number}{name}\nV:1\n\n")
    });
    let states = (0..2_000).fold(String::new(), |text, number| {
        text + &format!("Package: {number}{name}\nAuto-Installed: 1\n\n")
    });
    let world = (0..2_000).fold(String::new(), |text, number| text + &format!("{number}{name}\n"));
    for (path, text) in [
        ("var/lib/dpkg/status", status),
        ("lib/apk/db/installed", installed),
        ("var/lib/apt/extended_states", states),
        ("etc/apk/world", world),
    ] {
        let layer = Tar::default().file(path, &text).end();
        let error = failure(&mut saved(&[layer]).as_slice());
        assert!(error.contains("bytes of names and texts"), "{path}: {error}");
    }
}

/// Lets an engine be reached at another socket, and cuts the connection in the middle of an image.
#[cfg(feature = "engine")]
mod cut {
    use std::io::{Read, Write};
    use std::net::Shutdown;
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::Path;
    use std::thread::spawn;

    /// Listens at a path; a connection on which an image is asked for ends after so many bytes of it.
    pub fn listen(path: &Path, engine: &str, bytes: usize) {
        let listener = UnixListener::bind(path).expect("the folder is ours");
        let engine = engine.to_owned();
        spawn(move || {
            for client in listener.incoming().flatten() {
                let server = UnixStream::connect(&engine).expect("the engine answers");
                spawn(move || pass(client, server, bytes));
            }
        });
    }

    fn pass(mut client: UnixStream, mut server: UnixStream, bytes: usize) {
        let mut asks = client.try_clone().expect("it is open");
        let mut answers = server.try_clone().expect("it is open");
        let requests = spawn(move || {
            let mut asked_for_image = false;
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = asks.read(&mut buffer) {
                asked_for_image |= String::from_utf8_lossy(&buffer[..length]).contains("/get HTTP");
                if server.write_all(&buffer[..length]).is_err() || asked_for_image {
                    break;
                }
            }
            asked_for_image
        });
        // What comes before an image is asked for is short.
        let mut left = bytes;
        let mut buffer = vec![0; 4096];
        while let Ok(length @ 1..) = answers.read(&mut buffer) {
            let length = length.min(left);
            if client.write_all(&buffer[..length]).is_err() {
                break;
            }
            left -= length;
            if left == 0 {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = answers.shutdown(Shutdown::Both);
        let _ = requests.join();
    }
}

#[cfg(feature = "engine")]
#[test]
fn an_engine_that_stops_in_the_middle_of_an_image_is_told() {
    skip_without_engine!();
    let address = std::env::var("DOCKER_HOST").unwrap_or_default();
    let path = match address.strip_prefix("unix://") {
        Some(path) => path.to_owned(),
        None if address.is_empty() => "/var/run/docker.sock".to_owned(),
        None => {
            println!("skipped: the engine is not reached by a socket");
            return;
        }
    };
    let folder = tempfile::tempdir().expect("there is a folder for it");
    // The first answers take some thousand bytes: the last bound lies well within the image.
    for (name, bytes) in [("early", 60_000), ("late", 1_500_000)] {
        let socket = folder.path().join(name);
        cut::listen(&socket, &path, bytes);
        let begun = Instant::now();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_seaworthy"))
            .env("DOCKER_HOST", format!("unix://{}", socket.display()))
            .current_dir(folder.path())
            .args(["verify", "busybox"])
            .output()
            .expect("it can be started");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}: {told}");
        assert!(told.contains("busybox"), "{name}: {told}");
        assert!(
            ["cut off", "closed", "ended", "stopped", "broke"]
                .iter()
                .any(|word| told.contains(word)),
            "{name}: {told}"
        );
        assert!(output.stdout.is_empty(), "{name}");
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{name}: {:?}",
            begun.elapsed()
        );
    }
}

/// A generator of numbers that gives the same ones for the same seed (xorshift64*, Vigna 2016).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        number as usize % limit.max(1)
    }
}

/// Files whose readers are put to the test, by their places.
fn sample() -> Vec<Vec<u8>> {
    let rpm = include_bytes!("../fixtures/images/rpm/rpmdb.sqlite.zst");
    let rpm = zstd::decode_all(&rpm[..]).expect("it is packed");
    let lower = Tar::default()
        .of("etc/", EntryType::Directory)
        .file(
            "etc/passwd",
            "root:x:0:0::/root:/bin/sh\ncoder:x:1000:1000::/home/coder:/bin/bash\n",
        )
        .file("etc/group", "root:x:0:\ndocker:x:999:coder\n")
        .file("etc/shadow", "coder:!:1::::::\n")
        .file("etc/shells", "/bin/bash\n")
        .file(
            "etc/os-release",
            "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n",
        )
        .file("etc/locale.gen", "en_US.UTF-8 UTF-8\n")
        .file("etc/environment", "PATH=\"/usr/bin\"\n")
        .file(
            "var/lib/dpkg/status",
            "Package: sudo\nStatus: install ok installed\nVersion: 1\nProvides: x (= 1)\n\n",
        )
        .file(
            "var/lib/dpkg/info/sudo.list",
            "/.\n/usr\n/usr/bin\n/usr/bin/sudo\n",
        )
        .file(
            "var/lib/apt/extended_states",
            "Package: sudo\nAuto-Installed: 1\n",
        )
        .file(
            "lib/apk/db/installed",
            "P:busybox\nV:1\np:cmd:sh=1\nF:etc\nR:securetty\n\n",
        )
        .file("etc/apk/world", "busybox\n")
        .file("usr/bin/sudo", "x")
        .link("bin", "usr/bin")
        .link("sbin/init", "../lib/systemd/systemd")
        .link(
            "etc/systemd/system/multi-user.target.wants/docker.service",
            "/lib/systemd/system/docker.service",
        );
    let upper = Tar::default()
        .file("etc/sudoers.d/coder", "coder ALL=(ALL) NOPASSWD:ALL\n")
        .file("etc/docker/daemon.json", "{\"data-root\": \"/x\"}")
        .file("etc/profile.d/x.sh", "export PATH=$PATH:/opt/bin\n")
        .file("home/coder/.bashrc", "x\n")
        .file("tmp/left", "x")
        .file("var/lib/.wh.apt", "")
        .file("opt/.wh..wh..opq", "")
        .file("coder/configure", "#!/bin/sh\n");
    vec![
        lower.end(),
        upper.end(),
        Tar::default().file("var/lib/rpm/rpmdb.sqlite", rpm).end(),
    ]
}

/// Repairs the checksums of headers, so that what was changed in them is looked at.
fn with_checksums(bytes: &mut [u8]) {
    for block in bytes.chunks_exact_mut(512) {
        if &block[257..262] != b"ustar" {
            continue;
        }
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
}

fn change(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(6) {
        let at = numbers.below(bytes.len());
        match numbers.below(6) {
            0 => bytes[at] ^= 1 << numbers.below(8),
            1 => bytes[at] = [0, 0xff, b'/', b'\n', b'7', b':'][numbers.below(6)],
            2 => bytes.truncate(at.max(1)),
            3 => {
                // A block goes elsewhere.
                let (from, to) = (at / 512 * 512, numbers.below(bytes.len()) / 512 * 512);
                let block: Vec<u8> = bytes[from..].iter().take(512).copied().collect();
                let end = (to + block.len()).min(bytes.len());
                bytes[to..end].copy_from_slice(&block[..end - to]);
            }
            4 => {
                let length = numbers.below(700);
                let end = (at + length).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let end = (at + numbers.below(64)).min(bytes.len());
                bytes[at..end].fill([0, 0xff, b'9'][numbers.below(3)]);
            }
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
}

#[test]
fn mutated_archives_neither_panic_nor_hang() {
    let count = std::env::var("SEAWORTHY_MUTATIONS")
        .ok()
        .and_then(|count| count.parse().ok());
    let layers = sample();
    let mut read_at_all = 0;
    let count: u64 = count.unwrap_or(300);
    for seed in 1..=count {
        let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut own = layers.clone();
        // The layers are changed before they are named, so that readers of files see it; or the archive is.
        let is_inside = numbers.below(4) > 0;
        if is_inside {
            // The database of RPM is large: it is changed more rarely.
            let which = [0, 0, 0, 1, 1, 2][numbers.below(6)];
            change(&mut own[which], &mut numbers);
            with_checksums(&mut own[which]);
        }
        let mut whole = match numbers.below(4) {
            0 => saved(&own),
            1 => as_tar(&layout(&own, gzip)),
            2 => as_tar(&layout(&own, zstd)),
            _ => as_tar(&layout(&own, <[u8]>::to_vec)),
        };
        if !is_inside {
            change(&mut whole, &mut numbers);
            if numbers.below(2) == 0 {
                with_checksums(&mut whole);
            }
        }
        let begun = Instant::now();
        match read(&mut whole.as_slice()) {
            Ok(image) => {
                read_at_all += 1;
                judge(&image);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "seed {seed}: {:?}",
            begun.elapsed()
        );
    }
    // Were all refused, nothing would have been put to the test.
    assert!(read_at_all > count / 20, "{read_at_all} of {count} were read");
}
