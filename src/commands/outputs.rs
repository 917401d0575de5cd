//! Writes a report in every format that is asked for.
//!
//! A file that cannot be written takes nothing else along: all others are written, and the terminal has
//! its share.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::files::{File, Origin};
use crate::cli::{Format, Global, Lint};
use crate::commands::look;
use crate::disk;
use crate::report::{
    Report, checkstyle, codeclimate, concise, github, gitlab, gnu, json, junit, markdown, sarif, sonarqube,
    text,
};

/// Refuses outputs that would overwrite one another, or a file that is checked.
pub fn check(arguments: &Lint, judged: &[File]) -> Result<()> {
    let mut taken = BTreeSet::new();
    for (_, path) in &arguments.output.output {
        if !disk::may_be_replaced(path) {
            continue;
        }
        let place = disk::resolved(path);
        let is_judged = judged.iter().any(|file| match &file.origin {
            Origin::Path(path) => disk::resolved(path) == place,
            Origin::Input => false,
        });
        if is_judged {
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
    arguments: &Lint,
    failed: &mut Vec<String>,
    out: &mut dyn Write,
) -> Result<()> {
    let count = match global.quiet {
        true => text::Count::LeftOut,
        false => text::Count::Shown,
    };
    for (format, path) in &arguments.output.output {
        let mut written = Vec::new();
        in_format(report, *format, text::Look::Plain, count, &mut written)?;
        into_file(path, &written, failed);
    }
    if formats(arguments).any(|format| format == Format::Github) {
        summary(report, failed);
    }
    in_format(report, arguments.output.format, look(global), count, out)?;
    out.flush()?;
    Ok(())
}

/// Writes a file, or says why it could not be.
pub fn into_file(path: &Path, text: &[u8], failed: &mut Vec<String>) {
    if let Err(error) = disk::write(path, text) {
        failed.push(error.to_string());
    }
}

/// All formats that are asked for.
pub fn formats(arguments: &Lint) -> impl Iterator<Item = Format> {
    let files = arguments.output.output.iter().map(|(format, _)| *format);
    files.chain([arguments.output.format])
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

/// Writes a report in one format.
pub fn in_format(
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
