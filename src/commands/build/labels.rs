//! The labels that an image gets without being asked: where it comes from, and what it is for.
//!
//! By the image specification (annotations.md, <https://github.com/opencontainers/image-spec>), and our
//! own under `seaworthy.`. What the author or the command line says stays as it is said.
//!
//! `created` is set by SOURCE_DATE_EPOCH only. The time of the build stands in the image's config anyway;
//! as a label it would give every build of the same source another image, and the classic builder, whose
//! labels are a step, could never reuse the last one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::contract::{Contract, Runtime};
use crate::program;
use crate::stages::{Stages, Start};
use crate::syntax::reference::ImageRef;
use crate::syntax::{Keyword, Tree};

const REVISION: &str = "org.opencontainers.image.revision";
const SOURCE: &str = "org.opencontainers.image.source";
const CREATED: &str = "org.opencontainers.image.created";
const BASE_NAME: &str = "org.opencontainers.image.base.name";
const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";

/// How long git may take; without an answer there is no label.
const PATIENCE: Duration = Duration::from_secs(5);

/// The variable that says when something was made, in seconds since 1970.
pub const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// What labels are made of.
pub struct Origin<'a> {
    /// The context.
    pub folder: &'a Path,
    /// The value of [`EPOCH`].
    pub epoch: Option<&'a str>,
    /// The base of the image, if it is one, with its digest if that is known.
    pub base: Option<(&'a ImageRef, Option<String>)>,
    /// What is agreed with the platform.
    pub contract: &'a Contract,
    /// The template that the folder was made of.
    pub template: Option<&'a str>,
}

/// The labels.
pub fn labels(origin: &Origin<'_>) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            labels.insert(name.to_owned(), value);
        }
    };
    put(REVISION, revision(origin.folder));
    put(
        SOURCE,
        git(origin.folder, &["config", "--get", "remote.origin.url"]).and_then(|url| web_address(&url)),
    );
    put(CREATED, origin.epoch.and_then(rfc_3339));
    if let Some((base, digest)) = &origin.base {
        put(BASE_NAME, Some(full_name(base)));
        put(BASE_DIGEST, digest.clone());
    }
    put("seaworthy.version", Some(crate::VERSION.to_owned()));
    put("seaworthy.contract", Some(contract(origin.contract)));
    put("seaworthy.template", origin.template.map(str::to_owned));
    let (product, version) = match &origin.contract.runtime {
        Some(Runtime::Sysbox(version)) => ("sysbox", Some(version)),
        Some(Runtime::Coder(version)) => ("coder", Some(version)),
        Some(Runtime::Envbox(version)) => ("envbox", Some(version)),
        None => ("sysbox", None),
    };
    put(&format!("seaworthy.platform.{product}"), version.cloned());
    labels
}

/// What is agreed, as JSON with sorted keys and without what is left open.
fn contract(contract: &Contract) -> String {
    let mut said: BTreeMap<&str, serde_json::Value> = BTreeMap::new();
    said.insert("profile", contract.profile.name().into());
    let mut put = |key, value: Option<serde_json::Value>| {
        if let Some(value) = value {
            said.insert(key, value);
        }
    };
    put("user", contract.user.clone().map(Into::into));
    put("uid", contract.uid.map(Into::into));
    put("home", contract.home.clone().map(Into::into));
    put("volumes", contract.volumes.clone().map(Into::into));
    put("docker", contract.docker.map(Into::into));
    put("cluster", contract.cluster.map(|cluster| cluster.name().into()));
    serde_json::to_string(&said).unwrap_or_default()
}

/// The names of labels that the file itself gives the image; those with variables in their names are
/// not known.
pub fn written(tree: &Tree, stages: &Stages) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut next = stages.target;
    while let Some(stage) = next.and_then(|index| stages.all.get(index)) {
        for instruction in &tree.instructions[stage.instructions.clone()] {
            if instruction.keyword == Keyword::Label {
                let keys = instruction.pairs().iter().map(|pair| pair.key.text.as_str());
                names.extend(keys.map(|key| key.trim_matches(['"', '\'']).to_owned()));
            }
        }
        next = match stage.start {
            Start::Stage(base) => Some(base),
            Start::Scratch | Start::Image(_) => None,
        };
    }
    names
}

/// The image on which the target stands, through all stages; none if it is scratch or not known.
pub fn base(stages: &Stages) -> Option<(String, ImageRef)> {
    let mut stage = stages.all.get(stages.target?)?;
    loop {
        match &stage.start {
            // A stage starts from an earlier one only, so this ends.
            Start::Stage(base) => stage = stages.all.get(*base)?,
            Start::Scratch => return None,
            Start::Image(name) if name.holes.is_empty() => {
                return Some((name.text.clone(), ImageRef::parse(&name.text).ok()?));
            }
            Start::Image(_) => return None,
        }
    }
}

/// A reference with all that Docker fills in; its digest has a label of its own.
fn full_name(reference: &ImageRef) -> String {
    match reference.effective_tag() {
        Some(tag) => format!("{}:{tag}", reference.repository()),
        None => reference.repository(),
    }
}

/// The commit, with `-dirty` where files that git follows differ from it, as buildx tells it.
fn revision(folder: &Path) -> Option<String> {
    let commit = git(folder, &["rev-parse", "--verify", "HEAD"])?;
    let is_hash = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let changed = git(
        folder,
        &["status", "--porcelain", "--untracked-files=no", "--", "."],
    )?;
    match (is_hash, changed.is_empty()) {
        (false, _) => None,
        (true, true) => Some(commit),
        (true, false) => Some(format!("{commit}-dirty")),
    }
}

