//! Bake files: targets with what they inherit, in HCL or JSON.
//!
//! Of HCL's expressions those are evaluated that bake files are made of: values, lists, objects, templates with
//! variables, comparisons and conditions. A function's value is unknown, and so is all that depends on it.

use std::collections::{BTreeMap, BTreeSet};

use hcl::expr::{BinaryOperator, Expression, Operation, TemplateExpr};
use hcl::structure::{Block, Body, Structure};
use hcl::template::{Element, Template};
use serde_json::{Map, Value};

use super::{Definition, Dockerfile, MOST_BUILDS, Unreadable, scalar};

/// Bytes of the longest text that an expression may give: variables name each other, and each naming may
/// multiply.
const LONGEST_VALUE: usize = 4096;

/// How often variables are gone through, so that one may name another that stands after it.
const ROUNDS: usize = 8;

/// Targets from which a target may inherit, in sum.
const MOST_PARENTS: usize = 64;

/// Reads `docker-bake.json`.
pub fn read_json(text: &str) -> Result<Vec<Definition>, Unreadable> {
    let file: Value = serde_json::from_str(text).map_err(Unreadable::malformed)?;
    let mut variables = BTreeMap::new();
    for (name, variable) in object(&file, "variable") {
        if let Some(default) = variable.get("default") {
            variables.insert(name.clone(), default.clone());
        }
    }
    let targets: Vec<(String, Map<String, Value>)> = object(&file, "target")
        .map(|(name, target)| {
            let values = target.as_object().into_iter().flatten();
            let values = values.filter_map(|(key, value)| Some((key.clone(), filled(value, &variables)?)));
            (name.clone(), values.collect())
        })
        .collect();
    let groups = object(&file, "group").flat_map(|(_, group)| texts(group.get("targets")));
    Ok(definitions(&targets, &groups.collect()))
}

/// Reads `docker-bake.hcl`.
pub fn read_hcl(text: &str) -> Result<Vec<Definition>, Unreadable> {
    let body: Body = hcl::from_str(text).map_err(Unreadable::malformed)?;
    let variables = variables(&body);
    let mut targets: Vec<(String, Map<String, Value>)> = Vec::new();
    let mut grouped = BTreeSet::new();
    for block in blocks(&body, "group") {
        grouped.extend(texts(attributes(block, &variables).get("targets")));
    }
    for block in blocks(&body, "target") {
        let Some(label) = block.labels.first() else {
            continue;
        };
        for variables in combinations(block, &variables) {
            let mut values = attributes(block, &variables);
            let name = values.remove("name").as_ref().and_then(scalar);
            targets.push((name.unwrap_or_else(|| label.as_str().to_owned()), values));
            if targets.len() > MOST_BUILDS {
                break;
            }
        }
    }
    Ok(definitions(&targets, &grouped))
}

fn object<'a>(file: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    file.get(key).and_then(Value::as_object).into_iter().flatten()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(scalar).collect()
}

fn blocks<'a>(body: &'a Body, kind: &'a str) -> impl Iterator<Item = &'a Block> {
    body.iter().filter_map(move |structure| match structure {
        Structure::Block(block) if block.identifier.as_str() == kind => Some(block),
        _ => None,
    })
}

/// The values of a block's attributes that are known.
fn attributes(block: &Block, variables: &BTreeMap<String, Value>) -> Map<String, Value> {
    let attributes = block.body.iter().filter_map(Structure::as_attribute);
    attributes
        .filter_map(|one| Some((one.key.as_str().to_owned(), value(&one.expr, variables)?)))
        .collect()
}

