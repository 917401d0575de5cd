//! Runs tests of container-structure-test files, schema 2.0.0, as they stand.
//!
//! [`read`] takes a file apart, [`asked`] says which paths of an image must be kept for it, [`run`] gives
//! the outcomes. Tests of files and of the configuration need no container; those of commands go to
//! whoever is a [`Runner`]. Where that project's own documents and its code differ, the code of its
//! `docker` driver counts.
//!
//! What differs on purpose: an unknown key and a faulty test are errors of the file and no silence, and
//! `teardown` is not run, as there: each test has containers of its own, which are thrown away.

mod commands;
mod expand;
mod files;
mod metadata;
mod pattern;
mod read;

pub use commands::{Ran, Runner, Settings};
pub use files::{Asked, asked};
pub use read::{
    CommandTest, FileContentTest, FileExistenceTest, LicenseTest, MetadataTest, Pair, ReadError, RunOptions,
    Suite, read,
};

use crate::image::{Inspected, Root};
use crate::report::structure::{Outcome, State};

/// Runs all tests of a file, named as it was given.
///
/// `runner` is none where no container can be had, with the reason.
pub fn run(
    name: &str,
    suite: &Suite,
    image: &Inspected,
    root: &Root,
    runner: Result<&mut dyn Runner, &str>,
    settings: &Settings,
) -> Vec<Outcome> {
    let environment = expand::environment(image, &suite.global_env_vars);
    let mut outcomes = Vec::new();
    let mut say = |name: String, state: State, errors: Vec<String>| {
        outcomes.push(Outcome {
            file: String::new(),
            name,
            state,
            errors,
        });
    };
    match runner {
        Ok(runner) => {
            for test in &suite.command_tests {
                let errors = commands::run(test, &environment, settings, runner);
                say(format!("Command Test: {}", test.name), state(&errors), errors);
            }
        }
        Err(why) => {
            for test in &suite.command_tests {
                say(
                    format!("Command Test: {}", test.name),
                    State::Skipped,
                    vec![why.to_owned()],
                );
            }
        }
    }
    for test in &suite.file_existence_tests {
        let errors = files::existence(test, &environment, root);
        say(
            format!("File Existence Test: {}", test.name),
            state(&errors),
            errors,
        );
    }
    for test in &suite.file_content_tests {
        let errors = files::content(test, &environment, root);
        say(
            format!("File Content Test: {}", test.name),
            state(&errors),
            errors,
        );
    }
    if suite.metadata_test != MetadataTest::default() {
        let errors = metadata::run(&suite.metadata_test, image);
        say("Metadata Test".to_owned(), state(&errors), errors);
    }
    for test in &suite.license_tests {
        let errors = files::licences(test, &environment, root);
        say("License Test".to_owned(), state(&errors), errors);
    }
    for outcome in &mut outcomes {
        name.clone_into(&mut outcome.file);
    }
    outcomes
}

fn state(errors: &[String]) -> State {
    match errors.is_empty() {
        true => State::Passed,
        false => State::Failed,
    }
}
