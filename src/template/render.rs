//! Renders a template's files. Fuel bounds the time and the memory that any of them may take.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};

use super::answers::Answers;
use super::fault::{Fault, Faults};
use super::form::{Entry, RENDERED};
use super::library::Template;
use super::{Made, MadeFiles, knowledge};
use crate::config::At;
use crate::report::printable::is_hostile;
use crate::source::{Source, Span};

/// The fuel of one rendering: an instruction takes one, 64 bytes of text take one. The largest of our
/// own files takes about a hundredth of it.
const FUEL: u64 = 300_000;
/// The most bytes that all files together may have.
const MOST_BYTES: usize = 32 << 20;

/// A template's files, compiled.
pub(super) struct Renderer<'t> {
    template: &'t Template,
    environment: Environment<'static>,
}

impl<'t> Renderer<'t> {
    /// Compiles them.
    ///
    /// # Errors
    /// Those that cannot be.
    pub fn new(template: &'t Template) -> Result<Self, Faults> {
        let mut environment = Environment::new();
        environment.set_fuel(Some(FUEL));
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        let mut syntax = SyntaxConfig::builder();
        syntax
            .keep_trailing_newline(true)
            .trim_blocks(true)
            .lstrip_blocks(true);
        environment.set_syntax(syntax.build().expect("the usual signs of a template go together"));
        // A chain of includes and macros deeper than this is no template that somebody reads.
        environment.set_recursion_limit(40);
        knowledge::add_to(&mut environment);
        let mut faults = Vec::new();
        for owner in &template.owners {
            for (path, bytes) in &owner.shelf.files {
                if !path.ends_with(RENDERED) {
                    continue;
                }
                let shown = format!("{}/{path}", owner.shelf.shown);
                let Ok(text) = str::from_utf8(bytes) else {
                    faults.push(Fault::of(shown, "it is not UTF-8, so it cannot be rendered"));
                    continue;
                };
                let name = format!("{}/{path}", owner.name);
                if let Err(error) = environment.add_template_owned(name, text.to_owned()) {
                    faults.push(of_error(template, &error));
                }
            }
        }
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        Ok(Self {
            template,
            environment,
        })
    }

    /// Renders a text of `template.yaml`.
    pub fn text(&self, text: &str, source: &Source, span: Span, answers: &Answers) -> Result<String, Fault> {
        self.text_in(text, source, span, &variables(answers))
    }

    fn text_in(&self, text: &str, source: &Source, span: Span, variables: &Value) -> Result<String, Fault> {
        self.environment
            .render_str(text, variables.clone())
            .map_err(|error| Fault::at(source, span, detail(&error)))
    }

    /// Evaluates a condition of `template.yaml`.
    pub fn condition(&self, when: &At<String>, source: &Source, answers: &Answers) -> Result<bool, Fault> {
        self.condition_in(when, source, &variables(answers))
    }

    fn condition_in(&self, when: &At<String>, source: &Source, variables: &Value) -> Result<bool, Fault> {
        Ok(self.expression(when, source, variables)?.is_true())
    }

    fn expression(&self, text: &At<String>, source: &Source, variables: &Value) -> Result<Value, Fault> {
        self.environment
            .compile_expression(&text.value)
            .and_then(|expression| expression.eval(variables.clone()))
            .map_err(|error| Fault::at(source, text.span, detail(&error)))
    }

    /// All that files see: the answers, and what the template computes of them.
    fn all_variables(&self, answers: &Answers) -> Result<Value, Fault> {
        let mut all = names(answers);
        all.insert("template".to_owned(), self.template.name.as_str().into());
        for (owner, computed) in &self.template.values {
            let known = Value::from_pairs(all.clone());
            let value = self.expression(&computed.is, self.template.source(*owner), &known)?;
            all.insert(computed.name.value.clone(), value);
        }
        Ok(Value::from_pairs(all))
    }

    fn file(&self, owner: usize, entry: &Entry, variables: &Value) -> Result<Vec<u8>, Fault> {
        let one = &self.template.owners[owner];
        let path = &entry.file.value;
        if path.ends_with(RENDERED) {
            let text = self
                .environment
                .get_template(&format!("{}/{path}", one.name))
                .and_then(|file| file.render(variables.clone()))
                .map_err(|error| of_error(self.template, &error))?;
            return Ok(text.into_bytes());
        }
        let missing = || Fault::at(&one.source, entry.file.span, "it is missing");
        one.shelf.files.get(path).cloned().ok_or_else(missing)
    }
}