/// The defaults of variables, and the attributes that stand outside of blocks, which are variables too.
fn variables(body: &Body) -> BTreeMap<String, Value> {
    let declared = blocks(body, "variable").filter_map(|block| {
        let default = block.body.iter().filter_map(Structure::as_attribute);
        let default = default.into_iter().find(|one| one.key.as_str() == "default")?;
        Some((block.labels.first()?.as_str(), &default.expr))
    });
    let loose = body.iter().filter_map(Structure::as_attribute);
    let loose = loose.map(|one| (one.key.as_str(), &one.expr));
    let mut pending: Vec<(&str, &Expression)> = declared.chain(loose).collect();
    let mut known = BTreeMap::new();
    for _ in 0..ROUNDS {
        let before = pending.len();
        pending.retain(|(name, expression)| match value(expression, &known) {
            Some(value) => {
                known.insert((*name).to_owned(), value);
                false
            }
            None => true,
        });
        if pending.len() == before {
            break;
        }
    }
    known
}

/// The variables of each combination of a target's matrix; the variables alone without one.
fn combinations(block: &Block, variables: &BTreeMap<String, Value>) -> Vec<BTreeMap<String, Value>> {
    let matrix = attributes(block, variables).remove("matrix");
    let mut all = vec![variables.clone()];
    let Some(Value::Object(matrix)) = matrix else {
        return all;
    };
    for (name, values) in matrix {
        let Value::Array(values) = values else {
            continue;
        };
        if all.len().saturating_mul(values.len()) > MOST_BUILDS {
            return Vec::new();
        }
        let with = |value: &Value, before: &BTreeMap<String, Value>| {
            let mut variables = before.clone();
            variables.insert(name.clone(), value.clone());
            variables
        };
        all = all
            .iter()
            .flat_map(|before| values.iter().map(move |value| with(value, before)))
            .collect();
    }
    all
}

/// The value of an expression; none where it is unknown.
fn value(expression: &Expression, variables: &BTreeMap<String, Value>) -> Option<Value> {
    match expression {
        Expression::Null => Some(Value::Null),
        Expression::Bool(set) => Some(Value::Bool(*set)),
        Expression::Number(number) => serde_json::to_value(number).ok(),
        Expression::String(text) => Some(Value::String(text.clone())),
        Expression::Array(items) => {
            let items = items.iter().map(|item| value(item, variables));
            Some(Value::Array(items.collect::<Option<_>>()?))
        }
        // A key whose value is unknown is left out.
        Expression::Object(object) => {
            let entries = object.iter();
            let entries = entries
                .filter_map(|(key, entry)| Some((key.to_string(), value(entry, variables)?)))
                .map(|(key, entry)| (key.trim_matches('"').to_owned(), entry));
            Some(Value::Object(entries.collect()))
        }
        Expression::TemplateExpr(template) => text(template, variables),
        Expression::Variable(variable) => variables.get(variable.as_str()).cloned(),
        Expression::Parenthesis(inner) => value(inner, variables),
        Expression::Traversal(traversal) => {
            let mut found = value(&traversal.expr, variables)?;
            for operator in &traversal.operators {
                found = match operator {
                    hcl::expr::TraversalOperator::GetAttr(name) => found.get(name.as_str())?.clone(),
                    hcl::expr::TraversalOperator::Index(Expression::String(name)) => found.get(name)?.clone(),
                    _ => return None,
                };
            }
            Some(found)
        }
        Expression::Conditional(choice) => match value(&choice.cond_expr, variables)? {
            Value::Bool(true) => value(&choice.true_expr, variables),
            Value::Bool(false) => value(&choice.false_expr, variables),
            _ => None,
        },
        Expression::Operation(operation) => match &**operation {
            Operation::Binary(operation) => {
                let left = value(&operation.lhs_expr, variables)?;
                let right = value(&operation.rhs_expr, variables)?;
                match operation.operator {
                    BinaryOperator::Eq => Some(Value::Bool(left == right)),
                    BinaryOperator::NotEq => Some(Value::Bool(left != right)),
                    BinaryOperator::And => Some(Value::Bool(left.as_bool()? && right.as_bool()?)),
                    BinaryOperator::Or => Some(Value::Bool(left.as_bool()? || right.as_bool()?)),
                    _ => None,
                }
            }
            Operation::Unary(_) => None,
        },
        _ => None,
    }
}

