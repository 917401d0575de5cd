//! What in an image asks for a graphics processor: shared by the rules about them.

use super::workspace::at_base;
use crate::facts::{Facts, Origin, Package, path};

/// Evidence that an image is made for a kind of graphics processor.
pub struct Evidence {
    /// What it is, as a noun phrase.
    pub what: String,
    /// Where it is said.
    pub origin: Origin,
}

/// NVIDIA's images, by repository.
const NVIDIA_BASES: [&str; 3] = ["nvidia/", "docker.io/nvidia/", "nvcr.io/nvidia/"];
/// Names of packages that are made for NVIDIA's processors.
const NVIDIA_PACKAGES: [&str; 5] = ["cuda*", "libcudnn*", "libnvidia*", "nvidia-*", "tensorrt*"];
/// Variables that NVIDIA's container runtime reads.
const NVIDIA_VARIABLES: [&str; 3] = [
    "NVIDIA_VISIBLE_DEVICES",
    "NVIDIA_DRIVER_CAPABILITIES",
    "NVIDIA_REQUIRE_*",
];
/// AMD's images, by repository.
const AMD_BASES: [&str; 2] = ["rocm/", "docker.io/rocm/"];
/// Names of packages that are made for AMD's processors.
const AMD_PACKAGES: [&str; 5] = ["rocm*", "hip*", "hipcc", "amdgpu*", "miopen*"];
/// Packages that begin like AMD's and are none of them.
const NOT_AMD: [&str; 3] = ["hippo*", "hipchat*", "hiprompt*"];

/// The first thing that shows that the image is made for NVIDIA's processors.
pub fn nvidia(facts: &Facts) -> Option<Evidence> {
    base(facts, &NVIDIA_BASES)
        .into_iter()
        .chain(package(facts, &NVIDIA_PACKAGES, &[]))
        .chain(variable(facts))
        .min_by_key(|evidence| evidence.origin.step)
}

/// The first thing that shows that the image is made for AMD's processors.
pub fn amd(facts: &Facts) -> Option<Evidence> {
    let installer = facts.steps.iter().enumerate().find_map(|(index, step)| {
        let program = step.program.as_ref()?;
        let names = program
            .words
            .iter()
            .any(|(word, _)| word.text().contains("repo.radeon.com"));
        let (word, place) = program.words.first()?;
        let what = if program.name() == Some("amdgpu-install") {
            format!("`{word}`")
        } else if names && step.is_here() {
            "a repository at repo.radeon.com".to_owned()
        } else {
            return None;
        };
        let place = program
            .words
            .iter()
            .find(|(word, _)| word.text().contains("repo.radeon.com"))
            .map_or(place, |(_, place)| place);
        step.is_here().then(|| Evidence {
            what,
            origin: facts.origin_within(index, place),
        })
    });
    base(facts, &AMD_BASES)
        .into_iter()
        .chain(package(facts, &AMD_PACKAGES, &NOT_AMD))
        .chain(installer)
        .min_by_key(|evidence| evidence.origin.step)
}

fn base(facts: &Facts, prefixes: &[&str]) -> Option<Evidence> {
    let reference = facts.from.reference.known_prefix();
    prefixes
        .iter()
        .any(|prefix| reference.starts_with(prefix))
        .then(|| Evidence {
            what: format!("the base `{}`", facts.from.reference),
            origin: at_base(facts),
        })
}

fn package(facts: &Facts, patterns: &[&str], not: &[&str]) -> Option<Evidence> {
    let found = packages(facts, patterns).find(|package| !any(not, package.name.text()))?;
    Some(Evidence {
        what: format!("the package `{}`", found.name),
        origin: found.asked.clone(),
    })
}

fn variable(facts: &Facts) -> Option<Evidence> {
    let here = facts
        .config
        .environment()
        .into_iter()
        .filter(|variable| facts.is_here(&variable.origin));
    let mut named = here.filter(|variable| any(&NVIDIA_VARIABLES, variable.name.text()));
    // `void` and `none` say that no processor is wanted.
    let found = named.find(|variable| {
        let value = variable.value.as_ref().map(|value| value.text());
        !matches!(value, Some("void" | "none" | ""))
    })?;
    Some(Evidence {
        what: format!("ENV {}", found.name),
        origin: found.origin.clone(),
    })
}

/// Packages of the system that this file asks for and that match one of the patterns.
pub fn packages<'f>(facts: &'f Facts, patterns: &'f [&str]) -> impl Iterator<Item = &'f Package> {
    facts
        .packages
        .system()
        .filter(|package| facts.is_here(&package.asked))
        .filter(|package| any(patterns, package.name.known_prefix()))
}

fn any(patterns: &[&str], name: &str) -> bool {
    patterns.iter().any(|pattern| path::glob_matches(pattern, name))
}
