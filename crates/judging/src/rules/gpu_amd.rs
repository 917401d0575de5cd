//! Workspaces cannot use AMD's graphics processors.
//!
//! Container-based virtual machines pass on NVIDIA's processors alone. What ROCm, HIP or the amdgpu
//! driver bring only makes the image larger.
//!
//! Leave them out, or run such workspaces without Sysbox.

use super::gpu;
use super::{Levels, Report, Rule};
use crate::contract::{Contract, Gpu};
use crate::facts::Facts;
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Error),
    ..Rule::facts("gpu-amd", check, include_str!("gpu_amd.rs"))
};

/// Says the first thing that shows it.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let told = contract.gpu.as_ref().filter(|gpu| gpu.value == Gpu::Amd);
    match (gpu::amd(facts), told) {
        (Some(evidence), _) => {
            let message = format!(
                "{} is made for an AMD GPU, and workspaces cannot use one",
                evidence.what
            );
            report
                .say(&evidence.origin, message)
                .help("leave it out of the workspace image");
        }
        (None, Some(told)) => {
            let place = told.place.clone().unwrap_or_else(|| facts.from.place.clone());
            report
                .say_at(
                    place,
                    Certainty::Certain,
                    "`platform.gpu: amd`: workspaces cannot use an AMD GPU",
                )
                .help("NVIDIA's on bare metal are the only ones that workspaces can use");
        }
        (None, None) => {}
    }
}
