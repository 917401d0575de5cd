//! VOLUME of an image: shared by the rules about folders that must not be one.

use crate::facts::{Facts, Setting, Value};

/// The volumes of the image that lie on a folder or above it, each once.
pub fn on_or_above<'f>(facts: &'f Facts, folder: &'f str) -> impl Iterator<Item = &'f Setting<Value>> {
    facts.config.volumes.iter().filter(move |volume| {
        volume.value.as_known().is_some_and(|volume| {
            volume == "/"
                || folder == volume
                || folder
                    .strip_prefix(volume)
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    })
}
