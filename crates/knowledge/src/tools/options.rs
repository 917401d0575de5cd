//! Options and operands of a command, as getopt reads them.

use crate::facts::Value;
use crate::finding::Place;

/// Which options take a value.
#[derive(Clone, Copy)]
pub struct Grammar {
    /// Letters of short options that take one.
    pub short: &'static str,
    /// Long options that take one, without dashes.
    pub long: &'static [&'static str],
}

/// A command's arguments, told apart.
#[derive(Debug, Default)]
pub struct Options<'a> {
    given: Vec<Given<'a>>,
    /// What is no option.
    pub operands: Vec<&'a (Value, Place)>,
}

#[derive(Debug)]
struct Given<'a> {
    name: String,
    value: Option<Value>,
    place: &'a Place,
}

impl<'a> Options<'a> {
    /// Reads arguments. An argument that begins with a hole is an operand.
    pub fn of(arguments: &'a [(Value, Place)], grammar: Grammar) -> Self {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let (value, place) = word;
            let text = value.text();
            let is_hole = value.holes().first().is_some_and(|hole| hole.start == 0);
            if text == "--" && !is_hole {
                options.operands.extend(rest);
                break;
            }
            if is_hole || !text.starts_with('-') || text == "-" {
                options.operands.push(word);
                continue;
            }
            if let Some(long) = value.strip_prefix("--") {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some((value, place))),
                    None if grammar.long.contains(&long.text()) => {
                        let next = rest.next().map(|(value, place)| (value.clone(), place));
                        (long, next)
                    }
                    None => (long, None),
                };
                options.push(name.text().to_owned(), value, place);
                continue;
            }
            options.cluster(value, place, grammar, &mut rest);
        }
        options
    }

    /// `-xzfFILE`, `-o FILE`.
    fn cluster(
        &mut self,
        value: &'a Value,
        place: &'a Place,
        grammar: Grammar,
        rest: &mut std::slice::Iter<'a, (Value, Place)>,
    ) {
        let text = value.text();
        for (index, letter) in text.char_indices().skip(1) {
            let after = index + letter.len_utf8();
            if grammar.short.contains(letter) {
                let attached = (after < text.len()).then(|| (value.slice(after..text.len()), place));
                let given = attached.or_else(|| rest.next().map(|(value, place)| (value.clone(), place)));
                self.push(letter.to_string(), given, place);
                return;
            }
            self.push(letter.to_string(), None, place);
        }
    }

    fn push(&mut self, name: String, value: Option<(Value, &'a Place)>, place: &'a Place) {
        let (value, place) = match value {
            Some((value, at)) => (Some(value), at),
            None => (None, place),
        };
        self.given.push(Given { name, value, place });
    }

    /// Whether one of these was given.
    pub fn has(&self, names: &[&str]) -> bool {
        self.given
            .iter()
            .any(|given| names.contains(&given.name.as_str()))
    }

    /// The last value given to one of these, with its place.
    pub fn value(&self, names: &[&str]) -> Option<(&Value, &'a Place)> {
        self.values(names).pop()
    }

    /// All values given to these, in order.
    pub fn values(&self, names: &[&str]) -> Vec<(&Value, &'a Place)> {
        let named = |given: &&Given| names.contains(&given.name.as_str());
        let given = self.given.iter().filter(named);
        given
            .filter_map(|given| Some((given.value.as_ref()?, given.place)))
            .collect()
    }

    /// The names of all options in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.given.iter().map(|given| given.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    const GRAMMAR: Grammar = Grammar {
        short: "oC",
        long: &["output"],
    };

    fn words(line: &str) -> Vec<(Value, Place)> {
        let place = Place::here(Span::default());
        line.split(' ')
            .map(|word| (Value::known(word), place.clone()))
            .collect()
    }

    #[test]
    fn values_attached_or_apart() {
        let words = words("-fsSLo a --output=b --output c -Cd -- -e");
        let options = Options::of(&words, GRAMMAR);
        let given: Vec<&str> = options
            .values(&["o", "output"])
            .iter()
            .map(|(value, _)| value.text())
            .collect();
        assert_eq!(given, ["a", "b", "c"]);
        assert!(options.has(&["S"]) && options.value(&["C"]).is_some_and(|(value, _)| value.is("d")));
        assert_eq!(options.operands[0].0.text(), "-e");
    }
}
