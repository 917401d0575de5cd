//! The tree of a Dockerfile: directives, instructions, comments and what could not be read.
//!
//! An instruction's text is joined as BuildKit joins it (continuations, comments and blank lines
//! within are gone); words carry ranges of that joined text, and [`Joined`] leads back to the file.

use std::ops::{Range, RangeInclusive};

pub use super::joined::Joined;
pub use super::lines::{Line, LineKind, Token, TokenKind};
use super::{quote, space};
use crate::source::Span;

/// A whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The escape character, `\` or a backquote.
    pub escape: char,
    /// Parser directives at the head of the file. One after a `#!` line is a comment as well.
    pub directives: Vec<Directive>,
    /// Every comment line outside of heredocs, those inside instructions too.
    pub comments: Vec<Comment>,
    /// All instructions that could be read.
    pub instructions: Vec<Instruction>,
    /// What BuildKit refuses, one a bad instruction, in order.
    pub errors: Vec<SyntaxError>,
    /// The physical lines, which tile the file.
    pub lines: Vec<Line>,
    /// How many bytes of byte order mark stand before the first line: none or three.
    pub mark: u32,
}

impl Default for Tree {
    /// The tree of no text, without the error that BuildKit has for it.
    fn default() -> Self {
        Self {
            escape: '\\',
            directives: Vec::new(),
            comments: Vec::new(),
            instructions: Vec::new(),
            errors: Vec::new(),
            lines: Vec::new(),
            mark: 0,
        }
    }
}

/// A parser directive such as `# escape=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Lower-case name.
    pub name: String,
    /// The value, trimmed.
    pub value: String,
    /// The whole line.
    pub span: Span,
    /// The value alone.
    pub value_span: Span,
    /// Whether BuildKit obeys it. It reads `escape` by other rules than `syntax` and `check`: after
    /// a `#!` line only the latter two count, and with blanks before the `#` only the former.
    pub in_force: bool,
}

/// A comment line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From `#` to the end of the line.
    pub span: Span,
    /// Index of the instruction inside which it stands, between its first and its last line.
    pub inside: Option<usize>,
    /// Index of the next instruction that starts after it or around it, if any does.
    pub speaks_for: Option<usize>,
}

/// The known instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "they are the instructions' own names")]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// Anything else.
    Unknown,
}

impl Keyword {
    /// All known ones, by name; as <https://docs.docker.com/reference/dockerfile/> lists them.
    pub const ALL: [Self; 18] = [
        Self::Add,
        Self::Arg,
        Self::Cmd,
        Self::Copy,
        Self::Entrypoint,
        Self::Env,
        Self::Expose,
        Self::From,
        Self::Healthcheck,
        Self::Label,
        Self::Maintainer,
        Self::Onbuild,
        Self::Run,
        Self::Shell,
        Self::Stopsignal,
        Self::User,
        Self::Volume,
        Self::Workdir,
    ];

    /// Its name, upper case; empty for one that is not known.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Arg => "ARG",
            Self::Cmd => "CMD",
            Self::Copy => "COPY",
            Self::Entrypoint => "ENTRYPOINT",
            Self::Env => "ENV",
            Self::Expose => "EXPOSE",
            Self::From => "FROM",
            Self::Healthcheck => "HEALTHCHECK",
            Self::Label => "LABEL",
            Self::Maintainer => "MAINTAINER",
            Self::Onbuild => "ONBUILD",
            Self::Run => "RUN",
            Self::Shell => "SHELL",
            Self::Stopsignal => "STOPSIGNAL",
            Self::User => "USER",
            Self::Volume => "VOLUME",
            Self::Workdir => "WORKDIR",
            Self::Unknown => "",
        }
    }

    /// The instruction of this name, whatever the case of its ASCII letters.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|keyword| keyword.name().eq_ignore_ascii_case(name))
    }
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// Which one.
    pub keyword: Keyword,
    /// The keyword as written.
    pub raw_keyword: String,
    /// Where the keyword stands (first to last byte, also if it crosses a joined line).
    pub keyword_span: Span,
    /// From the keyword to the end of the last line, heredoc bodies included, line end excluded.
    pub span: Span,
    /// First line, from 1, as BuildKit counts.
    pub start_line: u32,
    /// Last line, from 1, as BuildKit counts.
    pub end_line: u32,
    /// Last line before the bodies of here-documents, from 1.
    pub head_end_line: u32,
    /// The text as joined, trimmed at both ends.
    pub text: Joined,
    /// `--name=value` words before the arguments.
    pub flags: Vec<Flag>,
    /// What follows, as the keyword asks.
    pub args: Args,
    /// Bodies of `<<NAME`, in order.
    pub heredocs: Vec<Heredoc>,
    /// The comment block that BuildKit attaches, each trimmed as it does.
    pub comments: Vec<String>,
    /// Lines, from 1, that are blank within the instruction.
    pub blank_lines: Vec<u32>,
    /// The instruction after ONBUILD.
    pub trigger: Option<Box<Instruction>>,
}