/// What git says; none if it fails or is not there.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    // A repository's own config must not start programs here, and nothing is written into it.
    command
        .arg("-C")
        .arg(folder)
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0");
    let ran = program::run(&mut command, b"", PATIENCE).ok()?;
    let text = String::from_utf8(ran.output).ok()?;
    ran.status.success().then(|| text.trim().to_owned())
}

/// Where a repository is looked at, out of where it is fetched from, without names and passwords; none for
/// a folder.
fn web_address(remote: &str) -> Option<String> {
    let (host, path) = match remote.split_once("://") {
        Some(("https" | "http" | "ssh" | "git", rest)) => {
            let (authority, path) = rest.split_once('/')?;
            let host = authority.rsplit('@').next()?;
            // The port of ssh is not the web's.
            let is_web = remote.starts_with("http");
            (if is_web { host } else { host.split(':').next()? }, path)
        }
        Some(_) => return None,
        None => {
            let (authority, path) = remote.split_once(':')?;
            // `C:\x` and `./a:b` are folders.
            if authority.len() < 2 || authority.contains('/') {
                return None;
            }
            (authority.rsplit('@').next()?, path.trim_start_matches('/'))
        }
    };
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let sound = |text: &str| {
        !text.is_empty() && !text.contains(|sign: char| sign.is_control() || sign.is_whitespace())
    };
    (sound(host) && sound(path)).then(|| format!("https://{host}/{path}"))
}

/// Seconds since 1970 as RFC 3339 has them, in UTC.
///
/// The day by Howard Hinnant's `civil_from_days`, <https://howardhinnant.github.io/date_algorithms.html>.
fn rfc_3339(seconds: &str) -> Option<String> {
    /// Year 9999, the last that the format has.
    const LAST: u64 = 253_402_300_799;
    let seconds: u64 = seconds.trim().parse().ok()?;
    if seconds > LAST {
        return None;
    }
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest % 3_600 / 60, rest % 60);
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::Invocation;
    use crate::syntax::parse;

    #[test]
    fn times_are_those_that_date_gives() {
        // As `date -u -d @… +%FT%TZ` says.
        for (seconds, time) in [
            ("0", "1970-01-01T00:00:00Z"),
            ("951782399", "2000-02-28T23:59:59Z"),
            ("951782400", "2000-02-29T00:00:00Z"),
            ("1709164800", "2024-02-29T00:00:00Z"),
            ("1795530624", "2026-11-24T14:30:24Z"),
            ("253402300799", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc_3339(seconds).as_deref(), Some(time));
        }
        assert_eq!(
            [rfc_3339("-1"), rfc_3339("x"), rfc_3339("99999999999999")],
            [None, None, None]
        );
    }

    #[test]
    fn remotes_become_addresses_without_secrets() {
        let address = |remote| web_address(remote).unwrap_or_default();
        let here = "https://github.com/a/b";
        assert_eq!(address("git@github.com:a/b.git"), here);
        assert_eq!(address("https://user:token@github.com/a/b.git"), here);
        assert_eq!(address("ssh://git@github.com:22/a/b.git/"), here);
        assert_eq!(
            address("https://git.example.com:8443/a"),
            "https://git.example.com:8443/a"
        );
        for folder in ["/srv/a.git", "../a", "file:///srv/a", "C:/a", ""] {
            assert_eq!(web_address(folder), None, "{folder}");
        }
    }

    fn stages(text: &str) -> (Tree, Stages) {
        let tree = parse(text.as_bytes());
        let stages = Stages::of(&tree, &Invocation::default());
        (tree, stages)
    }

    #[test]
    fn the_base_is_found_through_stages_and_arguments() {
        let (_, chain) = stages("ARG V=12\nFROM debian:$V AS a\nFROM a AS b\nFROM b\n");
        let (_, reference) = base(&chain).expect("it is known");
        assert_eq!(full_name(&reference), "docker.io/library/debian:12");
        let (_, unknown) = stages("ARG V\nFROM debian:$V\n");
        assert!(base(&unknown).is_none());
        let (_, nothing) = stages("FROM scratch\n");
        assert!(base(&nothing).is_none());
    }

    #[test]
    fn what_the_author_says_is_known() {
        let (tree, stages) =
            stages("FROM a AS one\nLABEL x=1 \"y z\"=2\nFROM one\nLABEL w=3\nFROM b\nLABEL v=4\n");
        assert_eq!(written(&tree, &stages), BTreeSet::from(["v".to_owned()]));
        let one = Stages::of(
            &tree,
            &Invocation {
                target: Some("1".to_owned()),
                ..Invocation::default()
            },
        );
        assert_eq!(written(&tree, &one).len(), 3);
    }

    #[test]
    fn the_contract_says_what_was_said() {
        let contract = Contract {
            uid: Some(1000),
            user: Some("coder".to_owned()),
            runtime: Some(Runtime::Coder("1.44".to_owned())),
            ..Contract::default()
        };
        let folder = tempfile::tempdir().expect("a folder can be made");
        let labels = labels(&Origin {
            folder: folder.path(),
            epoch: Some("0"),
            base: None,
            contract: &contract,
            template: None,
        });
        assert_eq!(
            labels["seaworthy.contract"],
            r#"{"profile":"cvm","uid":1000,"user":"coder"}"#
        );
        assert_eq!(labels["seaworthy.platform.coder"], "1.44");
        assert_eq!(labels[CREATED], "1970-01-01T00:00:00Z");
        assert!(!labels.contains_key(REVISION) && !labels.contains_key("seaworthy.template"));
    }
}