fn text(template: &TemplateExpr, variables: &BTreeMap<String, Value>) -> Option<Value> {
    let template = Template::from_expr(template).ok()?;
    let mut out = String::new();
    for element in template.elements() {
        match element {
            Element::Literal(literal) => out.push_str(literal),
            Element::Interpolation(inner) => out.push_str(&scalar(&value(&inner.expr, variables)?)?),
            Element::Directive(_) => return None,
        }
        if out.len() > LONGEST_VALUE {
            return None;
        }
    }
    Some(Value::String(out))
}

/// A value of a JSON bake file: its texts are templates as well.
fn filled(value: &Value, variables: &BTreeMap<String, Value>) -> Option<Value> {
    match value {
        Value::String(quoted) if quoted.contains("${") => {
            text(&TemplateExpr::QuotedString(quoted.clone()), variables)
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| filled(item, variables));
            Some(Value::Array(items.collect::<Option<_>>()?))
        }
        Value::Object(entries) => {
            let entries = entries.iter();
            let entries = entries.filter_map(|(key, entry)| Some((key.clone(), filled(entry, variables)?)));
            Some(Value::Object(entries.collect()))
        }
        other => Some(other.clone()),
    }
}

/// Targets by name, with what each inherits laid below its own values.
fn definitions(targets: &[(String, Map<String, Value>)], grouped: &BTreeSet<String>) -> Vec<Definition> {
    // Of equal names the last counts, as an override does.
    let by_name: BTreeMap<&str, &Map<String, Value>> =
        targets.iter().map(|(name, values)| (&**name, values)).collect();
    let inherited: BTreeSet<String> = targets
        .iter()
        .flat_map(|(_, values)| texts(values.get("inherits")))
        .collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (name, _) in targets {
        // What others inherit and no group builds is there to be inherited.
        let is_abstract = inherited.contains(name) && !grouped.contains(name);
        if is_abstract || !seen.insert(name) {
            continue;
        }
        let mut left = MOST_PARENTS;
        let values = whole(name, &by_name, &mut left);
        found.extend(definition(name, &values));
    }
    found
}

fn whole(name: &str, by_name: &BTreeMap<&str, &Map<String, Value>>, left: &mut usize) -> Map<String, Value> {
    let mut values = Map::new();
    let Some(own) = by_name.get(name).filter(|_| *left > 0) else {
        return values;
    };
    *left -= 1;
    for parent in texts(own.get("inherits")) {
        overlay(&mut values, &whole(&parent, by_name, left));
    }
    overlay(&mut values, own);
    values
}

