//! What an image is compared with: an older one, or what a Dockerfile would give.

use std::io::Read;
use std::path::Path;

use anyhow::{Result, bail};

use super::super::intended::Builds;
use super::source::open_engine_image;
use crate::commands::intended;
use crate::compare::{Side, difference};
use crate::disk::{self, FolderContext, Found};
use crate::facts::Facts;
use crate::image::{self, Inspected, Keep, Weighed};
use crate::invocation::Invocation;
use crate::policy::Selection;
use crate::report::difference::Difference;
use crate::stages::Stages;
use crate::syntax;

/// What is known of a side.
struct Seen {
    facts: Facts,
    weights: Option<Vec<Weighed>>,
}

/// Compares an image with what `old` names: a path where there is one, else an image of the engine.
pub fn diff(
    old: &Path,
    new: &Inspected,
    invocation: &Invocation,
    builds: &Builds,
    found: &Found,
    keep: &Keep,
) -> Result<Difference> {
    let shown = disk::shown(old);
    let before = match disk::is_there(old) {
        false => observed(&open_engine_image(&shown, keep)?, keep),
        true if disk::is_folder(old) => {
            let mut open = |path: &str| -> std::io::Result<Box<dyn Read>> {
                let file = disk::open(&old.join(Path::new(path))).map_err(disk::DiskError::into_io)?;
                Ok(Box::new(file))
            };
            let platform = invocation.platform.as_ref();
            observed(&image::read_layout(&mut open, &shown, platform, keep)?, keep)
        }
        true if is_archive(old)? => {
            let mut file = disk::open(old)?;
            let platform = invocation.platform.as_ref();
            observed(&image::read_archive(&mut file, &shown, platform, keep)?, keep)
        }
        true => Seen {
            facts: foreseen(old, builds, found)?,
            weights: None,
        },
    };
    let now = observed(new, keep);
    Ok(difference(before.side(&shown), now.side(&new.name)))
}

impl Seen {
    fn side<'a>(&'a self, name: &'a str) -> Side<'a> {
        Side {
            name,
            facts: &self.facts,
            weights: self.weights.as_deref(),
        }
    }
}

fn observed(image: &Inspected, keep: &Keep) -> Seen {
    Seen {
        facts: image::observe(image, None, keep),
        weights: Some(image::weights(image)),
    }
}

/// Whether a file begins as an archive does, plain or compressed, and so is no Dockerfile.
fn is_archive(path: &Path) -> Result<bool> {
    let mut start = Vec::new();
    disk::open(path)?.take(512).read_to_end(&mut start)?;
    let is_compressed = start.starts_with(&[0x1f, 0x8b]) || start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    Ok(is_compressed || start.get(257..262) == Some(b"ustar"))
}

/// What a Dockerfile would give, with its own settings and this build's arguments.
fn foreseen(path: &Path, builds: &Builds, found: &Found) -> Result<Facts> {
    let source = disk::read(path, &disk::shown(path))?;
    let lies_at = disk::absolute(path);
    let folder = lies_at.parent().unwrap_or(&lies_at);
    let settings = found.config.settings(&lies_at);
    let invocation = builds.invocation(found, &settings, &Selection::default());
    let context = FolderContext::new(builds.context(folder));
    let tree = syntax::parse(source.text());
    let stages = Stages::of(&tree, &invocation);
    if stages.target.is_none() {
        bail!("{}: there is no stage in it that could be built", source.name());
    }
    match intended::foreseen(&source, &tree, &stages, &invocation, &context) {
        Some(facts) => Ok(facts),
        None => bail!("{}: its last stage cannot be looked at", source.name()),
    }
}
