//! RUN: its text to commands, each command to a step.

use std::ops::Range;
use std::sync::Arc;

use crate::context::Answer;
use crate::facts::{Change, Content, Effect, Family, Mount, Value, path};
use crate::finding::{Certainty, Place};
use crate::interpret::body::{body, interpreter, whole_script, with_bodies};
use crate::interpret::script::{Frame, Placed, Runner, sets_pipefail};
use crate::interpret::{Input, Walk, words};
use crate::shell::{self, Dialect};
use crate::stages;
use crate::syntax::{Args, Instruction, Keyword};

impl Walk<'_> {
    pub(super) fn run(&mut self, index: usize, instruction: &Instruction) {
        let mounts = self.mounts(instruction);
        let user = self.user();
        let mut frame = Frame {
            home: self.run_home(&user),
            folder: self.folder(),
            user,
            variables: Vec::new(),
            certainty: Certainty::Certain,
            tolerated: false,
            tested: Vec::new(),
            is_fallback: false,
            pipefail: false,
        };
        let shell_words: Vec<String> = match self.facts.config.shells.last() {
            Some(shell) => shell.value.clone(),
            None => vec!["/bin/sh".into(), "-c".into()],
        };
        let here = self.whole_place(instruction);
        let options: Vec<(Value, Place)> = shell_words
            .iter()
            .skip(1)
            .map(|word| (Value::known(word.clone()), here.clone()))
            .collect();
        frame.pipefail = sets_pipefail(&options).unwrap_or(false) && self.knows_pipefail(&shell_words);
        let is_login = |word: &String| {
            word == "--login" || word.starts_with('-') && !word.starts_with("--") && word.contains(['l', 'i'])
        };
        let reads_start_up = matches!(self.facts.config.variable("BASH_ENV"), Answer::Known(_));
        if reads_start_up || shell_words.iter().skip(1).any(is_login) {
            frame.lose_search();
        }
        let dialect = match self.commented_shell(instruction) {
            Some(shell) => shell::dialect(&[shell]),
            None => shell::dialect(&shell_words),
        };
        let around = self.around(instruction, mounts);
        let mut runner = Runner::new(self, index, instruction, around);
        match &instruction.args {
            Args::Json(words) => {
                let words = words.iter().map(|word| {
                    (
                        Value::known(word.text.clone()),
                        runner.place_of(word.range.clone()),
                    )
                });
                let words: Vec<(Value, Place)> = words.collect();
                runner.exec(words, &frame);
            }
            Args::Text(word) => {
                let alone = whole_script(instruction, &word.text);
                if let Some(heredoc) = alone {
                    let (text, start) = body(runner.walk.input.source, heredoc);
                    let placed = Placed::Straight {
                        path: runner.walk.input.path,
                        start,
                    };
                    match (interpreter(&text), dialect) {
                        (Some(program), _) => match shell::dialect(std::slice::from_ref(&program)) {
                            Some(dialect) => runner.text(&text, dialect, &placed, frame),
                            None => runner.foreign(&program, &frame),
                        },
                        (None, Some(dialect)) => runner.text(&text, dialect, &placed, frame),
                        (None, None) => runner.foreign(&shell_words.join(" "), &frame),
                    }
                    return;
                }
                let Some(dialect) = dialect else {
                    runner.foreign(&shell_words.join(" "), &frame);
                    return;
                };
                let (text, bodies) = with_bodies(runner.walk.input.source, instruction, &word.text);
                let placed = Placed::Joined {
                    path: runner.walk.input.path,
                    joined: &instruction.text,
                    start: word.range.start,
                    bodies,
                };
                runner.text(&text, dialect, &placed, frame);
            }
            Args::None | Args::Words(_) | Args::Pairs(_) | Args::Health(..) => {}
        }
    }

    /// Whether the shell knows `pipefail`: bash, zsh, ksh and BusyBox's do, Debian's `sh` does not.
    fn knows_pipefail(&self, shell: &[String]) -> bool {
        let base = &self.facts.from.base;
        let is_posix = shell::dialect(shell) == Some(Dialect::Posix);
        let is_ash = shell.first().is_some_and(|program| program.ends_with("ash"));
        !is_posix || is_ash || base.family == Some(Family::Alpine)
    }

    /// The shell that the last `# hadolint shell=NAME` above names, as far as it reaches.
    fn commented_shell(&self, instruction: &Instruction) -> Option<String> {
        let here = instruction.span.start;
        let after = self.shell_comments.partition_point(|one| one.reach.start < here);
        let last = &self.shell_comments[after.checked_sub(1)?];
        last.reach.contains(&here).then(|| last.shell.clone())
    }

    /// HOME of a RUN: what ENV says, else the user's home.
    fn run_home(&self, user: &Value) -> Value {
        match self.facts.config.variable("HOME") {
            Answer::Known(home) => home.clone(),
            Answer::Absent | Answer::Unknown => self.home_of(user),
        }
    }

    /// Its mounts: what is written below them is not in the image.
    fn mounts(&self, instruction: &Instruction) -> Vec<Mount> {
        let mut mounts = Vec::new();
        for flag in instruction.flags.iter().filter(|flag| flag.name() == "mount") {
            let Some(value) = flag.value() else { continue };
            let mut target = None;
            let mut kind = "bind";
            let mut is_variable = false;
            for (key, value) in stages::mount_options(value) {
                match key.to_ascii_lowercase().as_str() {
                    "target" | "dst" | "destination" => target = Some(value),
                    "type" => kind = value,
                    "env" => is_variable = true,
                    _ => {}
                }
            }
            if kind == "secret" && target.is_none() && !is_variable {
                target = Some("/run/secrets");
            }
            let target = target.map(|target| {
                let target = words::instruction_word(target, self.input.tree.escape, &self.facts.config);
                path::resolve(&self.folder(), &Value::known("/root"), &target)
            });
            mounts.push(Mount {
                kind: kind.to_ascii_lowercase(),
                target,
                is_variable,
                place: self.place(instruction, flag.range.clone()),
            });
        }
        mounts
    }
}

