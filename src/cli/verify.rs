//! `verify`: a built image, and what it is held against.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::intended::profile;
use super::{Build, Output};
use crate::contract::Profile;

/// `verify`: which image, what is known of it, and what is printed.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("source").required(true).args(["image", "archive", "oci"]))]
pub struct Verify {
    /// The image in the engine, by name or id
    #[arg(value_name = "IMAGE")]
    pub image: Option<String>,
    /// An archive of the image, as `docker save` writes it, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub archive: Option<PathBuf>,
    /// A folder with the image in OCI's layout
    #[arg(long, value_name = "DIR")]
    pub oci: Option<PathBuf>,
    /// The Dockerfile that it was built from
    #[arg(long, value_name = "FILE")]
    pub dockerfile: Option<PathBuf>,
    /// Start it as the platform would, and look whether it works
    #[cfg(feature = "engine")]
    #[arg(long)]
    pub run: bool,
    /// Compare it with an older image, by name or archive, or with the image of a Dockerfile
    #[arg(long, value_name = "OLD")]
    pub diff: Option<PathBuf>,
    /// Run the tests of a container-structure-test file; may be given several times
    #[arg(long, value_name = "FILE")]
    pub structure_test: Vec<PathBuf>,
    /// The kind of place in which the image runs
    #[arg(long, value_name = "NAME", value_parser = profile())]
    pub profile: Option<Profile>,
    /// What is printed.
    #[command(flatten)]
    pub output: Output,
    /// How it was built.
    #[command(flatten)]
    pub build: Build,
}
