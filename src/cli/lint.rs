//! `lint`: files, rules, the build, and what is printed.

use std::path::PathBuf;

use clap::Args;

use super::intended::profile;
use super::{Baseline, Build, Compat, OfHadolint, Output};
use crate::contract::Profile;

/// `lint`: files, rules, the build, and what is printed.
#[derive(Debug, Args)]
pub struct Lint {
    /// Dockerfiles, folders to walk, or - for standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// Which rules.
    #[command(flatten)]
    pub rules: Rules,
    /// How they are built.
    #[command(flatten)]
    pub build: Build,
    /// Which findings are known.
    #[command(flatten)]
    pub known: Baseline,
    /// What is printed.
    #[command(flatten, next_help_heading = "Output")]
    pub output: Output,
    /// How the run ends.
    #[command(flatten)]
    pub ending: Ending,
    /// Take another tool's place: its ids, levels, config, formats and exit codes
    #[arg(long, value_name = "TOOL", conflicts_with_all = ["baseline", "write_baseline"])]
    pub compat: Option<Compat>,
    /// That tool's own options.
    #[command(flatten)]
    pub of_hadolint: OfHadolint,
}

/// Which files are looked at.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub struct Files {
    /// Let the config's `exclude` count for named files, too
    #[arg(long)]
    pub force_exclude: bool,
    /// The path that standard input stands for
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,
    /// Print the files that would be checked, and stop
    #[arg(long)]
    pub show_files: bool,
    /// Print what holds for each file and which config says so, and stop; also with --format json
    #[arg(long, conflicts_with = "show_files")]
    pub show_settings: bool,
    /// How many files are checked at once; 0 means as many as there are cores
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub jobs: usize,
}

/// Which rules hold.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub struct Rules {
    /// The kind of place in which the images run
    #[arg(long, value_name = "NAME", value_parser = profile())]
    pub profile: Option<Profile>,
    /// Check these rules and no others; names or ids, with commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Option<Vec<String>>,
    /// Leave these rules out, too; names or ids, with commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Check the rules of the next edition, too
    #[arg(long)]
    pub preview: bool,
}

/// What the run says at its end, and its exit code.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Ending {
    /// Exit with 0 whatever is found
    #[arg(long)]
    pub exit_zero: bool,
    /// Count findings by rule, on standard error
    #[arg(long)]
    pub statistics: bool,
}
