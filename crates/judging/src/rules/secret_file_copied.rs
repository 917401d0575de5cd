//! A file that holds secrets is copied into the image.
//!
//! Everybody who can pull the image can read the file, and removing it in a later step leaves it in the
//! layer before. `.git` brings the whole history with what was ever in it. Only what ends up in the image
//! that is built is told; a stage that nothing is kept of may read such files. Of `COPY . .` this is told
//! where the build context is named on the command line and no ignore file keeps the file out.
//!
//! Name it in `.dockerignore`, and mount what the build needs: `RUN --mount=type=secret,id=NAME`, or
//! `--mount=type=bind` for what is only read.

use super::text::told;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Severity};
use crate::stages::Start;
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule::form(
    "secret-file-copied",
    Severity::Warning,
    check,
    include_str!("secret_file_copied.rs"),
);

/// Files and folders that are looked for where a whole context is copied.
const IN_CONTEXT: [&str; 12] = [
    ".git",
    ".env",
    ".env.local",
    ".env.production",
    "id_rsa",
    "id_ed25519",
    ".ssh",
    ".aws",
    ".netrc",
    ".git-credentials",
    "terraform.tfstate",
    "credentials.json",
];

/// Says each such file.
pub fn check(text: &Text, report: &mut Report) {
    let kept = kept(text);
    for step in &text.walk().steps {
        let instruction = step.instruction;
        let copies = matches!(instruction.keyword, Keyword::Copy | Keyword::Add);
        if !copies || !kept.contains(&step.stage) || instruction.flag("from").is_some() {
            continue;
        }
        let excluded: Vec<&str> = instruction
            .flags_named("exclude")
            .filter_map(|flag| flag.value())
            .collect();
        for source in &step.values {
            let place = || Place::here(step.span(source.range.clone()));
            let path = source
                .text
                .trim_end_matches('/')
                .trim_start_matches("./")
                .trim_start_matches('/');
            if matches!(path, "" | ".") {
                let is_let_in = |name: &&&str| {
                    let kept_out = text.context.ignored(name) || excluded.contains(*name);
                    text.invocation.context_given && !kept_out && text.context.has(name).is_known()
                };
                let names: Vec<&&str> = IN_CONTEXT.iter().filter(is_let_in).collect();
                if let Some(first) = names.first() {
                    let more = match names.len() {
                        1 => String::new(),
                        count => format!(" and {} more like it", count - 1),
                    };
                    let message = format!("the context has `{first}`{more}, which comes along");
                    let said = told(text, report, step, place(), Certainty::Certain, message);
                    said.help(format!("write `{first}` into .dockerignore"));
                }
                continue;
            }
            let name = path.rsplit('/').next().unwrap_or(path);
            if let Some(what) = holds(name).filter(|_| !path.contains("://")) {
                let message = format!("`{}` is {what}, and stays in the image", source.text);
                let said = told(text, report, step, place(), Certainty::Certain, message);
                said.help("mount it where it is needed, with `RUN --mount=type=secret,id=NAME`");
            }
        }
    }
}

/// The stages of which the image that is built consists.
fn kept(text: &Text) -> Vec<usize> {
    let mut kept = Vec::new();
    let mut stage = text.stages.target;
    while let Some(index) = stage.filter(|index| !kept.contains(index)) {
        kept.push(index);
        stage = match text.stages.all[index].start {
            Start::Stage(parent) => Some(parent),
            Start::Scratch | Start::Image(_) => None,
        };
    }
    kept
}

/// What a file of this name is, where that is a secret.
fn holds(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let is_sample = ["example", "sample", "template", "dist", "defaults", "test"]
        .iter()
        .any(|part| lower.contains(part));
    if is_sample {
        return None;
    }
    match lower.as_str() {
        ".git" => Some("the history of the repository"),
        ".env" => Some("a file of settings and passwords"),
        "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" => Some("a private key"),
        ".ssh" | ".gnupg" => Some("a folder of keys"),
        ".aws" | ".netrc" | "_netrc" | ".git-credentials" | ".pypirc" => Some("a file of credentials"),
        ".dockercfg" | ".htpasswd" | ".pgpass" => Some("a file of credentials"),
        "terraform.tfstate" => Some("a state of Terraform, with all its secrets"),
        _ if lower.starts_with(".env.") => Some("a file of settings and passwords"),
        _ if lower.ends_with(".p12") || lower.ends_with(".pfx") => Some("a key with its certificate"),
        // Only part of what ends in `.pem` or `.key` is private: `ca.pem`, `repo.key` are for everybody.
        _ if lower.ends_with(".pem")
            && (lower.contains("priv") || lower.contains("-key") || lower == "key.pem") =>
        {
            Some("a private key")
        }
        _ if lower.ends_with(".key")
            && ["server", "private", "tls", "ssl", "client"]
                .iter()
                .any(|part| lower.contains(part)) =>
        {
            Some("a private key")
        }
        _ => None,
    }
}
