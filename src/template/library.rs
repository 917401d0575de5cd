//! The templates at hand, and one of them with those that it extends.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Folder;
use super::builtin::BUILTIN;
use super::fault::{Fault, Faults};
use super::form::{self, Computed, Entry, FORM, Form, Question, Refusal};
use crate::rules::nearest;
use crate::source::Source;

/// How many templates may extend one another.
const CHAIN_LIMIT: usize = 8;

/// The templates at hand: ours, and before them those of a folder.
#[derive(Debug, Clone, Default)]
pub struct Library {
    shelves: BTreeMap<String, Arc<Shelf>>,
    /// Those of a folder that was added.
    own: Vec<String>,
}

/// The folder of one template.
#[derive(Debug)]
pub(super) struct Shelf {
    /// The folder by which its files are reported.
    pub shown: String,
    /// Its files.
    pub files: Folder,
}

impl Library {
    /// The templates that are compiled in.
    pub fn builtin() -> Self {
        let mut folders: BTreeMap<String, Folder> = BTreeMap::new();
        for (path, bytes) in BUILTIN {
            if let Some((name, file)) = path.split_once('/') {
                let folder = folders.entry(name.to_owned()).or_default();
                folder.insert(file.to_owned(), bytes.to_vec());
            }
        }
        let shelve = |(name, files): (String, Folder)| {
            let shown = format!("templates/{name}");
            (name, Arc::new(Shelf { shown, files }))
        };
        Self {
            shelves: folders.into_iter().map(shelve).collect(),
            own: Vec::new(),
        }
    }

    /// Adds a folder: one that is a template, under its own name, or one that has templates in it. A
    /// template of the same name as one of ours takes its place.
    ///
    /// # Errors
    /// There is no template in it, or one has a name that is none.
    pub fn add(&mut self, name: &str, shown: &str, files: Folder) -> Result<(), Fault> {
        let mut folders: BTreeMap<String, (String, Folder)> = BTreeMap::new();
        if files.contains_key(FORM) {
            folders.insert(name.to_owned(), (shown.to_owned(), files));
        } else {
            for (path, bytes) in files {
                if let Some((folder, file)) = path.split_once('/') {
                    let shown = format!("{shown}/{folder}");
                    let entry = folders.entry(folder.to_owned());
                    let (_, files) = entry.or_insert_with(|| (shown, Folder::new()));
                    files.insert(file.to_owned(), bytes);
                }
            }
            folders.retain(|_, (_, files)| files.contains_key(FORM));
        }
        if folders.is_empty() {
            let message = format!("there is no {FORM} in it or in a folder of it");
            return Err(Fault::of(shown, message));
        }
        for (name, (shown, files)) in folders {
            let good = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.');
            if name.is_empty() || name.starts_with('.') || !name.chars().all(good) {
                let message = format!("`{name}` is no name of a template: letters, digits, - _ . make one");
                return Err(Fault::of(shown, message));
            }
            self.own.push(name.clone());
            self.shelves.insert(name, Arc::new(Shelf { shown, files }));
        }
        Ok(())
    }

    /// The names of the templates of the folder that was added; of all, if none was.
    pub fn names(&self) -> Vec<&str> {
        if self.own.is_empty() {
            self.shelves.keys().map(String::as_str).collect()
        } else {
            self.own.iter().map(String::as_str).collect()
        }
    }

    /// A template with those that it extends.
    ///
    /// # Errors
    /// There is none of this name, or something is wrong with it or one that it extends.
    pub fn template(&self, name: &str) -> Result<Template, Faults> {
        let mut owners: Vec<Owner> = Vec::new();
        let mut next = Some((name.to_owned(), None));
        while let Some((name, said)) = next.take() {
            let refuse = |message: String, help: Option<String>| {
                let fault = match &said {
                    Some(place) => Fault::of(String::clone(place), message),
                    None => Fault::new(message),
                };
                fault.with_help(help)
            };
            if owners.iter().any(|owner| owner.name == name) || owners.len() >= CHAIN_LIMIT {
                return Err(refuse(format!("`{name}` is already in the chain of templates"), None).into());
            }
            let Some(shelf) = self.shelves.get(&name) else {
                let known: Vec<&str> = self.shelves.keys().map(String::as_str).collect();
                let help = match nearest(&name, known.iter().copied()) {
                    Some(near) => format!("the nearest is `{near}`"),
                    None => "`seaworthy new --list` shows them".to_owned(),
                };
                return Err(refuse(format!("there is no template `{name}`"), Some(help)).into());
            };
            let source = shelf.source(FORM)?;
            let form: Form = form::read(&source)?;
            if let Some(extends) = &form.extends {
                let place = Fault::at(&source, extends.span, "").place;
                next = Some((extends.value.clone(), Some(place)));
            }
            owners.push(Owner {
                name,
                source,
                form,
                shelf: Arc::clone(shelf),
            });
        }
        owners.reverse();
        let template = Template::new(name, owners)?;
        Ok(template)
    }
}

