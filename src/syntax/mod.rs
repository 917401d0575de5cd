//! Reads a Dockerfile as BuildKit does, to the byte, and never fails.
//!
//! [`parse`] gives a tree for any bytes: what cannot be read becomes an error in it, and the
//! instructions around it are still there. The tree is lossless: its lines, one after another, are
//! the file.

pub mod expand;
pub mod tree;

pub use tree::{Args, Heredoc, Instruction, Joined, Keyword, Pair, SyntaxError, Tree, Word};
