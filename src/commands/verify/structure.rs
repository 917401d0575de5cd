//! The tests of container-structure-test files, held against the image.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::cli::Verify;
use crate::disk;
use crate::image::{Inspected, Keep, Root};
use crate::report::structure::Outcome;
use crate::structure::{self, Runner, Settings, Suite};

/// How often an image is read again for what links in it lead to.
const MOST_READINGS: usize = 4;

/// A file of tests, as it was named.
pub struct Named {
    name: String,
    suite: Suite,
}

/// Reads all files.
pub fn read(arguments: &Verify) -> Result<Vec<Named>> {
    let mut all = Vec::new();
    for path in &arguments.structure_test {
        let name = disk::shown(path);
        let source = disk::read(path, &name)?;
        let suite = structure::read(&source)?;
        all.push(Named { name, suite });
    }
    Ok(all)
}

/// Keeps what tests ask for.
pub fn keep(tests: &[Named], read: Option<(&Inspected, &Root)>, keep: &mut Keep) {
    let suites: Vec<Suite> = tests.iter().map(|named| named.suite.clone()).collect();
    let asked = structure::asked(&suites, read);
    keep.paths = asked.paths;
    keep.licences = asked.licences;
}

/// Reads the image again while links lead to what was not kept; what cannot be read twice is left as it
/// is.
pub fn followed(
    arguments: &Verify,
    tests: &[Named],
    mut image: Inspected,
    kept: &mut Keep,
    open: &dyn Fn(&Keep) -> Result<Inspected>,
) -> Result<(Inspected, Root)> {
    if tests.is_empty() {
        return Ok((image, Root::of(&Inspected::default())));
    }
    let is_input = arguments.archive.as_deref() == Some(Path::new("-"));
    let mut root = Root::of(&image);
    for _ in 0..MOST_READINGS {
        let before = kept.paths.clone();
        keep(tests, Some((&image, &root)), kept);
        if kept.paths == before || is_input {
            break;
        }
        image = open(kept)?;
        root = Root::of(&image);
    }
    Ok((image, root))
}

/// Runs all tests.
pub fn run(arguments: &Verify, tests: &[Named], image: &Inspected, root: &Root) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    let needs_container = tests.iter().any(|named| !named.suite.command_tests.is_empty());
    let mut door = match needs_container {
        true => Door::open(arguments),
        false => Door::Closed(String::new()),
    };
    for named in tests {
        let settings = settings(&named.suite)?;
        door.with(|runner| {
            let found = structure::run(&named.name, &named.suite, image, root, runner, &settings);
            outcomes.extend(found);
        });
    }
    Ok(outcomes)
}

/// What of the options has to be looked up on this host.
fn settings(suite: &Suite) -> Result<Settings> {
    let options = &suite.container_run_options;
    let mut env = Vec::new();
    if !options.env_file.is_empty() {
        let path = Path::new(&options.env_file);
        let source = disk::read(path, &disk::shown(path)).context("envFile of containerRunOptions")?;
        for line in String::from_utf8_lossy(source.text()).lines() {
            let line = line.trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.split_once('=') {
                Some(("", _)) => bail!("{}: a variable has no name", source.name()),
                Some(_) => env.push(line.to_owned()),
                None => env.extend(std::env::var(line).ok().map(|value| format!("{line}={value}"))),
            }
        }
    }
    let of_host = options.env_vars.iter().filter_map(|name| {
        let value = std::env::var(name).ok()?;
        Some(format!("{name}={value}"))
    });
    env.extend(of_host);
    Ok(Settings {
        user: Some(options.user.clone()).filter(|user| !user.is_empty()),
        privileged: options.privileged,
        terminal: options.allocate_tty,
        capabilities: options.capabilities.clone(),
        binds: options.bind_mounts.clone(),
        env,
    })
}

/// Who runs commands, or why nobody does.
enum Door {
    #[cfg(feature = "engine")]
    Open(Box<crate::engine::Engine>, String),
    Closed(String),
}

impl Door {
    #[cfg(feature = "engine")]
    fn open(arguments: &Verify) -> Self {
        let Some(image) = &arguments.image else {
            return Self::Closed("the image is not in the engine, so no command of it is run".to_owned());
        };
        match crate::engine::Engine::connect() {
            Ok(engine) => Self::Open(Box::new(engine), image.clone()),
            Err(error) => Self::Closed(error.to_string()),
        }
    }

    #[cfg(not(feature = "engine"))]
    fn open(_arguments: &Verify) -> Self {
        Self::Closed("this seaworthy was built without the engine".to_owned())
    }

    fn with(&mut self, work: impl FnOnce(Result<&mut dyn Runner, &str>)) {
        match self {
            #[cfg(feature = "engine")]
            Self::Open(engine, image) => work(Ok(&mut engine.once(image))),
            Self::Closed(why) => work(Err(why)),
        }
    }
}
