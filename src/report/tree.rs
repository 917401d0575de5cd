//! A parsed file as JSON, for the verb `tree`.
//!
//! The shape is that of BuildKit's own dump, with byte spans added: `[start, end]`, or a list of such
//! pairs where something crosses a joined line. Keys whose value is empty are left out.

use serde::Serialize;

use crate::source::{Source, Span};
use crate::syntax::{
    Args, ErrorLayer, Instruction, Joined, Keyword, NO_STAGE, Pair, SyntaxError, Tree, Word,
};

/// One place, or several where a joined line is crossed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Place {
    /// From the first byte to one past the last.
    One([u32; 2]),
    /// Stretches in order.
    Several(Vec<[u32; 2]>),
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TreeJson {
    /// The escape character; BuildKit settles it only for a file that it can read.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub escape: String,
    /// The frontend that the file asks for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub syntax: String,
    /// Options of BuildKit's checks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub check: String,
    /// What stops BuildKit's parser.
    pub parse_error: Option<ErrorJson>,
    /// All instructions that could be read, also where BuildKit reads none.
    pub instructions: Vec<InstructionJson>,
    /// The last lines of instructions that hold a blank line, as BuildKit reports them.
    pub empty_continuation_lines: Vec<u32>,
    /// The one error that BuildKit reports of an instruction.
    pub instruction_error: Option<ErrorJson>,
    /// One error for each bad instruction of a file that BuildKit's parser takes.
    pub instruction_errors: Vec<ErrorJson>,
    /// Everything that is refused, also after an error that stops BuildKit.
    pub errors: Vec<PlacedErrorJson>,
}

/// An error with BuildKit's words and lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorJson {
    /// The message.
    pub message: String,
    /// The lines as BuildKit counts them.
    pub lines: Vec<u32>,
}

/// An error with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlacedErrorJson {
    /// The message.
    pub message: String,
    /// The lines as BuildKit counts them.
    pub lines: Vec<u32>,
    /// Where a person would look.
    pub span: [u32; 2],
    /// Which of BuildKit's layers refuses: `parse` or `instruction`.
    pub layer: &'static str,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstructionJson {
    /// The keyword in lower case.
    pub keyword: String,
    /// The keyword as written.
    pub raw_keyword: String,
    /// First line, from 1; 0 within ONBUILD.
    pub start_line: u32,
    /// Last line, from 1; 0 within ONBUILD.
    pub end_line: u32,
    /// The flags, quotes and escapes removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// Whether the arguments are a JSON array.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub json: bool,
    /// The arguments; of a pair its key, its value and what stands between.
    pub args: Vec<String>,
    /// The here-documents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub heredocs: Vec<HeredocJson>,
    /// The comments before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prev_comments: Vec<String>,
    /// The instruction after ONBUILD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<Box<InstructionJson>>,
    /// The joined line.
    pub original: String,
    /// From the keyword to the end of the last line, here-documents included.
    pub span: Place,
    /// The keyword.
    pub keyword_span: Place,
    /// One for each flag.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags_spans: Vec<Place>,
    /// One for each argument; null for what BuildKit adds.
    pub args_spans: Vec<Option<Place>>,
}

/// A here-document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeredocJson {
    /// The name without quotes.
    pub name: String,
    /// Whether variables in it are expanded.
    pub expand: bool,
    /// Whether leading tabs go.
    pub chomp: bool,
    /// The descriptor before `<<`.
    pub fd: u32,
    /// The body.
    pub content: String,
    /// The word with `<<`.
    pub name_span: Place,
    /// The body, without the line that ends it.
    pub body_span: [u32; 2],
    /// What ends it; null where nothing does.
    pub terminator_span: Option<[u32; 2]>,
}

/// The tree of a source in the shape of the verb `tree`.
pub fn tree_json(source: &Source, tree: &Tree) -> TreeJson {
    let parse_error = tree.errors.iter().find(|error| error.layer == ErrorLayer::Parse);
    let mut instruction_errors: Vec<&SyntaxError> = Vec::new();
    if parse_error.is_none() {
        instruction_errors.extend(&tree.errors);
    }
    let directive = |name: &str| {
        let mut directives = tree.directives.iter();
        let found = directives.find(|directive| directive.in_force && directive.name == name);
        let value = found.map_or("", |directive| &directive.value);
        value.split(' ').next().unwrap_or_default().to_owned()
    };
    let first = instruction_errors.first().map(|error| {
        let start = error.lines.start();
        ErrorJson {
            message: if error.message == NO_STAGE {
                error.message.clone()
            } else {
                format!("dockerfile parse error on line {start}: {}", error.message)
            },
            lines: error.lines.clone().collect(),
        }
    });
    let blank = tree
        .instructions
        .iter()
        .filter(|instruction| !instruction.blank_lines.is_empty());
    TreeJson {
        escape: if parse_error.is_none() {
            tree.escape.to_string()
        } else {
            String::new()
        },
        syntax: directive("syntax"),
        check: directive("check"),
        parse_error: parse_error.map(error_json),
        instructions: tree
            .instructions
            .iter()
            .map(|instruction| instruction_json(source, instruction))
            .collect(),
        empty_continuation_lines: if parse_error.is_none() {
            blank.map(|instruction| instruction.head_end_line).collect()
        } else {
            Vec::new()
        },
        instruction_error: first,
        instruction_errors: instruction_errors
            .into_iter()
            .filter(|error| error.message != NO_STAGE)
            .map(error_json)
            .collect(),
        errors: tree.errors.iter().map(placed_error).collect(),
    }
}