impl Instruction {
    /// A word as it stands in the joined text. The word itself may be longer, where bytes are no UTF-8.
    pub fn written(&self, word: &Word) -> &str {
        let range = word.range.start as usize..word.range.end as usize;
        self.text.text().get(range).unwrap_or_default()
    }

    /// The keyword in lower case.
    pub fn name(&self) -> String {
        quote::lower(&self.raw_keyword)
    }

    /// The keyword in the joined text.
    pub fn keyword_range(&self) -> Range<u32> {
        let text = self.text.text();
        let end = text.bytes().position(space::is_blank).unwrap_or(text.len());
        0..end as u32
    }

    /// The flags of this name, which has no dashes.
    pub fn flags_named(&self, name: &str) -> impl Iterator<Item = &Flag> {
        self.flags.iter().filter(move |flag| flag.name() == name)
    }

    /// The first flag of this name, which has no dashes.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags_named(name).next()
    }

    /// The arguments as words: those of a list or a JSON array, or the one text; of HEALTHCHECK those
    /// after its first word. Pairs are no words.
    pub fn words(&self) -> &[Word] {
        self.args.words()
    }

    /// The pairs of ENV, LABEL or ARG.
    pub fn pairs(&self) -> &[Pair] {
        match &self.args {
            Args::Pairs(pairs) => pairs,
            _ => &[],
        }
    }

    /// Whether the arguments are a JSON array.
    pub fn is_json(&self) -> bool {
        self.args.is_json()
    }
}

impl Args {
    /// The words of a list or a JSON array, or the one text; of HEALTHCHECK those after its first.
    pub fn words(&self) -> &[Word] {
        match self {
            Self::Words(words) | Self::Json(words) => words,
            Self::Text(word) => std::slice::from_ref(word),
            Self::Health(_, rest) => rest.words(),
            Self::None | Self::Pairs(_) => &[],
        }
    }

    /// Whether it is a JSON array, of HEALTHCHECK what follows its first word.
    pub fn is_json(&self) -> bool {
        match self {
            Self::Json(_) => true,
            Self::Health(_, rest) => rest.is_json(),
            _ => false,
        }
    }
}

/// A flag of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// As BuildKit cooks it, quotes and escapes removed: `--name=value`.
    pub text: String,
    /// Where it stands in the joined text.
    pub range: Range<u32>,
}

impl Flag {
    /// The name without dashes.
    pub fn name(&self) -> &str {
        let text = self.text.strip_prefix("--").unwrap_or(&self.text);
        text.split_once('=').map_or(text, |(name, _)| name)
    }

    /// What stands after the first `=`.
    pub fn value(&self) -> Option<&str> {
        self.text.split_once('=').map(|(_, value)| value)
    }
}

/// A word with its place in the joined text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word {
    /// As BuildKit has it: of JSON the string's value, else raw, with quotes and escapes.
    pub text: String,
    /// Where it stands in the joined text; of JSON with its quotes.
    pub range: Range<u32>,
}

/// A key and a value of ENV, LABEL or ARG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The key, raw.
    pub key: Word,
    /// The value, raw; none for a bare `ARG name`.
    pub value: Option<Word>,
    /// Whether it is the form without `=`.
    pub legacy: bool,
}

/// The arguments of an instruction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Args {
    /// Nothing, or text of an unknown instruction.
    #[default]
    None,
    /// Words split on blanks.
    Words(Vec<Word>),
    /// A JSON array.
    Json(Vec<Word>),
    /// The whole rest as one text.
    Text(Word),
    /// ENV, LABEL, ARG.
    Pairs(Vec<Pair>),
    /// HEALTHCHECK: its first word, and what follows it.
    Health(Word, Box<Args>),
}

/// A here-document of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The name without quotes.
    pub name: String,
    /// Whether variables in it are expanded.
    pub expand: bool,
    /// Whether leading tabs go (`<<-`).
    pub chomp: bool,
    /// The file descriptor before `<<`; 0 if none is written.
    pub descriptor: u32,
    /// The `<<NAME` word in the joined text.
    pub range: Range<u32>,
    /// The body in the file, its last line end included, terminator excluded.
    pub body: Span,
    /// The terminator in the file, without blanks and line end; none where it is missing.
    pub terminator: Option<Span>,
}

/// What BuildKit refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// In BuildKit's words, without its prefix.
    pub message: String,
    /// Where a person would look: the word, flag or line at fault.
    pub span: Span,
    /// The lines that BuildKit reports, as it counts them.
    pub lines: RangeInclusive<u32>,
    /// Which of its layers refuses.
    pub layer: ErrorLayer,
    /// The instruction in which it stands.
    pub instruction: Option<usize>,
}

/// BuildKit's layers that refuse a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorLayer {
    /// Bytes to nodes: nothing of the file is built.
    Parse,
    /// Nodes to instructions.
    Instruction,
}
