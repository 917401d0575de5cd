//! What envbox, or the outer container of a virtual machine, asks of a pod or a container.

use super::super::{Kind, Sheet, State, Wish};
use super::{Container, Pod, Told, Volume, below, stores};
use crate::platform::envbox::{Asked, LEAST_MEMORY, Meaning, OTHERS, SYSTEM_LIBRARIES, VARIABLES, Variable};
use crate::platform::mounts::{AutoLoad, Mode, Source, Wanted, mounts as expected};
use crate::syntax::reference::ImageRef;

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
    host_paths(pod, main, kind, wish, sheet);
    if kind == Kind::Envbox {
        start(main, sheet);
        variables(main, sheet);
        gpu(main, sheet);
    }
    mounts(pod, main, kind, sheet);
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

/// The source on the host of a mount at a path, and whether it can be written to.
fn of_host<'a>(pod: &'a Pod, main: &Container, path: &str) -> Option<(&'a Volume, Mode)> {
    let mount = main
        .mounts
        .iter()
        .find(|mount| mount.path.trim_end_matches('/') == path)?;
    let mode = if mount.read_only {
        Mode::ReadOnly
    } else {
        Mode::ReadWrite
    };
    Some((pod.volume(&mount.volume)?, mode))
}

fn host_paths(pod: &Pod, main: &Container, kind: Kind, wish: &Wish, sheet: &mut Sheet) {
    const ID: &str = "host-paths";
    let wanted = match kind {
        Kind::Cvm => Wanted::Cvm(wish.caching, AutoLoad::Off),
        Kind::Envbox | Kind::Sysbox => Wanted::Envbox("coder".to_owned()),
    };
    let all = expected(&wanted).unwrap_or_default();
    let hosts = all.iter().filter_map(|mount| match &mount.source {
        Source::Host(path) => Some((path.as_str(), mount)),
        Source::Claim(_) | Source::Empty => None,
    });
    for (path, mount) in hosts {
        let shown = |mode: Mode| {
            if mode == Mode::ReadOnly {
                "read-only"
            } else {
                "read-write"
            }
        };
        match of_host(pod, main, path) {
            Some((Volume::Host(source), mode)) if source.trim_end_matches('/') == path => {
                match (mount.mode, mode) {
                    (Mode::ReadWrite, Mode::ReadOnly) => {
                        sheet.say(
                            ID,
                            State::Bad,
                            format!("{path} is read-only"),
                            mount.why,
                            format!("mount it {}", shown(mount.mode)),
                        );
                    }
                    (Mode::ReadOnly, Mode::ReadWrite) => {
                        let why = format!(
                            "{}: reading is enough, and what is written changes the node",
                            mount.why
                        );
                        let but = if wish.is_cached() {
                            ", unless shiftfs is loaded by itself"
                        } else {
                            ""
                        };
                        sheet.say(
                            ID,
                            State::Warning,
                            format!("{path} is read-write"),
                            why,
                            format!("readOnly: true{but}"),
                        );
                    }
                    _ => {}
                }
            }
            Some(_) => sheet.say(
                ID,
                State::Bad,
                format!("{path} is not the host's"),
                mount.why,
                format!("mount {path} of the host"),
            ),
            None => {
                // Headers may be missing on a host, too: Sysbox warns and goes on.
                let state = if path == "/usr/src" {
                    State::Warning
                } else {
                    State::Bad
                };
                sheet.say(
                    ID,
                    state,
                    format!("{path} is not mounted"),
                    mount.why,
                    format!("mount {path} of the host, {}", shown(mount.mode)),
                );
            }
        }
    }
    if kind == Kind::Cvm && !wish.is_cached() {
        for path in ["/var/run", "/var/lib"] {
            if matches!(of_host(pod, main, path), Some((Volume::Host(_), _))) {
                sheet.say(
                    ID,
                    State::Warning,
                    format!("{path} of the host is mounted"),
                    "only caching needs it",
                    "take it away, or check with --caching",
                );
            }
        }
    }
    if sheet.has_none(ID) {
        sheet.good(
            ID,
            "as they must be",
            "Sysbox in the outer container looks for headers and modules of the running kernel",
        );
    }
}

