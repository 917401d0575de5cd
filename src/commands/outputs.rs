//! Writes a report in every format that is asked for.
//!
//! A file that cannot be written takes nothing else along: all others are written, and the terminal has
//! its share.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::look;
use crate::cli::{Format, Global, Output};
use crate::disk;
use crate::report::{
    Report, checkstyle, codeclimate, concise, github, gitlab, gnu, json, junit, markdown, sarif, sonarqube,
    text,
};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Outputs<'a> {
    /// The format on standard output.
    pub format: Format,
    /// Files, each with its format.
    pub files: &'a [(Format, PathBuf)],
}

impl<'a> From<&'a Output> for Outputs<'a> {
    fn from(output: &'a Output) -> Self {
        Self {
            format: output.format,
            files: &output.output,
        }
    }
}

impl Outputs<'_> {
    /// All formats that are asked for.
    pub fn formats(&self) -> impl Iterator<Item = Format> {
        self.files.iter().map(|(format, _)| *format).chain([self.format])
    }

    /// Whether any of them shows the text around findings.
    pub fn show_excerpts(&self) -> bool {
        self.formats().any(|format| format == Format::Text)
    }
}

/// Refuses formats that only `--compat hadolint` writes, outputs that would overwrite one another, and
/// those that would overwrite a file that is checked.
pub fn check<'p>(outputs: Outputs, judged: impl Iterator<Item = &'p Path> + Clone) -> Result<()> {
    if let Some(format) = outputs.formats().find(|format| format.is_hadolints()) {
        bail!(
            "the format {} is hadolint's: it goes with --compat hadolint",
            format.name()
        );
    }
    apart(outputs.files, judged)
}

/// Refuses files that would overwrite one another, or a file that is checked.
pub fn apart<'p>(files: &[(Format, PathBuf)], judged: impl Iterator<Item = &'p Path> + Clone) -> Result<()> {
    let mut taken = BTreeSet::new();
    for (_, path) in files {
        if !disk::may_be_replaced(path) {
            continue;
        }
        let place = disk::resolved(path);
        if judged.clone().any(|path| disk::resolved(path) == place) {
            bail!("cannot write {}: it is a file that is checked", disk::shown(path));
        }
        if !taken.insert(place) {
            bail!("two outputs go to {}", disk::shown(path));
        }
    }
    Ok(())
}

/// Writes all outputs; `failed` takes what could not be written into files, in words.
///
/// # Errors
/// Standard output's.
pub fn write(
    report: &Report,
    global: &Global,
    outputs: Outputs,
    failed: &mut Vec<String>,
    out: &mut dyn Write,
) -> Result<()> {
    let count = match global.quiet {
        true => text::Count::LeftOut,
        false => text::Count::Shown,
    };
    for (format, path) in outputs.files {
        let mut written = Vec::new();
        in_format(report, *format, text::Look::Plain, count, &mut written)?;
        into_file(path, &written, failed);
    }
    if outputs.formats().any(|format| format == Format::Github) {
        summary(report, failed);
    }
    in_format(report, outputs.format, look(global), count, out)?;
    out.flush()?;
    Ok(())
}

/// Writes a file, or says why it could not be.
pub fn into_file(path: &Path, text: &[u8], failed: &mut Vec<String>) {
    if let Err(error) = disk::write(path, text) {
        failed.push(error.to_string());
    }
}

/// The table goes to where GitHub's runner shows it, behind what the step has put there.
fn summary(report: &Report, failed: &mut Vec<String>) {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return;
    };
    let path = PathBuf::from(path);
    let there = usize::try_from(disk::length(&path)).unwrap_or(usize::MAX);
    let table = markdown::table(report, markdown::SUMMARY_LIMIT.saturating_sub(there));
    if let Err(error) = disk::append(&path, table.as_bytes()) {
        failed.push(error.to_string());
    }
}

fn in_format(
    report: &Report,
    format: Format,
    look: text::Look,
    count: text::Count,
    out: &mut dyn Write,
) -> Result<()> {
    match format {
        Format::Text => text::write(report, look, count, out)?,
        Format::Concise => concise::write(report, out)?,
        Format::Json => json::write(report, out)?,
        Format::Sarif => sarif::write(report, out)?,
        Format::Github => github::write(report, out)?,
        Format::Gitlab => gitlab::write(report, out)?,
        Format::Junit => junit::write(report, out)?,
        Format::Checkstyle => checkstyle::write(report, out)?,
        Format::Codeclimate => codeclimate::write(report, out)?,
        Format::Sonarqube => sonarqube::write(report, out)?,
        Format::Gnu => gnu::write(report, out)?,
        Format::Markdown => markdown::write(report, out)?,
        Format::Tty | Format::GitlabCodeclimate | Format::Codacy => {
            bail!(
                "the format {} is hadolint's: it goes with --compat hadolint",
                format.name()
            )
        }
    }
    Ok(())
}
