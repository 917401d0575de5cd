//! The text of a file to its tests; what is wrong with it, with the place.

use serde::Deserialize;

use crate::source::{Position, Source, Span};

/// The longest file, in bytes.
const LONGEST: usize = 1 << 20;
/// The version of the schema that is run.
const SCHEMA: &str = "2.0.0";

/// A file of tests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Suite {
    /// `2.0.0`.
    pub schema_version: String,
    /// Variables of all commands and paths.
    pub global_env_vars: Vec<Pair>,
    /// Tests of commands.
    pub command_tests: Vec<CommandTest>,
    /// Tests of whether files are there.
    pub file_existence_tests: Vec<FileExistenceTest>,
    /// Tests of what files say.
    pub file_content_tests: Vec<FileContentTest>,
    /// The test of the configuration.
    pub metadata_test: MetadataTest,
    /// Tests of licences.
    pub license_tests: Vec<LicenseTest>,
    /// How containers are started.
    pub container_run_options: RunOptions,
}

/// A name and a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Pair {
    /// The name.
    pub key: String,
    /// The value.
    pub value: String,
    /// Whether the value is a pattern.
    pub is_regex: bool,
}

/// A test of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct CommandTest {
    /// Its name.
    pub name: String,
    /// Commands before it, each in a container from what the one before left.
    pub setup: Vec<Vec<String>>,
    /// Commands behind it, which are not run: see the module.
    pub teardown: Vec<Vec<String>>,
    /// Variables of this command alone.
    pub env_vars: Vec<Pair>,
    /// How it should end.
    pub exit_code: i64,
    /// The program.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Patterns that its output matches.
    pub expected_output: Vec<String>,
    /// Patterns that its output does not match.
    pub excluded_output: Vec<String>,
    /// Patterns that its errors match.
    pub expected_error: Vec<String>,
    /// Patterns that its errors do not match.
    pub excluded_error: Vec<String>,
}

/// A test of whether a file is there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct FileExistenceTest {
    /// Its name.
    pub name: String,
    /// The path.
    pub path: String,
    /// Whether it should be there; it should where nothing is said.
    pub should_exist: bool,
    /// As Go writes modes, such as `-rw-r--r--`; empty where it does not matter.
    pub permissions: String,
    /// The owner's number; -1 where it does not matter.
    pub uid: i64,
    /// The group's number; -1 where it does not matter.
    pub gid: i64,
    /// `owner`, `group`, `other` or `any`; empty where it does not matter.
    pub is_executable_by: String,
}

impl Default for FileExistenceTest {
    fn default() -> Self {
        Self {
            name: String::new(),
            path: String::new(),
            should_exist: true,
            permissions: String::new(),
            uid: -1,
            gid: -1,
            is_executable_by: String::new(),
        }
    }
}

/// A test of what a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct FileContentTest {
    /// Its name.
    pub name: String,
    /// The path.
    pub path: String,
    /// Patterns that match.
    pub expected_contents: Vec<String>,
    /// Patterns that do not.
    pub excluded_contents: Vec<String>,
}

/// The test of the configuration. What is left out is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct MetadataTest {
    /// Variables that are set; `env` is the older name.
    #[serde(alias = "env")]
    pub env_vars: Vec<Pair>,
    /// Variables that are not set.
    #[serde(alias = "unboundEnv")]
    pub unbound_env_vars: Vec<Pair>,
    /// Labels.
    pub labels: Vec<Pair>,
    /// Ports, without protocol.
    pub exposed_ports: Vec<String>,
    /// Ports that are not exposed.
    pub unexposed_ports: Vec<String>,
    /// Volumes.
    pub volumes: Vec<String>,
    /// Folders that are no volumes.
    pub unmounted_volumes: Vec<String>,
    /// The entrypoint.
    pub entrypoint: Option<Vec<String>>,
    /// The command.
    pub cmd: Option<Vec<String>>,
    /// The working folder.
    pub workdir: String,
    /// The user.
    pub user: String,
}

/// A test of licences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct LicenseTest {
    /// Whether the copyright files of all packages of Debian are looked at.
    pub debian: bool,
    /// Further files.
    pub files: Vec<String>,
}

/// How containers are started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct RunOptions {
    /// The user; the image's where it is empty.
    pub user: String,
    /// Whether it is privileged.
    pub privileged: bool,
    /// Whether it has a terminal.
    pub allocate_tty: bool,
    /// A file of variables.
    pub env_file: String,
    /// Names of variables that are taken from the environment.
    pub env_vars: Vec<String>,
    /// Capabilities to add.
    pub capabilities: Vec<String>,
    /// Bind mounts, `source:target`.
    pub bind_mounts: Vec<String>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct ReadError {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
}

