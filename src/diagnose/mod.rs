//! A failed build as plain data, for whoever explains it.
//!
//! Nothing here knows an engine: text in, text out, so that every kind of failure can be a case in
//! a file.

mod explain;
mod known;
mod scene;
mod sign;
mod silent;
mod text;

pub use explain::{Explanation, Fault, explain};
pub use text::text;

/// All kinds of failure that are told by what is printed.
fn tables() -> impl Iterator<Item = &'static sign::Kind> {
    known::FAMILIES.iter().copied().flatten()
}

/// Who built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Builder {
    /// BuildKit within the engine.
    #[serde(rename = "buildkit")]
    BuildKit,
    /// The engine's classic builder.
    Classic,
    /// Podman's builder behind the engine's API.
    Buildah,
}

impl Builder {
    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::BuildKit => "BuildKit",
            Self::Classic => "the classic builder",
            Self::Buildah => "buildah",
        }
    }
}

/// One step that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The instruction as it is joined, keyword included: `RUN apt-get update && …`. Of a step that
    /// belongs to no instruction, such as loading the context, the step's own name.
    pub instruction: String,
    /// The instruction's keyword in upper case; empty where the step belongs to no instruction.
    pub keyword: String,
    /// The line of the instruction in the Dockerfile, from 1; none where the step belongs to none.
    pub line: Option<u32>,
    /// The last lines of the step's output, oldest first, without escape sequences; standard output
    /// and standard error as they came.
    pub log: Vec<String>,
    /// What the builder says went wrong, such as `process "/bin/sh -c …" did not complete
    /// successfully: exit code: 7`.
    pub message: String,
    /// Who says it.
    pub builder: Builder,
}

impl Failure {
    /// The exit code of the command, where the message names one. BuildKit says `exit code: 7`, the
    /// classic builder `returned a non-zero code: 7`, buildah `exit status 7`.
    pub fn exit_code(&self) -> Option<i64> {
        ["exit code: ", "non-zero code: ", "exit status "]
            .iter()
            .find_map(|mark| {
                let (_, rest) = self.message.rsplit_once(mark)?;
                let end = rest
                    .find(|sign: char| !sign.is_ascii_digit())
                    .unwrap_or(rest.len());
                rest[..end].parse().ok()
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(message: &str) -> Failure {
        Failure {
            instruction: "RUN false".to_owned(),
            keyword: "RUN".to_owned(),
            line: Some(2),
            log: Vec::new(),
            message: message.to_owned(),
            builder: Builder::BuildKit,
        }
    }

    #[test]
    fn the_exit_code_is_read_in_each_builders_words() {
        let codes = [
            "executor failed running [/bin/sh -c exit 7]: exit code: 7",
            "process \"/bin/sh -c exit 7\" did not complete successfully: exit code: 7",
            "The command '/bin/sh -c exit 7' returned a non-zero code: 7",
            "building at STEP \"RUN exit 7\": while running runtime: exit status 7",
        ]
        .map(|message| failure(message).exit_code());
        assert_eq!(codes, [Some(7); 4]);
        assert_eq!(failure("file not found in build context").exit_code(), None);
    }
}
