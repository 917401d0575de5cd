//! What was foreseen from a Dockerfile against what is observed in its image.
//!
//! What was foreseen for certain must be there ([`missing`]); what is there and was not foreseen must lie
//! in a step that cannot be seen through ([`unforeseen`]). So every built image is a test of the
//! interpreter, too. Two images against one another are [`difference()`]'s.

mod difference;
mod missing;
mod unforeseen;

pub use difference::{Side, difference};

use std::collections::HashMap;

use crate::facts::{Facts, Reach, StartCommand, path};
use crate::finding::{Certainty, Finding, Place, Severity};
use crate::invocation::Invocation;

/// All differences, in the order of the kinds of facts.
pub fn compare(foreseen: &Facts, observed: &Facts, invocation: &Invocation) -> Vec<Finding> {
    let Some(seen) = &observed.observed else {
        return Vec::new();
    };
    let both = Both {
        foreseen,
        observed,
        seen,
        invocation,
        substitutes: substitutes(foreseen),
    };
    let mut findings = missing::all(&both);
    findings.extend(unforeseen::all(&both));
    findings
}

/// The two sides.
struct Both<'a> {
    foreseen: &'a Facts,
    observed: &'a Facts,
    seen: &'a crate::facts::Observed,
    invocation: &'a Invocation,
    /// The last step of an instruction that runs where one before it failed.
    substitutes: HashMap<(usize, usize), usize>,
}

/// The last step of each instruction that does the work of one that failed.
fn substitutes(foreseen: &Facts) -> HashMap<(usize, usize), usize> {
    /// What stands there for nothing, or to end the build.
    const IDLE: [&str; 6] = ["true", ":", "echo", "exit", "false", "return"];
    let steps = foreseen.steps.iter().enumerate();
    let works = steps.filter(|(_, step)| {
        let name = step.program.as_ref().and_then(|program| program.name());
        step.is_fallback && name.is_none_or(|name| !IDLE.contains(&name))
    });
    works
        .map(|(index, step)| ((step.stage, step.instruction), index))
        .collect()
}

impl Both<'_> {
    /// Whether an instruction of the file has a step that could have changed this much unseen.
    fn is_opaque(&self, instruction: usize, reach: Reach) -> bool {
        self.foreseen.opaque.iter().any(|opaque| {
            opaque.reach >= reach && self.foreseen.step(&opaque.origin).instruction == instruction
        })
    }

    /// Whether any step could have changed this much unseen, after a step of what is foreseen.
    fn is_opaque_after(&self, step: usize, reach: Reach) -> bool {
        self.foreseen.is_opaque(reach, step, self.foreseen.steps.len())
    }
}

fn finding(rule: &'static str, place: &Place, message: String) -> Finding {
    Finding {
        rule,
        aliases: Vec::new(),
        severity: Severity::Info,
        certainty: Certainty::Certain,
        message,
        help: None,
        place: place.clone(),
        stage: None,
        related: Vec::new(),
        fix: None,
    }
}

/// The words of a command, those of a shell as one.
fn words(command: &StartCommand) -> Option<Vec<&str>> {
    command.words.iter().map(|(word, _)| word.as_known()).collect()
}

/// Files that the engine puts over an image while it builds, so that what is written there is lost.
fn is_covered(written: &str) -> bool {
    const FILES: [&str; 3] = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];
    let covers = |folder| path::covers(folder, &crate::facts::Value::known(written));
    FILES.contains(&written) || ["/proc", "/sys", "/dev"].into_iter().any(covers)
}
