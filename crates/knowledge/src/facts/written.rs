//! Commands as they are written in the file, with what each asks for.
//!
//! What a command does to the image is told by effects; here stands how it is put: which packages it
//! names and with what versions, whether it waits for an answer, whether its failure is seen. Commands of
//! scripts that the file only runs are not here.

use crate::facts::{Manager, Value};
use crate::finding::Place;

/// A command that is written in the file.
#[derive(Debug, Clone)]
pub struct Written {
    /// Index of its step.
    pub step: usize,
    /// What it is for.
    pub purpose: Purpose,
    /// What becomes of its exit status.
    pub status: Status,
    /// Whether its words stand in shell text, where more can be put between them; in the JSON form they
    /// do not.
    pub is_text: bool,
}

/// What becomes of a command's exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Somebody looks at it.
    Seen,
    /// The command writes into a pipe, and the shell looks at the last command of the pipe alone.
    Lost,
}

/// What a command is for, as far as rules ask.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// It asks something of a package manager.
    Packages(Box<Request>),
    /// It unpacks archives: their paths as they lie in the image, each at its word.
    Unpack(Vec<(Value, Place)>),
    /// It downloads, and draws a bar of its progress into the log.
    Progress,
    /// It makes a user, and the files that count logins grow with the number of this user.
    LoginRecords(Value, Place),
    /// Anything else.
    Other,
}

/// What is asked of a package manager.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whom.
    pub manager: Manager,
    /// What.
    pub verb: Verb,
    /// Where the verb stands; options can follow it.
    pub verb_place: Place,
    /// The packages that it names.
    pub wanted: Vec<Wanted>,
    /// Whether it waits for an answer that nobody gives.
    pub asks: bool,
    /// Whether packages that are merely recommended come along.
    pub takes_recommended: bool,
    /// Where it leaves what it fetched, by its options and variables: it is clean if one of these is
    /// emptied or mounted.
    pub caches: Vec<Value>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// The lists of what there is.
    Update,
    /// Packages.
    Install,
    /// Newer versions of what is there.
    Upgrade,
    /// Another release of the distribution.
    DistributionUpgrade,
    /// That packages go.
    Remove,
    /// That the cache goes.
    Clean,
}

/// A package that a command names.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// As it is written, with what is known put in.
    pub name: Value,
    /// Where.
    pub place: Place,
    /// Whether its version is fixed.
    pub pin: Pin,
}

/// Whether the version of a package is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// A version, a range of them or a hash is named.
    Fixed,
    /// None is named.
    Open,
    /// It hangs on something that is not known.
    Unknown,
    /// There is none to name: a file, a group, what is removed.
    Meaningless,
}
