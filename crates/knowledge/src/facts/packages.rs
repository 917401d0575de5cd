//! What was asked of package managers.

use crate::context::Answer;
use crate::facts::{Manager, Origin, PackageAction, PackageChange, Value};

/// A package that was asked for.
#[derive(Debug, Clone)]
pub struct Package {
    /// Of whom.
    pub manager: Manager,
    /// Its name, without version and architecture.
    pub name: Value,
    /// The version as asked, a pattern perhaps.
    pub version: Option<Value>,
    /// Whether what it recommends comes along.
    pub recommends: Answer,
    /// Which step asked for it.
    pub asked: Origin,
    /// Which step took it away again.
    pub removed: Option<Origin>,
    /// Which step held its version, if it is held at the end.
    pub held: Option<Origin>,
}

/// All that was asked for, in order.
#[derive(Debug, Clone, Default)]
pub struct Packages {
    all: Vec<Package>,
    locks: Vec<Lock>,
    removals: Vec<Value>,
}

/// A hold or version lock that names a package, installed by then or not.
#[derive(Debug, Clone)]
pub struct Lock {
    /// Of whom.
    pub manager: Manager,
    /// The package, a pattern perhaps; its version may stand in it on RPM systems.
    pub name: Value,
    /// The version that is locked, if it is said.
    pub version: Option<Value>,
    /// Which step.
    pub origin: Origin,
}

impl Packages {
    /// Everything that was asked for, what was removed again too.
    pub fn iter(&self) -> impl Iterator<Item = &Package> {
        self.all.iter()
    }

    /// What was asked of the system's package managers and is not removed again.
    pub fn system(&self) -> impl Iterator<Item = &Package> {
        self.all
            .iter()
            .filter(|package| package.manager.is_system() && package.removed.is_none())
    }

    /// The requests for a package of the system, by its exact name, that still hold.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Package> {
        self.system().filter(move |package| package.name.is(name))
    }

    /// Names of what the system's package managers were asked to remove, the base's packages too.
    pub fn removals(&self) -> impl Iterator<Item = &Value> {
        self.removals.iter()
    }

    /// Holds and version locks.
    pub fn locks(&self) -> &[Lock] {
        &self.locks
    }

    pub(super) fn take(&mut self, change: PackageChange, origin: Origin) {
        let same = |package: &Package| {
            package.manager.is_system() == change.manager.is_system() && package.name == change.name
        };
        match change.action {
            PackageAction::Install => self.all.push(Package {
                manager: change.manager,
                name: change.name,
                version: change.version,
                recommends: change.recommends,
                asked: origin,
                removed: None,
                held: None,
            }),
            PackageAction::Remove => {
                if change.manager.is_system() {
                    self.removals.push(change.name.clone());
                }
                for package in self.all.iter_mut().filter(|package| same(package)) {
                    package.removed.get_or_insert(origin.clone());
                }
            }
            PackageAction::Hold => {
                for package in self.all.iter_mut().filter(|package| same(package)) {
                    package.held = Some(origin.clone());
                }
                self.locks.push(Lock {
                    manager: change.manager,
                    name: change.name,
                    version: change.version,
                    origin,
                });
            }
            PackageAction::Unhold => {
                for package in self.all.iter_mut().filter(|package| same(package)) {
                    package.held = None;
                }
                self.locks.retain(|lock| lock.name != change.name);
            }
        }
    }
}
