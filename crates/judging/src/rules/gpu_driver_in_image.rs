//! The driver of a graphics processor belongs to the host, not into an image.
//!
//! Kernel modules cannot be loaded in a workspace, and the driver's libraries must match the host's
//! kernel module: the platform mounts the node's own over those of the image. The NVIDIA container
//! toolkit works for the engine of the host, not for one in a workspace.
//!
//! Install the CUDA toolkit without the driver, and leave the driver to the nodes.

use super::gpu;
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Warning),
    ..Rule::facts(
        "gpu-driver-in-image",
        check,
        include_str!("gpu_driver_in_image.rs"),
    )
};

/// Packages that belong to the host.
const HOST_PACKAGES: [&str; 8] = [
    "nvidia-driver*",
    "nvidia-kernel*",
    "nvidia-dkms*",
    "nvidia-utils*",
    "libnvidia-*",
    "nvidia-container-toolkit",
    "nvidia-container-runtime",
    "nvidia-docker2",
];

/// Says each such package.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for package in gpu::packages(facts, &HOST_PACKAGES) {
        if package.name.text().contains("-dev") {
            continue;
        }
        report
            .say(
                &package.asked,
                format!("`{}` belongs to the host, not into the image", package.name),
            )
            .help("leave it out: the node's own driver is mounted over it");
    }
}