impl Template {
    /// Makes the files.
    ///
    /// # Errors
    /// Answers that the template refuses, files that cannot be rendered, paths that leave the folder.
    pub fn make(&self, answers: &Answers) -> Result<MadeFiles, Faults> {
        let renderer = Renderer::new(self)?;
        let variables = renderer.all_variables(answers)?;
        let mut refused = Vec::new();
        for (owner, refusal) in &self.refusals {
            let source = self.source(*owner);
            if renderer.condition_in(&refusal.when, source, &variables)? {
                let say = renderer.text_in(&refusal.say.value, source, refusal.say.span, &variables)?;
                refused.push(Fault::new(say.trim()));
            }
        }
        if !refused.is_empty() {
            return Err(Faults(refused));
        }
        let mut made = MadeFiles::new();
        let mut total = 0;
        for (owner, entry) in &self.files {
            let source = self.source(*owner);
            if let Some(when) = &entry.when
                && !renderer.condition_in(when, source, &variables)?
            {
                continue;
            }
            let span = entry.target().span;
            let path = renderer.text_in(entry.key(), source, span, &variables)?;
            let at = |message: String| Fault::at(source, span, message);
            check_path(&path).map_err(|reason| at(format!("the path `{path}` {reason}")))?;
            let bytes = renderer.file(*owner, entry, &variables)?;
            total += bytes.len();
            if total > MOST_BYTES {
                return Err(at(format!("the files have more than {MOST_BYTES} bytes")).into());
            }
            let file = Made {
                bytes,
                executable: entry.executable,
            };
            if made.insert(path.clone(), file).is_some() {
                return Err(at(format!("the path `{path}` is made twice")).into());
            }
        }
        check_together(&made)?;
        Ok(made)
    }
}

/// Whether a path stays below the folder that is made, on every system.
fn check_path(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err("is empty");
    }
    if path.len() > 1000 {
        return Err("is too long");
    }
    if path.starts_with('/') || path.starts_with('~') {
        return Err("is not below the folder that is made");
    }
    if path.contains(['\\', ':']) || path.chars().any(|sign| sign.is_control() || is_hostile(sign)) {
        return Err("has a character that a path here cannot have");
    }
    for part in path.split('/') {
        match part {
            ".." => return Err("leaves the folder that is made"),
            "" | "." => return Err("has an empty part"),
            _ if part.len() > 255 => return Err("has a part that is too long"),
            _ if part.ends_with(['.', ' ']) => return Err("has a part that ends in a dot or a blank"),
            // What lies there is run by git.
            _ if part.eq_ignore_ascii_case(".git") => return Err("lies in git's own folder"),
            _ => {}
        }
    }
    Ok(())
}

/// Whether the paths can all be made: none is a folder of another, none differs by case alone.
fn check_together(made: &MadeFiles) -> Result<(), Fault> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut folders: BTreeSet<String> = BTreeSet::new();
    for path in made.keys() {
        let lower = path.to_lowercase();
        if let Some(other) = seen.get(&lower) {
            return Err(Fault::new(format!(
                "the paths `{other}` and `{path}` differ by case alone"
            )));
        }
        for (at, _) in lower.match_indices('/') {
            folders.insert(lower[..at].to_owned());
        }
        seen.insert(lower, path);
    }
    match seen.iter().find(|(lower, _)| folders.contains(*lower)) {
        Some((_, path)) => Err(Fault::new(format!("the path `{path}` is a file and a folder"))),
        None => Ok(()),
    }
}

fn names(answers: &Answers) -> BTreeMap<String, Value> {
    let named = |(name, answer): (&String, &super::Answer)| (name.replace('-', "_"), answer.value());
    answers.iter().map(named).collect()
}

fn variables(answers: &Answers) -> Value {
    Value::from_pairs(names(answers))
}

/// What an error of the engine says, without the names that it gives to texts of ours.
fn detail(error: &minijinja::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    match innermost.downcast_ref::<minijinja::Error>() {
        Some(error) => match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        },
        None => innermost.to_string(),
    }
}

/// An error in a file, told by the path of the file.
fn of_error(template: &Template, error: &minijinja::Error) -> Fault {
    let mut place = String::new();
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(cause) = next {
        if let Some(error) = cause.downcast_ref::<minijinja::Error>()
            && let Some(name) = error.name()
        {
            place = match error.line() {
                Some(line) => format!("{}:{line}", shown(template, name)),
                None => shown(template, name),
            };
        }
        next = cause.source();
    }
    Fault::of(place, detail(error))
}

/// The path of a file for its name among the compiled ones.
fn shown(template: &Template, name: &str) -> String {
    let owners = template.owners.iter();
    let mut paths = owners.filter_map(|owner| {
        let file = name.strip_prefix(owner.name.as_str())?.strip_prefix('/')?;
        Some(format!("{}/{file}", owner.shelf.shown))
    });
    paths.next().unwrap_or_else(|| name.to_owned())
}
