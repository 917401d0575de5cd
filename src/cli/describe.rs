//! `describe`: a Dockerfile or an image, and how it is told.

use std::path::PathBuf;

use clap::Args;

use super::intended::profile;
use super::{Build, ListFormat};
use crate::contract::Profile;

/// `describe`: a Dockerfile and how it is built.
#[derive(Debug, Args)]
pub struct Describe {
    /// The Dockerfile, or - for standard input; else an image in the engine, by name or id
    #[arg(value_name = "PATH|IMAGE")]
    pub path: PathBuf,
    /// It is an image, even if there is a file of this name
    #[arg(long)]
    pub image: bool,
    /// The kind of place in which the image runs
    #[arg(long, value_name = "NAME", value_parser = profile())]
    pub profile: Option<Profile>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
    /// How it is built.
    #[command(flatten)]
    pub build: Build,
}
