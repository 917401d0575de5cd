//! What fails the verification of an image beside findings: unmet points of the contract, probes and tests
//! that failed.
//!
//! Formats that know nothing but findings have them as entries, so that none of them hides a failure. Text,
//! JSON, JUnit and Markdown have places of their own for them.

use std::sync::Arc;

use super::fingerprint::Fingerprints;
use super::{Entry, Report, Spot, structure};
use crate::checklist::{self, State};
use crate::finding::{Certainty, Severity};

/// The name of a probe that failed or was not answered in time.
pub const PROBE: &str = "probe-failed";
/// The name of a test that failed.
pub const TEST: &str = "structure-test-failed";
/// The name of a test that could not be run.
pub const TEST_SKIPPED: &str = "structure-test-skipped";

/// What a fault is in general, for formats that list the rules of what they tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// What must hold, a sentence without a full stop.
    pub summary: &'static str,
    /// More of it.
    pub page: &'static str,
}

/// The kind of a fault by its name; none for the name of a rule.
pub fn kind(name: &str) -> Option<Kind> {
    match name {
        PROBE => Some(Kind {
            summary: "a container of the image answers as a workspace must",
            page: "The image is started as the platform starts it, and questions are put to it, one after the \
                   other; those of the config belong to them.",
        }),
        TEST => Some(Kind {
            summary: "the image passes the tests of its structure",
            page: "The tests stand in the files of container-structure-test that were named.",
        }),
        TEST_SKIPPED => Some(Kind {
            summary: "the tests of an image's structure can be run",
            page: "A test that needs a container is run where the image is in an engine.",
        }),
        _ => {
            let point = checklist::POINTS.iter().find(|point| point.rule == name)?;
            Some(Kind {
                summary: point.asks,
                page: "A point of the contract: what a workspace asks of its image, for everything that the \
                       platform does not bring itself.",
            })
        }
    }
}

/// All faults of a report as entries: at the Dockerfile where one is known, else at the image as a whole.
pub(super) fn entries(report: &Report) -> Vec<Entry> {
    let mut prints = Fingerprints::default();
    let image = report.image.as_ref();
    let spot = match image.and_then(|image| image.dockerfile.clone()) {
        Some(path) => Spot::Text {
            path,
            start: super::FIRST,
            end: super::FIRST,
        },
        None => Spot::Image {
            image: image.map_or(Arc::from(""), |image| Arc::clone(&image.name)),
        },
    };
    let mut entry = |rule: &'static str, severity, about: &str, message: String| Entry {
        rule,
        aliases: Vec::new(),
        severity,
        certainty: Certainty::Certain,
        message,
        help: None,
        url: None,
        spot: spot.clone(),
        stage: None,
        related: Vec::new(),
        fix: None,
        edit_spots: Vec::new(),
        instruction_line: None,
        invocations: Vec::new(),
        fingerprint: prints.next(rule, about),
        excerpt: None,
    };
    let mut all = Vec::new();
    for point in report.contract.iter().filter(|point| point.state == State::Unmet) {
        let message = format!("point {} of the contract: {}", point.number, point.evidence);
        all.push(entry(point.rule, Severity::Error, point.name, message));
    }
    for probe in report.probes.iter().flatten().filter(|probe| probe.state.fails()) {
        let first = probe.output.lines().next().unwrap_or_default();
        let message = format!("the probe `{}` failed: {first}", probe.name);
        all.push(entry(PROBE, Severity::Error, &probe.name, message));
    }
    for test in &report.structure {
        let (rule, severity, word) = match test.state {
            structure::State::Passed => continue,
            structure::State::Failed => (TEST, Severity::Error, "failed"),
            structure::State::Skipped => (TEST_SKIPPED, Severity::Warning, "could not be run"),
        };
        let why = test.errors.join("; ");
        let message = format!("the test `{}` of {} {word}: {why}", test.name, test.file);
        all.push(entry(rule, severity, &test.name, message));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_that_of_a_rule_and_each_has_a_kind() {
        let names = checklist::POINTS.iter().map(|point| point.rule);
        for name in names.chain([PROBE, TEST, TEST_SKIPPED]) {
            assert!(crate::rules::find(name).is_empty(), "{name}");
            assert!(
                kind(name).is_some_and(|kind| !kind.summary.ends_with('.')),
                "{name}"
            );
        }
        assert_eq!(kind("home-shadowed"), None);
    }
}
