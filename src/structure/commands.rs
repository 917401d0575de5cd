//! Tests of commands, in containers of whoever can make them.

use super::expand::{Environment, expand};
use super::pattern::compile;
use super::read::CommandTest;

/// How containers are started, with everything that had to be looked up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The user; the image's where it is none.
    pub user: Option<String>,
    /// Whether they are privileged.
    pub privileged: bool,
    /// Whether they have a terminal, by which output and errors become one.
    pub terminal: bool,
    /// Capabilities to add.
    pub capabilities: Vec<String>,
    /// Bind mounts, `source:target`.
    pub binds: Vec<String>,
    /// Variables, `NAME=VALUE`.
    pub env: Vec<String>,
}

/// What a command did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub exit: i64,
    /// Its output.
    pub stdout: String,
    /// Its errors.
    pub stderr: String,
}

/// Whoever runs commands in containers of the image.
pub trait Runner {
    /// Runs commands one after another, each in a container from what the one before left, without the
    /// image's entrypoint, and gives what the last one did.
    ///
    /// # Errors
    /// One of them could not be run: in words for people.
    fn run(&mut self, commands: &[Vec<String>], settings: &Settings) -> Result<Ran, String>;
}

/// What does not hold.
pub fn run(
    test: &CommandTest,
    environment: &Environment,
    settings: &Settings,
    runner: &mut dyn Runner,
) -> Vec<String> {
    let mut settings = settings.clone();
    let own = environment_of(test, environment);
    settings.env.extend(own);
    let expanded = [&test.command].into_iter().chain(&test.args);
    let command: Vec<String> = expanded.map(|word| expand(word, environment)).collect();
    let mut commands = test.setup.clone();
    commands.push(command);
    let ran = match runner.run(&commands, &settings) {
        Ok(ran) => ran,
        Err(why) => return vec![why],
    };
    let mut errors = Vec::new();
    for (patterns, text, stream) in [
        (&test.expected_error, &ran.stderr, "errors"),
        (&test.expected_output, &ran.stdout, "output"),
    ] {
        errors.extend(patterns.iter().filter_map(|pattern| match compile(pattern) {
            Ok(compiled) if compiled.is_match(text) => None,
            Ok(_) => Some(format!(
                "`{pattern}` does not match its {stream}: {}",
                shown(text)
            )),
            Err(why) => Some(why),
        }));
    }
    for (patterns, text, stream) in [
        (&test.excluded_error, &ran.stderr, "errors"),
        (&test.excluded_output, &ran.stdout, "output"),
    ] {
        errors.extend(patterns.iter().filter_map(|pattern| match compile(pattern) {
            Ok(compiled) if !compiled.is_match(text) => None,
            Ok(_) => Some(format!(
                "`{pattern}` should not match its {stream}: {}",
                shown(text)
            )),
            Err(why) => Some(why),
        }));
    }
    if ran.exit != test.exit_code {
        errors.push(format!(
            "it should end with {}, and ended with {}: {}",
            test.exit_code,
            ran.exit,
            shown(&ran.stderr)
        ));
    }
    errors
}

/// The variables of one command: those for all tests, then its own.
fn environment_of(test: &CommandTest, environment: &Environment) -> Vec<String> {
    let mut all = environment.clone();
    for pair in &test.env_vars {
        all.insert(pair.key.clone(), expand(&pair.value, environment));
    }
    all.into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

/// The start of a text, on one line.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 200;
    let line: String = text.trim().replace(['\n', '\r'], " ⏎ ");
    match line.char_indices().nth(LONGEST) {
        _ if line.is_empty() => "nothing".to_owned(),
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None => format!("`{line}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::Pair;

    struct Recorded(Vec<(Vec<Vec<String>>, Settings)>, Ran);

    impl Runner for Recorded {
        fn run(&mut self, commands: &[Vec<String>], settings: &Settings) -> Result<Ran, String> {
            self.0.push((commands.to_vec(), settings.clone()));
            Ok(self.1.clone())
        }
    }

    #[test]
    fn a_command_is_expanded_and_its_output_judged() {
        let environment = Environment::from([("HOME".to_owned(), "/h".to_owned())]);
        let test = CommandTest {
            name: "x".into(),
            setup: vec![vec!["touch".into(), "$HOME".into()]],
            command: "ls".into(),
            args: vec!["$HOME".into()],
            env_vars: vec![Pair {
                key: "A".into(),
                value: "$HOME/b".into(),
                is_regex: false,
            }],
            exit_code: 3,
            expected_output: vec!["o+k".into(), "missing".into()],
            excluded_output: vec!["bad".into()],
            expected_error: vec!["^warn".into()],
            excluded_error: vec!["warn".into()],
            ..CommandTest::default()
        };
        let ran = Ran {
            exit: 0,
            stdout: "ook\nbad".into(),
            stderr: "warn".into(),
        };
        let mut runner = Recorded(Vec::new(), ran);
        let errors = run(&test, &environment, &Settings::default(), &mut runner);
        assert_eq!(errors.len(), 4, "{errors:?}");
        let (commands, settings) = &runner.0[0];
        assert_eq!(commands[0], ["touch", "$HOME"]);
        assert_eq!(commands[1], ["ls", "/h"]);
        assert_eq!(settings.env, ["A=/h/b", "HOME=/h"]);
    }
}
