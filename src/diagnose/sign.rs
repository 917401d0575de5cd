//! The form of a table of known failures: kinds, and the signs by which each is told.
//!
//! A sign is a pattern for one line, and a sentence that takes the pattern's named groups. Patterns
//! are ASCII: quotes of other alphabets become plain ones before a line is looked at.

use regex::bytes::Captures;

use super::explain::Fault;
use super::scene::Scene;

/// A kind of failure.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Its name, kebab-case, which stays.
    pub name: &'static str,
    /// Whose it is, unless the sign says otherwise.
    pub fault: Fault,
    /// What to do, unless the sign says otherwise.
    pub help: &'static str,
    /// The rule that tells it before the build, unless the sign says otherwise.
    pub rule: Option<&'static str>,
    /// Kinds of which this one may be a mere consequence: where one of them is seen as well, that
    /// one is the answer.
    pub after: &'static [&'static [&'static str]],
    /// Exit codes that mean this kind above all others that are seen.
    pub exits: &'static [i64],
    /// By what it is told; the more telling first.
    pub signs: &'static [Sign],
}

/// What a line must be like.
#[derive(Clone, Copy)]
pub struct Sign {
    /// Where the line stands.
    pub place: Place,
    /// The line's pattern.
    pub pattern: &'static str,
    /// What went wrong, with `{group}` for what the pattern's groups hold.
    pub cause: &'static str,
    /// What to do.
    pub help: Option<&'static str>,
    /// The rule that tells it before the build.
    pub rule: Option<&'static str>,
    /// Whose fault it is.
    pub fault: Option<Fault>,
    /// How much it says.
    pub weight: Weight,
    /// What must hold besides.
    pub condition: Condition,
}

/// What must hold for a sign besides its pattern.
pub type Condition = fn(&Scene<'_>, &Captures<'_>) -> bool;

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In what the step printed.
    Log,
    /// In what the builder says, the command itself left out.
    Message,
    /// In either.
    Anywhere,
}

/// How much a sign says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The failure is of this kind.
    Strong,
    /// It is of this kind if nothing else is known and the line is one of the last.
    Weak,
}

impl Kind {
    /// A kind that its author can mend.
    pub const fn author(name: &'static str, help: &'static str, signs: &'static [Sign]) -> Self {
        Self {
            name,
            fault: Fault::Author,
            help,
            rule: None,
            after: &[],
            exits: &[],
            signs,
        }
    }

    /// A kind that the network or somebody's server is to blame for.
    pub const fn network(name: &'static str, help: &'static str, signs: &'static [Sign]) -> Self {
        Self {
            fault: Fault::Network,
            ..Self::author(name, help, signs)
        }
    }

    /// A kind that the builder or its machine is to blame for.
    pub const fn platform(name: &'static str, help: &'static str, signs: &'static [Sign]) -> Self {
        Self {
            fault: Fault::Platform,
            ..Self::author(name, help, signs)
        }
    }

    /// With the rule that tells it before the build.
    pub const fn rule(self, rule: &'static str) -> Self {
        Self {
            rule: Some(rule),
            ..self
        }
    }

    /// A consequence of these, where they are seen.
    pub const fn after(self, after: &'static [&'static [&'static str]]) -> Self {
        Self { after, ..self }
    }

    /// Meant by these exit codes.
    pub const fn exits(self, exits: &'static [i64]) -> Self {
        Self { exits, ..self }
    }

    /// Whether it may be a consequence of another kind.
    pub fn follows(&self, other: &str) -> bool {
        self.after.iter().any(|names| names.contains(&other))
    }
}

/// A sign in what the step printed.
pub const fn log(pattern: &'static str, cause: &'static str) -> Sign {
    Sign {
        place: Place::Log,
        pattern,
        cause,
        help: None,
        rule: None,
        fault: None,
        weight: Weight::Strong,
        condition: |_, _| true,
    }
}

/// A sign in the builder's message.
pub const fn message(pattern: &'static str, cause: &'static str) -> Sign {
    Sign {
        place: Place::Message,
        ..log(pattern, cause)
    }
}

/// A sign in either.
pub const fn either(pattern: &'static str, cause: &'static str) -> Sign {
    Sign {
        place: Place::Anywhere,
        ..log(pattern, cause)
    }
}

impl Sign {
    /// With what to do.
    pub const fn help(self, help: &'static str) -> Self {
        Self {
            help: Some(help),
            ..self
        }
    }

    /// With the rule that tells it before the build.
    pub const fn rule(self, rule: &'static str) -> Self {
        Self {
            rule: Some(rule),
            ..self
        }
    }

    /// With whose fault it is.
    pub const fn fault(self, fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            ..self
        }
    }

    /// Only if nothing else is known.
    pub const fn weak(self) -> Self {
        Self {
            weight: Weight::Weak,
            ..self
        }
    }

    /// Only where this holds as well.
    pub const fn when(self, condition: Condition) -> Self {
        Self { condition, ..self }
    }
}

/// What a group of a match holds; empty where it took no part.
pub fn value<'a>(captures: &'a Captures<'_>, name: &str) -> &'a str {
    captures
        .name(name)
        .and_then(|group| std::str::from_utf8(group.as_bytes()).ok())
        .unwrap_or_default()
}
