//! `lint --compat hadolint`: checks in hadolint's place, under its ids, levels, config, formats and exit
//! codes.
//!
//! Ours are not read: what holds is hadolint's config in the working folder or the user's, and its
//! variables. A file that cannot be read fails the run and loses no other.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use rayon::prelude::*;

use super::files::{self, Files};
use super::judge::{Judge, Judged, Legible, Verdict};
use crate::cli::{Format, Global, Lint, Rules};
use crate::commands::outputs;
use crate::commands::{Exit, look, say};
use crate::config::hadolint::{Hadolint, LabelKind, NAMES, Threshold};
use crate::config::{Config, FailOn, Layer, schema};
use crate::disk::{self, Configs};
use crate::finding::Severity;
use crate::report::hadolint::{self, File, Usual};
use crate::report::text::Look;
use crate::rules::RULES;
use crate::source::Source;

/// Checks Dockerfiles as hadolint does.
pub fn lint(global: &Global, arguments: &Lint, out: &mut dyn Write) -> Result<Exit> {
    // An id that nobody knows is no error there.
    let ignored = Some(arguments.rules.ignore.clone()).filter(|ids| !ids.is_empty());
    let known = Rules {
        ignore: Vec::new(),
        select: arguments.rules.select.clone(),
        ..arguments.rules
    };
    let mut selection = super::selection(&known)?;
    let Some(config) = config(global) else {
        return Ok(Exit::Found);
    };
    let config = config.then(Hadolint {
        ignored,
        ..arguments.of_hadolint.said()
    });
    let configs = Configs::given(ours(&config));
    let files = files::find(arguments, &configs);
    if arguments.files.show_files {
        return super::show(&files, out);
    }
    let report = arguments.of_hadolint.report.iter();
    let report = report.map(|path| (arguments.output.format, path.clone()));
    let written: Vec<_> = arguments.output.output.iter().cloned().chain(report).collect();
    outputs::apart(&written, files.paths())?;
    selection.select.get_or_insert_with(ids);
    // hadolint judges a file alone.
    let alone = BTreeMap::new();
    let judge = Judge::new(arguments, &configs, &selection, &alone)?;
    let threads = rayon::ThreadPoolBuilder::new().num_threads(arguments.files.jobs);
    let judged: Vec<Judged> = threads
        .build()?
        .install(|| files.judged.par_iter().map(|file| judge.judge(file)).collect());
    let mut report = gather(&files, judged, &config);
    let formats = formats(arguments, &config);
    let mut failed = Vec::new();
    for (format, path) in &arguments.output.output {
        let mut written = Vec::new();
        write(&report.files, *format, Look::Plain, &mut written)?;
        outputs::into_file(path, &written, &mut failed);
    }
    let look = match config.no_color {
        Some(true) => Look::Plain,
        _ => look(global),
    };
    let of_hadolint = &arguments.of_hadolint;
    if let (Some(path), [Format::Checkstyle]) = (&of_hadolint.file_path_in_report, formats.as_slice()) {
        for file in &mut report.files {
            file.path.clone_from(path);
        }
    }
    let mut kept = Vec::new();
    for format in &formats {
        match of_hadolint.report {
            Some(_) => write(&report.files, *format, Look::Plain, &mut kept)?,
            None => write(&report.files, *format, look, out)?,
        }
    }
    if let Some(path) = &of_hadolint.report {
        outputs::into_file(path, &kept, &mut failed);
    }
    out.flush()?;
    for words in report.errors.iter().chain(&failed) {
        say(&format!("error: {words}"));
    }
    let harmless = |format: &Format| matches!(format, Format::Codeclimate | Format::Codacy);
    let written = arguments.output.output.iter().map(|(format, _)| format);
    let never = arguments.ending.exit_zero
        || config.no_fail == Some(true)
        || formats.iter().chain(written).any(harmless);
    let found = !report.errors.is_empty() || (!never && fails(&report.files, arguments, &config));
    Ok(match (failed.is_empty(), found) {
        (false, _) => Exit::Failed,
        (true, true) => Exit::Found,
        (true, false) => Exit::Clean,
    })
}

struct Report {
    files: Vec<File>,
    errors: Vec<String>,
}

