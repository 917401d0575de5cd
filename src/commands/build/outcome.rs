//! What came of a build: files for machines, words for people.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;

use super::{Plan, place};
use crate::cli::BuildImage;
use crate::commands::say;
use crate::diagnose::{self, Builder, Explanation, Failure};
use crate::disk;
use crate::engine::Description;
use crate::progress::Steps;
use crate::report::json;
use crate::report::printable::printable;
use crate::syntax::reference::ImageRef;

/// An image that was built.
pub struct Outcome<'a> {
    /// Its id.
    pub id: &'a str,
    /// The digest at its registry, if it was pushed.
    pub digest: Option<&'a str>,
    /// Its names.
    pub names: &'a [String],
    /// Who built it.
    pub builder: Builder,
    /// Where.
    pub engine: &'a Description,
}

/// What `--metadata-file` holds: buildx's keys, and ours under one key.
#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(rename = "containerimage.config.digest")]
    id: &'a str,
    #[serde(rename = "containerimage.digest", skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    #[serde(rename = "image.name", skip_serializing_if = "String::is_empty")]
    names: String,
    seaworthy: Ours<'a>,
}

#[derive(Serialize)]
struct Ours<'a> {
    version: &'static str,
    builder: Builder,
    engine: &'a str,
}

impl Outcome<'_> {
    /// Writes the files that are asked for.
    pub fn write(&self, arguments: &BuildImage) -> Result<()> {
        if let Some(file) = &arguments.iidfile {
            disk::write(file, self.id.as_bytes())?;
        }
        if let Some(file) = &arguments.metadata_file {
            let metadata = Metadata {
                id: self.id,
                digest: self.digest,
                names: self.names.join(","),
                seaworthy: Ours {
                    version: crate::VERSION,
                    builder: self.builder,
                    engine: &self.engine.version,
                },
            };
            let mut text = Vec::new();
            json::write_value(&metadata, &mut text)?;
            disk::write(file, &text)?;
        }
        Ok(())
    }

    /// Says what there is.
    pub fn tell(&self, names: &[ImageRef]) {
        let shown: Vec<String> = names
            .iter()
            .map(|name| format!("{}:{}", name.familiar(), name.effective_tag().unwrap_or("latest")))
            .collect();
        match shown.is_empty() {
            true => say(&format!("built {}", self.id)),
            false => say(&format!("built {} as {}", self.id, shown.join(", "))),
        }
        if let Some(digest) = self.digest {
            say(&format!("pushed {digest}"));
        }
    }
}

impl Plan<'_> {
    /// What failed, with its place in the file.
    pub fn failure(&self, steps: &Steps, builder: Builder, message: &str) -> Failure {
        let failed = steps.failed();
        let index =
            failed.and_then(|step| place::instruction_of(&step.name, builder, &self.tree, &self.stages));
        let instruction = index.and_then(|index| self.tree.instructions.get(index));
        Failure {
            instruction: match instruction {
                Some(instruction) => instruction.text.text().to_owned(),
                None => failed.map(|step| step.name.clone()).unwrap_or_default(),
            },
            keyword: instruction
                .map(|one| one.raw_keyword.to_uppercase())
                .unwrap_or_default(),
            line: instruction
                .map(|one| one.start_line)
                .or_else(|| told_line(message)),
            log: failed
                .map(|step| step.tail.iter().cloned().collect())
                .unwrap_or_default(),
            message: message.to_owned(),
            builder,
        }
    }
}

/// The line that a builder names for a file that it cannot read: `dockerfile parse error line 2: …` by the
/// engines of 20.10, `dockerfile parse error on line 2: …` by later ones.
fn told_line(message: &str) -> Option<u32> {
    let (_, rest) = message.split_once("parse error ")?;
    let rest = rest.strip_prefix("on ").unwrap_or(rest).strip_prefix("line ")?;
    let end = rest
        .find(|sign: char| !sign.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// One line of JSON for a failure.
#[derive(Serialize)]
struct Told<'a> {
    event: &'static str,
    path: &'a str,
    line: Option<u32>,
    instruction: String,
    message: String,
    log: Vec<String>,
    builder: Builder,
    explanation: Option<Explanation>,
}

/// Tells a failure to people, with what is known of its kind.
pub fn tell_failure(failure: &Failure, path: &str) {
    let told = diagnose::text(failure, diagnose::explain(failure).as_ref(), path);
    let mut lines = told.lines();
    if let Some(first) = lines.next() {
        say(&format!("error: {first}"));
    }
    lines.for_each(say);
}

/// Tells a failure to programs, as one line of JSON.
pub fn write_failure(failure: &Failure, path: &str, out: &mut dyn Write) -> Result<()> {
    let text = |text: &str| printable(text).into_owned();
    let told = Told {
        event: "failure",
        path,
        line: failure.line,
        instruction: text(&failure.instruction),
        message: text(&failure.message),
        log: failure.log.iter().map(|line| text(line)).collect(),
        builder: failure.builder,
        explanation: diagnose::explain(failure),
    };
    serde_json::to_writer(&mut *out, &told)?;
    writeln!(out)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_file_that_cannot_be_read_is_taken_from_the_words() {
        let lines = [
            "dockerfile parse error line 2: unknown instruction: RUNN",
            "failed to solve with frontend dockerfile.v0: dockerfile parse error on line 12: x",
            "exit code: 7",
        ]
        .map(told_line);
        assert_eq!(lines, [Some(2), Some(12), None]);
    }
}
