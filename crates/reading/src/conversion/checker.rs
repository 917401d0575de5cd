//! One instruction with the variables around it: what it says once they are replaced, and what
//! BuildKit refuses of that.

use std::ops::Range;

use super::mount::{self, Mount};
use super::scope::Folder;
use super::{Fault, copy, graph, ports, signal};
use crate::finding::Certainty;
use crate::syntax::expand::{self, Expanded, ExpandedWord, Lookup, Variables};
use crate::syntax::{Args, Flag, Heredoc, Instruction, Keyword, Lexer, Word, quoted};

/// What BuildKit says of `--device` outside of labs builds.
const NO_DEVICES: &str = "device feature is only supported in Dockerfile frontend 1.14.0-labs or later";

/// Where an instruction stands.
pub(super) struct Checker<'a> {
    /// The bytes of the file.
    pub text: &'a [u8],
    /// The escape character of the file.
    pub escape: char,
    /// The variables at this point.
    pub variables: &'a dyn Variables,
    /// The working folder, where it is known.
    pub folder: Option<&'a Folder>,
    /// Whether the frontend takes what is not settled yet.
    pub is_labs: bool,
    /// Whether a mount names a stage that comes later.
    pub is_later: &'a dyn Fn(&str) -> bool,
}

/// What an instruction changes for those after it.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Variables of ENV; a name that is not known is none.
    pub variables: Vec<(Option<String>, Lookup)>,
    /// The folder of a WORKDIR, if it is one; inside, none where that is not known.
    pub folder: Option<Option<String>>,
}

