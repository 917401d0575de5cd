//! `$NAME` and `${NAME}` in commands, paths and values, as Go's `os.Expand` replaces them.

use std::collections::BTreeMap;

use super::read::Pair;
use crate::image::Inspected;

/// Variables by name.
pub type Environment = BTreeMap<String, String>;

/// The image's variables, and those that hold for all tests.
pub fn environment(image: &Inspected, globals: &[Pair]) -> Environment {
    let of_image = image.config.env.iter().filter_map(|setting| {
        let (name, value) = setting.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    let of_image: Environment = of_image.collect();
    let mut all = of_image.clone();
    for pair in globals {
        // Values mean the image's variables, not one another.
        all.insert(pair.key.clone(), expand(&pair.value, &of_image));
    }
    all
}

/// Text with its variables replaced; one that is not set is nothing.
pub fn expand(text: &str, environment: &Environment) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        expanded.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (name, length) = match rest.chars().next() {
            Some('{') => match rest.find('}') {
                // `${}` is eaten.
                Some(end) => (&rest[1..end], end + 1),
                // `${` without an end: Go eats the two signs.
                None => ("", 1),
            },
            Some(sign) if "*#$@!?-0123456789".contains(sign) => (&rest[..1], 1),
            _ => {
                let is_name = |sign: char| sign == '_' || sign.is_ascii_alphanumeric();
                let end = rest.find(|sign| !is_name(sign)).unwrap_or(rest.len());
                (&rest[..end], end)
            }
        };
        if length == 0 {
            expanded.push('$');
        } else if let Some(value) = environment.get(name) {
            expanded.push_str(value);
        }
        rest = &rest[length..];
    }
    expanded.push_str(rest);
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn variables_are_replaced_as_go_does() {
        let environment = Environment::from([("A".to_owned(), "x".to_owned())]);
        for (text, meant) in [
            ("$A/${A}$B-", "x/x-"),
            ("100$ and $", "100$ and $"),
            ("${", ""),
            ("${}y", "y"),
            ("$A_b $1", " "),
            ("^x$|é$é", "^x$|é$é"),
        ] {
            assert_eq!(expand(text, &environment), meant, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_expanded(text in "[$A{}é1 ]{0,20}") {
            expand(&text, &Environment::new());
        }
    }
}
