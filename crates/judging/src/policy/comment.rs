//! Comments that silence: ours, hadolint's, ShellCheck's and BuildKit's.

use crate::rules::{Checks, Options, instruction_options};
use crate::source::{Source, Span};
use crate::syntax::{Keyword, Tree};

/// Checks of BuildKit that a comment before an instruction does not reach: they look at the file as a
/// whole.
pub const OF_THE_FILE: [&str; 5] = [
    "NoEmptyContinuation",
    "ReservedStageName",
    "DuplicateStageName",
    "ConsistentInstructionCasing",
    "InvalidDefaultArgInFrom",
];

/// What a comment silences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Whose comment it is.
    pub origin: Origin,
    /// How far it reaches.
    pub reach: Reach,
    /// The rules that it names, each with its place.
    pub names: Vec<Named>,
    /// The reason, where one is given.
    pub reason: Option<String>,
    /// The whole comment.
    pub span: Span,
}

/// A name in a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// A rule's name or a known id; `all` in BuildKit's comments.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// Whose comment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Ours: it needs a reason, and it is told when it is stale.
    Ours,
    /// hadolint's, or ShellCheck's.
    Hadolint,
    /// BuildKit's.
    BuildKit,
}

/// How far a silence reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Over the bytes of one instruction.
    Instruction(Span),
    /// From one instruction to the end of its stage.
    Stage(Span),
    /// Over the whole file.
    File,
    /// Nowhere: no instruction follows.
    Nothing,
}

/// A comment of ours that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// What is written after `seaworthy:`.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// All silences of a file, in order, and the comments of ours that cannot be read.
pub fn silences(source: &Source, tree: &Tree) -> (Vec<Silence>, Vec<Malformed>) {
    let mut silences = Vec::new();
    let mut malformed = Vec::new();
    let checks = Checks::of(tree);
    if let Some(span) = checks.span {
        silences.extend(build_kit(&checks.file, Reach::File, span));
    }
    for instruction in &tree.instructions {
        if let Some(options) = instruction_options(instruction) {
            let reach = Reach::Instruction(instruction.span);
            silences.extend(build_kit(&options, reach, instruction.span));
        }
    }
    for comment in &tree.comments {
        let bytes = source.slice(comment.span);
        let Ok(text) = str::from_utf8(bytes) else {
            continue;
        };
        let Some(body) = text.strip_prefix('#') else {
            continue;
        };
        let body = Text {
            text: body,
            start: comment.span.start + 1,
        }
        .trimmed();
        let instruction = comment.inside.or(comment.speaks_for);
        let reach = match instruction.and_then(|index| tree.instructions.get(index)) {
            Some(instruction) => Reach::Instruction(instruction.span),
            None => Reach::Nothing,
        };
        if let Some(rest) = body.after("seaworthy:") {
            match ours(rest, reach, comment.span) {
                Some(silence) => silences.push(silence),
                None => malformed.push(Malformed {
                    text: rest.trimmed().text.to_owned(),
                    span: comment.span,
                }),
            }
        } else if let Some(rest) = body.after("hadolint") {
            let stage = instruction.map_or(Reach::Nothing, |index| stage_from(tree, index));
            silences.extend(hadolint(rest, reach, stage, comment.span));
        } else if let Some(rest) = body.after("shellcheck") {
            silences.extend(shellcheck(rest, reach, comment.span));
        }
    }
    (silences, malformed)
}

/// `allow(rule, …) because REASON` or `allow-file(…) because REASON`.
fn ours(rest: Text, reach: Reach, span: Span) -> Option<Silence> {
    let rest = rest.trimmed();
    let (rest, reach) = match (rest.after("allow-file"), rest.after("allow")) {
        (Some(rest), _) => (rest, Reach::File),
        (None, Some(rest)) => (rest, reach),
        (None, None) => return None,
    };
    let rest = rest.trimmed().after("(")?;
    let (inner, rest) = rest.split_at_char(')')?;
    let names = names(inner);
    if names.is_empty() {
        return None;
    }
    // Whatever else stands behind the names is no reason, but the comment is meant for us.
    let reason = rest.trimmed().text.strip_prefix("because");
    let reason = reason
        .filter(|reason| reason.starts_with(char::is_whitespace))
        .map(str::trim);
    Some(Silence {
        origin: Origin::Ours,
        reach,
        names,
        reason: reason.filter(|reason| !reason.is_empty()).map(str::to_owned),
        span,
    })
}

