//! One function per verb, which reads like the sentence that it does.

#[cfg(feature = "engine")]
mod build;
mod config;
mod describe;
mod doctor;
mod explain;
mod import;
mod init;
mod intended;
mod lint;
mod mounts;
mod new;
mod outputs;
mod rules;
mod settings;
mod template;
mod tree;
mod verify;
mod why;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{CommandFactory, Parser};

pub use lint::Resolver;

use crate::cli::{Cli, ColorChoice, Global, Verb};
use crate::report::json;
use crate::report::printable::printable;
use crate::report::text::Look;

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above the threshold.
    Clean,
    /// Something was found.
    Found,
    /// It could not run as asked.
    Failed,
    /// There is no Dockerfile under the folders given.
    NoFiles,
    /// Somebody ended it by a signal.
    Ended,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Clean => 0,
            Exit::Found => 1,
            Exit::Failed => 2,
            Exit::NoFiles => 3,
            // As shells have it for SIGINT.
            Exit::Ended => 130,
        })
    }
}

/// Does what the command line asks for.
pub fn run() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => return refused(&words, &error),
    };
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let done = dispatch(cli, &mut out).and_then(|exit| {
        out.flush()?;
        Ok(exit)
    });
    match done {
        Ok(exit) => exit.into(),
        // The reader has what it wants.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            Exit::Failed.into()
        }
    }
}

/// Says why a command line cannot be understood, or prints the help that it asks for.
fn refused(words: &[OsString], error: &clap::Error) -> ExitCode {
    if let Some(flag) = later(error) {
        say(&format!(
            "error: {flag} is not there yet: this version finds faults and mends none"
        ));
        return Exit::Failed.into();
    }
    let code = ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    // clap repeats a word as it is, and a word may be the name of a file that a hook hands over.
    let text: Vec<Cow<str>> = words.iter().map(|word| word.to_string_lossy()).collect();
    let plain: Vec<Cow<str>> = text.iter().map(|word| printable(word)).collect();
    if plain == text {
        // If even this cannot be printed, nobody is there to be told.
        let _ = error.print();
        return code;
    }
    match Cli::try_parse_from(plain.iter().map(|word| &**word)) {
        Err(error) => drop(error.print()),
        Ok(_) => say("error: an argument has signs in it that cannot be printed"),
    }
    code
}

/// Flags whose names are settled and whose work is still to come. They are errors like any unknown one,
/// with a clearer word, since the hook `seaworthy-fix` is shipped already.
const LATER: [&str; 3] = ["--fix", "--unsafe-fixes", "--diff"];

/// The flag still to come at which the command line was refused.
fn later(error: &clap::Error) -> Option<&'static str> {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let (ErrorKind::UnknownArgument, Some(ContextValue::String(flag))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    else {
        return None;
    };
    LATER.into_iter().find(|later| later == flag)
}

fn dispatch(cli: Cli, out: &mut dyn Write) -> Result<Exit> {
    match cli.verb {
        _ if cli.version => version(cli.json, out),
        Some(Verb::Lint(arguments)) => lint::lint(&cli.global, &arguments, out),
        Some(Verb::Tree { path }) => tree::tree(&path, out),
        Some(Verb::Describe(arguments)) => describe::describe(&cli.global, &arguments, out),
        Some(Verb::New(arguments)) => new::new(&cli.global, &arguments, out),
        Some(Verb::Template { verb }) => template::template(&cli.global, &verb, out),
        #[cfg(feature = "engine")]
        Some(Verb::Build(arguments)) => build::build(&cli.global, &arguments, out),
        Some(Verb::Verify(arguments)) => verify::verify(&cli.global, &arguments, out),
        Some(Verb::Explain { rule }) => explain::explain(&rule, out),
        Some(Verb::Rules { format }) => rules::rules(format, out),
        Some(Verb::Doctor(arguments)) => doctor::doctor(&cli.global, &arguments, out),
        Some(Verb::Mounts(arguments)) => mounts::mounts(&arguments, out),
        Some(Verb::Config { verb }) => config::config(&cli.global, &verb, out),
        Some(Verb::Completions { shell }) => {
            clap_complete::generate(shell, &mut Cli::command(), "seaworthy", &mut &mut *out);
            Ok(Exit::Clean)
        }
        Some(Verb::Man { verb }) => man(verb.as_deref(), out),
        None => {
            write!(io::stderr(), "{}", Cli::command().render_help())?;
            Ok(Exit::Failed)
        }
    }
}

/// Prints the manual page of the program, or of one verb.
fn man(verb: Option<&str>, out: &mut dyn Write) -> Result<Exit> {
    let mut program = Cli::command();
    program.build();
    let page = match verb {
        None => program,
        Some(verb) => match program.find_subcommand(verb) {
            Some(found) => found.clone(),
            None => bail!("there is no verb `{verb}`"),
        },
    };
    let name = match verb {
        None => "seaworthy".to_owned(),
        Some(verb) => format!("seaworthy-{verb}"),
    };
    clap_mangen::Man::new(page.display_name(name)).render(&mut &mut *out)?;
    Ok(Exit::Clean)
}

fn version(as_json: bool, out: &mut dyn Write) -> Result<Exit> {
    #[derive(serde::Serialize)]
    struct Version {
        schema: u32,
        name: &'static str,
        version: &'static str,
    }
    if as_json {
        let version = Version {
            schema: 1,
            name: "seaworthy",
            version: crate::VERSION,
        };
        json::write_value(&version, out)?;
    } else {
        writeln!(out, "seaworthy {}", crate::VERSION)?;
    }
    Ok(Exit::Clean)
}

/// Says something on standard error, where findings are not.
fn say(words: &str) {
    // If standard error is closed, there is nobody to be told.
    let _ = writeln!(io::stderr(), "{}", printable(words));
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let closed = |cause: &(dyn std::error::Error + 'static)| {
        let cause = cause.downcast_ref::<io::Error>();
        cause.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    error.chain().any(closed)
}

/// How the terminal, or whatever takes the output, is written to.
fn look(global: &Global) -> Look {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let forced = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    match global.color {
        ColorChoice::Always => Look::Coloured,
        ColorChoice::Never if dumb => Look::Ascii,
        ColorChoice::Never => Look::Plain,
        ColorChoice::Auto if set("NO_COLOR") && dumb => Look::Ascii,
        ColorChoice::Auto if set("NO_COLOR") => Look::Plain,
        ColorChoice::Auto if forced("FORCE_COLOR") || forced("CLICOLOR_FORCE") => Look::Coloured,
        ColorChoice::Auto if dumb => Look::Ascii,
        ColorChoice::Auto if io::stdout().is_terminal() => Look::Coloured,
        ColorChoice::Auto => Look::Plain,
    }
}