fn variables(main: &Container, sheet: &mut Sheet) {
    const ID: &str = "variables";
    let before = sheet.checks.len();
    for variable in VARIABLES {
        match main.variable(variable.name) {
            None if variable.asked == Asked::Required => {
                sheet.say(
                    ID,
                    State::Bad,
                    format!("{} is missing", variable.name),
                    "envbox does not start without it",
                    format!("set {}", variable.name),
                );
            }
            None | Some(Told::Elsewhere) => {}
            Some(Told::Text(text)) if text.is_empty() => {
                if variable.asked == Asked::Required {
                    sheet.say(
                        ID,
                        State::Bad,
                        format!("{} is empty", variable.name),
                        "envbox does not start without it",
                        format!("set {}", variable.name),
                    );
                }
            }
            // What Kubernetes or a template fills in is not known here.
            Some(Told::Text(text)) if text.contains("$(") || text.contains("${") => {}
            Some(Told::Text(text)) => value(variable, text, main, sheet),
            Some(Told::Resource(resource, divisor)) => from_resource(variable, resource, divisor, sheet),
        }
    }
    if main
        .variable("CODER_BOOTSTRAP_SCRIPT")
        .is_none_or(|told| *told == Told::Text(String::new()))
    {
        sheet.say(
            ID,
            State::Warning,
            "CODER_BOOTSTRAP_SCRIPT is missing or empty",
            "no agent is started in the workspace",
            "set it to the agent's init_script",
        );
    }
    for (name, _) in &main.variables {
        let known = VARIABLES.iter().any(|variable| variable.name == name) || OTHERS.contains(&name.as_str());
        let copied = main
            .text("CODER_INNER_ENVS")
            .is_some_and(|names| names.split(',').any(|one| fits(one.trim(), name)));
        if !name.starts_with("CODER_") || known || copied {
            continue;
        }
        let nearest = VARIABLES
            .iter()
            .map(|variable| (strsim::damerau_levenshtein(variable.name, name), variable.name))
            .min();
        let help = match nearest {
            Some((distance, nearest)) if distance <= 4 => format!("{nearest} is meant?"),
            _ => "take it away, or name it in CODER_INNER_ENVS".to_owned(),
        };
        sheet.say(
            ID,
            State::Warning,
            format!("{name} is not read by envbox"),
            "what is not read has no effect",
            help,
        );
    }
    if sheet.checks.len() == before {
        sheet.good(
            ID,
            "all are read, and have values that can be",
            "envbox is set up by them alone",
        );
    }
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

fn from_resource(variable: &Variable, resource: &str, divisor: &str, sheet: &mut Sheet) {
    const ID: &str = "variables";
    let whole = matches!(divisor, "" | "0" | "1");
    match variable.meaning {
        Meaning::Bytes if !resource.ends_with(".memory") => {
            sheet.say(
                ID,
                State::Bad,
                format!("{} is {resource}", variable.name),
                "it is a number of bytes",
                "take limits.memory",
            );
        }
        Meaning::Bytes if !whole => {
            sheet.say(
                ID,
                State::Bad,
                format!("{} is {resource} by {divisor}", variable.name),
                "it is a number of bytes",
                "take the divisor away",
            );
        }
        Meaning::Processors if !resource.ends_with(".cpu") => {
            sheet.say(
                ID,
                State::Bad,
                format!("{} is {resource}", variable.name),
                "it is a number of processors",
                "take limits.cpu",
            );
        }
        Meaning::Processors if !whole => {
            sheet.say(
                ID,
                State::Bad,
                format!("{} is {resource} by {divisor}", variable.name),
                "it is a number of processors",
                "take the divisor away",
            );
        }
        _ => {}
    }
}

fn value(variable: &Variable, text: &str, main: &Container, sheet: &mut Sheet) {
    const ID: &str = "variables";
    let name = variable.name;
    let bad = |why: &str, help: &str, sheet: &mut Sheet| {
        sheet.say(ID, State::Bad, format!("{name}={text}"), why, help)
    };
    match variable.meaning {
        Meaning::Text => {
            if name == "CODER_INNER_USERNAME" && text.bytes().all(|byte| byte.is_ascii_digit()) {
                bad(
                    "the user is looked up by name in the image",
                    "take the name that stands in the image's /etc/passwd",
                    sheet,
                );
            }
        }
        Meaning::Image => match ImageRef::parse(text) {
            Err(_) => bad(
                "it must be the reference of an image",
                "write it like codercom/enterprise-base:ubuntu",
                sheet,
            ),
            Ok(reference)
                if !text.contains('@') && reference.effective_tag().is_none_or(|tag| tag == "latest") =>
            {
                let why = "an image that moves changes what runs from one start to the next";
                sheet.say(
                    ID,
                    State::Warning,
                    format!("{name}={text}"),
                    why,
                    "name a version, or a digest",
                );
            }
            Ok(_) => {}
        },
        Meaning::Switch => {
            // What Go's strconv.ParseBool takes.
            if !matches!(
                text,
                "1" | "t" | "T" | "TRUE" | "true" | "True" | "0" | "f" | "F" | "FALSE" | "false" | "False"
            ) {
                bad("it is either true or false", "write true or false", sheet);
            }
        }
        Meaning::Processors => match text.parse::<i64>() {
            Ok(number) if number > 1024 => bad(
                "it is a number of processors",
                "write how many, not thousandths",
                sheet,
            ),
            Ok(number) if number >= 0 => {}
            _ => bad("it is a whole number of processors", "write it like 4", sheet),
        },
        Meaning::Bytes => match text.parse::<u64>() {
            Ok(0) => {}
            Ok(number) if number < LEAST_MEMORY => {
                let help = format!(
                    "write it in bytes: {} for {number} GiB",
                    number.saturating_mul(1 << 30)
                );
                bad(
                    "it is a number of bytes, and Docker gives no container less than 6 MiB",
                    &help,
                    sheet,
                );
            }
            Ok(_) => {}
            Err(_) => {
                let help = match super::super::cluster::quantity(text) {
                    Some(bytes) => format!("write {bytes}"),
                    None => "write the number of bytes, such as 4294967296".to_owned(),
                };
                bad("it is a number of bytes, without a unit", &help, sheet);
            }
        },
        Meaning::Network => {
            let is_network = text.split_once('/').is_some_and(|(address, length)| {
                address.parse::<std::net::Ipv4Addr>().is_ok()
                    && length.parse::<u8>().is_ok_and(|length| length <= 30)
            });
            if !is_network {
                bad(
                    "envbox stops at what is no IPv4 network of at least /30",
                    "write it like 172.19.0.1/30",
                    sheet,
                );
            }
        }
        Meaning::Path => {
            if !text.starts_with('/') {
                bad(
                    "it is a path from the root on",
                    "write it with a / in front",
                    sheet,
                );
            }
        }
        Meaning::Names => {
            let set = |pattern: &str| main.variables.iter().any(|(own, _)| fits(pattern, own));
            let missing: Vec<&str> = text
                .split(',')
                .map(str::trim)
                .filter(|one| !one.is_empty() && !set(one))
                .collect();
            if !missing.is_empty() {
                let why = "only variables of the outer container can be handed on";
                sheet.say(
                    ID,
                    State::Warning,
                    format!("{name} names {}", missing.join(", ")),
                    why,
                    "set them, or take them out",
                );
            }
        }
        // Judged with the mounts.
        Meaning::Mounts => {}
    }
}

fn gpu(main: &Container, sheet: &mut Sheet) {
    const ID: &str = "gpu";
    let on = main
        .text("CODER_ADD_GPU")
        .is_some_and(|text| matches!(text, "1" | "t" | "T" | "TRUE" | "true" | "True"));
    let folder = main.text("CODER_USR_LIB_DIR").unwrap_or_default();
    let why = "the host's libraries are handed on out of the folder that CODER_USR_LIB_DIR names";
    match (on, main.asks_gpu) {
        (true, _) if folder.is_empty() && main.variable("CODER_USR_LIB_DIR") != Some(&Told::Elsewhere) => {
            sheet.say(
                ID,
                State::Bad,
                "CODER_ADD_GPU without CODER_USR_LIB_DIR",
                why,
                "mount the host's library folder, and name it",
            );
        }
        (true, _) if SYSTEM_LIBRARIES.contains(&folder.trim_end_matches('/')) => {
            sheet.say(
                ID,
                State::Bad,
                format!("CODER_USR_LIB_DIR={folder}"),
                "a mount there covers the outer container's own libraries",
                "mount it elsewhere, such as /var/coder/usr/lib",
            );
        }
        (true, false) => sheet.say(
            ID,
            State::Warning,
            "CODER_ADD_GPU, and no limit of nvidia.com/gpu",
            "without it the pod gets no devices",
            "limits: {nvidia.com/gpu: 1}",
        ),
        (true, true) => sheet.good(ID, "handed on", why),
        (false, true) => sheet.say(
            ID,
            State::Warning,
            "asked for, and not handed on",
            "the workspace inside does not see them",
            "CODER_ADD_GPU=true, with CODER_USR_LIB_DIR",
        ),
        (false, false) => sheet.good(ID, "none", "none is asked for"),
    }
}

/// Stores that the outer container must have on volumes.
const STORES: [(&str, &str); 5] = [
    (
        "/var/lib/coder/docker",
        "it becomes /var/lib/docker inside: without it images are lost at a restart",
    ),
    (
        "/var/lib/coder/containers",
        "it becomes /var/lib/containers inside",
    ),
    (
        "/var/lib/docker",
        "the outer engine's store lies on the pod's own overlay otherwise",
    ),
    (
        "/var/lib/containers",
        "the store of outer containers lies on the pod's own overlay otherwise",
    ),
    (
        "/var/lib/sysbox",
        "what Sysbox keeps lies on the pod's own overlay otherwise",
    ),
];

fn mounts(pod: &Pod, main: &Container, kind: Kind, sheet: &mut Sheet) {
    const ID: &str = "mounts";
    if kind == Kind::Envbox {
        for (path, why) in STORES {
            if !main.mounts.iter().any(|mount| below(path, &mount.path)) {
                sheet.say(
                    ID,
                    State::Warning,
                    format!("nothing is mounted at {path}"),
                    why,
                    "`seaworthy mounts --profile envbox` prints what belongs there",
                );
            }
        }
        handed_on(main, sheet);
    }
    let paths: Vec<&str> = STORES.iter().map(|store| store.0).collect();
    stores(pod, main, &paths, sheet);
    // One folder in two places: the engine's store would be the home.
    for (index, mount) in main.mounts.iter().enumerate() {
        let twin = main.mounts[..index].iter().find(|other| {
            other.volume == mount.volume && other.part == mount.part && other.path != mount.path
        });
        let by_name = |one: &Volume| match one {
            Volume::Claim(name) => Some(name.clone()),
            _ => None,
        };
        let own = pod.volume(&mount.volume).and_then(by_name);
        let same = twin.or_else(|| {
            let name = own.as_ref()?;
            main.mounts[..index].iter().find(|other| {
                other.part == mount.part
                    && other.path != mount.path
                    && pod.volume(&other.volume).and_then(by_name).as_ref() == Some(name)
            })
        });
        if let Some(same) = same {
            let kept = |path: &str| paths.contains(&path.trim_end_matches('/')) || below(path, "/home");
            if kept(&mount.path) && kept(&same.path) {
                sheet.say(
                    ID,
                    State::Bad,
                    format!("{} and {} are one folder", same.path, mount.path),
                    "home and stores overwrite each other",
                    "give each a subPath of its own",
                );
            }
        }
    }
    if sheet.has_none(ID) {
        sheet.good(
            ID,
            format!("{} mounts", main.mounts.len()),
            "home and stores are kept",
        );
    }
}

fn handed_on(main: &Container, sheet: &mut Sheet) {
    const ID: &str = "mounts";
    let Some(list) = main
        .text("CODER_MOUNTS")
        .filter(|text| !text.contains("$(") && !text.contains("${"))
    else {
        if main.variable("CODER_MOUNTS").is_none() {
            sheet.say(
                ID,
                State::Warning,
                "CODER_MOUNTS is missing",
                "nothing of the outer container is seen inside: the home is lost at a restart",
                "CODER_MOUNTS=/home/coder:/home/coder",
            );
        }
        return;
    };
    for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let parts: Vec<&str> = entry.split(':').collect();
        let (source, target, mode) = match parts.as_slice() {
            [source, target] => (*source, *target, None),
            [source, target, mode] => (*source, *target, Some(*mode)),
            _ => {
                sheet.say(
                    ID,
                    State::Bad,
                    format!("CODER_MOUNTS has `{entry}`"),
                    "an entry is a source, a target and perhaps `ro`",
                    "write it like /home/coder:/home/coder",
                );
                continue;
            }
        };
        if !source.starts_with('/') || !target.starts_with('/') {
            sheet.say(
                ID,
                State::Bad,
                format!("CODER_MOUNTS has `{entry}`"),
                "both are paths from the root on",
                "write them with a / in front",
            );
            continue;
        }
        if let Some(mode) = mode
            && mode != "ro"
        {
            sheet.say(
                ID,
                State::Warning,
                format!("CODER_MOUNTS has `{entry}`"),
                format!("only `ro` is known: `{mode}` is taken for read-write"),
                "write ro, or nothing",
            );
        }
        let directly = |path: &str| {
            let path = path.trim_end_matches('/');
            path == "/root"
                || path
                    .strip_prefix("/home/")
                    .is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
        };
        if directly(target) && !directly(source) {
            sheet.say(ID, State::Bad, format!("CODER_MOUNTS has `{entry}`"), "a source that is neither /root nor directly in /home is given to root: the user cannot write to the home", format!("mount the volume at {target}, and hand that on"));
        }
        if !main
            .mounts
            .iter()
            .any(|mount| below(source, &mount.path) && mount.path != "/")
        {
            sheet.say(
                ID,
                State::Bad,
                format!("CODER_MOUNTS has `{entry}`"),
                "nothing is mounted at the source: what is written there is lost",
                format!("mount a volume at {source}"),
            );
        }
    }
}
