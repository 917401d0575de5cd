//! Where an image comes from: the engine, an archive, a layout, standard input.

use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::cli::Verify;
use crate::disk;
use crate::image::{self, Inspected, Keep};
use crate::invocation::Invocation;

/// Reads the image that is named.
pub fn open(arguments: &Verify, invocation: &Invocation, keep: &Keep) -> Result<Inspected> {
    let platform = invocation.platform.as_ref();
    if let Some(path) = &arguments.archive {
        if path.as_os_str() == "-" {
            return Ok(image::read_archive(
                &mut io::stdin().lock(),
                "standard input",
                platform,
                keep,
            )?);
        }
        let mut file = disk::open(path)?;
        return Ok(image::read_archive(
            &mut file,
            &disk::shown(path),
            platform,
            keep,
        )?);
    }
    if let Some(folder) = &arguments.oci {
        let mut open = |path: &str| -> io::Result<Box<dyn Read>> {
            let file = disk::open(&folder.join(Path::new(path))).map_err(disk::DiskError::into_io)?;
            Ok(Box::new(file))
        };
        return Ok(image::read_layout(
            &mut open,
            &disk::shown(folder),
            platform,
            keep,
        )?);
    }
    let name = arguments.image.as_deref().unwrap_or_default();
    open_engine_image(name, keep)
}

/// Reads an image of the engine, by name or id.
#[cfg(feature = "engine")]
pub fn open_engine_image(name: &str, keep: &Keep) -> Result<Inspected> {
    let engine = crate::engine::Engine::connect()?;
    let has = engine.knows_image(name);
    if !has.with_context(|| format!("cannot read the image {name}"))? {
        anyhow::bail!("the engine has no image {name}");
    }
    let mut export = engine
        .export(name)
        .with_context(|| format!("cannot read the image {name}"))?;
    let read = image::read_archive(&mut export, name, None, keep);
    // What the engine says of a failure is nearer to its cause than what is missing in the archive.
    let mut image = match (read, export.failure()) {
        (Ok(image), _) => image,
        (Err(_), Some(failure)) => {
            return Err(failure).with_context(|| format!("cannot read the image {name}"));
        }
        (Err(error), None) => return Err(error.into()),
    };
    name.clone_into(&mut image.name);
    Ok(image)
}

/// This program was built without the engine.
#[cfg(not(feature = "engine"))]
pub fn open_engine_image(name: &str, _keep: &Keep) -> Result<Inspected> {
    anyhow::bail!("cannot read the image {name}: this seaworthy was built without the engine; use --archive")
}
