//! Built images: archives of every form and hostile ones, made here; and, where an engine answers, images
//! that are built here and held against their Dockerfiles.

#![allow(clippy::print_stdout, reason = "a test tells what it skipped")]

mod archives;
mod engine;

use std::io::{self, Read};
use std::path::Path;
use std::process::Command;

use archives::{Tar, as_tar, config, digest, gzip, layout, saved, zstd};
use engine::skip_without_engine;
use proptest::prelude::*;
use seaworthy::facts::{Answer, Facts};
use seaworthy::image::{ImageError, Inspected, Keep, observe, read_archive, read_layout};
use seaworthy::invocation::Invocation;
use seaworthy::rules::judge_image;
use tar::{Builder, EntryType, Header};

fn read(mut archive: &[u8]) -> Result<Inspected, ImageError> {
    read_archive(&mut archive, "test.tar", None, &Keep::default())
}

fn failure(archive: &[u8]) -> String {
    match read(archive) {
        Ok(_) => panic!("it was read"),
        Err(error) => error.to_string(),
    }
}

fn facts(layers: &[Vec<u8>]) -> Facts {
    observe(
        &read(&saved(layers)).expect("it can be read"),
        None,
        &Keep::default(),
    )
}

fn layers() -> Vec<Vec<u8>> {
    let long = format!("opt/{}/x", "long-name-".repeat(40));
    let mut with_long = Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(3);
    header.set_mode(0o644);
    header.set_cksum();
    with_long
        .append_data(&mut header, &long, &b"abc"[..])
        .expect("it is written into memory");
    vec![
        Tar::default()
            .of("etc/", EntryType::Directory)
            .file("etc/passwd", "root:x:0:0::/root:/bin/sh\n")
            .file("usr/bin/sh", "#!")
            .link("bin", "usr/bin")
            .file("tmp/kept", "x")
            .file("tmp/removed", "x")
            .end(),
        Tar::default().file("tmp/.wh.removed", "").end(),
        with_long.into_inner().expect("it is written into memory"),
        // Docker writes a layer without entries so.
        Tar::default().end(),
    ]
}

/// Everything that was read, but for the name.
fn told(image: Inspected) -> String {
    let image = Inspected {
        name: String::new(),
        ..image
    };
    serde_json::to_string(&image).expect("it is plain data")
}

#[test]
fn every_form_of_an_archive_gives_the_same_image() {
    let layers = layers();
    let expected = told(read(&saved(&layers)).expect("docker save"));
    for (name, press) in [
        ("plain", <[u8]>::to_vec as fn(&[u8]) -> Vec<u8>),
        ("gzip", gzip),
        ("zstd", zstd),
    ] {
        let files = layout(&layers, press);
        assert_eq!(
            told(read(&as_tar(&files)).expect(name)),
            expected,
            "an OCI archive, {name}"
        );
        let mut open = |path: &str| -> io::Result<Box<dyn Read>> {
            let bytes = files.get(path).ok_or(io::ErrorKind::NotFound)?;
            Ok(Box::new(io::Cursor::new(bytes.clone())))
        };
        let folder = read_layout(&mut open, "folder", None, &Keep::default()).expect(name);
        assert_eq!(told(folder), expected, "an OCI folder, {name}");
    }
    assert_eq!(
        told(read(&gzip(&saved(&layers))).expect("gzip around all")),
        expected
    );
    // podman: layers by their digests, and links to them.
    let text = config(&layers, "");
    let mut tar = Tar::default();
    for layer in &layers {
        tar = tar.file(&format!("{}.tar", digest(layer)), layer);
    }
    for (index, layer) in layers.iter().enumerate() {
        tar = tar.link(
            &format!("{index}/layer.tar"),
            &format!("../{}.tar", digest(layer)),
        );
    }
    let paths: Vec<String> = (0..layers.len())
        .map(|index| format!("{index}/layer.tar"))
        .collect();
    let manifest = serde_json::json!([{"Config": "config.json", "Layers": paths}]);
    let podman = tar
        .file("config.json", text)
        .file("manifest.json", manifest.to_string())
        .end();
    assert_eq!(told(read(&podman).expect("podman")), expected);
}

#[test]
fn what_is_kept_can_be_recorded_and_read_again() {
    let image = read(&saved(&layers())).expect("it can be read");
    let text = serde_json::to_string(&image).expect("it is plain data");
    let again: Inspected = serde_json::from_str(&text).expect("it is what was written");
    assert_eq!(told(again), told(image));
}

