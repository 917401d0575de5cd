//! The test of the configuration.

use std::collections::BTreeMap;

use super::pattern::compile;
use super::read::{MetadataTest, Pair};
use crate::image::Inspected;

/// What does not hold.
pub fn run(test: &MetadataTest, image: &Inspected) -> Vec<String> {
    let config = &image.config;
    let mut errors = Vec::new();
    let env: BTreeMap<&str, &str> = config.env.iter().filter_map(|one| one.split_once('=')).collect();
    for pair in &test.env_vars {
        errors.extend(pair_error(
            "the variable",
            pair,
            env.get(pair.key.as_str()).copied(),
        ));
    }
    for pair in &test.unbound_env_vars {
        if let Some(value) = env.get(pair.key.as_str()) {
            errors.push(format!(
                "the variable {} should not be set, and is `{value}`",
                pair.key
            ));
        }
    }
    for pair in &test.labels {
        let found = config.labels.get(&pair.key).map(String::as_str);
        errors.extend(pair_error("the label", pair, found));
    }
    for (what, expected, found) in [
        ("CMD", &test.cmd, &config.cmd),
        ("ENTRYPOINT", &test.entrypoint, &config.entrypoint),
    ] {
        if let Some(expected) = expected.as_ref().filter(|expected| *expected != found) {
            errors.push(format!("{what} should be {expected:?}, and is {found:?}"));
        }
    }
    for (what, expected, found) in [
        ("WORKDIR", &test.workdir, &config.working_dir),
        ("USER", &test.user, &config.user),
    ] {
        if !expected.is_empty() && expected != found {
            errors.push(format!("{what} should be `{expected}`, and is `{found}`"));
        }
    }
    // Ports are told apart by their number alone.
    let ports: Vec<&str> = config
        .exposed_ports
        .keys()
        .map(|port| port.split('/').next().unwrap_or_default())
        .collect();
    for port in &test.exposed_ports {
        if !ports.contains(&port.as_str()) {
            errors.push(format!("the port {port} should be exposed, and is not"));
        }
    }
    for port in &test.unexposed_ports {
        if ports.contains(&port.as_str()) {
            errors.push(format!("the port {port} should not be exposed, and is"));
        }
    }
    for volume in &test.volumes {
        if !config.volumes.contains_key(volume) {
            errors.push(format!("{volume} should be a volume, and is not"));
        }
    }
    for volume in &test.unmounted_volumes {
        if config.volumes.contains_key(volume) {
            errors.push(format!("{volume} should not be a volume, and is"));
        }
    }
    errors
}

fn pair_error(what: &str, pair: &Pair, found: Option<&str>) -> Option<String> {
    let Some(found) = found else {
        return Some(format!("{what} {} is not there", pair.key));
    };
    let holds = match pair.is_regex {
        true => match compile(&pair.value) {
            Ok(pattern) => pattern.is_match(found),
            Err(why) => return Some(why),
        },
        false => pair.value == found,
    };
    (!holds).then(|| format!("{what} {} should be `{}`, and is `{found}`", pair.key, pair.value))
}
