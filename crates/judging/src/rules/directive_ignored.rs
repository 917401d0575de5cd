//! A parser directive is a mere comment where it stands.
//!
//! `syntax`, `escape` and `check` count only in the first lines of a file: a blank line, another
//! comment or an instruction ends them, and what comes later is skipped in silence, as is a name that is
//! misspelled. Blanks before the `#` hide `syntax` and `check`, and a `#!` line hides `escape`. Move the
//! directive to the very top.

use super::{Report, Rule, Text};
use crate::finding::{Certainty, Edit, Place, Safety, Severity};
use crate::source::Span;
use crate::syntax::Comment;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    fix: Some(Safety::Suggested),
    ..Rule::form(
        "directive-ignored",
        Severity::Warning,
        check,
        include_str!("directive_ignored.rs"),
    )
};

const NAMES: [&str; 3] = ["syntax", "escape", "check"];

/// Says each comment that was meant for a directive.
pub fn check(text: &Text, report: &mut Report) {
    for directive in text.tree.directives.iter().filter(|one| !one.in_force) {
        let sound = NAMES.iter().find(|name| **name == directive.name);
        if sound.is_some_and(|name| is_meant(name, &directive.value)) {
            indented(text, &directive.name, directive.span, report);
        }
    }
    for comment in &text.tree.comments {
        let is_directive = |one: &crate::syntax::Directive| one.span.contains(comment.span);
        if comment.inside.is_none() && !text.tree.directives.iter().any(is_directive) {
            judge(text, comment, report);
        }
    }
}

fn judge(text: &Text, comment: &Comment, report: &mut Report) {
    let Some((name, value, span)) = parts(text, comment.span) else {
        return;
    };
    let lower = name.to_lowercase();
    let place = Place::here(comment.span);
    match NAMES.iter().find(|known| **known == lower) {
        Some(known) if !is_meant(known, &value) => {}
        Some(&"check") => {
            let starts_line = starts_line(text, comment.span);
            if comment.speaks_for.is_some() && !starts_line {
                indented(text, "check", comment.span, report);
            } else if comment.speaks_for.is_none() {
                let message = "`# check=` is a mere comment here: no instruction follows for which it speaks";
                report.say_at(place, Certainty::Certain, message);
            } else if value.contains("error=") {
                let message = "`error=` counts only in a `# check=` in the first lines of the file";
                report.say_at(place, Certainty::Certain, message);
            }
        }
        Some(known) => {
            let message =
                format!("`# {known}=` is a mere comment here: directives are the first lines of a file");
            let said = report.say_at(place, Certainty::Certain, message);
            said.help("move it to the top, before any other comment, blank line or instruction");
        }
        None if comment.speaks_for == Some(0) => {
            let near = NAMES.iter().find(|known| {
                lower.len().abs_diff(known.len()) <= 2 && strsim::damerau_levenshtein(&lower, known) <= 2
            });
            let Some(known) = near.filter(|known| is_meant(known, &value)) else {
                return;
            };
            let message =
                format!("`# {name}=` is a mere comment: there is no such directive, but `{known}` is one");
            let edit = Edit {
                span,
                text: (*known).to_owned(),
            };
            let said = report.say_at(place, Certainty::Certain, message);
            said.fix(format!("write `{known}`"), Safety::Suggested, vec![edit]);
        }
        None => {}
    }
}

/// A directive that only the blanks before it hide.
fn indented(text: &Text, name: &str, span: Span, report: &mut Report) {
    if starts_line(text, span) {
        return;
    }
    let message = format!("`# {name}=` is not obeyed with blanks before it");
    let start = line_start(text, span);
    let blanks = Span {
        start,
        end: span.start,
    };
    let edit = Edit {
        span: blanks,
        text: String::new(),
    };
    let said = report.say_at(Place::here(span), Certainty::Certain, message);
    said.fix("remove the blanks", Safety::Suggested, vec![edit]);
}

fn line_start(text: &Text, span: Span) -> u32 {
    let before = &text.source.text()[..span.start as usize];
    let end = memchr::memrchr(b'\n', before).map_or(text.tree.mark as usize, |at| at + 1);
    end as u32
}

fn starts_line(text: &Text, span: Span) -> bool {
    line_start(text, span) == span.start
}

/// Name and value of a comment that has the form of a directive, and where the name stands.
fn parts(text: &Text, span: Span) -> Option<(String, String, Span)> {
    let comment = std::str::from_utf8(text.source.slice(span)).ok()?;
    let body = comment.strip_prefix('#')?;
    let trimmed = body.trim_start();
    let start = span.start + (comment.len() - trimmed.len()) as u32;
    let letters = trimmed.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (name, rest) = trimmed.split_at(letters);
    let value = rest.trim_start().strip_prefix('=')?.trim();
    let span = Span {
        start,
        end: start + letters as u32,
    };
    (letters >= 4 && !value.is_empty()).then(|| (name.to_owned(), value.to_owned(), span))
}

/// Whether a value is one that the directive of a name takes.
fn is_meant(name: &str, value: &str) -> bool {
    match name {
        "syntax" => !value.contains(char::is_whitespace) && value.contains(['/', ':']),
        "escape" => matches!(value, "`" | "\\"),
        _ => ["skip", "error", "experimental"].iter().any(|key| {
            value
                .strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with('='))
        }),
    }
}