fn gather(files: &Files, judged: Vec<Judged>, config: &Hadolint) -> Report {
    let mut report = Report {
        files: Vec::new(),
        errors: Vec::new(),
    };
    let problems = files.problems.iter();
    report
        .errors
        .extend(problems.map(|problem| format!("{}: {}", problem.path, problem.message)));
    for (file, judged) in files.judged.iter().zip(judged) {
        match judged {
            Judged::Read(verdict) => report.files.push(told(&file.name, *verdict, config)),
            Judged::Unread(problem) => report
                .errors
                .push(format!("{}: {}", problem.path, problem.message)),
        }
    }
    if files.none_found {
        report
            .errors
            .push("there is no Dockerfile under the folders given".to_owned());
    }
    report
}

/// What hadolint would tell of a file.
fn told(path: &str, verdict: Verdict, config: &Hadolint) -> File {
    let mut entries = verdict.findings;
    if config.disable_ignore_pragma == Some(true) {
        // A comment of ours has a reason, and hadolint's switch does not speak of it.
        let theirs = verdict.suppressed.into_iter();
        let theirs = theirs.filter(|one| one.by == "comment" && one.reason.is_none());
        entries.extend(theirs.map(|one| one.entry));
    }
    let refused = || File::refused(path, &entries).filter(|_| verdict.legible == Legible::No);
    refused().unwrap_or_else(|| File::checked(path, &entries, |id, severity| level(config, id, severity)))
}

/// The level at which an id is told.
fn level(config: &Hadolint, id: &str, severity: Severity) -> Option<Severity> {
    // It asks for a schema that names every label.
    let is_off = id == "DL3050" && config.strict_labels != Some(true);
    if config.ignores(id) || is_off {
        return None;
    }
    match (config.level(id), hadolint::usual(id)) {
        (Some(severity), _) => Some(severity),
        (None, Some(Usual::Told(severity))) => Some(severity),
        (None, Some(Usual::KeptBack)) => None,
        // We know which shell the base has, and that dash stops at these; for hadolint it is any sh.
        (None, None) if id.starts_with("SC3") => Some(Severity::Warning),
        (None, None) => Some(severity),
    }
}

fn fails(files: &[File], arguments: &Lint, config: &Hadolint) -> bool {
    let threshold = config.failure_threshold.unwrap_or(Threshold::Info);
    let fails = |severity| match arguments.output.fail_on {
        Some(fail_on) => FailOn::fails(fail_on, severity),
        None => threshold.fails(severity),
    };
    files.iter().flat_map(File::severities).any(fails)
}

/// ShellCheck's ids that hadolint never shows: what a RUN sources is not at hand, and of the first line of
/// a script hadolint makes its own.
const NEVER: [&str; 7] = [
    "SC1090", "SC1091", "SC2187", "SC1114", "SC1115", "SC1128", "SC2096",
];

/// All ids of hadolint's and ShellCheck's that a rule goes by.
fn ids() -> Vec<String> {
    let names = RULES
        .iter()
        .flat_map(|rule| std::iter::once(rule.name).chain(rule.aliases.iter().copied()));
    let ids = names.filter(|name| hadolint::is_id(name) && !NEVER.contains(name));
    ids.map(str::to_owned).collect()
}

/// The environment's word, then that of the config; none where the config that is named is not there.
fn config(global: &Global) -> Option<Hadolint> {
    let environment = Hadolint::of_environment(|name| std::env::var(name).ok());
    let found = match &global.config {
        Some(path) if !disk::is_there(path) => {
            say(&format!(
                "error: cannot read {}: no such file or folder",
                disk::shown(path)
            ));
            return None;
        }
        Some(path) => Some(path.clone()),
        None => places().into_iter().find(|path| disk::is_there(path)),
    };
    let Some(path) = found else {
        return Some(environment);
    };
    let name = disk::shown(&path);
    let read = disk::read(&path, &name).map_err(|error| error.reason());
    match read.and_then(|source| Hadolint::read(source.text())) {
        Ok(config) => {
            if global.verbose > 0 {
                say(&format!("note: the config {name} was used"));
            }
            Some(environment.then(config))
        }
        Err(reason) => {
            say(&format!(
                "note: {name} is passed over, as hadolint does it: {reason}"
            ));
            Some(environment)
        }
    }
}

