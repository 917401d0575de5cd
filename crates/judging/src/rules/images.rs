//! What rules about image references share: the images that the stages of a file start from.

use super::Text;
use crate::source::Span;
use crate::stages::Start;
use crate::syntax::reference::ImageRef;

/// The image that a stage starts from.
pub struct Image {
    /// Index of the stage.
    pub stage: usize,
    /// The reference, variables looked up.
    pub reference: ImageRef,
    /// Where it stands.
    pub span: Span,
    /// Whether it is written there as it is, without a variable.
    pub is_written: bool,
}

/// The images of a file; those of which a part is not known, and those that cannot be read, are left out.
pub fn of(text: &Text) -> Vec<Image> {
    let images = text.stages.all.iter().filter_map(|stage| {
        let Start::Image(expanded) = &stage.start else {
            return None;
        };
        if !expanded.holes.is_empty() {
            return None;
        }
        let written = text.tree.instructions[stage.from].words().first()?;
        Some(Image {
            stage: stage.index,
            reference: ImageRef::parse(&expanded.text).ok()?,
            span: text.base_span(stage.index),
            is_written: !written.text.contains('$'),
        })
    });
    images.collect()
}