#[test]
fn a_deletion_in_a_later_layer_counts_and_absence_is_certain() {
    let facts = facts(&layers());
    let observed = facts.observed.as_ref().expect("it is an image");
    assert!(observed.has("/tmp/kept"));
    assert!(!observed.has("/tmp/removed"));
    assert_eq!(observed.resolve("/bin/sh").as_deref(), Some("/usr/bin/sh"));
    assert_eq!(facts.command("sh", facts.next_step()), Answer::Known(()));
    assert_eq!(facts.command("curl", facts.next_step()), Answer::Absent);
    let found: Vec<String> = judge_image(&facts, &Invocation::default())
        .into_iter()
        .filter(|finding| finding.rule == "tmp-content")
        .map(|finding| finding.message)
        .collect();
    assert!(
        found.iter().all(|message| message.contains("/tmp/kept")),
        "{found:?}"
    );
    assert_eq!(found.len(), 1);
}

#[test]
fn modes_that_hold_at_the_end_are_told_once_and_not_of_what_packages_own() {
    let (file, folder) = (EntryType::Regular, EntryType::Directory);
    let list = "/.\n/usr/bin/tool\n";
    let status = "Package: tool\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n";
    let first = Tar::default()
        .file("var/lib/dpkg/status", status)
        .file("var/lib/dpkg/info/tool.list", list)
        .with_mode("usr/bin/tool", file, 0o4755)
        .with_mode("usr/bin/own", file, 0o4755)
        .with_mode("usr/bin/group", file, 0o2755)
        .with_mode("opt/shared", folder, 0o2775)
        .with_mode("opt/open", folder, 0o777)
        .with_mode("opt/open/below", file, 0o666)
        .with_mode("opt/drop", folder, 0o1777)
        .with_mode("opt/closed-later", file, 0o666)
        .with_mode("opt/removed-later", file, 0o666)
        .with_mode("root/.ssh/id_rsa", file, 0o644)
        .with_mode("root/.ssh/id_ed25519", file, 0o600)
        .link("opt/link", "open")
        .end();
    let second = Tar::default()
        .with_mode("opt/closed-later", file, 0o644)
        .file("opt/.wh.removed-later", "")
        .with_mode("etc/open.conf", file, 0o666)
        .end();
    let mut found: Vec<String> = judge_image(&facts(&[first, second]), &Invocation::default())
        .into_iter()
        .filter(|finding| ["world-writable", "setuid-set", "private-key-readable"].contains(&finding.rule))
        .map(|finding| finding.message)
        .collect();
    found.sort();
    let told = [
        "with `2755` whoever starts /usr/bin/group runs it as its group",
        "with `4755` whoever starts /usr/bin/own runs it as its owner",
        "with `644` everybody may read the key /root/.ssh/id_rsa",
        "with `666` everybody may write /etc/open.conf",
        "with `777` everybody may write /opt/open",
    ];
    assert_eq!(found, told);
}

#[test]
fn an_archive_that_is_cut_off_is_told_wherever_it_ends() {
    let whole = saved(&layers());
    for end in (0..whole.len() - 1600).step_by(509) {
        let error = failure(&whole[..end]);
        assert!(!error.is_empty());
    }
    let error = failure(&whole[..1800]);
    assert!(error.contains("cut off"), "{error}");
    let pressed = gzip(&whole);
    let error = failure(&pressed[..pressed.len() / 2]);
    assert!(error.contains("cut off") || error.contains("corrupt"), "{error}");
}

#[test]
fn a_layer_that_lies_about_its_digest_is_refused() {
    let layers = layers();
    let mut files = layout(&layers, gzip);
    let other = gzip(&Tar::default().file("x", "y").end());
    let layer = format!("blobs/sha256/{}", digest(&gzip(&layers[0])));
    files.insert(layer.clone(), other);
    let error = failure(&as_tar(&files));
    assert!(
        error.contains(&layer) && error.contains("is not what its digest says"),
        "{error}"
    );
    // docker save names layers by the configuration alone.
    let honest = saved(&layers);
    let text = config(&layers, "");
    let lying = text.replace(&digest(&layers[0]), &digest(b"other"));
    let tar = Tar::default()
        .file("0/layer.tar", &layers[0])
        .file("config.json", &lying)
        .file(
            "manifest.json",
            serde_json::json!([{"Config": "config.json", "Layers": ["0/layer.tar"]}]).to_string(),
        )
        .end();
    assert!(read(&honest).is_ok());
    assert!(failure(&tar).contains("names 4 layers, and its manifest 1"));
    let one = config(&layers[..1], "").replace(&digest(&layers[0]), &digest(b"other"));
    let tar = Tar::default()
        .file("0/layer.tar", &layers[0])
        .file("config.json", &one)
        .file(
            "manifest.json",
            serde_json::json!([{"Config": "config.json", "Layers": ["0/layer.tar"]}]).to_string(),
        )
        .end();
    let error = failure(&tar);
    assert!(
        error.contains("layer 0") && error.contains("is not what its digest says"),
        "{error}"
    );
}