/// Where hadolint looks for its config.
fn places() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = variable("HOME").map(PathBuf::from);
    let mut places: Vec<PathBuf> = NAMES.iter().map(PathBuf::from).collect();
    let user = variable("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| home.as_ref().map(|home| home.join(".config")));
    if let Some(folder) = user {
        places.extend(["hadolint.yaml", "hadolint.yml"].map(|name| folder.join(name)));
    }
    if let Some(home) = home {
        let below = ["hadolint.yaml", "hadolint.yml", "config.yaml", "config.yml"];
        places.extend(below.map(|name| home.join(".hadolint").join(name)));
        places.extend(NAMES.map(|name| home.join(name)));
    }
    places
}

/// The config of ours under which hadolint's rules have what they ask for.
fn ours(config: &Hadolint) -> Config {
    let known = schema();
    let has = |key: &str| known.pointer(&format!("/properties/{key}")).is_some();
    let mut keys = serde_json::Map::new();
    keys.insert("profile".to_owned(), "service".into());
    let registries = config.trusted_registries.clone().unwrap_or_default();
    if has("registries") && !registries.is_empty() {
        keys.insert("registries".to_owned(), registries.into());
    }
    let labels = config.label_schema.iter().flatten();
    let labels: serde_json::Map<_, _> = labels
        .map(|(label, kind)| (label.clone(), LabelKind::name(*kind).into()))
        .collect();
    if has("labels") && !labels.is_empty() {
        keys.insert("labels".to_owned(), labels.into());
    }
    if has("strict-labels") && config.strict_labels == Some(true) {
        keys.insert("strict-labels".to_owned(), true.into());
    }
    let layer = |keys| {
        // JSON is YAML.
        let text = serde_json::Value::Object(keys).to_string();
        let source = Source::new(".hadolint.yaml", text.into_bytes()).ok()?;
        Layer::new(source.into(), disk::working_folder().to_path_buf()).ok()
    };
    let mut plain = keys.clone();
    plain.retain(|key, _| key == "profile");
    // A label or registry that we refuse must not cost the profile.
    Config::new(layer(keys).or_else(|| layer(plain)).into_iter().collect())
}

/// The formats on standard output: the command line's, else the config's, else hadolint's own.
fn formats(arguments: &Lint, config: &Hadolint) -> Vec<Format> {
    if arguments.output.format != Format::Text {
        return vec![arguments.output.format];
    }
    let known: Vec<Format> = config
        .formats()
        .filter_map(|name| Format::from_str(name, false).ok())
        .collect();
    match known.is_empty() {
        true => vec![Format::Tty],
        false => known,
    }
}

fn write(files: &[File], format: Format, look: Look, out: &mut dyn Write) -> Result<()> {
    match format {
        Format::Text | Format::Tty | Format::Concise => hadolint::tty(files, look, out)?,
        Format::Json => hadolint::json(files, out)?,
        Format::Sarif => hadolint::sarif(files, out)?,
        Format::Gitlab | Format::GitlabCodeclimate => hadolint::gitlab_codeclimate(files, out)?,
        Format::Junit => hadolint::junit(files, out)?,
        Format::Checkstyle => hadolint::checkstyle(files, out)?,
        Format::Codeclimate => hadolint::codeclimate(files, out)?,
        Format::Sonarqube => hadolint::sonarqube(files, out)?,
        Format::Gnu => hadolint::gnu(files, out)?,
        Format::Codacy => hadolint::codacy(files, out)?,
        Format::Github | Format::Markdown => {
            anyhow::bail!("hadolint has no format {}", format.name())
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_kept_back_is_told_when_it_has_a_level() {
        let plain = Hadolint::default();
        assert_eq!(level(&plain, "DL1001", Severity::Error), None);
        assert_eq!(level(&plain, "DL3006", Severity::Style), Some(Severity::Warning));
        assert_eq!(level(&plain, "SC2086", Severity::Info), Some(Severity::Info));
        let config =
            Hadolint::read(b"override: {info: [DL1001, DL3006]}\nignored: [DL3006]").expect("it is read");
        assert_eq!(level(&config, "DL1001", Severity::Error), Some(Severity::Info));
        assert_eq!(level(&config, "DL3006", Severity::Error), None);
    }
}
