//! The JSON schema of `seaworthy.yaml`, by which editors complete and check it.
//!
//! Keys, types and descriptions come from [`Raw`]. What types cannot say is added here: the rules by
//! name with what each finds, the editions, forms of text, examples, and what holds unless it is said
//! otherwise. It refuses nothing that is read; the reader refuses more than it can.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{EDITIONS, Raw};
use crate::rules::RULES;

/// Codes of ShellCheck's, which are too many to list.
const SHELLCHECK_CODES: &str = "^SC[0-9]{4}$";

/// One to three numbers with dots, `v` before them and a packager's revision behind.
const VERSION: &str = "^v?[0-9]+(\\.[0-9]+){0,2}([-+].+)?$";

/// The JSON schema of the config.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Raw).to_value();
    add_rules(&mut schema);
    for (pointer, more) in additions() {
        add(&mut schema, pointer, more);
    }
    schema
}

/// Puts further words of the schema language into the schema of one key.
fn add(schema: &mut Value, pointer: &str, more: Value) {
    let place = schema.pointer_mut(pointer).and_then(Value::as_object_mut);
    let place = place.expect("the key is there, as a test holds");
    if let Value::Object(more) = more {
        place.extend(more);
    }
}

/// What types cannot say, by JSON pointer.
fn additions() -> Vec<(&'static str, Value)> {
    let editions: Vec<Value> = EDITIONS.iter().map(|name| json!(name)).collect();
    // An unquoted year is a number to an editor.
    let years = EDITIONS.iter().filter_map(|name| name.parse::<u32>().ok());
    let editions: Vec<Value> = editions
        .into_iter()
        .chain(years.map(|year| json!(year)))
        .chain([Value::Null])
        .collect();
    let version = |example: &str| {
        let types = json!(["string", "number", "null"]);
        json!({"type": types, "pattern": VERSION, "examples": [example]})
    };
    let of_platform = |example: &str| json!({"examples": [[example]]});
    vec![
        ("/properties/extends", json!({"examples": ["../seaworthy.yaml"]})),
        ("/properties/requires", json!({"examples": [">=0.1"]})),
        (
            "/properties/edition",
            json!({"type": ["string", "number", "null"], "enum": editions, "examples": EDITIONS}),
        ),
        ("/properties/profile", json!({"default": "cvm"})),
        ("/properties/platforms", of_platform("linux/amd64")),
        (
            "/properties/ignore",
            json!({"examples": [[{
                "rule": "home-shadowed",
                "paths": ["legacy/**"],
                "reason": "being rewritten",
            }]]}),
        ),
        (
            "/properties/overrides",
            json!({"examples": [[{"paths": ["services/**"], "profile": "service"}]]}),
        ),
        ("/properties/exclude", json!({"examples": [["third_party/**"]]})),
        (
            "/properties/bases",
            json!({"examples": [{"registry.example.com/ws-base:*": "images/base/Dockerfile"}]}),
        ),
        ("/properties/fail-on", json!({"default": "warning"})),
        (
            "/properties/baseline",
            json!({"examples": [".seaworthy-baseline.json"]}),
        ),
        ("/$defs/Platform/properties/sysbox", version("0.6.7")),
        ("/$defs/Platform/properties/coder", version("1.44")),
        ("/$defs/Platform/properties/envbox", version("0.6.6")),
        (
            "/$defs/Workspace/properties/user",
            json!({"default": "coder", "minLength": 1}),
        ),
        ("/$defs/Workspace/properties/uid", json!({"default": 1000})),
        (
            "/$defs/Workspace/properties/home",
            json!({"examples": ["/home/coder"], "pattern": "^/"}),
        ),
        (
            "/$defs/Workspace/properties/volumes",
            json!({"examples": [["/home/coder"]], "items": {"type": "string", "pattern": "^/"}}),
        ),
        (
            "/$defs/Workspace/properties/commands",
            json!({"examples": [["git", "curl"]]}),
        ),
        (
            "/$defs/Ignore/properties/paths",
            json!({"examples": [["legacy/**"]]}),
        ),
        (
            "/$defs/Ignore/properties/reason",
            json!({"examples": ["being rewritten"], "minLength": 1}),
        ),
        (
            "/$defs/Override/properties/paths",
            json!({"examples": [["services/**"]]}),
        ),
        ("/$defs/Override/properties/platforms", of_platform("linux/amd64")),
    ]
}

/// The rules by name and by id, so that an editor completes them and marks a misspelled one.
fn add_rules(schema: &mut Value) {
    let rules = summaries();
    let level = |summary: &String| json!({"description": summary, "$ref": "#/$defs/Level"});
    let properties: Map<String, Value> = rules
        .iter()
        .map(|(name, summary)| ((*name).to_owned(), level(summary)))
        .collect();
    let levels = json!({
        "type": ["object", "null"],
        "properties": properties,
        "patternProperties": {SHELLCHECK_CODES: {"$ref": "#/$defs/Level"}},
        "additionalProperties": false,
    });
    let names: Vec<&&str> = rules.keys().collect();
    let name = json!({"anyOf": [{"enum": names}, {"type": "string", "pattern": SHELLCHECK_CODES}]});
    add(schema, "/$defs", json!({"Levels": levels, "RuleName": name}));
    for (pointer, definition) in [
        ("/properties/rules", "Levels"),
        ("/$defs/Override/properties/rules", "Levels"),
        ("/$defs/Ignore/properties/rule", "RuleName"),
    ] {
        if let Some(place) = schema.pointer_mut(pointer) {
            *place = json!({
                "description": place["description"],
                "$ref": format!("#/$defs/{definition}"),
            });
        }
    }
}

/// Each rule's name and ids with what it finds. Rules about the config itself have no level.
fn summaries() -> BTreeMap<&'static str, String> {
    let mut all: BTreeMap<&'static str, String> = BTreeMap::new();
    for rule in RULES.iter().filter(|rule| !rule.name.starts_with("config-")) {
        let summary = rule.page().summary;
        for alias in rule.aliases {
            let known = all.entry(alias).or_default();
            if !known.is_empty() {
                known.push_str("; ");
            }
            known.push_str(&format!("{summary} ({})", rule.name));
        }
        all.insert(rule.name, summary);
    }
    all
}
