//! Whether a template is in order: its examples are made, and what they make is judged.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::MadeFiles;
use super::answers::{Answers, Given};
use super::fault::{Fault, Faults};
use super::form::{self, FORM, RENDERED, RawAnswers};
use super::library::Template;
use crate::config::{At, Config, Layer, NAMES};
use crate::context::{Answer, Context, Files};
use crate::finding::{Finding, Place};
use crate::invocation::Invocation;
use crate::policy::{self, Selection};
use crate::rules;
use crate::source::Source;
use crate::syntax::{self, ignorefile::IgnoreFile};

/// The file with examples of answers.
const EXAMPLES: &str = "answers.yaml";

/// What was made of an example.
#[derive(Debug)]
pub struct Example {
    /// Its name in `answers.yaml`; `defaults` for no answers at all.
    pub name: String,
    /// All answers.
    pub answers: Answers,
    /// What was made.
    pub files: MadeFiles,
    /// What is found in its Dockerfiles, as `path:line:column: severity[rule] message`.
    pub findings: Vec<String>,
    /// Whether one of them is at or above the threshold of its config.
    pub fails: bool,
}

/// Makes every example of a template and judges it.
///
/// # Errors
/// All that is wrong with the template itself.
pub fn check(template: &Template) -> Result<Vec<Example>, Faults> {
    let mut faults = unused(template);
    let mut examples = Vec::new();
    let given = match template.examples() {
        Ok(given) => given,
        Err(wrong) => {
            faults.extend(wrong.0);
            Vec::new()
        }
    };
    for (name, given) in given {
        let made = template
            .answers_by_default(&given)
            .and_then(|answers| Ok((template.make(&answers)?, answers)))
            .and_then(|(files, answers)| Ok((judge(&files)?, files, answers)));
        match made {
            Ok(((findings, fails), files, answers)) => examples.push(Example {
                name,
                answers,
                files,
                findings,
                fails,
            }),
            Err(wrong) => {
                let in_example = |fault: Fault| Fault {
                    message: format!("{} (in the example {name})", fault.message),
                    ..fault
                };
                faults.extend(wrong.0.into_iter().map(in_example));
            }
        }
    }
    if faults.is_empty() {
        Ok(examples)
    } else {
        Err(Faults(faults))
    }
}

/// Files in the folder that nothing uses. A file that is rendered may be included by another.
fn unused(template: &Template) -> Vec<Fault> {
    let Some(own) = template.own() else {
        return Vec::new();
    };
    let used = |path: &String| {
        matches!(path.as_str(), FORM | EXAMPLES | "README.md")
            || path.ends_with(RENDERED)
            || own.form.files.iter().any(|entry| &entry.file.value == path)
    };
    let paths = own.shelf.files.keys().filter(|path| !used(path));
    paths
        .map(|path| {
            let place = format!("{}/{path}", own.shelf.shown);
            Fault::of(place, "no entry of `files` names it")
        })
        .collect()
}

impl Template {
    /// The examples of `answers.yaml`, after the one that answers nothing.
    ///
    /// # Errors
    /// The file cannot be read, or has answers that do not fit.
    pub fn examples(&self) -> Result<Vec<(String, Given)>, Faults> {
        let mut all = vec![("defaults".to_owned(), Given::default())];
        let own = self.own().filter(|own| own.shelf.files.contains_key(EXAMPLES));
        let Some(own) = own else {
            return Ok(all);
        };
        let source = own.shelf.source(EXAMPLES)?;
        let examples: Option<BTreeMap<At<String>, Option<RawAnswers>>> = form::read(&source)?;
        let mut faults = Vec::new();
        for (name, raw) in examples.unwrap_or_default() {
            let mut given = Given::default();
            match given.add_raw(self, &source, &raw.unwrap_or_default()) {
                Ok(()) => all.push((name.value, given)),
                Err(wrong) => faults.extend(wrong.0),
            }
        }
        if faults.is_empty() {
            Ok(all)
        } else {
            Err(Faults(faults))
        }
    }
}

