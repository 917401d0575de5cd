//! A comment at the end of an instruction is no comment.
//!
//! Only whole lines are comments. `EXPOSE 80 # web` has three ports, `COPY a b # c` copies to `c`, and
//! `ARG A=1 # x` declares three arguments. In a RUN a shell does take it for one, but lines that are
//! joined are one line to it: what follows on the next lines is part of the comment, and never runs. Put
//! the comment on a line of its own before the instruction, or between its lines.

use std::ops::Range;

use super::text::edit;
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Edit, Place, Safety, Severity};
use crate::source::Span;
use crate::syntax::{Args, Instruction, Keyword};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    fix: Some(Safety::Suggested),
    ..Rule::form(
        "comment-at-line-end",
        Severity::Warning,
        check,
        include_str!("comment_at_line_end.rs"),
    )
};

/// Says each comment that is taken for something else, or takes lines with it.
pub fn check(text: &Text, report: &mut Report) {
    for (_, instruction) in text.instructions() {
        match instruction.keyword {
            Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => {
                swallowing(instruction, report);
            }
            _ => {
                if let Some(range) = misread(instruction) {
                    say(text, instruction, range, report);
                }
            }
        }
    }
}

/// From the comment mark to the end, in an instruction that knows no comments.
fn misread(instruction: &Instruction) -> Option<Range<u32>> {
    let text = instruction.text.text();
    let start = match &instruction.args {
        Args::Words(words) => {
            // A file may have a name that begins so.
            let first = if matches!(instruction.keyword, Keyword::Copy | Keyword::Add) {
                2
            } else {
                1
            };
            let is_mark = |word: &str| word == "#" || word.strip_prefix('#').is_some_and(begins_a_word);
            words
                .iter()
                .skip(first)
                .find(|word| is_mark(&word.text))?
                .range
                .start
        }
        Args::Text(word) if instruction.keyword != Keyword::Maintainer => {
            word.range.start + mark(instruction.written(word))?
        }
        Args::Pairs(pairs) => {
            let is_argument = instruction.keyword == Keyword::Arg;
            let argument = pairs
                .iter()
                .skip(1)
                .find(|pair| is_argument && pair.key.text.starts_with('#'));
            let legacy = || {
                let value = pairs.first().filter(|pair| pair.legacy)?.value.as_ref()?;
                Some(value.range.start + mark(instruction.written(value))?)
            };
            match argument {
                Some(argument) => argument.key.range.start,
                None => legacy()?,
            }
        }
        _ => return None,
    };
    Some(start..text.len() as u32)
}

fn begins_a_word(rest: &str) -> bool {
    rest.starts_with(char::is_alphabetic)
}

/// Where ` # …` or ` #…` begins outside of quotes.
fn mark(text: &str) -> Option<u32> {
    let at = shell_comment(text)?;
    let rest = &text[at + 1..];
    (at > 0 && (rest.is_empty() || rest.starts_with([' ', '\t']) || begins_a_word(rest))).then_some(at as u32)
}

fn say(text: &Text, instruction: &Instruction, range: Range<u32>, report: &mut Report) {
    let what = match instruction.keyword {
        Keyword::Copy | Keyword::Add => "it names the destination",
        Keyword::Expose => "its words are ports",
        Keyword::Volume => "its words are volumes",
        Keyword::Arg => "its words are arguments",
        _ => "it is part of the value",
    };
    let message = format!("only whole lines are comments: {what}");
    let span = instruction.text.span(range.clone());
    let said = report.say_at(Place::here(span), Certainty::Certain, message);
    let before = instruction
        .text
        .text()
        .get(..range.start as usize)
        .unwrap_or_default();
    let cut = before.trim_end().len() as u32..range.end;
    let comment = String::from_utf8_lossy(text.source.slice(span)).into_owned();
    if instruction.start_line == instruction.end_line
        && let Some(cut) = edit(instruction, cut, "")
    {
        let start = instruction.span.start;
        let above = Edit {
            span: Span { start, end: start },
            text: format!("{comment}\n"),
        };
        said.fix("put it on a line above", Safety::Suggested, vec![above, cut]);
    }
}

/// A comment in the text for a shell that takes the lines after it along.
fn swallowing(instruction: &Instruction, report: &mut Report) {
    let word = match &instruction.args {
        Args::Text(word) => word,
        Args::Health(_, rest) => match &**rest {
            Args::Text(word) => word,
            _ => return,
        },
        _ => return,
    };
    if instruction.start_line == instruction.head_end_line || !instruction.heredocs.is_empty() {
        return;
    }
    let Some(at) = shell_comment(&word.text) else {
        return;
    };
    let start = word.range.start + at as u32;
    // The comment reaches to the end of the joined line; what is lost begins with its second piece.
    let pieces = instruction.text.spans(start..word.range.end);
    let [comment, _, ..] = pieces.as_slice() else {
        return;
    };
    let lost = start + (comment.end - comment.start)..word.range.end;
    let text = instruction.text.text();
    let rest = &text[lost.start as usize..lost.end as usize];
    // Nothing is lost where only comments follow, each with the escape character of the last.
    if rest.trim().is_empty() {
        return;
    }
    let skipped = rest.len() - rest.trim_start().len();
    let first = instruction.text.span(lost.start + skipped as u32..lost.end);
    report
        .say_at(
            Place::here(*comment),
            Certainty::Certain,
            "the comment reaches to the end of the instruction: the lines joined to this one never run",
        )
        .help("put the comment on a line of its own: those are left out before lines are joined")
        .related(Place::here(first), "this is part of the comment");
}

/// Where a comment begins in the words of a shell.
fn shell_comment(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr(b'#', bytes)?;
    let mut quote = None;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match quote {
            Some(b'\'') if byte == b'\'' => quote = None,
            Some(b'\'') => {}
            _ if byte == b'\\' => at += 1,
            Some(mark) if byte == mark => quote = None,
            Some(_) => {}
            None if matches!(byte, b'"' | b'\'' | b'`') => quote = Some(byte),
            None if byte == b'#' => {
                let before = at.checked_sub(1).map(|before| bytes[before]);
                if before.is_none_or(|before| matches!(before, b' ' | b'\t' | b';' | b'&' | b'|' | b'(')) {
                    return Some(at);
                }
            }
            None => {}
        }
        at += 1;
    }
    None
}
