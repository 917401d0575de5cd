//! `lint`: finds Dockerfiles, judges each, decides, reports.

mod files;
mod judge;
mod resolve;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use anyhow::{Result, bail};
use rayon::prelude::*;

use super::{Exit, look, say};
use crate::cli::{Format, Global, Lint, Rules};
use crate::config::FailOn;
use crate::disk::{self, Broken, Configs};
use crate::policy::Selection;
use crate::report::{Problem, Report, concise, json, text};
use crate::rules;
use files::{Files, Origin};
use judge::{Judge, Judged};
pub use resolve::{Resolver, told};

/// Checks Dockerfiles.
pub fn lint(global: &Global, arguments: &Lint, out: &mut dyn Write) -> Result<Exit> {
    let selection = selection(&arguments.rules)?;
    let configs = match &global.config {
        Some(file) if !disk::is_there(file) => {
            bail!("cannot read {}: no such file or folder", disk::shown(file))
        }
        Some(file) => Configs::named(file),
        None => Configs::default(),
    };
    let threads = rayon::ThreadPoolBuilder::new().num_threads(arguments.files.jobs);
    let files = files::find(arguments, &configs);
    if !global.quiet {
        notes(&files);
    }
    if arguments.files.show_files {
        return show(&files, out);
    }
    let judge = Judge::new(arguments, &configs, &selection)?;
    let judged: Vec<Judged> = match files.judged.as_slice() {
        // Threads would take longer to start than one file takes to judge.
        [one] => vec![judge.judge(one)],
        several => threads
            .build()?
            .install(|| several.par_iter().map(|file| judge.judge(file)).collect()),
    };
    let outcome = gather(files, judged, &configs, arguments.output.fail_on);
    write(&outcome.report, global, arguments, out)?;
    for problem in &outcome.report.errors {
        say(&format!("error: {}: {}", problem.path, problem.message));
    }
    if outcome.no_files {
        say("error: there is no Dockerfile under the folders given");
    }
    if global.verbose > 0 {
        configs_used(&configs);
    }
    if arguments.output.statistics {
        statistics(&outcome.report);
    }
    Ok(outcome.exit(arguments.output.exit_zero))
}

/// The rules that the command line names, all of which must be known.
fn selection(rules: &Rules) -> Result<Selection> {
    for name in rules.select.iter().flatten().chain(&rules.ignore) {
        if rules::find(name).is_empty() {
            match rules::nearest_name(name) {
                Some(near) => bail!("there is no rule `{name}`; the nearest name is `{near}`"),
                None => bail!("there is no rule `{name}`; `seaworthy rules` lists them all"),
            }
        }
    }
    Ok(Selection {
        select: rules.select.clone(),
        ignore: rules.ignore.clone(),
    })
}

fn notes(files: &Files) {
    for template in &files.templates {
        say(&format!(
            "note: {template} is a template and is skipped; name it to check it all the same"
        ));
    }
}

/// Says which configs held.
fn configs_used(configs: &Configs) {
    for name in configs.names() {
        say(&format!("note: the config {name} was used"));
    }
}

/// Prints the files that would be judged.
fn show(files: &Files, out: &mut dyn Write) -> Result<Exit> {
    for file in &files.judged {
        writeln!(
            out,
            "{}",
            crate::report::printable::printable_at_start(&file.name)
        )?;
    }
    for problem in &files.problems {
        say(&format!("error: {}: {}", problem.path, problem.message));
    }
    Ok(if !files.problems.is_empty() {
        Exit::Failed
    } else if files.none_found {
        say("error: there is no Dockerfile under the folders given");
        Exit::NoFiles
    } else {
        Exit::Clean
    })
}

/// A report and how the run ends.
struct Outcome {
    report: Report,
    found: bool,
    failed: bool,
    no_files: bool,
}

impl Outcome {
    fn exit(&self, exit_zero: bool) -> Exit {
        if self.failed {
            Exit::Failed
        } else if self.no_files {
            Exit::NoFiles
        } else if self.found && !exit_zero {
            Exit::Found
        } else {
            Exit::Clean
        }
    }
}

/// Puts together what was judged, what could not be, and what is wrong with configs.
fn gather(files: Files, judged: Vec<Judged>, configs: &Configs, fail_on: Option<FailOn>) -> Outcome {
    let mut report = Report {
        errors: files.problems,
        ..Report::default()
    };
    let mut found = false;
    for one in judged {
        match one {
            Judged::Read(file) => {
                let threshold = fail_on.unwrap_or(file.fail_on);
                found |= file.findings.iter().any(|entry| threshold.fails(entry.severity));
                report.files += 1;
                report.findings.extend(file.findings);
                report.suppressed.extend(file.suppressed);
            }
            Judged::Unread(problem) => report.errors.push(problem),
        }
    }
    let mut broken: Vec<Arc<Broken>> = configs.broken();
    broken.extend(configs.broken_named().cloned());
    for config in &broken {
        report.findings.extend(resolve::in_config(config));
    }
    let failed = !report.errors.is_empty() || !broken.is_empty();
    Outcome {
        report: report.in_order(),
        found,
        failed,
        no_files: files.none_found,
    }
}

/// Writes the report in every format that is asked for.
fn write(report: &Report, global: &Global, arguments: &Lint, out: &mut dyn Write) -> Result<()> {
    let count = match global.quiet {
        true => text::Count::LeftOut,
        false => text::Count::Shown,
    };
    for (format, path) in &arguments.output.output {
        let mut written = Vec::new();
        in_format(report, *format, text::Look::Plain, count, &mut written)?;
        disk::write(path, &written)?;
    }
    in_format(report, arguments.output.format, look(global), count, out)?;
    out.flush()?;
    Ok(())
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
    }
    Ok(())
}

/// Counts findings by rule, the most frequent first.
fn statistics(report: &Report) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &report.findings {
        *counts.entry(entry.rule).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by(|(one, many), (other, others)| others.cmp(many).then(one.cmp(other)));
    for (rule, count) in counts {
        say(&format!("{count:>6}  {rule}"));
    }
}

/// Whether any format that is asked for shows the text around findings.
fn shows_excerpts(arguments: &Lint) -> bool {
    let files = arguments.output.output.iter().map(|(format, _)| *format);
    files
        .chain([arguments.output.format])
        .any(|format| format == Format::Text)
}

/// The name by which standard input is reported.
fn input_name(arguments: &Lint) -> String {
    match &arguments.files.stdin_filename {
        Some(path) => disk::shown(path),
        None => "-".to_owned(),
    }
}

fn unread(origin: &Origin, name: &str, error: &disk::DiskError) -> Problem {
    // A name that somebody typed is told with what is wrong with it; so is one met on a walk.
    let message = match origin {
        Origin::Input => error.to_string(),
        Origin::Path(_) => error.reason(),
    };
    Problem {
        path: name.to_owned(),
        message,
    }
}
