//! How fast files are read, and how much memory their trees take: megabytes a second of `parse` on one
//! core, bytes of memory a byte of text.
//!
//! `cargo bench --bench reading` reads the whole general corpus, where the folder that SEAWORTHY_SHARED
//! names has it, and texts of its own making that are unlike any file. Give folders or files as arguments
//! to read those alone.

use std::fs;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use seaworthy::syntax::{Tree, parse};

#[path = "../tests/shared/mod.rs"]
mod shared;

/// The shortest time over which a set is read again and again, in seconds.
const SHORTEST: f64 = 2.0;

fn main() {
    let paths: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let mut sets: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
    for path in &paths {
        let mut files = Vec::new();
        gather(Path::new(path), &mut files);
        sets.push((path.clone(), files));
    }
    if sets.is_empty() {
        let corpus = shared::corpus("general");
        sets.extend(corpus.map(|files| ("general corpus".to_owned(), files.into_values().collect())));
        sets.extend(made());
    }
    let mut out = std::io::stdout().lock();
    for (name, files) in &sets {
        let bytes: usize = files.iter().map(Vec::len).sum();
        // Memory first: what was freed before would be used again unseen.
        let before = resident();
        let trees: Vec<Tree> = files.iter().map(|file| parse(file)).collect();
        let memory = resident().saturating_sub(before);
        drop(black_box(trees));
        // The core's time is counted in ticks, too coarse for one pass.
        let mut passes = 0.0;
        let begin = Instant::now();
        let start = spent(begin);
        while begin.elapsed().as_secs_f64() < SHORTEST {
            for file in files {
                black_box(parse(black_box(file)));
            }
            passes += 1.0;
        }
        let speed = bytes as f64 * passes / (spent(begin) - start) / 1e6;
        let _ = writeln!(
            out,
            "{name}: {} files, {bytes} bytes, {speed:.0} MB/s, {:.1} bytes of memory a byte",
            files.len(),
            memory as f64 / bytes as f64
        );
    }
}

/// Seconds for which this process had a core, as Linux counts them, so that others on the machine do not
/// count; elsewhere those since `begin`.
fn spent(begin: Instant) -> f64 {
    let schedule = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = schedule
        .split(' ')
        .next()
        .and_then(|first| first.parse::<f64>().ok());
    nanoseconds.map_or_else(|| begin.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// Memory of this process in bytes, as Linux counts it; 0 elsewhere.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<usize>().ok());
    kilobytes.unwrap_or_default() * 1024
}

fn gather(path: &Path, files: &mut Vec<Vec<u8>>) {
    if path.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        let mut entries: Vec<_> = entries.map(|entry| entry.path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| gather(entry, files));
    } else if let Ok(bytes) = fs::read(path) {
        files.push(bytes);
    }
}

/// Files of the kinds that slow a reader down.
fn made() -> Vec<(String, Vec<Vec<u8>>)> {
    let usual = "FROM debian:bookworm AS base\n# Tools.\nRUN apt-get update \\\n    && apt-get install -y curl git \\\n    && rm -rf /var/lib/apt/lists/*\nENV A=1 B=\"two words\"\nCOPY --chown=1000:1000 a b /srv/\nCMD [\"sh\", \"-c\", \"true\"]\n";
    let kinds = [
        ("usual", usual.repeat(5_000)),
        (
            "continuations",
            format!("FROM a\nRUN a{}\n", " \\\n b".repeat(200_000)),
        ),
        (
            "here-documents",
            format!("FROM a\n{}", "RUN <<EOF\necho a\nEOF\n".repeat(50_000)),
        ),
        (
            "unterminated",
            format!(
                "FROM a\n{}",
                (0..20_000).map(|n| format!("RUN <<E{n}\n")).collect::<String>()
            ),
        ),
        ("words", format!("FROM a\nENV{}\n", " a=b".repeat(200_000))),
        (
            "comments",
            format!("{}FROM a\n", "# a comment of some length\n".repeat(50_000)),
        ),
        ("dense", format!("FROM a\n{}", "x\n".repeat(1_000_000))),
        ("brackets", format!("FROM a\nRUN {}\n", "[".repeat(60_000))),
    ];
    kinds
        .into_iter()
        .map(|(name, text)| (name.to_owned(), vec![text.into_bytes()]))
        .collect()
}