#[test]
fn a_config_that_is_no_json_is_named() {
    let layer = Tar::default().end();
    for (text, expected) in [
        ("not json", "it is no JSON"),
        ("{\"rootfs\": ", "it is no JSON"),
        ("[]", "names 0 layers"),
    ] {
        let manifest = serde_json::json!([{"Config": "config.json", "Layers": ["0/layer.tar"]}]);
        let tar = Tar::default()
            .file("0/layer.tar", &layer)
            .file("config.json", text)
            .file("manifest.json", manifest.to_string())
            .end();
        let error = failure(&tar);
        assert!(error.contains(expected), "{error}");
    }
    assert!(failure(b"").contains("it is empty"));
    assert!(failure(b"hello").contains("no tar archive"));
    assert!(failure(&Tar::default().file("x", "y").end()).contains("neither manifest.json nor index.json"));
}

#[test]
fn names_that_leave_the_image_are_refused_and_others_are_cleaned() {
    let climbing = Tar::default().file("../../etc/passwd", "x").end();
    let error = failure(&saved(&[climbing]));
    assert!(error.contains("leads out of the image"), "{error}");
    let inside = Tar::default().file("/a/../b/./c", "x").end();
    let facts = facts(&[inside, Tar::default().end()]);
    let observed = facts.observed.as_ref().expect("it is an image");
    assert!(observed.has("/b/c") && !observed.has("/a"));
}

#[test]
fn links_in_circles_and_devices_do_no_harm() {
    let layer = Tar::default()
        .link("a", "b")
        .link("b", "/a")
        .link("up", "../../../../up/up")
        .of("dev/sda", EntryType::Block)
        .of("tmp/pipe", EntryType::Fifo)
        .file("etc/passwd", "root:x:0:0::/a/x:/a\ncoder:x:1000:1000::/a:/a\n")
        .link("sbin/init", "/a")
        .end();
    let facts = facts(&[layer, Tar::default().end()]);
    assert_eq!(facts.exists("/a/x"), Answer::Absent);
    assert_eq!(facts.exists("/up"), Answer::Absent);
    let findings = judge_image(&facts, &Invocation::default());
    assert!(!findings.is_empty());
}

#[test]
fn a_huge_sparse_file_takes_no_memory_and_no_time() {
    let mut header = Tar::header("opt/huge", EntryType::GNUSparse, 512);
    let gnu = header.as_gnu_mut().expect("it is GNU's");
    gnu.realsize.copy_from_slice(b"77777777777\0");
    let sparse = Tar::default()
        .put(header, &[0; 512])
        .file("etc/hostname", "x")
        .end();
    let image = read(&saved(&[sparse])).expect("it can be read");
    assert_eq!(image.layers[0].entries[0].size, 0o77_777_777_777);
    assert!(
        image.layers[0]
            .entries
            .iter()
            .any(|entry| entry.path == "/etc/hostname")
    );
    // A file that says it has more than is there.
    let mut lying = Tar::default().0;
    let mut header = Tar::header("etc/passwd", EntryType::Regular, 0o77_777_777_777);
    header.set_cksum();
    lying.extend_from_slice(header.as_bytes());
    assert!(failure(&saved(&[lying])).contains("cut off"));
}

#[test]
fn a_name_of_megabytes_is_refused() {
    let long = Tar::header("././@LongLink", EntryType::GNULongName, 3 << 20);
    let layer = Tar::default().put(long, &vec![b'a'; 3 << 20]).end();
    assert!(failure(&saved(&[layer])).contains("bytes"));
}

#[test]
fn a_folder_with_a_hundred_thousand_entries_is_summed_up() {
    let layer = (0..100_000).fold(Tar::default(), |tar, number| {
        tar.file(&format!("tmp/f{number}"), "")
    });
    let image = read(&saved(&[layer.end(), Tar::default().end()])).expect("it can be read");
    assert_eq!(image.layers[0].count, 100_000);
    assert!(image.layers[0].entries.len() < 5_000);
    let facts = observe(&image, None, &Keep::default());
    let observed = facts.observed.as_ref().expect("it is an image");
    assert!(observed.has("/tmp/f99999") && !observed.has("/tmp/f100000"));
}

