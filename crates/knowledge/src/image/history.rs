//! The history of an image: which line made which layer, and which instruction of a Dockerfile made
//! which line.

use std::sync::Arc;

use super::inspected::Inspected;
use crate::stages::{Stages, Start};
use crate::syntax::{Args, Instruction, Keyword, Tree};

/// A line of the history, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The instruction, upper case; empty for what no builder wrote.
    pub keyword: &'static str,
    /// What follows the keyword.
    pub text: String,
    /// The line as the image has it, its first few thousand characters.
    pub created_by: Arc<str>,
    /// The layer that it made, if it made one.
    pub layer: Option<usize>,
    /// The layer at which it is told: its own, or the one below it.
    pub at: usize,
}

/// The lines of an image; one a layer and nothing more where the history does not fit the layers.
pub fn lines(image: &Inspected) -> Vec<Line> {
    let made = image.history.iter().filter(|line| !line.empty_layer).count();
    if made != image.layers.len() {
        let of_layer = |layer| Line {
            keyword: "",
            text: String::new(),
            created_by: Arc::from(""),
            layer: Some(layer),
            at: layer,
        };
        return (0..image.layers.len()).map(of_layer).collect();
    }
    let mut next = 0;
    let lines = image.history.iter().map(|history| {
        let layer = (!history.empty_layer).then_some(next);
        next += usize::from(layer.is_some());
        let (keyword, text) = read(&history.created_by);
        Line {
            keyword,
            text: text.to_owned(),
            created_by: Arc::from(beginning(&history.created_by)),
            layer,
            at: next.saturating_sub(1),
        }
    });
    lines.collect()
}

/// As much of a line as is told with each finding in its layer.
fn beginning(line: &str) -> &str {
    const MOST: usize = 4_096;
    match line.char_indices().nth(MOST) {
        Some((end, _)) => &line[..end],
        None => line,
    }
}

/// What an instruction weighs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// The instruction, as the history has it.
    pub instruction: String,
    /// The bytes of the files in its layer.
    pub bytes: u64,
}

/// What the instructions weigh that made layers, the first one first.
pub fn weights(image: &Inspected) -> Vec<Weighed> {
    let made = lines(image).into_iter().filter_map(|line| {
        let layer = line.layer?;
        let words: Vec<&str> = [line.keyword]
            .into_iter()
            .chain(line.text.split_whitespace())
            .collect();
        let said = words.join(" ").trim().to_owned();
        Some(Weighed {
            instruction: match said.is_empty() {
                true => format!("layer {layer}"),
                false => said,
            },
            bytes: image.layers.get(layer)?.bytes,
        })
    });
    made.collect()
}

/// The keyword of a line and what follows it: `RUN … # buildkit`, `/bin/sh -c #(nop)  CMD […]`, or the
/// words of a shell.
fn read(created_by: &str) -> (&'static str, &str) {
    let line = created_by.trim();
    let line = line.strip_suffix("# buildkit").unwrap_or(line).trim_end();
    let said = match line.split_once("#(nop)") {
        Some((_, said)) => said.trim_start(),
        None => line,
    };
    let first = said.split_whitespace().next().unwrap_or_default();
    let names = Keyword::ALL.map(Keyword::name);
    match names.into_iter().find(|name| *name == first) {
        Some(keyword) => (keyword, said[first.len()..].trim_start()),
        None if line.contains("#(nop)") || line.is_empty() || line.starts_with('#') => ("", said),
        None => ("RUN", said),
    }
}

/// The script of a RUN line, with the build's arguments (`|1 NAME=value`) and the shell taken off.
pub fn script(text: &str) -> Option<(Vec<String>, &str)> {
    let mut rest = text.trim_start();
    if let Some(counted) = rest.strip_prefix('|') {
        let (count, after) = counted.split_once(' ')?;
        let count: usize = count.parse().ok().filter(|count| *count < 1000)?;
        rest = after;
        // Values may have blanks in them: the shell begins at its path.
        if count > 0 {
            rest = &rest[rest.find(" /")? + 1..];
        }
    }
    let mut shell = Vec::new();
    loop {
        let (word, after) = rest.split_once(' ')?;
        shell.push(word.to_owned());
        rest = after;
        let ends = word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
        if ends {
            return Some((shell, rest));
        }
        if shell.len() > 8 || (shell.len() == 1 && !word.starts_with('/')) {
            return None;
        }
    }
}

/// Which instruction made which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// How many lines are those of the image in FROM.
    pub base_lines: usize,
    /// Of each line, the index of the instruction in the file.
    pub instructions: Vec<Option<usize>>,
}

