//! How findings are printed: their formats and files, and the tools whose ways are followed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::config::FailOn;

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With the text around each, for people.
    Text,
    /// One line each.
    Concise,
    /// For programs.
    Json,
    /// For code scanning.
    Sarif,
    /// Annotations of GitHub Actions, with the table in the step's summary.
    Github,
    /// GitLab's Code Quality.
    Gitlab,
    /// JUnit's XML.
    Junit,
    /// Checkstyle's XML.
    Checkstyle,
    /// Code Climate's documents.
    Codeclimate,
    /// SonarQube's generic issues.
    Sonarqube,
    /// As compilers print errors.
    Gnu,
    /// A table for a pull request.
    Markdown,
    /// With --compat hadolint: its default.
    #[value(hide = true)]
    Tty,
    /// With --compat hadolint: its form for GitLab.
    #[value(name = "gitlab_codeclimate", hide = true)]
    GitlabCodeclimate,
    /// With --compat hadolint: its form for Codacy.
    #[value(hide = true)]
    Codacy,
}

impl Format {
    /// Whether it is one of hadolint's alone.
    pub fn is_hadolints(self) -> bool {
        matches!(self, Self::Tty | Self::GitlabCodeclimate | Self::Codacy)
    }

    /// The word on the command line.
    pub fn name(self) -> String {
        self.to_possible_value()
            .map_or(String::new(), |value| value.get_name().to_owned())
    }
}

/// Another tool whose ids, levels, formats and exit codes are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Compat {
    /// hadolint 2.15.1.
    Hadolint,
}

/// How findings are printed, and what fails.
#[derive(Debug, Args)]
pub struct Output {
    /// How findings are printed
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Write findings into a file as well; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output_file)]
    pub output: Vec<(Format, PathBuf)>,
    /// From which severity on the run fails [default: warning]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
}

/// Reads `FORMAT=FILE`.
fn output_file(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("write it like json=findings.json")?;
    let format = Format::from_str(format, false).map_err(|_| {
        let shown = Format::value_variants()
            .iter()
            .filter(|format| !format.is_hadolints());
        let names: Vec<String> = shown.map(|format| format.name()).collect();
        format!("`{format}` is not a format; the formats are {}", names.join(", "))
    })?;
    if path.is_empty() {
        return Err("no file is named".to_owned());
    }
    Ok((format, PathBuf::from(path)))
}
