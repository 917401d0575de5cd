//! What is said of a file or an image, as plain data.
//!
//! Nothing here decides anything: rules make findings, `policy` keeps or silences them, `report`
//! writes them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::source::Span;

/// How bad a fault is, the worst last.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A matter of taste that a team may agree on.
    Style,
    /// Worth knowing; nothing breaks.
    Info,
    /// Something will be missing or surprising.
    Warning,
    /// The build or the workspace breaks.
    Error,
}

impl Severity {
    /// The word in reports and in the config.
    pub fn name(self) -> &'static str {
        match self {
            Self::Style => "style",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// One step milder; style stays.
    #[must_use]
    pub fn lower(self) -> Self {
        match self {
            Self::Error => Self::Warning,
            Self::Warning => Self::Info,
            Self::Info | Self::Style => Self::Style,
        }
    }
}

/// How sure a fact or a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// It may be so: in a branch, after `||`, or over something that is not known.
    Possible,
    /// It will be so.
    Certain,
}

impl Certainty {
    /// Certain only if both are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }
}

/// Where a finding stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// In a text file: the Dockerfile itself, its config, or a file of the build context.
    Text {
        /// The path as reported; empty means the Dockerfile that is judged.
        path: Arc<str>,
        /// The bytes at fault.
        span: Span,
    },
    /// In a built image.
    Layer {
        /// Index of the layer, from 0, the lowest first.
        index: u32,
        /// The history line of the layer.
        created_by: Arc<str>,
    },
}

impl Place {
    /// A place in the Dockerfile that is judged.
    pub fn here(span: Span) -> Self {
        Self::Text {
            path: Arc::from(""),
            span,
        }
    }
}

/// How far a fix can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// The image stays the same but for the fault.
    Safe,
    /// What the author most likely wants; read it before it is applied.
    Suggested,
    /// May change what the image does.
    Unsafe,
}

/// Replaces the bytes of a span.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What goes; empty for an insertion.
    pub span: Span,
    /// What comes instead.
    pub text: String,
}

/// Edits that together mend one fault.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What it does, as an imperative.
    pub title: String,
    /// How far it can be trusted.
    pub safety: Safety,
    /// Not overlapping, in order.
    pub edits: Vec<Edit>,
}

/// A second place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Related {
    /// What it has to do with the fault.
    pub message: String,
    /// Where it stands.
    pub place: Place,
}

/// One fault at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Name of the rule.
    pub rule: &'static str,
    /// The known ids that apply to this finding, such as `DL3008`.
    pub aliases: Vec<&'static str>,
    /// How bad it is here, after certainty, before the config.
    pub severity: Severity,
    /// How sure.
    pub certainty: Certainty,
    /// What is wrong, one line, in the user's words.
    pub message: String,
    /// What to do, one line.
    pub help: Option<String>,
    /// Where.
    pub place: Place,
    /// The stage by name, or by index where it has none.
    pub stage: Option<String>,
    /// Other places that explain it.
    pub related: Vec<Related>,
    /// How to mend it, where that is known.
    pub fix: Option<Fix>,
}
