//! The table of base images: what is asked most, and how much of real FROM lines it covers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seaworthy::context::Answer;
use seaworthy::platform::bases::{Base, Family, Init, Libc, Manager, base_facts};
use seaworthy::syntax::reference::ImageRef;

fn base(reference: &str) -> Arc<Base> {
    let parsed = ImageRef::parse(reference).unwrap();
    base_facts(&parsed, None).unwrap_or_else(|| panic!("{reference} is not in the table"))
}

/// References of the FROM lines of a file that name an image, with defaults of ARG put in.
fn images_of(text: &str) -> Vec<String> {
    let mut stages: Vec<String> = Vec::new();
    let mut defaults: BTreeMap<String, String> = BTreeMap::new();
    let mut images = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match words.next().map(str::to_ascii_uppercase).as_deref() {
            Some("ARG") if stages.is_empty() => {
                for word in words {
                    if let Some((name, value)) = word.split_once('=') {
                        defaults.insert(name.to_owned(), value.trim_matches(['"', '\'']).to_owned());
                    }
                }
            }
            Some("FROM") => {
                let words: Vec<&str> = words.filter(|word| !word.starts_with("--")).collect();
                let Some(&first) = words.first() else { continue };
                let mut image = first.to_owned();
                for (name, value) in &defaults {
                    image = image
                        .replace(&format!("${{{name}}}"), value)
                        .replace(&format!("${name}"), value);
                }
                if image != "scratch" && !stages.contains(&image.to_lowercase()) {
                    images.push(image);
                }
                stages.push(words.get(2).map_or(String::new(), |name| name.to_lowercase()));
            }
            _ => {}
        }
    }
    images
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_below(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Names without a registry that are no image of Docker Hub's own: builds of the files' authors.
const LOCAL: &[&str] = &[
    "ubuntu-base",
    "coder-base",
    "baseimage",
    "runc_test",
    "alpine_base",
    "my-registry",
    "dev",
];

/// How many of the FROM lines below a folder name a public image, and how many of these are covered:
/// package manager, final user, accounts from uid 1000 on and libc are known.
fn coverage(folder: &Path) -> (usize, usize, Vec<(usize, String)>) {
    let mut files = Vec::new();
    files_below(folder, &mut files);
    let (mut all, mut covered) = (0, 0);
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    for file in files {
        let Ok(bytes) = std::fs::read(file) else { continue };
        for image in images_of(&String::from_utf8_lossy(&bytes)) {
            let Ok(reference) = ImageRef::parse(&image) else {
                continue;
            };
            if LOCAL.contains(&reference.familiar().as_str()) {
                continue;
            }
            all += 1;
            let known = base_facts(&reference, None).is_some_and(|base| {
                base.managers != Answer::Unknown
                    && base.user.is_some()
                    && base.accounts_complete_from == Some(1000)
                    && base.libc.is_some()
            });
            if known {
                covered += 1;
            } else {
                *missing.entry(image).or_default() += 1;
            }
        }
    }
    let mut missing: Vec<(usize, String)> =
        missing.into_iter().map(|(image, count)| (count, image)).collect();
    missing.sort_by(|left, right| right.cmp(left));
    (all, covered, missing)
}

#[test]
fn real_files_start_from_known_bases() {
    let shared =
        std::env::var_os("SEAWORTHY_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let corpus = std::env::var_os("SEAWORTHY_CORPUS").map_or_else(|| shared.join("corpus"), PathBuf::from);
    let (all, covered, missing) = [corpus.join("workspaces"), corpus.join("enterprise")]
        .iter()
        .map(|folder| coverage(folder))
        .reduce(|left, right| (left.0 + right.0, left.1 + right.1, [left.2, right.2].concat()))
        .unwrap();
    let general = coverage(&corpus.join("general"));
    if all == 0 || general.0 == 0 {
        eprintln!("skipped: no unpacked corpus in {}", corpus.display());
        return;
    }
    eprintln!("workspaces and enterprise: {covered} of {all} covered; missing {missing:?}");
    eprintln!(
        "general: {} of {} covered; missing {:?}",
        general.1,
        general.0,
        &general.2[..general.2.len().min(40)]
    );
    assert!(covered * 10 >= all * 9, "{covered} of {all}");
    assert!(general.1 * 10 >= general.0 * 7, "{} of {}", general.1, general.0);
}
