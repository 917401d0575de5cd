//! `lint`: finds Dockerfiles, judges each, decides, reports.

mod compat;
mod defined;
mod files;
mod judge;
mod known;
mod resolve;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;

use super::{Exit, say};
use crate::cli::{Compat, Format, Global, Lint, Rules};
use crate::commands::intended;
use crate::commands::outputs::{self, Outputs};
use crate::config::FailOn;
use crate::disk::{self, Broken, Configs};
use crate::invocation::{Edition, Later};
use crate::policy::Selection;
use crate::report::{Problem, Report};
use crate::rules::{self, editions};
use files::{Files, Origin};
pub use judge::KnownFrom;
use judge::{Judge, Judged};
use known::Baselines;
pub use resolve::{Resolver, masked, told};

/// Checks Dockerfiles.
pub fn lint(global: &Global, arguments: &Lint, out: &mut dyn Write) -> Result<Exit> {
    if let Some(Compat::Hadolint) = arguments.compat {
        return compat::lint(global, arguments, out);
    }
    let selection = selection(&arguments.rules)?;
    let configs = intended::configs(global)?;
    let threads = rayon::ThreadPoolBuilder::new().num_threads(arguments.files.jobs);
    let files = files::find(arguments, &configs);
    if !global.quiet {
        notes(&files);
    }
    if arguments.rules.preview && !global.quiet {
        preview();
    }
    if arguments.files.show_files {
        return show(&files, out);
    }
    if arguments.files.show_settings {
        return settings(&files, &configs, arguments, out);
    }
    outputs::check(Outputs::from(&arguments.output), files.paths())?;
    let mut baselines = Baselines::new(arguments)?;
    let judge = Judge::new(arguments, &configs, &selection, &files.builds)?;
    let judged: Vec<Judged> = match files.judged.as_slice() {
        // Threads would take longer to start than one file takes to judge.
        [one] => vec![judge.judge(one)],
        several => threads
            .build()?
            .install(|| several.par_iter().map(|file| judge.judge(file)).collect()),
    };
    let fail_on = threshold(arguments);
    let mut outcome = gather(files, judged, &configs, &mut baselines, fail_on);
    let mut failed = Vec::new();
    let notes = |words: &str| {
        if !global.quiet {
            say(words);
        }
    };
    baselines.finish(&selection, notes, &mut failed);
    let written = outputs::write(
        &outcome.report,
        global,
        Outputs::from(&arguments.output),
        &mut failed,
        out,
    );
    for problem in &outcome.report.errors {
        say(&format!("error: {}: {}", problem.path, problem.message));
    }
    for words in &failed {
        say(&format!("error: {words}"));
    }
    written.context("cannot write to standard output")?;
    outcome.failed |= !failed.is_empty();
    if outcome.no_files {
        say("error: there is no Dockerfile under the folders given");
    }
    if global.verbose > 0 {
        configs_used(&configs);
    }
    if arguments.ending.statistics {
        statistics(&outcome.report);
    }
    let exit = outcome.exit(arguments.ending.exit_zero);
    // The program ends, which gives all memory back at once; ten thousands of findings one by one take
    // as long as a hundredth of the run.
    std::mem::forget(outcome);
    Ok(exit)
}

/// From which severity on the run fails, where the command line says so. A step that makes SARIF goes on
/// to upload it, so findings fail that one only where they are asked to.
fn threshold(arguments: &Lint) -> Option<FailOn> {
    let is_sarif = arguments.output.format == Format::Sarif;
    arguments.output.fail_on.or(is_sarif.then_some(FailOn::Never))
}

/// What is found before something is done with the files.
#[cfg(feature = "engine")]
pub struct Gate {
    /// All that is found.
    pub report: Report,
    /// How a run of `lint` would end.
    pub exit: Exit,
}

/// Judges what `lint` would judge, for a verb that goes on only if nothing is in the way.
#[cfg(feature = "engine")]
pub fn gate(global: &Global, arguments: &Lint) -> Result<Gate> {
    let selection = selection(&arguments.rules)?;
    let configs = intended::configs(global)?;
    let files = files::find(arguments, &configs);
    let mut baselines = Baselines::new(arguments)?;
    let judge = Judge::new(arguments, &configs, &selection, &files.builds)?;
    let judged = files.judged.iter().map(|file| judge.judge(file)).collect();
    let outcome = gather(files, judged, &configs, &mut baselines, arguments.output.fail_on);
    let exit = outcome.exit(false);
    Ok(Gate {
        report: outcome.report,
        exit,
    })
}

/// The rules that the command line names, all of which must be known.
pub fn selection(rules: &Rules) -> Result<Selection> {
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
        later: match rules.preview {
            true => Later::Shown,
            false => Later::Hidden,
        },
    })
}

fn notes(files: &Files) {
    for template in &files.templates {
        say(&format!(
            "note: {template} is a template and is skipped; name it to check it all the same"
        ));
    }
    for (name, reason) in &files.illegible {
        say(&format!(
            "note: {name} is not read, so that how it builds Dockerfiles is not known: {reason}"
        ));
    }
}

/// Says what a preview adds.
fn preview() {
    let names: Vec<&str> = editions::previewed(&Edition::default())
        .map(|rule| rule.name)
        .collect();
    match names.is_empty() {
        true => say("note: the next edition has no rule yet that this one lacks"),
        false => say(&format!("note: the next edition adds {}", names.join(", "))),
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

/// Prints what holds for the files that would be judged.
fn settings(files: &Files, configs: &Configs, arguments: &Lint, out: &mut dyn Write) -> Result<Exit> {
    let stands_for = arguments.files.stdin_filename.as_deref();
    let judged = files.judged.iter().map(|file| match &file.origin {
        Origin::Path(path) => (file.name.as_str(), path.as_path()),
        Origin::Input => (file.name.as_str(), stands_for.unwrap_or(Path::new("Dockerfile"))),
    });
    let format = arguments.output.format;
    let shown = super::settings::show(judged, configs, arguments.rules.profile, format, out)?;
    for problem in &files.problems {
        say(&format!("error: {}: {}", problem.path, problem.message));
    }
    Ok(match files.problems.is_empty() {
        _ if files.none_found => {
            say("error: there is no Dockerfile under the folders given");
            Exit::NoFiles
        }
        true => shown,
        false => Exit::Failed,
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
fn gather(
    files: Files,
    judged: Vec<Judged>,
    configs: &Configs,
    baselines: &mut Baselines,
    fail_on: Option<FailOn>,
) -> Outcome {
    let mut report = Report {
        errors: files.problems,
        ..Report::default()
    };
    let mut found = false;
    for (file, one) in files.judged.into_iter().zip(judged) {
        match one {
            Judged::Read(verdict) => {
                let threshold = fail_on.unwrap_or(verdict.fail_on);
                let (new, known) = baselines.part(&file.name, verdict.baseline, verdict.findings);
                found |= new.iter().any(|entry| threshold.fails(entry.severity));
                report.files += 1;
                report.names.push(file.name);
                report.findings.extend(new);
                report.suppressed.extend(known);
                report.suppressed.extend(verdict.suppressed);
            }
            Judged::Unread(problem) => report.errors.push(problem),
        }
    }
    let mut broken: Vec<Arc<Broken>> = configs.broken();
    broken.extend(configs.broken_named().cloned());
    for config in &broken {
        report.findings.extend(resolve::in_config(config));
    }
    report.errors.extend(baselines.problems());
    let failed = !report.errors.is_empty() || !broken.is_empty();
    Outcome {
        report: report.in_order(),
        found,
        failed,
        no_files: files.none_found,
    }
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
