//! Graphics processors: whether the platform can use those of the host.

use super::Look;
use crate::contract::{Cluster, Gpu};
use crate::doctor::door::{Seen, text};
use crate::doctor::{Kind, Sheet, State};

pub(super) fn gpu(look: &Look, sheet: &mut Sheet) {
    const ID: &str = "gpu";
    let wanted = look.wish.contract.gpu.as_ref().map(|told| told.value);
    let listed = look.host.list("/dev");
    let hidden = !matches!(listed, Seen::Known(_));
    let devices = listed.known().unwrap_or_default();
    let nvidia = devices.iter().any(|name| {
        name.strip_prefix("nvidia")
            .is_some_and(|rest| rest.starts_with(|one: char| one.is_ascii_digit()) || rest == "ctl")
    }) || matches!(look.host.list("/proc/driver/nvidia"), Seen::Known(_));
    let amd = devices.iter().any(|name| name == "kfd");
    let vendor = text(look.host, "/sys/class/dmi/id/sys_vendor")
        .known()
        .unwrap_or_default();
    let by_vendor = [
        "Google",
        "Amazon EC2",
        "Microsoft Corporation",
        "DigitalOcean",
        "QEMU",
        "VMware",
    ]
    .iter()
    .any(|name| vendor.contains(name));
    let is_virtual = by_vendor
        || matches!(
            look.wish.contract.cluster,
            Some(Cluster::Gke | Cluster::Eks | Cluster::Aks)
        );
    let seen = match (nvidia, amd) {
        (true, true) => "NVIDIA and AMD",
        (true, false) => "NVIDIA",
        (false, true) => "AMD",
        (false, false) => "none",
    };
    let wants = matches!(wanted, Some(Gpu::Nvidia | Gpu::Amd));
    let why = "container-based virtual machines use NVIDIA on bare metal alone, AMD nowhere, and neither with caching";
    if hidden && !nvidia && !wants {
        return sheet.say(ID, State::Unknown, "/dev cannot be listed", why, "");
    }
    let (state, seen, why, help) = match (look.wish.kind, wanted) {
        (Kind::Cvm, Some(Gpu::Amd)) => {
            let seen = format!("{seen}; the config wants AMD");
            (State::Bad, seen, why, "take NVIDIA on bare metal")
        }
        (Kind::Cvm, Some(Gpu::Nvidia)) if look.wish.is_cached() => (
            State::Bad,
            format!("{seen}, with caching"),
            why,
            "turn caching off",
        ),
        (Kind::Cvm, Some(Gpu::Nvidia)) if is_virtual => {
            let place = if by_vendor { &vendor } else { "a cloud" };
            let seen = format!("{seen}, on {place}");
            (State::Bad, seen, why, "take a host of bare metal")
        }
        (_, Some(Gpu::Nvidia)) if !nvidia => missing(seen, "NVIDIA"),
        (_, Some(Gpu::Amd)) if !amd => missing(seen, "AMD"),
        (Kind::Sysbox, _) if wants => (
            State::Warning,
            seen.to_owned(),
            "Sysbox itself hands on no graphics processors (nestybox/sysbox#50)",
            "take envbox",
        ),
        (Kind::Envbox, _) if wants && has_toolkit(look) => {
            let why = "the toolkit puts devices and libraries into the outer container";
            (State::Good, seen.to_owned(), why, "")
        }
        (Kind::Envbox, _) if wants => (
            State::Warning,
            seen.to_owned(),
            "the outer container gets devices and libraries from NVIDIA's toolkit, which is not there",
            "install nvidia-container-toolkit",
        ),
        _ if wants => (State::Good, seen.to_owned(), why, ""),
        _ => (State::Good, seen.to_owned(), "none is asked for", ""),
    };
    sheet.say(ID, state, seen, why, help);
}

/// What is said where the config wants a maker's and the host has none.
fn missing(seen: &str, maker: &str) -> (State, String, &'static str, &'static str) {
    let seen = format!("{seen}; the config wants {maker}");
    (
        State::Bad,
        seen,
        "there is nothing to hand on",
        "install the driver",
    )
}

/// Whether NVIDIA's toolkit is there, as a runtime or as a program.
fn has_toolkit(look: &Look) -> bool {
    matches!(&look.engine, Seen::Known(engine) if engine.runtimes.contains_key("nvidia"))
        || ["/usr/bin/nvidia-container-runtime", "/usr/bin/nvidia-ctk"]
            .iter()
            .any(|path| look.there(path))
}
