//! Reads a Dockerfile as BuildKit does, to the byte, and never fails.
//!
//! [`parse`] gives a tree for any bytes: what cannot be read becomes an error in it, and the
//! instructions around it are still there. The tree is lossless: its lines, one after another, are
//! the file.

mod bodies;
mod directive;
pub mod expand;
mod heredoc;
pub mod ignorefile;
mod instruction;
mod joined;
mod json;
mod lexer;
mod lines;
mod parse;
pub mod path;
mod pattern;
mod quote;
pub mod reference;
mod space;
pub mod tree;
mod value;
mod words;

pub use expand::{ExpandError, Expanded, ExpandedWord, Lexer, Lookup, Variables, expand, expand_words};
pub use instruction::{NO_STAGE, refusal};
pub use instruction::{nearest, suggestion};
pub use parse::parse;
pub use quote::quoted;
pub use tree::{
    Args, Comment, Directive, ErrorLayer, Flag, Heredoc, Instruction, Joined, Keyword, Line, LineKind, Pair,
    SyntaxError, Token, TokenKind, Tree, Word,
};
pub use value::fields;