#[test]
fn two_images_in_one_archive_are_told() {
    let manifest = serde_json::json!([
        {"Config": "a.json", "RepoTags": ["a:1"], "Layers": []},
        {"Config": "b.json", "RepoTags": ["b:1"], "Layers": []},
    ]);
    let error = failure(&Tar::default().file("manifest.json", manifest.to_string()).end());
    assert!(error.contains("a:1, b:1"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(at in 0_usize..20_000, byte in any::<u8>(), length in 0_usize..60) {
        let mut whole = saved(&layers());
        let at = at % whole.len();
        let end = (at + length).min(whole.len());
        whole[at..end].fill(byte);
        if let Ok(image) = read(&whole) {
            judge_image(&observe(&image, None, &Keep::default()), &Invocation::default());
        }
    }
}

#[test]
fn an_image_of_buildkit_has_no_line_for_a_trigger() {
    use seaworthy::image::matching;
    use seaworthy::source::Source;
    use seaworthy::stages::Stages;
    let text = "FROM busybox\nRUN one\nONBUILD RUN two\nONBUILD COPY a b\nRUN three\nONBUILD USER x\n";
    let source = Source::new("Dockerfile", text.into()).expect("it is short");
    let tree = seaworthy::syntax::parse(source.text());
    let stages = Stages::of(&tree, &Invocation::default());
    let lines = |lines: &[&str]| {
        let history: Vec<_> = lines
            .iter()
            .map(|line| serde_json::json!({"created_by": line, "empty_layer": !line.contains("RUN")}))
            .collect();
        let layers = lines.iter().filter(|line| line.contains("RUN"));
        let layers: Vec<_> = layers.map(|_| serde_json::json!({})).collect();
        let image: Inspected =
            serde_json::from_value(serde_json::json!({"history": history, "layers": layers}))
                .expect("it is an image");
        matching(&image, &tree, &stages).map(|matched| matched.instructions)
    };
    let base = "CMD [\"sh\"]";
    let (one, three) = ("RUN /bin/sh -c one # buildkit", "RUN /bin/sh -c three # buildkit");
    assert_eq!(lines(&[base, one, three]), Ok(vec![None, Some(1), Some(4)]));
    let trigger = "/bin/sh -c #(nop)  ONBUILD COPY a b";
    let classic = lines(&[base, one, "/bin/sh -c #(nop)  ONBUILD X", trigger, three, trigger]);
    assert_eq!(
        classic,
        Ok(vec![None, Some(1), Some(2), Some(3), Some(4), Some(5)])
    );
    assert!(lines(&[base, three]).is_err());
}

/// The builders that the command line can ask for: BuildKit needs a plugin of its own.
fn builders() -> Vec<&'static str> {
    let has_buildx = Command::new("docker")
        .args(["buildx", "version"])
        .output()
        .is_ok_and(|output| output.status.success());
    if has_buildx { vec!["0", "1"] } else { vec!["0"] }
}

/// An image that is removed at the end.
struct Built {
    tag: String,
    folder: tempfile::TempDir,
}

impl Built {
    fn of(name: &str, text: &str, kit: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is a folder for it");
        let file = folder.path().join("Dockerfile");
        std::fs::write(&file, text).expect("it can be written");
        std::fs::write(folder.path().join("motd"), "hello\n").expect("it can be written");
        let tag = format!("seaworthy-images-{name}-{kit}");
        let output = Command::new("docker")
            .env("DOCKER_BUILDKIT", kit)
            .args(["build", "-q", "-t", &tag])
            .arg(folder.path())
            .output()
            .expect("docker can be started");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self { tag, folder }
    }

    /// What is found, as `line: severity[rule] message`.
    fn findings(&self, arguments: &[&str]) -> Vec<serde_json::Value> {
        let output = Command::new(env!("CARGO_BIN_EXE_seaworthy"))
            .current_dir(self.folder.path())
            .args(["verify", &self.tag, "--format", "json"])
            .args(arguments)
            .output()
            .expect("it can be started");
        let text = String::from_utf8_lossy(&output.stdout);
        let report: serde_json::Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{error}\n{text}\n{}", String::from_utf8_lossy(&output.stderr)));
        report["findings"].as_array().cloned().unwrap_or_default()
    }

    fn dockerfile(&self) -> std::path::PathBuf {
        self.folder.path().join("Dockerfile")
    }
}

impl Drop for Built {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rmi", "-f", &self.tag]).output();
    }
}

