//! The shell that reads each RUN: SHELL, what a base brings, `# hadolint shell=`, and the names that are
//! set when the script begins.

use std::sync::Arc;

use super::Text;
use crate::facts::Family;
use crate::interpret::KnownBase;
use crate::shell::{Interpreter, Kind};
use crate::source::Source;
use crate::stages::Start;
use crate::syntax::{Keyword, Tree};

/// The shell of every RUN in a file, ONBUILD RUN included.
pub struct Shells {
    by_instruction: Vec<Option<Interpreter>>,
}

/// The shell in force.
#[derive(Clone)]
struct InForce {
    /// Its words.
    words: Arc<[String]>,
    /// What `/bin/sh` is in the image.
    sh: Kind,
}

impl InForce {
    fn interpreter(&self) -> Option<Interpreter> {
        let found = Interpreter::of(&self.words)?;
        let kind = if found.kind == Kind::Sh {
            self.sh
        } else {
            found.kind
        };
        Some(Interpreter { kind, ..found })
    }
}

impl Shells {
    /// Looks for the shell of every RUN.
    pub fn of(text: &Text) -> Self {
        let mut by_instruction = vec![None; text.tree.instructions.len()];
        let pragmas = pragmas(text.source, text.tree);
        let default = pragmas
            .iter()
            .rev()
            .find(|(index, _)| text.stages.all.first().is_none_or(|stage| *index <= stage.from))
            .map(|(_, words)| Arc::clone(words));
        let mut ends: Vec<InForce> = Vec::with_capacity(text.stages.all.len());
        for stage in &text.stages.all {
            let mut shell = match stage.start {
                Start::Stage(parent) => ends[parent].clone(),
                Start::Scratch | Start::Image(_) => of_base(text, stage.index),
            };
            if let Some(default) = default
                .as_ref()
                .filter(|_| !matches!(stage.start, Start::Stage(_)))
            {
                shell.words = Arc::clone(default);
            }
            // The shell of what runs when another image is built from this one.
            let mut later: Option<Arc<[String]>> = None;
            for index in stage.instructions.clone() {
                if let Ok(at) = pragmas.binary_search_by_key(&index, |(index, _)| *index) {
                    shell.words = Arc::clone(&pragmas[at].1);
                }
                let instruction = &text.tree.instructions[index];
                match (instruction.keyword, instruction.trigger.as_deref()) {
                    (Keyword::Shell, _) => shell.words = words(instruction.words()),
                    (Keyword::Run, _) => by_instruction[index] = shell.interpreter(),
                    (Keyword::Onbuild, Some(trigger)) => match trigger.keyword {
                        Keyword::Shell => later = Some(words(trigger.words())),
                        Keyword::Run => {
                            let words = later.clone().unwrap_or_else(|| Arc::clone(&shell.words));
                            by_instruction[index] = InForce { words, ..shell }.interpreter();
                        }
                        _ => {}
                    },
                    _ => {}
                }
            }
            ends.push(shell);
        }
        Self { by_instruction }
    }

    /// The shell of the RUN of this index; none where it is none that ShellCheck knows.
    pub fn at(&self, instruction: usize) -> Option<Interpreter> {
        self.by_instruction.get(instruction).copied().flatten()
    }
}

fn words(words: &[crate::syntax::Word]) -> Arc<[String]> {
    words.iter().map(|word| word.text.clone()).collect()
}

/// The shell that an image from elsewhere brings.
fn of_base(text: &Text, stage: usize) -> InForce {
    let usual = || -> Arc<[String]> { Arc::from(["/bin/sh".to_owned(), "-c".to_owned()]) };
    let found = match &text.stages.all[stage].start {
        Start::Image(image) if image.holes.is_empty() => {
            let platform = text.invocation.platform.as_ref();
            let platform = platform.map(|one| format!("{}/{}", one.os, one.architecture));
            text.bases.find(&image.text, platform.as_deref())
        }
        _ => None,
    };
    let (words, family) = match &found {
        Some(KnownBase::Table(base)) => (base.shell.clone(), base.family),
        Some(KnownBase::Built(facts)) => {
            let shell = facts.config.shells.last();
            (shell.map(|shell| shell.value.clone()), facts.from.base.family)
        }
        None => (None, None),
    };
    let sh = match family {
        Some(Family::Debian | Family::Ubuntu) => Kind::Dash,
        Some(Family::Alpine | Family::Busybox) => Kind::Busybox,
        // Their /bin/sh is bash under another name, which keeps what bash has beyond POSIX.
        Some(Family::Fedora | Family::Rhel | Family::Amazon | Family::Arch | Family::Suse) => Kind::Bash,
        Some(Family::Other) | None => Kind::Sh,
    };
    InForce {
        words: words.map_or_else(usual, Arc::from),
        sh,
    }
}

/// The words of `# hadolint shell=NAME`, by the instruction that follows, in order.
fn pragmas(source: &Source, tree: &Tree) -> Vec<(usize, Arc<[String]>)> {
    let mut found: Vec<(usize, Arc<[String]>)> = Vec::new();
    for comment in &tree.comments {
        let (Some(index), None) = (comment.speaks_for, comment.inside) else {
            continue;
        };
        let Some(shell) = pragma(source.slice(comment.span)) else {
            continue;
        };
        let words = shell.split_whitespace().map(str::to_owned).collect();
        match found.last_mut() {
            Some(last) if last.0 == index => last.1 = words,
            _ => found.push((index, words)),
        }
    }
    found
}

/// The shell that a comment names.
fn pragma(comment: &[u8]) -> Option<&str> {
    let text = str::from_utf8(comment).ok()?.trim_start_matches('#').trim();
    let rest = text.strip_prefix("hadolint")?;
    let rest = rest.strip_prefix(char::is_whitespace)?.trim_start();
    let shell = rest.strip_prefix("shell")?.trim_start().strip_prefix('=')?;
    let shell = shell.split('#').next().unwrap_or_default().trim();
    (!shell.is_empty()).then_some(shell)
}
