//! Compose files: the services that are built.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Definition, Dockerfile, Unreadable, dotenv, scalar};

/// Whether a file stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// It does.
    Base,
    /// It is laid over another one: a build without a context only adds to one that stands there.
    Overlay,
}

pub fn read(text: &str, environment: &str, layer: Layer) -> Result<Vec<Definition>, Unreadable> {
    let file: Value = serde_saphyr::from_str_with_options(text, options()).map_err(Unreadable::malformed)?;
    let variables = dotenv::read(environment);
    let services = file.get("services").and_then(Value::as_object);
    let found = services.into_iter().flatten();
    Ok(found
        .filter_map(|(name, service)| definition(name, service, &variables, layer))
        .collect())
}

fn definition(
    name: &str,
    service: &Value,
    variables: &BTreeMap<String, String>,
    layer: Layer,
) -> Option<Definition> {
    let text = |value: &Value| dotenv::expand(&scalar(value)?, variables);
    let build = service.get("build")?;
    let empty = Map::new();
    let (context, build) = match build {
        Value::Object(build) => match (build.get("context"), layer) {
            (Some(context), _) => (text(context)?, build),
            (None, Layer::Base) => (".".to_owned(), build),
            (None, Layer::Overlay) => return None,
        },
        short => (text(short)?, &empty),
    };
    if build.contains_key("dockerfile_inline") {
        return None;
    }
    let dockerfile = match build.get("dockerfile") {
        Some(path) => text(path)?,
        None => "Dockerfile".to_owned(),
    };
    let mut platforms: Vec<String> = list(build.get("platforms")).filter_map(&text).collect();
    if platforms.is_empty() {
        platforms.extend(service.get("platform").and_then(&text));
    }
    Some(Definition {
        name: name.to_owned(),
        context,
        dockerfile: Dockerfile::InContext(dockerfile),
        target: build.get("target").and_then(&text),
        arguments: arguments(build.get("args"), variables),
        platforms,
    })
}

/// `args` as a map or as a list of `NAME=VALUE`.
fn arguments(value: Option<&Value>, variables: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let of = |name: &str, value: Option<String>| {
        let value = match value {
            Some(value) => dotenv::expand(&value, variables)?,
            None => variables.get(name)?.clone(),
        };
        Some((name.to_owned(), value))
    };
    match value {
        Some(Value::Object(map)) => map
            .iter()
            .filter_map(|(name, value)| of(name, scalar(value)))
            .collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(scalar)
            .filter_map(|text| match text.split_once('=') {
                Some((name, value)) => of(name, Some(value.to_owned())),
                None => of(&text, None),
            })
            .collect(),
        _ => BTreeMap::new(),
    }
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// Aliases and merge keys are customary in compose files; these limits are far above what such files
/// hold and far below what hurts.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 100_000,
            max_nodes: 50_000,
            max_aliases: 2_000,
            max_anchors: 500,
            max_recorded_anchor_events: 50_000,
            max_depth: 32,
            flow_nesting_limit: 32,
            max_documents: 1,
            max_merge_keys: 1_000,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 100_000,
            max_replay_stack_depth: 16,
            max_alias_expansions_per_anchor: 1_000,
        },
        with_snippet: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Definition {
        let found = read(text, "TAG=3.20\n", Layer::Base).expect("it is read");
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_iter().next().expect("there is one")
    }

    #[test]
    fn a_build_has_its_short_form() {
        let found = one("services:\n  web:\n    build: ./web\n  db:\n    image: postgres\n");
        assert_eq!(found.name, "web");
        assert_eq!(found.context, "./web");
        assert_eq!(found.dockerfile, Dockerfile::InContext("Dockerfile".to_owned()));
    }

    #[test]
    fn everything_of_a_build_is_read() {
        let found = one(
            "x-args: &args\n  VERSION: 3\n  SECURE: true\nservices:\n  web:\n    platform: linux/arm64\n    build:\n      context: .\n      dockerfile: docker/Dockerfile.web\n      target: final\n      args:\n        <<: *args\n        TAG: '${TAG}-x'\n        GONE: ${GONE}\n",
        );
        assert_eq!(
            found.dockerfile,
            Dockerfile::InContext("docker/Dockerfile.web".to_owned())
        );
        assert_eq!(found.target.as_deref(), Some("final"));
        assert_eq!(found.platforms, ["linux/arm64"]);
        let arguments: Vec<String> = found
            .arguments
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(arguments, ["SECURE=true", "TAG=3.20-x", "VERSION=3"]);
    }

    #[test]
    fn arguments_may_be_a_list() {
        let found = one("services:\n  web:\n    build:\n      args: [A=1, TAG, GONE, 'B=x=y']\n");
        let arguments: Vec<(&str, &str)> = found
            .arguments
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(arguments, [("A", "1"), ("B", "x=y"), ("TAG", "3.20")]);
    }

    #[test]
    fn what_cannot_be_known_is_left_out() {
        for text in [
            "services:\n  web:\n    build: ${WHERE}\n",
            "services:\n  web:\n    build:\n      dockerfile_inline: FROM scratch\n",
            "services:\n  web: {image: x}\n",
            "services: []\n",
            "",
        ] {
            assert_eq!(read(text, "", Layer::Base), Ok(Vec::new()), "{text}");
        }
        let overlay = "services:\n  web:\n    build: {args: {A: 1}}\n";
        assert_eq!(read(overlay, "", Layer::Overlay), Ok(Vec::new()));
        assert!(read("a: [", "", Layer::Base).is_err());
    }
}