fn rules(findings: &[serde_json::Value]) -> Vec<&str> {
    findings
        .iter()
        .filter_map(|finding| finding["rule"].as_str())
        .collect()
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path of ours")
}

#[test]
fn small_images_of_both_builders_are_as_foreseen() {
    skip_without_engine!();
    let text = "FROM busybox\n\
                LABEL a=b\n\
                ENV GREETING=\"hello world\" B=c\n\
                WORKDIR /srv/app\n\
                COPY motd /etc/motd\n\
                COPY motd ./data/\n\
                RUN mkdir -p /opt/x && echo one > /opt/x/file && touch /opt/y && rm /opt/y\n\
                RUN printf 'coder:x:1000:1000::/home/coder:/bin/sh\\n' >> /etc/passwd && mkdir -p /home/coder\n\
                RUN ln -s /opt/x /opt/link && cp /opt/x/file /opt/copy && mv /opt/copy /opt/moved\n\
                VOLUME /data\n\
                EXPOSE 8080\n\
                STOPSIGNAL SIGTERM\n\
                USER coder\n\
                ENTRYPOINT [\"/bin/sh\"]\n\
                CMD [\"-c\", \"true\"]\n";
    for kit in builders() {
        let built = Built::of("small", text, kit);
        let findings = built.findings(&["--dockerfile", path(&built.dockerfile())]);
        let differences: Vec<&serde_json::Value> = findings
            .iter()
            .filter(|finding| {
                matches!(
                    finding["rule"].as_str(),
                    Some("foreseen-missing" | "observed-unforeseen")
                )
            })
            .collect();
        assert!(differences.is_empty(), "builder {kit}: {differences:#?}");
    }
}

#[test]
fn faults_of_an_image_are_found_with_layers_and_lines() {
    skip_without_engine!();
    let text = "FROM busybox\n\
                RUN printf 'coder:x:1000:1000::/home/coder:/bin/sh\\n' >> /etc/passwd\n\
                RUN mkdir -p /tmp /home/coder/.nvm && echo x > /tmp/left && echo y > /home/coder/.nvm/z\n\
                ENV SYSBOX_FOO=1 LANG=de_DE.UTF-8\n\
                VOLUME /home/coder /run\n\
                ENTRYPOINT [\"/bin/sh\", \"-c\", \"exec /lib/systemd/systemd\"]\n\
                USER 1000\n";
    let expected = [
        "tmp-content",
        "home-shadowed",
        "sysbox-env",
        "locale-not-generated",
        "volume-on-home",
        "run-dir-volume",
        "init-not-detected",
        "user-numeric",
    ];
    for kit in builders() {
        let built = Built::of("faults", text, kit);
        let findings = built.findings(&[]);
        let found = rules(&findings);
        for rule in expected {
            assert!(found.contains(&rule), "builder {kit}: {rule} is not in {found:?}");
        }
        assert!(findings.iter().all(|finding| finding["path"].is_null()));
        let left = findings
            .iter()
            .find(|finding| finding["rule"] == "tmp-content")
            .expect("it was found");
        assert_eq!(left["layer"]["index"], 2);
        assert!(
            left["layer"]["created_by"]
                .as_str()
                .is_some_and(|line| line.contains("/tmp/left"))
        );

        let findings = built.findings(&["--dockerfile", path(&built.dockerfile())]);
        let line = |rule: &str| {
            let finding = findings.iter().find(|finding| finding["rule"] == rule);
            finding.map_or(0, |finding| finding["start"]["line"].as_u64().unwrap_or_default())
        };
        let lines = expected.map(line);
        assert_eq!(lines, [3, 3, 4, 4, 5, 5, 6, 7], "builder {kit}");
    }
}

#[test]
fn comments_of_the_dockerfile_count_for_its_image() {
    skip_without_engine!();
    let text = "FROM busybox\n\
                # seaworthy: allow(tmp-content) because the test wants it\n\
                RUN mkdir -p /tmp && echo x > /tmp/left\n";
    let built = Built::of("allowed", text, "0");
    assert!(rules(&built.findings(&[])).contains(&"tmp-content"));
    let with_dockerfile = built.findings(&["--dockerfile", path(&built.dockerfile())]);
    assert!(!rules(&with_dockerfile).contains(&"tmp-content"));
}

#[test]
fn an_image_that_is_not_there_cannot_be_verified() {
    skip_without_engine!();
    let output = Command::new(env!("CARGO_BIN_EXE_seaworthy"))
        .args(["verify", "seaworthy-images-nowhere"])
        .output()
        .expect("it can be started");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("has no image seaworthy-images-nowhere"));
}
