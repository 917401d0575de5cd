//! `build`: docker's own names and meanings, as far as they are here.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Wanted;
use super::intended::profile;
use crate::config::FailOn;
use crate::contract::Profile;

/// `build`: a context, a Dockerfile, and how the image is made of them.
#[derive(Debug, Args)]
pub struct BuildImage {
    /// The build context
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// The Dockerfile [default: Dockerfile in PATH]
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// A name of the image; may be given several times
    #[arg(short, long, value_name = "NAME")]
    pub tag: Vec<String>,
    /// What is built.
    #[command(flatten)]
    pub wanted: Wanted,
    /// A secret for `RUN --mount=type=secret`: id=NAME,src=FILE or id=NAME,env=VARIABLE
    #[arg(long, value_name = "SECRET")]
    pub secret: Vec<String>,
    /// An ssh agent for `RUN --mount=type=ssh`: default, or ID=SOCKET
    #[arg(long, value_name = "AGENT")]
    pub ssh: Vec<String>,
    /// A label of the image
    #[arg(long, value_name = "NAME=VALUE")]
    pub label: Vec<String>,
    /// Reuse nothing of former builds
    #[arg(long)]
    pub no_cache: bool,
    /// Ask the registry for newer base images
    #[arg(long)]
    pub pull: bool,
    /// Push the image under all its names
    #[arg(long)]
    pub push: bool,
    /// The network of RUN: default, none or host
    #[arg(long, value_name = "NETWORK")]
    pub network: Option<String>,
    /// Images whose layers may be reused
    #[arg(long, value_name = "IMAGE")]
    pub cache_from: Vec<String>,
    /// Write the image's id into this file
    #[arg(long, value_name = "FILE")]
    pub iidfile: Option<PathBuf>,
    /// Write what is known of the build into this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub metadata_file: Option<PathBuf>,
    /// How progress is shown
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub progress: ProgressChoice,
    /// From which severity on a finding stops the build [default: warning]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
    /// The kind of place in which the image runs
    #[arg(long, value_name = "NAME", value_parser = profile())]
    pub profile: Option<Profile>,
    /// Build without looking for faults first
    #[arg(long)]
    pub no_lint: bool,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressChoice {
    /// Drawn on a terminal, else as lines.
    Auto,
    /// As lines.
    Plain,
    /// As JSON, an object a line, on standard output.
    Json,
    /// Not at all: the image's id is all that is printed.
    Quiet,
}