impl Checker<'_> {
    /// What an instruction changes, or why it is refused. ARG is not looked at.
    pub(super) fn check(&self, instruction: &Instruction) -> Result<Changes, Fault> {
        let mut changes = Changes::default();
        match instruction.keyword {
            Keyword::Env => {
                for pair in instruction.pairs() {
                    let key = self.word(instruction, &pair.key)?;
                    let value = match &pair.value {
                        Some(value) => self.word(instruction, value)?,
                        None => Expanded::default(),
                    };
                    let name = key.holes.is_empty().then_some(key.text);
                    changes.variables.push((name, known(value)));
                }
            }
            Keyword::Label => {
                for pair in instruction.pairs() {
                    self.word(instruction, &pair.key)?;
                    if let Some(value) = &pair.value {
                        self.word(instruction, value)?;
                    }
                }
            }
            Keyword::Copy | Keyword::Add => self.copy(instruction)?,
            Keyword::Run => self.run(instruction)?,
            Keyword::User => {
                self.one(instruction)?;
            }
            Keyword::Workdir => {
                let folder = self.one(instruction)?;
                let is_known = folder.holes.is_empty();
                changes.folder = Some(is_known.then_some(folder.text));
            }
            Keyword::Stopsignal => {
                let expanded = self.one(instruction)?;
                if let (Args::Text(word), true) = (&instruction.args, expanded.holes.is_empty())
                    && let Some(message) = signal::refusal(&expanded.text)
                {
                    return Err(Fault::at(instruction, word.range.clone(), message));
                }
            }
            Keyword::Volume => {
                // All are expanded before any is looked at.
                let mut empty = None;
                for word in instruction.words() {
                    if self.word(instruction, word)?.text.is_empty() {
                        empty.get_or_insert(word);
                    }
                }
                if let Some(word) = empty {
                    let message = "VOLUME specified can not be an empty string";
                    return Err(Fault::at(instruction, word.range.clone(), message));
                }
            }
            Keyword::Expose => self.expose(instruction)?,
            Keyword::Arg
            | Keyword::Cmd
            | Keyword::Entrypoint
            | Keyword::From
            | Keyword::Healthcheck
            | Keyword::Maintainer
            | Keyword::Onbuild
            | Keyword::Shell
            | Keyword::Unknown => {}
        }
        Ok(changes)
    }

    /// A word with its variables replaced.
    pub(super) fn word(&self, instruction: &Instruction, word: &Word) -> Result<Expanded, Fault> {
        self.text(instruction, &word.text, word.range.clone())
    }

    fn text(&self, instruction: &Instruction, text: &str, range: Range<u32>) -> Result<Expanded, Fault> {
        // Most words have nothing that expansion would change.
        if !text.contains(['$', '\'', '"', self.escape, '\u{feff}']) {
            return Ok(Expanded {
                text: text.to_owned(),
                ..Expanded::default()
            });
        }
        expand::expand(text, self.escape, self.variables)
            .map_err(|error| Fault::at(instruction, range, error.to_string()))
    }

    fn one(&self, instruction: &Instruction) -> Result<Expanded, Fault> {
        match &instruction.args {
            Args::Text(word) => self.word(instruction, word),
            _ => Ok(Expanded::default()),
        }
    }

    fn flag<'i>(
        &self,
        instruction: &'i Instruction,
        name: &str,
    ) -> Result<Option<(&'i Flag, Expanded)>, Fault> {
        let flag = instruction.flag(name);
        let Some((flag, value)) = flag.and_then(|flag| Some((flag, flag.value()?))) else {
            return Ok(None);
        };
        Ok(Some((flag, self.text(instruction, value, flag.range.clone())?)))
    }

    fn copy(&self, instruction: &Instruction) -> Result<(), Fault> {
        let is_add = instruction.keyword == Keyword::Add;
        self.flag(instruction, "chown")?;
        let chmod = self.flag(instruction, "chmod")?;
        let checksum = if is_add {
            self.flag(instruction, "checksum")?
        } else {
            None
        };
        let Some((target, sources)) = instruction.words().split_last() else {
            return Ok(());
        };
        // `<< EOF` is two words here, and no file.
        let inline = |word: &Word| {
            let mut heredocs = instruction.heredocs.iter();
            heredocs.find(|heredoc| heredoc.range == word.range)
        };
        let mut paths = Vec::new();
        for word in sources.iter().filter(|word| inline(word).is_none()) {
            paths.push((word, self.word(instruction, word)?));
        }
        self.word(instruction, target)?;
        for heredoc in sources.iter().filter_map(inline).filter(|heredoc| heredoc.expand) {
            self.body(heredoc)?;
        }
        if let Some((flag, mode)) = chmod.filter(|(_, mode)| mode.holes.is_empty() && !mode.text.is_empty())
            && let Some(message) = copy::chmod(&mode.text)
        {
            return Err(Fault::at(instruction, flag.range.clone(), message));
        }
        let known = |path: &Expanded| path.holes.is_empty().then(|| path.text.clone());
        if let Some((flag, sum)) = checksum.filter(|(_, sum)| sum.holes.is_empty() && !sum.text.is_empty()) {
            let paths: Vec<Option<String>> = paths.iter().map(|(_, path)| known(path)).collect();
            if let Some(message) = copy::checksum(&sum.text, &paths) {
                return Err(Fault::at(instruction, flag.range.clone(), message));
            }
        }
        if is_add {
            return Ok(());
        }
        for (word, path) in paths {
            let message = known(&path).and_then(|path| copy::copied(&path));
            if let Some(message) = message {
                return Err(Fault::at(instruction, word.range.clone(), message));
            }
        }
        Ok(())
    }

    /// The body of a here-document in which variables are replaced.
    fn body(&self, heredoc: &Heredoc) -> Result<(), Fault> {
        let lexer = Lexer {
            skip_process_quotes: true,
            ..Lexer::default()
        };
        let bytes = self.text.get(heredoc.body.range()).unwrap_or_default();
        if !bytes.contains(&b'$') {
            return Ok(());
        }
        let mut body = String::from_utf8_lossy(bytes).into_owned();
        if heredoc.chomp {
            let lines = body.split_inclusive('\n');
            body = lines.map(|line| line.trim_start_matches('\t')).collect();
        }
        let expanded = lexer.expand(&body, self.variables);
        expanded.map(drop).map_err(|error| Fault {
            message: error.to_string(),
            span: heredoc.body,
            certainty: Certainty::Certain,
        })
    }

    fn run(&self, instruction: &Instruction) -> Result<(), Fault> {
        let mut mounts: Vec<(&Flag, Mount)> = Vec::new();
        for flag in instruction.flags_named("mount") {
            let expand = |text: &str| expand::expand(text, self.escape, self.variables);
            let mount = mount::read(flag.value().unwrap_or_default(), expand);
            let mount = mount.map_err(|(message, part)| Fault {
                message,
                span: graph::flag_part(instruction, flag, &part),
                certainty: Certainty::Certain,
            })?;
            mounts.push((flag, mount));
        }
        for (flag, mount) in &mounts {
            self.mount(instruction, flag, mount)?;
        }
        match instruction.flag("device") {
            Some(flag) if !self.is_labs => Err(Fault::at(instruction, flag.range.clone(), NO_DEVICES)),
            _ => Ok(()),
        }
    }

    fn mount(&self, instruction: &Instruction, flag: &Flag, mount: &Mount) -> Result<(), Fault> {
        if let (mount::Known::Text(from), true) = (&mount.from, mount.is_taken())
            && (self.is_later)(from)
        {
            let target = match &mount.target {
                mount::Known::Text(target) => target.as_str(),
                mount::Known::Empty | mount::Known::Unknown => "",
            };
            let message = format!(
                "cannot mount from stage {} to {}, stage needs to be defined before current command",
                quoted(from),
                quoted(target)
            );
            return Err(Fault {
                message,
                span: graph::flag_part(instruction, flag, from),
                certainty: Certainty::Certain,
            });
        }
        match mount.placed(self.folder) {
            Some((message, is_sure)) => Err(Fault {
                certainty: if is_sure {
                    Certainty::Certain
                } else {
                    Certainty::Possible
                },
                ..Fault::at(instruction, flag.range.clone(), message)
            }),
            None => Ok(()),
        }
    }

    fn expose(&self, instruction: &Instruction) -> Result<(), Fault> {
        // BuildKit sorts the words as they are written, so of several that are wrong it tells the first of these.
        let mut words: Vec<&Word> = instruction.words().iter().collect();
        words.sort_by(|one, other| one.text.cmp(&other.text));
        let mut ports: Vec<(&Word, Vec<ExpandedWord>)> = Vec::new();
        for word in words {
            let expanded = expand::expand_words(&word.text, self.escape, self.variables)
                .map_err(|error| Fault::at(instruction, word.range.clone(), error.to_string()))?;
            ports.push((word, expanded));
        }
        for (word, expanded) in ports {
            let mut known = expanded.iter().filter(|port| port.holes.is_empty());
            if let Some(message) = known.find_map(|port| ports::refusal(&port.text)) {
                return Err(Fault::at(instruction, word.range.clone(), message));
            }
        }
        Ok(())
    }
}

/// A value that is known as a whole, or not.
pub(super) fn known(value: Expanded) -> Lookup {
    if value.holes.is_empty() {
        Lookup::Set(value.text)
    } else {
        Lookup::Unknown
    }
}
