//! `lint --compat hadolint`: the options that hadolint has and we do not, under its own names.

use std::path::PathBuf;

use clap::Args;

use crate::config::hadolint::{Hadolint, LabelKind, Overrides, Threshold};

/// hadolint's own options. They hold together with its config and its variables, and come after both.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --compat hadolint")]
pub struct OfHadolint {
    /// From which level on the run fails: error, warning, info, style, ignore or none
    #[arg(short = 't', long, value_name = "LEVEL", value_parser = threshold, requires = "compat")]
    pub failure_threshold: Option<Threshold>,
    /// Exit with 0 whatever is found
    #[arg(long, requires = "compat")]
    pub no_fail: bool,
    /// Print without colours
    #[arg(long, requires = "compat")]
    pub no_color: bool,
    /// Tell this id as an error; may be given several times
    #[arg(long, value_name = "ID", value_delimiter = ',', requires = "compat")]
    pub error: Vec<String>,
    /// Tell this id as a warning
    #[arg(long, value_name = "ID", value_delimiter = ',', requires = "compat")]
    pub warning: Vec<String>,
    /// Tell this id as an info
    #[arg(long, value_name = "ID", value_delimiter = ',', requires = "compat")]
    pub info: Vec<String>,
    /// Tell this id as style
    #[arg(long, value_name = "ID", value_delimiter = ',', requires = "compat")]
    pub style: Vec<String>,
    /// A registry from which images may come; may be given several times
    #[arg(long, value_name = "REGISTRY", requires = "compat")]
    pub trusted_registry: Vec<String>,
    /// A label that images must have: NAME or NAME:KIND; may be given several times
    #[arg(long, value_name = "LABEL", value_parser = label, requires = "compat")]
    pub require_label: Vec<(String, LabelKind)>,
    /// Other labels than those are a fault
    #[arg(long, requires = "compat")]
    pub strict_labels: bool,
    /// Comments silence nothing
    #[arg(long, requires = "compat")]
    pub disable_ignore_pragma: bool,
    /// The path that a report of checkstyle names
    #[arg(long, value_name = "PATH", requires = "compat")]
    pub file_path_in_report: Option<String>,
    /// Write the report into this file instead of standard output
    #[arg(short = 'o', value_name = "FILE", requires = "compat")]
    pub report: Option<PathBuf>,
}

impl OfHadolint {
    /// What the options say, as a config of hadolint would say it.
    pub fn said(&self) -> Hadolint {
        let list = |ids: &[String]| (!ids.is_empty()).then(|| ids.to_vec());
        Hadolint {
            failure_threshold: self.failure_threshold,
            no_color: self.no_color.then_some(true),
            no_fail: self.no_fail.then_some(true),
            strict_labels: self.strict_labels.then_some(true),
            disable_ignore_pragma: self.disable_ignore_pragma.then_some(true),
            overrides: Some(Overrides {
                error: list(&self.error),
                warning: list(&self.warning),
                info: list(&self.info),
                style: list(&self.style),
            }),
            trusted_registries: list(&self.trusted_registry),
            label_schema: Some(self.require_label.iter().cloned().collect()),
            ..Hadolint::default()
        }
    }
}

fn threshold(word: &str) -> Result<Threshold, String> {
    Threshold::of(word)
        .ok_or_else(|| "the levels are error, warning, info, style, ignore and none".to_owned())
}

fn label(text: &str) -> Result<(String, LabelKind), String> {
    let (name, kind) = text.split_once(':').unwrap_or((text, ""));
    let kind = LabelKind::of(kind)
        .ok_or_else(|| "the kinds are text, url, rfc3339, semver, hash, spdx and email".to_owned())?;
    Ok((name.to_owned(), kind))
}
