//! A builder's step to the instruction that it comes from.
//!
//! Both builders name steps `[i/n] INSTRUCTION` here. The classic builder counts the instructions of the
//! whole file; BuildKit counts within a stage what makes a layer, FROM of an image included. Neither is
//! trusted: the keyword must be the same, else the text decides.

use crate::diagnose::Builder;
use crate::stages::{Stage, Stages, Start};
use crate::syntax::reference::ImageRef;
use crate::syntax::{Instruction, Keyword, Tree};

/// The index of the instruction of a step, by its name; none if it belongs to none.
pub fn instruction_of(name: &str, builder: Builder, tree: &Tree, stages: &Stages) -> Option<usize> {
    if let Some(image) = name.strip_prefix("[internal] load metadata for ") {
        return from_of(image, stages);
    }
    let (stage, number, text) = parts(name)?;
    let keyword = text.split_whitespace().next()?;
    let same = |index: &usize| {
        let instruction = tree.instructions.get(*index);
        instruction.is_some_and(|one| one.raw_keyword.eq_ignore_ascii_case(keyword))
    };
    let counted = match builder {
        Builder::Classic => number.checked_sub(1),
        // Podman counts anew in each stage, and its numbers are those of no tree.
        Builder::Buildah => None,
        Builder::BuildKit => in_stage(stage, number, tree, stages),
    };
    counted
        .filter(same)
        .filter(|index| resembles(&tree.instructions[*index], text))
        .or_else(|| by_text(text, tree))
        .or_else(|| counted.filter(same))
}

/// The first FROM of an image, named with all that Docker fills in.
fn from_of(image: &str, stages: &Stages) -> Option<usize> {
    let wanted = ImageRef::parse(image).ok()?;
    let is_it = |stage: &&Stage| match &stage.start {
        Start::Image(name) => ImageRef::parse(&name.text).is_ok_and(|one| {
            one.repository() == wanted.repository()
                && one.digest == wanted.digest
                && one.effective_tag() == wanted.effective_tag()
        }),
        Start::Stage(_) | Start::Scratch => false,
    };
    stages.all.iter().find(is_it).map(|stage| stage.from)
}

/// The stage if one is named, the number and the text of `[linux/amd64 build 2/5] RUN …`.
fn parts(name: &str) -> Option<(Option<&str>, usize, &str)> {
    let (head, text) = name.strip_prefix('[')?.split_once("] ")?;
    let mut words = head.split_whitespace().rev();
    let (number, _) = words.next()?.split_once('/')?;
    Some((words.next(), number.parse().ok()?, text))
}

/// What BuildKit counts in a stage.
fn in_stage(name: Option<&str>, number: usize, tree: &Tree, stages: &Stages) -> Option<usize> {
    let stage = match name {
        // Where only one stage is built its name is left out.
        None => stages.target?,
        Some(name) => match name.strip_prefix("stage-").and_then(|index| index.parse().ok()) {
            Some(index) if index < stages.all.len() => index,
            _ => stages.named(name, stages.all.len())?,
        },
    };
    let stage = stages.all.get(stage)?;
    let from = match stage.start {
        Start::Image(_) => Some(stage.from),
        Start::Stage(_) | Start::Scratch => None,
    };
    let counts = |index: &usize| {
        let keyword = tree.instructions.get(*index).map(|one| one.keyword);
        matches!(
            keyword,
            Some(Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Workdir)
        )
    };
    let mut counted = from.into_iter().chain(stage.instructions.clone().filter(counts));
    counted.nth(number.checked_sub(1)?)
}

/// The only instruction with this text.
fn by_text(text: &str, tree: &Tree) -> Option<usize> {
    let wanted = words(text);
    let mut found = tree
        .instructions
        .iter()
        .enumerate()
        .filter(|(_, instruction)| words(instruction.text.text()) == wanted);
    let (index, _) = found.next()?;
    found.next().is_none().then_some(index)
}

/// Whether a step's text begins as the instruction does. Variables are expanded in steps, so only what
/// stands before the first one is compared.
fn resembles(instruction: &Instruction, text: &str) -> bool {
    let written = words(instruction.text.text());
    let shown = words(text);
    let alike = written.iter().zip(&shown).skip(1);
    for (one, other) in alike {
        if one.contains('$') || one.starts_with("--") {
            return true;
        }
        if one != other {
            return false;
        }
    }
    true
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::Invocation;
    use crate::syntax;

    const TEXT: &str = "ARG V=1\nFROM debian AS base\nENV A=b\nRUN one \\\n  && two\nUSER x\nRUN three\n\
                        FROM base AS work\nWORKDIR /src\nCOPY a b\nRUN four $A\nFROM scratch\nCOPY --from=work /b /\n";

    fn line(name: &str, builder: Builder) -> Option<u32> {
        let tree = syntax::parse(TEXT.as_bytes());
        let stages = Stages::of(&tree, &Invocation::default());
        let index = instruction_of(name, builder, &tree, &stages)?;
        Some(tree.instructions[index].start_line)
    }

    #[test]
    fn buildkit_counts_layers_within_a_stage() {
        let line = |name| line(name, Builder::BuildKit);
        assert_eq!(line("[base 1/3] FROM docker.io/library/debian"), Some(2));
        assert_eq!(line("[base 2/3] RUN one   && two"), Some(4));
        assert_eq!(line("[linux/arm64 base 3/3] RUN three"), Some(7));
        assert_eq!(line("[work 1/3] WORKDIR /src"), Some(9));
        assert_eq!(line("[work 3/3] RUN four b"), Some(11));
        assert_eq!(line("[stage-2 1/1] COPY --from=work /b /"), Some(13));
        assert_eq!(line("[1/1] COPY --from=work /b /"), Some(13));
    }

    #[test]
    fn the_classic_builder_counts_all_instructions() {
        assert_eq!(line("[4/12] RUN one   && two", Builder::Classic), Some(4));
        assert_eq!(line("[12/12] COPY --from=work /b /", Builder::Classic), Some(13));
    }

    #[test]
    fn where_numbers_lead_elsewhere_the_text_decides() {
        assert_eq!(line("[base 9/9] RUN three", Builder::BuildKit), Some(7));
        assert_eq!(line("[2/5] RUN three", Builder::Buildah), Some(7));
        assert_eq!(line("[base 2/3] RUN three", Builder::BuildKit), Some(7));
    }

    #[test]
    fn a_base_that_is_not_there_is_that_of_its_from() {
        let name = "[internal] load metadata for docker.io/library/debian:latest";
        assert_eq!(line(name, Builder::BuildKit), Some(2));
        let other = "[internal] load metadata for docker.io/library/other:latest";
        assert_eq!(line(other, Builder::BuildKit), None);
    }

    #[test]
    fn what_belongs_to_no_instruction_has_no_line() {
        assert_eq!(
            line(
                "[internal] load build definition from Dockerfile",
                Builder::BuildKit
            ),
            None
        );
        assert_eq!(line("exporting to image", Builder::BuildKit), None);
        assert_eq!(
            line("[base 99999999999999999999/3] RUN x", Builder::BuildKit),
            None
        );
    }
}
