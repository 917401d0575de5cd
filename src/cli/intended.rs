//! How images are meant: what is built of a Dockerfile, and for what kind of place.

use std::path::PathBuf;

use clap::Args;

use crate::contract::Profile;
use crate::invocation::Platform;

/// How the images are built.
#[derive(Debug, Args)]
#[command(next_help_heading = "Build")]
pub struct Build {
    /// The build context; else the folder of each Dockerfile serves for reading text
    #[arg(long, value_name = "DIR")]
    pub context: Option<PathBuf>,
    /// What is built.
    #[command(flatten)]
    pub wanted: Wanted,
}

/// What is built of a Dockerfile.
#[derive(Debug, Args)]
pub struct Wanted {
    /// A build argument; without a value, that of the environment
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub build_arg: Vec<String>,
    /// The stage that is built
    #[arg(long, value_name = "STAGE")]
    pub target: Option<String>,
    /// The platform that is built for, such as linux/arm64
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<Platform>,
}

pub(super) fn profile() -> impl clap::builder::TypedValueParser<Value = Profile> {
    use clap::builder::TypedValueParser;
    let names = Profile::ALL.map(Profile::name);
    clap::builder::PossibleValuesParser::new(names).map(|name| {
        let named = |profile: &Profile| profile.name() == name;
        Profile::ALL.into_iter().find(named).unwrap_or_default()
    })
}

fn platform(text: &str) -> Result<Platform, String> {
    Platform::parse(text).ok_or_else(|| "write it like linux/amd64".to_owned())
}