/// A comment that names the shell of the RUNs below it: `# hadolint shell=NAME`.
pub(super) struct ShellComment {
    /// From the comment to the next SHELL or the end of the stage; one before the first FROM holds for
    /// all stages.
    reach: Range<u32>,
    /// Its program.
    shell: String,
}

/// All of them, in order.
pub(super) fn shell_comments(input: Input) -> Arc<[ShellComment]> {
    let instructions = &input.tree.instructions;
    let first_from = instructions.iter().find(|one| one.keyword == Keyword::From);
    let named = input.tree.comments.iter().filter_map(|comment| {
        let text = str::from_utf8(input.source.slice(comment.span)).ok()?;
        let rest = text.strip_prefix('#')?.trim_start().strip_prefix("hadolint")?;
        let shell = rest
            .trim_start()
            .strip_prefix("shell")?
            .trim_start()
            .strip_prefix('=')?;
        let shell = shell.split_whitespace().next()?.to_owned();
        let start = comment.span.start;
        let is_of_all = first_from.is_none_or(|from| start < from.span.start);
        let next = instructions.partition_point(|one| one.span.start < start);
        let ends =
            |one: &&Instruction| one.keyword == Keyword::Shell || one.keyword == Keyword::From && !is_of_all;
        let end = instructions[next..]
            .iter()
            .find(ends)
            .map_or(u32::MAX, |one| one.span.start);
        let reach = start..end;
        Some(ShellComment { reach, shell })
    });
    named.collect()
}

/// Takes away what a mount keeps out of the image.
pub(super) fn without_mounted(effects: Vec<Effect>, mounts: &[Mount]) -> Vec<Effect> {
    if mounts.is_empty() {
        return effects;
    }
    let is_mounted = |path: &Value| {
        mounts
            .iter()
            .filter_map(|mount| mount.target.as_ref()?.as_known())
            .any(|mount| path::covers(mount, path))
    };
    let stays = |effect: &Effect| match &effect.change {
        Change::Write(write) => !is_mounted(&write.path),
        Change::Remove { path, .. } | Change::Mode { path, .. } => !is_mounted(path),
        _ => true,
    };
    effects.into_iter().filter(stays).collect()
}

/// The content that a shell's output gives a file.
pub(super) fn content(output: Option<&Value>) -> Content {
    output.cloned().map_or(Content::Unknown, Content::Text)
}

/// Where a range of a script's text stands.
impl Placed<'_> {
    pub(super) fn place(&self, range: Range<u32>) -> Place {
        match self {
            Self::Fixed(place) | Self::Word(place) => place.clone(),
            Self::Straight { path, start } => Place::Text {
                path: (*path).clone(),
                span: crate::source::Span {
                    start: start + range.start,
                    end: start + range.end.max(range.start),
                },
            },
            Self::Joined {
                path,
                joined,
                start,
                bodies,
            } => {
                let after = bodies.partition_point(|(at, _)| *at <= range.start);
                let span = match after.checked_sub(1).map(|index| bodies[index]) {
                    Some((at, source)) => crate::source::Span {
                        start: source + (range.start - at),
                        end: source + (range.end.max(range.start) - at),
                    },
                    None => {
                        let first = bodies.first().map_or(u32::MAX, |(at, _)| at - 1);
                        joined.span(start + range.start..start + range.end.min(first).max(range.start))
                    }
                };
                Place::Text {
                    path: (*path).clone(),
                    span,
                }
            }
        }
    }
}
