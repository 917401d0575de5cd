//! `tree`: a Dockerfile as it is read, as JSON.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;

use super::Exit;
use crate::disk;
use crate::report::json;
use crate::report::tree::tree_json;
use crate::syntax::parse;

/// Prints a Dockerfile as it is read; found wanting if it has syntax errors.
pub fn tree(path: &Path, out: &mut dyn Write) -> Result<Exit> {
    let source = match path.as_os_str() == "-" {
        true => disk::read_input(io::stdin().lock(), "-")?,
        false => disk::read(path, &disk::shown(path))?,
    };
    let tree = parse(source.text());
    json::write_value(&tree_json(&source, &tree), out)?;
    Ok(if tree.errors.is_empty() {
        Exit::Clean
    } else {
        Exit::Found
    })
}