impl Shelf {
    /// A file as text with the name by which it is reported.
    pub fn source(&self, file: &str) -> Result<Source, Fault> {
        let shown = format!("{}/{file}", self.shown);
        let Some(bytes) = self.files.get(file) else {
            return Err(Fault::of(shown, "it is missing"));
        };
        Source::new(shown.clone(), bytes.clone()).map_err(|_| Fault::of(shown, "it is too long"))
    }
}

/// One template of a chain.
#[derive(Debug)]
pub(super) struct Owner {
    pub name: String,
    pub source: Source,
    pub form: Form,
    pub shelf: Arc<Shelf>,
}

/// A template with all that it takes over.
#[derive(Debug)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Itself last, after those that it extends.
    pub(super) owners: Vec<Owner>,
    questions: Vec<(usize, Question)>,
    pub(super) values: Vec<(usize, Computed)>,
    pub(super) refusals: Vec<(usize, Refusal)>,
    pub(super) files: Vec<(usize, Entry)>,
}

impl Template {
    fn new(name: &str, owners: Vec<Owner>) -> Result<Self, Faults> {
        let mut template = Self {
            name: name.to_owned(),
            owners: Vec::new(),
            questions: Vec::new(),
            values: Vec::new(),
            refusals: Vec::new(),
            files: Vec::new(),
        };
        let mut faults = Vec::new();
        for (owner, one) in owners.iter().enumerate() {
            let form = &one.form;
            let twice = |names: Vec<(&str, crate::source::Span)>, faults: &mut Vec<Fault>| {
                for (index, (name, span)) in names.iter().enumerate() {
                    if names[..index].iter().any(|(other, _)| other == name) {
                        faults.push(Fault::at(
                            &one.source,
                            *span,
                            format!("`{name}` stands here twice"),
                        ));
                    }
                }
            };
            let names = form.questions.iter();
            twice(
                names
                    .map(|question| (question.name.value.as_str(), question.name.span))
                    .collect(),
                &mut faults,
            );
            let targets = form.files.iter().filter(|entry| entry.when.is_none());
            twice(
                targets.map(|entry| (entry.key(), entry.target().span)).collect(),
                &mut faults,
            );
            for question in &form.questions {
                if let Err(wrong) = question.check_itself(&one.source) {
                    faults.extend(wrong.0);
                }
                let same = |other: &Question| other.name.value == question.name.value;
                replace(&mut template.questions, owner, question, same);
            }
            for value in &form.values {
                let same = |other: &Computed| other.name.value == value.name.value;
                replace(&mut template.values, owner, value, same);
            }
            template
                .refusals
                .extend(form.refusals.iter().map(|refusal| (owner, refusal.clone())));
            template
                .files
                .retain(|(_, old)| !form.files.iter().any(|new| new.key() == old.key()));
            for entry in &form.files {
                if !one.shelf.files.contains_key(&entry.file.value) {
                    let message = format!("there is no `{}` in the template's folder", entry.file.value);
                    faults.push(Fault::at(&one.source, entry.file.span, message));
                }
                template.files.push((owner, entry.clone()));
            }
        }
        template.owners = owners;
        if faults.is_empty() {
            Ok(template)
        } else {
            Err(Faults(faults))
        }
    }

    /// What it is for.
    pub fn summary(&self) -> &str {
        self.own().map_or("", |own| &own.form.summary)
    }

    /// Whether it only serves others.
    pub fn is_part(&self) -> bool {
        self.own().is_some_and(|own| own.form.part)
    }

    /// What the folder has that it makes, one line each.
    pub fn gives(&self) -> impl Iterator<Item = &str> {
        let owners = self.owners.iter();
        owners.flat_map(|owner| owner.form.gives.iter().map(String::as_str))
    }

    /// What it asks, in this order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().map(|(_, question)| question)
    }

    pub(super) fn owned_questions(&self) -> impl Iterator<Item = (usize, &Question)> {
        self.questions.iter().map(|(owner, question)| (*owner, question))
    }

    /// The `template.yaml` of one of the chain.
    pub(super) fn source(&self, owner: usize) -> &Source {
        &self.owners[owner].source
    }

    /// The template itself, which every chain has.
    pub(super) fn own(&self) -> Option<&Owner> {
        self.owners.last()
    }
}

/// Puts something into the place of its like, else at the end.
fn replace<T: Clone>(list: &mut Vec<(usize, T)>, owner: usize, new: &T, same: impl Fn(&T) -> bool) {
    match list.iter_mut().find(|(_, old)| same(old)) {
        Some(old) => *old = (owner, new.clone()),
        None => list.push((owner, new.clone())),
    }
}