/// From an instruction up to the next stage.
fn stage_from(tree: &Tree, index: usize) -> Reach {
    let rest = &tree.instructions[index..];
    let inside = rest.iter().enumerate();
    let inside = inside.take_while(|(index, one)| *index == 0 || one.keyword != Keyword::From);
    let spans = inside.map(|(_, one)| one.span);
    spans.reduce(Span::cover).map_or(Reach::Nothing, Reach::Stage)
}

/// `ignore=DL3008,SC2086`, `stage ignore=…` or `global ignore=…`, with a `# remark` after it if one likes.
///
/// hadolint leaves out the line right below a stage's comment, which is its FROM, and takes in the next
/// stage's instead; here it is the stage that is meant.
fn hadolint(rest: Text, reach: Reach, stage: Reach, span: Span) -> Option<Silence> {
    if !rest.text.starts_with(char::is_whitespace) {
        return None;
    }
    let rest = rest.trimmed();
    let (rest, reach) = match (rest.after("global"), rest.after("stage")) {
        (Some(rest), _) => (rest.trimmed(), Reach::File),
        (None, Some(rest)) => (rest.trimmed(), stage),
        (None, None) => (rest, reach),
    };
    let codes = rest.after("ignore")?.trimmed().after("=")?;
    let codes = match codes.split_at_char('#') {
        Some((codes, _)) => codes,
        None => codes,
    };
    foreign(Origin::Hadolint, reach, names(codes), span)
}

/// `shellcheck disable=SC2086`, as people write it before a RUN or between its lines. BuildKit takes
/// such a line out before any shell could see it.
fn shellcheck(rest: Text, reach: Reach, span: Span) -> Option<Silence> {
    if !rest.text.starts_with(char::is_whitespace) {
        return None;
    }
    let codes = rest.trimmed().after("disable")?.trimmed().after("=")?;
    foreign(Origin::Hadolint, reach, names(codes), span)
}

/// What `skip=A,B` leaves out. Before an instruction BuildKit obeys it for the checks that it makes of
/// one instruction at a time.
fn build_kit(options: &Options, reach: Reach, span: Span) -> Option<Silence> {
    let all = options.skips_all.then(|| "all".to_owned());
    let reaches = |name: &String| reach == Reach::File || !OF_THE_FILE.contains(&name.as_str());
    let names = all.into_iter().chain(options.skip.iter().cloned());
    let names: Vec<Named> = names.filter(reaches).map(|name| Named { name, span }).collect();
    foreign(Origin::BuildKit, reach, names, span)
}

/// A silence of another tool, which needs no reason; none where it names nothing.
fn foreign(origin: Origin, reach: Reach, names: Vec<Named>, span: Span) -> Option<Silence> {
    (!names.is_empty()).then_some(Silence {
        origin,
        reach,
        names,
        reason: None,
        span,
    })
}

/// The names of a list with commas.
fn names(list: Text) -> Vec<Named> {
    let named = |name: Text| Named {
        name: name.text.to_owned(),
        span: name.span(),
    };
    let names = list.split(',').map(|name| name.trimmed());
    names.filter(|name| !name.text.is_empty()).map(named).collect()
}

/// A piece of a comment that knows where it stands in the file.
#[derive(Clone, Copy)]
struct Text<'a> {
    text: &'a str,
    start: u32,
}

impl<'a> Text<'a> {
    fn from(self, offset: usize, text: &'a str) -> Self {
        Self {
            text,
            start: self.start + offset as u32,
        }
    }

    fn trimmed(self) -> Self {
        let text = self.text.trim_start();
        self.from(self.text.len() - text.len(), text.trim_end())
    }

    fn after(self, prefix: &str) -> Option<Self> {
        let rest = self.text.strip_prefix(prefix)?;
        Some(self.from(prefix.len(), rest))
    }

    fn split_at_char(self, sign: char) -> Option<(Self, Self)> {
        let at = self.text.find(sign)?;
        let after = at + sign.len_utf8();
        Some((
            self.from(0, &self.text[..at]),
            self.from(after, &self.text[after..]),
        ))
    }

    fn split(self, sign: char) -> impl Iterator<Item = Self> {
        let mut at = 0;
        self.text.split(sign).map(move |text| {
            let piece = self.from(at, text);
            at += text.len() + sign.len_utf8();
            piece
        })
    }

    fn span(self) -> Span {
        Span {
            start: self.start,
            end: self.start + self.text.len() as u32,
        }
    }
}