/// Why an image is not that of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// There is no stage that is built.
    #[error("the Dockerfile has no stage that could be built")]
    NoStage,
    /// The image has fewer lines than the file has instructions.
    #[error("the history of the image is shorter than the Dockerfile")]
    TooShort,
    /// A line was made by another instruction.
    #[error("line {line} of the Dockerfile is `{instruction}`, and the image has `{found}` in its place")]
    Differs {
        /// The line of the instruction.
        line: u32,
        /// The instruction.
        instruction: String,
        /// What made the image's line.
        found: String,
    },
}

/// Matches the lines of an image with the instructions of the stages that lead to the target, from the
/// last one back. Labels that the command line added are left out.
pub fn matching(image: &Inspected, tree: &Tree, stages: &Stages) -> Result<Matched, Mismatch> {
    let lines = lines(image);
    let mut expected: Vec<usize> = Vec::new();
    let mut stage = stages.target.ok_or(Mismatch::NoStage)?;
    loop {
        let own = stages.all[stage].instructions.clone();
        expected.extend(
            own.rev()
                .filter(|index| tree.instructions[*index].keyword != Keyword::Unknown),
        );
        match stages.all[stage].start {
            // A stage starts from one before it, so this ends.
            Start::Stage(parent) => stage = parent,
            Start::Scratch | Start::Image(_) => break,
        }
    }
    let mut instructions = vec![None; lines.len()];
    let mut left = lines.len();
    for index in expected {
        let instruction = &tree.instructions[index];
        loop {
            // BuildKit writes no line for a trigger.
            let may_be_silent = instruction.keyword == Keyword::Onbuild;
            let Some(line) = left.checked_sub(1) else {
                match may_be_silent {
                    true => break,
                    false => return Err(Mismatch::TooShort),
                }
            };
            let found = &lines[line];
            if is_made_by(found.keyword, &found.text, instruction) {
                left = line;
                instructions[line] = Some(index);
                break;
            }
            if may_be_silent {
                break;
            }
            left = line;
            if found.keyword != "LABEL" {
                return Err(Mismatch::Differs {
                    line: instruction.start_line,
                    instruction: told(instruction.text.text()),
                    found: told(&found.created_by),
                });
            }
        }
    }
    Ok(Matched {
        base_lines: left,
        instructions,
    })
}

fn told(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn is_made_by(keyword: &str, text: &str, instruction: &Instruction) -> bool {
    if !instruction.raw_keyword.eq_ignore_ascii_case(keyword) {
        return false;
    }
    let Args::Text(word) = &instruction.args else {
        return true;
    };
    if instruction.keyword != Keyword::Run || !instruction.heredocs.is_empty() {
        return true;
    }
    let bare = |text: &str| -> String {
        let kept = text
            .chars()
            .filter(|sign| sign.is_ascii_graphic() && !matches!(sign, '\\' | '"' | '\''));
        kept.collect()
    };
    let begin: String = bare(&word.text).chars().take(60).collect();
    bare(text).contains(&begin)
}

/// How many lines are the base's where no Dockerfile is known: those of the lowest layer and the command
/// that follows it. An image of one layer alone has none.
pub fn base_lines(lines: &[Line]) -> usize {
    let Some(first) = lines.iter().position(|line| line.layer.is_some()) else {
        return 0;
    };
    // A distribution's files come by ADD, or by an import that says nothing.
    if !matches!(lines[first].keyword, "" | "ADD") {
        return 0;
    }
    let commands = lines[first + 1..]
        .iter()
        .take_while(|line| line.keyword == "CMD")
        .count();
    let base = first + 1 + commands;
    if base < lines.len() { base } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_builders_are_read() {
        assert_eq!(read("/bin/sh -c #(nop)  CMD [\"bash\"]"), ("CMD", "[\"bash\"]"));
        assert_eq!(read("RUN /bin/sh -c true # buildkit"), ("RUN", "/bin/sh -c true"));
        assert_eq!(read("|1 A=b /bin/sh -c true"), ("RUN", "|1 A=b /bin/sh -c true"));
        assert_eq!(read("WORKDIR /x"), ("WORKDIR", "/x"));
        assert_eq!(read("# debian.sh --arch 'amd64'").0, "");
        assert_eq!(read("").0, "");
    }

    #[test]
    fn the_script_of_a_run_stands_behind_the_shell() {
        let of = |text| script(text).map(|(_, script)| script);
        assert_eq!(of("/bin/sh -c echo a"), Some("echo a"));
        assert_eq!(of("|1 A=b c /bin/bash -o pipefail -c echo a"), Some("echo a"));
        assert_eq!(of("echo a"), None);
    }
}
