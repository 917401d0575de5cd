//! ShellCheck finds a fault in the script of a RUN.
//!
//! The script is read as the stage's own shell reads it: SHELL decides, what the base brings, or
//! `# hadolint shell=NAME`. Where `/bin/sh` is known to be dash, BusyBox's ash or bash, what that shell
//! has beyond POSIX is no fault. Variables of ARG and ENV are set; they count as values that need no
//! quotes, so that a list in a build argument may be split. Heredocs are read too, also those that a
//! RUN hands to a shell; PowerShell, cmd, and a heredoc whose first line names another program are not.
//!
//! Each finding has the number by which ShellCheck knows it, with ShellCheck's own level and a page
//! that says what to do. A number is a name like any other: in `rules:`, in `ignore:`, in comments, for
//! `--select`. Some say nothing in a Dockerfile and are off until they are asked for: `explain SC1091`
//! has the reason.

use std::borrow::Cow;

use super::text::{Shells, Step, told};
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Edit, Place, Safety, Severity};
use crate::interpret::RunScript;
use crate::shell::{self, Interpreter, ShellFinding, ShellFix};
use crate::syntax::{Instruction, Keyword};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: shell::CODE_IDS,
    fix: Some(Safety::Suggested),
    ..Rule::form(
        "shellcheck",
        Severity::Warning,
        check,
        include_str!("shellcheck.rs"),
    )
};

/// A variable that nobody sets.
const NOT_SET: &str = "SC2154";

/// Says what is found in every script.
pub fn check(text: &Text, report: &mut Report) {
    if !cfg!(feature = "shellcheck") {
        return;
    }
    let shells = Shells::of(text);
    for step in &text.walk().steps {
        // What a trigger does wrong is told where it stands.
        if step.run_at.is_some() || step.is_windows {
            continue;
        }
        let instruction = step.instruction;
        let run = match (instruction.keyword, instruction.trigger.as_deref()) {
            (Keyword::Run, _) => instruction,
            (Keyword::Onbuild, Some(trigger)) if trigger.keyword == Keyword::Run => trigger,
            _ => continue,
        };
        if let Some(interpreter) = shells.at(step.index) {
            script(text, report, step, run, interpreter);
        }
    }
}

/// Blanks between the words of an `echo`, which prints one for all of them.
const REPEATED_BLANKS: &str = "SC2291";

fn script(text: &Text, report: &mut Report, step: &Step, run: &Instruction, interpreter: Interpreter) {
    let Some(script) = RunScript::of(text.source, run) else {
        return;
    };
    let interpreter = match &script.interpreter {
        None => interpreter,
        Some(words) => match Interpreter::of(words) {
            Some(interpreter) => interpreter,
            None => return,
        },
    };
    let names: Vec<&str> = step.names.set.iter().map(String::as_str).collect();
    for finding in shell::check(&without_returns(&script.text), interpreter, &names).iter() {
        let id = finding.code.id;
        if shell::code_off(id).is_some() && !text.invocation.raised.contains_key(id) {
            continue;
        }
        let span = script.span(finding.range.clone());
        let line = |at| text.source.position(at).line;
        // Blanks at which a line is broken are there for who reads the file.
        if id == REPEATED_BLANKS && line(span.start) != line(span.end) {
            continue;
        }
        let certainty = match id == NOT_SET && names_one(&script.text, finding, &step.names.unsure) {
            true => Certainty::Possible,
            false => Certainty::Certain,
        };
        let place = Place::here(span);
        let message = format!("{} ({id})", finding.message);
        let said = told(text, report, step, place, certainty, message);
        let said = said.aliases(&[id]).level(finding.level);
        if let Some((fix, edits)) = finding
            .fix
            .as_ref()
            .and_then(|fix| Some((fix, edits(fix, &script)?)))
        {
            said.fix(fix.title.clone(), fix.trust, edits);
        }
    }
}

/// A line that ends in a carriage return ends there for people, whatever a shell makes of it: that is
/// not what each of its lines is to be told for.
fn without_returns(text: &str) -> Cow<'_, str> {
    match text.contains("\r\n") {
        true => Cow::Owned(text.replace("\r\n", " \n")),
        false => Cow::Borrowed(text),
    }
}

/// Whether a finding is about one of these names.
fn names_one(text: &str, finding: &ShellFinding, names: &[String]) -> bool {
    let range = finding.range.start as usize..finding.range.end as usize;
    let word = text.get(range).unwrap_or_default();
    let is_name = |sign: char| sign == '_' || sign.is_ascii_alphanumeric();
    let mut asked = word.split(|sign| !is_name(sign));
    asked.any(|asked| names.iter().any(|name| name == asked))
}

/// The edits in the file; none where one of them crosses lines, or would begin a new one where lines are
/// joined.
fn edits(fix: &ShellFix, script: &RunScript) -> Option<Vec<Edit>> {
    let edit = |(range, content): &(std::ops::Range<u32>, String)| {
        if content.contains('\n') && !script.is_in_body(range.start) {
            return None;
        }
        Some(Edit {
            span: script.piece(range.clone())?,
            text: content.clone(),
        })
    };
    let edits: Vec<Edit> = fix.edits.iter().map(edit).collect::<Option<_>>()?;
    let apart = edits
        .windows(2)
        .all(|pair| pair[0].span.end <= pair[1].span.start);
    apart.then_some(edits)
}