/// Objects are merged by key, everything else is replaced.
fn overlay(values: &mut Map<String, Value>, above: &Map<String, Value>) {
    for (key, value) in above {
        match (values.get_mut(key), value) {
            (Some(Value::Object(below)), Value::Object(value)) => {
                below.extend(value.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            _ => {
                values.insert(key.clone(), value.clone());
            }
        }
    }
}

fn definition(name: &str, values: &Map<String, Value>) -> Option<Definition> {
    if values.contains_key("dockerfile-inline") {
        return None;
    }
    let text = |key: &str| values.get(key).and_then(scalar);
    let arguments = values.get("args").and_then(Value::as_object);
    let arguments = arguments.into_iter().flatten();
    Some(Definition {
        name: name.to_owned(),
        context: text("context").unwrap_or_else(|| ".".to_owned()),
        dockerfile: Dockerfile::InContext(text("dockerfile").unwrap_or_else(|| "Dockerfile".to_owned())),
        target: text("target"),
        arguments: arguments
            .filter_map(|(name, value)| Some((name.clone(), scalar(value)?)))
            .collect(),
        platforms: texts(values.get("platforms")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(found: &[Definition]) -> Vec<String> {
        let one = |one: &Definition| {
            let Dockerfile::InContext(dockerfile) = &one.dockerfile else {
                unreachable!("bake's Dockerfiles lie in the context");
            };
            let arguments: Vec<String> = one
                .arguments
                .iter()
                .map(|(name, value)| format!(" {name}={value}"))
                .collect();
            let target = one
                .target
                .as_ref()
                .map_or(String::new(), |target| format!(" @{target}"));
            format!(
                "{}: {} {dockerfile}{target}{}",
                one.name,
                one.context,
                arguments.concat()
            )
        };
        found.iter().map(one).collect()
    }

    #[test]
    fn targets_inherit_and_variables_have_defaults() {
        let text = r#"
            variable "VERSION" { default = "1.${MINOR}" }
            variable "MINOR" { default = "4" }
            variable "NONE" {}
            group "default" { targets = ["web", "api"] }
            target "common" {
              args = { VERSION = VERSION, BASE = "a" }
              platforms = ["linux/amd64", "linux/arm64"]
            }
            target "web" {
              inherits = ["common"]
              context = "./web"
              target = equal(VERSION, "1.4") ? "x" : "y"
              args = { BASE = VERSION == "1.4" ? "b" : "c", GONE = NONE, STAMP = timestamp() }
            }
            target "api" {
              inherits = ["common"]
              dockerfile = "api/${"Dockerfile"}.dev"
              target = "final"
            }
            target "inline" { dockerfile-inline = "FROM scratch" }
        "#;
        let found = read_hcl(text).expect("it is read");
        assert_eq!(
            told(&found),
            [
                "web: ./web Dockerfile BASE=b VERSION=1.4",
                "api: . api/Dockerfile.dev @final BASE=a VERSION=1.4",
            ]
        );
        assert_eq!(found[0].platforms, ["linux/amd64", "linux/arm64"]);
    }

    #[test]
    fn a_matrix_multiplies() {
        let text = r#"
            target "app" {
              name = "app-${tgt}"
              matrix = { tgt = ["lint", "build"] }
              target = tgt
            }
        "#;
        let found = read_hcl(text).expect("it is read");
        assert_eq!(
            told(&found),
            ["app-lint: . Dockerfile @lint", "app-build: . Dockerfile @build"]
        );
        let many = "target \"a\" { matrix = { a = [1,2,3,4,5,6,7,8,9,10,11], b = [1,2,3,4,5,6,7,8,9,10], c = [1,2,3,4,5,6,7,8,9,10] } }";
        assert_eq!(read_hcl(many), Ok(Vec::new()));
    }

    #[test]
    fn json_says_the_same() {
        let text = r#"{"variable": {"V": {"default": "2"}}, "group": {"default": {"targets": ["a"]}},
            "target": {"a": {"context": "x", "args": {"V": "${V}.1", "W": "${W}"}}, "b": {"inherits": ["a"], "target": "t"}}}"#;
        let found = read_json(text).expect("it is read");
        assert_eq!(
            told(&found),
            ["a: x Dockerfile V=2.1", "b: x Dockerfile @t V=2.1"]
        );
    }

    #[test]
    fn circles_and_bombs_end() {
        let circle = "target \"a\" { inherits = [\"b\", \"b\"] }\ntarget \"b\" { inherits = [\"a\", \"a\"] }\ngroup \"g\" { targets = [\"a\"] }";
        assert_eq!(told(&read_hcl(circle).expect("it is read")), ["a: . Dockerfile"]);
        let mut bomb = "variable \"v0\" { default = \"0123456789\" }\n".to_owned();
        for level in 1..40 {
            let before = format!("${{v{}}}", level - 1);
            bomb.push_str(&format!(
                "variable \"v{level}\" {{ default = \"{}\" }}\n",
                before.repeat(10)
            ));
        }
        assert_eq!(read_hcl(&bomb), Ok(Vec::new()));
        assert!(read_hcl("target {").is_err());
        assert!(read_json("[").is_err());
    }
}
