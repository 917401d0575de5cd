//! `describe`: what the image of a Dockerfile will be, and what an image is.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Result, bail};

use super::intended::Builds;
use super::verify::open_engine_image;
use super::{Exit, say};
use crate::cli::{Describe, Global, ListFormat};
use crate::commands::intended;
use crate::disk::{self, FolderContext};
use crate::image::{Keep, observe};
use crate::policy::Selection;
use crate::report::{describe as page, json};
use crate::source::Source;
use crate::stages::Stages;
use crate::syntax;

/// Prints what the image of a Dockerfile will be, or what an image is.
pub fn describe(global: &Global, arguments: &Describe, out: &mut dyn Write) -> Result<Exit> {
    let path = arguments.path.as_path();
    let is_input = path.as_os_str() == "-";
    if arguments.image || !is_input && looks_like_image(path) {
        return image(path, arguments.format, out);
    }
    let source = match is_input {
        true => disk::read_input(io::stdin().lock(), "-")?,
        false => disk::read(path, &disk::shown(path))?,
    };
    let lies_at = disk::absolute(if is_input { Path::new("Dockerfile") } else { path });
    let folder = lies_at.parent().unwrap_or(&lies_at);
    let configs = intended::configs(global)?;
    let found = match configs.for_folder(folder) {
        Ok(found) => found,
        Err(broken) => return Ok(intended::refused(&broken)),
    };
    let builds = Builds::new(&arguments.build, arguments.profile)?;
    let settings = found.config.settings(&lies_at);
    let invocation = builds.invocation(&found, &settings, &Selection::default());
    let context = FolderContext::new(builds.context(folder));
    let tree = syntax::parse(source.text());
    let stages = Stages::of(&tree, &invocation);
    let Some(facts) = intended::foreseen(&source, &tree, &stages, &invocation, &context) else {
        match &invocation.target {
            Some(name) => bail!("{}: there is no stage `{name}`", source.name()),
            None => bail!("{}: there is no stage in it", source.name()),
        }
    };
    let description = page::describe(&facts, &source);
    match arguments.format {
        ListFormat::Text => out.write_all(page::page(&description).as_bytes())?,
        ListFormat::Json => json::write_value(&description, out)?,
    }
    for error in &tree.errors {
        let line = source.position(error.span.start).line;
        say(&format!("error: {}:{line}: {}", source.name(), error.message));
    }
    Ok(if tree.errors.is_empty() {
        Exit::Clean
    } else {
        Exit::Found
    })
}

/// Whether a name that is no path here may be that of an image.
fn looks_like_image(path: &Path) -> bool {
    let is_path = path.is_absolute() || path.starts_with(".") || path.starts_with("..");
    let is_named_so = path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().contains("ockerfile"));
    !disk::is_there(path) && !is_path && !is_named_so
}

/// Prints what an image of the engine is.
fn image(path: &Path, format: ListFormat, out: &mut dyn Write) -> Result<Exit> {
    let keep = Keep::default();
    let image = open_engine_image(&path.to_string_lossy(), &keep)?;
    let facts = observe(&image, None, &keep);
    let source = Source::new(image.name.clone(), Vec::new())?;
    let description = page::describe(&facts, &source);
    match format {
        ListFormat::Text => out.write_all(page::page(&description).as_bytes())?,
        ListFormat::Json => json::write_value(&description, out)?,
    }
    Ok(Exit::Clean)
}
