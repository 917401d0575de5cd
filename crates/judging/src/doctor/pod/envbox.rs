//! What envbox, or the outer container of a virtual machine, asks of a pod or a container.

mod gpu;
mod host_paths;
mod mounts;
mod variables;

use super::super::{Kind, Sheet, State, Wish};
use super::{Container, Pod};

pub(super) fn check(pod: &Pod, main: &Container, kind: Kind, wish: &Wish, sheet: &mut Sheet) {
    let why = "the outer container starts Sysbox, which needs all rights; without them envbox speaks of an unsupported kernel or seccomp level (nestybox/sysbox#891)";
    match main.privileged {
        true => sheet.good("privileged", "privileged", why),
        false => sheet.say(
            "privileged",
            State::Bad,
            "not privileged",
            why,
            "securityContext: {privileged: true}, or --privileged",
        ),
    }
    let why = "a privileged container does not run under Sysbox, and Sysbox not within Sysbox";
    match pod.runtime_class.as_deref() {
        Some(class) if class.starts_with("sysbox") => sheet.say(
            "runtime-class",
            State::Bad,
            class,
            why,
            "take the runtime class away",
        ),
        other => sheet.good("runtime-class", other.unwrap_or("none"), why),
    }
    namespaces(pod, sheet);
    host_paths::check(pod, main, kind, wish, sheet);
    if kind == Kind::Envbox {
        start(main, sheet);
        variables::check(main, sheet);
        gpu::check(main, sheet);
    }
    mounts::check(pod, main, kind, sheet);
}

fn namespaces(pod: &Pod, sheet: &mut Sheet) {
    const ID: &str = "namespaces";
    if pod.host_users == Some(false) {
        sheet.say(
            ID,
            State::Bad,
            "hostUsers: false",
            "in a user namespace a privileged container lacks the rights that Sysbox needs",
            "take hostUsers away",
        );
    }
    if pod.shares_processes {
        sheet.say(
            ID,
            State::Warning,
            "shareProcessNamespace",
            "envbox is not process 1 then, and signals do not reach it",
            "take shareProcessNamespace away",
        );
    }
    if pod.host_namespaces.contains(&"network") {
        sheet.say(
            ID,
            State::Warning,
            "shares the host's network",
            "envbox reads the MTU of eth0, and makes its bridge on the host then",
            "take hostNetwork away",
        );
    }
    if let Some(mode) = &pod.cgroup_namespace
        && mode != "host"
    {
        sheet.say(
            ID,
            State::Bad,
            format!("cgroup namespace {mode}"),
            "envbox in Docker needs the host's control groups",
            "--cgroupns=host",
        );
    }
    if sheet.has_none(ID) {
        sheet.good(
            ID,
            "as they must be",
            "the outer container is a plain privileged one",
        );
    }
}

fn start(main: &Container, sheet: &mut Sheet) {
    let why = "envbox is started by its verb `docker`";
    let words: Vec<&str> = main.command.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => sheet.good("runtime", "the image's own start", why),
        ["/envbox" | "envbox", "docker", ..] => sheet.good("runtime", words.join(" "), why),
        _ => sheet.say(
            "runtime",
            State::Warning,
            words.join(" "),
            why,
            "command: [/envbox, docker]",
        ),
    }
}