fn error_json(error: &SyntaxError) -> ErrorJson {
    ErrorJson {
        message: error.message.clone(),
        lines: error.lines.clone().collect(),
    }
}

fn placed_error(error: &SyntaxError) -> PlacedErrorJson {
    PlacedErrorJson {
        message: error.message.clone(),
        lines: error.lines.clone().collect(),
        span: pair(error.span),
        layer: match error.layer {
            ErrorLayer::Parse => "parse",
            ErrorLayer::Instruction => "instruction",
        },
    }
}

fn pair(span: Span) -> [u32; 2] {
    [span.start, span.end]
}

fn place(spans: &[Span]) -> Place {
    match spans {
        [only] => Place::One(pair(*only)),
        several => Place::Several(several.iter().map(|span| pair(*span)).collect()),
    }
}

fn instruction_json(source: &Source, instruction: &Instruction) -> InstructionJson {
    let text = &instruction.text;
    let at = |range: &std::ops::Range<u32>| place(&text.spans(range.clone()));
    let mut args = Arguments {
        text,
        whole_pairs: instruction.keyword == Keyword::Arg,
        json: false,
        args: Vec::new(),
        spans: Vec::new(),
    };
    args.add(&instruction.args);
    if instruction.keyword == Keyword::Unknown {
        args.push(String::new(), None);
    }
    let heredocs = instruction.heredocs.iter().map(|heredoc| HeredocJson {
        name: heredoc.name.clone(),
        expand: heredoc.expand,
        chomp: heredoc.chomp,
        fd: heredoc.descriptor,
        content: text_of(source.slice(heredoc.body)),
        name_span: at(&heredoc.range),
        body_span: pair(heredoc.body),
        terminator_span: heredoc.terminator.map(pair),
    });
    let heredocs = heredocs.collect();
    InstructionJson {
        keyword: instruction.name(),
        raw_keyword: instruction.raw_keyword.clone(),
        start_line: instruction.start_line,
        end_line: instruction.end_line,
        flags: instruction.flags.iter().map(|flag| flag.text.clone()).collect(),
        json: args.json,
        heredocs,
        prev_comments: instruction.comments.clone(),
        sub: instruction.trigger.as_deref().map(|trigger| {
            Box::new(InstructionJson {
                start_line: 0,
                end_line: 0,
                ..instruction_json(source, trigger)
            })
        }),
        original: original(source, text),
        span: place(&[instruction.span]),
        keyword_span: at(&instruction.keyword_range()),
        flags_spans: instruction.flags.iter().map(|flag| at(&flag.range)).collect(),
        args: args.args,
        args_spans: args.spans,
    }
}

/// The joined line with the file's own bytes.
fn original(source: &Source, text: &Joined) -> String {
    if !text.line().contains('\u{1a}') {
        return text.line().to_owned();
    }
    let bytes: Vec<u8> = text
        .line_spans()
        .iter()
        .flat_map(|span| source.slice(*span))
        .copied()
        .collect();
    text_of(&bytes)
}

/// Bytes as text, each invalid one as U+FFFD.
fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

/// Arguments while they are laid out flat.
struct Arguments<'a> {
    text: &'a Joined,
    /// Whether a pair is one argument, as in ARG.
    whole_pairs: bool,
    json: bool,
    args: Vec<String>,
    spans: Vec<Option<Place>>,
}

impl Arguments<'_> {
    fn push(&mut self, text: String, range: Option<std::ops::Range<u32>>) {
        self.args.push(text);
        self.spans.push(range.map(|range| place(&self.text.spans(range))));
    }

    fn word(&mut self, word: &Word) {
        self.push(word.text.clone(), Some(word.range.clone()));
    }

    fn add(&mut self, args: &Args) {
        match args {
            Args::None => {}
            Args::Words(words) => words.iter().for_each(|word| self.word(word)),
            Args::Json(words) => {
                self.json = true;
                words.iter().for_each(|word| self.word(word));
            }
            Args::Text(word) => self.word(word),
            Args::Health(kind, rest) => {
                self.word(kind);
                self.add(rest);
            }
            Args::Pairs(pairs) => pairs.iter().for_each(|pair| self.pair(pair)),
        }
    }

    fn pair(&mut self, pair: &Pair) {
        match &pair.value {
            None => self.word(&pair.key),
            Some(value) if self.whole_pairs => {
                let text = format!("{}={}", pair.key.text, value.text);
                self.push(text, Some(pair.key.range.start..value.range.end));
            }
            Some(value) => {
                self.word(&pair.key);
                self.word(value);
                let sign = if pair.legacy { "" } else { "=" };
                let range = (!pair.legacy).then(|| pair.key.range.end..pair.key.range.end + 1);
                self.push(sign.to_owned(), range);
            }
        }
    }
}