/// What a Dockerfile sees of the files that were made with it.
struct Beside {
    files: Files,
    ignore: Option<IgnoreFile>,
}

impl Context for Beside {
    fn read(&self, path: &str) -> Answer<Vec<u8>> {
        self.files.read(path.trim_matches('/'))
    }

    fn ignored(&self, path: &str) -> bool {
        let path = path.trim_matches('/');
        self.ignore
            .as_ref()
            .is_some_and(|ignore| !path.is_empty() && ignore.ignored(path) && !ignore.has_exceptions())
    }

    fn has(&self, path: &str) -> Answer {
        self.files.has(path)
    }

    fn is_folder(&self, path: &str) -> Answer {
        self.files.is_folder(path)
    }
}

/// Judges every Dockerfile of what was made, by the config that was made with it: all findings, and
/// whether one fails the run.
///
/// # Errors
/// Its config is broken.
pub fn judge(made: &MadeFiles) -> Result<(Vec<String>, bool), Faults> {
    let folder = Path::new("/made");
    let layers = match NAMES.iter().find_map(|name| Some((name, made.get(*name)?))) {
        Some((name, file)) => {
            let source = Arc::new(source(name, &file.bytes)?);
            let wrong = |findings: Vec<Finding>| {
                let told = findings.iter().map(|finding| match &finding.place {
                    Place::Text { span, .. } => Fault::at(&source, *span, finding.message.clone()),
                    Place::Layer { .. } => Fault::new(finding.message.clone()),
                });
                Faults(told.collect())
            };
            vec![Layer::new(Arc::clone(&source), folder.to_path_buf()).map_err(wrong)?]
        }
        None => Vec::new(),
    };
    let config = Config::new(layers);
    let mut told = Vec::new();
    let mut fails = false;
    for (path, file) in made.iter().filter(|(path, _)| is_dockerfile(path)) {
        let source = source(path, &file.bytes)?;
        let settings = config.settings(&folder.join(path));
        let tree = syntax::parse(source.text());
        let context = beside(made, path);
        let invocation = Invocation {
            contract: settings.contract.clone(),
            context_given: true,
            raised: settings.raised(),
            ..Invocation::default()
        };
        let findings = rules::judge(&source, &tree, &invocation, &context);
        let verdict = policy::decide(&source, &tree, findings, &settings, &Selection::default());
        for finding in &verdict.kept {
            fails |= settings.fail_on.fails(finding.severity);
            told.push(line(&source, finding));
        }
    }
    Ok((told, fails))
}

fn source(path: &str, bytes: &[u8]) -> Result<Source, Fault> {
    Source::new(path, bytes.to_vec()).map_err(|_| Fault::of(path, "it is too long"))
}

fn line(source: &Source, finding: &Finding) -> String {
    let place = match &finding.place {
        Place::Text { path, span } if path.is_empty() || **path == *source.name() => {
            let start = source.position(span.start);
            format!("{}:{}:{}", source.name(), start.line, start.column)
        }
        Place::Text { path, .. } => path.to_string(),
        Place::Layer { .. } => source.name().to_owned(),
    };
    let severity = finding.severity.name();
    format!("{place}: {severity}[{}] {}", finding.rule, finding.message)
}

fn is_dockerfile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (first, last) = (
        name.split('.').next().unwrap_or(name),
        name.rsplit('.').next().unwrap_or(name),
    );
    let word = |part: &str| matches!(part, "Dockerfile" | "Containerfile");
    last != "dockerignore" && (word(first) || word(last))
}

/// The context is the folder in which the Dockerfile lies.
fn beside(made: &MadeFiles, dockerfile: &str) -> Beside {
    let folder = match dockerfile.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/"),
        None => String::new(),
    };
    let files: BTreeMap<String, Vec<u8>> = made
        .iter()
        .filter_map(|(path, file)| Some((path.strip_prefix(&folder)?.to_owned(), file.bytes.clone())))
        .collect();
    let ignore = files
        .get(".dockerignore")
        .and_then(|bytes| IgnoreFile::parse(bytes).ok());
    Beside {
        files: Files(files),
        ignore,
    }
}
