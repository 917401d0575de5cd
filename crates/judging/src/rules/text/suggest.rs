//! The known name that BuildKit suggests for one that it does not know.

use std::cell::Cell;

/// So many names are compared for one file; a file of nothing but names and mistakes would else take
/// the square of its length.
const MOST_COMPARISONS: usize = 100_000;

/// Names further apart are not suggested, as in BuildKit.
const TOO_FAR: usize = 3;

/// Suggests names, as long as it takes no time.
#[derive(Debug)]
pub struct Suggestions {
    left: Cell<usize>,
}

impl Default for Suggestions {
    fn default() -> Self {
        Self {
            left: Cell::new(MOST_COMPARISONS),
        }
    }
}

impl Suggestions {
    /// Whether so many options may still be looked at.
    pub fn may_look_at(&self, options: usize) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(options));
        left >= options
    }

    /// The first of the nearest options that is less than three changes away; none where one is equal.
    pub fn nearest<'o>(&self, name: &str, options: impl IntoIterator<Item = &'o str>) -> Option<String> {
        let mut best = None;
        let mut bound = TOO_FAR;
        for option in options {
            if option == name {
                return None;
            }
            // A character has up to four bytes.
            if option.len().abs_diff(name.len()) >= 4 * TOO_FAR || name.len() > 200 {
                continue;
            }
            let distance = strsim::levenshtein(name, option);
            if distance < bound {
                bound = distance;
                best = Some(option);
            }
        }
        best.map(str::to_owned)
    }
}

/// The end of a message that suggests a name.
pub fn did_you_mean(mark: &str, name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" (did you mean {mark}{name}?)"))
}
