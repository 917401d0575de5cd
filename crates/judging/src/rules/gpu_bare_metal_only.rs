//! A workspace has a graphics processor only where its nodes are machines of one's own.
//!
//! Container-based virtual machines reach NVIDIA's processors on bare metal alone; on the clusters of
//! cloud providers (GKE, EKS, AKS and others) they are not passed on, and Sysbox by itself has no support
//! for them at all. Under envbox they need `CODER_ADD_GPU` and the node's libraries.
//!
//! Say in the config where the nodes stand (`platform.cluster`), so that this is an answer and not a
//! reminder, and build images for graphics processors for bare metal alone.

use super::gpu::{self, Evidence};
use super::{Levels, Report, Rule};
use crate::contract::{Cluster, Contract, Gpu, Profile};
use crate::facts::Facts;
use crate::finding::{Certainty, Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        sysbox: Some(Severity::Warning),
        ..Levels::virtual_machines(Severity::Info)
    },
    ..Rule::facts(
        "gpu-bare-metal-only",
        check,
        include_str!("gpu_bare_metal_only.rs"),
    )
};

/// Says the first thing that shows it.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let told = contract.gpu.as_ref().filter(|gpu| gpu.value == Gpu::Nvidia);
    let (what, place, certainty) = match (gpu::nvidia(facts), told) {
        (Some(Evidence { what, origin }), _) => (what, origin.place, origin.certainty),
        (None, Some(told)) => {
            let place = told.place.clone().unwrap_or_else(|| facts.from.place.clone());
            ("`platform.gpu: nvidia`".to_owned(), place, Certainty::Certain)
        }
        (None, None) => return,
    };
    say(&what, place, certainty, contract, report);
}

fn say(what: &str, place: Place, certainty: Certainty, contract: &Contract, report: &mut Report) {
    let is_cvm = contract.profile == Profile::Cvm;
    match (contract.profile, contract.cluster) {
        (Profile::Sysbox, _) => {
            let message = format!("{what} asks for an NVIDIA GPU, and Sysbox has no support for GPUs");
            report
                .say_at(place, certainty, message)
                .help("run such workspaces with another runtime");
        }
        (Profile::Envbox, _) => {
            let message = format!("{what} asks for an NVIDIA GPU, which envbox passes on only when told to");
            report
                .say_at(place, certainty, message)
                .help("set CODER_ADD_GPU=true and CODER_USR_LIB_DIR on the outer container");
        }
        (_, Some(Cluster::BareMetal)) => {}
        (_, Some(cluster)) => {
            let message = format!(
                "{what} asks for an NVIDIA GPU, and workspaces on {} get none: it takes bare metal",
                cluster.name()
            );
            let said = report.say_at(place, certainty, message);
            let said = if is_cvm { said.level(Severity::Error) } else { said };
            said.help("run it on nodes of your own, or use a base without CUDA");
        }
        (_, None) => {
            let message = format!("{what} asks for an NVIDIA GPU, which workspaces get on bare metal alone");
            report
                .say_at(place, certainty, message)
                .help("say where the nodes stand with `platform.cluster` in seaworthy.yaml");
        }
    }
}
