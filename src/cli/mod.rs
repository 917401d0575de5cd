//! The command line as types: what can be typed, and nothing about what it does.
//!
//! Help, completions and the man page come from these definitions.

mod baseline;
#[cfg(feature = "engine")]
mod build;
mod describe;
pub mod doctor;
mod format;
mod hadolint;
mod intended;
mod lint;
mod new;
mod verify;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub use baseline::Baseline;
#[cfg(feature = "engine")]
pub use build::{BuildImage, ProgressChoice};
pub use describe::Describe;
pub use format::{Compat, Format, Output};
pub use hadolint::OfHadolint;
pub use intended::{Build, Wanted};
pub use lint::{Ending, Files, Lint, Rules};
pub use new::{New, TemplateVerb};
pub use verify::Verify;

/// Lints the Dockerfiles of developer workspaces for the platform on which they run.
#[derive(Debug, Parser)]
#[command(
    name = "seaworthy",
    disable_version_flag = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Option<Verb>,
    /// Print the version
    #[arg(short = 'V', long)]
    pub version: bool,
    /// With --version: print it as JSON
    #[arg(long, requires = "version")]
    pub json: bool,
    /// What holds for every verb.
    #[command(flatten)]
    pub global: Global,
}

/// Options of every verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Use this config for all files, instead of the nearest one upwards from each
    #[arg(short, long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Print findings alone: no counts, no notes
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more on standard error
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says otherwise.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Check Dockerfiles
    Lint(Box<Lint>),
    /// Print a Dockerfile as it is read, as JSON
    Tree {
        /// The Dockerfile, or - for standard input
        path: PathBuf,
    },
    /// Say what the image of a Dockerfile will be, and what is unknown of it
    Describe(Box<Describe>),
    /// Make the folder of a workspace image out of a template
    New(Box<New>),
    /// Work on templates of one's own
    Template {
        /// What to do with them.
        #[command(subcommand)]
        verb: TemplateVerb,
    },
    /// Check a Dockerfile, then build its image
    #[cfg(feature = "engine")]
    Build(Box<BuildImage>),
    /// Check a built image: the same rules over what is in it
    Verify(Box<Verify>),
    /// Explain a rule
    Explain {
        /// The rule's name, or a known id such as DL3008
        rule: String,
    },
    /// List all rules
    Rules {
        /// How to print them
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: ListFormat,
    },
    /// Check a host, a cluster or a pod for what the platform needs
    Doctor(Box<doctor::Doctor>),
    /// Print the mounts of the container in which a workspace runs
    Mounts(doctor::Mounts),
    /// Show, describe or begin a config
    Config {
        /// What to do with it.
        #[command(subcommand)]
        verb: ConfigVerb,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man {
        /// The verb whose page is printed, such as lint; else the program's
        verb: Option<String>,
    },
}

/// What to do with a config.
#[derive(Debug, Subcommand)]
pub enum ConfigVerb {
    /// Print what holds for a path, and who says so
    Show {
        /// A Dockerfile or a folder
        #[arg(default_value = ".")]
        path: PathBuf,
        /// Print the level of each rule, or of these, and who says so
        #[arg(long = "rules", value_name = "RULE", num_args = 0.., require_equals = true, value_delimiter = ',')]
        shown: Option<Vec<String>>,
        /// What the command line of lint would say.
        #[command(flatten)]
        selection: Box<Rules>,
    },
    /// Write a seaworthy.yaml that says what a config of hadolint says
    Import {
        /// The config, such as .hadolint.yaml
        path: PathBuf,
    },
    /// Print the JSON schema of seaworthy.yaml
    Schema,
    /// Write a first seaworthy.yaml into the working folder
    Init,
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definitions_hold_together() {
        super::Cli::command().debug_assert();
    }
}
