//! What this engine's builder cannot read, told before the build instead of in its middle.
//!
//! The versions of the frontend are those that Docker's reference names ("Minimum Dockerfile version"),
//! and which engine has which is by its vendored BuildKit: 20.10 has 0.8 with the frontend 1.2, 23.0 has
//! 0.10 with 1.4, 24.0 has 0.11 with 1.5, 25.0 has 0.12 with 1.6, 26.0 has 0.12 with 1.6 as well, 27.0 has
//! 0.14 with 1.8.

use crate::diagnose::Builder;
use crate::engine::{Description, Kind};
use crate::syntax::{Instruction, Keyword, Tree};

/// Something that the builder cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The line, from 1.
    pub line: u32,
    /// What it is, as the subject of a sentence.
    pub what: String,
    /// What would read it.
    pub since: &'static str,
}

/// A version of the Dockerfile frontend; zero where there is none.
type Frontend = (u32, u32);

/// The first frontend with mounts, `--chmod`.
const MOUNTS: Frontend = (1, 2);
/// The first one with here-documents and `--link`.
const HEREDOCS: Frontend = (1, 4);
/// The first one with `ADD --checksum`.
const CHECKSUM: Frontend = (1, 6);

/// What in a file the builder cannot read. A file that names a frontend of its own by `# syntax=` is read
/// by that one, so nothing is said of it where the builder obeys.
pub fn unreadable(tree: &Tree, builder: Builder, engine: &Description) -> Vec<Unreadable> {
    let Some(frontend) = frontend(builder, engine) else {
        return Vec::new();
    };
    if builder == Builder::BuildKit && syntax(tree).is_some() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for instruction in &tree.instructions {
        look(instruction, builder, frontend, &mut found);
        if let Some(trigger) = &instruction.trigger {
            look(trigger, builder, frontend, &mut found);
        }
    }
    found
}

/// The image of the frontend that the file asks for.
pub fn syntax(tree: &Tree) -> Option<&str> {
    let directive = tree
        .directives
        .iter()
        .find(|one| one.name == "syntax" && one.in_force)?;
    directive.value.split_whitespace().next()
}

/// The frontend that is built in; none where nobody knows.
fn frontend(builder: Builder, engine: &Description) -> Option<Frontend> {
    match (builder, engine.kind, engine.major()) {
        (Builder::Classic, ..) => Some((0, 0)),
        (Builder::Buildah, _, Some(major)) if major < 5 => Some(MOUNTS),
        (Builder::BuildKit, Kind::Docker, Some(18)) => Some((1, 0)),
        (Builder::BuildKit, Kind::Docker, Some(19)) => Some((1, 1)),
        (Builder::BuildKit, Kind::Docker, Some(20)) => Some(MOUNTS),
        (Builder::BuildKit, Kind::Docker, Some(23)) => Some(HEREDOCS),
        (Builder::BuildKit, Kind::Docker, Some(24)) => Some((1, 5)),
        _ => None,
    }
}

fn look(instruction: &Instruction, builder: Builder, frontend: Frontend, found: &mut Vec<Unreadable>) {
    let name = instruction.raw_keyword.to_uppercase();
    let mut say = |what: String, since: Frontend| {
        if frontend < since {
            found.push(Unreadable {
                line: instruction.start_line,
                what,
                since: match (builder, since) {
                    (Builder::Classic, MOUNTS) => "BuildKit reads it",
                    (_, HEREDOCS) => "Docker Engine 23.0 reads it",
                    (_, CHECKSUM) => "Docker Engine 25.0 reads it",
                    _ => "Docker Engine 20.10 reads it",
                },
            });
        }
    };
    if !instruction.heredocs.is_empty() {
        say(format!("the here-document of {name}"), HEREDOCS);
    }
    for flag in &instruction.flags {
        let since = match (instruction.keyword, flag.name()) {
            (Keyword::Run, "mount") => MOUNTS,
            (Keyword::Copy | Keyword::Add, "chmod") => MOUNTS,
            (Keyword::Copy | Keyword::Add, "link") => HEREDOCS,
            (Keyword::Add, "checksum") => CHECKSUM,
            _ => continue,
        };
        say(format!("{name} --{}", flag.name()), since);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    const TEXT: &str = "FROM a\nRUN --mount=type=cache,target=/x true\nCOPY --link a b\nCOPY --chmod=755 a b\n\
                        RUN <<EOF\ntrue\nEOF\nADD --checksum=sha256:0 http://x /\n";

    fn lines(text: &str, builder: Builder, version: &str) -> Vec<u32> {
        let engine = Description {
            kind: Kind::Docker,
            version: version.to_owned(),
            api: (1, 41),
            os: "linux".to_owned(),
            prefers_classic: false,
            address: String::new(),
        };
        let found = unreadable(&parse(text.as_bytes()), builder, &engine);
        found.iter().map(|one| one.line).collect()
    }

    #[test]
    fn each_generation_reads_more() {
        assert_eq!(lines(TEXT, Builder::Classic, "28.5.2"), [2, 3, 4, 5, 8]);
        assert_eq!(lines(TEXT, Builder::BuildKit, "20.10.24+dfsg1"), [3, 5, 8]);
        assert_eq!(lines(TEXT, Builder::BuildKit, "24.0.1"), [8]);
        assert!(lines(TEXT, Builder::BuildKit, "28.5.2").is_empty());
        assert!(lines(TEXT, Builder::BuildKit, "").is_empty());
    }

    #[test]
    fn a_frontend_of_its_own_is_another_matter() {
        let text = format!("# syntax=docker/dockerfile:1\n{TEXT}");
        assert!(lines(&text, Builder::BuildKit, "20.10.24").is_empty());
        assert_eq!(lines(&text, Builder::Classic, "20.10.24").len(), 5);
    }
}
