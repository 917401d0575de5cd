//! `new` and `template`: making a folder out of a template, and checking templates.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `new`: a template, a folder, and answers.
#[derive(Debug, Args)]
pub struct New {
    /// The template; `seaworthy new --list` shows them
    #[arg(required_unless_present = "list")]
    pub template: Option<String>,
    /// The folder that is made [default: the template's name]
    pub dir: Option<PathBuf>,
    /// Show the templates, or what one of them asks, and stop
    #[arg(long)]
    pub list: bool,
    /// Answer a question; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Answer questions by a YAML file; --set wins over it, and nobody is asked
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Take templates from a folder: one template, or several in folders of their own
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
}

/// What to do with templates.
#[derive(Debug, Subcommand)]
pub enum TemplateVerb {
    /// Make every example of the templates in a folder, and judge what is made
    Check {
        /// The folder: one template, or several in folders of their own
        dir: PathBuf,
    },
}
