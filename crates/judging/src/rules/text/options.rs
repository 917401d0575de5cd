//! The options of `# check=`: what BuildKit's checks leave out, add, and take for errors.

use crate::source::Span;
use crate::syntax::{Instruction, Tree};

/// Options as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether every check is left out that is not experimental.
    pub skips_all: bool,
    /// Checks that are left out.
    pub skip: Vec<String>,
    /// Whether experimental checks are all added.
    pub adds_all: bool,
    /// Experimental checks that are added.
    pub experimental: Vec<String>,
    /// Whether a check that speaks fails the build.
    pub fails: bool,
}

/// What is written after one key.
enum List {
    All,
    Names(Vec<String>),
}

impl Options {
    /// Reads options as BuildKit does.
    ///
    /// # Errors
    /// What BuildKit says of a key or a value that it does not know.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let mut options = Self::default();
        if text.is_empty() {
            return Ok(options);
        }
        for part in text.splitn(3, ';') {
            let unknown = |what: &str| format!("invalid check option {}", crate::syntax::quoted(what));
            let (key, value) = part.split_once('=').ok_or_else(|| unknown(part))?;
            match key.trim() {
                "skip" => match list(value) {
                    List::All => options.skips_all = true,
                    List::Names(names) => options.skip = names,
                },
                "experimental" => match list(value) {
                    List::All => options.adds_all = true,
                    List::Names(names) => options.experimental = names,
                },
                "error" => {
                    options.fails = truth(value.trim()).ok_or_else(|| {
                        format!(
                            "failed to parse check option {}: strconv.ParseBool: parsing {}: invalid syntax",
                            crate::syntax::quoted(part),
                            crate::syntax::quoted(value.trim())
                        )
                    })?;
                }
                other => return Err(unknown(other)),
            }
        }
        Ok(options)
    }

    /// Whether they leave a check out; experimental ones are never left out.
    pub fn skips(&self, check: &str) -> bool {
        !is_experimental(check) && (self.skips_all || self.skip.iter().any(|name| name == check))
    }

    /// Whether they add an experimental check.
    pub fn adds(&self, check: &str) -> bool {
        is_experimental(check) && (self.adds_all || self.experimental.iter().any(|name| name == check))
    }
}

/// Whether a check speaks only where it is asked for.
fn is_experimental(check: &str) -> bool {
    check == "InvalidDefinitionDescription"
}

fn list(value: &str) -> List {
    match value.trim() {
        "all" => List::All,
        names => List::Names(names.split(',').map(|name| name.trim().to_owned()).collect()),
    }
}

/// A boolean in the words of Go's `strconv.ParseBool`.
fn truth(word: &str) -> Option<bool> {
    match word {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// What `# check=` says for a file.
#[derive(Debug, Clone, Default)]
pub struct Checks {
    /// The options of the directive; none are set where there is no directive or it cannot be read.
    pub file: Options,
    /// Where the directive stands.
    pub span: Option<Span>,
    /// What BuildKit says of options that it cannot read, and where they stand.
    pub error: Option<(String, Span)>,
    /// Whether a comment before an instruction adds an experimental check.
    pub adds_somewhere: bool,
}

impl Checks {
    /// Reads the directive of a file; only one that is in force counts.
    pub fn of(tree: &Tree) -> Self {
        let mut checks = Self {
            adds_somewhere: tree.instructions.iter().any(|instruction| {
                let options = instruction_options(instruction);
                options.is_some_and(|options| options.adds_all || !options.experimental.is_empty())
            }),
            ..Self::default()
        };
        let directive = tree
            .directives
            .iter()
            .find(|one| one.name == "check" && one.in_force);
        if let Some(directive) = directive {
            checks.span = Some(directive.span);
            match Options::parse(until_space(&directive.value)) {
                Ok(options) => checks.file = options,
                Err(reason) => {
                    let message = format!("failed to parse check options: {reason}");
                    checks.error = Some((message, directive.value_span));
                }
            }
        }
        checks
    }
}

/// The options in the comments before an instruction: those of the first that is a `check` directive.
/// One that cannot be read says nothing.
pub fn instruction_options(instruction: &Instruction) -> Option<Options> {
    let mut values = instruction
        .comments
        .iter()
        .filter_map(|comment| check_value(comment));
    Options::parse(until_space(values.next()?)).ok()
}

/// The value of a comment that has the form of a `check` directive.
fn check_value(comment: &str) -> Option<&str> {
    let name = comment.get(..5)?;
    let rest = comment[5..].trim_start().strip_prefix('=')?.trim();
    (name.eq_ignore_ascii_case("check") && !rest.is_empty()).then_some(rest)
}

fn until_space(value: &str) -> &str {
    value.split(' ').next().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_all_are_read() {
        let options = Options::parse("skip=A, B ;experimental=all;error=1").expect("readable");
        assert!(options.skips("A") && options.skips("B") && !options.skips("C") && options.fails);
        assert!(options.adds("InvalidDefinitionDescription") && !options.adds("A"));
        let all = Options::parse("skip=all").expect("readable");
        assert!(all.skips("A") && !all.skips("InvalidDefinitionDescription"));
    }

    #[test]
    fn what_buildkit_refuses_is_told_in_its_words() {
        let told = |text| Options::parse(text).expect_err("unreadable");
        assert_eq!(told("foo"), "invalid check option \"foo\"");
        assert_eq!(told("skp=A"), "invalid check option \"skp\"");
        assert_eq!(
            told("error=yes"),
            "failed to parse check option \"error=yes\": strconv.ParseBool: parsing \"yes\": invalid syntax"
        );
    }

    #[test]
    fn a_comment_must_have_the_form() {
        assert_eq!(check_value("Check = skip=A"), Some("skip=A"));
        assert_eq!(check_value("# check=skip=A"), None);
        assert_eq!(check_value("checks=skip=A"), None);
        assert_eq!(check_value("é"), None);
    }
}