/// Reads a file: as JSON where its name ends so, else as YAML.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read(source: &Source) -> Result<Suite, ReadError> {
    let at = |position: Position, message: String| ReadError {
        file: source.name().to_owned(),
        line: position.line,
        column: position.column,
        message,
    };
    let start = source.position(0);
    if source.text().len() > LONGEST {
        return Err(at(start, format!("it has more than {LONGEST} bytes")));
    }
    let text = std::str::from_utf8(source.text()).map_err(|error| {
        let end = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
        at(source.position(end), "it is not UTF-8".to_owned())
    })?;
    let suite = match source.name().ends_with(".json") {
        true => serde_json::from_str::<Suite>(text).map_err(|error| ReadError {
            file: source.name().to_owned(),
            line: u32::try_from(error.line()).unwrap_or(u32::MAX),
            column: u32::try_from(error.column()).unwrap_or(u32::MAX).max(1),
            message: without_place(&error.to_string()),
        })?,
        false => serde_saphyr::from_str_with_options::<Option<Suite>>(text, options())
            .map_err(|error| {
                let error = error.without_snippet();
                let offset = error
                    .location()
                    .and_then(|location| location.span().byte_offset());
                let offset = offset.and_then(|offset| u32::try_from(offset).ok()).unwrap_or(0);
                at(source.position(offset), without_place(&error.to_string()))
            })?
            .unwrap_or_default(),
    };
    let key = |key: &str| {
        let offset = text.find(key).unwrap_or(0);
        source.position(Span::new(offset, offset).start)
    };
    match suite.schema_version.as_str() {
        SCHEMA => {}
        "" => return Err(at(start, format!("it names no schemaVersion; {SCHEMA} is run"))),
        other => {
            let message = format!("schemaVersion {other} is not run; {SCHEMA} is");
            return Err(at(key("schemaVersion"), message));
        }
    }
    match faults(&suite).into_iter().next() {
        Some((list, message)) => Err(at(key(list), message)),
        None => Ok(suite),
    }
}

/// A message without the place that its reader puts into it, on one line.
fn without_place(message: &str) -> String {
    let ends = [" at line ", ": line ", "\n"];
    let end = ends.iter().filter_map(|sign| message.find(sign)).min();
    message[..end.unwrap_or(message.len())].to_owned()
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 200_000,
            max_nodes: 100_000,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_recorded_anchor_events: 20_000,
            max_depth: 16,
            flow_nesting_limit: 16,
            max_documents: 1,
            max_merge_keys: 100,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 50_000,
            max_replay_stack_depth: 16,
            max_alias_expansions_per_anchor: 1_000,
        },
        with_snippet: false,
    }
}

/// Tests that say too little to be run, by the list in which they stand.
fn faults(suite: &Suite) -> Vec<(&'static str, String)> {
    let mut faults = Vec::new();
    let mut say = |list: &'static str, index: usize, what: &str| {
        faults.push((list, format!("test {} of {list} {what}", index + 1)));
    };
    for (index, test) in suite.command_tests.iter().enumerate() {
        if test.name.is_empty() {
            say("commandTests", index, "has no name");
        }
        if test.command.is_empty() {
            say("commandTests", index, "has no command");
        }
        if test.setup.iter().chain(&test.teardown).any(Vec::is_empty) {
            say(
                "commandTests",
                index,
                "has an empty command in its setup or teardown",
            );
        }
        if test
            .env_vars
            .iter()
            .any(|pair| pair.key.is_empty() || pair.value.is_empty())
        {
            say("commandTests", index, "has a variable without a name or a value");
        }
    }
    for (index, test) in suite.file_existence_tests.iter().enumerate() {
        if test.name.is_empty() || test.path.is_empty() {
            say("fileExistenceTests", index, "has no name or no path");
        }
        let by = test.is_executable_by.as_str();
        if !matches!(by, "" | "owner" | "group" | "other" | "any") {
            let what = format!("has isExecutableBy `{by}`, which is none of owner, group, other and any");
            say("fileExistenceTests", index, &what);
        }
    }
    for (index, test) in suite.file_content_tests.iter().enumerate() {
        if test.name.is_empty() || test.path.is_empty() {
            say("fileContentTests", index, "has no name or no path");
        }
    }
    let metadata = &suite.metadata_test;
    for (index, pair) in metadata.env_vars.iter().chain(&metadata.labels).enumerate() {
        if pair.key.is_empty() {
            say("metadataTest", index, "has no key");
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(name: &str, text: &str) -> String {
        let source = Source::new(name, text.as_bytes().to_vec()).expect("it is short");
        read(&source).expect_err("it is wrong").to_string()
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        let wrong = error("t.yaml", "schemaVersion: 1.0.0\n");
        assert!(wrong.starts_with("t.yaml:1:1: schemaVersion 1.0.0"), "{wrong}");
        let wrong = error("t.yaml", "schemaVersion: 2.0.0\nfileTests: []\n");
        assert!(
            wrong.starts_with("t.yaml:2:1: ") && wrong.contains("fileTests"),
            "{wrong}"
        );
        let wrong = error(
            "t.yaml",
            "schemaVersion: 2.0.0\ncommandTests:\n- name: x\n  comand: y\n",
        );
        assert!(
            wrong.starts_with("t.yaml:4:3: ") && wrong.contains("comand"),
            "{wrong}"
        );
        let wrong = error("t.json", "{\"schemaVersion\": \"2.0.0\",\n \"other\": 1}");
        assert!(
            wrong.starts_with("t.json:2:") && wrong.contains("other"),
            "{wrong}"
        );
        let wrong = error("t.yaml", "schemaVersion: 2.0.0\ncommandTests:\n- name: x\n");
        assert_eq!(wrong, "t.yaml:2:1: test 1 of commandTests has no command");
        let wrong = error("t.yaml", "");
        assert!(wrong.contains("names no schemaVersion"), "{wrong}");
    }

    #[test]
    fn numbers_may_stand_where_text_is_meant_and_files_should_exist() {
        let text = "schemaVersion: 2.0.0\nmetadataTest:\n  exposedPorts: [8080]\n  env:\n  - {key: A, value: 1}\n\
                    fileExistenceTests:\n- {name: a, path: /a}\n";
        let source = Source::new("t.yaml", text.as_bytes().to_vec()).expect("it is short");
        let suite = read(&source).expect("it can be read");
        assert_eq!(suite.metadata_test.exposed_ports, ["8080"]);
        assert_eq!(suite.metadata_test.env_vars[0].value, "1");
        let test = &suite.file_existence_tests[0];
        assert!(test.should_exist && test.uid == -1 && test.gid == -1);
    }
}
