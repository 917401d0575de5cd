//! Variables and folders of the stages, as their words see them.
//!
//! A stage that starts from another one has what that had at its end. Nothing is copied for it: a
//! look-up walks up the chain, as far as [`DEEPEST`].

use std::cell::Cell;
use std::collections::HashMap;

use crate::syntax::expand::{Lookup, Variables};
use crate::syntax::path::rooted;

/// How many stages up a variable is looked for; further up nothing is known.
const DEEPEST: usize = 64;

/// The longest folder that is followed, in bytes: Linux's PATH_MAX.
const LONGEST_FOLDER: usize = 4096;

/// How many bytes of values all words of a file take in; beyond that nothing is known. Each word of a
/// large file might repeat a long value.
const MOST_TAKEN: usize = 64 << 20;

/// What BuildKit sets PATH to where the base sets none.
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a stage starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// An earlier stage.
    Stage(usize),
    /// Nothing: no variable but PATH.
    Scratch,
    /// An image, of which nothing is known.
    Image,
}

/// A variable of a stage.
#[derive(Debug, Clone)]
struct Variable {
    value: Lookup,
    /// Whether ENV set it.
    is_env: bool,
}

/// What a stage has of its own.
#[derive(Debug)]
struct Scope {
    base: Base,
    variables: HashMap<String, Variable>,
    /// Whether anything not among the variables may be set.
    is_open: bool,
    /// The working folder, where it is known.
    folder: Option<Folder>,
}

/// A working folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    /// Its path, from the root on.
    pub path: String,
    /// Whether it is that of the image below, too; most images have the root.
    pub is_sure: bool,
}

/// The scopes of all stages that were opened.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    all: Vec<Scope>,
    /// Bytes of values that were taken so far.
    taken: Cell<usize>,
}

impl Scopes {
    /// Opens the next stage.
    pub fn open(&mut self, base: Base) {
        let folder = match base {
            Base::Stage(index) => self.all[index].folder.clone(),
            Base::Scratch | Base::Image => Some(Folder {
                path: "/".to_owned(),
                is_sure: matches!(base, Base::Scratch),
            }),
        };
        self.all.push(Scope {
            base,
            variables: HashMap::new(),
            is_open: false,
            folder,
        });
    }

    /// The variables of a stage as they stand.
    pub fn of(&self, stage: usize) -> StageVariables<'_> {
        StageVariables { scopes: self, stage }
    }

    /// The working folder of a stage, where it is known.
    pub fn folder(&self, stage: usize) -> Option<&Folder> {
        self.all[stage].folder.as_ref()
    }

    /// Takes a WORKDIR; none where its value is not known.
    pub fn enter(&mut self, stage: usize, folder: Option<&str>) {
        let scope = &mut self.all[stage];
        scope.folder = match (folder, &scope.folder) {
            (Some(folder), _) if folder.starts_with('/') => Some(Folder {
                path: join("/", folder),
                is_sure: true,
            }),
            (Some(folder), Some(before)) => Some(Folder {
                path: join(&before.path, folder),
                is_sure: before.is_sure,
            }),
            _ => None,
        };
        scope.folder.take_if(|folder| folder.path.len() > LONGEST_FOLDER);
    }

    /// Takes a variable of ENV.
    pub fn set(&mut self, stage: usize, name: String, value: Lookup) {
        self.all[stage]
            .variables
            .insert(name, Variable { value, is_env: true });
    }

    /// Takes a variable of ARG. One that ENV set stays; what it then is to words is not sure.
    pub fn declare(&mut self, stage: usize, name: String, value: Lookup) {
        let before = self.find(stage, &name);
        let is_env = before.as_ref().is_some_and(|before| before.is_env);
        let value = match before {
            Some(before) if before.is_env && before.value != value => Lookup::Unknown,
            _ => value,
        };
        self.all[stage].variables.insert(name, Variable { value, is_env });
    }

    /// From here on, anything may have any value.
    pub fn forget(&mut self, stage: usize) {
        let scope = &mut self.all[stage];
        scope.variables.clear();
        scope.is_open = true;
    }

    fn find(&self, stage: usize, name: &str) -> Option<Variable> {
        let unknown = || {
            Some(Variable {
                value: Lookup::Unknown,
                is_env: false,
            })
        };
        let mut at = stage;
        for _ in 0..DEEPEST {
            let scope = &self.all[at];
            if let Some(variable) = scope.variables.get(name) {
                return Some(variable.clone());
            }
            match scope.base {
                _ if scope.is_open => return unknown(),
                Base::Stage(parent) => at = parent,
                Base::Image => return unknown(),
                Base::Scratch if name == "PATH" => {
                    return Some(Variable {
                        value: Lookup::Set(DEFAULT_PATH.to_owned()),
                        is_env: true,
                    });
                }
                Base::Scratch => return None,
            }
        }
        unknown()
    }
}

