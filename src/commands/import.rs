//! `config import`: hadolint's config to ours.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};

use super::{Exit, say};
use crate::config::NAMES;
use crate::config::hadolint::Hadolint;
use crate::config::import::{Imported, keys};
use crate::disk;
use crate::report::printable::printable;

/// Writes a config of ours that says what hadolint's says, and tells what has no counterpart.
pub fn import(path: &Path, out: &mut dyn Write) -> Result<Exit> {
    if let Some(name) = NAMES.iter().find(|name| disk::is_there(Path::new(name))) {
        bail!("{name} is already here");
    }
    let name = disk::shown(path);
    let source = disk::read(path, &name)?;
    let config = match Hadolint::read(source.text()) {
        Ok(config) => config,
        Err(reason) => bail!("{name} is passed over by hadolint, so nothing of it holds: {reason}"),
    };
    let imported = Imported::new(&config, &keys(source.text()));
    let text = format!("# From {}.\n{}", printable(&name), imported.text);
    disk::write(Path::new(NAMES[0]), text.as_bytes())?;
    writeln!(out, "wrote {}", NAMES[0])?;
    for words in &imported.left {
        say(&format!("note: {words}"));
    }
    Ok(Exit::Clean)
}
