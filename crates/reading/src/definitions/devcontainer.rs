//! `devcontainer.json`: JSON with comments, and one build at most.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Definition, Dockerfile, Unreadable, scalar};

pub fn read(text: &str) -> Result<Vec<Definition>, Unreadable> {
    let options = jsonc_parser::ParseOptions::default();
    let file: Option<Value> =
        jsonc_parser::parse_to_serde_value(text, &options).map_err(Unreadable::malformed)?;
    let file = file.unwrap_or_default();
    let build = file.get("build").cloned().unwrap_or_default();
    // The older spelling stands at the top.
    let place = |new: &str, old: &str| {
        let value = build.get(new).or_else(|| file.get(old))?;
        expand(value.as_str()?)
    };
    let Some(dockerfile) = place("dockerfile", "dockerFile") else {
        return Ok(Vec::new());
    };
    let context = place("context", "context").unwrap_or_else(|| ".".to_owned());
    let arguments = build.get("args").and_then(Value::as_object);
    let arguments: BTreeMap<String, String> = arguments
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), expand(&scalar(value)?)?)))
        .collect();
    Ok(vec![Definition {
        name: String::new(),
        context,
        dockerfile: Dockerfile::BesideDefinition(dockerfile),
        target: build.get("target").and_then(Value::as_str).and_then(expand),
        arguments,
        platforms: Vec::new(),
    }])
}

/// A text with `${localEnv:NAME:default}` replaced by its default; none where a variable has none.
fn expand(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, variable)) = rest.split_once("${") {
        let (inside, after) = variable.split_once('}')?;
        let (_, default) = inside
            .strip_prefix("localEnv:")
            .or_else(|| inside.strip_prefix("env:"))?
            .split_once(':')?;
        out.push_str(before);
        out.push_str(default);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_commas_do_not_hurt() {
        let text = "// a workspace\n{\n  \"name\": \"x\", /* y */\n  \"build\": {\n    \"dockerfile\": \"Dockerfile\",\n    \"context\": \"..\",\n    \"args\": { \"V\": \"${localEnv:V:1}\", \"W\": \"${localEnv:W}\", \"N\": 2, },\n    \"target\": \"dev\",\n  },\n}\n";
        let found = read(text).expect("it is read");
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].dockerfile,
            Dockerfile::BesideDefinition("Dockerfile".to_owned())
        );
        assert_eq!(found[0].context, "..");
        assert_eq!(found[0].target.as_deref(), Some("dev"));
        let arguments: Vec<(&str, &str)> = found[0]
            .arguments
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(arguments, [("N", "2"), ("V", "1")]);
    }

    #[test]
    fn the_older_spelling_is_read() {
        let found = read("{\"dockerFile\": \"Dockerfile\", \"context\": \"..\"}").expect("it is read");
        assert_eq!(found[0].context, "..");
    }

    #[test]
    fn an_image_is_no_build() {
        assert_eq!(read("{\"image\": \"x\"}"), Ok(Vec::new()));
        assert_eq!(read(""), Ok(Vec::new()));
        assert!(read("{").is_err());
    }
}
