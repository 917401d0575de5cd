//! The command line as types: what can be typed, and nothing about what it does.
//!
//! Help, completions and the man page come from these definitions.

mod baseline;
#[cfg(feature = "engine")]
mod build;
pub mod doctor;
mod format;
mod new;
mod verify;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub use baseline::Baseline;
#[cfg(feature = "engine")]
pub use build::{BuildImage, ProgressChoice};
pub use format::{Compat, Format};
pub use new::{New, TemplateVerb};
pub use verify::Verify;

use crate::config::FailOn;
use crate::contract::Profile;
use format::output_file;

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
    #[arg(long, global = true, value_name = "FILE")]
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
    #[command(flatten)]
    pub output: Output,
    /// Take another tool's place: its ids, levels, config, formats and exit codes
    #[arg(long, value_name = "TOOL", conflicts_with_all = ["baseline", "write_baseline"])]
    pub compat: Option<Compat>,
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

/// How the images are built.
#[derive(Debug, Args)]
#[command(next_help_heading = "Build")]
pub struct Build {
    /// The build context; else the folder of each Dockerfile serves for reading text
    #[arg(long, value_name = "DIR")]
    pub context: Option<PathBuf>,
    /// A build argument; without a value, that of the environment
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub build_arg: Vec<String>,
    /// The stage that is built
    #[arg(long, value_name = "STAGE")]
    pub target: Option<String>,
    /// The platform that is built for, such as linux/arm64
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<crate::invocation::Platform>,
}

/// What is printed, and what fails.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// How findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Write findings into a file as well; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output_file)]
    pub output: Vec<(Format, PathBuf)>,
    /// From which severity on the run fails [default: warning]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
    /// Exit with 0 whatever is found
    #[arg(long)]
    pub exit_zero: bool,
    /// Count findings by rule, on standard error
    #[arg(long)]
    pub statistics: bool,
}

fn profile() -> impl clap::builder::TypedValueParser<Value = Profile> {
    use clap::builder::TypedValueParser;
    let names = Profile::ALL.map(Profile::name);
    clap::builder::PossibleValuesParser::new(names).map(|name| {
        let named = |profile: &Profile| profile.name() == name;
        Profile::ALL.into_iter().find(named).unwrap_or_default()
    })
}

fn platform(text: &str) -> Result<crate::invocation::Platform, String> {
    crate::invocation::Platform::parse(text).ok_or_else(|| "write it like linux/amd64".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definitions_hold_together() {
        super::Cli::command().debug_assert();
    }
}
