//! The variables by which envbox is set up: whether those that must be are there, whether each can be read.

use super::super::{Container, Told};
use crate::doctor::cluster::quantity;
use crate::doctor::{Sheet, State};
use crate::platform::envbox::{Asked, LEAST_MEMORY, Meaning, OTHERS, VARIABLES, Variable};
use crate::syntax::reference::ImageRef;

pub(super) fn check(main: &Container, sheet: &mut Sheet) {
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
        Meaning::DockerConfig => {
            let config = serde_json::from_str::<serde_json::Value>(text);
            if !config.is_ok_and(|config| config.is_object()) {
                // What is written there is a secret, and is not told.
                sheet.say(
                    ID,
                    State::Bad,
                    format!("{name} is no JSON"),
                    "it is Docker's config, as it stands in ~/.docker/config.json",
                    "write it like {\"auths\": {…}}, not encoded, or take it of a secret",
                );
            }
        }
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
                let help = match quantity(text) {
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
