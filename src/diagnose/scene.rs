//! What of a failed build is looked at: the log's last lines and the builder's reason.
//!
//! A log may be as long and as hostile as a command likes, so that lines are counted and cut first.

use std::borrow::Cow;

use super::Failure;
use super::sign::Place;

/// How many of the log's last lines are looked at. npm and pip say what is wrong some thirty lines
/// before their end; more would find what went wrong and was mended.
const LINES: usize = 100;

/// How many bytes of them.
const BYTES: usize = 48 * 1024;

/// How many bytes of one line: patterns look for words, and what is longer is no sentence.
const LINE: usize = 2 * 1024;

/// A failed build as it is looked at.
pub struct Scene<'a> {
    /// The failure itself.
    pub failure: &'a Failure,
    /// The exit code of the command, if one ran.
    pub exit: Option<i64>,
    /// The lines, oldest first, the builder's reason last.
    pub lines: Vec<Line>,
}

/// One line.
pub struct Line {
    /// Its text, without escape sequences and with plain quotes.
    pub text: String,
    /// Where it stands: in the log or in the message.
    pub place: Place,
}

impl<'a> Scene<'a> {
    /// Takes what is looked at.
    pub fn of(failure: &'a Failure) -> Self {
        let mut left = BYTES;
        let mut lines: Vec<Line> = Vec::new();
        for text in failure.log.iter().rev().take(LINES) {
            let text = plain(text);
            let Some(rest) = left.checked_sub(text.len()) else {
                break;
            };
            left = rest;
            lines.push(Line {
                text,
                place: Place::Log,
            });
        }
        lines.reverse();
        let reason = reason(&failure.message);
        lines.extend(reason.lines().take(LINES).map(|text| Line {
            text: plain(text),
            place: Place::Message,
        }));
        Self {
            failure,
            exit: failure.exit_code(),
            lines,
        }
    }

    /// Whether the step printed nothing at all.
    pub fn is_silent(&self) -> bool {
        self.lines
            .iter()
            .all(|line| line.place == Place::Message || line.text.trim().is_empty())
    }

    /// Whether the instruction has a word, which is what stands between blanks, quotes and operators.
    pub fn has_word(&self, word: &str) -> bool {
        let apart = |sign: char| sign.is_whitespace() || "\"'`;&|(){}[],".contains(sign);
        self.instruction().split(apart).any(|part| part == word)
    }

    /// Whether the instruction has a text.
    pub fn has_text(&self, text: &str) -> bool {
        self.instruction().contains(text)
    }

    /// The instruction, cut where it is longer than any that a person wrote.
    fn instruction(&self) -> &str {
        cut(&self.failure.instruction, BYTES)
    }
}

/// What the builder says, without the command that it repeats: its words are not the builder's.
fn reason(message: &str) -> Cow<'_, str> {
    let message = cut(message, BYTES);
    /// How each builder opens the command, and how it goes on after it.
    const FORMS: [(&str, &str); 4] = [
        ("process \"", "\" did not complete successfully"),
        ("executor failed running [", "]: "),
        ("The command '", "' returned a non-zero code"),
        ("building at STEP \"", "\": "),
    ];
    for (opening, closing) in FORMS {
        if let Some((before, rest)) = message.split_once(opening) {
            // A command may hold what closes it, but of what buildah says the first is the one: it
            // names paths in quotes later.
            let end = match opening.starts_with("building") {
                true => rest.find(closing),
                false => rest.rfind(closing),
            };
            if let Some(end) = end {
                return Cow::Owned(format!("{before}{}", &rest[end + closing.len()..]));
            }
        }
    }
    Cow::Borrowed(message)
}

/// A line without escape sequences, with plain quotes, and no longer than a line is.
fn plain(line: &str) -> String {
    let line = line.trim_end_matches(['\r', '\n']);
    // A bar that redraws itself: its last state is what stands there.
    let line = line.rsplit('\r').next().unwrap_or_default();
    let line = cut(line, LINE);
    let mut text = String::with_capacity(line.len());
    let mut signs = line.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\u{1b}' => {
                let mut rest = signs.clone();
                if rest.next() == Some('[') {
                    signs = rest;
                    // Parameters and what ends them.
                    let _ = signs.find(|sign| sign.is_ascii_alphabetic());
                }
            }
            '\u{2018}' | '\u{2019}' => text.push('\''),
            '\u{201c}' | '\u{201d}' => text.push('"'),
            _ => text.push(sign),
        }
    }
    text
}

/// The first bytes of a text, whole characters.
pub fn cut(text: &str, bytes: usize) -> &str {
    match text.get(..bytes) {
        Some(start) => start,
        None if text.len() <= bytes => text,
        None => (0..bytes)
            .rev()
            .find_map(|end| text.get(..end))
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_no_part_of_the_reason() {
        let reasons = [
            "process \"/bin/sh -c grep 'not found' x\" did not complete successfully: exit code: 1",
            "executor failed running [/bin/sh -c [ a = b ]: x]: exit code: 1",
            "The command '/bin/sh -c false' returned a non-zero code: 1",
            "building at STEP \"RUN false\": while running runtime: exit status 1",
            "COPY failed: no source files were specified",
        ]
        .map(reason);
        assert_eq!(
            reasons,
            [
                ": exit code: 1",
                "exit code: 1",
                ": 1",
                "while running runtime: exit status 1",
                "COPY failed: no source files were specified"
            ]
        );
    }

    #[test]
    fn a_line_is_plain() {
        assert_eq!(
            plain("\u{1b}[91m10%\r100% \u{2018}a\u{2019}\u{1b}[0m\r"),
            "100% 'a'"
        );
        assert_eq!(plain("\u{1b}[unfinished"), "nfinished");
        assert_eq!(cut("aä", 2), "a");
    }
}