/// The variables of one stage.
pub(super) struct StageVariables<'a> {
    scopes: &'a Scopes,
    stage: usize,
}

impl Variables for StageVariables<'_> {
    fn get(&self, name: &str) -> Lookup {
        let scopes = self.scopes;
        if scopes.taken.get() > MOST_TAKEN {
            return Lookup::Unknown;
        }
        match scopes.find(self.stage, name) {
            Some(variable) => {
                if let Lookup::Set(value) = &variable.value {
                    scopes.taken.set(scopes.taken.get() + value.len());
                }
                variable.value
            }
            None => Lookup::Unset,
        }
    }
}

/// Any variable may have any value.
pub(super) struct Anything;

impl Variables for Anything {
    fn get(&self, _name: &str) -> Lookup {
        Lookup::Unknown
    }
}

/// A path below a folder, with `.` and `..` gone.
pub(super) fn join(folder: &str, below: &str) -> String {
    rooted(&format!("{folder}/{below}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_has_what_its_base_had() {
        let mut scopes = Scopes::default();
        scopes.open(Base::Scratch);
        scopes.set(0, "a".into(), Lookup::Set("1".into()));
        scopes.enter(0, Some("srv/../app"));
        scopes.open(Base::Stage(0));
        scopes.enter(1, Some("x"));
        assert_eq!(scopes.of(1).get("a"), Lookup::Set("1".into()));
        assert_eq!(scopes.of(1).get("b"), Lookup::Unset);
        let expected = Folder {
            path: "/app/x".to_owned(),
            is_sure: true,
        };
        assert_eq!(scopes.folder(1), Some(&expected));
    }

    #[test]
    fn an_image_may_set_anything() {
        let mut scopes = Scopes::default();
        scopes.open(Base::Image);
        assert_eq!(scopes.of(0).get("a"), Lookup::Unknown);
        let folder = scopes
            .folder(0)
            .map(|folder| (folder.path.as_str(), folder.is_sure));
        assert_eq!(folder, Some(("/", false)));
        scopes.enter(0, Some("srv"));
        let folder = scopes
            .folder(0)
            .map(|folder| (folder.path.as_str(), folder.is_sure));
        assert_eq!(folder, Some(("/srv", false)));
    }

    #[test]
    fn env_beats_arg() {
        let mut scopes = Scopes::default();
        scopes.open(Base::Scratch);
        scopes.declare(0, "a".into(), Lookup::Set("1".into()));
        scopes.declare(0, "a".into(), Lookup::Set("2".into()));
        assert_eq!(scopes.of(0).get("a"), Lookup::Set("2".into()));
        scopes.set(0, "a".into(), Lookup::Set("3".into()));
        assert_eq!(scopes.of(0).get("a"), Lookup::Set("3".into()));
        scopes.declare(0, "a".into(), Lookup::Set("4".into()));
        assert_eq!(scopes.of(0).get("a"), Lookup::Unknown);
        scopes.forget(0);
        assert_eq!(scopes.of(0).get("b"), Lookup::Unknown);
    }
}
