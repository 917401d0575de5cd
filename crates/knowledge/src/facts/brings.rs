//! What a package of the system brings that rules ask for, besides its files.

use crate::context::Answer;
use crate::facts::{Base, Init, Manager};

/// What one package brings. The table of packages is with the tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brings {
    /// Groups that its scripts make.
    pub groups: &'static [&'static str],
    /// Accounts that its scripts make, each with a group of its name.
    pub users: &'static [&'static str],
    /// Units that it has, `.service` left out.
    pub units: &'static [&'static str],
    /// Whether its scripts enable those at installation.
    pub enables: bool,
    /// What comes to `/sbin/init`.
    pub init: InitBrought,
    /// Whether it is a Docker engine, and not a client alone.
    pub is_engine: bool,
}

/// What a package does to `/sbin/init`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InitBrought {
    /// Nothing.
    Nothing,
    /// It is there afterwards.
    Always(Init),
    /// A chain of recommendations leads to it.
    Recommended,
    /// What it depends on may lead to it.
    Perhaps,
}

impl Brings {
    /// Nothing of all that.
    pub const NOTHING: Self = Self {
        groups: &[],
        users: &[],
        units: &[],
        enables: false,
        init: InitBrought::Nothing,
        is_engine: false,
    };

    /// Whether an init may have come with the package, given whether recommended packages did.
    pub fn may_bring_init(&self, recommends: Answer) -> bool {
        match self.init {
            InitBrought::Nothing => false,
            InitBrought::Recommended => !recommends.is_absent(),
            InitBrought::Always(_) | InitBrought::Perhaps => true,
        }
    }
}

/// Answers what a package brings, by its name, who installs it and on what base.
pub type Bringer = fn(name: &str, manager: Manager, base: &Base) -> Brings;
